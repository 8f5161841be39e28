//! Suggests what to write instead of an unknown argument, with its value converted.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Expr, Lit, Token};

use super::argument::Argument;
use super::duration;
use super::expression::{is_lower_case, is_negative, literal, ungrouped};
use super::names::{all_keys, nearest};
use super::source::source;
use super::spec::{ArgumentSpec, Conversion, Kind};
use super::table::RawArgs;
use crate::diagnostics::error;

/// Reports an unknown argument. `input` begins after its key.
pub(super) fn unknown_argument(key: &Ident, input: ParseStream<'_>) -> syn::Error {
    match nearest(&key.unraw().to_string()) {
        Some((spec, conversion)) => {
            let instead = instead(spec, conversion, input);
            error!(key, "`{key}` is no argument of `#[retry]`; write {instead}")
        }
        None if key.to_string().starts_with(char::is_uppercase) => error!(
            key,
            "`{key}` is no argument of `#[retry]`; several errors stand in a list, write `on = [A, {key}]`"
        ),
        None => error!(key, "`{key}` is no argument of `#[retry]`; there are {}", all_keys()),
    }
}

/// Returns what to write, with the value if it is valid there.
pub(super) fn instead(spec: &ArgumentSpec, conversion: Conversion, input: ParseStream<'_>) -> String {
    let carried = WrittenValue::ahead(input).and_then(|value| value.converted(spec, conversion));
    let text = carried.unwrap_or_else(|| format!("`{}`", spec.example));
    match conversion {
        Conversion::FromRetries | Conversion::FromTimes if text != "`unlimited`" => {
            format!("{text}, which counts the first attempt too")
        }
        _ => text,
    }
}

/// Reports an argument without `=`.
pub(super) fn without_equals(argument: &Argument<'_>) -> syn::Error {
    let key = argument.key;
    match after_equals(argument.spec, argument.input) {
        Some(written) => error!(key, "`{key}` takes its value after `=`; write {written}"),
        None => argument.has_no_value(),
    }
}

/// Returns the argument with a `=`, where its value stands after a `:` or in parentheses.
fn after_equals(spec: &ArgumentSpec, input: ParseStream<'_>) -> Option<String> {
    let ahead = input.fork();
    let tokens = match ahead.parse::<TokenTree>().ok()? {
        TokenTree::Punct(colon) if colon.as_char() == ':' => {
            let mut tokens = TokenStream::new();
            while !ahead.is_empty() && !ahead.peek(Token![,]) {
                ahead.parse::<TokenTree>().ok()?.to_tokens(&mut tokens);
            }
            tokens
        }
        TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => group.stream(),
        _ => return None,
    };
    let name = Ident::new(spec.key, Span::mixed_site());
    valid(&quote!(#name = #tokens))
}

/// A value that has not been parsed as any kind.
struct WrittenValue {
    tokens: TokenStream,
    expression: Option<Expr>,
}

impl WrittenValue {
    /// Reads `= VALUE` and does not consume it.
    fn ahead(input: ParseStream<'_>) -> Option<WrittenValue> {
        let ahead = input.fork();
        ahead.parse::<Token![=]>().ok()?;
        let is_at_end = |input: ParseStream<'_>| input.is_empty() || input.peek(Token![,]);
        let expression = ahead.fork();
        if let Ok(parsed) = expression.parse::<Expr>() {
            if is_at_end(&expression) {
                return Some(WrittenValue { tokens: parsed.to_token_stream(), expression: Some(parsed) });
            }
        }
        let mut tokens = TokenStream::new();
        while !is_at_end(&ahead) {
            ahead.parse::<TokenTree>().ok()?.to_tokens(&mut tokens);
        }
        (!tokens.is_empty()).then_some(WrittenValue { tokens, expression: None })
    }

    fn converted(&self, spec: &ArgumentSpec, conversion: Conversion) -> Option<String> {
        let name = Ident::new(spec.key, Span::mixed_site());
        let value = &self.tokens;
        match conversion {
            Conversion::Impossible => None,
            _ if spec.kind == Kind::Attempts => self.attempts(conversion),
            Conversion::ToSpread => valid(&quote!(jitter = spread(#value))).filter(|_| self.is_fraction()),
            Conversion::Unit(unit) => self.with_unit(spec, unit),
            _ if spec.kind == Kind::Duration => {
                valid(&quote!(#name = #value)).or_else(|| self.without_unit(spec)).or_else(|| {
                    let text = duration::normalized(&self.text()?)?;
                    valid(&quote!(#name = #text))
                })
            }
            _ if !self.fits(spec) => None,
            _ => valid(&quote!(#name = #value)).or_else(|| self.unquoted(&name)),
        }
    }

    /// Converts a number of attempts. A negative number and the largest number mean that there is no limit.
    fn attempts(&self, conversion: Conversion) -> Option<String> {
        let expression = self.expression.as_ref()?;
        let value = &self.tokens;
        if is_negative(expression) || source(value).ends_with("::MAX") {
            return Some("`unlimited`".to_owned());
        }
        match literal(expression) {
            Some(Lit::Int(number)) => {
                let number = number.base10_parse::<u32>().ok()?;
                let number =
                    if conversion == Conversion::FromRetries { number.checked_add(1)? } else { number };
                (number > 0).then(|| format!("`max = {number}`"))
            }
            None if conversion == Conversion::FromRetries => valid(&quote!(max = #value + 1)),
            None => valid(&quote!(max = #value)),
            _ => None,
        }
    }

    /// Converts a number whose unit is in the key.
    fn with_unit(&self, spec: &ArgumentSpec, unit: &str) -> Option<String> {
        let number = self.number()?;
        if unit == "ms" && number.parse::<u64>().is_ok() {
            return Some(format!("`{}_ms = {number}`", spec.key));
        }
        let (name, text) = (Ident::new(spec.key, Span::mixed_site()), format!("{number}{unit}"));
        valid(&quote!(#name = #text))
    }

    /// Suggests units for a number without one.
    fn without_unit(&self, spec: &ArgumentSpec) -> Option<String> {
        let (name, number) = (spec.key, self.number()?);
        let seconds = format!("`{name} = \"{number}s\"`");
        Some(match number.parse::<u64>() {
            Ok(_) => format!("`{name}_ms = {number}` or {seconds}"),
            Err(_) => seconds,
        })
    }

    /// Returns the digits of a number.
    fn number(&self) -> Option<String> {
        match literal(self.expression.as_ref()?)? {
            Lit::Int(number) => Some(number.base10_digits().to_owned()),
            Lit::Float(number) => Some(number.base10_digits().to_owned()),
            _ => None,
        }
    }

    /// Converts a word in quotes.
    fn unquoted(&self, name: &Ident) -> Option<String> {
        let word = self.text()?.parse::<TokenStream>().ok().filter(|word| !word.is_empty())?;
        valid(&quote!(#name = #word))
    }

    fn text(&self) -> Option<String> {
        match literal(self.expression.as_ref()?)? {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        }
    }

    fn is_fraction(&self) -> bool {
        self.number().and_then(|number| number.parse::<f64>().ok()).is_none_or(|number| number <= 1.0)
    }

    /// Returns whether a value is of the argument's kind, where the parser accepts more.
    fn fits(&self, spec: &ArgumentSpec) -> bool {
        let expression = self.expression.as_ref().map(ungrouped);
        match spec.kind {
            Kind::Function => match expression {
                Some(Expr::Closure(closure)) => closure.inputs.len() == 1,
                Some(Expr::Path(path)) => {
                    path.path.segments.last().is_some_and(|last| is_lower_case(&last.ident))
                }
                _ => false,
            },
            Kind::NoLiteral => expression.and_then(literal).is_none(),
            Kind::Jitter => self.is_fraction(),
            Kind::Factor => {
                let number = self.number().and_then(|number| number.parse::<f64>().ok());
                number.is_none_or(|number| number >= 1.0)
            }
            _ => true,
        }
    }
}

/// Returns the argument as its author would write it, if it is valid.
fn valid(argument: &TokenStream) -> Option<String> {
    RawArgs::is_valid(argument.clone()).then(|| format!("`{}`", source(argument)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Diagnostics;

    /// Returns the suggestion in a message.
    fn instead_of(argument: &str) -> String {
        let mut errors = Diagnostics::new();
        RawArgs::parse(argument.parse().unwrap(), &mut errors);
        let messages = errors.messages();
        assert_eq!(messages.len(), 1, "{argument}: {messages:?}");
        messages[0].split_once("write ").unwrap().1.to_owned()
    }

    #[test]
    fn a_value_without_an_equals_sign_is_carried_over() {
        for (written, instead) in [
            ("max: 3", "`max = 3`"),
            ("max(3)", "`max = 3`"),
            ("base(\"2s\")", "`base = \"2s\"`"),
            ("on(A | B)", "`on = A | B`"),
            ("max", "`max = 5`"),
            ("max()", "`max = 5`"),
            ("base(2)", "`base = \"1s\"`"),
            ("fallback = None", "`fallback = |_| None`"),
            ("fallback = Ok(5)", "`fallback = |_| Ok(5)`"),
        ] {
            assert_eq!(instead_of(written), instead, "{written}");
        }
    }

    #[test]
    fn a_number_of_attempts_or_retries_is_carried_over() {
        let too = ", which counts the first attempt too";
        for (written, instead) in [
            ("max_attempts = 7", "`max = 7`".to_owned()),
            ("attempts = N", "`max = N`".to_owned()),
            ("tries = 1", "`max = 1`".to_owned()),
            ("retries = 3", format!("`max = 4`{too}")),
            ("max_retries = 0", format!("`max = 1`{too}")),
            ("max_times = 4", format!("`max = 5`{too}")),
            ("retries = limits::RETRIES", format!("`max = limits::RETRIES + 1`{too}")),
            ("times = 3", format!("`max = 3`{too}")),
            ("retries", format!("`max = 5`{too}")),
            ("retries = \"3\"", format!("`max = 5`{too}")),
            ("retries = 4294967295", format!("`max = 5`{too}")),
            ("max_attempts = 0", "`max = 5`".to_owned()),
            ("max_attempts = 2.5", "`max = 5`".to_owned()),
            ("max_retries = -1", "`unlimited`".to_owned()),
            ("max_retries = u32::MAX", "`unlimited`".to_owned()),
            ("forever = true", "`unlimited`".to_owned()),
            ("maxx = 7", "`max = 7`".to_owned()),
        ] {
            assert_eq!(instead_of(written), instead, "{written}");
        }
    }

    #[test]
    fn a_duration_is_carried_over_with_its_unit() {
        for (written, instead) in [
            ("wait = \"2s\"", "`base = \"2s\"`"),
            ("wait = 2", "`base_ms = 2` or `base = \"2s\"`"),
            ("wait = 2.5", "`base = \"2.5s\"`"),
            ("wait = Duration::from_secs(2)", "`base = Duration::from_secs(2)`"),
            ("wait = \"2 seconds\"", "`base = \"2s\"`"),
            ("wait = \"2 weeks\"", "`base = \"1s\"`"),
            ("backoff_ms = 100", "`base_ms = 100`"),
            ("wait = -2", "`base = \"1s\"`"),
            ("wait = \"\"", "`base = \"1s\"`"),
            ("wait = \" \"", "`base = \"1s\"`"),
            ("delay_ms = 500", "`base_ms = 500`"),
            ("delay_ms = DELAY", "`base_ms = DELAY`"),
            ("delay_millis = 500", "`base_ms = 500`"),
            ("delay_millis = 0.5", "`base = \"0.5ms\"`"),
            ("base_secs = 2", "`base = \"2s\"`"),
            ("base_s = 2", "`base = \"2s\"`"),
            ("max_delay_seconds = 30", "`max_delay = \"30s\"`"),
            ("timeout_secs = 5", "`attempt_timeout = \"5s\"`"),
            ("timeout = 5", "`attempt_timeout_ms = 5` or `attempt_timeout = \"5s\"`"),
            ("timeout = \"5s\"", "`attempt_timeout = \"5s\"`"),
            ("max_elapsed_time = \"1m\"", "`deadline = \"1m\"`"),
            ("deadline_minutes = 2", "`deadline = \"2m\"`"),
            ("max_dealy = \"10s\"", "`max_delay = \"10s\"`"),
            ("timeout", "`attempt_timeout = \"5s\"`"),
        ] {
            assert_eq!(instead_of(written), instead, "{written}");
        }
    }

    #[test]
    fn any_other_value_is_carried_over_if_it_is_valid() {
        for (written, instead) in [
            ("multiplier = 1.5", "`factor = 1.5`"),
            ("multiplier = 0.5", "`factor = 2`"),
            ("multiplier = \"2\"", "`factor = 2`"),
            ("randomization_factor = 0.5", "`jitter = spread(0.5)`"),
            ("randomization_factor = 5", "`jitter = 0.3`"),
            ("jiter = 0.5", "`jitter = 0.5`"),
            ("jiter = 5", "`jitter = 0.3`"),
            ("random = true", "`jitter = 0.3`"),
            ("strategy = linear", "`backoff = linear`"),
            ("strategy = \"fibonacci\"", "`backoff = fibonacci`"),
            ("strategy = quadratic", "`backoff = exponential`"),
            ("retry_on = [A, B::C(_) if true]", "`on = [A, B::C(_) if true]`"),
            ("retry_on = A | io::Error, max = 3", "`on = A | io::Error`"),
            ("retry_on = \"A\"", "`on = MyError`"),
            ("abort_on = MyError::Fatal { .. }", "`unless = MyError::Fatal { .. }`"),
            ("if = |e| e.is_busy()", "`when = |e| e.is_busy()`"),
            ("retry_if = is_busy", "`when = is_busy`"),
            ("retry_if = true", "`when = |error| error.is_transient()`"),
            ("retry_if = |e, n| e.is_busy() && n < 3", "`when = |error| error.is_transient()`"),
            ("until = |v| v.is_done()", "`retry_ok = |value| value.is_pending()`"),
            ("on_error = |e| log(e)", "`on_give_up = |event| log(event)`"),
            ("default = 5", "`fallback = |error| Ok(default)`"),
            ("or_else = |_| Ok(5)", "`fallback = |_| Ok(5)`"),
            ("operation = \"get {id}\"", "`name = \"get {id}\"`"),
            ("operation = get", "`name = \"drain node\"`"),
            ("profile = s3_upload", "`preset = s3_upload`"),
            ("profile = \"s3_upload\"", "`preset = s3_upload`"),
            ("profile = fast", "`preset = api_call`"),
            ("env_prefix = \"APP\"", "`env = \"APP\"`"),
            ("circuit_breaker = self.breaker", "`breaker = self.breaker`"),
            ("error_type = io::Error", "`error = io::Error`"),
            ("attempt_number = n", "`attempt = n`"),
        ] {
            assert_eq!(instead_of(written), instead, "{written}");
        }
    }
}
