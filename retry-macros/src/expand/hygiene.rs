//! The names in an expansion. Every local, label and item has a prefix that no user writes.
//!
//! A span alone does not separate these names from the user's. In a pattern, a name is resolved to a constant, a
//! static, a unit struct or a variant of the user's, and items have no hygiene.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use syn::Lifetime;

/// Returns a local or a label: `__reattempt_outcome`.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(&format!("__reattempt_{name}"), Span::mixed_site())
}

/// Returns a constant: `__REATTEMPT_MAX`.
pub(crate) fn constant(name: &str) -> Ident {
    Ident::new(&format!("__REATTEMPT_{name}"), Span::mixed_site())
}

/// Returns the name of an import, which has the span of the code that calls it.
pub(crate) fn import(span: Span) -> Ident {
    Ident::new("__reattempt", span)
}

/// Returns `name` with another span.
pub(crate) fn at(place: Span, name: &Ident) -> Ident {
    let mut name = name.clone();
    name.set_span(place);
    name
}

/// Returns the user's tokens at the same places, as tokens of the expansion. Clippy lints a type of the user's wherever
/// it occurs, and must not lint this copy.
pub(crate) fn of_expansion(tokens: TokenStream) -> TokenStream {
    let respan = |token: TokenTree| match token {
        TokenTree::Group(group) => {
            let mut moved = Group::new(group.delimiter(), of_expansion(group.stream()));
            moved.set_span(Span::mixed_site().located_at(group.span()));
            TokenTree::Group(moved)
        }
        // `$crate` is resolved by its span.
        TokenTree::Ident(name) if name == "$crate" => TokenTree::Ident(name),
        mut token => {
            token.set_span(Span::mixed_site().located_at(token.span()));
            token
        }
    };
    tokens.into_iter().map(respan).collect()
}

/// Returns the label `'name`.
pub(crate) fn label(name: &Ident) -> Lifetime {
    Lifetime { apostrophe: name.span(), ident: name.clone() }
}

macro_rules! locals {
    ($($name:ident)*) => {
        /// The locals of one expansion.
        pub(crate) struct Locals {
            $(pub(crate) $name: Ident,)*
        }

        impl Locals {
            pub(crate) fn new() -> Locals {
                let span = Span::mixed_site();
                Locals { $($name: Ident::new(concat!("__reattempt_", stringify!($name)), span),)* }
            }
        }
    };
}

locals! {
    answer answered attempt begun breaker budget cancel cancelled classifiers decider delay ends error failed find future
    given_up handle hedge hedging hint hook is_final is_retryable kept known last open outcome own own_delay plan planned
    policy progress question recovered refused restart_limit result running same search self_clone shared sleep started
    throttle timed_out timeout trace traced value view wait waited
}
