//! Calls of our functions that the compiler reports under the user's code.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use super::hygiene;
use crate::parse::{first_and_last_span, respanned};

/// The place of the user's code, from its first token to its last. An error that starts at the one and ends at the other
/// underlines all of it.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) first: Span,
    pub(crate) last: Span,
}

impl Place {
    /// Returns the place of these tokens, where names are resolved as in the user's code.
    pub(crate) fn of(code: &impl ToTokens) -> Place {
        let (first, last) = first_and_last_span(code.to_token_stream());
        Place { first, last }
    }

    /// Returns the place of one token.
    pub(crate) fn at(span: Span) -> Place {
        Place { first: span, last: span }
    }

    /// Returns the same place, where names are resolved as in the expansion.
    pub(crate) fn in_expansion(self) -> Place {
        let at = |span| Span::mixed_site().located_at(span);
        Place { first: at(self.first), last: at(self.last) }
    }

    /// Calls a function of a module. Its name has the first token's span, and its arguments end at the last token's.
    pub(crate) fn call(
        self,
        module: &impl ToTokens,
        function: &str,
        arguments: impl ToTokens,
    ) -> TokenStream {
        let (function, name) = (Ident::new(function, self.first), hygiene::import(self.first));
        let arguments = self.arguments(arguments);
        quote!({ use #module::#function as #name; #name #arguments })
    }

    /// Returns arguments in parentheses that stand at the last token.
    pub(crate) fn arguments(self, arguments: impl ToTokens) -> Group {
        let mut group = Group::new(Delimiter::Parenthesis, arguments.into_token_stream());
        group.set_span(self.last);
        group
    }

    /// Awaits a future. If it is none, the error stands at the last token.
    pub(super) fn awaited(self, future: &TokenStream) -> TokenStream {
        let suffix = respanned(quote!(.await;), self.last);
        quote!(#future #suffix)
    }
}
