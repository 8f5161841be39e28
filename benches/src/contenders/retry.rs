//! `retry`: blocking, with an iterator of delays. It has no hook that could log and no sleep but the thread's.

use std::hint::black_box;
use std::time::Duration;

use retry::delay::{Exponential, jitter};
use retry::retry;

use crate::contender::{Blocking, Contender, Source};
use crate::service::{Answer, Service, operation};

pub(crate) fn contender() -> Contender {
    Contender {
        name: "retry",
        blocking: Some(Blocking { plain, question: Some(question), napping: Some(napping) }),
        asynchronous: None,
        delays: Some(delays),
        source: Some(SOURCE),
    }
}

const SOURCE: Source = Source {
    dependencies: r#"retry = "2.2""#,
    prelude: "use retry::{delay::{Exponential, jitter}, retry};",
    blocking: Some(
        "pub fn f$i(service: &Service) -> Answer {
        retry(Exponential::from_millis_with_factor(1000, 2.0).map(jitter).take(2), || ask(service, $i))
            .map_err(|error| error.error)
    }",
    ),
    asynchronous: None,
    ..Source::NONE
};

fn backoff(first: u64) -> impl Iterator<Item = Duration> {
    Exponential::from_millis_with_factor(first, 2.0).map(jitter)
}

fn delays() {
    for delay in backoff(black_box(1000)).take(8) {
        black_box(delay);
    }
}

#[inline(never)]
fn plain(service: &Service) -> Answer {
    retry(backoff(1000).take(2), || operation(service)).map_err(|error| error.error)
}

#[inline(never)]
fn question(service: &Service) -> Answer {
    let attempt = || {
        let value = operation(service)?;
        Ok(value + 1)
    };
    retry(backoff(1000).take(2), attempt).map_err(|error| error.error)
}

#[inline(never)]
fn napping(service: &Service) -> Answer {
    retry(backoff(0).take(2), || operation(service)).map_err(|error| error.error)
}
