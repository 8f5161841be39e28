//! Differences by a method that was deferred until the compiler had read its attributes.

use super::changes;

const TABLE: &str = r"
        #[retry(__reattempt_deferred { max = 7, base_ms = 5 } [T] [LIMIT])]
        fn without_its_own(&self) -> Result<u32, Down> {
            get()
        }

        #[retry(max = 3)]
        #[retry(__reattempt_deferred { max = 7, base_ms = 5 } [T] [LIMIT])]
        fn with_its_own(&self) -> Result<u32, Down> {
            get()
        }

        #[retry(max = 3)]
        #[other(marker { max = 7, base_ms = 5 } [T] [LIMIT])]
        #[inline]
        fn with_another_attribute(&self) -> Result<u32, Down> {
            get()
        }

        #[retry(__reattempt_deferred { max = LIMIT } [T] [LIMIT])]
        fn with_a_name_of_the_block(&self) -> Result<u32, Down> {
            get()
        }

        #[retry(__reattempt_deferred { max = limit(T::N) } [T] [])]
        fn with_a_parameter_of_the_block(&self) -> Result<u32, Down> {
            get()
        }
";

#[test]
fn a_deferred_method() {
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(changes(TABLE)) });
}
