//! Methods of an `impl` block with attributes that only the compiler can read. They are expanded after it has done so.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Meta, parse_quote};

use super::method::{blocking, expand_method};
use crate::diagnostics::Diagnostics;
use crate::function::AnnotatedFn;
use crate::model::{Enclosing, check_no_method_blocks, private};
use crate::name::Name;
use crate::parse::RawArgs;

/// The word that marks the attribute on a deferred method.
const DEFERRED: &str = "__reattempt_deferred";

/// Returns the method with an attribute that expands it once the compiler has read the attributes that may be ours.
/// These are moved to the top, since the attribute of the block comes before all others.
pub(super) fn defer(
    args: &RawArgs,
    written: &TokenStream,
    block: &Enclosing,
    name: &Name,
    mut method: AnnotatedFn,
) -> TokenStream {
    let (ours, others): (Vec<_>, Vec<_>) = std::mem::take(&mut method.attrs)
        .into_iter()
        .partition(|attr| name.is_ours(attr) || name.may_be_ours(attr));
    let private = private(args);
    let marker = Ident::new(DEFERRED, Span::call_site());
    let Enclosing { generics, names, .. } = block;
    let deferred = parse_quote!(#[#private::retry(#marker { #written } [#(#generics)*] [#(#names)*])]);
    method.attrs = ours.into_iter().chain([deferred]).chain(others).collect();
    method.into_token_stream()
}

/// The arguments of the block, and the block, in the attribute on a deferred method.
pub(crate) struct Deferred {
    args: RawArgs,
    block: Enclosing,
}

impl Deferred {
    /// Parses `__reattempt_deferred { arguments } [generics] [names]`. The block has reported the mistakes in them.
    pub(crate) fn parse(tokens: TokenStream) -> Option<Deferred> {
        let mut tokens = tokens.into_iter();
        match tokens.next() {
            Some(TokenTree::Ident(marker)) if marker == DEFERRED => {}
            _ => return None,
        }
        let mut group = || match tokens.next() {
            Some(TokenTree::Group(group)) => Some(group.stream()),
            _ => None,
        };
        let (arguments, generics, names) = (group()?, group()?, group()?);
        let mut known = Diagnostics::new();
        let args = RawArgs::parse(arguments, &mut known);
        let _ = known.finish();
        let identifiers = |tokens: TokenStream| {
            let identifier = |token| match token {
                TokenTree::Ident(identifier) => Some(identifier),
                _ => None,
            };
            tokens.into_iter().filter_map(identifier).collect()
        };
        let block = Enclosing::of_names(&args, identifiers(generics), identifiers(names));
        Some(Deferred { args, block })
    }

    /// Removes the attribute from those below another one, and parses it.
    pub(crate) fn take(attrs: &mut Vec<Attribute>) -> Option<Deferred> {
        let of = |attr: &Attribute| match &attr.meta {
            Meta::List(list) => Deferred::parse(list.tokens.clone()),
            _ => None,
        };
        let (at, deferred) = attrs.iter().enumerate().find_map(|(i, attr)| Some((i, of(attr)?)))?;
        attrs.remove(at);
        Some(deferred)
    }

    /// Expands the method, with its own arguments if it has an attribute.
    pub(crate) fn expand(
        &self,
        own: Option<RawArgs>,
        method: AnnotatedFn,
        errors: &mut Diagnostics,
    ) -> TokenStream {
        let blocking: Vec<String> = blocking(own.as_ref(), &self.args, &method).into_iter().collect();
        check_no_method_blocks(&self.args, &blocking, errors);
        expand_method(own, &self.args, &self.block, method, errors).0
    }
}
