//! Expansions as they read, one for each shape, and a parser that survives whatever is typed.

use proc_macro2::{TokenStream, TokenTree};
use proptest::prelude::*;
use quote::quote;

use crate::name::Name;

mod expansions;
mod generics;
mod groups;
mod messages;
mod places;

fn pretty(tokens: TokenStream) -> String {
    let text = tokens.to_string();
    let file = syn::parse2(tokens).unwrap_or_else(|error| panic!("{error} in {text}"));
    prettyplease::unparse(&file)
}

fn expanded(arguments: TokenStream, item: TokenStream) -> String {
    pretty(crate::retry::retry(arguments, item, &Name::default()))
}

#[test]
fn core_runs_the_loop_of_a_blocking_function() {
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
fn each_attempt_binds_arguments_anew() {
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
fn a_rule_that_uses_what_the_body_changes_is_in_the_loop_with_it() {
    insta::assert_snapshot!(expanded(
        quote!(when = |error| self.allows(error)),
        quote! {
            fn next(&mut self) -> Result<u32, Error> {
                self.stream.next()
            }
        }
    ));
}

#[test]
fn a_fallback_is_out_of_line() {
    insta::assert_snapshot!(expanded(
        quote!(fallback = |_| Ok(0)),
        quote! {
            fn count(key: &str) -> Result<u32, Error> {
                get(key)
            }
        }
    ));
}

#[test]
fn a_call_with_spans_is_a_future_in_its_own() {
    insta::assert_snapshot!(expanded(
        quote!(span, name = "fetch {url}"),
        quote! {
            async fn fetch(url: &str) -> Result<String, Error> {
                get(url).await
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
fn a_throttle_may_refuse_before_the_first_attempt_alone() {
    insta::assert_snapshot!(expanded(
        quote!(throttle = THROTTLE),
        quote! {
            async fn fetch(&self, host: &str) -> Result<String, Error> {
                get(host).await
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

/// Functions of every shape under arguments that lead to every part of an expansion.
fn inventory() -> Vec<(TokenStream, TokenStream)> {
    let arguments = [
        quote!(max = 5, base_ms = 100, factor = 2, max_delay = "1s", jitter = up_to("1s"), deadline = "1m"),
        quote!(policy = plan(a), name = "{a}", attempt = n, env = "FETCH", sleep = nap),
        quote!(
            base_ms = N,
            factor = N,
            jitter = N,
            clone(a),
            on = [E, E::A(_)],
            unless = E,
            when = |e| e.f()
        ),
        quote!(
            retry_ok = |v| v.f(),
            retry_after = |e| e.f(),
            on_retry = |e| f(e),
            on_give_up = async |e| f(e)
        ),
        quote!(error = E, fallback = |e| f(e), budget = BUDGET, breaker = BREAKER, on_retry = log),
        quote!(
            error = E,
            breaker = BREAKER,
            breaker_failure = f,
            within = "1m",
            max = 3,
            name = "{a}",
            clone(a)
        ),
        quote!(error = E, throttle = THROTTLE, on_give_up = log, fallback = |e| f(e)),
        quote!(throttle = THROTTLE, breaker = BREAKER, budget = BUDGET, retry_ok = |v| v.f(), attempt = n),
        quote!(throttle = THROTTLE, cancel = stop(), on_retry = log, call = c),
        quote!(sleep = nap, retry_ok = f, clone(a, self)),
        quote!(call = c, restart_after = "1m", on_success = |e| f(e), log = info, log_after = 3),
        quote!(
            call = c,
            cancel = stop(),
            breaker = BREAKER,
            breaker_failure = |outcome| f(outcome),
            retry_ok = |v| v.f(),
            retry_after_ok = |v| v.g()
        ),
        quote!(delay = |e, n| f(e, n), cancel = stop(), on_success = log, error = E, name = "{a}"),
        quote!(span, name = "{a}", call = c, cancel = stop(), sleep = nap, breaker = BREAKER),
        quote!(span, error = E, on_retry = log, fallback = |e| f(e)),
    ];
    let items = [
        quote!(
            fn f(self, a: u32) -> Result<u32, E> {
                g(a)
            }
        ),
        quote!(
            fn f(self, (mut a, b): (u32, S)) -> Result<u32, E> {
                g(a)?
            }
        ),
        quote!(
            async fn f(self, mut a: u32) -> Result<u32, E> {
                g(a).await
            }
        ),
        quote!(
            async fn f(self, a: u32) -> Result<impl Sized, E> {
                g(a).await?
            }
        ),
        quote!(
            fn f(self, a: u32) -> impl Future<Output = Result<u32, E>> {
                async move { g(a)? }
            }
        ),
        quote!(
            impl<N> S<N> {
                fn f(self, a: u32) -> Result<u32, E> {
                    g(a)?
                }
            }
        ),
    ];
    let pairs = |arguments: &TokenStream| items.clone().map(|item| (arguments.clone(), item));
    let mut inventory: Vec<_> = arguments.iter().flat_map(pairs).collect();
    let limited = [
        quote!(attempt_timeout = "1s", sleep = nap, on_retry = async |e| f(e)),
        quote!(attempt_timeout = "1s", when = |e| e.f(), breaker = BREAKER, fallback = async |e| f(e)),
        quote!(base_ms = N, attempt_timeout_ms = N),
    ];
    inventory.extend(limited.map(|arguments| (arguments, items[3].clone())));
    let reborrowed = quote!(
        fn f(self: Pin<&mut S>, mut a: &mut u32, mut b: Pin<&mut S>) -> Option<u32> {
            g(a, b)?
        }
    );
    inventory.push((quote!(), reborrowed));
    inventory
}

/// The names in an expansion that are neither the user's, nor part of a path, a method or a field.
fn bare_names(tokens: TokenStream, users: &[String], found: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_punct = |token: Option<&TokenTree>, marks: &str| matches!(token, Some(TokenTree::Punct(punct)) if marks.contains(punct.as_char()));
    for (i, token) in tokens.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|i| tokens.get(i));
        match token {
            TokenTree::Group(group) => bare_names(group.stream(), users, found),
            TokenTree::Ident(name) => {
                let name = name.to_string();
                let is_keyword = syn::parse_str::<syn::Ident>(&name).is_err();
                let is_part = is_punct(before, ":.") && !is_punct(tokens.get(i + 1), "@")
                    || matches!((tokens.get(i + 1), tokens.get(i + 2)), (Some(TokenTree::Punct(a)), Some(_)) if a.as_char() == ':' && ["failure", "is_retryable", "hint", "operation", "waited", "own_delay", "call", "is_cancelled"].contains(&&*name));
                if !is_keyword && !is_part && !users.contains(&name) {
                    found.push(name);
                }
            }
            _ => {}
        }
    }
}

fn words_of(tokens: &TokenStream) -> Vec<String> {
    let inside = |token: TokenTree| match token {
        TokenTree::Group(group) => words_of(&group.stream()),
        token => vec![token.to_string()],
    };
    tokens.clone().into_iter().flat_map(inside).collect()
}

#[test]
fn every_local_label_and_item_has_a_name_that_nobody_writes() {
    for (arguments, item) in inventory() {
        let users = [words_of(&arguments), words_of(&item)].concat();
        let tokens = crate::retry::retry(arguments, item, &Name::default());
        assert!(!crate::function::mentions(&tokens, "compile_error"), "{tokens}");
        let mut found = Vec::new();
        bare_names(tokens.clone(), &users, &mut found);
        found.retain(|name| !name.to_lowercase().starts_with("__reattempt"));
        assert!(found.is_empty(), "{found:?} in {tokens}");
    }
}

#[test]
fn no_expansion_sets_a_lint() {
    for (arguments, item) in inventory() {
        let tokens = crate::retry::retry(arguments, item, &Name::default());
        for level in ["allow", "expect", "warn", "deny", "forbid"] {
            assert!(!crate::function::mentions(&tokens, level), "`{level}` in {tokens}");
        }
    }
}

/// Words that mean something to the parser, and some that do not.
const WORDS: &str = "max unlimited base base_ms factor backoff max_delay jitter deadline attempt_timeout within name \
                     policy budget breaker breaker_failure throttle clone sleep crate skip on unless when retry_ok error attempt fallback on_retry retry_after \
                     call restart_after cancel delay retry_after_ok on_success log log_after span info off \
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
                prop_assert!(crate::function::mentions(&tokens, "f"));
            }
        }
    }
}

/// Parts of the text of `name`.
const PARTS: [&str; 20] = [
    "{", "}", "{", "}", ".", ":", " ", "\n", "a", "b", "self", "type", "_", "0", "+1", "r#", "\u{b2}",
    "\u{661}", "e\u{301}", "\u{200d}",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    /// A name has placeholders that are names, or it is explained.
    #[test]
    fn no_text_of_a_name_makes_the_macro_panic(parts in prop::collection::vec(prop::sample::select(PARTS.to_vec()), 0..10)) {
        let text = parts.concat();
        for item in [
            quote!(fn f(a: u32) -> Result<u32, E> { Ok(a) }),
            quote!(fn f(self, mut a: u32) -> Result<u32, E> { Ok(a) }),
            quote!(impl S { fn f(&self, a: u32) -> Result<u32, E> { Ok(1) } }),
        ] {
            let tokens = crate::retry::retry(quote!(name = #text), item, &Name::default());
            prop_assert!(crate::function::mentions(&tokens, "f"));
        }
    }
}

fn words() -> Vec<&'static str> {
    WORDS.split_whitespace().collect()
}
