//! How a call ends without success: `error = T` and `fallback`.
#![allow(clippy::all, clippy::pedantic, reason = "attributes are what users write, not what clippy would")]

use std::cell::Cell;
use std::error::Error;
use std::fmt::{self, Debug, Display};
use std::io;
use std::time::Duration;

use async_trait::async_trait;
use reattempt::testing::Guard;
use reattempt::{AttemptTimeout, GiveUpReason, RetryError, Retryable, retry, testing};

use crate::support::{Down, Flaky, assert_send, finish, run};
use GiveUpReason::{Deadline, HintTooLong, MaxAttempts, NotRetryable};

mod wrapped {
    //! Why a call gave up, in the caller's error.

    use super::*;

    /// The function's own error.
    #[derive(Debug)]
    struct Failed(RetryError<Down>);

    impl From<RetryError<Down>> for Failed {
        fn from(error: RetryError<Down>) -> Self {
            Failed(error)
        }
    }

    macro_rules! fails {
        ($attempt:expr; $($argument:tt)*) => {{
            #[retry(error = Down, $($argument)*)]
            fn blocking(guard: &Guard, op: &Flaky) -> Result<u32, Failed> {
                guard.advance($attempt);
                op.call()
            }

            #[retry(error = Down, $($argument)*)]
            async fn asynchronous(guard: &Guard, op: &Flaky) -> Result<u32, Failed> {
                guard.advance($attempt);
                let call = op.call()?;
                Ok(call)
            }

            let guard = testing::no_wait();
            let Err(Failed(blocking)) = blocking(&guard, &Flaky::broken()) else { panic!("it succeeded") };
            let guard = testing::no_wait();
            let asynchronous = finish(asynchronous(&guard, &Flaky::broken()));
            let Err(Failed(asynchronous)) = asynchronous else { panic!("it succeeded") };
            assert_eq!(format!("{blocking:?}"), format!("{asynchronous:?}"));
            blocking
        }};
    }

    fn facts(error: RetryError<Down>) -> (GiveUpReason, u32, Duration, u32) {
        let facts = (error.reason(), error.attempts(), error.elapsed());
        let source = error.source().expect("the last error is the source").downcast_ref::<Down>().cloned();
        let last = error.last().cloned();
        assert_eq!(source, last);
        assert_eq!(last, error.into_last());
        (facts.0, facts.1, facts.2, last.expect("there was an attempt").0)
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_error_tells_reason_attempts_time_and_the_last_error() {
        let used_up = fails!(SECOND; max = 3, base = "1s", jitter = none);
        assert_eq!(facts(used_up), (MaxAttempts, 3, 6 * SECOND, 3));
        let late =
            fails!(2 * SECOND; max = 9, base = "1s", backoff = constant, jitter = none, deadline = "10s");
        assert_eq!(facts(late), (Deadline, 4, 11 * SECOND, 4));
        let permanent = fails!(SECOND; unless = Down(2), base = "1s", jitter = none);
        assert_eq!(facts(permanent), (NotRetryable, 2, 3 * SECOND, 2));
        let told_off = fails!(SECOND; retry_after = |_| Some(Duration::MAX));
        assert_eq!(facts(told_off), (HintTooLong, 1, SECOND, 1));
        let proven = fails!(SECOND; jitter = none, within = "3s", retry_after = |_| Some(2 * SECOND));
        assert_eq!(facts(proven), (HintTooLong, 1, SECOND, 1));
        let single = fails!(SECOND; max = 1);
        assert_eq!(facts(single), (MaxAttempts, 1, SECOND, 1));
    }

    #[test]
    fn the_error_displays_as_the_reason_and_debugs_with_the_last_error() {
        let error = fails!(SECOND; max = 2, base = "1s", jitter = none);
        assert_eq!(error.to_string(), "gave up after 2 attempts in 3s: no attempts are left");
        let debug = "RetryError { reason: MaxAttempts, attempts: 2, elapsed: 3s, last: down at call 2";
        assert!(format!("{error:?}").starts_with(debug), "{error:?}");
        let error = fails!(SECOND; max = 1);
        assert_eq!(error.to_string(), "gave up after 1 attempt in 1s: no attempts are left");
    }

    #[test]
    fn a_success_is_left_alone() {
        #[retry(error = Down)]
        fn call(op: &Flaky) -> Result<u32, Failed> {
            op.call()
        }

        let _guard = testing::no_wait();
        assert_eq!(call(&Flaky::failing(2)).unwrap(), 3);
        assert_eq!(call(&Flaky::failing(0)).unwrap(), 1);
    }

    #[test]
    fn it_may_be_returned_as_it_is_or_in_a_box() {
        #[retry(error = Down)]
        fn itself(op: &Flaky) -> Result<u32, RetryError<Down>> {
            op.call()
        }

        #[retry(error = Down)]
        async fn any(op: &Flaky) -> anyhow::Result<u32> {
            op.call()
        }

        #[retry(error = Down)]
        fn boxed(op: &Flaky) -> Result<u32, Box<dyn Error + Send + Sync>> {
            op.call()
        }

        let _guard = testing::no_wait();
        assert_eq!(itself(&Flaky::broken()).unwrap_err().into_last(), Some(Down(3)));
        let any = run(any(&Flaky::broken())).unwrap_err();
        assert_eq!(any.downcast_ref::<RetryError<Down>>().map(RetryError::attempts), Some(3));
        assert_eq!(any.root_cause().downcast_ref(), Some(&Down(3)));
        let boxed = boxed(&Flaky::broken()).unwrap_err();
        assert_eq!(boxed.downcast_ref::<RetryError<Down>>().map(RetryError::reason), Some(MaxAttempts));
    }

    /// What the body's errors become on the way into it.
    #[derive(Debug)]
    enum Step {
        Down(Down),
        Io(io::Error),
        Timeout(AttemptTimeout),
    }

    impl From<Down> for Step {
        fn from(error: Down) -> Self {
            Step::Down(error)
        }
    }

    impl From<io::Error> for Step {
        fn from(error: io::Error) -> Self {
            Step::Io(error)
        }
    }

    impl From<AttemptTimeout> for Step {
        fn from(error: AttemptTimeout) -> Self {
            Step::Timeout(error)
        }
    }

    /// Another error of a function's own.
    #[derive(Debug)]
    struct Own {
        reason: GiveUpReason,
        last: Option<Step>,
    }

    impl From<RetryError<Step>> for Own {
        fn from(error: RetryError<Step>) -> Self {
            Own { reason: error.reason(), last: error.into_last() }
        }
    }

    #[test]
    fn the_body_converts_into_its_error_with_a_question_mark() {
        #[retry(error = Step, unless = Step::Io(_))]
        fn call(op: &Flaky, path: &str) -> Result<u32, Own> {
            let call = op.call()?;
            if path.is_empty() {
                return Err(Step::Io(io::ErrorKind::NotFound.into()));
            }
            std::fs::metadata(path)?;
            Ok(call)
        }

        let _guard = testing::no_wait();
        for path in ["/nowhere/at/all", ""] {
            let missing = call(&Flaky::failing(1), path).unwrap_err();
            let Own { reason: NotRetryable, last: Some(Step::Io(error)) } = missing else {
                panic!("{missing:?}")
            };
            assert_eq!(error.kind(), io::ErrorKind::NotFound);
        }
        let down = call(&Flaky::broken(), "").unwrap_err();
        assert!(matches!(down, Own { reason: MaxAttempts, last: Some(Step::Down(Down(3))) }), "{down:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_that_hangs_fails_with_the_bodys_error() {
        #[retry(error = Step, max = 2, attempt_timeout = "5s")]
        async fn hang() -> Result<u32, Own> {
            std::future::pending().await
        }

        let _guard = testing::no_wait();
        let hung = hang().await.unwrap_err();
        let Own { reason: MaxAttempts, last: Some(Step::Timeout(timeout)) } = hung else {
            panic!("{hung:?}")
        };
        assert_eq!(timeout.limit(), 5 * SECOND);
    }

    #[test]
    fn rules_and_hooks_see_the_bodys_error() {
        #[retry(
            error = io::Error,
            max = 5,
            on = io::Error,
            when = |error| error.kind() == io::ErrorKind::TimedOut,
            on_retry = |event| kinds.push(event.error().map(io::Error::kind)),
            on_give_up = |event| kinds.push(event.error().map(io::Error::kind)),
        )]
        fn call(
            results: &mut dyn Iterator<Item = io::ErrorKind>,
            kinds: &mut Vec<Option<io::ErrorKind>>,
        ) -> anyhow::Result<()> {
            Err(results.next().unwrap().into())
        }

        let (_guard, mut kinds) = (testing::no_wait(), Vec::new());
        let errors = [io::ErrorKind::TimedOut, io::ErrorKind::NotFound];
        let error = call(&mut errors.into_iter(), &mut kinds).unwrap_err();
        assert_eq!(error.downcast_ref::<RetryError<io::Error>>().map(RetryError::reason), Some(NotRetryable));
        assert_eq!(kinds, errors.map(Some));
    }

    #[test]
    fn the_bodys_error_has_its_own_word() {
        #[retry(error = io::Error)]
        fn call(kind: io::ErrorKind) -> Result<(), RetryError<io::Error>> {
            Err(kind.into())
        }

        let _guard = testing::no_wait();
        assert_eq!(call(io::ErrorKind::NotFound).unwrap_err().reason(), NotRetryable);
        assert_eq!(call(io::ErrorKind::TimedOut).unwrap_err().reason(), MaxAttempts);
    }

    #[test]
    fn boxed_errors_are_sources_themselves() {
        #[retry(error = anyhow::Error)]
        fn any(op: &Flaky) -> Result<u32, RetryError<anyhow::Error>> {
            use anyhow::Context;
            op.call().context("fetching")
        }

        #[retry(error = Box<dyn Error>)]
        fn boxed(op: &Flaky) -> Result<u32, RetryError<Box<dyn Error>>> {
            Ok(op.call()?)
        }

        #[retry(error = Box<dyn Error + Send + Sync>)]
        async fn boxed_sync(op: &Flaky) -> Result<u32, RetryError<Box<dyn Error + Send + Sync>>> {
            Ok(op.call()?)
        }

        #[retry(error = eyre::Report)]
        fn report(op: &Flaky) -> Result<u32, RetryError<eyre::Report>> {
            Ok(op.call()?)
        }

        let _guard = testing::no_wait();
        let error = any(&Flaky::broken()).unwrap_err();
        let source = error.source().unwrap();
        assert_eq!(source.to_string(), "fetching");
        assert_eq!(source.source().unwrap().downcast_ref(), Some(&Down(3)));
        assert_eq!(boxed(&Flaky::broken()).unwrap_err().source().unwrap().downcast_ref(), Some(&Down(3)));
        let error = run(boxed_sync(&Flaky::broken())).unwrap_err();
        assert_eq!(error.source().unwrap().downcast_ref(), Some(&Down(3)));
        assert_eq!(report(&Flaky::broken()).unwrap_err().source().unwrap().downcast_ref(), Some(&Down(3)));
    }

    #[test]
    fn what_is_no_error_is_no_source() {
        #[retry(error = String)]
        fn text() -> Result<(), RetryError<String>> {
            Err("busy".to_owned())
        }

        #[retry(error = ())]
        fn nothing() -> Result<(), RetryError<()>> {
            Err(())
        }

        let _guard = testing::no_wait();
        let error = text().unwrap_err();
        assert!(error.source().is_none());
        assert!(format!("{error:?}").contains("last: busy"), "{error:?}");
        assert_eq!(error.into_last().as_deref(), Some("busy"));
        assert!(nothing().unwrap_err().source().is_none());
    }

    #[test]
    fn debug_and_display_ask_nothing_of_the_error() {
        /// Has no traits at all.
        struct Mute;

        #[retry(error = Mute)]
        fn mute() -> Result<(), RetryError<Mute>> {
            Err(Mute)
        }

        fn shown<E>(error: &RetryError<E>) -> (String, String) {
            (error.to_string(), format!("{error:?}"))
        }

        let _guard = testing::no_wait();
        let (display, debug) = shown(&mute().unwrap_err());
        assert!(display.ends_with("no attempts are left"), "{display}");
        assert!(debug.contains("MaxAttempts") && debug.contains("Mute"), "{debug}");
    }

    #[test]
    fn the_error_moves_between_threads_if_the_last_one_does() {
        fn is_both<T: Send + Sync>() {}
        is_both::<RetryError<Down>>();
        is_both::<RetryError<anyhow::Error>>();
    }

    struct Client {
        op: Flaky,
    }

    /// The same error for every method.
    #[retry(error = Down, max = 2)]
    impl Client {
        fn get(&self) -> Result<u32, Failed> {
            self.op.call()
        }

        async fn fetch(&self) -> Result<String, RetryError<Down>> {
            let call = self.op.call()?;
            Ok(call.to_string())
        }

        #[retry(error = anyhow::Error)]
        fn of_its_own(&self) -> Result<u32, RetryError<anyhow::Error>> {
            Ok(self.op.call()?)
        }
    }

    #[async_trait]
    trait Service {
        async fn call(&self) -> Result<u32, RetryError<Step>>;
    }

    #[async_trait]
    impl Service for () {
        #[retry(error = Step, max = 2)]
        async fn call(&self) -> Result<u32, RetryError<Step>> {
            tokio::task::yield_now().await;
            Err(Down(1))?;
            Ok(1)
        }
    }

    #[test]
    fn methods_blocks_and_traits() {
        let _guard = testing::no_wait();
        let client = || Client { op: Flaky::broken() };
        assert_eq!(client().get().unwrap_err().0.attempts(), 2);
        assert_eq!(run(client().fetch()).unwrap_err().attempts(), 2);
        assert_eq!(client().of_its_own().unwrap_err().attempts(), 2);
        assert_eq!(run(assert_send(().call())).unwrap_err().attempts(), 2);
    }

    #[test]
    fn generic_errors() {
        #[retry(error = E, max = 2)]
        fn bare<E>(error: impl Fn() -> E) -> Result<(), RetryError<E>> {
            Err(error())
        }

        #[retry(error = E, max = 2)]
        async fn bound<E: Error + Retryable + 'static, F: From<RetryError<E>>>(
            error: impl Fn() -> E,
        ) -> Result<(), F> {
            Err(error())
        }

        let _guard = testing::no_wait();
        assert_eq!(bare(|| Down(7)).unwrap_err().into_last(), Some(Down(7)));
        let missing = || io::Error::from(io::ErrorKind::NotFound);
        let error: RetryError<_> = run(bound(missing)).unwrap_err();
        assert_eq!(error.reason(), NotRetryable);
        assert_eq!(
            error.source().unwrap().downcast_ref().map(io::Error::kind),
            Some(io::ErrorKind::NotFound)
        );
    }
}

mod nested {
    //! A loop around a loop does not multiply the attempts.

    use super::*;

    #[retry(error = Down)]
    fn inner(op: &Flaky) -> Result<u32, RetryError<Down>> {
        op.call()
    }

    /// Calls of a broken operation by a loop around [`inner`].
    fn calls<T>(outer: impl FnOnce(&Flaky) -> T) -> u32 {
        let (_guard, op) = (testing::no_wait(), Flaky::broken());
        outer(&op);
        op.calls()
    }

    /// An error that wraps the other loop's.
    #[derive(Debug)]
    enum Wrapping {
        Inner(RetryError<Down>),
    }

    impl Display for Wrapping {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the inner loop failed")
        }
    }

    impl Error for Wrapping {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            let Wrapping::Inner(error) = self;
            Some(error)
        }
    }

    impl From<RetryError<Down>> for Wrapping {
        fn from(error: RetryError<Down>) -> Self {
            Wrapping::Inner(error)
        }
    }

    macro_rules! outer {
        ($($argument:tt)*) => {
            #[retry($($argument)*)]
            fn direct(op: &Flaky) -> Result<u32, RetryError<Down>> {
                inner(op)
            }

            #[retry($($argument)*)]
            async fn through_an_enum(op: &Flaky) -> Result<u32, Wrapping> {
                Ok(inner(op)?)
            }

            #[retry($($argument)*)]
            fn through_a_box(op: &Flaky) -> Result<u32, Box<dyn Error>> {
                Ok(inner(op)?)
            }

            #[retry($($argument)*)]
            fn through_a_sync_box(op: &Flaky) -> Result<u32, Box<dyn Error + Send + Sync>> {
                Ok(inner(op)?)
            }

            #[retry($($argument)*)]
            async fn through_anyhow(op: &Flaky) -> anyhow::Result<u32> {
                Ok(inner(op)?)
            }

            #[retry($($argument)*)]
            fn through_anyhow_with_context(op: &Flaky) -> anyhow::Result<u32> {
                use anyhow::Context;
                inner(op).context("inner").context("outer")
            }

            #[retry($($argument)*)]
            fn through_eyre_with_context(op: &Flaky) -> eyre::Result<u32> {
                use eyre::WrapErr;
                inner(op).wrap_err("inner")
            }

            #[retry($($argument)*)]
            fn through_an_enum_in_anyhow(op: &Flaky) -> anyhow::Result<u32> {
                Ok(inner(op).map_err(Wrapping::Inner)?)
            }

            #[retry($($argument)*)]
            fn through_a_boxed_enum(op: &Flaky) -> Result<u32, Box<Wrapping>> {
                inner(op).map_err(|error| Box::new(Wrapping::Inner(error)))
            }
        };
    }

    #[test]
    fn the_outer_loop_stops() {
        outer!(max = 4);
        assert_eq!(calls(direct), 3);
        assert_eq!(calls(|op| run(through_an_enum(op))), 3);
        assert_eq!(calls(through_a_box), 3);
        assert_eq!(calls(through_a_sync_box), 3);
        assert_eq!(calls(|op| run(through_anyhow(op))), 3);
        assert_eq!(calls(through_anyhow_with_context), 3);
        assert_eq!(calls(through_eyre_with_context), 3);
        assert_eq!(calls(through_an_enum_in_anyhow), 3);
        assert_eq!(calls(through_a_boxed_enum), 3);
    }

    /// The source of such an error is not the error in it, but that one's source.
    #[test]
    fn an_io_error_hides_nothing() {
        #[retry(max = 4)]
        fn outer(op: &Flaky) -> io::Result<u32> {
            inner(op).map_err(io::Error::other)
        }

        assert_eq!(calls(outer), 3);
    }

    #[test]
    fn a_type_in_on_does_not_change_that() {
        #[retry(max = 4, on = Down)]
        fn by_type(op: &Flaky) -> anyhow::Result<u32> {
            Ok(inner(op)?)
        }

        assert_eq!(calls(by_type), 3);
    }

    #[test]
    fn a_pattern_or_when_asks_for_it() {
        #[retry(max = 4, on = Wrapping::Inner(_))]
        fn by_pattern(op: &Flaky) -> Result<u32, Wrapping> {
            Ok(inner(op)?)
        }

        #[retry(max = 4, when = |_| true)]
        fn by_when(op: &Flaky) -> Result<u32, RetryError<Down>> {
            inner(op)
        }

        assert_eq!(calls(by_pattern), 4 * 3);
        assert_eq!(calls(by_when), 4 * 3);
    }

    #[test]
    fn the_error_of_an_outer_loop_says_that_it_was_not_retryable() {
        #[retry(error = RetryError<Down>)]
        fn outer(op: &Flaky) -> Result<u32, RetryError<RetryError<Down>>> {
            inner(op)
        }

        let _guard = testing::no_wait();
        let error = outer(&Flaky::broken()).unwrap_err();
        assert_eq!((error.reason(), error.attempts()), (NotRetryable, 1));
        assert_eq!(error.into_last().unwrap().attempts(), 3);
    }

    /// Always retryable by its own word.
    #[derive(Debug)]
    struct Optimist(RetryError<Down>);

    impl Display for Optimist {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("once more")
        }
    }

    impl Error for Optimist {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    impl Retryable for Optimist {
        fn is_retryable(&self) -> bool {
            true
        }
    }

    #[test]
    fn the_errors_own_word_does_not_change_that_either() {
        #[retry(max = 4)]
        fn outer(op: &Flaky) -> Result<u32, Optimist> {
            inner(op).map_err(Optimist)
        }

        assert_eq!(calls(outer), 3);
    }

    #[test]
    fn a_loop_without_an_error_of_its_own_is_retried() {
        #[retry]
        fn plain(op: &Flaky) -> Result<u32, Down> {
            op.call()
        }

        #[retry(max = 4)]
        fn outer(op: &Flaky) -> anyhow::Result<u32> {
            Ok(plain(op)?)
        }

        assert_eq!(calls(outer), 4 * 3);
    }
}

mod fallbacks {
    //! What is returned instead of the last error.

    use super::*;

    fn value_of(error: Down) -> Result<u32, Down> {
        Ok(100 + error.0)
    }

    async fn value_of_async(error: Down) -> Result<u32, Down> {
        tokio::task::yield_now().await;
        Ok(100 + error.0)
    }

    #[retry(fallback = |error| Ok(100 + error.0))]
    fn closure(op: &Flaky) -> Result<u32, Down> {
        op.call()
    }

    #[retry(fallback = value_of)]
    fn path(op: &Flaky) -> Result<u32, Down> {
        op.call()
    }

    #[retry(fallback = |error| Ok(100 + error.0))]
    async fn closure_in_async(op: &Flaky) -> Result<u32, Down> {
        op.call()
    }

    #[retry(fallback = value_of)]
    async fn path_in_async(op: &Flaky) -> Result<u32, Down> {
        op.call()
    }

    #[retry(fallback = value_of_async)]
    async fn async_path(op: &Flaky) -> Result<u32, Down> {
        op.call()
    }

    #[retry(fallback = async |error: Down| Ok(100 + error.0))]
    async fn async_closure(op: &Flaky) -> Result<u32, Down> {
        op.call()
    }

    #[retry(fallback = |error| async move { tokio::task::yield_now().await; Ok(100 + error.0) })]
    async fn async_block(op: &Flaky) -> Result<u32, Down> {
        op.call()
    }

    #[test]
    fn a_function_a_closure_or_a_future_of_either() {
        let _guard = testing::no_wait();
        assert_eq!(closure(&Flaky::broken()), Ok(103));
        assert_eq!(path(&Flaky::broken()), Ok(103));
        assert_eq!(run(closure_in_async(&Flaky::broken())), Ok(103));
        assert_eq!(run(path_in_async(&Flaky::broken())), Ok(103));
        assert_eq!(run(async_path(&Flaky::broken())), Ok(103));
        assert_eq!(run(async_closure(&Flaky::broken())), Ok(103));
        assert_eq!(run(async_block(&Flaky::broken())), Ok(103));
    }

    #[test]
    fn it_is_called_once_and_only_on_giving_up() {
        #[retry(fallback = |error| { called.set(called.get() + 1); Err(error) })]
        fn blocking(op: &Flaky, called: &Cell<u32>) -> Result<u32, Down> {
            op.call()
        }

        #[retry(fallback = async |error| { called.set(called.get() + 1); Err(error) })]
        async fn asynchronous(op: &Flaky, called: &Cell<u32>) -> Result<u32, Down> {
            let call = op.call()?;
            Ok(call)
        }

        let (_guard, called) = (testing::no_wait(), Cell::new(0));
        for failures in 0..3 {
            assert_eq!(blocking(&Flaky::failing(failures), &called), Ok(failures + 1));
            assert_eq!(run(asynchronous(&Flaky::failing(failures), &called)), Ok(failures + 1));
        }
        assert_eq!(called.get(), 0);
        assert_eq!(blocking(&Flaky::broken(), &called), Err(Down(3)));
        assert_eq!(called.get(), 1);
        assert_eq!(run(asynchronous(&Flaky::broken(), &called)), Err(Down(3)));
        assert_eq!(called.get(), 2);
    }

    #[test]
    fn every_reason_leads_to_it() {
        macro_rules! ends {
            ($($argument:tt)*) => {{
                #[retry($($argument)*, fallback = |error| Ok(100 + error.0))]
                fn call(op: &Flaky) -> Result<u32, Down> {
                    op.call()
                }

                let _guard = testing::no_wait();
                call(&Flaky::broken()).unwrap() - 100
            }};
        }

        assert_eq!(ends!(max = 2), 2);
        assert_eq!(ends!(unless = Down(1)), 1);
        assert_eq!(ends!(retry_after = |_| Some(Duration::MAX)), 1);
        assert_eq!(ends!(base = "1s", deadline = "2s", retry_after = |_| Some(Duration::from_secs(2))), 1);
    }

    #[test]
    fn an_option_falls_back_from_nothing() {
        #[retry(fallback = |()| Some(7))]
        fn closure(op: &Flaky) -> Option<u32> {
            op.call().ok()
        }

        #[retry(fallback = |_| Some(7))]
        async fn any(op: &Flaky) -> Option<u32> {
            op.call().ok()
        }

        #[retry(fallback = async |()| Some(7))]
        async fn async_closure(op: &Flaky) -> Option<u32> {
            op.call().ok()
        }

        fn seven(_: ()) -> Option<u32> {
            Some(7)
        }

        #[retry(fallback = seven)]
        fn path(op: &Flaky) -> Option<u32> {
            op.call().ok()
        }

        let _guard = testing::no_wait();
        assert_eq!(closure(&Flaky::broken()), Some(7));
        assert_eq!(run(any(&Flaky::broken())), Some(7));
        assert_eq!(run(async_closure(&Flaky::broken())), Some(7));
        assert_eq!(path(&Flaky::broken()), Some(7));
        assert_eq!(closure(&Flaky::failing(2)), Some(3));
    }

    /// Answers from what it knows where the server does not.
    struct Client {
        op: Flaky,
        known: u32,
        fallbacks: u32,
    }

    impl Client {
        fn new() -> Client {
            Client { op: Flaky::broken(), known: 5, fallbacks: 0 }
        }

        #[retry(fallback = |error| if offset > *limit { Err(error) } else { Ok(self.known + offset) })]
        fn get(&self, offset: u32, limit: &u32) -> Result<u32, Down> {
            self.op.call()
        }

        #[retry(fallback = async |_| { self.fallbacks += 1; tokio::task::yield_now().await; Ok(self.known) })]
        async fn fetch(&mut self) -> Result<u32, Down> {
            self.op.call()
        }

        #[retry(fallback = |error| self.remember(error))]
        async fn load(&mut self) -> Result<u32, Down> {
            self.op.call()
        }

        async fn remember(&mut self, error: Down) -> Result<u32, Down> {
            tokio::task::yield_now().await;
            self.fallbacks += error.0;
            Ok(self.known)
        }

        #[retry(fallback = |_| Ok(text))]
        fn owned(&self, text: String) -> Result<String, Down> {
            self.op.call().map(|call| call.to_string())
        }

        #[retry(clone(text), fallback = |_| Ok(text))]
        async fn cloned(&self, text: String) -> Result<String, Down> {
            let text = text + "!";
            self.op.call()?;
            Ok(text)
        }
    }

    #[retry(max = 2, fallback = |_| Ok(self.known))]
    impl Client {
        fn of_the_block(&self) -> Result<u32, Down> {
            self.op.call()
        }

        async fn of_the_block_async(&self) -> Result<u32, Down> {
            self.op.call()
        }
    }

    #[async_trait]
    trait Service {
        async fn call(&self, text: &str, owned: String) -> Result<String, Down>;
    }

    #[async_trait]
    impl Service for u32 {
        #[retry(fallback = |error| async move { Ok(format!("{text} {owned} {} {self}", error.0)) })]
        async fn call(&self, text: &str, owned: String) -> Result<String, Down> {
            Err(Down(*self))
        }
    }

    #[test]
    fn it_uses_arguments_and_self() {
        let _guard = testing::no_wait();
        assert_eq!(Client::new().get(1, &2), Ok(6));
        assert_eq!(Client::new().get(3, &2), Err(Down(3)));
        let mut client = Client::new();
        assert_eq!(run(client.fetch()), Ok(5));
        assert_eq!(client.fallbacks, 1);
        assert_eq!(run(client.load()), Ok(5));
        assert_eq!(client.fallbacks, 1 + 6);
        assert_eq!(Client::new().owned("t".to_owned()), Ok("t".to_owned()));
        assert_eq!(run(Client::new().cloned("t".to_owned())), Ok("t".to_owned()));
        assert_eq!(Client::new().of_the_block(), Ok(5));
        assert_eq!(run(Client::new().of_the_block_async()), Ok(5));
    }

    #[test]
    fn under_async_trait() {
        assert_eq!(run(9.call("t", "o".to_owned())), Ok("t o 9 9".to_owned()));
    }

    #[test]
    fn with_an_error_of_its_own_it_gets_that() {
        #[retry(
            error = Down,
            fallback = |error| Err(format!("{:?} after {}", error.reason(), error.attempts())),
        )]
        fn blocking(op: &Flaky) -> Result<u32, String> {
            op.call()
        }

        #[retry(error = Down, fallback = describe)]
        async fn asynchronous(op: &Flaky) -> Result<u32, String> {
            let call = op.call()?;
            Ok(call)
        }

        async fn describe(error: RetryError<Down>) -> Result<u32, String> {
            tokio::task::yield_now().await;
            Err(format!("{:?} after {}: {}", error.reason(), error.attempts(), error.into_last().unwrap()))
        }

        let _guard = testing::no_wait();
        assert_eq!(blocking(&Flaky::broken()), Err("MaxAttempts after 3".to_owned()));
        assert_eq!(blocking(&Flaky::failing(2)), Ok(3));
        assert_eq!(
            run(asynchronous(&Flaky::broken())),
            Err("MaxAttempts after 3: down at call 3".to_owned())
        );
    }

    #[test]
    fn it_is_not_retried() {
        #[retry(max = 2, fallback = |_| op.call())]
        fn again(op: &Flaky) -> Result<u32, Down> {
            op.call()
        }

        let guard = testing::no_wait();
        assert_eq!(again(&Flaky::broken()), Err(Down(3)));
        assert_eq!(again(&Flaky::failing(2)), Ok(3));
        assert_eq!(guard.delays().len(), 2);
    }

    #[test]
    fn it_comes_without_a_wait() {
        let guard = testing::no_wait();
        assert_eq!(closure(&Flaky::broken()), Ok(103));
        assert_eq!(guard.delays().len(), 2);
    }

    #[test]
    fn a_result_of_a_generic_type() {
        #[retry(max = 2, fallback = |_| Ok(T::default()))]
        async fn or_default<T: Default, E>(call: impl Fn() -> Result<T, E>) -> Result<T, E> {
            call()
        }

        assert_eq!(run(or_default(|| Err::<u32, _>(Down(1)))), Ok(0));
    }

    #[tokio::test(start_paused = true)]
    async fn after_attempts_that_hang() {
        #[retry(
            max = 2,
            attempt_timeout = "5s",
            fallback = async |error: anyhow::Error| Ok(error.to_string()),
        )]
        async fn hang() -> anyhow::Result<String> {
            std::future::pending().await
        }

        let guard = testing::no_wait();
        assert_eq!(hang().await.unwrap(), "the attempt did not end within 5s");
        assert_eq!(guard.delays().len(), 1);
    }
}
