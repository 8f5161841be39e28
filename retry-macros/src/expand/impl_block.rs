//! `#[retry]` on an `impl` block: every method that can fail is retried, and none is skipped in silence.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Attribute, Meta, ReturnType, Type, parse_quote};

use super::function::expand_function;
use super::policy::PolicyTokens;
use crate::diagnostics::{Diagnostics, error};
use crate::function::{
    AnnotatedFn, ImplBlock, ImplItem, ReturnKind, Shape, future_output, mentions, return_kind,
};
use crate::model::{
    CallNames, Evaluated, Policy, check_arguments, is_reference, private, refuse_run_time_values,
};
use crate::name::Name;
use crate::parse::{RawArgs, source};

/// The block with its methods retried, inside an anonymous constant that holds the values of the attribute: each is
/// evaluated, and reported, once for all methods.
pub(crate) fn expand_impl(
    args: &RawArgs,
    written: TokenStream,
    mut block: ImplBlock,
    name: &Name,
    errors: &mut Diagnostics,
) -> TokenStream {
    let constant = refuse_run_time_values(args, &CallNames::of_block(), errors);
    let args = constant.as_ref().unwrap_or(args);
    refuse_skip(args, errors);
    check_clones_exist(args, &block, errors);
    let generics = &block.generics;
    let mut methods = Methods { args, written, generics, name, retried: 0, blocking: Vec::new(), errors };
    let mut items = TokenStream::new();
    for item in std::mem::take(&mut block.items) {
        match item {
            ImplItem::Method(method) => items.extend(methods.method(*method)),
            ImplItem::Other(tokens) => items.extend(tokens),
        }
    }
    let (retried, blocking) = (methods.retried, methods.blocking);
    check_attempt_timeout_is_async(args, &blocking, errors);
    if retried == 0 && errors.is_clean() {
        errors.report(
            block.keyword,
            "no method here returns a `Result`; put `#[retry]` on the methods that may fail",
        );
    }
    let ImplBlock { attrs, head, inner_attrs, braces, .. } = &block;
    let mut expanded = quote!(#(#attrs)* #head);
    braces.surround(&mut expanded, |inside| inside.extend(quote!(#(#inner_attrs)* #items)));
    match shared_values(args, &block.generics) {
        Some(values) => quote!(const _: () = { #values #expanded };),
        None => expanded,
    }
}

/// The constants that all methods share, if the attribute has values at all.
fn shared_values(args: &RawArgs, generics: &[Ident]) -> Option<TokenStream> {
    if !RawArgs::default().or_inherit(args).is_policy_inherited() {
        return None;
    }
    let policy = Policy::new(args, generics);
    (policy.evaluated != Evaluated::InlineConst).then(|| PolicyTokens::new(policy, &private(args)).items)
}

/// The methods of a block, on their way through.
struct Methods<'a> {
    args: &'a RawArgs,
    /// The arguments as tokens.
    written: TokenStream,
    generics: &'a [Ident],
    name: &'a Name,
    /// How many are retried.
    retried: usize,
    /// Which of them are not async.
    blocking: Vec<String>,
    errors: &'a mut Diagnostics,
}

impl Methods<'_> {
    /// A method with its own attribute over that of the block.
    fn method(&mut self, mut method: AnnotatedFn) -> TokenStream {
        if method.attrs.iter().any(|attr| self.name.may_be_ours(attr)) {
            self.retried += 1;
            return self.deferred(method);
        }
        let own = take_attribute(&mut method.attrs, self.name, self.errors);
        let is_skipped = own.as_ref().is_some_and(|args| args.skip.is_set());
        if !is_skipped && is_retried(&method, own.is_some()).is_ok_and(|is_retried| is_retried) {
            self.blocking.extend(blocking(&method));
        }
        let (tokens, fate) = self::method(own, self.args, self.generics, method, self.errors);
        self.retried += usize::from(fate != Fate::LeftAlone);
        tokens
    }

    /// The method as it is, with an attribute that expands it once the compiler has read those that may be ours. They
    /// are moved to the top, since the attribute of the block stands above all others.
    fn deferred(&self, mut method: AnnotatedFn) -> TokenStream {
        let (ours, others): (Vec<_>, Vec<_>) = std::mem::take(&mut method.attrs)
            .into_iter()
            .partition(|attr| self.name.is_ours(attr) || self.name.may_be_ours(attr));
        let (private, written, generics) = (private(self.args), &self.written, self.generics);
        let marker = Ident::new(DEFERRED, Span::call_site());
        let deferred = parse_quote!(#[#private::retry(#marker { #written } [#(#generics)*])]);
        method.attrs = ours.into_iter().chain([deferred]).chain(others).collect();
        method.into_token_stream()
    }
}

/// What becomes of a method.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Retried,
    Skipped,
    /// It cannot fail, or its type does not tell.
    LeftAlone,
}

/// A method with its own arguments, if it has an attribute, over those of the block.
fn method(
    own: Option<RawArgs>,
    outer: &RawArgs,
    generics: &[Ident],
    method: AnnotatedFn,
    errors: &mut Diagnostics,
) -> (TokenStream, Fate) {
    if let Some(skip) = own.as_ref().and_then(|args| args.skip.get()) {
        check_skip_stands_alone(own.as_ref(), &skip.key, errors);
        return (method.into_token_stream(), Fate::Skipped);
    }
    match errors.ok(is_retried(&method, own.is_some())) {
        Some(true) => {}
        _ => return (method.into_token_stream(), Fate::LeftAlone),
    }
    let args = own.unwrap_or_default().or_inherit(outer);
    let mut mistakes = Diagnostics::new();
    if args.may_contradict_block() {
        check_arguments(&args, &mut mistakes);
    }
    let tokens = expand_function(&args, method, generics, &mut mistakes);
    errors.absorb(mistakes);
    (tokens, Fate::Retried)
}

/// The name of a method that is not async.
fn blocking(method: &AnnotatedFn) -> Option<String> {
    Shape::of(method).is_ok_and(|shape| !shape.is_async).then(|| method.sig.ident.to_string())
}

/// The word by which the attribute on a deferred method is known.
const DEFERRED: &str = "__reattempt_deferred";

/// What the attribute on a deferred method brings from the block.
pub(crate) struct Deferred {
    args: RawArgs,
    generics: Vec<Ident>,
}

impl Deferred {
    /// Reads `__reattempt_deferred { arguments } [generics]`. Mistakes in it are those of the block, which has
    /// reported them.
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
        let (arguments, generics) = (group()?, group()?);
        let mut known = Diagnostics::new();
        let args = RawArgs::parse(arguments, &mut known);
        let _ = known.finish();
        let generics = generics.into_iter().filter_map(|token| match token {
            TokenTree::Ident(parameter) => Some(parameter),
            _ => None,
        });
        Some(Deferred { args, generics: generics.collect() })
    }

    /// Takes the attribute from those below another one.
    pub(crate) fn take(attrs: &mut Vec<Attribute>) -> Option<Deferred> {
        let of = |attr: &Attribute| match &attr.meta {
            Meta::List(list) => Deferred::parse(list.tokens.clone()),
            _ => None,
        };
        let (at, deferred) = attrs.iter().enumerate().find_map(|(i, attr)| Some((i, of(attr)?)))?;
        attrs.remove(at);
        Some(deferred)
    }

    /// The method, with its own arguments if it turned out to have an attribute.
    pub(crate) fn expand(
        &self,
        own: Option<RawArgs>,
        method: AnnotatedFn,
        errors: &mut Diagnostics,
    ) -> TokenStream {
        let is_skipped = own.as_ref().is_some_and(|args| args.skip.is_set());
        if !is_skipped && own.as_ref().is_none_or(|args| !args.attempt_timeout.is_set()) {
            let blocking: Vec<String> = blocking(&method).into_iter().collect();
            if is_retried(&method, own.is_some()).is_ok_and(|is_retried| is_retried) {
                check_attempt_timeout_is_async(&self.args, &blocking, errors);
            }
        }
        self::method(own, &self.args, &self.generics, method, errors).0
    }
}

/// Nothing has an effect on a method that is skipped.
fn check_skip_stands_alone(args: Option<&RawArgs>, skip: &Ident, errors: &mut Diagnostics) {
    for key in args.into_iter().flat_map(RawArgs::keys).filter(|key| *key != skip) {
        errors.report(key, format!("`{key}` has no effect with `skip`; remove one of the two"));
    }
}

/// Nobody can cancel an attempt that blocks.
fn check_attempt_timeout_is_async(args: &RawArgs, blocking: &[String], errors: &mut Diagnostics) {
    if let (Some(timeout), false) = (args.attempt_timeout.get(), blocking.is_empty()) {
        let names = blocking.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let key = &timeout.key;
        let message = format!(
            "`{key}` cannot cancel {names}, not being async; write `async fn`, or `{key}` on the async methods alone \
             (`deadline` limits only when attempts start)"
        );
        errors.report(key, message);
    }
}

/// `skip` on the block would skip everything.
fn refuse_skip(args: &RawArgs, errors: &mut Diagnostics) {
    if let Some(skip) = args.skip.get() {
        errors
            .report(&skip.key, "`skip` exempts a single method; remove the attribute from the `impl` block");
    }
}

/// An argument that the block asks to clone is one of some method.
fn check_clones_exist(args: &RawArgs, block: &ImplBlock, errors: &mut Diagnostics) {
    for name in args.clone.value().into_iter().flatten() {
        let has_it = |item: &ImplItem| match item {
            ImplItem::Method(method) => method.sig.inputs.iter().any(|input| binds(input, name)),
            ImplItem::Other(_) => false,
        };
        if !block.items.iter().any(has_it) {
            let what = if name == "self" { "takes `self` by value" } else { "has such an argument by value" };
            errors.report(name, format!("`{name}` is never used up, no method here {what}; remove it"));
        }
    }
}

fn binds(input: &syn::FnArg, name: &Ident) -> bool {
    match input {
        syn::FnArg::Receiver(receiver) => name == "self" && !is_reference(receiver),
        syn::FnArg::Typed(arg) => {
            !matches!(*arg.ty, Type::Reference(_)) && mentions(&arg.pat.to_token_stream(), &name.to_string())
        }
    }
}

/// Removes the method's own `#[retry]` and reads it. Two of them are a mistake.
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

/// Whether a method is retried: it is, if it returns a `Result` or says so itself. Where the name of the return type
/// does not tell, the author has to.
fn is_retried(method: &AnnotatedFn, says_so: bool) -> syn::Result<bool> {
    let ReturnType::Type(_, ret) = &method.sig.output else { return Ok(says_so) };
    if says_so {
        return Ok(true);
    }
    let output = future_output(ret).unwrap_or(ret);
    match return_kind(output) {
        ReturnKind::Result => Ok(true),
        ReturnKind::Other => Ok(false),
        ReturnKind::Unknown => Err(error!(
            output,
            "`{}` may be a `Result` by another name; put `#[retry]` or `#[retry(skip)]` on `{}`",
            source(output),
            method.sig.ident
        )),
    }
}
