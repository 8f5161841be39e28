//! Waits that the peer asks for: by the error's `retry_after`, or by the argument of that name.
#![allow(clippy::all, clippy::pedantic, reason = "attributes are what users write, not what clippy would")]

use std::cell::Cell;
use std::time::Duration;

use reattempt::{GiveUpReason, Policy, Retryable, retry, testing};

use crate::support::{Down, Flaky, finish, millis, secs};

const SECOND: Duration = Duration::from_secs(1);

/// An error that carries a hint.
#[derive(Clone, Debug, PartialEq)]
struct Throttled(Option<Duration>);

impl Retryable for Throttled {
    fn is_retryable(&self) -> bool {
        true
    }

    fn retry_after(&self) -> Option<Duration> {
        self.0
    }
}

/// The waits of a call whose every error has this hint, and how it ended.
type Ended = (Vec<Duration>, Option<GiveUpReason>);

/// Runs a function and its async twin, which must end alike.
macro_rules! ended {
    ($hint:expr; $($argument:tt)*) => {{
        #[retry($($argument)*, on_give_up = |event| reason.set(Some(event.reason())))]
        fn call(hint: Option<Duration>, reason: &Cell<Option<GiveUpReason>>) -> Result<(), Throttled> {
            Err(Throttled(hint))
        }

        #[retry($($argument)*, on_give_up = |event| reason.set(Some(event.reason())))]
        async fn call_async(
            hint: Option<Duration>,
            reason: &Cell<Option<GiveUpReason>>,
        ) -> Result<(), Throttled> {
            Err(Throttled(hint))
        }

        let (guard, reason) = (testing::no_wait(), Cell::new(None));
        assert!(call($hint, &reason).is_err());
        let blocking: Ended = (guard.delays(), reason.take());
        let guard = testing::no_wait();
        assert!(finish(call_async($hint, &reason)).is_err());
        assert_eq!(blocking, (guard.delays(), reason.take()));
        blocking
    }};
}

fn used_up(waits: Vec<Duration>) -> Ended {
    (waits, Some(GiveUpReason::MaxAttempts))
}

fn too_long(waits: Vec<Duration>) -> Ended {
    (waits, Some(GiveUpReason::HintTooLong))
}

fn late(waits: Vec<Duration>) -> Ended {
    (waits, Some(GiveUpReason::Deadline))
}

#[test]
fn a_wait_is_at_least_as_long_as_the_hint() {
    let hinted = |hint| ended!(hint; max = 4, base = "1s", jitter = none);
    assert_eq!(hinted(None), used_up(secs([1, 2, 4])));
    assert_eq!(hinted(Some(3 * SECOND)), used_up(secs([3, 3, 4])));
    assert_eq!(hinted(Some(90 * SECOND)), used_up(secs([90; 3])));
    assert_eq!(hinted(Some(Duration::from_nanos(2_000_000_001))).0[1], Duration::from_nanos(2_000_000_001));
}

#[test]
fn a_hint_may_exceed_max_delay() {
    let hinted = |hint| ended!(hint; max = 3, base = "1s", max_delay = "1s", jitter = none);
    assert_eq!(hinted(Some(60 * SECOND)), used_up(secs([60, 60])));
}

#[test]
fn a_hint_adds_no_attempts_and_no_wait_after_the_last() {
    let hinted = |hint| ended!(hint; max = 1, base = "1s", jitter = none);
    assert_eq!(hinted(Some(SECOND)), used_up(vec![]));
    // The last attempt is the last whatever the peer says.
    assert_eq!(hinted(Some(Duration::MAX)), used_up(vec![]));
}

#[test]
fn hints_of_zero_and_for_ever_do_no_harm() {
    let hinted = |hint| ended!(hint; max = 3, base = "1s", jitter = none);
    assert_eq!(hinted(Some(Duration::ZERO)), used_up(secs([1, 2])));
    assert_eq!(hinted(Some(Duration::from_nanos(1))), used_up(secs([1, 2])));
    assert_eq!(hinted(Some(Duration::MAX)), too_long(vec![]));
    let jittered = |hint| ended!(hint; max = 3, base = "1s", jitter = up_to("1s"));
    assert_eq!(jittered(Some(Duration::MAX)), too_long(vec![]));
}

#[test]
fn five_minutes_are_granted_by_default_and_no_more() {
    let hinted = |hint| ended!(hint; max = 2, base = "1s", jitter = none);
    assert_eq!(hinted(Some(300 * SECOND)), used_up(secs([300])));
    assert_eq!(hinted(Some(300 * SECOND + Duration::from_nanos(1))), too_long(vec![]));
}

#[test]
fn a_policy_says_how_long_a_hint_may_be() {
    const SHORT: Policy = Policy::new().max(3).max_hint(Duration::from_secs(10));
    const ANY: Policy = Policy::new().max(3).max_hint(Duration::MAX);
    let short = |hint| ended!(hint; policy = SHORT, jitter = none);
    assert_eq!(short(Some(10 * SECOND)), used_up(secs([10, 10])));
    assert_eq!(short(Some(11 * SECOND)), too_long(vec![]));
    // Without a limit the longest hint saturates; nothing overflows.
    let (waits, reason) = ended!(Some(Duration::MAX); policy = ANY, jitter = 0.3);
    assert_eq!((waits.len(), reason), (2, Some(GiveUpReason::MaxAttempts)));
    assert!(waits.iter().all(|&wait| wait >= Duration::from_nanos(u64::MAX)));
}

#[test]
fn a_limit_below_the_policys_own_delay_forbids_the_hint_alone() {
    const NONE: Policy = Policy::new().max(2).max_hint(Duration::ZERO);
    let hinted = |hint| ended!(hint; policy = NONE, jitter = none);
    assert_eq!(hinted(None), used_up(secs([1])));
    assert_eq!(hinted(Some(Duration::ZERO)), used_up(secs([1])));
    assert_eq!(hinted(Some(Duration::from_nanos(1))), too_long(vec![]));
}

#[test]
fn a_hint_that_reaches_the_deadline_ends_the_call_without_a_wait() {
    let hinted = |hint| ended!(hint; max = 5, base = "1s", jitter = none, deadline = "10s");
    assert_eq!(hinted(Some(10 * SECOND)), late(vec![]));
    assert_eq!(hinted(Some(300 * SECOND)), late(vec![]));
    assert_eq!(hinted(Some(10 * SECOND - Duration::from_nanos(1))).0.len(), 1);
    assert_eq!(hinted(Some(4 * SECOND)), late(secs([4, 4])));
    // A longer one is refused as a hint before the deadline is looked at.
    assert_eq!(hinted(Some(301 * SECOND)), too_long(vec![]));
}

#[test]
fn a_hint_that_would_break_within_ends_the_call() {
    // 1 s and 2 s of the policy's own, so that hints may add 7 s.
    let hinted = |hint| ended!(hint; max = 3, base = "1s", jitter = none, within = "10s");
    assert_eq!(hinted(None), used_up(secs([1, 2])));
    assert_eq!(hinted(Some(5 * SECOND)), used_up(secs([5, 5])));
    assert_eq!(hinted(Some(8 * SECOND)), too_long(secs([8])));
    assert_eq!(hinted(Some(8 * SECOND + Duration::from_nanos(1))), too_long(vec![]));
    assert_eq!(hinted(Some(2 * SECOND)), used_up(secs([2, 2])));
    // No room at all: any hint that is longer than the delay breaks the proof, a shorter one does not.
    let tight = |hint| ended!(hint; max = 3, base = "1s", jitter = none, within = "3s");
    assert_eq!(tight(None), used_up(secs([1, 2])));
    assert_eq!(tight(Some(SECOND)), used_up(secs([1, 2])));
    assert_eq!(tight(Some(SECOND + Duration::from_nanos(1))), too_long(vec![]));
}

#[test]
fn the_waits_of_a_call_stay_within_whatever_is_hinted() {
    #[retry(max = 6, base_ms = 100, jitter = 0.3, within = "10s", retry_after = |_| hints.next())]
    fn call(hints: &mut dyn Iterator<Item = Duration>) -> Result<(), ()> {
        Err(())
    }

    for seed in 0..200_u64 {
        let guard = testing::no_wait();
        guard.seed(seed);
        let mut hints = (1..).map(|n| Duration::from_millis(seed * 7919 * n % 4000));
        assert!(call(&mut hints).is_err());
        assert!(guard.delays().iter().sum::<Duration>() <= 10 * SECOND, "{:?}", guard.delays());
    }
}

#[test]
fn hints_are_spread_upwards_and_repeatably() {
    const HINT: Duration = Duration::from_secs(100);

    fn waits(call: fn() -> Result<(), Throttled>, seed: u64) -> Vec<Duration> {
        let guard = testing::no_wait();
        guard.seed(seed);
        assert!(call().is_err());
        guard.delays()
    }

    macro_rules! spread {
        ($expected:expr; $($jitter:tt)*) => {{
            #[retry(max = 500, base = "1s", max_delay = "50s", jitter = $($jitter)*)]
            fn call() -> Result<(), Throttled> {
                Err(Throttled(Some(HINT)))
            }

            let (first, longest): (_, Duration) = (waits(call, 7), HINT + $expected);
            assert_eq!(first, waits(call, 7));
            assert!(first.iter().all(|&wait| wait >= HINT), "{first:?}");
            if $expected.is_zero() {
                assert!(first.iter().all(|&wait| wait == HINT));
            } else {
                assert_ne!(first, waits(call, 8));
                assert!(first.iter().all(|&wait| wait < longest), "{first:?}");
                // The whole width is used: 499 draws reach both its ends.
                assert!(first.iter().any(|&wait| wait < HINT + $expected / 20));
                assert!(first.iter().any(|&wait| wait > longest - $expected / 20));
            }
        }};
    }

    spread!(Duration::ZERO; none);
    spread!(30 * SECOND; 0.3);
    spread!(50 * SECOND; spread(0.5));
    spread!(10 * SECOND; full);
    spread!(10 * SECOND; equal);
    spread!(7 * SECOND; up_to("7s"));
}

#[test]
fn decorrelated_delays_grow_by_the_policy_and_not_by_hints() {
    #[retry(max = 3, base = "1s", jitter = decorrelated, retry_after = |_| hints.next().flatten())]
    fn call(hints: &mut dyn Iterator<Item = Option<Duration>>) -> Result<(), ()> {
        Err(())
    }

    for seed in 0..50 {
        let guard = testing::no_wait();
        guard.seed(seed);
        assert!(call(&mut [Some(100 * SECOND), None].into_iter()).is_err());
        let delays = guard.delays();
        assert!(delays[0] >= 100 * SECOND && delays[0] < 110 * SECOND);
        assert!(delays[1] < 9 * SECOND, "{delays:?}");
    }
}

/// Hints by the argument.
mod by_argument {
    use super::*;

    #[derive(Debug, PartialEq)]
    enum Reply {
        Busy { seconds: u64 },
        Down,
    }

    impl Reply {
        fn hint(&self) -> Option<Duration> {
            match self {
                Reply::Busy { seconds } => Some(Duration::from_secs(*seconds)),
                Reply::Down => None,
            }
        }
    }

    fn hint(reply: &Reply) -> Option<Duration> {
        reply.hint()
    }

    #[retry(max = 3, base = "1s", jitter = none, retry_after = |reply| reply.hint())]
    fn closure(replies: &mut dyn Iterator<Item = Reply>) -> Result<(), Reply> {
        Err(replies.next().unwrap())
    }

    #[retry(max = 3, base = "1s", jitter = none, retry_after = hint)]
    async fn path(replies: &mut dyn Iterator<Item = Reply>) -> Result<(), Reply> {
        Err(replies.next().unwrap())
    }

    #[retry(max = 3, base = "1s", jitter = none, retry_after = Reply::hint)]
    async fn method(replies: &mut dyn Iterator<Item = Reply>) -> Result<(), Reply> {
        tokio::task::yield_now().await;
        Err(replies.next().unwrap())
    }

    #[test]
    fn is_a_closure_or_a_path() {
        let replies = || [Reply::Busy { seconds: 5 }, Reply::Down, Reply::Down].into_iter();
        let expected = secs([5, 2]);
        let guard = testing::no_wait();
        assert_eq!(closure(&mut replies()), Err(Reply::Down));
        assert_eq!(guard.delays(), expected);
        let guard = testing::no_wait();
        assert_eq!(finish(path(&mut replies())), Err(Reply::Down));
        assert_eq!(guard.delays(), expected);
        let guard = testing::no_wait();
        assert_eq!(finish(method(&mut replies())), Err(Reply::Down));
        assert_eq!(guard.delays(), expected);
    }

    #[test]
    fn wins_over_the_errors_own_hint() {
        let none = ended!(Some(50 * SECOND); max = 3, base = "1s", jitter = none, retry_after = |_| None);
        assert_eq!(none, used_up(secs([1, 2])));
        let longer = |hint| {
            ended!(
                hint;
                max = 3, base = "1s", jitter = none, retry_after = |error| error.0.map(|hint| 2 * hint)
            )
        };
        assert_eq!(longer(Some(50 * SECOND)), used_up(secs([100, 100])));
        assert_eq!(longer(None), used_up(secs([1, 2])));
    }

    struct Client {
        hint: Duration,
    }

    impl Client {
        #[retry(max = 2, base = "1s", jitter = none, retry_after = |_| Some(self.hint * factor + *more))]
        fn call(&self, factor: u32, more: &Duration) -> Result<(), Down> {
            Err(Down(0))
        }
    }

    #[test]
    fn uses_arguments_and_self() {
        let guard = testing::no_wait();
        assert!(Client { hint: 2 * SECOND }.call(3, &SECOND).is_err());
        assert_eq!(guard.delays(), secs([7]));
    }

    #[test]
    fn works_for_options_and_anyhow() {
        #[retry(max = 2, base = "1s", jitter = none, retry_after = |()| Some(Duration::from_secs(9)))]
        fn absent() -> Option<()> {
            None
        }

        #[retry(
            max = 2,
            base = "1s",
            jitter = none,
            retry_after = |error| error.downcast_ref::<Throttled2>()?.0,
        )]
        fn any(hint: u64) -> anyhow::Result<()> {
            Err(Throttled2(Some(Duration::from_secs(hint))).into())
        }

        let guard = testing::no_wait();
        assert!(absent().is_none());
        assert!(any(8).is_err());
        assert_eq!(guard.delays(), secs([9, 8]));
    }

    #[derive(Debug)]
    struct Throttled2(Option<Duration>);

    impl std::fmt::Display for Throttled2 {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("throttled")
        }
    }

    impl std::error::Error for Throttled2 {}
}

#[test]
fn hints_are_asked_for_once_after_each_failure() {
    #[retry(max = 3, base = "1s", retry_after = |_| { asked.set(asked.get() + 1); None })]
    fn call(op: &Flaky, asked: &Cell<u32>) -> Result<u32, Down> {
        op.call()
    }

    let (_guard, asked) = (testing::no_wait(), Cell::new(0));
    assert_eq!(call(&Flaky::failing(0), &asked), Ok(1));
    assert_eq!(asked.get(), 0);
    assert_eq!(call(&Flaky::failing(2), &asked), Ok(3));
    assert_eq!(asked.get(), 2);
}

#[test]
fn a_hint_is_what_on_retry_is_told_as_the_delay() {
    #[retry(max = 3, base_ms = 100, jitter = none, on_retry = |event| told.push(event.delay()))]
    fn call(hint: Duration, told: &mut Vec<Duration>) -> Result<(), Throttled> {
        Err(Throttled(Some(hint)))
    }

    let (guard, mut told) = (testing::no_wait(), Vec::new());
    assert!(call(Duration::from_millis(150), &mut told).is_err());
    assert_eq!(told, millis([150, 200]));
    assert_eq!(told, guard.delays());
}

/// A generic error's hint is read by the bound.
#[test]
fn the_bound_retryable_brings_the_hint() {
    #[retry(max = 2, base = "1s", jitter = none)]
    fn call<E: Retryable>(error: impl Fn() -> E) -> Result<(), E> {
        Err(error())
    }

    #[retry(max = 2, base = "1s", jitter = none)]
    fn bare<E>(error: impl Fn() -> E) -> Result<(), E> {
        Err(error())
    }

    let guard = testing::no_wait();
    assert!(call(|| Throttled(Some(5 * SECOND))).is_err());
    assert!(bare(|| Throttled(Some(5 * SECOND))).is_err());
    assert_eq!(guard.delays(), secs([5, 1]));
}

#[test]
fn waits_for_refused_values_count_against_within_too() {
    #[retry(max = 3, base = "1s", jitter = none, within = "10s", retry_ok = |call| *call == 1)]
    fn poll(op: &Flaky, hint: Duration) -> Result<u32, Throttled> {
        let call = op.call().unwrap_or_default();
        if call == 1 { Ok(call) } else { Err(Throttled(Some(hint))) }
    }

    for (hint, waits) in [(9 * SECOND, secs([1, 9])), (9 * SECOND + SECOND / 2, secs([1]))] {
        let guard = testing::no_wait();
        assert_eq!(poll(&Flaky::failing(0), hint), Err(Throttled(Some(hint))));
        assert_eq!(guard.delays(), waits);
    }
}
