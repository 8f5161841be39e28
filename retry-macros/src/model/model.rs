//! The model of a retried function.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{Expr, LitStr, Path, Signature, Token, Type};

use super::control::{Control, Log};
use super::error_rules::ErrorRules;
use super::exclusive::can_be_closure;
use super::policy::Policy;
use super::rebindings;
use super::receiver::{ClonedSelf, clone_self, in_async_trait};
use super::run_time::CallNames;
use super::validate_function::check_function;
use crate::diagnostics::Diagnostics;
use crate::function::{Rebinding, Shape, may_borrow, mentions_lifetime, parameters};
use crate::parse::{Hedge, RawArgs, Slot, format_arguments};

/// A retried function. Its arguments are checked, so that its expansion cannot fail.
pub(crate) struct Retry<'a> {
    /// The path of the facade's hidden module.
    pub(crate) private: Path,
    /// Whether the user has written this path.
    pub(crate) is_path_written: bool,
    pub(crate) operation: Operation,
    pub(crate) policy: Policy<'a>,
    /// The prefix of the environment variables that override the policy.
    pub(crate) env: Option<LitStr>,
    pub(crate) rebindings: Vec<Rebinding>,
    /// The `self` of which every attempt gets a clone.
    pub(crate) cloned_self: Option<ClonedSelf>,
    pub(crate) error_rules: ErrorRules,
    /// The function in `retry_ok`, which selects successes that are retried.
    pub(crate) success_rule: Option<Expr>,
    /// The function in `retry_after_ok`, which reads the wait from a refused success.
    pub(crate) success_hint: Option<Expr>,
    pub(crate) control: Control,
    pub(crate) log: Log,
    /// The place of `span`, which asks for the spans of the call.
    pub(crate) span: Option<Span>,
    pub(crate) ending: Ending,
    pub(crate) sharing: Sharing,
    /// When a slow attempt gets a copy beside it.
    pub(crate) hedge: Option<Hedge>,
    /// Whether the error's type contains a lifetime, so that a box of it may borrow.
    pub(crate) may_borrow: bool,
    /// The body's name for the attempt's number.
    pub(crate) attempt: Option<Ident>,
    /// The hook `on_retry`.
    pub(crate) before_wait: Option<Expr>,
    pub(crate) on_success: Option<Expr>,
    pub(crate) sleep: Option<Expr>,
    /// Whether the body of a blocking function can be a closure that exists beside those of the rules.
    is_body_closure: bool,
    pub(crate) shape: Shape,
    /// The span of the function's name.
    pub(crate) place: Span,
    /// The span of the braces around an attempt.
    pub(crate) braces: Span,
}

/// How the call ends without success.
#[derive(Default)]
pub(crate) struct Ending {
    /// The error of the body, which is wrapped before it is returned.
    pub(crate) error: Option<Type>,
    pub(crate) on_give_up: Option<Expr>,
    pub(crate) fallback: Option<Expr>,
}

impl Ending {
    fn new(args: &RawArgs, in_body: impl Fn(&Expr) -> Expr) -> Ending {
        Ending {
            error: args.error.value().cloned(),
            on_give_up: args.on_give_up.value().map(&in_body),
            fallback: args.fallback.value().map(&in_body),
        }
    }
}

/// The state that calls share.
#[derive(Default)]
pub(crate) struct Sharing {
    pub(crate) budget: Option<Expr>,
    pub(crate) breaker: Option<Expr>,
    /// The function in `breaker_failure`, which decides what is a failure for the breaker.
    pub(crate) breaker_failure: Option<Expr>,
    pub(crate) throttle: Option<Expr>,
}

impl Sharing {
    fn new(args: &RawArgs, in_body: impl Fn(&Expr) -> Expr) -> Sharing {
        let expression = |slot: &Slot<Expr>| slot.value().map(&in_body);
        Sharing {
            budget: expression(&args.budget),
            breaker: expression(&args.breaker),
            breaker_failure: expression(&args.breaker_failure),
            throttle: expression(&args.throttle),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.budget.is_none() && !self.may_refuse_the_call()
    }

    /// Returns whether a call may be refused before its first attempt.
    pub(crate) fn may_refuse_the_call(&self) -> bool {
        self.breaker.is_some() || self.throttle.is_some()
    }
}

impl Retry<'_> {
    /// Returns whether the function itself takes part after a failed attempt. It then plans the next step and takes it;
    /// otherwise core does both in one call.
    pub(crate) fn needs_plan(&self) -> bool {
        self.before_wait.is_some()
            || self.success_rule.is_some()
            || self.ending.error.is_some()
            || self.ending.on_give_up.is_some()
            || self.ending.fallback.is_some()
            || self.on_success.is_some()
            || self.span.is_some()
            || self.control.needs_plan()
            || !self.sharing.is_empty()
    }

    /// Returns whether core runs the loop and calls the body as a closure. Else the loop is in the function.
    pub(crate) fn runs_in_core(&self) -> bool {
        self.is_body_closure && !self.needs_plan()
    }

    /// Returns whether the function carries out core's plans in a loop that is called out of line. A breaker and a throttle
    /// have a part in the first attempt, too, and so has a handle. With `error`, the body and the function have different types.
    /// `cancel` and the hook of a success take part where only the loop in the function has a place for them.
    pub(crate) fn outlines_plan(&self) -> bool {
        self.is_body_closure
            && self.needs_plan()
            && !self.sharing.may_refuse_the_call()
            && self.ending.error.is_none()
            && self.on_success.is_none()
            && self.control.is_empty()
    }

    /// Returns whether a call can end elsewhere than after an attempt: before the first one, or during a wait.
    pub(crate) fn has_other_ends(&self) -> bool {
        self.sharing.may_refuse_the_call() || self.can_end_in_wait()
    }

    /// Returns whether something else than the wait decides whether the next attempt starts. The last error is kept until
    /// then.
    pub(crate) fn can_end_in_wait(&self) -> bool {
        self.sharing.breaker.is_some() || self.control.cancel.is_some()
    }

    /// Returns whether the duration of the call is reported, or the clock is read for each attempt anyway.
    pub(crate) fn is_timed(&self) -> bool {
        self.has_hooks()
            || self.on_success.is_some()
            || self.ending.error.is_some()
            || self.policy.has_attempt_timeout()
    }

    /// Returns whether events are emitted later than the decision: after a hook, or where the error is no longer available,
    /// as after a wait that can end the call. A span is filled with the event's facts.
    pub(crate) fn emits_late(&self) -> bool {
        self.has_hooks() || self.has_other_ends() || self.span.is_some()
    }

    fn has_hooks(&self) -> bool {
        self.before_wait.is_some() || self.ending.on_give_up.is_some()
    }
}

/// The name of the operation in events.
pub(crate) struct Operation {
    /// An expression for the text, with its placeholders as written.
    pub(crate) label: TokenStream,
    /// The arguments of `format_args!`, if the text has placeholders.
    pub(crate) format: Option<TokenStream>,
}

impl Operation {
    fn new(args: &RawArgs, sig: &Signature, renames_self: bool) -> Operation {
        match args.name.value() {
            Some(text) => {
                let format = text.value().contains(['{', '}']).then(|| format_arguments(text, renames_self));
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

/// Returns the path of the hidden module: `::reattempt::__private`, or that under `crate = path`.
///
/// It is a path and no tokens: each part of an expansion contains it, and inserting tokens into others calls the
/// compiler each time.
pub(crate) fn private(args: &RawArgs) -> Path {
    let default = || {
        let name = Ident::new("reattempt", Span::mixed_site());
        Path { leading_colon: Some(Token![::](Span::mixed_site())), ..Path::from(name) }
    };
    let mut path = args.facade.value().cloned().unwrap_or_else(default);
    let last = path.segments.last().map_or_else(Span::call_site, |segment| segment.ident.span());
    path.segments.push_punct(Token![::](last));
    path.segments.push_value(Ident::new("__private", last).into());
    path
}

impl<'a> Retry<'a> {
    /// Returns the model of a function, or reports a mistake and returns `None`. Changes the signature where attempts
    /// bind arguments anew.
    pub(crate) fn new(
        args: &'a RawArgs,
        sig: &mut Signature,
        mut shape: Shape,
        outer_generics: &[Ident],
        names: &'a CallNames,
        errors: &mut Diagnostics,
    ) -> Option<Retry<'a>> {
        check_function(args, sig, &shape, errors);
        let mut bare = sig.clone();
        let mut rebindings = rebindings::rebindings(args, &mut bare, &mut shape, errors);
        if !errors.is_clean() {
            return None;
        }
        *sig = bare;
        let is_self_cloned = args.clone.value().into_iter().flatten().any(|name| name == "self");
        let cloned_self = if is_self_cloned { clone_self(sig, &shape, &mut rebindings) } else { None };
        let renames_self = shape.renames_self();
        let in_body = |given: &Expr| if renames_self { in_async_trait(given) } else { given.clone() };
        let expression = |slot: &Slot<Expr>| slot.value().map(in_body);
        let operation = Operation::new(args, sig, renames_self);
        let generics = [parameters(&sig.generics).as_slice(), outer_generics].concat();
        Some(Retry {
            private: private(args),
            is_path_written: args.facade.is_set(),
            policy: Policy::new(args, &generics, names),
            env: args.env.value().cloned(),
            error_rules: ErrorRules::new(args, operation.format.clone(), in_body),
            operation,
            success_rule: expression(&args.retry_ok),
            success_hint: expression(&args.retry_after_ok),
            control: Control::new(args, in_body),
            log: Log::new(args),
            span: args.span.get().map(|given| given.key.span()),
            ending: Ending::new(args, in_body),
            sharing: Sharing::new(args, in_body),
            hedge: args.hedge.value().map(|hedge| hedge.map(in_body)),
            may_borrow: args.error.value().map_or_else(|| may_borrow(&shape.ret), mentions_lifetime),
            attempt: args.attempt.value().cloned(),
            before_wait: expression(&args.on_retry),
            on_success: expression(&args.on_success),
            sleep: expression(&args.sleep),
            is_body_closure: cloned_self.is_none() && can_be_closure(args, sig, &shape, &rebindings),
            rebindings,
            cloned_self,
            braces: shape.braces,
            place: sig.ident.span(),
            shape,
        })
    }
}
