//! Differences by copies of an attempt.

use super::changes;

const TABLE: &str = r"
        #[retry(max = 1, hedge = hedge, sleep = |_| std::future::ready(()))]
        async fn hedged(hedge: &Hedge, tries: &AtomicU32) -> Result<(), String> {
            tries.fetch_add(1, Ordering::Relaxed);
            std::future::pending().await
        }

        #[retry(hedge = hedge, call = c)]
        async fn passes_the_handle_on(lab: &Lab, hedge: &Hedge) -> Result<u32, Failure> {
            by_reference(c, lab).await
        }

        #[retry(hedge = shared::HEDGE)]
        async fn by_hedge() -> io::Result<u32> {
            Ok(1)
        }

        #[retry(hedge_ms = 0)]
        async fn fetch_again() -> Result<u32, String> {
            Ok(1)
        }

        #[retry(hedge = hedge)]
        fn returns_after_setup(lab: &Lab, hedge: &Hedge, mut n: u32) -> impl Future<Output = Result<u32, Failure>> {
            n += 10;
            let offset = n;
            async move { lab.answer().await.map(|answer| answer + n - offset) }
        }
";

#[test]
fn copies_of_an_attempt() {
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(changes(TABLE)) });
}
