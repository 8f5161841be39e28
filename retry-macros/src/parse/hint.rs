//! The values of `hint`.

use proc_macro2::{Ident, Span};
use syn::{Expr, Lit};

use super::expression::{literal, ungrouped};
use super::nearest::nearest_of;
use super::source::source;
use crate::diagnostics::bail;

/// The effect of a wait that the peer asks for.
#[derive(Clone, Copy)]
pub(crate) struct HintMode(&'static str);

const WORDS: [(&str, &str); 2] = [("exact", "Exact"), ("at_least", "AtLeast")];

impl HintMode {
    pub(crate) fn parse(key: &Ident, written: &Expr) -> syn::Result<HintMode> {
        let text = source(written);
        if let Some((_, variant)) = WORDS.iter().find(|(word, _)| *word == text) {
            return Ok(HintMode(variant));
        }
        if let Expr::Closure(_) = ungrouped(written) {
            bail!(written, "`{key}` takes no function; write `retry_after = {text}`, or `{key} = exact`")
        }
        // `HintMode::AtLeast` and `"exact"` mean the words.
        let word = match literal(written) {
            Some(Lit::Str(text)) => text.value(),
            _ => text.clone(),
        };
        let word = word.rsplit("::").next().unwrap_or_default().to_lowercase();
        let near = nearest_of(&word, WORDS.iter().map(|(word, _)| (*word, *word)));
        match near {
            Some(near) => bail!(written, "`{text}` is no mode of hints; write `{key} = {near}`"),
            None => bail!(written, "`{text}` is no mode of hints; write `exact` or `at_least`"),
        }
    }

    /// Returns the name of the variant in core.
    pub(crate) fn variant(self) -> Ident {
        Ident::new(self.0, Span::mixed_site())
    }
}
