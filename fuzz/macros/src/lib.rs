//! The macros of `reattempt-macros` as functions of tokens, compiled from the same files.

use proc_macro2::TokenStream;

// The folder of the macro crate. Its files name each other from the root of their crate, hence the import below.
#[path = "../../../retry-macros/src"]
mod rooms {
    pub(crate) mod diagnostics;
    pub(crate) mod parse;
    pub(crate) mod name;
    pub(crate) mod function;
    pub(crate) mod model;
    pub(crate) mod expand;
    pub(crate) mod retry;
    pub(crate) mod derive;
}
use rooms::{derive, diagnostics, expand, function, model, name, parse, retry};

/// Expands `#[retry(arguments)] item`, invoked as this text.
#[must_use]
pub fn expand_retry(arguments: TokenStream, item: TokenStream, invocation: Option<String>) -> TokenStream {
    retry::retry(arguments, item, &name::Name::of_invocation(invocation))
}

/// Expands `#[derive(Retryable)] item`.
#[must_use]
pub fn expand_derive(item: TokenStream) -> TokenStream {
    derive::derive(item)
}
