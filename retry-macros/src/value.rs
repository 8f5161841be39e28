//! Values of arguments, as written: what kind each is, and where it stands.

use std::time::Duration;

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::{Expr, Lit};

use crate::diagnostics::{bail, error};
use crate::duration;
use crate::option_name::nearest_of;

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
    /// `key = value` where the value carries its unit or its type.
    pub(crate) fn with_unit(key: &Ident, written: Expr) -> syn::Result<Time> {
        let form = match literal(&written) {
            Some(Lit::Str(text)) => {
                TimeForm::Literal(duration::parse(&text.value()).map_err(|m| error!(written, "{m}"))?)
            }
            Some(Lit::Int(_) | Lit::Float(_)) => {
                let number = written.to_token_stream();
                bail!(
                    written,
                    "`{key} = {number}` has no unit; write `{key}_ms = {number}` or `{key} = \"{number}s\"`"
                )
            }
            Some(other) => {
                let other = other.to_token_stream();
                bail!(written, "`{other}` is no duration; write `{key} = \"1s\"` or `{key}_ms = 1000`")
            }
            None => TimeForm::Expression,
        };
        Ok(Time { written, form })
    }

    /// `key_ms = value`.
    pub(crate) fn in_millis(key: &Ident, written: Expr) -> syn::Result<Time> {
        let bare = key.to_string();
        let bare = bare.trim_end_matches("_ms");
        match literal(&written) {
            Some(Lit::Int(_)) | None => Ok(Time { written, form: TimeForm::Millis }),
            Some(Lit::Float(number)) => {
                let digits = number.base10_digits();
                bail!(written, "`{key}` is a whole number of milliseconds; write `{bare} = \"{digits}ms\"`")
            }
            Some(Lit::Str(text)) => {
                let text = text.value();
                bail!(written, "`{key}` is a number of milliseconds; write `{bare} = \"{text}\"` for a unit")
            }
            Some(_) => bail!(written, "`{key}` is a number of milliseconds; write `{key} = 1000`"),
        }
    }
}

/// A number that may be written as an integer or with decimals.
#[derive(Clone)]
pub(crate) enum Number {
    /// A literal, as an `f64` literal in its place.
    Literal(proc_macro2::Literal),
    Expression(Box<Expr>),
}

impl Number {
    pub(crate) fn parse(key: &Ident, example: &str, written: &Expr) -> syn::Result<Number> {
        let digits = match literal(written) {
            Some(Lit::Int(number)) => number.base10_digits().to_owned(),
            Some(Lit::Float(number)) => number.base10_digits().to_owned(),
            Some(other) => {
                let other = other.to_token_stream();
                bail!(written, "`{other}` is no number; write `{key} = {example}`")
            }
            None => return Ok(Number::Expression(Box::new(written.clone()))),
        };
        let Ok(number) = digits.parse::<f64>() else {
            bail!(written, "`{digits}` is no number; write `{key} = {example}`")
        };
        if !number.is_finite() {
            bail!(written, "`{digits}` is too large; write `{key} = {example}`")
        }
        let mut literal = proc_macro2::Literal::f64_suffixed(number);
        literal.set_span(first_span(written));
        Ok(Number::Literal(literal))
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
        let word = written.to_token_stream().to_string();
        if let Some((_, backoff)) = BACKOFFS.iter().find(|(name, _)| *name == word) {
            return Ok(*backoff);
        }
        let all = "`exponential`, `linear`, `constant` or `fibonacci`";
        match nearest_of(&word, BACKOFFS.iter().map(|(name, _)| (*name, *name))) {
            Some(near) => bail!(written, "`{word}` is no backoff; write `backoff = {near}`"),
            None => bail!(written, "`{word}` is no backoff; write {all}"),
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
    Additive(proc_macro2::Literal),
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
    pub(crate) fn parse(key: &Ident, written: Expr) -> syn::Result<Jitter> {
        let form = match &written {
            Expr::Lit(_) => match Number::parse(key, "0.3", &written)? {
                Number::Literal(fraction) => JitterForm::Additive(fraction),
                Number::Expression(_) => JitterForm::Expression,
            },
            Expr::Path(path) => match path.path.get_ident() {
                Some(word) if is_lower_case(word) => JitterForm::Word(Self::word(word)?),
                _ => JitterForm::Expression,
            },
            Expr::Call(call) => Self::call(call)?,
            _ => JitterForm::Expression,
        };
        Ok(Jitter { written, form })
    }

    fn word(word: &Ident) -> syn::Result<&'static str> {
        let text = word.to_string();
        if let Some((_, variant)) = JITTERS.iter().find(|(name, _)| *name == text) {
            return Ok(variant);
        }
        match text.as_str() {
            "spread" => bail!(word, "`spread` has no fraction; write `jitter = spread(0.1)`"),
            "up_to" => bail!(word, "`up_to` has no duration; write `jitter = up_to(\"1s\")`"),
            _ => match nearest_of(&text, JITTERS.iter().map(|(name, _)| (*name, *name))) {
                Some(near) => bail!(word, "`{text}` is no jitter; write `jitter = {near}`"),
                None => bail!(word, "`{text}` is no jitter; write {JITTER_FORMS}"),
            },
        }
    }

    fn call(call: &syn::ExprCall) -> syn::Result<JitterForm> {
        let name = call.func.to_token_stream().to_string();
        let argument = match (name.as_str(), call.args.first()) {
            ("spread" | "up_to", Some(argument)) if call.args.len() == 1 => argument,
            ("spread", _) => bail!(call, "`spread` takes one fraction; write `jitter = spread(0.1)`"),
            ("up_to", _) => bail!(call, "`up_to` takes one duration; write `jitter = up_to(\"1s\")`"),
            (_, Some(_)) if JITTERS.iter().any(|(word, _)| *word == name) => {
                bail!(call, "`{name}` takes no value; write `jitter = {name}`")
            }
            // Any other call may be a `const fn` of the user's.
            _ if name.contains(':') => return Ok(JitterForm::Expression),
            _ => bail!(call, "`{name}` is no jitter; write {JITTER_FORMS}"),
        };
        let function = Ident::new(&name, Span::call_site());
        if name == "spread" {
            return Ok(JitterForm::Spread(Number::parse(&function, "0.1", argument).map_err(|_| {
                error!(argument, "`spread` takes a fraction; write `jitter = spread(0.1)`")
            })?));
        }
        match literal(argument) {
            Some(Lit::Int(_) | Lit::Float(_)) => {
                let number = argument.to_token_stream();
                bail!(argument, "`up_to({number})` has no unit; write `up_to(\"{number}s\")`")
            }
            _ => Ok(JitterForm::UpTo(Box::new(Time::with_unit(&function, argument.clone())?))),
        }
    }
}

/// The literal that an expression is, seen through the invisible groups of `macro_rules`.
pub(crate) fn literal(expression: &Expr) -> Option<&Lit> {
    match expression {
        Expr::Lit(literal) => Some(&literal.lit),
        Expr::Group(group) => literal(&group.expr),
        _ => None,
    }
}

/// Whether a path's last segment is written as constants are.
pub(crate) fn is_constant(expression: &Expr) -> bool {
    let path = match expression {
        Expr::Path(path) => path,
        Expr::Group(group) => return is_constant(&group.expr),
        _ => return false,
    };
    path.path.segments.last().is_some_and(|segment| {
        let name = segment.ident.to_string();
        name.chars().any(char::is_uppercase) && !name.chars().any(char::is_lowercase)
    })
}

fn is_lower_case(word: &Ident) -> bool {
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
