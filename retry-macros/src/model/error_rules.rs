//! The decisions of the arguments about the error of a failed attempt.

use proc_macro2::TokenStream;
use syn::{Expr, Type};

use crate::parse::{RawArgs, Selector};

/// The decisions that do not follow from the error's type. Each field is one that core accepts beside a failure.
#[derive(Default)]
pub(crate) struct ErrorRules {
    pub(crate) retryable: RetryableRule,
    pub(crate) hint: HintRule,
    /// The function in `delay`, which replaces the delay of the policy.
    pub(crate) delay: Option<Expr>,
    /// The types that classify an error without a classification of its own.
    pub(crate) classifiers: Vec<Classifier>,
    /// The arguments of `format_args!` for the operation's name, if it has placeholders.
    pub(crate) name: Option<TokenStream>,
    /// Whether the waits of a call are summed up, for `within`.
    pub(crate) sums_waits: bool,
}

/// Whether an error is retried.
#[derive(Default)]
pub(crate) enum RetryableRule {
    /// Its type decides.
    #[default]
    Type,
    /// It is retried if it stands for a timeout. Else its type decides.
    TimeoutOrType,
    /// The selection decides. Where it does not, the error's type or the timeout does.
    Selection(Box<Selection>),
}

/// `on`, `unless` and `when`, at least one of them.
pub(crate) struct Selection {
    pub(crate) on: Option<Vec<Selector>>,
    pub(crate) unless: Option<Vec<Selector>>,
    pub(crate) when: Option<Expr>,
    /// Whether an error may stand for a timeout.
    pub(crate) has_timeout: bool,
}

/// The delay that an error asks for.
#[derive(Default)]
pub(crate) enum HintRule {
    /// Its type decides.
    #[default]
    Type,
    /// Its type decides. An error that stands for a timeout asks for no delay.
    TypeUnlessTimeout,
    /// The function in `retry_after` decides.
    Function(Expr),
}

/// A type that classifies errors.
pub(crate) enum Classifier {
    /// A type of `ask`, which must have a classification.
    Required(Type),
    /// A type of `on`, which may have one.
    Optional(Type),
}

impl ErrorRules {
    /// Returns the rules of a function. `in_body` is applied to the user's expressions.
    pub(crate) fn new(
        args: &RawArgs,
        name: Option<TokenStream>,
        in_body: impl Fn(&Expr) -> Expr,
    ) -> ErrorRules {
        let has_timeout = args.attempt_timeout.is_set();
        let selectors = |selectors: &Vec<Selector>| selectors.iter().map(|s| s.map(&in_body)).collect();
        let selection = Selection {
            on: args.on.value().map(selectors),
            unless: args.unless.value().map(selectors),
            when: args.when.value().map(&in_body),
            has_timeout,
        };
        let is_selective = args.on.is_set() || args.unless.is_set() || args.when.is_set();
        ErrorRules {
            retryable: match (is_selective, has_timeout) {
                (true, _) => RetryableRule::Selection(Box::new(selection)),
                (false, true) => RetryableRule::TimeoutOrType,
                (false, false) => RetryableRule::Type,
            },
            hint: match args.retry_after.value() {
                Some(function) => HintRule::Function(in_body(function)),
                None if has_timeout => HintRule::TypeUnlessTimeout,
                None => HintRule::Type,
            },
            delay: args.delay.value().map(&in_body),
            classifiers: classifiers(args),
            name,
            sums_waits: args.within.is_set(),
        }
    }

    /// Returns whether the error's type decides everything.
    pub(crate) fn is_empty(&self) -> bool {
        let ErrorRules { retryable, hint, delay, classifiers, name, sums_waits } = self;
        matches!(retryable, RetryableRule::Type)
            && matches!(hint, HintRule::Type)
            && delay.is_none()
            && classifiers.is_empty()
            && name.is_none()
            && !sums_waits
    }
}

fn classifiers(args: &RawArgs) -> Vec<Classifier> {
    let required = args.ask.value().into_iter().flatten().map(|ty| Classifier::Required(ty.clone()));
    let selected = args.on.value().into_iter().flatten().filter_map(|selector| match selector {
        Selector::Type(ty) => Some(Classifier::Optional(ty.clone())),
        Selector::Text(..) | Selector::Pattern(..) => None,
    });
    required.chain(selected).collect()
}
