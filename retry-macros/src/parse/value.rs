//! Numbers of attempts, policies, durations and numbers, as they are written.

use std::time::Duration;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Expr, Lit, Path};

use super::duration;
use super::expression::{closure, first_span, is_negative, literal, ungrouped};
use super::preset::Preset;
use super::source::source;
use crate::diagnostics::{bail, error};

#[derive(Clone)]
pub(crate) enum Max {
    Attempts(Expr),
    Unlimited,
}

/// The policy that the other arguments override.
#[derive(Clone)]
pub(crate) enum Start {
    /// `policy = EXPR`.
    Policy(Expr),
    /// `preset = api_call`.
    Preset(Preset),
}

impl Max {
    /// Returns the number, unless there is none.
    pub(crate) fn expression(&self) -> Option<&Expr> {
        match self {
            Max::Attempts(written) => Some(written),
            Max::Unlimited => None,
        }
    }
}

/// A duration in one of its three forms.
#[derive(Clone)]
pub(crate) struct Time {
    /// The value as it is written.
    pub(crate) written: Expr,
    pub(crate) form: TimeForm,
}

#[derive(Clone)]
pub(crate) enum TimeForm {
    /// `base = "1s"`.
    Literal(Duration),
    /// `base_ms = 1000`, or any `u64` expression.
    Millis,
    /// `base = EXPR`, a `Duration`.
    Expression,
}

impl Time {
    /// Parses a value that has a unit or a type. `write` returns the suggestion for a number without a unit.
    fn new(written: Expr, write: impl Fn(&str) -> String) -> syn::Result<Time> {
        check_closure(&written)?;
        let form = match literal(&written) {
            Some(Lit::Str(text)) => TimeForm::Literal(
                duration::parse(&text.value()).map_err(|message| error!(written, "{message}"))?,
            ),
            Some(Lit::Int(number)) => {
                let (number, suffix) = (number.base10_digits(), source(number));
                bail!(written, "`{suffix}` has no unit; write {}", write(number))
            }
            Some(Lit::Float(number)) => {
                let number = number.base10_digits();
                bail!(written, "`{number}` has no unit; write {}", write(number))
            }
            None if !is_negative(&written) => TimeForm::Expression,
            _ => bail!(written, "`{}` is no duration; write {}", source(&written), write("1")),
        };
        Ok(Time { written, form })
    }

    /// Parses the value of `key = value`.
    pub(crate) fn with_unit(key: &Ident, written: Expr) -> syn::Result<Time> {
        Time::new(written, |number| match number.parse::<u64>() {
            Ok(_) => format!("`{key}_ms = {number}` or `{key} = \"{number}s\"`"),
            Err(_) => format!("`{key} = \"{number}ms\"` or `{key} = \"{number}s\"`"),
        })
    }

    /// Parses the value of `up_to(value)`.
    pub(super) fn up_to(written: Expr) -> syn::Result<Time> {
        Time::new(written, |number| format!("`jitter = up_to(\"{number}s\")`"))
    }

    /// Parses the value of `linear(value)`.
    pub(super) fn step(written: Expr) -> syn::Result<Time> {
        Time::new(written, |number| format!("`backoff = linear(\"{number}s\")`"))
    }

    /// Parses an item of a list of delays.
    pub(super) fn item(written: Expr) -> syn::Result<Time> {
        Time::new(written, |number| format!("`\"{number}ms\"` or `\"{number}s\"`"))
    }

    /// Parses the value of `key_ms = value`.
    pub(crate) fn in_millis(key: &Ident, written: Expr) -> syn::Result<Time> {
        check_closure(&written)?;
        let bare = key.to_string();
        let bare = bare.trim_end_matches("_ms");
        match literal(&written) {
            Some(Lit::Int(_)) => Ok(Time { written, form: TimeForm::Millis }),
            None if !is_negative(&written) => Ok(Time { written, form: TimeForm::Millis }),
            Some(Lit::Float(number)) => {
                let digits = number.base10_digits();
                bail!(written, "`{key}` is a whole number of milliseconds; write `{bare} = \"{digits}ms\"`")
            }
            Some(Lit::Str(text)) => {
                let text = text.value();
                if text.parse::<u64>().is_ok() {
                    bail!(written, "`{key}` is a number of milliseconds; write `{key} = {text}`")
                }
                bail!(written, "`{key}` is a number of milliseconds; write `{bare} = \"{text}\"` for a unit")
            }
            _ => bail!(written, "`{}` is no number of milliseconds; write `{key} = 1000`", source(&written)),
        }
    }
}

/// A number that is written as an integer or with decimals.
#[derive(Clone)]
pub(crate) enum Number {
    /// A literal as an `f64`, with the span of the number.
    Literal(TokenStream),
    Expression(Box<Expr>),
}

impl Number {
    /// Parses a number. `example` is suggested for anything else.
    pub(crate) fn parse(written: &Expr, example: &str) -> syn::Result<Number> {
        if let Expr::Unary(unary) = ungrouped(written) {
            if let (true, Number::Literal(digits)) =
                (is_negative(written), Number::parse(&unary.expr, example)?)
            {
                return Ok(Number::Literal(quote!(- #digits)));
            }
        }
        let digits = match literal(written) {
            Some(Lit::Int(number)) => number.base10_digits().to_owned(),
            Some(Lit::Float(number)) => number.base10_digits().to_owned(),
            Some(other) => bail!(written, "`{}` is no number; write `{example}`", source(other)),
            None => {
                check_closure(written)?;
                return Ok(Number::Expression(Box::new(written.clone())));
            }
        };
        let number = digits.parse::<f64>().ok().filter(|number| number.is_finite());
        let Some(number) = number else { bail!(written, "`{digits}` is too large; write `{example}`") };
        let mut literal = proc_macro2::Literal::f64_suffixed(number);
        literal.set_span(first_span(written));
        Ok(Number::Literal(literal.into_token_stream()))
    }
    /// Returns the expression, unless the number is a literal.
    pub(crate) fn expression(&self) -> Option<&Expr> {
        match self {
            Number::Literal(_) => None,
            Number::Expression(expression) => Some(expression),
        }
    }
}

/// Refuses a path that expansions cannot import from.
pub(super) fn check_facade(path: &Path, example: &str) -> syn::Result<()> {
    if path.segments.iter().any(|segment| segment.ident == "Self") {
        bail!(path, "`{}` is no path of a crate; write `{example}`", source(path))
    }
    Ok(())
}

/// Refuses a closure that takes arguments or has to be awaited: a value is evaluated before there is anything to pass.
pub(super) fn check_closure(written: &Expr) -> syn::Result<()> {
    let Some(closure) = closure(written) else { return Ok(()) };
    let better = format!("|| {}", source(&closure.body));
    if let Some(keyword) = closure.asyncness {
        bail!(keyword, "the closure of a value is not awaited; write `{better}`")
    }
    if let Some(first) = closure.inputs.first() {
        bail!(first, "the closure of a value is called before attempt 1, without arguments; write `{better}`")
    }
    Ok(())
}
