//! Values of the policy that are known only at run time: they name a value of the call, or are written as a closure.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, Signature};

use crate::function::{AnnotatedFn, bindings, mentions, typed};
use crate::parse::{Given, Jitter, Origin, RawArgs, Slot, closure, is_constant};

/// The `impl` block around a method.
#[derive(Clone, Default)]
pub(crate) struct Enclosing {
    /// Its generic parameters.
    pub(crate) generics: Vec<Ident>,
    /// `self` and the names of the arguments of its methods.
    pub(crate) names: Vec<Ident>,
    /// Whether its constant values are in an inline constant of each method, and not in constants of the block.
    is_inline: bool,
}

impl Enclosing {
    /// Returns the block with these arguments, generic parameters and methods.
    pub(crate) fn new<'a>(
        args: &RawArgs,
        generics: &[Ident],
        methods: impl Iterator<Item = &'a AnnotatedFn>,
    ) -> Enclosing {
        let mut names = Vec::new();
        for name in methods.flat_map(|method| names_of(&method.sig)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Enclosing::of_names(args, generics.to_vec(), names)
    }

    /// Returns the block with these arguments, generic parameters and names.
    pub(crate) fn of_names(args: &RawArgs, generics: Vec<Ident>, names: Vec<Ident>) -> Enclosing {
        let mut block = Enclosing { generics, names, is_inline: false };
        block.is_inline = is_inline(args, &block.generics, &CallNames::of_block(&block));
        block
    }
}

/// Returns `self` and the names of a function's arguments.
fn names_of(sig: &Signature) -> Vec<Ident> {
    let mut names: Vec<Ident> =
        sig.receiver().map(|receiver| Ident::new("self", receiver.self_token.span)).into_iter().collect();
    for arg in typed(sig) {
        bindings(&mut (*arg.pat).clone(), None, &mut |binding| names.push(binding.pattern.ident.clone()));
    }
    names
}

/// The names of values that differ between calls.
pub(crate) struct CallNames {
    /// Those that an argument on the same item may name.
    own: Vec<Ident>,
    /// Those that an argument of the `impl` block may name.
    of_block: Vec<Ident>,
    /// Whether the item is an `impl` block.
    is_block: bool,
    /// Whether the constant values of the `impl` block are in an inline constant of each method.
    pub(super) is_block_inline: bool,
}

impl CallNames {
    /// Returns the names of a function, or of a method in a block.
    pub(crate) fn of(sig: &Signature, block: &Enclosing) -> CallNames {
        CallNames {
            own: names_of(sig),
            of_block: block.names.clone(),
            is_block: false,
            is_block_inline: block.is_inline,
        }
    }

    /// Returns the names of a block.
    pub(crate) fn of_block(block: &Enclosing) -> CallNames {
        CallNames { own: block.names.clone(), of_block: Vec::new(), is_block: true, is_block_inline: false }
    }

    /// Returns whether an argument on the same item may name this value.
    pub(super) fn has_own(&self, name: &Ident) -> bool {
        self.own.contains(name)
    }

    /// Returns whether a value is known only at run time. A value of a block is that in each of its methods.
    pub(super) fn know_at_run_time(&self, expression: &Expr, origin: Origin) -> bool {
        closure(expression).is_some() || self.named_in(expression.to_token_stream(), origin).next().is_some()
    }

    /// Returns the names that tokens mention.
    pub(super) fn named_in(&self, tokens: TokenStream, origin: Origin) -> impl Iterator<Item = &Ident> {
        let (names, is_of_block) = match origin {
            Origin::Own => (&self.own, self.is_block),
            Origin::Impl => (&self.of_block, true),
        };
        names.iter().filter(move |name| is_named(name, tokens.clone(), is_of_block))
    }
}

/// Returns whether tokens name a value: not a field, a segment of a path, or a macro. In a value of a block, `delay()` is
/// a function, even if a method has an argument `delay`.
fn is_named(name: &Ident, tokens: TokenStream, is_of_block: bool) -> bool {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is = |i: Option<usize>, c: char| match i.and_then(|i| tokens.get(i)) {
        Some(TokenTree::Punct(punct)) => punct.as_char() == c,
        _ => false,
    };
    tokens.iter().enumerate().any(|(i, token)| match token {
        TokenTree::Group(group) => is_named(name, group.stream(), is_of_block),
        TokenTree::Ident(ident) if ident == name => {
            let (before, twice_before, after) = (i.checked_sub(1), i.checked_sub(2), i.checked_add(1));
            let is_field = is(before, '.') && !is(twice_before, '.');
            // In `..Policy { max: n }`, `max` names a field. `|n: u32|` is rare enough to be treated alike.
            let is_path = is(before, ':') && is(twice_before, ':') || is(after, ':');
            let is_macro = is(after, '!') && !is(i.checked_add(2), '=');
            let is_called =
                is_of_block && matches!(after.and_then(|i| tokens.get(i)), Some(TokenTree::Group(_)));
            !is_field && !is_path && !is_macro && !is_called
        }
        _ => false,
    })
}

/// A value of the policy that may be known only at run time.
#[derive(Clone, Copy)]
pub(super) struct Value<'a> {
    pub(super) key: &'a Ident,
    pub(super) expression: &'a Expr,
    pub(super) origin: Origin,
    /// Whether the sum of all waits depends on it.
    pub(super) is_in_sum: bool,
}

/// Returns these values, except for literals and words.
pub(super) fn values(args: &RawArgs) -> impl Iterator<Item = Value<'_>> {
    fn value<'a, T>(
        slot: &'a Slot<T>,
        is_in_sum: bool,
        expression: impl FnOnce(&'a T) -> Option<&'a Expr>,
    ) -> Option<Value<'a>> {
        let Given { key, value, origin, .. } = slot.get()?;
        Some(Value { key, expression: expression(value)?, origin: *origin, is_in_sum })
    }
    let all = [
        value(&args.max, true, |max| max.expression()),
        value(&args.base, true, |time| Some(&time.written)),
        value(&args.factor, true, |(_, number)| number.expression()),
        value(&args.max_delay, true, |time| Some(&time.written)),
        value(&args.jitter, true, Jitter::expression),
        value(&args.deadline, false, |time| Some(&time.written)),
        value(&args.attempt_timeout, true, |time| Some(&time.written)),
        value(&args.max_hint, false, |time| Some(&time.written)),
        value(&args.backoff, true, |backoff| backoff.step.as_ref().map(|step| &step.written)),
    ];
    all.into_iter().flatten()
}

/// Returns whether the constant values are in an inline constant: items cannot name `Self` or a parameter.
pub(super) fn is_inline(args: &RawArgs, generics: &[Ident], names: &CallNames) -> bool {
    if names.is_block_inline && args.has_policy(Origin::Impl) {
        return true;
    }
    let constant = values(args).filter(|value| !names.know_at_run_time(value.expression, value.origin));
    let mut expressions: Vec<&Expr> = constant.map(|value| value.expression).collect();
    expressions.extend(args.delays.value().map(|delays| &delays.written));
    expressions.extend(args.within.value().map(|time| &time.written));
    expressions.extend(args.policy().filter(|policy| is_constant(policy)));
    expressions.into_iter().any(|expression| names_generics(&expression.to_token_stream(), generics))
}

/// Returns whether tokens name `Self` or a parameter. A single capital counts as a parameter too: a method does not
/// show those of its `impl` block.
fn names_generics(tokens: &TokenStream, generics: &[Ident]) -> bool {
    let is_letter = |token: TokenTree| match token {
        TokenTree::Ident(ident) => {
            ident.to_string().len() == 1 && ident.to_string().starts_with(char::is_uppercase)
        }
        _ => false,
    };
    tokens.clone().into_iter().any(is_letter)
        || mentions(tokens, "Self")
        || generics.iter().any(|parameter| mentions(tokens, &parameter.to_string()))
}
