//! `#[retry]` on an `impl` block: retries every method that can fail, and reports those whose return type is unclear.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Attribute, Meta};

use super::deferred::defer;
use super::method::{Fate, blocking, expand_method};
use super::policy::PolicyTokens;
use crate::diagnostics::Diagnostics;
use crate::function::{AnnotatedFn, ImplBlock, ImplItem};
use crate::model::{
    CallNames, Enclosing, Policy, check_block, check_no_method_blocks, check_run_time_values, private,
};
use crate::name::Name;
use crate::parse::RawArgs;

/// Expands a block inside an anonymous constant that holds the values of the attribute. Each value is evaluated and
/// reported once for all methods.
pub(crate) fn expand_impl(
    args: &RawArgs,
    written: TokenStream,
    mut block: ImplBlock,
    name: &Name,
    errors: &mut Diagnostics,
) -> TokenStream {
    let enclosing = enclosing(args, &block);
    let names = CallNames::of_block(&enclosing);
    let sound = check_run_time_values(args, &names, errors);
    let args = sound.as_ref().unwrap_or(args);
    check_block(args, &block, errors);
    let mut methods =
        Methods { args, written, block: &enclosing, name, retried: 0, blocking: Vec::new(), errors };
    let mut items = TokenStream::new();
    for item in std::mem::take(&mut block.items) {
        match item {
            ImplItem::Method(method) => items.extend([methods.method(*method)]),
            ImplItem::Other(tokens) => items.extend([tokens]),
        }
    }
    let (retried, blocking) = (methods.retried, methods.blocking);
    check_no_method_blocks(args, &blocking, errors);
    if retried == 0 && errors.is_clean() {
        errors.report(
            block.keyword,
            "no method here returns a `Result`; put `#[retry]` on the methods that may fail",
        );
    }
    let ImplBlock { attrs, head, inner_attrs, braces, .. } = &block;
    let mut expanded = quote!(#(#attrs)* #head);
    braces.surround(&mut expanded, |inside| inside.extend([quote!(#(#inner_attrs)* #items)]));
    match shared_values(args, &block.generics, &names) {
        Some(values) => quote!(const _: () = { #values #expanded };),
        None => expanded,
    }
}

fn enclosing(args: &RawArgs, block: &ImplBlock) -> Enclosing {
    let methods = block.items.iter().filter_map(|item| match item {
        ImplItem::Method(method) => Some(&**method),
        ImplItem::Other(_) => None,
    });
    Enclosing::new(args, &block.generics, methods)
}

/// Returns the constants that all methods share, if the attribute has values.
fn shared_values(args: &RawArgs, generics: &[Ident], names: &CallNames) -> Option<TokenStream> {
    if !RawArgs::default().or_inherit(args).is_policy_inherited() {
        return None;
    }
    let policy = Policy::new(args, generics, names);
    if policy.is_inline {
        return None;
    }
    PolicyTokens::new(policy, &private(args)).items
}

/// The methods of a block, and the facts about all of them.
struct Methods<'a> {
    args: &'a RawArgs,
    /// The arguments as tokens.
    written: TokenStream,
    block: &'a Enclosing,
    name: &'a Name,
    /// The number of methods that are retried.
    retried: usize,
    /// The names of the methods that are not async.
    blocking: Vec<String>,
    errors: &'a mut Diagnostics,
}

impl Methods<'_> {
    /// Expands a method.
    fn method(&mut self, mut method: AnnotatedFn) -> TokenStream {
        if method.attrs.iter().any(|attr| self.name.may_be_ours(attr)) {
            self.retried = self.retried.saturating_add(1);
            return defer(self.args, &self.written, self.block, self.name, method);
        }
        let own = take_attribute(&mut method.attrs, self.name, self.errors);
        self.blocking.extend(blocking(own.as_ref(), self.args, &method));
        let (tokens, fate) = expand_method(own, self.args, self.block, method, self.errors);
        self.retried = self.retried.saturating_add(usize::from(fate != Fate::LeftAlone));
        tokens
    }
}

/// Removes the method's own `#[retry]` and parses it. A second one is a mistake.
fn take_attribute(attrs: &mut Vec<Attribute>, name: &Name, errors: &mut Diagnostics) -> Option<RawArgs> {
    let (ours, others): (Vec<_>, Vec<_>) =
        std::mem::take(attrs).into_iter().partition(|attr| name.is_ours(attr));
    *attrs = others;
    if let Some(second) = ours.get(1) {
        errors.report(second.path(), "`#[retry]` is given twice; keep one of the two");
    }
    match &ours.first()?.meta {
        Meta::List(list) => Some(RawArgs::parse(list.tokens.clone(), errors)),
        Meta::Path(_) => Some(RawArgs::default()),
        Meta::NameValue(pair) => {
            let value = &pair.value;
            errors.report(value, "`#[retry]` takes its arguments in parentheses; write `#[retry(max = 5)]`");
            Some(RawArgs::default())
        }
    }
}
