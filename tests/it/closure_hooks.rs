//! The hooks, the fallback and the values of a closure's call, in each form of the closure form.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use reattempt::{GiveUpReason, Jitter, Policy, testing};

use crate::support::{Down, Flaky, explained, finish, forms, secs};

const POLICY: Policy = Policy::new().max(3).jitter(Jitter::None);

#[test]
fn hooks_receive_each_retry_and_the_end() {
    let _guard = testing::no_wait();
    let told = RefCell::new(Vec::new());
    let results = forms!(POLICY, || Err::<u32, _>(Down(7));
    .on_retry(|event| told.borrow_mut().push((event.attempt(), event.error().map(|error| error.0), event.delay().as_secs())))
    .name("fetch")
    .on_give_up(|event| {
        assert_eq!((event.operation(), event.reason()), ("fetch", GiveUpReason::MaxAttempts));
        told.borrow_mut().push((event.attempt(), event.error().map(|error| error.0), 0));
    }));
    assert_eq!(results, [const { Err(Down(7)) }; 5]);
    let once = [(1, Some(7), 1), (2, Some(7), 2), (3, Some(7), 0)];
    assert_eq!(told.into_inner(), once.repeat(5));
}

#[test]
fn hooks_may_change_what_they_capture() {
    let _guard = testing::no_wait();
    let (mut retries, mut ends) = (0, Vec::new());
    let call = POLICY.retry(|| Err::<(), _>("down")).on_retry(|_| retries += 1);
    assert!(call.on_give_up(|event| ends.push(event.attempt())).run().is_err());
    let call = POLICY.retry_async(async || Err::<(), _>("down")).on_retry(|_| retries += 1);
    assert!(finish(call.on_give_up(|event| ends.push(event.attempt()))).is_err());
    assert_eq!((retries, ends), (4, vec![3, 3]));
}

#[test]
fn hooks_are_called_in_the_order_in_which_they_are_written() {
    let _guard = testing::no_wait();
    let told = RefCell::new(String::new());
    let tell = |name: &'static str| told.borrow_mut().push_str(name);
    let results = forms!(POLICY.max(2), || Err::<(), _>("down");
        .on_retry(|_| tell("a")).on_give_up(|_| tell("c")).when(|_| true)
        .on_retry(|_| tell("b")).on_give_up(|_| tell("d ")));
    assert_eq!(results, [Err("down"); 5]);
    assert_eq!(told.into_inner(), "abcd ".repeat(5));
}

#[test]
fn a_success_after_a_failure_has_a_hook() {
    let _guard = testing::no_wait();
    for (failures, expected) in [(0, None), (2, Some((3, Some(3))))] {
        let flaky = Cell::new(Flaky::failing(failures));
        let told = Cell::new(None);
        macro_rules! told_by {
            ($call:expr) => {{
                flaky.set(Flaky::failing(failures));
                assert_eq!($call, Ok(failures + 1));
                assert_eq!(told.take(), expected);
            }};
        }
        let operation = || {
            let now = flaky.replace(Flaky::failing(0));
            let result = now.call();
            flaky.set(now);
            result
        };
        let hook =
            |event: &reattempt::SuccessEvent<'_>| told.set(Some((event.attempt(), event.max_attempts())));
        told_by!(POLICY.retry(operation).on_success(hook).run());
        told_by!(POLICY.retry_with(|_| operation()).on_success(hook).run());
        told_by!(finish(POLICY.retry_async(async || operation()).on_success(hook)));
        told_by!(finish(POLICY.retry_async_with(|_| async { operation() }).on_success(hook)));
        told_by!(finish(POLICY.retry_async_mut(async || operation()).on_success(hook).run()));
    }
}

#[test]
fn a_fallback_has_the_last_word() {
    let _guard = testing::no_wait();
    let results = forms!(POLICY, || Err::<u32, _>(Down(7)); .fallback(|error| Ok(error.0 + 1)));
    assert_eq!(results, [const { Ok(8) }; 5]);
    let results =
        forms!(POLICY, || Err::<u32, _>(Down(7)); .fallback(|error| Err(Down(error.0 + 1))).name("fetch"));
    assert_eq!(results, [const { Err(Down(8)) }; 5]);
    let results = forms!(POLICY, || Err::<u32, _>(Down(7));
        .fallback(|error| Err(Down(error.0 + 1))).fallback(|error| Ok(error.0 * 10)));
    assert_eq!(results, [const { Ok(80) }; 5]);
    for result in explained!(POLICY, || Err::<u32, _>(Down(7)); .fallback(|_| Err(Down(8)))) {
        let error = result.unwrap_err();
        assert_eq!((error.reason(), error.into_last()), (GiveUpReason::MaxAttempts, Some(Down(8))));
    }
}

#[test]
fn values_are_polled() {
    let guard = testing::no_wait();
    let values = Cell::new(0);
    let next = || {
        values.set((values.get() + 1) % 3);
        Ok::<u32, Down>(values.get())
    };
    let results = forms!(POLICY, next; .retry_ok(|value| *value == 1).retry_ok(|value| *value == 2));
    assert_eq!(results, [const { Ok(0) }; 5]);
    assert_eq!(guard.delays(), secs([1, 2].repeat(5)));
}

#[test]
fn a_value_is_asked_once() {
    let _guard = testing::no_wait();
    let asked = Cell::new(0);
    let refuses = |_: &u32| {
        asked.set(asked.get() + 1);
        true
    };
    assert_eq!(forms!(POLICY, || Ok::<_, Down>(1); .retry_ok(refuses)), [const { Ok(1) }; 5]);
    assert_eq!(asked.get(), 3 * 5);
}

#[test]
fn a_poll_that_is_used_up_returns_the_last_value_or_explains() {
    let _guard = testing::no_wait();
    let told = RefCell::new(Vec::new());
    let results = forms!(POLICY, || Ok::<_, Down>(5);
        .retry_ok(|_| true).on_give_up(|event| told.borrow_mut().push((event.value().copied(), event.reason()))));
    assert_eq!(results, [const { Ok(5) }; 5]);
    assert_eq!(told.into_inner(), [(Some(5), GiveUpReason::MaxAttempts)].repeat(5));
    for result in
        explained!(POLICY, || Ok::<_, Down>(5); .retry_ok(|_| true).fallback(|_| panic!("no error")))
    {
        let error = result.unwrap_err();
        assert_eq!((error.reason(), error.attempts(), error.last()), (GiveUpReason::MaxAttempts, 3, None));
    }
}

#[test]
fn refused_values_may_ask_for_a_wait() {
    let guard = testing::no_wait();
    let results = forms!(POLICY, || Ok::<u64, Down>(90);
        .retry_after_ok(|seconds| Some(Duration::from_secs(*seconds))).retry_ok(|_| true));
    assert_eq!(results, [const { Ok(90) }; 5]);
    assert_eq!(guard.delays(), secs([90, 90].repeat(5)));
}

#[test]
fn hints_of_errors_are_read_in_any_order_of_steps() {
    #[derive(Debug, Clone, Copy, PartialEq)]
    struct Busy;

    impl reattempt::Retryable for Busy {
        fn is_retryable(&self) -> bool {
            true
        }

        fn retry_after(&self) -> Option<Duration> {
            Some(Duration::from_secs(7))
        }
    }

    let delays = |call: &dyn Fn()| {
        let guard = testing::no_wait();
        call();
        guard.delays()
    };
    let busy = || Err::<(), _>(Busy);
    let nine = |_: &Busy| Some(Duration::from_secs(9));
    assert_eq!(delays(&|| _ = forms!(POLICY, busy; .retryable())), secs([7; 10]));
    assert_eq!(delays(&|| _ = forms!(POLICY, busy; .retryable().retry_after(nine))), secs([9; 10]));
    assert_eq!(delays(&|| _ = forms!(POLICY, busy; .retry_after(nine).retryable())), secs([9; 10]));
    assert_eq!(
        delays(&|| _ = forms!(POLICY, busy; .retry_after(|_| None).retryable())),
        secs([1, 2].repeat(5))
    );
    let own = |_: &Busy, attempt: u32| Duration::from_secs(20) / attempt;
    assert_eq!(delays(&|| _ = forms!(POLICY, busy; .delay(own))), secs([20, 10].repeat(5)));
    assert_eq!(
        delays(&|| _ = forms!(POLICY, busy; .delay(own).retry_after(|_| Some(Duration::from_secs(15))))),
        secs([20, 15].repeat(5))
    );
}

#[test]
fn the_reason_is_explained() {
    let guard = testing::no_wait();
    for result in explained!(POLICY, || Err::<(), _>(Down(1)); .when(|_| false)) {
        let error = result.unwrap_err();
        assert_eq!((error.reason(), error.attempts()), (GiveUpReason::NotRetryable, 1));
        assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "down at call 1");
    }
    for result in explained!(POLICY.deadline(Duration::from_secs(2)), || {
        guard.advance(Duration::from_secs(3));
        Err::<(), _>(anyhow::Error::new(Down(1)))
    }; .name("fetch"))
    {
        let error = result.unwrap_err();
        assert_eq!((error.reason(), error.elapsed()), (GiveUpReason::Deadline, Duration::from_secs(3)));
        assert!(std::error::Error::source(&error).unwrap().is::<Down>());
    }
    for result in explained!(POLICY, || Err::<(), Box<dyn std::error::Error + Send + Sync>>("down".into());) {
        assert_eq!(std::error::Error::source(&result.unwrap_err()).unwrap().to_string(), "down");
    }
    for result in explained!(POLICY, || Err::<(), String>("down".to_owned());) {
        assert_eq!(result.unwrap_err().into_last().as_deref(), Some("down"));
    }
}
