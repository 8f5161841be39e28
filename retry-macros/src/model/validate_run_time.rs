//! The rules for values that are known only at run time.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Expr, Signature};

use super::run_time::{CallNames, Value, values};
use crate::diagnostics::Diagnostics;
use crate::parse::{
    Given, Jitter, JitterForm, Origin, RawArgs, Slot, Start, is_constant, is_lower_case, not_a_jitter,
    placeholders, source, ungrouped,
};

/// Checks the values that are known only at run time. Returns the arguments without a value that is no jitter or no
/// constant, if there is one.
pub(crate) fn check_run_time_values(
    args: &RawArgs,
    names: &CallNames,
    errors: &mut Diagnostics,
) -> Option<RawArgs> {
    check_log_after_is_constant(args, names, errors);
    if args.is_policy_default() {
        return None;
    }
    check_within_is_constant(args, names, errors);
    let has_jitter = check_word_is_jitter(args, names, errors);
    let has_delays = check_delays_are_constant(args, names, errors);
    (!has_jitter || !has_delays).then(|| {
        let mut valid = args.clone();
        if !has_jitter {
            valid.jitter = Slot::default();
        }
        if !has_delays {
            valid.delays = Slot::default();
        }
        valid
    })
}

/// Refuses a `log_after` that is known only at run time: it stands in the static of the function.
fn check_log_after_is_constant(args: &RawArgs, names: &CallNames, errors: &mut Diagnostics) {
    let Some(given) = args.log_after.get().filter(|given| given.origin == Origin::Own) else { return };
    if names.know_at_run_time(&given.value, Origin::Own) {
        let message = format!(
            "`{}` is known only at run time, and `{}` takes a constant; write `log = off` and the event of your own in \
             `on_retry`",
            source(&given.value),
            given.key
        );
        errors.report(&given.value, message);
    }
}

/// Refuses a word that is no jitter. It could be an argument of the function until here.
fn check_word_is_jitter(args: &RawArgs, names: &CallNames, errors: &mut Diagnostics) -> bool {
    let Some(given) = args.jitter.get().filter(|given| given.origin == Origin::Own) else { return true };
    let is_unknown = is_word(&given.value) && !names.know_at_run_time(&given.value.written, Origin::Own);
    if is_unknown {
        errors.add(not_a_jitter(&given.value.written));
    }
    !is_unknown
}

/// Refuses each delay of a list that is known only at run time.
fn check_delays_are_constant(args: &RawArgs, names: &CallNames, errors: &mut Diagnostics) -> bool {
    let Some(given) = args.delays.get().filter(|given| given.origin == Origin::Own) else { return true };
    let parts = given.value.parts();
    let late: Vec<_> = parts.into_iter().filter(|part| names.know_at_run_time(part, Origin::Own)).collect();
    for value in &late {
        let message = format!(
            "`{}` is known only at run time, and `{}` takes constants; use `delay = |error, attempt| …`",
            source(value),
            given.key
        );
        errors.report(value, message);
    }
    late.is_empty()
}

/// Refuses `within` where it, or a value that the sum of all waits depends on, is known only at run time. An `impl`
/// block reports its own values.
fn check_within_is_constant(args: &RawArgs, names: &CallNames, errors: &mut Diagnostics) {
    let Some(Given { key, value: within, origin, .. }) = args.within.get() else { return };
    if *origin == Origin::Own && names.know_at_run_time(&within.written, *origin) {
        let (value, deadline) = (source(&within.written), key.to_string().replace("within", "deadline"));
        errors.report(
            &within.written,
            format!("`{key}` is proven at compile time, and `{value}` is known at run time; write `{deadline} = {value}`"),
        );
        return;
    }
    let mut known_late = values(args)
        .filter(|value| value.is_in_sum && names.know_at_run_time(value.expression, value.origin))
        .filter(|value| [*origin, value.origin].contains(&Origin::Own));
    if let Some(Value { expression, .. }) = known_late.next() {
        let message = format!(
            "`{key}` is proven at compile time, and `{}` is known at run time; name a constant or use `deadline`",
            source(expression)
        );
        if *origin == Origin::Own {
            errors.report(key, message);
        } else {
            errors.report(expression, message);
        }
    }
}

/// Reports the values of an `impl` block that name what a method does not have.
pub(crate) fn check_block_values_exist(
    args: &RawArgs,
    sig: &Signature,
    names: &CallNames,
    errors: &mut Diagnostics,
) {
    let mut written: Vec<(&Ident, TokenStream)> = values(args)
        .filter(|value| value.origin == Origin::Impl)
        .map(|value| (value.key, value.expression.to_token_stream()))
        .collect();
    if let Some(Given { key, value: Start::Policy(policy), origin: Origin::Impl, .. }) = args.start.get() {
        if !is_constant(policy) {
            written.push((key, policy.to_token_stream()));
        }
    }
    if let Some(Given { key, value: name, origin: Origin::Impl, .. }) = args.name.get() {
        let text = name.value();
        let arguments = placeholders(&text).map(|place| Ident::new(place, name.span()).into_token_stream());
        written.push((key, arguments.collect()));
    }
    let method = &sig.ident;
    for (key, tokens) in written {
        let mut missing = names.named_in(tokens, Origin::Impl).filter(|name| !names.has_own(name));
        if let Some(name) = missing.next() {
            let message = format!(
                "`{key}` of the `impl` block names `{name}`, which `{}` does not have; write `#[retry({key} = …)]` or \
                 `#[retry(skip)]` on it",
                method.unraw()
            );
            errors.report(method, message);
        }
    }
}

/// Returns whether a jitter is an unknown word in lower case, or a call of an unknown word. A constant would be in capitals.
fn is_word(jitter: &Jitter) -> bool {
    match (&jitter.form, ungrouped(&jitter.written)) {
        (JitterForm::Expression, Expr::Path(path)) => {
            path.path.get_ident().is_some_and(|word: &Ident| is_lower_case(word))
        }
        (JitterForm::Expression, Expr::Call(call)) => {
            matches!(&*call.func, Expr::Path(path) if path.path.get_ident().is_some())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::run_time::Enclosing;
    use super::*;

    /// Returns the values that are known only at run time.
    fn late_values(arguments: &str, head: &str) -> Vec<String> {
        let mut errors = Diagnostics::new();
        let args = RawArgs::parse(arguments.parse().unwrap(), &mut errors);
        let names = CallNames::of(&syn::parse_str(head).unwrap(), &Enclosing::default());
        let kept = check_run_time_values(&args, &names, &mut errors);
        assert_eq!(errors.messages(), [""; 0], "{arguments}");
        assert!(kept.is_none(), "{arguments}");
        let late = values(&args).filter(|value| names.know_at_run_time(value.expression, value.origin));
        late.map(|value| format!("{} = {}", value.key, source(value.expression))).collect()
    }

    const METHOD: &str = "fn f(&self, n: u32, (a, b): (Duration, f64)) -> Result<(), E>";

    #[test]
    fn a_value_that_names_a_value_of_the_call_is_known_at_run_time() {
        for (arguments, late) in [
            ("max = self.retries", "max = self.retries"),
            ("max = n", "max = n"),
            ("max = n + 1", "max = n + 1"),
            ("max = if n == 0 { 1 } else { n }", "max = if n == 0 { 1 } else { n }"),
            ("max = (1..n).count()", "max = (1..n).count()"),
            ("base = self.config().base", "base = self.config().base"),
            ("base_ms = self.base", "base_ms = self.base"),
            ("factor = b", "factor = b"),
            ("max_delay = a", "max_delay = a"),
            ("deadline = self.left()", "deadline = self.left()"),
            ("attempt_timeout_ms = self.timeout", "attempt_timeout_ms = self.timeout"),
            ("jitter = b", "jitter = b"),
            ("jitter = self.jitter", "jitter = self.jitter"),
            ("jitter = spread(b)", "jitter = b"),
            ("jitter = up_to(a)", "jitter = a"),
            ("preset = api_call, max = n", "max = n"),
            ("max = || 5", "max = || 5"),
            ("base = || config().base", "base = || config().base"),
        ] {
            assert_eq!(late_values(arguments, METHOD), [late], "{arguments}");
        }
    }

    #[test]
    fn a_constant_is_one_whatever_its_parts_are_called() {
        for arguments in [
            "max = N",
            "max = limits::n",
            "max = n::MAX",
            "max = LIMITS.n",
            "max = Limits { n: 5 }.total()",
            "max = n!(5)",
            "base = Self::BASE",
            "jitter = full",
            "jitter = FRACTION",
            "factor = 2",
            "base = \"1s\", max_delay_ms = 5, jitter = spread(0.1), unlimited",
        ] {
            assert_eq!(late_values(arguments, METHOD), [""; 0], "{arguments}");
        }
        let head = "fn f(n: u32) -> Result<(), E>";
        assert_eq!(late_values("max = self.retries", head), [""; 0], "the compiler misses `self`");
    }

    #[test]
    fn a_word_of_jitter_wins_over_an_argument() {
        let head = "fn f(full: f64, spread: f64) -> Result<(), E>";
        for arguments in ["jitter = full", "jitter = spread(0.1)"] {
            assert_eq!(late_values(arguments, head), [""; 0], "{arguments}");
        }
    }
}
