//! The closure form with every form of closure that borrows, in every place that asks for `Send`.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reattempt::{AttemptTimeout, CircuitBreaker, Hedge, Policy, RetryBudget, RetryRules, Throttle};

const POLICY: Policy = Policy::new().max(2);

static BUDGET: RetryBudget = RetryBudget::new();

#[derive(Clone)]
pub struct Client {
    hits: Arc<std::sync::atomic::AtomicU32>,
    breaker: Arc<CircuitBreaker>,
    throttle: Arc<Throttle>,
    hedge: Arc<Hedge>,
    rules: RetryRules<io::Error>,
}

impl Default for Client {
    fn default() -> Client {
        let rules = POLICY.rules::<io::Error>().unless::<AttemptTimeout>().boxed();
        Client {
            hits: Arc::default(),
            breaker: Arc::default(),
            throttle: Arc::default(),
            hedge: Arc::new(Hedge::after(Duration::from_secs(9))),
            rules,
        }
    }
}

/// A call in a generic function.
fn generic<'a, T, E, F, A>(operation: F) -> impl Future<Output = Result<T, E>> + Send + use<'a, T, E, F, A>
where
    F: FnMut() -> A + Send + 'a,
    A: Future<Output = Result<T, E>> + Send + 'a,
    T: Send + 'a,
    E: Send + 'a,
{
    POLICY.retry_async(operation).when(|_| true).on_retry(|_| ())
}

async fn ping() -> io::Result<String> {
    tokio::task::yield_now().await;
    Ok(String::new())
}

impl Client {
    async fn get(&self, url: &str) -> io::Result<String> {
        tokio::task::yield_now().await;
        self.hits.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Ok(url.to_owned())
    }

    async fn never(&self, _: &str) {
        std::future::pending().await
    }

    fn boxed<'a>(&'a self, url: &'a str) -> Pin<Box<dyn Future<Output = io::Result<String>> + Send + 'a>> {
        Box::pin(self.get(url))
    }
}

/// The forms, each as the body of a method that has `self` and `url: &str`.
macro_rules! forms {
    ($place:ident) => {
        $place!(async_closure, self, url, POLICY.run_async(async || self.get(url).await));
        $place!(async_move_closure, self, url, POLICY.run_async(async move || self.get(url).await));
        $place!(closure_of_method, self, url, POLICY.run_async(|| self.get(url)));
        $place!(closure_of_block, self, url, POLICY.run_async(|| async { self.get(url).await }));
        $place!(closure_of_move_block, self, url, POLICY.run_async(|| async move { self.get(url).await }));
        $place!(closure_of_box, self, url, POLICY.run_async(|| self.boxed(url)));
        $place!(
            closure_that_clones,
            self,
            url,
            POLICY.run_async(|| {
                let (client, url) = (self.clone(), url.to_owned());
                async move { client.get(&url).await }
            })
        );
        $place!(function, self, url, async {
            let _ = (self, url);
            POLICY.run_async(ping).await
        });
        $place!(
            with_steps,
            self,
            url,
            POLICY
                .retry_async(|| self.get(url))
                .name("get")
                .when(|error| error.kind() == io::ErrorKind::TimedOut)
                .log_errors()
        );
        $place!(
            with_slots,
            self,
            url,
            POLICY
                .retry_async(|| self.get(url))
                .attempt_timeout(Duration::from_secs(5))
                .breaker(&self.breaker)
                .cancel(self.never(url))
                .budget(&BUDGET)
                .sleep(async |_| drop(self.get(url).await))
                .restart_after(Duration::from_secs(60))
        );
        $place!(
            with_hedge,
            self,
            url,
            POLICY
                .retry_async(|| self.get(url))
                .hedge(&self.hedge)
                .throttle(&self.throttle)
                .breaker(&self.breaker)
                .breaker_failure(|outcome| outcome.is_ok_and(|page| page == url))
                .sleep(async |_| drop(self.get(url).await))
        );
        $place!(
            with_hedge_and_handle,
            self,
            url,
            POLICY
                .retry_async_with(|call| async move {
                    call.hint(Duration::ZERO);
                    self.get(url).await
                })
                .attempt_timeout(Duration::from_secs(5))
                .hedge(&self.hedge)
        );
        $place!(with_hooks, self, url, {
            let mut retries = 0;
            async move {
                POLICY
                    .retry_async(|| self.get(url))
                    .retry_ok(|page| page.is_empty() && page == url)
                    .on_retry(|event| retries += event.attempt())
                    .on_success(|_| drop(self.clone()))
                    .fallback(|_| Ok(url.to_owned()))
                    .await
            }
        });
        $place!(
            with_handle,
            self,
            url,
            POLICY.retry_async_with(|call| async move {
                call.hint(Duration::ZERO);
                self.get(url).await
            })
        );
        $place!(explained, self, url, async {
            let call = POLICY.retry_async(|| self.get(url)).run_or_explain();
            call.await.map_err(io::Error::other)
        });
        $place!(by_rules, self, url, self.rules.retry_async(|| self.get(url)).name("get"));
        $place!(nested, self, url, POLICY.retry_async(|| POLICY.retry_async(|| self.get(url)).log_errors()));
        $place!(in_a_generic_function, self, url, generic(|| self.get(url)));
    };
}

macro_rules! plain_method {
    ($name:ident, $self:ident, $url:ident, $call:expr) => {
        pub mod $name {
            use super::*;
            impl Client {
                pub async fn $name(&$self, $url: &str) -> io::Result<String> {
                    $call.await
                }
            }
        }
    };
}

macro_rules! promised {
    ($name:ident, $self:ident, $url:ident, $call:expr) => {
        const _: () = {
            pub trait Promised {
                fn call(&self, url: &str) -> impl Future<Output = io::Result<String>> + Send;
            }
            impl Promised for Client {
                fn call(&$self, $url: &str) -> impl Future<Output = io::Result<String>> + Send {
                    async move { $call.await }
                }
            }
        };
    };
}

macro_rules! in_async_trait {
    ($name:ident, $self:ident, $url:ident, $call:expr) => {
        const _: () = {
            #[async_trait]
            pub trait Remote {
                async fn call(&self, url: &str) -> io::Result<String>;
            }
            #[async_trait]
            impl Remote for Client {
                async fn call(&$self, $url: &str) -> io::Result<String> {
                    $call.await
                }
            }
        };
    };
}

macro_rules! in_a_box {
    ($name:ident, $self:ident, $url:ident, $call:expr) => {
        const _: () = {
            trait InABox {
                fn call<'a>(&'a self, url: &'a str) -> Pin<Box<dyn Future<Output = io::Result<String>> + Send + 'a>>;
            }
            impl InABox for Client {
                fn call<'a>(&'a $self, $url: &'a str) -> Pin<Box<dyn Future<Output = io::Result<String>> + Send + 'a>> {
                    Box::pin(async move { $call.await })
                }
            }
        };
    };
}

forms!(plain_method);
forms!(promised);
forms!(in_async_trait);
forms!(in_a_box);

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let client = Client::default();
    runtime.block_on(async {
        macro_rules! spawn {
            ($($name:ident)*) => {$({
                let client = client.clone();
                let task = tokio::spawn(async move { client.$name("x").await });
                task.await.unwrap().unwrap();
            })*};
        }
        spawn! {
            async_closure async_move_closure closure_of_method closure_of_block closure_of_move_block closure_of_box
            closure_that_clones function with_steps with_slots with_hedge
            with_hedge_and_handle with_hooks with_handle explained by_rules nested
            in_a_generic_function
        }
    });
    let mut pages = Vec::new();
    let lending = POLICY.retry_async_mut(async move || {
        pages.push(1);
        ping().await.map(|_| pages.len())
    });
    assert_eq!(runtime.block_on(async { tokio::spawn(lending.run()).await.unwrap().unwrap() }), 1);
    assert_eq!(client.hits.load(std::sync::atomic::Ordering::Relaxed), 17);
}
