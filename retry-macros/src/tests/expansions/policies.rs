//! Differences by the arguments of a policy.

use super::changes;

const TABLE: &str = r#"
        #[retry(base = self.read("base", SECOND), policy = self.read("policy", self.policy), max = self.read("max", 2))]
        fn with_policy(&self) -> Result<u32, Down> {
            self.fail()
        }

        #[retry(max = Self::ATTEMPTS)]
        fn get(&self) -> Result<u32, String> {
            Ok(1)
        }

        #[retry(deadline = "5s")]
        fn get(&self) -> Result<u32, String> {
            Ok(1)
        }

        #[retry(max = || retries(), base = || -> u64 { 5 })]
        fn fetch() -> Result<u32, String> {
            Ok(1)
        }

        #[retry(max = max)]
        fn with_own(&self, max: u32, flaky: &Flaky) -> Result<u32, Down> {
            flaky.call()
        }

        #[retry(backoff = linear)]
        fn linear() -> Result<(), ()> {
            Ok(())
        }

        #[retry(max = 20, base = "1s", factor = 1, jitter = up_to(width))]
        fn up_to(width: Duration, flaky: &Flaky) -> Result<u32, Down> {
            flaky.call()
        }

        #[retry(delays = [S::STEP; 2], jitter = none, max_hint = S::STEP)]
        async fn items<S: Service>(_: S, flaky: &Flaky) -> Result<u32, Down> {
            flaky.call()
        }

        #[retry(max = 10, jitter = none, deadline = "10s")]
        fn slow(context: &TestContext, takes: Duration) -> Result<(), &'static str> {
            context.advance(takes);
            Err("down")
        }

        #[retry(within = "1s")]
        fn fetch() -> Result<u32, String> {
            Ok(1)
        }

        #[retry(max = 5, deadline = left)]
        fn call(flaky: &Flaky, left: Duration) -> Result<u32, Down> {
            flaky.call()
        }

        #[retry(delays = SCHEDULE)]
        fn fetch() -> Result<u32, String> {
            Ok(1)
        }

        #[retry(max = 2)]
        fn higher_ranked(&mut self) -> Result<for<'a> fn(&'a str) -> &'a str, String> {
            self.calls += 1;
            Ok(str::trim)
        }

        #[retry(policy = policy(), within = "1m")]
        fn fetch() -> Result<u32, String> {
            Ok(1)
        }

        #[retry(max = 3, max_delay = "2h", jitter = by_load(load))]
        fn call(flaky: &Flaky, load: u32) -> Result<u32, Down> {
            flaky.call()
        }

        #[retry(jitter = settings::jitter())]
        fn const_fn() -> Option<()> {
            Some(())
        }

        #[retry(policy = self.policy)]
        async fn call(&self, flaky: &Flaky) -> Result<u32, Down> {
            sleep(2 * SECOND).await;
            flaky.call()
        }

        #[retry(policy = self.policy, max = 3, base = "10ms")]
        async fn of_self_with_overrides(&mut self) -> Result<u32, String> {
            Ok(1)
        }

        #[retry(max = 2, base = "3s", jitter = none, env = "APP")]
        async fn asynchronous() -> Result<(), &'static str> {
            Err("busy")
        }

        #[retry(max = 1, attempt_timeout = Self::LIMIT)]
        async fn hang(&self) -> Result<(), Failure> {
            pending().await
        }

        #[retry(base = L::BASE, max = max, jitter = none, attempt_timeout = L::TIMEOUT)]
        async fn hang(&self, max: u32) -> Result<u32, Failed> {
            pending().await
        }


        #[retry(max = limit(Limits { most: retries }))]
        fn in_a_field(retries: u32) -> Result<u32, Down> {
            get()
        }

        #[retry(max = if retries != 3 { 5 } else { 2 })]
        fn compared(retries: u32) -> Result<u32, Down> {
            get()
        }

        #[retry(jitter = sometimes, log_after = 3)]
        fn without_a_jitter_that_is_none() -> Result<u32, Down> {
            get()
        }

        #[retry(jitter = none, delays = ["1s", step], log_after = 3)]
        fn without_a_list_of_the_call(step: Duration) -> Result<u32, Down> {
            get()
        }

        #[retry(jitter = none, delays = ["1s"], log_after = n)]
        fn without_a_number_of_the_call(n: u32) -> Result<u32, Down> {
            get()
        }
"#;

#[test]
fn the_arguments_of_a_policy() {
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(changes(TABLE)) });
}
