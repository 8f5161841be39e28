//! Divides the attributes of an argument that each attempt binds anew between the argument and the `let`.
//!
//! The compiler evaluates `cfg` after the macro, so both get it. A lint concerns only one of them, and an expectation
//! is fulfilled in one place only.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, MetaList, Token};

use crate::parse::first_span;

/// The lints about the use of a name in the body.
const ABOUT_USE: [&str; 5] = ["unused", "unused_mut", "unused_variables", "unused_assignments", "warnings"];

/// The attributes of the argument and of the `let`.
#[derive(Default)]
pub(crate) struct DividedAttributes {
    pub(crate) argument: Vec<Attribute>,
    pub(crate) binding: Vec<Attribute>,
}

/// Divides the attributes of an argument. With `is_precise` the argument binds one name, which the `let` replaces.
/// Otherwise a name in either place may fulfil an expectation, which becomes `allow` in both.
pub(crate) fn divide_attributes(attrs: &[Attribute], is_precise: bool) -> DividedAttributes {
    let mut divided = DividedAttributes::default();
    for attr in attrs {
        let (argument, binding) = divide_meta(&attr.meta, is_precise);
        let with = |meta| Attribute { meta, ..attr.clone() };
        divided.argument.extend(argument.into_iter().map(with));
        divided.binding.extend(binding.into_iter().map(with));
    }
    divided
}

/// Returns the attributes that decide whether the argument exists.
pub(crate) fn cfg_conditions(attrs: &[Attribute]) -> Vec<Attribute> {
    let metas = |attr: &Attribute| {
        let keep = |meta: &Meta| if is(meta, &["cfg"]) { vec![meta.clone()] } else { Vec::new() };
        let metas =
            if is(&attr.meta, &["cfg_attr"]) { conditional(&attr.meta, keep) } else { keep(&attr.meta) };
        metas.into_iter().map(|meta| Attribute { meta, ..attr.clone() }).collect::<Vec<_>>()
    };
    attrs.iter().flat_map(metas).collect()
}

/// Returns the `track_caller` among the attributes, also in a `cfg_attr`.
pub(crate) fn track_caller(attrs: &[Attribute]) -> Option<Ident> {
    attrs.iter().find_map(|attr| find_track_caller(&attr.meta))
}

fn find_track_caller(meta: &Meta) -> Option<Ident> {
    if is(meta, &["track_caller"]) {
        return meta.path().get_ident().cloned();
    }
    let (_, metas) = cfg_attr(meta)?;
    metas.iter().find_map(find_track_caller)
}

fn is(meta: &Meta, names: &[&str]) -> bool {
    names.iter().any(|name| meta.path().is_ident(name))
}

fn divide_meta(meta: &Meta, is_precise: bool) -> (Vec<Meta>, Vec<Meta>) {
    if is(meta, &["cfg", "allow", "warn", "deny", "forbid"]) {
        (vec![meta.clone()], vec![meta.clone()])
    } else if is(meta, &["expect"]) {
        divide_expectation(meta, is_precise)
    } else if is(meta, &["cfg_attr"]) {
        let argument = conditional(meta, |meta| divide_meta(meta, is_precise).0);
        (argument, conditional(meta, |meta| divide_meta(meta, is_precise).1))
    } else {
        (vec![meta.clone()], Vec::new())
    }
}

fn divide_expectation(meta: &Meta, is_precise: bool) -> (Vec<Meta>, Vec<Meta>) {
    let Some((list, metas)) = metas(meta) else { return (vec![meta.clone()], Vec::new()) };
    let (reason, lints): (Vec<Meta>, Vec<Meta>) = metas.into_iter().partition(|meta| is(meta, &["reason"]));
    let (about_use, others): (Vec<Meta>, Vec<Meta>) =
        lints.iter().cloned().partition(|lint| is(lint, &ABOUT_USE));
    let level = |level: &str, lints: &[Meta]| {
        if lints.is_empty() {
            return Vec::new();
        }
        let mut list = list.clone();
        list.path = Ident::new(level, first_span(&list.path)).into();
        list.tokens = quote!(#(#lints,)* #(#reason)*);
        vec![Meta::List(list)]
    };
    if !is_precise {
        return (level("allow", &lints), level("allow", &lints));
    }
    (level("expect", &others), [level("expect", &about_use), level("allow", &others)].concat())
}

/// Returns the list in the parentheses of an attribute.
fn metas(meta: &Meta) -> Option<(&MetaList, Vec<Meta>)> {
    let Meta::List(list) = meta else { return None };
    let metas = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(list.tokens.clone()).ok()?;
    Some((list, metas.into_iter().collect()))
}

/// Returns the predicate and the attributes of a `cfg_attr`.
fn cfg_attr(meta: &Meta) -> Option<(TokenStream, Vec<Meta>)> {
    let Meta::List(list) = meta else { return None };
    if !is(meta, &["cfg_attr"]) {
        return None;
    }
    let mut tokens = list.tokens.clone().into_iter();
    let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
    let predicate = tokens.by_ref().take_while(|token| !is_comma(token)).collect();
    let metas = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(tokens.collect()).ok()?;
    Some((predicate, metas.into_iter().collect()))
}

/// Returns a `cfg_attr` with the attributes that `choose` returns, unless there are none. A malformed one stays as it
/// is.
fn conditional(meta: &Meta, choose: impl Fn(&Meta) -> Vec<Meta>) -> Vec<Meta> {
    let (Meta::List(list), Some((predicate, metas))) = (meta, cfg_attr(meta)) else {
        return vec![meta.clone()];
    };
    let chosen: Vec<Meta> = metas.iter().flat_map(choose).collect();
    if chosen.is_empty() {
        return Vec::new();
    }
    vec![Meta::List(MetaList { tokens: quote!(#predicate, #(#chosen),*), ..list.clone() })]
}
