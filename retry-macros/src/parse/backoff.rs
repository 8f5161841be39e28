//! The values of `backoff`.

use proc_macro2::{Ident, Span};
use syn::Expr;

use super::nearest::nearest_of;
use super::source::source;
use crate::diagnostics::bail;

/// The growth of the delay.
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
        // `Backoff::Linear` and `LINEAR` mean `linear`.
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
