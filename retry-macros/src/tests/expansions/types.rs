//! Differences by the spelling of a return type and a body.

use super::changes;

const TABLE: &str = r#"
        #[retry]
        fn an_opaque_type_in_a_tuple() -> Result<(impl Sized, u8), Down> {
            Ok(get()?)
        }

        #[retry]
        fn an_opaque_type_behind_a_reference() -> Result<&'static (impl Sized), Down> {
            Ok(get()?)
        }

        #[retry]
        fn opaque_types_in_an_array() -> Result<[impl Sized; 2], Down> {
            Ok(get()?)
        }

        #[retry]
        fn begins_with_an_item() -> Result<u32, Down> {
            #[inline]
            fn one() -> u32 {
                1
            }
            Ok(one())
        }

        #[retry]
        fn begins_with_a_statement() -> Result<u32, Down> {
            #[expect(unused)]
            let fn_pointer = 1;
            Ok(1)
        }

        #[retry(attempt = n)]
        fn with_the_number_of_the_attempt() -> Result<u32, Down> {
            get(n)
        }

        #[retry(attempt = n)]
        async fn with_the_number_of_the_async_attempt() -> Result<u32, Down> {
            get(n).await
        }

        #[retry(retry_ok = is_empty)]
        fn with_a_named_check() -> Result<u32, Down> {
            get()
        }

        #[retry(retry_ok = is_empty)]
        fn with_an_associated_type() -> Result<<S as Store>::Value, Down> {
            get()
        }

        #[retry(error = Down, nonsense)]
        fn refused_future() -> impl Future<Output = Result<u32, u8>> {
            async { get().await }
        }

        #[retry(error = Down, nonsense)]
        fn refused_boxed_future() -> Pin<Box<dyn Future<Output = Result<u32, u8>>>> {
            Box::pin(async { get().await })
        }

        #[retry(error = Down, nonsense)]
        fn refused() -> Result<u32, u8> {
            get()
        }

        #[retry(delays = &["1s", "2s"])]
        fn a_list_behind_a_reference() -> Result<u32, Down> {
            get()
        }

        #[retry(delays = &["1s"; 3])]
        fn a_repeated_item_behind_a_reference() -> Result<u32, Down> {
            get()
        }

        #[retry(delays = &LIST)]
        fn a_list_elsewhere() -> Result<u32, Down> {
            get()
        }

        #[retry(jitter = path::to(n))]
        fn a_jitter_of_a_path() -> Result<u32, Down> {
            get()
        }

        #[retry(on = Generic<A, B>)]
        fn a_generic_type() -> Result<u32, Down> {
            get()
        }

        #[retry(on = Owner::<A>::Busy)]
        fn a_pattern_with_a_generic_owner() -> Result<u32, Down> {
            get()
        }


        #[retry]
        fn an_associated_type_with_a_plain_name() -> Result<<S>::String, Down> {
            get()
        }

        #[retry(crate = facade)]
        fn an_alias_with_a_path_to_the_crate() -> Fetched<u32> {
            get()
        }

        #[retry(error = Down)]
        fn refused_without_a_block() -> impl Future<Output = Result<u32, u8>> {
            ready(Ok(1))
        }

        #[retry(error = Down)]
        fn refused_without_a_block_in_a_box() -> Pin<Box<dyn Future<Output = Result<u32, u8>>>> {
            Box::pin(ready(Ok(1)))
        }

        #[retry(error = Down)]
        fn refused_for_its_borrow(&mut self) -> Result<&u32, u8> {
            get()
        }

        #[retry(error = Down)]
        async fn refused_for_the_borrow_of_a_future(&mut self) -> Pin<Box<dyn Future<Output = Result<&u32, u8>>>> {
            get()
        }

        #[retry(delays = &mut ["1s", "2s"])]
        fn a_list_behind_an_exclusive_reference() -> Result<u32, Down> {
            get()
        }
"#;

#[test]
fn return_types_and_bodies() {
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(changes(TABLE)) });
}
