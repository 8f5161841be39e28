//! Expansions under every lint group, and lints on the user's own code still at work.

#[deny(warnings, clippy::all, clippy::pedantic, unused, nonstandard_style, rust_2018_idioms)]
mod denied {
    use reattempt::retry;

    use crate::support::{Down, Flaky};

    /// Plain.
    ///
    /// # Errors
    /// While it is down.
    #[retry(max = 3, base = "1s", name = "{op:?}")]
    pub(super) fn plain(op: &Flaky) -> Result<u32, Down> {
        op.call()
    }

    /// With a closure.
    ///
    /// # Errors
    /// While it is down.
    #[retry(clone(text), deadline = "9m", within = "9m")]
    pub(super) fn closure(op: &Flaky, mut text: String, mut n: u32) -> Result<String, Down> {
        n += op.call()?;
        text.push_str(&n.to_string());
        Ok(text)
    }

    /// Async.
    ///
    /// # Errors
    /// While it is down.
    #[retry(max = 3, jitter = decorrelated)]
    pub(super) async fn asynchronous(op: &Flaky) -> Result<u32, Down> {
        tokio::task::yield_now().await;
        let call = op.call()?;
        Ok(call)
    }

    /// A future.
    #[retry]
    pub(super) fn future(op: &Flaky) -> impl Future<Output = Result<u32, Down>> {
        async move { op.call() }
    }

    /// Never ends.
    ///
    /// # Errors
    /// Never.
    #[retry]
    pub(super) fn endless() -> Result<u32, Down> {
        #[allow(clippy::empty_loop, reason = "it is never called")]
        loop {}
    }

    /// A block.
    #[derive(Clone, Debug)]
    pub(super) struct Client(pub(super) u32);

    #[retry(max = 4, factor = 3)]
    impl Client {
        /// By value.
        ///
        /// # Errors
        /// Always.
        #[retry(clone(self))]
        pub(super) fn consume(mut self) -> Result<u32, Down> {
            self.0 += 1;
            Err(Down(self.0))
        }

        /// By parameter.
        ///
        /// # Errors
        /// Always.
        #[retry(max = N)]
        pub(super) async fn parameter<const N: u32>(&self) -> Result<u32, Down> {
            Err(Down(self.0))?
        }
    }
}

mod expected {
    use reattempt::retry;

    #[retry]
    #[expect(dead_code, reason = "nobody calls it, and the compiler still sees that")]
    fn unused() -> Option<u32> {
        None
    }

    #[retry]
    #[expect(unused_variables, reason = "the body does not use it, and the compiler still sees that")]
    pub(super) fn unused_argument(argument: u32) -> Option<u32> {
        None
    }

    #[retry]
    #[expect(unused_mut, reason = "the body does not change it, and the compiler still sees that")]
    pub(super) fn unused_mut(mut argument: u32) -> Option<u32> {
        Some(argument)
    }

    #[retry]
    #[must_use]
    pub(super) fn must_use() -> Option<u32> {
        Some(1)
    }
}

#[test]
fn lints_see_the_users_code() {
    let _guard = reattempt::testing::no_wait();
    assert_eq!(expected::unused_argument(1), None);
    assert_eq!(expected::unused_mut(1), Some(1));
    #[expect(unused_must_use, reason = "the attribute survives")]
    {
        expected::must_use();
    }
}

#[test]
fn denied_code_runs() {
    let _guard = reattempt::testing::no_wait();
    let op = crate::support::Flaky::failing(2);
    assert_eq!(denied::plain(&op), Ok(3));
    assert_eq!(denied::closure(&op, "n".to_owned(), 1), Ok("n5".to_owned()));
    assert!(denied::Client(1).consume().is_err());
    let _ =
        (denied::endless, denied::asynchronous(&op), denied::future(&op), denied::Client(1).parameter::<2>());
}
