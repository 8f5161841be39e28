//! The storm of `examples/brownout`, and its absence.

#[path = "../examples/brownout/main.rs"]
#[expect(dead_code, reason = "the example prints and draws")]
mod brownout;

use brownout::client::{Careful, Plain};
use brownout::timeline::Counts;

/// What happened in the seconds from `from` on to each host.
fn since(from: usize, timelines: &[std::sync::Arc<brownout::timeline::Timeline>; 2]) -> [Counts; 2] {
    timelines.each_ref().map(|timeline| {
        timeline.seconds()[from..].iter().fold(Counts::default(), |mut sum, second| {
            sum += *second;
            sum
        })
    })
}

#[test]
fn plain_retries_keep_the_server_down_after_its_brownout() {
    let timelines = brownout::simulate(Plain::new).expect("there is a runtime");
    let [down, up] = since(25, &timelines);
    assert_eq!(down.answers, 0);
    assert!(down.retries > 2 * down.requests, "{down:?}");
    assert_eq!((up.answers, up.retries), (up.requests, 0));
}

#[test]
fn with_a_breaker_and_a_budget_it_recovers_at_once() {
    let timelines = brownout::simulate(Careful::new).expect("there is a runtime");
    let [recovered, other] = since(25, &timelines);
    assert_eq!((recovered.answers, recovered.retries, recovered.rejections), (recovered.requests, 0, 0));
    assert_eq!(other.answers, other.requests);
    let [all, _] = since(0, &timelines);
    assert!(all.rejections > 200, "{all:?}");
    // A tenth of the calls, and 5 in a second of the reserve.
    assert!(all.retries < 100, "{all:?}");
}
