//! The presets of `retry-core` by name.

use proc_macro2::Ident;
use syn::{Expr, Lit};

use super::expression::{first_span, literal, ungrouped};
use super::nearest::nearest_of;
use super::source::source;
use crate::diagnostics::bail;

/// The names in `retry_core::preset::ALL`. This crate does not depend on that one; a test compares the two.
const NAMES: &[&str] = &[
    "default",
    "s3_upload",
    "s3_download",
    "api_call",
    "worker_api",
    "amqp_connection",
    "ssh_connection",
    "file_upload",
    "maintenance",
    "aws_2026",
];

/// An existing preset.
#[derive(Clone)]
pub(crate) struct Preset {
    /// Its constant, with the span of its name.
    pub(crate) constant: Ident,
}

impl Preset {
    /// Returns the preset that was most likely meant by a value.
    pub(crate) fn guess(written: &Expr) -> Option<&'static str> {
        nearest_of(&guess(written), NAMES.iter().map(|name| (*name, *name)))
    }

    pub(crate) fn parse(written: &Expr) -> syn::Result<Preset> {
        let text = source(written);
        let is_bare = matches!(ungrouped(written), Expr::Path(path) if path.path.get_ident().is_some());
        if let (true, Some(name)) = (is_bare, NAMES.iter().find(|name| **name == text)) {
            let constant = Ident::new(&name.to_uppercase(), first_span(written));
            return Ok(Preset { constant });
        }
        if is_bare && text == "lambda" {
            bail!(
                written,
                "`lambda` is now called `maintenance`, because delays of 5 s and 10 s suit drains and backups, not a \
                 function with a hard time limit; write `preset = maintenance`"
            )
        }
        let all = all_presets();
        match Preset::guess(written) {
            Some(near) => bail!(written, "`{text}` is no preset; write `preset = {near}`; there are {all}"),
            None => bail!(written, "`{text}` is no preset; there are {all}"),
        }
    }
}

/// Returns the names of all presets, for messages.
pub(crate) fn all_presets() -> String {
    NAMES.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Returns the name in `"s3-upload"`, `preset::S3_UPLOAD` or `S3Upload`.
fn guess(written: &Expr) -> String {
    let text = match literal(written) {
        Some(Lit::Str(text)) => text.value(),
        _ => source(written),
    };
    let word = text.rsplit("::").next().unwrap_or(&text).replace('-', "_");
    word.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_the_presets() {
        assert_eq!(NAMES.to_vec(), retry_core::preset::ALL.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    }

    #[test]
    fn other_spellings_lead_to_the_name() {
        for written in ["\"s3-upload\"", "preset::S3_UPLOAD", "S3Upload", "s3_uplaod", "s3-upload"] {
            let message = Preset::parse(&syn::parse_str(written).unwrap()).err().unwrap().to_string();
            assert!(message.contains("write `preset = s3_upload`; there are `default`, "), "{message}");
        }
        for written in ["\"ap-call\"", "ap_call", "preset::AP_CALL"] {
            assert_eq!(Preset::guess(&syn::parse_str(written).unwrap()), Some("api_call"), "{written}");
        }
    }
}
