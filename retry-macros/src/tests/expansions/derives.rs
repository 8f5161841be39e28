//! Implementations of `#[derive(Retryable)]`.

use super::changes;

const TABLE: &str = r"
        #[derive(Retryable)]
        #[repr(C, packed(2))]
        #[retryable(after = 1)]
        struct PackedTuple(u8, Option<Duration>);

        #[derive(Debug, Retryable)]
        pub enum Bounded<'a, T: Clone + 'a, const N: usize>
        where
            T: std::fmt::Debug,
        {
            /// A value.
            #[retryable]
            Value(&'a [T; N]),
            /// Another.
            Other,
        }

        #[derive(Debug, Retryable)]
        #[retryable(delegate)]
        pub struct Wrapper(Forms);


        #[derive(Retryable)]
        #[repr(C)]
        #[retryable(after = 1)]
        struct InOrder(u8, Option<Duration>);
";

#[test]
fn implementations_of_retryable() {
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(changes(TABLE)) });
}
