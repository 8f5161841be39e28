//! Values of arguments, as written: what kind each is, and where it stands.

use std::time::Duration;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Expr, Lit};

use super::duration;
use super::names::nearest_of;
use super::source::source;
use crate::diagnostics::{bail, error};

/// A duration in one of its three forms.
#[derive(Clone)]
pub(crate) struct Time {
    /// The value as written, for its place.
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
    /// A value that carries its unit or its type, as `write` shows for a given text.
    fn new(written: Expr, write: impl Fn(&str) -> String) -> syn::Result<Time> {
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

    /// `key = value`.
    pub(crate) fn with_unit(key: &Ident, written: Expr) -> syn::Result<Time> {
        Time::new(written, |number| match number.parse::<u64>() {
            Ok(_) => format!("`{key}_ms = {number}` or `{key} = \"{number}s\"`"),
            Err(_) => format!("`{key} = \"{number}ms\"` or `{key} = \"{number}s\"`"),
        })
    }

    /// `up_to(value)`.
    fn up_to(written: Expr) -> syn::Result<Time> {
        Time::new(written, |number| format!("`jitter = up_to(\"{number}s\")`"))
    }

    /// `key_ms = value`.
    pub(crate) fn in_millis(key: &Ident, written: Expr) -> syn::Result<Time> {
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

/// A number that may be written as an integer or with decimals.
#[derive(Clone)]
pub(crate) enum Number {
    /// A literal as an `f64`, in its place.
    Literal(TokenStream),
    Expression(Box<Expr>),
}

impl Number {
    /// `example` is what to write instead of something that is no number.
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
            None => return Ok(Number::Expression(Box::new(written.clone()))),
        };
        let number = digits.parse::<f64>().ok().filter(|number| number.is_finite());
        let Some(number) = number else { bail!(written, "`{digits}` is too large; write `{example}`") };
        let mut literal = proc_macro2::Literal::f64_suffixed(number);
        literal.set_span(first_span(written));
        Ok(Number::Literal(literal.into_token_stream()))
    }
}

/// How the raw delay grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backoff {
    Exponential,
    Linear,
    Constant,
    Fibonacci,
}

const BACKOFFS: [(&str, Backoff); 4] = [
    ("exponential", Backoff::Exponential),
    ("linear", Backoff::Linear),
    ("constant", Backoff::Constant),
    ("fibonacci", Backoff::Fibonacci),
];

impl Backoff {
    pub(crate) fn parse(written: &Expr) -> syn::Result<Backoff> {
        let text = source(written);
        // `Backoff::Linear`, and whatever else is a matter of case.
        let word = text.rsplit("::").next().unwrap_or(&text).to_lowercase();
        if let Some((_, backoff)) = BACKOFFS.iter().find(|(name, _)| *name == text) {
            return Ok(*backoff);
        }
        let all = "`exponential`, `linear`, `constant` or `fibonacci`";
        match nearest_of(&word, BACKOFFS.iter().map(|(name, _)| (*name, *name))) {
            Some(near) => bail!(written, "`{text}` is no backoff; write `backoff = {near}`"),
            None => bail!(written, "`{text}` is no backoff; write {all}"),
        }
    }

    pub(crate) fn variant(self) -> Ident {
        Ident::new(&format!("{self:?}"), Span::mixed_site())
    }
}

/// A jitter as written.
#[derive(Clone)]
pub(crate) struct Jitter {
    pub(crate) written: Expr,
    pub(crate) form: JitterForm,
}

#[derive(Clone)]
pub(crate) enum JitterForm {
    /// `none`, `full`, `equal`, `decorrelated`: the variant's name.
    Word(&'static str),
    /// `0.3`.
    Additive(TokenStream),
    /// `spread(0.1)`.
    Spread(Number),
    /// `up_to("1s")`.
    UpTo(Box<Time>),
    /// A constant: a fraction or a `Jitter`.
    Expression,
}

const JITTERS: [(&str, &str); 4] =
    [("none", "None"), ("full", "Full"), ("equal", "Equal"), ("decorrelated", "Decorrelated")];

const JITTER_FORMS: &str =
    "a fraction such as `0.3`, `none`, `full`, `equal`, `decorrelated`, `spread(0.1)` or `up_to(\"1s\")`";

impl Jitter {
    pub(crate) fn parse(written: Expr) -> syn::Result<Jitter> {
        let form = match ungrouped(&written) {
            Expr::Lit(text) if matches!(text.lit, Lit::Str(_)) => {
                let Lit::Str(word) = &text.lit else { return Err(no_jitter(&written)) };
                return Err(Self::word(&written, &word.value()).map_or_else(
                    |error| error,
                    |_| {
                        error!(
                            written,
                            "`{}` is no jitter; write `jitter = {}`",
                            source(&written),
                            word.value()
                        )
                    },
                ));
            }
            Expr::Lit(_) | Expr::Unary(_) => match Number::parse(&written, "jitter = 0.3") {
                Ok(Number::Literal(fraction)) => JitterForm::Additive(fraction),
                Ok(Number::Expression(_)) => JitterForm::Expression,
                Err(_) => return Err(no_jitter(&written)),
            },
            Expr::Path(path) => match path.path.get_ident() {
                Some(word) if is_lower_case(word) => Self::lower_case(&written, &word.to_string())?,
                _ => JitterForm::Expression,
            },
            Expr::Call(call) => Self::call(call)?,
            _ => JitterForm::Expression,
        };
        Ok(Jitter { written, form })
    }

    /// A word; or an argument of the function, which is known only where the function is.
    fn lower_case(place: &Expr, word: &str) -> syn::Result<JitterForm> {
        match Self::word(place, word) {
            Ok(word) => Ok(JitterForm::Word(word)),
            Err(error) if is_word_of_jitter(word) => Err(error),
            Err(_) => Ok(JitterForm::Expression),
        }
    }

    fn word(place: &Expr, word: &str) -> syn::Result<&'static str> {
        if let Some((_, variant)) = JITTERS.iter().find(|(name, _)| *name == word) {
            return Ok(variant);
        }
        match word {
            "spread" => bail!(place, "`spread` has no fraction; write `jitter = spread(0.1)`"),
            "up_to" => bail!(place, "`up_to` has no duration; write `jitter = up_to(\"1s\")`"),
            _ => match nearest_of(word, JITTERS.iter().map(|(name, _)| (*name, *name))) {
                Some(near) => bail!(place, "`{}` is no jitter; write `jitter = {near}`", source(place)),
                None => Err(no_jitter(place)),
            },
        }
    }

    fn call(call: &syn::ExprCall) -> syn::Result<JitterForm> {
        let name = source(&call.func);
        match (name.as_str(), call.args.first()) {
            ("spread", Some(fraction)) if call.args.len() == 1 => {
                Ok(JitterForm::Spread(Number::parse(fraction, "jitter = spread(0.1)")?))
            }
            ("up_to", Some(width)) if call.args.len() == 1 => {
                Ok(JitterForm::UpTo(Box::new(Time::up_to(width.clone())?)))
            }
            ("spread", _) => bail!(call, "`spread` takes one fraction; write `jitter = spread(0.1)`"),
            ("up_to", _) => bail!(call, "`up_to` takes one duration; write `jitter = up_to(\"1s\")`"),
            _ if JITTERS.iter().any(|(word, _)| *word == name) => {
                bail!(call, "`{name}` takes no value; write `jitter = {name}`")
            }
            // A `const fn` of the user's.
            _ if name.contains(':') => Ok(JitterForm::Expression),
            _ => bail!(call, "`{name}` is no jitter; write {JITTER_FORMS}"),
        }
    }
}

/// Whether a word is meant for one of ours.
fn is_word_of_jitter(word: &str) -> bool {
    let near = nearest_of(word, JITTERS.iter().map(|(name, _)| (*name, *name)));
    near.is_some() || ["spread", "up_to"].contains(&word)
}

pub(crate) fn no_jitter(place: &Expr) -> syn::Error {
    error!(place, "`{}` is no jitter; write {JITTER_FORMS}", source(place))
}

/// An expression without the invisible groups in which `macro_rules` passes it on.
pub(crate) fn ungrouped(expression: &Expr) -> &Expr {
    match expression {
        Expr::Group(group) => ungrouped(&group.expr),
        expression => expression,
    }
}

/// The literal that an expression is.
pub(crate) fn literal(expression: &Expr) -> Option<&Lit> {
    match ungrouped(expression) {
        Expr::Lit(literal) => Some(&literal.lit),
        _ => None,
    }
}

/// Whether it is a literal with a minus before it.
pub(crate) fn is_negative(expression: &Expr) -> bool {
    match ungrouped(expression) {
        Expr::Unary(unary) => matches!(unary.op, syn::UnOp::Neg(_)) && literal(&unary.expr).is_some(),
        _ => false,
    }
}

/// Whether a path's last segment is written as constants are.
pub(crate) fn is_constant(expression: &Expr) -> bool {
    let Expr::Path(path) = ungrouped(expression) else { return false };
    path.path.segments.last().is_some_and(|segment| {
        let name = segment.ident.to_string();
        name.chars().any(char::is_uppercase) && !name.chars().any(char::is_lowercase)
    })
}

pub(crate) fn is_lower_case(word: &Ident) -> bool {
    !word.to_string().chars().any(char::is_uppercase)
}

pub(crate) fn first_span(tokens: &impl ToTokens) -> Span {
    tokens.to_token_stream().into_iter().next().map_or_else(Span::call_site, |token| token.span())
}

/// The spans of the first and the last token: an error that starts at the one and ends at the other underlines all.
pub(crate) fn ends(tokens: TokenStream) -> (Span, Span) {
    let mut spans = tokens.into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    (first, spans.last().unwrap_or(first))
}

/// The tokens, placed at `span` with its view of names.
pub(crate) fn located(tokens: TokenStream, span: Span) -> TokenStream {
    let relocate = |mut token: proc_macro2::TokenTree| {
        token.set_span(span);
        token
    };
    tokens.into_iter().map(relocate).collect()
}
