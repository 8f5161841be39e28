//! `#[retry]` and `#[derive(Retryable)]`: an input is Rust, `#[retry(max = 5)] fn user_f() { … }`. An item without
//! `#[retry]` in front gets the derive.
//!
//! The macros never panic. The user's item survives in the expansion, and after a mistake beside the errors. An
//! expansion of an item that parses parses too. A message begins in lower case and has no full stop at its end.

mod items;
mod mutation;
mod vocabulary;

use std::collections::HashSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

pub use mutation::mutate;

/// Parsers of expressions recurse, so that a thousand parentheses would end in their stack and show nothing.
const MAX_LENGTH: usize = 1500;

/// Expands an input and checks the expansion. Returns whether the input was Rust's tokens.
pub fn check(data: &[u8]) -> bool {
    let Some(tokens) = tokens(data) else { return false };
    match invocation(&tokens) {
        Some((arguments, item)) => check_retry(arguments, &item),
        None => check_derive(tokens),
    }
    true
}

fn tokens(data: &[u8]) -> Option<TokenStream> {
    let text = str::from_utf8(data).ok().filter(|text| text.len() <= MAX_LENGTH)?;
    text.parse().ok()
}

/// Splits `#[retry(arguments)] item`.
fn invocation(tokens: &TokenStream) -> Option<(TokenStream, TokenStream)> {
    let mut tokens = tokens.clone().into_iter();
    let is_attribute = matches!(tokens.next()?, TokenTree::Punct(mark) if mark.as_char() == '#');
    let TokenTree::Group(attribute) = tokens.next()? else { return None };
    let mut inside = attribute.stream().into_iter();
    let is_retry = matches!(inside.next()?, TokenTree::Ident(name) if name == "retry");
    let arguments = match inside.next() {
        None => TokenStream::new(),
        Some(TokenTree::Group(arguments)) => arguments.stream(),
        Some(_) => return None,
    };
    (is_attribute && is_retry && inside.next().is_none()).then(|| (arguments, tokens.collect()))
}

fn check_retry(arguments: TokenStream, item: &TokenStream) {
    let expansion = macros::expand_retry(arguments, item.clone(), None);
    check_messages(&expansion);
    let mut survivors = HashSet::new();
    user_names(&expansion, false, &mut survivors);
    let mut names = HashSet::new();
    user_names(item, true, &mut names);
    for name in names {
        assert!(survivors.contains(&name), "`{name}` is lost in {expansion}");
    }
    if let Err(error) = syn::parse2::<syn::File>(expansion.clone()) {
        assert!(syn::parse2::<syn::Item>(item.clone()).is_err(), "{error} in {expansion}");
    }
}

fn check_derive(item: TokenStream) {
    let expansion = macros::expand_derive(item);
    check_messages(&expansion);
    assert!(!expansion.is_empty(), "an item was derived to nothing");
    if let Err(error) = syn::parse2::<syn::File>(expansion.clone()) {
        panic!("{error} in {expansion}");
    }
}

/// Collects the names that begin with `user_`. The macro may remove attributes, so those of the item do not count.
fn user_names(tokens: &TokenStream, without_attributes: bool, names: &mut HashSet<String>) {
    let mut is_after_mark = false;
    for token in tokens.clone() {
        match &token {
            TokenTree::Group(group) => {
                let is_attribute = is_after_mark && group.delimiter() == Delimiter::Bracket;
                if !(is_attribute && without_attributes) {
                    user_names(&group.stream(), without_attributes, names);
                }
                is_after_mark = false;
            }
            TokenTree::Punct(mark) => is_after_mark = mark.as_char() == '#' || is_after_mark && mark.as_char() == '!',
            TokenTree::Ident(name) => {
                let name = name.to_string();
                if name.starts_with("user_") {
                    names.insert(name);
                }
                is_after_mark = false;
            }
            TokenTree::Literal(_) => is_after_mark = false,
        }
    }
}

/// Checks the messages of `::core::compile_error!`, which stand beside the item.
fn check_messages(expansion: &TokenStream) {
    let mut is_error = false;
    for token in expansion.clone() {
        match token {
            TokenTree::Ident(name) => is_error = name == "compile_error",
            TokenTree::Group(group) if is_error => {
                is_error = false;
                let Ok(message) = syn::parse2::<syn::LitStr>(group.stream()) else { continue };
                let message = message.value();
                assert!(!message.is_empty(), "a message is empty");
                assert!(!message.starts_with(char::is_uppercase), "a message begins with a capital: {message}");
                assert!(!message.ends_with('.'), "a message ends with a full stop: {message}");
            }
            _ => {}
        }
    }
}
