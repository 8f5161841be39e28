//! The policy of a function: its arguments, and when they are evaluated.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;

use crate::function::mentions;
use crate::parse::{Max, RawArgs, first_span, is_constant};

/// The policy of a function.
#[derive(Clone, Copy)]
pub(crate) struct Policy<'a> {
    pub(crate) args: &'a RawArgs,
    pub(crate) evaluated: Evaluated,
    /// Whether a value names `Self` or a parameter, so that all values are in an inline constant.
    pub(crate) is_inline: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Evaluated {
    /// At compile time, in a static.
    Const,
    /// At compile time, in an inline constant: items cannot name `Self` or a parameter.
    InlineConst,
    /// In each call: `policy = self.policy`.
    Call,
}

impl<'a> Policy<'a> {
    /// Returns the policy of a function or a block with these generic parameters.
    pub(crate) fn new(args: &'a RawArgs, generics: &[Ident]) -> Policy<'a> {
        let is_inline = needs_inline(args, generics);
        let evaluated = if args.policy().is_some_and(|policy| !is_constant(policy)) {
            Evaluated::Call
        } else if is_inline {
            Evaluated::InlineConst
        } else {
            Evaluated::Const
        };
        Policy { args, evaluated, is_inline }
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

fn needs_inline(args: &RawArgs, generics: &[Ident]) -> bool {
    let RawArgs { base, max_delay, deadline, attempt_timeout, max_hint, within, .. } = args;
    let times = [base, max_delay, deadline, attempt_timeout, max_hint, within];
    let mut written: Vec<TokenStream> =
        times.iter().filter_map(|time| time.value()).map(|time| time.written.to_token_stream()).collect();
    written.extend(args.delays.value().map(|delays| delays.written.to_token_stream()));
    let step = args.backoff.value().and_then(|backoff| backoff.step.as_ref());
    written.extend(step.map(|step| step.written.to_token_stream()));
    written.extend(args.jitter.value().map(|jitter| jitter.written.to_token_stream()));
    written.extend(args.factor.value().map(|(written, _)| written.to_token_stream()));
    written.extend(args.policy().filter(|policy| is_constant(policy)).map(ToTokens::to_token_stream));
    if let Some(Max::Attempts(attempts)) = args.max.value() {
        written.push(attempts.to_token_stream());
    }
    written.iter().any(|tokens| names_generics(tokens, generics))
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
