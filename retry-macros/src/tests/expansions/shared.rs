//! Differences by state that calls share.

use super::changes;

const TABLE: &str = r#"
        #[retry(breaker = OPEN, error = Down)]
        fn usual() -> Result<u32, RetryError<Down>> {
            Err(Down(1))
        }

        #[retry(max = 1, breaker = breaker, breaker_failure = |_| panic!("a mistake in the rule"))]
        fn fetch(breaker: &CircuitBreaker) -> Response {
            Ok(200)
        }

        #[retry(throttle = self.throttles.lock().unwrap().entry(host.to_owned()).or_default().clone())]
        async fn get(&self, host: &str) -> Result<u32, Failed> {
            let shared = host.len() as u32;
            if shared > 0 {
                return Ok(shared);
            }
            Err(Failed)
        }

        #[retry(throttle = None::<&Throttle>)]
        fn options() -> Option<u32> {
            Some(1)
        }
"#;

#[test]
fn state_that_calls_share() {
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(changes(TABLE)) });
}
