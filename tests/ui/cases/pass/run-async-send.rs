//! `Policy::run_async` with every form of closure that borrows, in every place that asks for `Send`.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use reattempt::Policy;

const POLICY: Policy = Policy::new().max(2);

#[derive(Clone, Default)]
pub struct Client {
    hits: Arc<std::sync::atomic::AtomicU32>,
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

    fn boxed<'a>(&'a self, url: &'a str) -> Pin<Box<dyn Future<Output = io::Result<String>> + Send + 'a>> {
        Box::pin(self.get(url))
    }
}

/// The nine forms, each as the body of a method that has `self` and `url: &str`.
macro_rules! forms {
    ($place:ident) => {
        $place!(async_closure, self, url, POLICY.run_async(async || self.get(url).await));
        $place!(async_move_closure, self, url, POLICY.run_async(async move || self.get(url).await));
        $place!(closure_of_method, self, url, POLICY.run_async(|| self.get(url)));
        $place!(closure_of_block, self, url, POLICY.run_async(|| async { self.get(url).await }));
        $place!(closure_of_move_block, self, url, POLICY.run_async(|| async move { self.get(url).await }));
        $place!(closure_of_box, self, url, POLICY.run_async(|| self.boxed(url)));
        $place!(closure_that_clones, self, url, POLICY.run_async(|| {
            let (client, url) = (self.clone(), url.to_owned());
            async move { client.get(&url).await }
        }));
        $place!(function, self, url, async {
            let _ = (self, url);
            POLICY.run_async(ping).await
        });
        $place!(with_steps, self, url, POLICY
            .retry_async(|| self.get(url))
            .name("get")
            .when(|error| error.kind() == io::ErrorKind::TimedOut)
            .log_errors());
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
            closure_that_clones function with_steps
        }
    });
    assert_eq!(client.hits.load(std::sync::atomic::Ordering::Relaxed), 8);
}
