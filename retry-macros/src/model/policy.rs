//! The policy of a function: its arguments, and when they are evaluated.

use proc_macro2::{Ident, Span};
use syn::Expr;

use super::run_time::{CallNames, Value, is_inline, values};
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
        let is_inline = is_inline(args, generics, names);
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
