//! Refuses values of the policy that are known only at run time: the policy is built at compile time.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, Signature};

use crate::diagnostics::Diagnostics;
use crate::function::{bindings, typed};
use crate::parse::{
    Given, Jitter, JitterForm, Max, Number, Origin, RawArgs, Slot, Start, Time, TimeForm, is_lower_case,
    not_a_jitter, source, ungrouped,
};

/// The names of values that differ between calls.
pub(crate) struct CallNames(Vec<String>);

impl CallNames {
    /// Returns `self` and the names of a function's arguments.
    pub(crate) fn of(sig: &Signature) -> CallNames {
        let mut names: Vec<String> = sig.receiver().map(|_| "self".to_owned()).into_iter().collect();
        for arg in typed(sig) {
            bindings(&mut (*arg.pat).clone(), None, &mut |binding| {
                names.push(binding.pattern.ident.to_string());
            });
        }
        CallNames(names)
    }

    /// Returns the one such name of every method of a block.
    pub(crate) fn of_block() -> CallNames {
        CallNames(vec!["self".to_owned()])
    }

    fn are_in(&self, expression: &Expr) -> bool {
        self.are_in_tokens(expression.to_token_stream())
    }

    /// Returns whether tokens name one of them as a value: not as a field, a segment of a path, or a macro.
    fn are_in_tokens(&self, tokens: TokenStream) -> bool {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let is = |i: Option<usize>, c: char| match i.and_then(|i| tokens.get(i)) {
            Some(TokenTree::Punct(punct)) => punct.as_char() == c,
            _ => false,
        };
        tokens.iter().enumerate().any(|(i, token)| match token {
            TokenTree::Group(group) => self.are_in_tokens(group.stream()),
            TokenTree::Ident(ident) if self.0.iter().any(|name| ident == name) => {
                let (before, twice_before, after) = (i.checked_sub(1), i.checked_sub(2), Some(i + 1));
                let is_field = is(before, '.') && !is(twice_before, '.');
                // In `..Policy { max: n }`, `max` names a field. `|n: u32|` is rare enough to be treated alike.
                let is_path = is(before, ':') && is(twice_before, ':') || is(after, ':');
                let is_macro = is(after, '!') && !is(Some(i + 2), '=');
                !is_field && !is_path && !is_macro
            }
            _ => false,
        })
    }
}

/// Reports each value of the policy that names a value of the call, with what to write instead. Returns the arguments
/// without these values, if there are any. The values of an `impl` block are reported once, for the block.
pub(crate) fn refuse_run_time_values(
    args: &RawArgs,
    names: &CallNames,
    errors: &mut Diagnostics,
) -> Option<RawArgs> {
    if args.is_policy_default() {
        return None;
    }
    let mut values = Values { names, constant: args.clone(), refused: Vec::new() };
    values.refuse_max();
    values.refuse_times();
    values.refuse_factor();
    let has_unknown_word = values.refuse_jitter(errors);
    let Values { constant, refused, .. } = values;
    if refused.is_empty() {
        return has_unknown_word.then_some(constant);
    }
    let policy = policy(args, &refused);
    for (written, instead) in &refused {
        let value = source(written);
        let message = match instead {
            Instead::Setter(_) => format!("`{value}` is known only at run time; write `policy = {policy}`"),
            Instead::Sentence(sentence) => format!("`{value}` is known only at run time, and {sentence}"),
        };
        errors.report(written, message);
    }
    Some(constant)
}

/// The arguments, from which those that name a value of the call are removed.
struct Values<'a> {
    names: &'a CallNames,
    constant: RawArgs,
    refused: Vec<(Expr, Instead)>,
}

/// The replacement of an argument.
enum Instead {
    /// A setter of the policy.
    Setter(String),
    /// An explanation.
    Sentence(String),
}

impl Values<'_> {
    fn refuse_max(&mut self) {
        let Some(Given { value: Max::Attempts(written), .. }) = own(&self.constant.max) else { return };
        if self.names.are_in(written) {
            self.refused.push((written.clone(), Instead::Setter(format!(".max({})", source(written)))));
            self.constant.max = Slot::default();
        }
    }

    fn refuse_times(&mut self) {
        let RawArgs { base, max_delay, deadline, within, attempt_timeout, .. } = &mut self.constant;
        for (slot, setter) in [
            (base, "base"),
            (max_delay, "max_delay"),
            (deadline, "deadline"),
            (within, "within"),
            (attempt_timeout, "attempt_timeout"),
        ] {
            let Some(Given { value: time, key, .. }) = own(slot) else { continue };
            if self.names.are_in(&time.written) {
                self.refused.push((time.written.clone(), instead_of_time(setter, key, time)));
                *slot = Slot::default();
            }
        }
    }

    fn refuse_factor(&mut self) {
        let Some(Given { value: (written, _), .. }) = own(&self.constant.factor) else { return };
        if self.names.are_in(written) {
            self.refused.push((written.clone(), Instead::Setter(format!(".factor({})", source(written)))));
            self.constant.factor = Slot::default();
        }
    }

    /// Refuses a value of the call. Also reports a word that is no jitter, and returns whether there is one: it could
    /// be an argument of the function until here.
    fn refuse_jitter(&mut self, errors: &mut Diagnostics) -> bool {
        let Some(Given { value: jitter, .. }) = own(&self.constant.jitter) else { return false };
        let written = jitter.written.clone();
        let is_word = matches!(jitter.form, JitterForm::Word(_));
        if !is_word && self.names.are_in(&written) {
            let setter = format!(".jitter({})", self::jitter(jitter));
            self.refused.push((written, Instead::Setter(setter)));
            self.constant.jitter = Slot::default();
            false
        } else if is_unknown_word(jitter) {
            errors.add(not_a_jitter(&written));
            self.constant.jitter = Slot::default();
            true
        } else {
            false
        }
    }
}

fn instead_of_time(setter: &str, key: &Ident, time: &Time) -> Instead {
    let duration = duration(time);
    match setter {
        "within" => {
            Instead::Sentence(format!("`{key}` is proven at compile time; use `deadline` in a `policy`"))
        }
        "attempt_timeout" => Instead::Sentence(format!(
            "`{key}` takes a constant; limit the attempt in the body, such as by \
             `tokio::time::timeout({duration}, …).await??`"
        )),
        _ => Instead::Setter(format!(".{setter}({duration})")),
    }
}

fn own<T>(slot: &Slot<T>) -> Option<&Given<T>> {
    slot.get().filter(|given| given.origin == Origin::Own)
}

/// Returns the policy that has all of the values.
fn policy(args: &RawArgs, refused: &[(Expr, Instead)]) -> String {
    let start = match args.start.value() {
        Some(Start::Policy(policy)) => source(policy),
        Some(Start::Preset(preset)) => format!("preset::{}", preset.constant),
        None => "Policy::new()".to_owned(),
    };
    let setters = refused.iter().filter_map(|(_, instead)| match instead {
        Instead::Setter(setter) => Some(&**setter),
        Instead::Sentence(_) => None,
    });
    std::iter::once(&*start).chain(setters).collect()
}

/// Returns a time as an expression of type `Duration`.
fn duration(time: &Time) -> String {
    let written = source(&time.written);
    match time.form {
        TimeForm::Millis => format!("Duration::from_millis({written})"),
        _ => written,
    }
}

fn jitter(jitter: &Jitter) -> String {
    match &jitter.form {
        JitterForm::Spread(Number::Expression(fraction)) => format!("Jitter::Spread({})", source(fraction)),
        JitterForm::UpTo(width) => format!("Jitter::UpTo({})", duration(width)),
        _ => source(&jitter.written),
    }
}

/// Returns whether a jitter is an unknown word in lower case. A constant would be in capitals.
fn is_unknown_word(jitter: &Jitter) -> bool {
    match (&jitter.form, ungrouped(&jitter.written)) {
        (JitterForm::Expression, Expr::Path(path)) => {
            path.path.get_ident().is_some_and(|word: &Ident| is_lower_case(word))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages_of(arguments: &str, head: &str) -> Vec<String> {
        let mut errors = Diagnostics::new();
        let args = RawArgs::parse(arguments.parse().unwrap(), &mut errors);
        let sig: Signature = syn::parse_str(head).unwrap();
        let kept = refuse_run_time_values(&args, &CallNames::of(&sig), &mut errors);
        assert_eq!(kept.is_none(), errors.is_clean());
        errors.messages()
    }

    const METHOD: &str = "fn f(&self, n: u32, (a, b): (Duration, f64)) -> Result<(), E>";

    #[test]
    fn a_value_of_the_call_goes_through_the_policy() {
        for (arguments, value, policy) in [
            ("max = self.retries", "self.retries", "Policy::new().max(self.retries)"),
            ("max = n", "n", "Policy::new().max(n)"),
            ("max = n + 1", "n + 1", "Policy::new().max(n + 1)"),
            (
                "max = if n == 0 { 1 } else { n }",
                "if n == 0 { 1 } else { n }",
                "Policy::new().max(if n == 0 { 1 } else { n })",
            ),
            ("base = self.config().base", "self.config().base", "Policy::new().base(self.config().base)"),
            ("base_ms = self.base", "self.base", "Policy::new().base(Duration::from_millis(self.base))"),
            ("factor = b", "b", "Policy::new().factor(b)"),
            ("max_delay = a", "a", "Policy::new().max_delay(a)"),
            ("deadline = self.left()", "self.left()", "Policy::new().deadline(self.left())"),
            ("jitter = b", "b", "Policy::new().jitter(b)"),
            ("jitter = self.jitter", "self.jitter", "Policy::new().jitter(self.jitter)"),
            ("jitter = spread(b)", "spread(b)", "Policy::new().jitter(Jitter::Spread(b))"),
            ("jitter = up_to(a)", "up_to(a)", "Policy::new().jitter(Jitter::UpTo(a))"),
            ("preset = api_call, max = n", "n", "preset::API_CALL.max(n)"),
            ("policy = TEAM, max = n", "n", "TEAM.max(n)"),
        ] {
            let message = format!("`{value}` is known only at run time; write `policy = {policy}`");
            assert_eq!(messages_of(arguments, METHOD), [message], "{arguments}");
        }
    }

    #[test]
    fn several_values_are_set_in_one_policy() {
        let policy = "write `policy = Policy::new().max(n).base(a)`";
        assert_eq!(
            messages_of("base = a, max = n", METHOD),
            [
                format!("`n` is known only at run time; {policy}"),
                format!("`a` is known only at run time; {policy}")
            ]
        );
    }

    #[test]
    fn limits_that_no_policy_has_are_explained() {
        assert_eq!(
            messages_of("attempt_timeout_ms = self.timeout", METHOD),
            [
                "`self.timeout` is known only at run time, and `attempt_timeout_ms` takes a constant; limit the attempt in \
              the body, such as by `tokio::time::timeout(Duration::from_millis(self.timeout), …).await??`"
            ]
        );
        assert_eq!(
            messages_of("within = a", METHOD),
            [
                "`a` is known only at run time, and `within` is proven at compile time; use `deadline` in a `policy`"
            ]
        );
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
        ] {
            assert_eq!(messages_of(arguments, METHOD), [""; 0], "{arguments}");
        }
        assert_eq!(
            messages_of("max = self.retries", "fn f(n: u32) -> Result<(), E>"),
            [""; 0],
            "the compiler misses `self`"
        );
    }

    #[test]
    fn a_word_of_jitter_wins_over_an_argument_and_an_unknown_one_is_explained() {
        assert_eq!(messages_of("jitter = full", "fn f(full: f64) -> Result<(), E>"), [""; 0]);
        let messages = messages_of("jitter = amount", METHOD);
        assert!(messages[0].starts_with("`amount` is no jitter; write a fraction such as"), "{messages:?}");
    }
}
