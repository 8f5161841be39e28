//! The values of `backoff`.

use proc_macro2::{Ident, Span};
use syn::{Expr, ExprCall};

use super::expression::ungrouped;
use super::nearest::nearest_of;
use super::source::source;
use super::value::Time;
use crate::diagnostics::bail;

/// The growth of the delay.
#[derive(Clone)]
pub(crate) struct Backoff {
    /// The word in the attribute.
    pub(crate) word: &'static str,
    /// The step of `linear("1s")`.
    pub(crate) step: Option<Time>,
}

const WORDS: [(&str, &str); 4] = [
    ("exponential", "Exponential"),
    ("linear", "Linear"),
    ("constant", "Constant"),
    ("fibonacci", "Fibonacci"),
];

impl Backoff {
    pub(crate) fn parse(written: &Expr) -> syn::Result<Backoff> {
        let text = source(written);
        if let Some((word, _)) = WORDS.iter().find(|(word, _)| *word == text) {
            return Ok(Backoff { word, step: None });
        }
        if let Expr::Call(call) = ungrouped(written) {
            return Self::call(call);
        }
        // `Backoff::Linear` and `LINEAR` mean `linear`.
        let word = text.rsplit("::").next().unwrap_or(&text).to_lowercase();
        let all = "`exponential`, `linear`, `linear(\"1s\")`, `constant` or `fibonacci`";
        match nearest_of(&word, WORDS.iter().map(|(word, _)| (*word, *word))) {
            Some(near) => bail!(written, "`{text}` is no backoff; write `backoff = {near}`"),
            None if word == "list" => {
                bail!(written, "a list has an argument of its own; write `delays = [\"100ms\", \"1s\"]`")
            }
            None if matches!(ungrouped(written), Expr::Field(_) | Expr::MethodCall(_)) => bail!(
                written,
                "`{text}` is known only at run time; write {all}, or `policy = Policy::new().backoff({text})`"
            ),
            None => bail!(written, "`{text}` is no backoff; write {all}"),
        }
    }

    fn call(call: &ExprCall) -> syn::Result<Backoff> {
        let name = source(&call.func);
        match (name.as_str(), call.args.first()) {
            ("linear", Some(step)) if call.args.len() == 1 => {
                Ok(Backoff { word: "linear", step: Some(Time::step(step.clone())?) })
            }
            ("linear", _) => bail!(call, "`linear` takes one duration; write `backoff = linear(\"1s\")`"),
            ("exponential", Some(factor)) => {
                let factor = source(factor);
                bail!(call, "`exponential` takes no value; write `backoff = exponential, factor = {factor}`")
            }
            _ if WORDS.iter().any(|(word, _)| *word == name) => {
                bail!(call, "`{name}` takes no value; write `backoff = {name}`")
            }
            _ => bail!(call, "`{name}` is no backoff; write `backoff = linear(\"1s\")`"),
        }
    }

    pub(crate) fn is_exponential(&self) -> bool {
        self.word == "exponential"
    }

    /// Returns the name of the variant in core.
    pub(crate) fn variant(&self) -> Ident {
        let variant = match self.step {
            Some(_) => "LinearBy",
            None => WORDS.iter().find(|(word, _)| *word == self.word).map_or("Exponential", |(_, name)| name),
        };
        Ident::new(variant, Span::mixed_site())
    }
}
