//! The receiver of a method: its name in the body, and a clone of it for each attempt.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, Signature};

use crate::function::{Rebind, Rebinding, Shape, cfg_conditions, divide_attributes, is_reference_type};

/// A `self` that is restored after each attempt.
pub(crate) struct ClonedSelf {
    pub(crate) name: Ident,
    /// The attributes that decide whether it exists.
    pub(crate) conditions: Vec<Attribute>,
}

/// Returns an expression with `self` under the name that `#[async_trait]` gives it in the body.
pub(super) fn in_async_trait(expression: &Expr) -> Expr {
    syn::parse2(rename_self(expression.to_token_stream())).unwrap_or_else(|_| expression.clone())
}

/// Returns tokens with `self` under the name that `#[async_trait]` gives it in the body. In `self::path`, it is no value.
pub(crate) fn rename_self(tokens: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_colon =
        |i: usize| matches!(tokens.get(i), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    let is_path = |i: usize| is_colon(i.saturating_add(1)) && is_colon(i.saturating_add(2));
    let renamed = tokens.iter().enumerate().map(|(i, token)| match token {
        TokenTree::Ident(ident) if ident == "self" && !is_path(i) => {
            TokenTree::Ident(Ident::new("__self", ident.span()))
        }
        TokenTree::Group(group) => {
            let mut renamed = Group::new(group.delimiter(), rename_self(group.stream()));
            renamed.set_span(group.span());
            TokenTree::Group(renamed)
        }
        token => token.clone(),
    });
    renamed.collect()
}

/// Gives every attempt a clone of `self`. A `let` cannot bind `self` anew, so the receiver becomes `mut` and is
/// restored after an attempt has consumed it; it is returned for that. Under `#[async_trait]` the receiver is a local
/// like any other argument.
pub(super) fn clone_self(
    sig: &mut Signature,
    shape: &Shape,
    rebindings: &mut Vec<Rebinding>,
) -> Option<ClonedSelf> {
    let Some(syn::FnArg::Receiver(receiver)) = sig.inputs.first_mut() else { return None };
    if is_reference(receiver) {
        return None;
    }
    let span = receiver.self_token.span;
    let conditions = cfg_conditions(&receiver.attrs);
    // Lints on the receiver are about a name that the expansion uses and changes.
    receiver.attrs = divide_attributes(&receiver.attrs, false).argument;
    if shape.renames_self() {
        let name = Ident::new("__self", span);
        let mutability = receiver.mutability;
        rebindings.push(Rebinding {
            pattern: quote!(#mutability #name),
            name,
            how: Rebind::Clone,
            attrs: conditions.clone(),
            conditions,
            is_used_before: false,
        });
        return None;
    }
    receiver.mutability = Some(syn::Token![mut](Span::mixed_site().located_at(span)));
    Some(ClonedSelf { name: Ident::new("self", span), conditions })
}

pub(crate) fn is_reference(receiver: &syn::Receiver) -> bool {
    match &receiver.kind {
        syn::ReceiverKind::Reference(..) => true,
        syn::ReceiverKind::Typed(_, ty) => is_reference_type(ty),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn self_is_renamed_where_it_is_a_value() {
        for (written, renamed) in [
            ("self", "__self"),
            ("self.id", "__self . id"),
            ("f(self.id, [self])", "f (__self . id , [__self])"),
            ("match self { it: self }", "match __self { it : __self }"),
            ("Id { self: 1 }", "Id { __self : 1 }"),
            ("self::limit()", "self :: limit ()"),
            ("other.id", "other . id"),
        ] {
            assert_eq!(rename_self(written.parse().unwrap()).to_string(), renamed, "{written}");
        }
    }
}
