//! The values of `log`.

use proc_macro2::{Ident, Span};
use syn::Expr;

use super::nearest::nearest_of;
use super::source::source;
use crate::diagnostics::bail;

/// The level of the events of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LogLevel {
    Off,
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

const LEVELS: [(&str, LogLevel); 6] = [
    ("off", LogLevel::Off),
    ("trace", LogLevel::Trace),
    ("debug", LogLevel::Debug),
    ("info", LogLevel::Info),
    ("warn", LogLevel::Warn),
    ("error", LogLevel::Error),
];

/// Words that other libraries use for a level.
const OTHER_WORDS: [(&str, &str); 5] =
    [("none", "off"), ("false", "off"), ("warning", "warn"), ("err", "error"), ("silent", "off")];

impl LogLevel {
    pub(crate) fn parse(written: &Expr) -> syn::Result<LogLevel> {
        let text = source(written);
        if let Some((_, level)) = LEVELS.iter().find(|(name, _)| *name == text) {
            return Ok(*level);
        }
        // `Level::WARN`, `LogLevel::Warn` and `"warn"` mean `warn`.
        let word = text.rsplit("::").next().unwrap_or(&text).trim_matches('"').to_lowercase();
        let other = OTHER_WORDS.iter().find(|(other, _)| *other == word).map(|(_, level)| *level);
        let near = other.or_else(|| nearest_of(&word, LEVELS.iter().map(|(name, _)| (*name, *name))));
        match near {
            Some(near) => bail!(written, "`{text}` is no level; write `log = {near}`"),
            None => {
                bail!(
                    written,
                    "`{text}` is no level; write `off`, `trace`, `debug`, `info`, `warn` or `error`"
                )
            }
        }
    }

    pub(crate) fn variant(self) -> Ident {
        Ident::new(&format!("{self:?}"), Span::mixed_site())
    }
}
