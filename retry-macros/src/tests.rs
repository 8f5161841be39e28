//! Expansions as they read, one for each shape, and a parser that survives whatever is typed.

use proc_macro2::TokenStream;
use proptest::prelude::*;
use quote::quote;

use crate::name::Name;

fn pretty(tokens: TokenStream) -> String {
    let text = tokens.to_string();
    let file = syn::parse2(tokens).unwrap_or_else(|error| panic!("{error} in {text}"));
    prettyplease::unparse(&file)
}

fn expanded(arguments: TokenStream, item: TokenStream) -> String {
    pretty(crate::retry::retry(arguments, item, &Name::default()))
}

#[test]
fn a_plain_body_stands_in_the_loop() {
    insta::assert_snapshot!(expanded(
        quote!(max = 5, base_ms = 100),
        quote! {
            fn fetch(url: &str) -> Result<String, Error> {
                get(url)
            }
        }
    ));
}

#[test]
fn a_body_with_control_flow_goes_into_a_closure() {
    insta::assert_snapshot!(expanded(
        quote!(clone(body)),
        quote! {
            fn send(url: &str, mut body: Vec<u8>, mut n: u32) -> Result<(), Error> {
                n += 1;
                body.push(0);
                post(url, body)?;
                Ok(())
            }
        }
    ));
}

#[test]
fn an_async_function_waits_without_its_error() {
    insta::assert_snapshot!(expanded(
        quote!(name = "fetch {url}", attempt_timeout = "5s"),
        quote! {
            async fn fetch(url: &str) -> Result<String, Error> {
                get(url).await
            }
        }
    ));
}

#[test]
fn hooks_and_endings_stand_between_decision_and_wait() {
    insta::assert_snapshot!(expanded(
        quote!(
            on = [io::Error, Error::Status(500..=599)],
            error = Error,
            on_retry = |e| log(e),
            fallback = |_| None
        ),
        quote! {
            fn fetch(url: &str) -> Option<String> {
                get(url)
            }
        }
    ));
}

#[test]
fn a_breaker_may_refuse_before_the_first_attempt_and_after_each_wait() {
    insta::assert_snapshot!(expanded(
        quote!(budget = BUDGET, breaker = self.breakers.get(host)),
        quote! {
            async fn fetch(&self, host: &str) -> Result<String, Error> {
                get(host).await
            }
        }
    ));
}

#[test]
fn an_impl_block_holds_its_values_once() {
    insta::assert_snapshot!(expanded(
        quote!(max = 5),
        quote! {
            impl Client {
                fn get(&self) -> Result<String, Error> {
                    self.call()
                }
                #[retry(skip)]
                fn put(&self) -> Result<String, Error> {
                    self.call()
                }
            }
        }
    ));
}

#[test]
fn a_derive_asks_by_variant() {
    insta::assert_snapshot!(pretty(crate::derive::derive(quote! {
        enum Error<E> {
            #[retryable(after = 0)]
            Throttled(Duration),
            #[retryable(delegate)]
            Inner(E),
            Permanent,
        }
    })));
}

/// Words that mean something to the parser, and some that do not.
const WORDS: &str = "max unlimited base base_ms factor backoff max_delay jitter deadline attempt_timeout within name \
                     policy budget breaker clone sleep crate skip on unless when retry_ok error attempt fallback on_retry retry_after \
                     exponential linear full spread up_to self type if fn r#max = , | | :: . ; & ! ? + - <> => 5 0.3 -1 \
                     \"1s\" \"1x\" \"{x}\" (a) (a,b) () [A, B] {x} |e|e.f() A::B A<B> _ 'a' b\"x\" 1e400";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    /// Every attribute is either good or explained; the function is there in any case.
    #[test]
    fn no_attribute_makes_the_macro_panic(words in prop::collection::vec(prop::sample::select(words()), 0..12)) {
        if let Ok(arguments) = words.join(" ").parse::<TokenStream>() {
            for item in [quote!(fn f(a: u32) -> Result<u32, E> { Ok(a) }), quote!(impl S { fn f(&self) -> Result<u32, E> { Ok(1) } })] {
                let tokens = crate::retry::retry(arguments.clone(), item, &Name::default());
                prop_assert!(crate::body::mentions(&tokens, "f"));
            }
        }
    }
}

fn words() -> Vec<&'static str> {
    WORDS.split_whitespace().collect()
}
