//! Names of the user's that are also names of ours, or of the language.

use reattempt::testing;

mod shadowed {
    #![allow(
        dead_code,
        non_camel_case_types,
        non_snake_case,
        reason = "these names are there to be in the way"
    )]

    use ::reattempt::retry;

    use crate::support::{Down, Flaky};

    pub(crate) struct Ok;
    pub(crate) struct Err;
    pub(crate) struct Some;
    pub(crate) struct None;
    pub(crate) struct Option;
    pub(crate) struct Result;
    pub(crate) struct Outcome;
    pub(crate) struct Policy;
    pub(crate) struct Future;
    pub(crate) trait Clone {}
    pub(crate) trait Into {}
    pub(crate) trait From {}
    pub(crate) struct u32_;
    pub(crate) struct Duration;
    mod core {}
    mod std {}
    mod reattempt {}
    mod retry_core {}

    #[retry(max = 3, base = "1s", jitter = full)]
    pub(crate) fn sync(op: &Flaky) -> ::std::result::Result<u32, Down> {
        let call = op.call()?;
        ::std::result::Result::Ok(call)
    }

    #[retry(max = 3, deadline = "9m", attempt_timeout = "5m", name = "{op:?}")]
    pub(crate) async fn asynchronous(op: &Flaky) -> ::std::result::Result<u32, Error> {
        let call = op.call()?;
        ::std::result::Result::Ok(call)
    }

    #[derive(Debug)]
    pub(crate) struct Error;

    impl ::std::convert::From<Down> for Error {
        fn from(_: Down) -> Error {
            Error
        }
    }

    impl ::std::convert::From<::reattempt::AttemptTimeout> for Error {
        fn from(_: ::reattempt::AttemptTimeout) -> Error {
            Error
        }
    }
}

mod locals {
    use reattempt::retry;

    use crate::support::{Down, Flaky};

    /// Arguments and locals with the names that the expansion uses.
    #[retry(max = 3, clone(wait), name = "{progress} {result} {site}")]
    #[allow(clippy::too_many_arguments, reason = "one for each name")]
    pub(super) fn named_like_ours(
        op: &Flaky,
        progress: u32,
        result: u32,
        value: u32,
        error: u32,
        same: u32,
        wait: String,
        site: u32,
        delay: u32,
    ) -> Result<u32, Down> {
        let sum = progress + result + value + error + same + site + delay + u32::from(wait.is_empty());
        let (timeout, sleep, unspent) = (1, 2, 3);
        op.call()?;
        Ok(sum + timeout + sleep + unspent)
    }

    /// Arguments with such names, which the attribute's own expressions mean.
    #[retry(
        policy = plan,
        name = "{error} {value}",
        when = |answer| answer.0 < result && outcome > 0 && error == "e" && seen,
        retry_ok = |hook| *hook < value,
        on_retry = |told| found.set(found.get() + told.attempt() + delay),
        on_give_up = |given_up| found.set(given_up.attempt() + last),
        fallback = |open| if open.0 == result { Ok(given_up) } else { Err(open) }
    )]
    #[expect(clippy::too_many_arguments, reason = "one for each name")]
    pub(super) fn expressions_mean_arguments(
        op: &Flaky,
        found: &std::cell::Cell<u32>,
        outcome: u32,
        plan: reattempt::Policy,
        error: &str,
        value: u32,
        result: u32,
        seen: bool,
        delay: u32,
        last: u32,
        given_up: u32,
    ) -> Result<u32, Down> {
        op.call()
    }

    #[retry(max = 3, policy = progress)]
    pub(super) async fn policy_named_like_ours(op: &Flaky, progress: reattempt::Policy) -> Result<u32, Down> {
        let result: Result<u32, Down> = op.call();
        let value = result?;
        Ok(value)
    }

    /// A constant with a name that we might use, and one that the attribute names.
    pub(super) const MAX: u32 = 3;
    pub(super) const POLICY: u32 = 7;

    #[retry(max = MAX)]
    pub(super) fn constants(op: &Flaky) -> Result<u32, Down> {
        op.call()?;
        Ok(MAX + POLICY)
    }
}

/// Items with the names of locals: a constant, a static, a unit struct, a tuple struct or an imported variant stands for
/// itself in a pattern, where a local would be bound.
macro_rules! items_named {
    ($module:ident: $($item:item)*) => {
        mod $module {
            #![allow(
                dead_code,
                unused_imports,
                unused_macros,
                non_camel_case_types,
                non_upper_case_globals,
                reason = "these items are there to be in the way"
            )]

            use reattempt::{CircuitBreaker, RetryBudget, RetryError, retry};

            use crate::support::{Down, Flaky};

            $($item)*

            static BUDGET: RetryBudget = RetryBudget::new();
            static BREAKER: CircuitBreaker = CircuitBreaker::new();

            fn seen<E>(_: &E) {}

            #[retry(max = 3, base_ms = 7, name = "{op:?}", clone(text))]
            pub(super) fn sync(op: &Flaky, mut text: String, mut n: u32) -> Result<u32, Down> {
                n += 1;
                text.push('x');
                Ok(op.call()? + n - 1)
            }

            #[retry(max = 3, base_ms = 7)]
            pub(super) fn plain(op: &Flaky) -> Result<u32, Down> {
                op.call()
            }

            #[retry(
                on = [Down, Down(0..)],
                when = |e| e.0 < 9,
                retry_ok = |n| *n < 3,
                on_retry = |event| seen(&event.error()),
                on_give_up = |event| seen(&event.reason()),
                budget = BUDGET,
                fallback = |_| Ok(0),
                attempt = n
            )]
            pub(super) fn hooks(op: &Flaky) -> Result<u32, Down> {
                op.call().map(|calls| calls + n - n)
            }

            #[retry(
                on = Failure::Down(_),
                max = N,
                budget = BUDGET,
                breaker = BREAKER,
                error = Failure,
                on_retry = async |event| seen(&event.error()),
                on_give_up = async |event| seen(&event.reason()),
                attempt_timeout = "9m"
            )]
            pub(super) async fn asynchronous<const N: u32>(op: &Flaky) -> Result<u32, RetryError<Failure>> {
                Ok(op.call()?)
            }

            #[retry(max = 3, fallback = async |_| Ok(0), on_retry = |_| (), policy = reattempt::Policy::new())]
            pub(super) async fn answered(op: &Flaky) -> Result<u32, Failure> {
                Ok(op.call()?)
            }

            #[derive(Debug, reattempt::Retryable)]
            pub(super) enum Failure {
                #[retryable]
                Timeout(reattempt::AttemptTimeout),
                #[retryable]
                Down(Down),
                #[retryable(delegate)]
                Io(std::io::Error),
                #[retryable(after = 0)]
                Later(std::time::Duration),
            }

            impl From<Down> for Failure {
                fn from(down: Down) -> Failure {
                    Failure::Down(down)
                }
            }

            impl From<reattempt::AttemptTimeout> for Failure {
                fn from(cut: reattempt::AttemptTimeout) -> Failure {
                    Failure::Timeout(cut)
                }
            }
        }
    };
}
macro_rules! items_of_every_kind {
    ($($name:ident)*) => {
        items_named! { constants: $(const $name: u32 = 7;)* }
        items_named! { statics: $(static $name: u32 = 7;)* }
        items_named! { unit_structs: $(struct $name;)* }
        items_named! { variants: pub(super) enum Names { $($name),* } use Names::*; }
        items_named! { macros: $(macro_rules! $name { () => { compile_error!("taken for ours") } })* }
    };
}

items_of_every_kind! {
    answer ask breaker budget delay error find future given_up hint hook is_done judged kept known last memory next
    open outcome plan planned progress refused result same search shared site sleep step timed_out timeout told
    unspent value waited policy millis wrapped wait
}

mod foreign_traits {
    use reattempt::retry;

    use crate::support::{Down, Flaky};

    /// Methods with the names that the expansion calls, on every type.
    #[expect(dead_code, reason = "it is there to be in the way")]
    pub(super) trait Greedy {
        fn into_result(self) -> u8
        where
            Self: Sized,
        {
            0
        }
        fn has_retried(self) -> u8
        where
            Self: Sized,
        {
            0
        }
        fn named(&self, _: &str) -> u8 {
            0
        }
        fn ok(&self) -> u8 {
            0
        }
    }
    impl<T: ?Sized> Greedy for T {}

    #[retry(name = "op {op:?}")]
    pub(super) fn sync(op: &Flaky) -> Result<u32, Down> {
        op.call()
    }
}

#[test]
fn the_prelude_shadowed() {
    let _guard = testing::no_wait();
    assert_eq!(shadowed::sync(&crate::support::Flaky::failing(2)), Ok(3));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let outcome = runtime.block_on(shadowed::asynchronous(&crate::support::Flaky::failing(2)));
    assert_eq!(outcome.ok(), Some(3));
}

#[test]
fn locals_named_like_ours() {
    let _guard = testing::no_wait();
    let op = crate::support::Flaky::failing(2);
    assert_eq!(locals::named_like_ours(&op, 1, 1, 1, 1, 1, String::new(), 1, 1), Ok(14));
    let op = crate::support::Flaky::failing(2);
    let policy = reattempt::Policy::new();
    assert_eq!(crate::support::run(locals::policy_named_like_ours(&op, policy)), Ok(3));
    assert_eq!(locals::constants(&crate::support::Flaky::failing(2)), Ok(10));
    let (op, found) = (crate::support::Flaky::failing(3), std::cell::Cell::new(0));
    let outcome = locals::expressions_mean_arguments(&op, &found, 9, policy, "e", 1, 3, true, 10, 20, 7);
    assert_eq!((outcome, found.get()), (Ok(7), 3 + 20));
}

#[test]
fn methods_of_foreign_traits() {
    let _guard = testing::no_wait();
    assert_eq!(foreign_traits::sync(&crate::support::Flaky::failing(2)), Ok(3));
}

#[test]
fn items_named_like_ours() {
    macro_rules! check {
        ($($module:ident)*) => {$({
            let _guard = testing::no_wait();
            let op = crate::support::Flaky::failing;
            assert_eq!($module::sync(&op(2), String::new(), 1), Ok(4));
            assert_eq!($module::plain(&op(2)), Ok(3));
            assert_eq!($module::hooks(&op(1)), Ok(3));
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            assert_eq!(runtime.block_on($module::asynchronous::<3>(&op(2))).ok(), Some(3));
            assert_eq!(runtime.block_on($module::answered(&op(9))).ok(), Some(0));
        })*};
    }
    check!(constants statics unit_structs variants macros);
}
