//! Differences by the arguments of an `impl` block.

use super::changes;

const TABLE: &str = r#"
        #[retry(max = Self::MAX, jitter = none)]
        impl<T> Generic<T> {
            const MAX: u32 = 4;
            #[cfg_attr(any(), retry(skip))]
            pub(super) fn inherits(&self) -> Result<&T, u32> {
                self.0.set(self.0.get() + 1);
                Err(self.0.get())
            }
        }

        #[retry(budget = self.budget)]
        impl Client {
            #[retry(breaker = self.breakers.lock().unwrap().entry(host.to_owned()).or_default().clone())]
            async fn get(&self, host: &str) -> Result<u32, Failed> {
                let shared = host.len() as u32;
                if shared > 0 {
                    return Ok(shared);
                }
                Err(Failed)
            }
            #[retry(max = 1, breaker = BREAKER)]
            fn once(&self) -> Result<u32, Failed> {
                Ok(1)
            }
            #[retry(budget = self.budget.clone(), clone(self))]
            fn into_value(self) -> Result<u32, Failed> {
                Ok(1)
            }
        }

        #[retry(clone(tokne))]
        impl Client {
            fn get(&self, token: String) -> Result<String, String> {
                Ok(token)
            }
        }

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

        #[retry(clone(self, token))]
        impl Client {
            fn close(self) -> Result<String, String> {
                Ok(self.0)
            }
            fn get(&self, token: String) -> Result<String, String> {
                Ok(token)
            }
            fn put(&mut self, token: &str) -> Result<String, String> {
                self.0.push('/');
                Ok(token.to_owned())
            }
            fn open(url: &str) -> Result<Client, String> {
                Ok(Client(url.to_owned()))
            }
            async fn close_later(mut self, mut token: String) -> Result<String, String> {
                self.0.push('/');
                token.push('/');
                Ok(self.0 + &token)
            }
        }

        #[retry(max = self.retries, base = self.base, jitter = none, name = "client {self.millis}")]
        impl Client {
            #[retry(max = max)]
            fn with_own(&self, max: u32, flaky: &Flaky) -> Result<u32, Down> {
                flaky.call()
            }
            #[retry(max = 2, base = "1s", name = "connect")]
            fn connect(flaky: &Flaky) -> Result<u32, Down> {
                flaky.call()
            }
            #[cfg_attr(all(), retry(max = 2))]
            fn deferred(&self, flaky: &Flaky) -> Result<u32, Down> {
                flaky.call()
            }
        }

        #[retry(delays = ["1s", "2s"], jitter = none)]
        impl Client {
            async fn inherited_async(&self, flaky: &Flaky) -> Result<u32, Down> {
                flaky.call()
            }
            #[retry(max = 5)]
            fn longer(&self, flaky: &Flaky) -> Result<u32, Down> {
                flaky.call()
            }
            #[retry(delays = Self::OWN)]
            fn associated(&self, flaky: &Flaky) -> Result<u32, Down> {
                flaky.call()
            }
        }

        #[retry]
        impl Client {
            const LIMIT: u32 = { 3 };
            const TWICE: u32 = { 3 } + { 3 };
            accessors!(url);
            accessors! { url }
            fn after_a_macro(&self) -> Result<u32, Down> {
                self.call()
            }
            crate::accessors! { url }
            fn after_a_macro_of_the_crate(&self) -> Result<u32, Down> {
                self.call()
            }
            #[cfg(test)]
            ::accessors::accessors! { url }
            fn after_a_macro_of_another_crate(&self) -> Result<u32, Down> {
                self.call()
            }
        }

        #[retry]
        impl Client {
            #[cfg_attr(all(), retry(max = 2))]
            fn nothing_but_deferred(&self) -> Result<u32, Down> {
                self.call()
            }
        }

        #[retry(base = "1s", factor = 3)]
        impl Client {
            #[retry(delays = ["1s", "2s"])]
            fn with_a_list(&self) -> Result<u32, Down> {
                self.call()
            }
        }

        #[retry(delays = ["1s", "2s"])]
        impl Client {
            #[retry(base = "5s")]
            fn with_a_growth(&self) -> Result<u32, Down> {
                self.call()
            }
        }
"#;

#[test]
fn the_arguments_of_an_impl_block() {
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(changes(TABLE)) });
}
