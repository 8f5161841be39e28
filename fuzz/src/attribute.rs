//! `#[retry]` and `#[derive(Retryable)]`: an input is Rust, `#[retry(max = 5)] fn user_f() { … }`. An item without
//! `#[retry]` in front gets the derive.
//!
//! The macros never panic. The user's item survives in the expansion; after a mistake its signature does. An
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
    let has_errors = check_messages(&expansion);
    let mut survivors = HashSet::new();
    user_names(&expansion, Where::Everywhere, &mut survivors);
    let mut names = HashSet::new();
    let place = if has_errors { Where::OutsideOfBodies } else { Where::OutsideOfAttributes };
    user_names(item, place, &mut names);
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

/// Which names are looked for.
#[derive(Clone, Copy, PartialEq)]
enum Where {
    Everywhere,
    /// The macro may remove attributes.
    OutsideOfAttributes,
    /// After a mistake it may replace bodies, too, which would cause other errors.
    OutsideOfBodies,
}

/// Collects the names that begin with `user_`.
fn user_names(tokens: &TokenStream, place: Where, names: &mut HashSet<String>) {
    let (mut is_after_mark, mut is_after_fn) = (false, false);
    for token in tokens.clone() {
        match &token {
            TokenTree::Group(group) => {
                let is_attribute = is_after_mark && group.delimiter() == Delimiter::Bracket;
                let is_body = is_after_fn && group.delimiter() == Delimiter::Brace;
                let is_left_out =
                    is_attribute && place != Where::Everywhere || is_body && place == Where::OutsideOfBodies;
                if !is_left_out {
                    user_names(&group.stream(), place, names);
                }
                is_after_mark = false;
                is_after_fn &= !is_body;
            }
            TokenTree::Punct(mark) => {
                is_after_mark = mark.as_char() == '#' || is_after_mark && mark.as_char() == '!';
                is_after_fn &= mark.as_char() != ';';
            }
            TokenTree::Ident(name) => {
                let name = name.to_string();
                is_after_fn |= name == "fn";
                is_after_mark = false;
                if name.starts_with("user_") {
                    names.insert(name);
                }
            }
            TokenTree::Literal(_) => is_after_mark = false,
        }
    }
}

/// Checks the messages of `::core::compile_error!`, which stand beside the item. Returns whether there are any.
fn check_messages(expansion: &TokenStream) -> bool {
    let (mut is_error, mut has_errors) = (false, false);
    for token in expansion.clone() {
        match token {
            TokenTree::Ident(name) => is_error = name == "compile_error",
            TokenTree::Group(group) if is_error => {
                is_error = false;
                has_errors = true;
                let Ok(message) = syn::parse2::<syn::LitStr>(group.stream()) else { continue };
                let message = message.value();
                assert!(!message.is_empty(), "a message is empty");
                assert!(
                    !message.starts_with(char::is_uppercase),
                    "a message begins with a capital: {message}"
                );
                assert!(!message.ends_with('.'), "a message ends with a full stop: {message}");
            }
            _ => {}
        }
    }
    has_errors
}
