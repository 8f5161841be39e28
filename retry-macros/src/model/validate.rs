//! The rules between arguments. Core has the rules on single values.

use quote::ToTokens;
use syn::{Expr, Lit};

use crate::diagnostics::Diagnostics;
use crate::parse::{Hedge, JitterForm, LogLevel, Max, RawArgs, is_constant, literal, ungrouped};

/// Checks every rule that concerns the arguments alone.
pub(crate) fn check_arguments(args: &RawArgs, errors: &mut Diagnostics) {
    check_factor_has_effect(args, errors);
    check_decorrelated_stands_alone(args, errors);
    check_delays_stand_alone(args, errors);
    check_within_can_be_proven(args, errors);
    check_budget_has_effect(args, errors);
    check_shared_outlives_the_call(args, errors);
    check_values_are_refused(args, errors);
    check_failures_have_a_breaker(args, errors);
    check_delay_stands_alone(args, errors);
    check_log_has_effect(args, errors);
}

/// Refuses `retry_after_ok` without `retry_ok`: no value would be refused.
fn check_values_are_refused(args: &RawArgs, errors: &mut Diagnostics) {
    if let Some(hint) = args.retry_after_ok.get().filter(|_| !args.retry_ok.is_set()) {
        let message = format!(
            "`{}` reads the wait from a value that `retry_ok` refuses, and there is no `retry_ok`; write `retry_ok = \
             |value| …` too",
            hint.key
        );
        errors.report(&hint.key, message);
    }
}

/// Refuses `breaker_failure` without `breaker`: nobody would be told.
fn check_failures_have_a_breaker(args: &RawArgs, errors: &mut Diagnostics) {
    if let Some(rule) = args.breaker_failure.get().filter(|_| !args.breaker.is_set()) {
        let message = format!(
            "`{}` needs `breaker`, for which it decides what is a failure; write `breaker = BREAKER` too",
            rule.key
        );
        errors.report(&rule.key, message);
    }
}

/// Refuses values of the policy that `delay` replaces. A value that `retry_ok` refuses still waits by them, and jitter
/// spreads hints.
fn check_delay_stands_alone(args: &RawArgs, errors: &mut Diagnostics) {
    let Some(delay) = args.delay.get().filter(|_| !args.retry_ok.is_set()) else { return };
    let replaced = [
        args.base.get().map(|given| (&given.key, given.origin)),
        args.factor.get().map(|given| (&given.key, given.origin)),
        args.backoff.get().map(|given| (&given.key, given.origin)),
    ];
    for (key, _) in replaced.into_iter().flatten().filter(|(_, origin)| *origin == delay.origin) {
        let message = format!(
            "`{key}` has no effect with `{}`, which returns the exact delay; remove one of the two",
            delay.key
        );
        errors.report(key, message);
    }
}

/// Refuses `log_after` beside levels at which it changes nothing.
fn check_log_has_effect(args: &RawArgs, errors: &mut Diagnostics) {
    let (Some(after), Some(level)) = (args.log_after.get(), args.log.get()) else { return };
    if level.value <= LogLevel::Debug && level.origin == after.origin {
        let word = format!("{:?}", level.value).to_lowercase();
        let message = format!(
            "`{}` keeps the first retries at `debug`, and `log = {word}` logs none above it; remove one of the two",
            after.key
        );
        errors.report(&after.key, message);
    }
}

/// Refuses `factor` with a backoff that has none.
fn check_factor_has_effect(args: &RawArgs, errors: &mut Diagnostics) {
    if let (Some(factor), Some(backoff)) = (args.factor.get(), args.backoff.get()) {
        if !backoff.value.is_exponential() {
            let word = backoff.value.word;
            let message = format!("`factor` has no effect with `backoff = {word}`; remove one of the two");
            errors.report(&factor.key, message);
        }
    }
}

/// Refuses with a list of delays each argument that would compute other delays.
fn check_delays_stand_alone(args: &RawArgs, errors: &mut Diagnostics) {
    let Some(delays) = args.delays.get() else { return };
    let without_effect = [
        args.base.get().map(|given| &given.key),
        args.factor.get().map(|given| &given.key),
        args.backoff.get().map(|given| &given.key),
    ];
    for key in without_effect.into_iter().flatten() {
        errors.report(key, format!("`{key}` has no effect with `{}`; remove one of the two", delays.key));
    }
}

/// Refuses `factor`, `backoff` and `delays` with decorrelated jitter, which computes each delay from the previous one.
fn check_decorrelated_stands_alone(args: &RawArgs, errors: &mut Diagnostics) {
    let is_decorrelated =
        matches!(args.jitter.value(), Some(j) if matches!(j.form, JitterForm::Word("Decorrelated")));
    if !is_decorrelated {
        return;
    }
    let without_effect = [
        args.factor.get().map(|given| &given.key),
        args.backoff.get().map(|given| &given.key),
        args.delays.get().map(|given| &given.key),
    ];
    for key in without_effect.into_iter().flatten() {
        errors.report(
            key,
            format!("`{key}` has no effect with `jitter = decorrelated`; remove one of the two"),
        );
    }
}

/// Refuses `within` where the worst case cannot be computed at compile time: without a limit on attempts, or with a
/// policy that is known only at run time.
fn check_within_can_be_proven(args: &RawArgs, errors: &mut Diagnostics) {
    let Some(within) = args.within.get() else { return };
    if matches!(args.max.value(), Some(Max::Unlimited)) {
        let message =
            format!("`{}` cannot hold for unlimited attempts; write `max = 5` or use `deadline`", within.key);
        errors.report(&within.key, message);
    }
    if let Some(policy) = args.policy().filter(|policy| !is_constant(policy)) {
        let message = format!(
            "`{}` is proven at compile time, and `{}` is known at run time; name a constant or use `deadline`",
            within.key,
            policy.to_token_stream()
        );
        errors.report(&within.key, message);
    }
    let keys = [
        args.delay.get().map(|given| &given.key),
        args.restart_after.get().map(|given| &given.key),
        args.call.get().map(|given| &given.key),
    ];
    for key in keys.into_iter().flatten() {
        let message = format!(
            "`{}` is proven at compile time, and `{key}` can lengthen the call at run time; remove one or use `deadline`",
            within.key
        );
        errors.report(&within.key, message);
    }
    if let Some(env) = args.env.get() {
        let message = format!(
            "`{}` is proven at compile time, and `{}` changes the policy at run time; remove one or use `deadline`",
            within.key, env.key
        );
        errors.report(&within.key, message);
    }
}

/// Refuses a budget where no attempt is a retry.
fn check_budget_has_effect(args: &RawArgs, errors: &mut Diagnostics) {
    let (Some(budget), Some(Max::Attempts(max))) = (args.budget.get(), args.max.value()) else { return };
    let is_one = matches!(literal(max), Some(Lit::Int(number)) if number.base10_digits() == "1");
    if is_one && args.max.origin() == Some(budget.origin) {
        let message = "`budget` pays for retries, and with `max = 1` there is none; remove one of the two";
        errors.report(&budget.key, message);
    }
}

/// Refuses shared state that each call would create anew.
fn check_shared_outlives_the_call(args: &RawArgs, errors: &mut Diagnostics) {
    let hedge = args.hedge.get().and_then(|given| match &given.value {
        Hedge::Shared(shared) => Some((&given.key, &**shared)),
        Hedge::After(_) => None,
    });
    let all = [
        (args.budget.get().map(|given| (&given.key, &given.value)), "RetryBudget"),
        (args.breaker.get().map(|given| (&given.key, &given.value)), "CircuitBreaker"),
        (args.throttle.get().map(|given| (&given.key, &given.value)), "Throttle"),
        (hedge, "Hedge"),
    ];
    for (given, ty) in all {
        let Some((key, value)) = given.filter(|(_, value)| is_made(ungrouped(value), ty)) else { continue };
        let name = key.to_string().to_uppercase();
        let message = format!(
            "a `{ty}` made here is new at every call and remembers nothing; put it into a `static`, write `{key} = {name}`"
        );
        errors.report(value, message);
    }
}

/// Returns whether an expression calls a constructor of `ty`, with or without setters after it.
fn is_made(value: &Expr, ty: &str) -> bool {
    match value {
        Expr::MethodCall(call) => is_made(&call.receiver, ty),
        Expr::Reference(reference) => is_made(&reference.expr, ty),
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => path.path.segments.iter().rev().nth(1).is_some_and(|owner| owner.ident == ty),
            _ => false,
        },
        _ => false,
    }
}
