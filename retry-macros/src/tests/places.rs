//! The places of tokens at which the compiler reports mistakes in values.

use proc_macro2::{TokenStream, TokenTree};

use crate::name::Name;

/// Returns the texts in whose place the identifiers with this name stand.
fn places(tokens: TokenStream, name: &str) -> Vec<String> {
    let inside = |token: TokenTree| match token {
        TokenTree::Group(group) => places(group.stream(), name),
        TokenTree::Ident(ident) if ident == name => ident.span().source_text().into_iter().collect(),
        _ => Vec::new(),
    };
    tokens.into_iter().flat_map(inside).collect()
}

#[test]
fn an_error_type_without_timeouts_is_reported_at_the_limit() {
    let arguments: TokenStream = "attempt_timeout = LIMIT".parse().unwrap();
    let item: TokenStream = "async fn fetch() -> Result<u32, E> { get().await }".parse().unwrap();
    let tokens = crate::retry::retry(arguments, item, &Name::default());
    assert_eq!(places(tokens, "timed_out"), ["LIMIT"]);
}
