//! Tests items that cannot be retried.

use proc_macro2::TokenStream;
use quote::quote;

use super::{check, split};
use crate::name::Name;

#[test]
fn the_attribute_stands_on_functions_and_impl_blocks() {
    check(
        r#"
        #[retry]
        const ATTEMPTS: u32 = 3;
        ^^^^^ `#[retry]` cannot stand on a `const`; put it on a function or an `impl` block

        #[retry]
        enum Client {
        ^^^^ `#[retry]` cannot stand on an `enum`; put it on a function or an `impl` block
            Open,
        }

        #[retry]
        unsafe extern "C" { fn fetch() -> u32; }
                          ^ expected `fn`

        #[retry]
        mod client {
        ^^^ `#[retry]` cannot stand on a `mod`; put it on a function or an `impl` block
            pub fn fetch() -> Result<u32, String> { Ok(1) }
        }

        #[retry]
        static ATTEMPTS: u32 = 3;
        ^^^^^^ `#[retry]` cannot stand on a `static`; put it on a function or an `impl` block

        #[retry]
        pub struct Client {
            ^^^^^^ `#[retry]` cannot stand on a `struct`; put it on a function or an `impl` block
            pub url: String,
        }

        #[retry]
        pub(crate) trait Fetch { fn fetch(&self) -> Result<u32, String>; }
                   ^^^^^ `#[retry]` cannot stand on a trait; put it on the provided methods, or on an `impl`

        #[retry]
        trait Fetch {
        ^^^^^ `#[retry]` cannot stand on a trait; put it on the provided methods, or on an `impl`
            fn fetch(&self) -> Result<u32, String> { Ok(1) }
        }

        #[retry]
        type Fetched = Result<u32, String>;
        ^^^^ `#[retry]` cannot stand on a `type`; put it on a function or an `impl` block

        #[retry]
        union Client {
        ^^^^^ `#[retry]` cannot stand on a `union`; put it on a function or an `impl` block
            open: u32,
        }

        #[retry]
        unsafe trait Fetch {
        ^^^^^^ `#[retry]` cannot stand on a trait; put it on the provided methods, or on an `impl`
            fn fetch(&self) -> Result<u32, String> { Ok(1) }
        }

        #[retry]
        use std::fs::read;
        ^^^ `#[retry]` cannot stand on a `use`; put it on a function or an `impl` block
        "#,
    );
}

#[test]
fn a_function_can_fail_and_wait() {
    check(
        r#"
        #[retry]
        async fn fetch() {}
                 ^^^^^ `fetch` returns nothing, so it cannot fail; return a `Result`

        #[retry]
        impl Client {
            const fn get(&self) -> Result<u32, ()> { Ok(1) }
            ^^^^^ a `const fn` cannot wait; remove `const` or the attribute
        }

        #[retry]
        const fn fetch() -> Result<u32, ()> { Ok(1) }
        ^^^^^ a `const fn` cannot wait; remove `const` or the attribute

        #[retry]
        fn fetch() -> u32;
           ^^^^^ `fetch` has no body to retry; put `#[retry]` on a function that has one

        #[retry]
        fn open() -> Option<Result<impl std::io::Read, std::io::Error>> {
                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ a failure in `Result<impl std::io::Read, std::io::Error>` would count as a success; return one `Result`, or write `retry_ok` to choose which successes are retried
            Some(std::fs::File::open("/etc/hosts"))
        }

        #[retry]
        fn fetch() -> ! { loop {} }
                      ^ `fetch` never returns, so it cannot fail; return a `Result`

        #[retry]
        fn fetch() {}
           ^^^^^ `fetch` returns nothing, so it cannot fail; return a `Result`

        #[retry]
        fn fetch(&self) -> Result<u32, String>;
           ^^^^^ `fetch` has no body to retry; put `#[retry]` on a function that has one
        "#,
    );
}

#[test]
fn a_future_names_its_output_and_is_made_by_a_block() {
    check(
        r"
        #[retry]
        fn call(&mut self) -> Self::Future { Box::pin(async { Ok(1) }) }
                              ^^^^^^^^^^^^ `Self::Future` hides what the future yields; write its type out, as `Pin<Box<dyn Future<Output = Result<…>>>>` or `impl Future<Output = Result<…>>`

        #[retry]
        fn fetch() -> Pin<Box<dyn Future<Output = Result<u32, String>>>> {
                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ only an `async` block at the end of the body can be retried; end it with `async move { … }`
            let future = Box::pin(ready(Ok(1)));
            future
        }

        #[retry]
        fn fetch() -> impl Future<Output = Result<u32, String>> { ready(Ok(1)) }
                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ only an `async` block at the end of the body can be retried; end it with `async move { … }`

        #[retry]
        fn fetch() -> impl Future + Send { async { Ok::<u32, String>(1) } }
                      ^^^^^^^^^^^^^^^^^^ `impl Future + Send` hides what the future yields; write its type out, as `Pin<Box<dyn Future<Output = Result<…>>>>` or `impl Future<Output = Result<…>>`
        ",
    );
}

#[test]
fn a_result_borrows_from_nothing_that_changes() {
    check(
        r"
        #[retry]
        fn first(list: &mut Vec<u32>) -> Result<View<'_>, String> {
                                                     ^^ the result borrows from `list`, which the next attempt needs; return an owned value
            list.first().map(View).ok_or_else(String::new)
        }

        #[retry]
        fn first<'a>(list: &'a mut Vec<u32>, _name: &str) -> Result<&'a mut u32, String> {
                                                                     ^^ the result borrows from `list`, which the next attempt needs; return an owned value
            list.first_mut().ok_or_else(String::new)
        }

        #[retry]
        fn first(&mut self) -> Result<&u32, String> { self.0.first().ok_or_else(String::new) }
                                      ^ the result borrows from `&mut self`, which the next attempt needs; return an owned value
        ",
    );
}

#[test]
fn a_method_of_a_block_returns_what_is_plainly_a_result() {
    check(
        r"
        #[retry]
        impl Client {
            fn get(&self) -> Fetched { Ok(1) }
                             ^^^^^^^ `Fetched` may be a `Result` by another name; put `#[retry]` or `#[retry(skip)]` on `get`
        }

        #[retry]
        impl Client {
            async fn get(&self) -> Res<Vec<u32>> { Ok(vec![1]) }
                                   ^^^^^^^^^^^^^ `Res<Vec<u32>>` may be a `Result` by another name; put `#[retry]` or `#[retry(skip)]` on `get`
            fn put(&self) -> Res<u32> { Ok(1) }
                             ^^^^^^^^ `Res<u32>` may be a `Result` by another name; put `#[retry]` or `#[retry(skip)]` on `put`
        }
        ",
    );
}

#[test]
fn an_alias_hides_a_future_also_in_a_box() {
    check(
        r"
        #[retry]
        fn f() -> SendFuture { g() }
                  ^^^^^^^^^^ `SendFuture` hides what the future yields; write its type out, as `Pin<Box<dyn Future<Output = Result<…>>>>` or `impl Future<Output = Result<…>>`

        #[retry]
        fn f() -> Box<dyn SendFuture> { g() }
                  ^^^^^^^^^^^^^^^^^^^ `Box<dyn SendFuture>` hides what the future yields; write its type out, as `Pin<Box<dyn Future<Output = Result<…>>>>` or `impl Future<Output = Result<…>>`

        #[retry]
        fn f() -> Pin<Box<dyn SendFuture>> { g() }
                  ^^^^^^^^^^^^^^^^^^^^^^^^ `Pin<Box<dyn SendFuture>>` hides what the future yields; write its type out, as `Pin<Box<dyn Future<Output = Result<…>>>>` or `impl Future<Output = Result<…>>`
        ",
    );
}

#[test]
fn a_macro_in_a_return_type_may_be_a_result() {
    check(
        r"
        #[retry]
        impl S {
            fn f() -> ! { g() }
            fn g() -> mac!() { g() }
                      ^^^^^^ `mac!()` may be a `Result` by another name; put `#[retry]` or `#[retry(skip)]` on `g`
        }
        ",
    );
}

#[test]
fn a_bound_of_another_parameter_makes_nothing_clone() {
    check(
        r"
        #[retry]
        fn f<F: Other>(mut a: F) -> Result<u8, E> where G: Clone { g(a) }
                       ^^^^^ changes to `a` in one attempt would leak into the next; write `a: &mut F` to share it, or add the bound `Clone` and write `clone(a)`

        #[retry]
        fn f<F: Other>(mut a: F) -> Result<u8, E> where F: Clone { g(a) }
                       ^^^^^ changes to `a` in one attempt would leak into the next; write `clone(a)`
        ",
    );
}

#[test]
fn a_future_that_yields_no_output_hides_its_type() {
    check(
        r"
        #[retry]
        fn fetch() -> impl Future<Item = u32, Error = String> { async { Ok(1) } }
                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `impl Future<Item = u32, Error = String>` hides what the future yields; write its type out, as `Pin<Box<dyn Future<Output = Result<…>>>>` or `impl Future<Output = Result<…>>`
        ",
    );
}

#[test]
fn a_failure_in_an_opaque_success_is_found_in_an_option_too() {
    check(
        r"
        #[retry]
        fn open() -> Result<Option<Result<impl std::io::Read, Closed>>, std::io::Error> {
                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ a failure in `Option<Result<impl std::io::Read, Closed>>` would count as a success; return one `Result`, or write `retry_ok` to choose which successes are retried
            Ok(Some(File::open(PATH)))
        }

        #[retry]
        fn open() -> Result<Option<impl std::io::Read>, std::io::Error> {
            Ok(Some(File::open(PATH)?))
        }
        ",
    );
}

#[test]
fn the_runtimes_attribute_stands_below_this_one() {
    check(
        r"
        #[retry]
        fn main() -> Result<u32, String> {
           ^^^^ this order would block the runtime and wait for real; put `#[retry]` above the runtime's attribute
            let body = async { fetch().await };
            #[allow(clippy::needless_return)]
            { return runtime().block_on(body); }
        }

        #[retry]
        fn fetch() -> Result<u32, String> { runtime().block_on(body) }
        ",
    );
}

#[test]
fn a_function_is_retried_once() {
    let item: TokenStream = "fn fetch() -> Result<u32, String> { get()? }".parse().unwrap();
    let retried = crate::retry::retry(quote!(max = 3), item, &Name::default());
    let (mistakes, _) = split(crate::retry::retry(quote!(max = 3), retried, &Name::default()));
    let messages: Vec<_> = mistakes.into_iter().map(|mistake| mistake.message).collect();
    assert_eq!(messages, ["`fetch` is retried already; remove one of the two `#[retry]`"]);
}

#[test]
fn a_box_of_a_trait_object_is_shared() {
    check(
        r"
        #[retry]
        fn send(mut body: Box<dyn Read>) -> Result<u8, E> { post(body) }
                ^^^^^^^^ changes to `body` in one attempt would leak into the next; write `body: &mut Box<dyn Read>` to share it

        #[retry]
        fn send(mut body: Box<Body>) -> Result<u8, E> { post(body) }
                ^^^^^^^^ changes to `body` in one attempt would leak into the next; write `clone(body)`

        #[retry]
        fn send(mut body: Arc<dyn Read>) -> Result<u8, E> { post(body) }
                ^^^^^^^^ changes to `body` in one attempt would leak into the next; write `clone(body)`
        ",
    );
}
