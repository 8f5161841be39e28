//! Tests values that are known only at run time.

use super::check;

#[test]
fn a_value_is_known_at_compile_time() {
    check(
        r"
        #[retry(base = self.base)]
                       ^^^^^^^^^ `self.base` is known only at run time; write `policy = Policy::new().base(self.base)`
        fn get(&self) -> Result<u32, String> { Ok(1) }

        #[retry(max = attempts)]
                      ^^^^^^^^ `attempts` is known only at run time; write `policy = Policy::new().max(attempts)`
        fn fetch(attempts: u32) -> Result<u32, String> { Ok(attempts) }

        #[retry(max = self.retries, base = self.base)]
                      ^^^^^^^^^^^^ `self.retries` is known only at run time; write `policy = Policy::new().max(self.retries).base(self.base)`
                                           ^^^^^^^^^ `self.base` is known only at run time; write `policy = Policy::new().max(self.retries).base(self.base)`
        impl Client {
            fn get(&self) -> Result<u32, String> { Ok(1) }
            #[retry(jitter = amount)]
                             ^^^^^^ `amount` is known only at run time; write `policy = Policy::new().jitter(amount)`
            fn put(&self, amount: f64) -> Result<f64, String> { Ok(amount) }
        }
        ",
    );
}
