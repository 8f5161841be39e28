//! Tests values that are known only at run time.

use super::check;

#[test]
fn a_value_may_name_what_differs_between_calls() {
    check(
        r#"
        #[retry(base = self.base, jitter = spread(self.spread))]
        fn get(&self) -> Result<u32, String> { Ok(1) }

        #[retry(max = attempts, max_delay = || ceiling())]
        fn fetch(attempts: u32) -> Result<u32, String> { Ok(attempts) }

        #[retry(max = self.retries, base = self.base)]
        impl Client {
            fn get(&self) -> Result<u32, String> { Ok(1) }
            #[retry(jitter = amount)]
            fn put(&self, amount: f64) -> Result<f64, String> { Ok(amount) }
            #[retry(jitter = amount)]
                             ^^^^^^ `amount` is no jitter; write a fraction such as `0.3`, `none`, `full`, `equal`, `decorrelated`, `spread(0.1)` or `up_to("1s")`
            fn list(&self) -> Result<f64, String> { Ok(amount) }
        }
        "#,
    );
}

#[test]
fn a_closure_of_a_value_has_no_arguments() {
    check(
        r"
        #[retry(max = |n| n + 1, base = async || delay(), factor = |a, b| a * b, jitter = |x| x)]
                       ^ the closure of a value is called before attempt 1, without arguments; write `|| n + 1`
                                        ^^^^^ the closure of a value is not awaited; write `|| delay()`
                                                                    ^ the closure of a value is called before attempt 1, without arguments; write `|| a * b`
                                                                                           ^ the closure of a value is called before attempt 1, without arguments; write `|| x`
        fn fetch() -> Result<u32, String> { Ok(1) }

        #[retry(jitter = spread(|x| x), deadline_ms = |x| x)]
                                 ^ the closure of a value is called before attempt 1, without arguments; write `|| x`
                                                       ^ the closure of a value is called before attempt 1, without arguments; write `|| x`
        fn get() -> Result<u32, String> { Ok(1) }
        ",
    );
}

#[test]
fn a_method_has_what_the_values_of_its_block_name() {
    check(
        r#"
        #[retry(max = self.retries, base = pause, name = "{self.id} {id}")]
        impl Client {
            fn get(&self, pause: Duration, id: u32) -> Result<u32, String> { Ok(1) }
            fn connect(id: u32) -> Result<u32, String> { Ok(1) }
               ^^^^^^^ `max` of the `impl` block names `self`, which `connect` does not have; write `#[retry(max = …)]` or `#[retry(skip)]` on it
               ^^^^^^^ `base` of the `impl` block names `pause`, which `connect` does not have; write `#[retry(base = …)]` or `#[retry(skip)]` on it
               ^^^^^^^ `name` of the `impl` block names `self`, which `connect` does not have; write `#[retry(name = …)]` or `#[retry(skip)]` on it
            #[retry(max = 3, base_ms = 100, name = "reconnect")]
            fn reconnect() -> Result<u32, String> { Ok(1) }
            #[retry(skip)]
            fn close() -> Result<u32, String> { Ok(1) }
            fn new() -> Self { Client }
        }

        #[retry(policy = self.policy)]
        impl Client {
            fn connect() -> Result<u32, String> { Ok(1) }
               ^^^^^^^ `policy` of the `impl` block names `self`, which `connect` does not have; write `#[retry(policy = …)]` or `#[retry(skip)]` on it
            fn get(&self) -> Result<u32, String> { Ok(1) }
        }

        #[retry(base = delay())]
        impl Client {
            fn get(&self, delay: Duration) -> Result<u32, String> { Ok(1) }
            fn put(&self) -> Result<u32, String> { Ok(1) }
        }
        "#,
    );
}

#[test]
fn within_is_proven_at_compile_time() {
    check(
        r#"
        #[retry(within = left)]
                         ^^^^ `within` is proven at compile time, and `left` is known at run time; write `deadline = left`
        fn get(left: Duration) -> Result<u32, String> { Ok(1) }

        #[retry(within_ms = self.left)]
                            ^^^^^^^^^ `within_ms` is proven at compile time, and `self.left` is known at run time; write `deadline_ms = self.left`
        fn put(&self) -> Result<u32, String> { Ok(1) }

        #[retry(max = self.retries, within = "1m")]
                                    ^^^^^^ `within` is proven at compile time, and `self.retries` is known at run time; name a constant or use `deadline`
        fn list(&self) -> Result<u32, String> { Ok(1) }

        #[retry(jitter = spread(|| 0.3), within = "1m")]
                                         ^^^^^^ `within` is proven at compile time, and `|| 0.3` is known at run time; name a constant or use `deadline`
        fn list(&self) -> Result<u32, String> { Ok(1) }

        #[retry(deadline = self.left, within = "1m")]
        fn delete(&self) -> Result<u32, String> { Ok(1) }

        #[retry(within = "1m", base = self.base)]
                ^^^^^^ `within` is proven at compile time, and `self.base` is known at run time; name a constant or use `deadline`
        impl Client {
            fn get(&self) -> Result<u32, String> { Ok(1) }
            #[retry(max = retries)]
                          ^^^^^^^ `within` is proven at compile time, and `retries` is known at run time; name a constant or use `deadline`
            fn put(&self, retries: u32) -> Result<u32, String> { Ok(1) }
        }
        "#,
    );
}

#[test]
fn what_is_always_a_constant_leads_to_a_policy() {
    check(
        r#"
        #[retry(backoff = self.backoff)]
                          ^^^^^^^^^^^^ `self.backoff` is known only at run time; write `exponential`, `linear`, `linear("1s")`, `constant` or `fibonacci`, or `policy = Policy::new().backoff(self.backoff)`
        fn get(&self) -> Result<u32, String> { Ok(1) }
        "#,
    );
}

#[test]
fn a_misspelt_form_of_jitter_is_none_whatever_its_value() {
    check(
        r#"
        #[retry(jitter = spred(share))]
                         ^^^^^^^^^^^^ `spred` is no jitter; write a fraction such as `0.3`, `none`, `full`, `equal`, `decorrelated`, `spread(0.1)` or `up_to("1s")`
        fn fetch(share: f64) -> Result<u32, String> { Ok(1) }

        #[retry(jitter = by_load(share))]
        fn fetch(share: f64) -> Result<u32, String> { Ok(1) }

        #[retry(jitter = Full)]
        fn fetch() -> Result<u32, String> { Ok(1) }
        "#,
    );
}
