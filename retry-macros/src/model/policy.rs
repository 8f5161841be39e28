//! The policy of a function: its arguments, and when they are evaluated.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Expr;

use super::run_time::{CallNames, Value, values};
use crate::function::mentions;
use crate::parse::{Origin, RawArgs, first_span, is_constant};

/// The policy of a function.
#[derive(Clone, Copy)]
pub(crate) struct Policy<'a> {
    pub(crate) args: &'a RawArgs,
    names: &'a CallNames,
    pub(crate) evaluated: Evaluated,
    /// Whether a constant value names `Self` or a parameter, so that all constant values are in an inline constant.
    pub(crate) is_inline: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Evaluated {
    /// At compile time, in a static.
    Const,
    /// At compile time, in an inline constant: items cannot name `Self` or a parameter.
    InlineConst,
    /// In each call, at least in part: `policy = self.policy`, `max = self.retries`.
    Call,
}

impl<'a> Policy<'a> {
    /// Returns the policy of a function or a block with these generic parameters and names.
    pub(crate) fn new(args: &'a RawArgs, generics: &[Ident], names: &'a CallNames) -> Policy<'a> {
        let is_inline = needs_inline(args, generics, names);
        let starts_in_call = args.policy().is_some_and(|policy| !is_constant(policy));
        let is_known = |value: Value<'_>| !names.know_at_run_time(value.expression, value.origin);
        let evaluated = if starts_in_call || !values(args).all(is_known) {
            Evaluated::Call
        } else if is_inline {
            Evaluated::InlineConst
        } else {
            Evaluated::Const
        };
        Policy { args, names, evaluated, is_inline }
    }

    /// Returns whether a value is known only at run time.
    pub(crate) fn is_known_late(&self, expression: Option<&Expr>, origin: Origin) -> bool {
        expression.is_some_and(|expression| self.names.know_at_run_time(expression, origin))
    }

    pub(crate) fn has_attempt_timeout(&self) -> bool {
        self.args.attempt_timeout.is_set()
    }

    /// Returns the span of the limit on one attempt.
    pub(crate) fn attempt_timeout_place(&self) -> Option<Span> {
        self.args.attempt_timeout.value().map(|time| first_span(&time.written))
    }

    /// Returns whether the policy may have a deadline: its own, or that of a preset or another policy.
    pub(crate) fn may_have_deadline(&self) -> bool {
        self.args.deadline.is_set() || self.args.start.is_set()
    }
}

fn needs_inline(args: &RawArgs, generics: &[Ident], names: &CallNames) -> bool {
    let constant = values(args).filter(|value| !names.know_at_run_time(value.expression, value.origin));
    let mut expressions: Vec<&Expr> = constant.map(|value| value.expression).collect();
    expressions.extend(args.within.value().map(|time| &time.written));
    expressions.extend(args.delays.value().map(|delays| &delays.written));
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
