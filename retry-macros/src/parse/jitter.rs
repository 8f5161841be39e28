//! The values of `jitter`.

use proc_macro2::TokenStream;
use syn::{Expr, Lit};

use super::expression::{is_lower_case, ungrouped};
use super::nearest::nearest_of;
use super::source::source;
use super::value::{Number, Time, check_closure};
use crate::diagnostics::{bail, error};

/// A jitter as it is written.
#[derive(Clone)]
pub(crate) struct Jitter {
    pub(crate) written: Expr,
    pub(crate) form: JitterForm,
}

#[derive(Clone)]
pub(crate) enum JitterForm {
    /// `none`, `full`, `equal`, `decorrelated`: the name of the variant.
    Word(&'static str),
    /// `0.3`.
    Additive(TokenStream),
    /// `spread(0.1)`.
    Spread(Number),
    /// `up_to("1s")`.
    UpTo(Box<Time>),
    /// A fraction or a `Jitter`.
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
                let Lit::Str(word) = &text.lit else { return Err(not_a_jitter(&written)) };
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
                Err(_) => return Err(not_a_jitter(&written)),
            },
            Expr::Path(path) => match path.path.get_ident() {
                Some(word) if is_lower_case(word) => Self::lower_case(&written, &word.to_string())?,
                _ => JitterForm::Expression,
            },
            Expr::Call(call) => Self::call(call)?,
            _ => {
                check_closure(&written)?;
                JitterForm::Expression
            }
        };
        Ok(Jitter { written, form })
    }

    /// Returns the expression that determines the value, unless the jitter is a word or a literal.
    pub(crate) fn expression(&self) -> Option<&Expr> {
        match &self.form {
            JitterForm::Word(_) | JitterForm::Additive(_) => None,
            JitterForm::Spread(fraction) => fraction.expression(),
            JitterForm::UpTo(width) => Some(&width.written),
            JitterForm::Expression => Some(&self.written),
        }
    }

    /// Parses a word. Another word may be an argument of the function, which is not known here.
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
                None => Err(not_a_jitter(place)),
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
            // A path is a `const fn` of the user's.
            _ if name.contains(':') => Ok(JitterForm::Expression),
            // So is a name, if the call names what is known at run time, which is not known here.
            (word, Some(_))
                if nearest_of(word, ["spread", "up_to"].map(|name| (name, name)).into_iter()).is_none() =>
            {
                Ok(JitterForm::Expression)
            }
            _ => bail!(call, "`{name}` is no jitter; write {JITTER_FORMS}"),
        }
    }
}

/// Returns whether a word is a misspelt jitter.
fn is_word_of_jitter(word: &str) -> bool {
    let near = nearest_of(word, JITTERS.iter().map(|(name, _)| (*name, *name)));
    near.is_some() || ["spread", "up_to"].contains(&word)
}

pub(crate) fn not_a_jitter(place: &Expr) -> syn::Error {
    let name = match ungrouped(place) {
        Expr::Call(call) => source(&call.func),
        _ => source(place),
    };
    error!(place, "`{name}` is no jitter; write {JITTER_FORMS}")
}
