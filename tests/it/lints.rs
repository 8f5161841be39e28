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
    #[expect(clippy::manual_async_fn, reason = "the shape is what is tested")]
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

/// Values that are known only at run time.
#[deny(warnings, clippy::all, clippy::pedantic, clippy::nursery, unused, nonstandard_style, rust_2018_idioms)]
mod denied_at_run_time {
    use std::time::Duration;

    use async_trait::async_trait;
    use reattempt::{Jitter, Policy, retry};

    use crate::support::Down;

    const fn retries() -> u32 {
        1
    }

    #[derive(Clone, Debug)]
    pub(super) struct Client {
        pub(super) retries: u32,
        pub(super) base: Duration,
        pub(super) policy: Option<Policy>,
    }

    #[retry(max = self.retries, base = self.base, jitter = 0.1, name = "client {self.retries}")]
    impl Client {
        pub(super) fn inherited(&self) -> Result<u32, Down> {
            Err(Down(self.retries))?
        }

        #[retry(max = max, factor = f64::from(factor), jitter = spread(0.1 * f64::from(max)))]
        pub(super) fn own(&self, max: u32, factor: u32) -> Result<u32, Down> {
            Err(Down(self.retries))
        }

        #[retry(max = || retries(), base = || Duration::from_secs(1), jitter = || -> Jitter { Jitter::None })]
        pub(super) async fn closures(&self) -> Result<u32, Down> {
            Err(Down(self.retries))?
        }

        #[retry(max = || -> u32 { retries() }, base_ms = || { if retries() == 1 { return 1; } 2 })]
        pub(super) fn closures_with_control_flow(&self) -> Result<u32, Down> {
            Err(Down(self.retries))
        }

        #[retry(policy = self.policy.as_ref())]
        pub(super) fn by_policy(&self) -> Result<u32, Down> {
            Err(Down(self.retries))
        }

        #[retry(policy = self.policy)]
        pub(super) fn future(&self, only_here: u32) -> impl Future<Output = Result<u32, Down>> {
            let retries = self.retries + only_here;
            async move { Err(Down(retries)) }
        }

        #[retry(clone(self), max = max)]
        pub(super) fn consumed(mut self, mut max: u32) -> Result<u32, Down> {
            max += 1;
            self.retries += max;
            Err(Down(self.retries))
        }
    }

    #[async_trait]
    pub(super) trait Fetch {
        async fn fetch(&self, max: u32, base: Duration) -> Result<u32, Down>;
    }

    #[async_trait]
    impl Fetch for Client {
        #[retry(max = max, base = base, max_delay = 2 * self.base, name = "fetch {self.retries}")]
        async fn fetch(&self, max: u32, base: Duration) -> Result<u32, Down> {
            Err(Down(self.retries))
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

/// Attributes of arguments, as they would work without `#[retry]`.
#[deny(warnings, unused_mut, unused_variables)]
mod argument_attributes {
    use std::pin::Pin;

    use reattempt::retry;

    #[retry]
    pub(super) fn allowed(#[allow(unused_mut)] mut n: u32) -> Option<u32> {
        Some(n)
    }

    #[retry]
    pub(super) fn expected(#[expect(unused_mut, reason = "it is not changed")] mut n: u32) -> Option<u32> {
        Some(n)
    }

    #[retry]
    pub(super) fn unused(#[expect(unused_variables, unused_mut)] mut n: u32) -> Option<u32> {
        None
    }

    #[retry]
    pub(super) fn by_group(#[expect(unused)] mut n: u32) -> Option<u32> {
        None
    }

    #[retry(clone(text))]
    pub(super) fn cloned(#[expect(unused_variables)] text: String, n: u32) -> Option<u32> {
        Some(n)
    }

    #[retry]
    pub(super) fn about_the_name(#[expect(non_snake_case)] mut N: u32) -> Option<u32> {
        N += 1;
        Some(N)
    }

    #[retry]
    pub(super) fn by_cfg_attr(
        #[cfg_attr(all(), expect(unused_mut), cfg(all()))] mut n: u32,
        #[cfg_attr(any(), expect(unused_mut), cfg(any()))] mut m: u32,
    ) -> Option<u32> {
        m += n;
        Some(m)
    }

    #[retry]
    pub(super) fn in_a_pattern(
        #[expect(unused_variables)] (mut a, b): (u32, u32),
        #[allow(unused_mut)] (mut c, mut d): (u32, u32),
    ) -> Option<u32> {
        a += c;
        d += a;
        Some(d)
    }

    #[retry(clone(wide, text))]
    pub(super) fn removed(
        #[cfg(any())] mut wide: Box<u64>,
        #[cfg(not(any()))] mut wide: String,
        #[cfg(any())] text: String,
        #[cfg(not(all()))] (mut a, b): (u32, u32),
        #[cfg(not(any()))] (mut a, b): (u64, u64),
        #[cfg_attr(all(), cfg(any()))] mut c: u32,
    ) -> Option<String> {
        a += b;
        wide.push_str(&a.to_string());
        Some(wide)
    }

    #[retry]
    pub(super) async fn in_async(
        #[cfg(any())] mut wide: u64,
        #[expect(unused_mut)] mut narrow: u32,
    ) -> Option<u32> {
        let narrow = Some(narrow)?;
        Some(narrow)
    }

    #[retry(clone(list))]
    pub(super) fn before_the_future(
        #[expect(unused_mut)] mut n: u32,
        #[cfg(any())] mut m: u32,
        mut list: Vec<u32>,
    ) -> impl Future<Output = Option<u32>> {
        list.push(n);
        let sum = list.iter().sum();
        async move { Some(sum) }
    }

    #[async_trait::async_trait]
    pub(super) trait Fetch {
        async fn fetch(self, #[cfg(any())] mut wide: u64, mut n: u32, text: String) -> Option<usize>;
    }

    #[async_trait::async_trait]
    impl Fetch for () {
        #[retry(clone(text))]
        async fn fetch(self, #[cfg(any())] mut wide: u64, mut n: u32, text: String) -> Option<usize> {
            n += 0;
            Some(text.len() + usize::try_from(n).ok()?)
        }
    }

    #[derive(Clone)]
    pub(super) struct Client(pub(super) u32);

    #[retry]
    impl Client {
        #[retry(clone(self))]
        pub(super) fn receiver(#[expect(unused_mut, unused_variables)] mut self) -> Option<u32> {
            Some(1)
        }

        pub(super) fn pinned(mut self: Pin<&mut Self>, mut other: Pin<&mut Client>) -> Result<u32, u32> {
            self.as_mut().0 += 1;
            other.set(Client(3));
            replace(other)?;
            Err(self.0)
        }

        #[retry(clone(self))]
        #[cfg(any())]
        pub(super) fn absent(#[cfg(any())] mut self) -> Result<u32, u32> {
            Ok(1)
        }
    }

    fn replace(mut client: Pin<&mut Client>) -> Result<(), u32> {
        client.set(Client(4));
        if client.0 == 4 { Ok(()) } else { Err(0) }
    }
}

#[test]
fn attributes_of_an_argument_stand_on_its_binding() {
    use argument_attributes::*;
    let _guard = reattempt::testing::no_wait();
    let run = crate::support::finish::<std::pin::Pin<Box<dyn Future<Output = Option<u32>>>>>;
    assert_eq!((allowed(1), expected(1), unused(1), by_group(1)), (Some(1), Some(1), None, None));
    assert_eq!((cloned(String::new(), 1), about_the_name(1)), (Some(1), Some(2)));
    assert_eq!((by_cfg_attr(1, 1), in_a_pattern((1, 1), (1, 1))), (Some(2), Some(3)));
    assert_eq!(removed("1".to_owned(), (1, 1)).as_deref(), Some("12"));
    assert_eq!(run(Box::pin(in_async(1))), Some(1));
    assert_eq!(run(Box::pin(before_the_future(1, vec![1]))), Some(2));
    assert_eq!(crate::support::finish(().fetch(1, "1".to_owned())), Some(2));
    assert_eq!(Client(1).receiver(), Some(1));
    let (mut client, mut other) = (Client(0), Client(0));
    assert_eq!(std::pin::Pin::new(&mut client).pinned(std::pin::Pin::new(&mut other)), Err(3));
}

/// Each would be `E0453` if an expansion allowed a lint for itself.
mod forbidden {
    #![forbid(unreachable_code, unused_imports, unreachable_patterns, unused, warnings)]
    #![forbid(
        clippy::all,
        clippy::pedantic,
        clippy::needless_pass_by_value,
        clippy::diverging_sub_expression
    )]

    use reattempt::{CircuitBreaker, RetryBudget, RetryError, retry};

    use crate::support::{Down, Flaky};

    static BUDGET: RetryBudget = RetryBudget::new();
    static BREAKER: CircuitBreaker = CircuitBreaker::new();

    /// A body that never returns, and arguments that every attempt has a clone of.
    ///
    /// # Errors
    /// Never.
    #[retry(clone(text, list))]
    pub(super) fn diverges(text: String, list: Vec<u32>, mut n: u32) -> Result<u32, Down> {
        n += 1;
        leave(text, &list, n)
    }

    /// Takes its first argument.
    pub(super) fn leave(text: String, list: &[u32], n: u32) -> ! {
        drop(text);
        panic!("{n} {list:?}")
    }

    /// A pattern that matches every error.
    ///
    /// # Errors
    /// While it is down.
    #[retry(on = Failure::Down(_) | Failure::Never, error = Failure, budget = BUDGET, breaker = BREAKER)]
    pub(super) fn exhaustive(op: &Flaky) -> Result<u32, RetryError<Failure>> {
        op.call().map_err(Failure::Down)
    }

    /// With hooks, in the future.
    ///
    /// # Errors
    /// While it is down.
    #[retry(on = Down(_), on_retry = |_| (), on_give_up = async |_| (), fallback = async |_| Ok(0))]
    pub(super) async fn asynchronous(op: &Flaky) -> Result<u32, Down> {
        tokio::task::yield_now().await;
        op.call()
    }

    /// A success that never is.
    ///
    /// # Errors
    /// At the end.
    #[retry(retry_ok = |_| true, on_retry = |_| (), error = Down, fallback = |_| Err(Down(0)))]
    pub(super) fn endless(op: &Flaky) -> Result<std::convert::Infallible, Down> {
        Err(Down(op.call()?))
    }

    /// Nothing at all that ever is.
    ///
    /// # Errors
    /// Never.
    #[retry]
    pub(super) fn impossible() -> Result<std::convert::Infallible, std::convert::Infallible> {
        leave(String::new(), &[], 0)
    }

    impl std::fmt::Display for Failure {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            match self {
                Failure::Down(down) => down.fmt(f),
                Failure::Never => f.write_str("never"),
            }
        }
    }

    /// An error with one variant in use.
    #[derive(Debug, reattempt::Retryable)]
    pub(super) enum Failure {
        /// It is down.
        #[retryable]
        Down(Down),
        /// It is not.
        Never,
    }
}

#[test]
fn forbidden_lints_are_not_allowed_by_an_expansion() {
    let guard = reattempt::testing::no_wait();
    let op = crate::support::Flaky::failing;
    assert_eq!(forbidden::exhaustive(&op(2)).ok(), Some(3));
    assert_eq!(crate::support::finish(forbidden::asynchronous(&op(2))), Ok(3));
    assert!(forbidden::endless(&op(2)).is_err());
    drop(guard);
    let _ = (forbidden::diverges, forbidden::impossible, forbidden::Failure::Never);
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
    use std::time::Duration;

    use denied_at_run_time::Fetch as _;
    use reattempt::Policy;

    use crate::support::{Down, finish};

    let _guard = reattempt::testing::no_wait();
    let op = crate::support::Flaky::failing(2);
    assert_eq!(denied::plain(&op), Ok(3));
    assert_eq!(denied::closure(&op, "n".to_owned(), 1), Ok("n5".to_owned()));
    assert!(denied::Client(1).consume().is_err());
    let client =
        denied_at_run_time::Client { retries: 1, base: Duration::ZERO, policy: Some(Policy::new().max(1)) };
    assert_eq!(client.inherited(), Err(Down(1)));
    assert_eq!(client.own(1, 1), Err(Down(1)));
    assert_eq!(client.closures_with_control_flow(), Err(Down(1)));
    assert_eq!(client.by_policy(), Err(Down(1)));
    assert_eq!(finish(client.closures()), Err(Down(1)));
    assert_eq!(finish(client.future(1)), Err(Down(2)));
    assert_eq!(finish(client.fetch(0, Duration::ZERO)), Err(Down(1)));
    assert_eq!(client.consumed(1), Err(Down(3)));
    let _ =
        (denied::endless, denied::asynchronous(&op), denied::future(&op), denied::Client(1).parameter::<2>());
}
