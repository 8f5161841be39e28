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
}

#[test]
fn methods_of_foreign_traits() {
    let _guard = testing::no_wait();
    assert_eq!(foreign_traits::sync(&crate::support::Flaky::failing(2)), Ok(3));
}
