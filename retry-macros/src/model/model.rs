//! The checked thing that expansion needs.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{Attribute, Expr, LitStr, Path, Signature, Token, Type};

use super::policy::Policy;
use super::validate::{self, is_reference};
use crate::diagnostics::Diagnostics;
use crate::function::{
    Rebind, Rebinding, Shape, conditions, divide, may_borrow, mentions_lifetime, parameters,
};
use crate::parse::{RawArgs, Selector, Slot};

/// One retried function. Only a model without mistakes is expanded, so expansion cannot fail.
pub(crate) struct Retry<'a> {
    /// The path of the facade's hidden module.
    pub(crate) private: Path,
    pub(crate) operation: Operation,
    pub(crate) policy: Policy<'a>,
    /// Under which prefix the environment overrides the policy.
    pub(crate) env: Option<LitStr>,
    pub(crate) rebindings: Vec<Rebinding>,
    /// `self`, if every attempt gets a clone of it.
    pub(crate) cloned_self: Option<ClonedSelf>,
    pub(crate) selection: Selection,
    pub(crate) ending: Ending,
    pub(crate) sharing: Sharing,
    /// Whether a lifetime stands in the error's type, so that a box of it may borrow.
    pub(crate) may_borrow: bool,
    /// The body's name for the attempt's number.
    pub(crate) attempt: Option<Ident>,
    /// The hook before a wait.
    pub(crate) before_wait: Option<Expr>,
    pub(crate) sleep: Option<Expr>,
    pub(crate) shape: Shape,
    /// Where the function's name stands.
    pub(crate) place: Span,
    /// Where the braces of an attempt stand.
    pub(crate) braces: Span,
}

/// A `self` that is given back to itself after each attempt.
pub(crate) struct ClonedSelf {
    pub(crate) name: Ident,
    /// The attributes that decide whether it exists.
    pub(crate) conditions: Vec<Attribute>,
}

/// Which outcomes are retried.
#[derive(Default)]
pub(crate) struct Selection {
    pub(crate) on: Option<Vec<Selector>>,
    pub(crate) unless: Option<Vec<Selector>>,
    pub(crate) ask: Option<Vec<Type>>,
    pub(crate) when: Option<Expr>,
    pub(crate) retry_ok: Option<Expr>,
    pub(crate) retry_after: Option<Expr>,
}

/// How the call ends without success.
#[derive(Default)]
pub(crate) struct Ending {
    /// The error of the body, where it is wrapped on the way out.
    pub(crate) error: Option<Type>,
    pub(crate) on_give_up: Option<Expr>,
    pub(crate) fallback: Option<Expr>,
}

/// What the call shares with others.
#[derive(Default)]
pub(crate) struct Sharing {
    pub(crate) budget: Option<Expr>,
    pub(crate) breaker: Option<Expr>,
}

impl Sharing {
    pub(crate) fn is_empty(&self) -> bool {
        self.budget.is_none() && self.breaker.is_none()
    }
}

impl Retry<'_> {
    /// Whether anything but the last outcome itself is asked for when an attempt fails: then result and decision meet
    /// in the function, and not in core alone.
    pub(crate) fn has_steps(&self) -> bool {
        self.before_wait.is_some()
            || self.selection.retry_ok.is_some()
            || self.ending.error.is_some()
            || self.ending.on_give_up.is_some()
            || self.ending.fallback.is_some()
            || !self.sharing.is_empty()
    }

    /// Whether the function's arguments say anything of an error.
    pub(crate) fn judges_errors(&self) -> bool {
        let Selection { on, unless, ask, when, retry_after, retry_ok: _ } = &self.selection;
        let is_selective =
            on.is_some() || unless.is_some() || ask.is_some() || when.is_some() || retry_after.is_some();
        let is_named = self.operation.format.is_some();
        is_selective || is_named || self.policy.has_attempt_timeout() || self.policy.sums_waits()
    }

    /// Whether somebody is told how long the call took, or the clock is read for an attempt anyway.
    pub(crate) fn is_timed(&self) -> bool {
        self.has_hooks() || self.ending.error.is_some() || self.policy.has_attempt_timeout()
    }

    /// Whether the log is told of a step later than core decides it: after a hook, or when a breaker has been asked
    /// again after the wait, where the error is out of reach.
    pub(crate) fn announces(&self) -> bool {
        self.has_hooks() || self.sharing.breaker.is_some()
    }

    fn has_hooks(&self) -> bool {
        self.before_wait.is_some() || self.ending.on_give_up.is_some()
    }
}

/// The operation's name in events.
pub(crate) struct Operation {
    /// An expression for the text with its places unfilled.
    pub(crate) label: TokenStream,
    /// The text, if it has places.
    pub(crate) format: Option<LitStr>,
}

impl Operation {
    fn new(args: &RawArgs, sig: &Signature) -> Operation {
        match args.name.value() {
            Some(text) => {
                let format = text.value().contains(['{', '}']).then(|| text.clone());
                Operation { label: text.to_token_stream(), format }
            }
            None => {
                let function = sig.ident.unraw().to_string();
                let label = quote!(::core::concat!(::core::module_path!(), "::", #function));
                Operation { label, format: None }
            }
        }
    }
}

/// `::reattempt::__private`, or where `crate = path` says.
///
/// A path and not tokens: it stands in every part of an expansion, and tokens that are put into others make a trip to
/// the compiler each time.
pub(crate) fn private(args: &RawArgs) -> Path {
    let default = || {
        let name = Ident::new("reattempt", Span::call_site());
        Path { leading_colon: Some(<Token![::]>::default()), ..Path::from(name) }
    };
    let mut path = args.facade.value().cloned().unwrap_or_else(default);
    let last = path.segments.last().map_or_else(Span::call_site, |segment| segment.ident.span());
    path.segments.push(Ident::new("__private", last).into());
    path
}

impl<'a> Retry<'a> {
    /// The model of a function, or `None` once a mistake was reported. Changes the signature only where every
    /// attempt binds an argument anew.
    pub(crate) fn new(
        args: &'a RawArgs,
        sig: &mut Signature,
        mut shape: Shape,
        outer_generics: &[Ident],
        errors: &mut Diagnostics,
    ) -> Option<Retry<'a>> {
        validate::check_function(args, sig, &shape, errors);
        let mut bare = sig.clone();
        let mut rebindings = validate::rebindings(args, &mut bare, &mut shape, errors);
        if !errors.is_clean() {
            return None;
        }
        *sig = bare;
        let private = private(args);
        let mut generics = parameters(&sig.generics);
        generics.extend(outer_generics.iter().cloned());
        let policy = Policy::new(args, &generics);
        let operation = Operation::new(args, sig);
        let has_own_self = args.clone.value().into_iter().flatten().any(|name| name == "self");
        let cloned_self = if has_own_self { clone_self(sig, &shape, &mut rebindings) } else { None };
        let here = |expression: &Expr| {
            if shape.renames_self() { in_async_trait(expression) } else { expression.clone() }
        };
        let expression = |slot: &Slot<Expr>| slot.value().map(here);
        let items = |slot: &Slot<Vec<Selector>>| {
            slot.value().map(|items| items.iter().map(|item| item.map(here)).collect())
        };
        let selection = Selection {
            on: items(&args.on),
            unless: items(&args.unless),
            ask: args.ask.value().cloned(),
            when: expression(&args.when),
            retry_ok: expression(&args.retry_ok),
            retry_after: expression(&args.retry_after),
        };
        let may_borrow = match args.error.value() {
            Some(error) => mentions_lifetime(error),
            None => may_borrow(&shape.ret),
        };
        let ending = Ending {
            error: args.error.value().cloned(),
            on_give_up: expression(&args.on_give_up),
            fallback: expression(&args.fallback),
        };
        let sharing = Sharing { budget: expression(&args.budget), breaker: expression(&args.breaker) };
        let (before_wait, sleep) = (expression(&args.on_retry), expression(&args.sleep));
        let attempt = args.attempt.value().cloned();
        Some(Retry {
            private,
            operation,
            policy,
            env: args.env.value().cloned(),
            rebindings,
            cloned_self,
            may_borrow,
            selection,
            ending,
            sharing,
            attempt,
            before_wait,
            sleep,
            braces: shape.braces,
            place: sig.ident.span(),
            shape,
        })
    }
}

/// `#[async_trait]` calls the body's `self` by another name, in which the attribute's expressions follow.
fn in_async_trait(expression: &Expr) -> Expr {
    fn rename(tokens: TokenStream) -> TokenStream {
        let rename_token = |token| match token {
            TokenTree::Ident(ident) if ident == "self" => {
                TokenTree::Ident(Ident::new("__self", ident.span()))
            }
            TokenTree::Group(group) => {
                let mut renamed = Group::new(group.delimiter(), rename(group.stream()));
                renamed.set_span(group.span());
                TokenTree::Group(renamed)
            }
            token => token,
        };
        tokens.into_iter().map(rename_token).collect()
    }
    syn::parse2(rename(expression.to_token_stream())).unwrap_or_else(|_| expression.clone())
}

/// Gives every attempt a `self` of its own. A receiver cannot be bound anew: it is made one that can be given back to
/// itself after an attempt has used it up, and its name is returned. Under another name it is a local like any other.
fn clone_self(sig: &mut Signature, shape: &Shape, rebindings: &mut Vec<Rebinding>) -> Option<ClonedSelf> {
    let Some(syn::FnArg::Receiver(receiver)) = sig.inputs.first_mut() else { return None };
    if is_reference(receiver) {
        return None;
    }
    let span = receiver.self_token.span;
    let conditions = conditions(&receiver.attrs);
    // A lint on it is about a name that the expansion uses and changes.
    receiver.attrs = divide(&receiver.attrs, false).argument;
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
