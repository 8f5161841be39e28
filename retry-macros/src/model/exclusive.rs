//! Whether the body of a blocking function can be a closure. An argument that the body may borrow exclusively and a rule
//! uses too prevents it.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, FnArg, ReceiverKind, Signature, Type};

use crate::function::{Shape, mentions, mentions_lifetime, unwrapped};
use crate::parse::{RawArgs, Selector};

/// Returns whether the body can be a closure that exists beside those of the rules: it is blocking, no attempt needs what
/// a loop defines for it, and no rule borrows what the body changes.
pub(super) fn can_be_closure(args: &RawArgs, sig: &Signature, shape: &Shape) -> bool {
    !shape.is_async
        && !shape.has_caller
        && !args.attempt_timeout.is_set()
        && !is_shared_with_rule(args, sig)
        && !is_shared_with_plan(args, sig, &shape.attempt)
}

/// Returns whether the body and an expression that is evaluated after an attempt both use an argument that either may
/// change or consume.
fn is_shared_with_plan(args: &RawArgs, sig: &Signature, body: &TokenStream) -> bool {
    let slots = [&args.on_retry, &args.on_give_up, &args.fallback, &args.retry_ok];
    let expressions: Vec<TokenStream> =
        slots.into_iter().filter_map(|slot| slot.value()).map(ToTokens::to_token_stream).collect();
    let is_shared =
        |name: &str| expressions.iter().any(|tokens| mentions(tokens, name)) && mentions(body, name);
    let is_any_shared = |argument: &syn::PatType| {
        let names = identifiers(argument.pat.to_token_stream());
        names.iter().any(|name| is_shared(&name.to_string()))
    };
    !expressions.is_empty()
        && sig.inputs.iter().any(|input| match input {
            FnArg::Receiver(receiver) => !is_shared_receiver(&receiver.kind) && is_shared("self"),
            FnArg::Typed(argument) => !is_shared_reference(&argument.ty) && is_any_shared(argument),
        })
}

/// Returns whether a rule uses an argument that the body may borrow exclusively. The body and the rule then cannot be
/// closures that exist at the same time.
///
/// A type alias without a lifetime may hide a `&mut`; the compiler then reports the second borrow.
fn is_shared_with_rule(args: &RawArgs, sig: &Signature) -> bool {
    let rules = rules(args);
    let words = name_words(args);
    let is_used = |name: &str| {
        words.iter().any(|word| word == name)
            || rules.iter().any(|rule| mentions(&rule.to_token_stream(), name))
    };
    if rules.is_empty() && words.is_empty() {
        return false;
    }
    let is_cloned = |name: &Ident| args.clone.value().into_iter().flatten().any(|cloned| cloned == name);
    sig.inputs.iter().any(|input| match input {
        FnArg::Receiver(receiver) => !is_shared_receiver(&receiver.kind) && is_used("self"),
        FnArg::Typed(argument) => {
            let names = identifiers(argument.pat.to_token_stream());
            may_be_exclusive(&argument.ty)
                && names.iter().any(|name| !is_cloned(name) && is_used(&name.to_string()))
        }
    })
}

/// Returns the user's expressions that are closures beside the body.
fn rules(args: &RawArgs) -> Vec<&Expr> {
    let guards = [&args.on, &args.unless].into_iter().filter_map(|slot| slot.value()).flatten();
    let guards = guards.filter_map(|selector| match selector {
        Selector::Type(_) => None,
        Selector::Text(_, guard) | Selector::Pattern(_, guard) => guard.as_ref(),
    });
    let whole = [&args.when, &args.retry_after, &args.sleep].into_iter().filter_map(|slot| slot.value());
    guards.chain(whole).collect()
}

/// Returns the words of the name in events, among them its placeholders.
fn name_words(args: &RawArgs) -> Vec<String> {
    let text = args.name.value().map(syn::LitStr::value).filter(|text| text.contains('{'));
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.iter().flat_map(|text| text.split(|c| !is_part(c))).map(str::to_owned).collect()
}

fn is_shared_receiver(kind: &ReceiverKind) -> bool {
    match kind {
        ReceiverKind::Reference(_, _, mutability) => mutability.is_none(),
        ReceiverKind::Typed(_, ty) => is_shared_reference(ty),
        _ => false,
    }
}

fn is_shared_reference(ty: &Type) -> bool {
    matches!(unwrapped(ty), Type::Reference(reference) if reference.mutability.is_none())
}

/// Returns whether a value of this type may contain a `&mut`.
fn may_be_exclusive(ty: &Type) -> bool {
    let tokens = ty.to_token_stream();
    !is_shared_reference(ty)
        && (mentions(&tokens, "mut") || mentions(&tokens, "Self") || mentions_lifetime(ty))
}

/// Returns all identifiers of a pattern, among them the names that it binds.
fn identifiers(pattern: TokenStream) -> Vec<Ident> {
    let mut found = Vec::new();
    for token in pattern {
        match token {
            TokenTree::Ident(name) => found.push(name),
            TokenTree::Group(group) => found.extend(identifiers(group.stream())),
            _ => {}
        }
    }
    found
}
