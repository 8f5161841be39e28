//! Under `#[async_trait]`, which rewrites a method before or after us.

use async_trait::async_trait;
use reattempt::{Policy, retry};

use crate::support::{Down, assert_send, run};

/// A service that fails on its first calls; `Send` and `Sync`, since the trait asks for it.
#[derive(Clone, Debug, Default)]
struct Store {
    failures: u32,
    calls: std::sync::Arc<std::sync::atomic::AtomicU32>,
    policy: Policy,
}

impl Store {
    fn failing(failures: u32) -> Self {
        Store { failures, ..Store::default() }
    }

    fn call(&self) -> Result<u32, Down> {
        let call = self.calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        if call <= self.failures { Err(Down(call)) } else { Ok(call) }
    }
}

#[async_trait]
trait Storage {
    async fn borrowed(&self, key: &str) -> Result<String, Down>;
    async fn owned(&self, key: String, n: u32) -> Result<(String, u32), Down>;
    async fn exclusive(&mut self, log: &mut Vec<u32>) -> Result<u32, Down>;
    async fn by_value(self, pair: (u32, String)) -> Result<u32, Down>
    where
        Self: Sized;
    async fn by_policy(&self) -> Result<u32, Down>;
    async fn optional(&self) -> Option<u32>;

    #[retry]
    async fn provided(&self) -> Result<u32, Down>
    where
        Self: Sync,
    {
        let text = self.borrowed("k").await?;
        Ok(text.len() as u32)
    }
}

/// The attribute on each method: `#[async_trait]` expands first.
struct Inside(Store);

#[async_trait]
impl Storage for Inside {
    #[retry]
    async fn borrowed(&self, key: &str) -> Result<String, Down> {
        tokio::task::yield_now().await;
        let call = self.0.call()?;
        Ok(format!("{key}{call}"))
    }

    #[retry(clone(key))]
    async fn owned(&self, key: String, mut n: u32) -> Result<(String, u32), Down> {
        n += 1;
        let key = key + "!";
        self.0.call()?;
        Ok((key, n))
    }

    #[retry]
    async fn exclusive(&mut self, log: &mut Vec<u32>) -> Result<u32, Down> {
        log.push(1);
        self.0.policy = Policy::new();
        self.0.call()
    }

    #[retry(clone(self, text))]
    async fn by_value(self, (mut n, text): (u32, String)) -> Result<u32, Down> {
        let Inside(store) = self;
        n += 1;
        drop(text);
        store.call()?;
        Ok(n)
    }

    #[retry(policy = self.0.policy, max = 3)]
    async fn by_policy(&self) -> Result<u32, Down> {
        self.0.call()
    }

    #[retry]
    async fn optional(&self) -> Option<u32> {
        self.0.call().ok()
    }
}

impl Clone for Inside {
    fn clone(&self) -> Self {
        Inside(self.0.clone())
    }
}

/// The attribute on the block, beside `#[async_trait]`.
macro_rules! on_the_block {
    ($name:ident: $(#[$attribute:meta])*) => {
        #[derive(Clone)]
        struct $name(Store);

        $(#[$attribute])*
        impl Storage for $name {
            async fn borrowed(&self, key: &str) -> Result<String, Down> {
                let call = self.0.call()?;
                Ok(format!("{key}{call}"))
            }

            #[retry(clone(key))]
            async fn owned(&self, key: String, mut n: u32) -> Result<(String, u32), Down> {
                n += 1;
                let key = key + "!";
                self.0.call()?;
                Ok((key, n))
            }

            async fn exclusive(&mut self, log: &mut Vec<u32>) -> Result<u32, Down> {
                log.push(1);
                self.0.call()
            }

            #[retry(clone(self, text))]
            async fn by_value(self, (mut n, text): (u32, String)) -> Result<u32, Down> {
                let $name(store) = self;
                n += 1;
                drop(text);
                store.call()?;
                Ok(n)
            }

            #[retry(policy = self.0.policy)]
            async fn by_policy(&self) -> Result<u32, Down> {
                self.0.call()
            }

            #[retry]
            async fn optional(&self) -> Option<u32> {
                self.0.call().ok()
            }
        }
    };
}

// Ours expands first, or the other.
on_the_block!(Above: #[retry(max = 3)] #[async_trait]);
on_the_block!(Below: #[async_trait] #[retry(max = 3)]);

fn exercise<S: Storage + Sync + Send>(wrap: impl Fn(Store) -> S) {
    let storage = || wrap(Store::failing(2));
    assert_eq!(run(assert_send(storage().borrowed("k"))), Ok("k3".to_owned()));
    assert_eq!(run(storage().owned("k".to_owned(), 1)), Ok(("k!".to_owned(), 2)));
    let mut log = Vec::new();
    assert_eq!(run(storage().exclusive(&mut log)), Ok(3));
    assert_eq!(log, [1, 1, 1]);
    assert_eq!(run(storage().by_value((1, "t".to_owned()))), Ok(2));
    assert_eq!(run(storage().by_policy()), Ok(3));
    assert_eq!(run(storage().optional()), Some(3));
    assert_eq!(run(storage().provided()), Ok(2));
}

#[test]
fn on_each_method() {
    exercise(Inside);
}

#[test]
fn above_on_the_block() {
    exercise(Above);
}

#[test]
fn below_on_the_block() {
    exercise(Below);
}

#[async_trait(?Send)]
trait Local {
    async fn local(&self) -> Result<u32, Down>;
}

#[async_trait(?Send)]
impl Local for crate::support::Flaky {
    #[retry]
    async fn local(&self) -> Result<u32, Down> {
        let call = self.call()?;
        Ok(call)
    }
}

#[test]
fn without_send() {
    assert_eq!(run(crate::support::Flaky::failing(2).local()), Ok(3));
}
