//! Other attributes that stand on the function.

use super::Refusal;

#[derive(Clone, Copy)]
pub(crate) struct Attribute {
    pub(crate) text: &'static str,
    pub(crate) only_in_sync: bool,
    /// Whether it lowers a lint, which a crate may forbid.
    pub(crate) allows: bool,
    /// Whether it can stand on a method of a trait's `impl`, and on a provided method.
    pub(crate) fits_traits: bool,
    pub(crate) may_be_refused: Option<Refusal>,
}

const ROW: Attribute =
    Attribute { text: "", only_in_sync: false, allows: false, fits_traits: true, may_be_refused: None };

const fn attribute(text: &'static str) -> Attribute {
    Attribute { text, ..ROW }
}

const fn allowing(text: &'static str) -> Attribute {
    Attribute { text, allows: true, ..ROW }
}

pub(crate) const ATTRIBUTES: &[Attribute] = &[
    attribute("/// Connects. It's \"quoted\" and has `code?`."),
    attribute("#[doc = \"Connects.\"]"),
    attribute("#[doc(hidden)]"),
    attribute("#[inline]"),
    attribute("#[inline(always)]"),
    attribute("#[inline(never)]"),
    attribute("#[cold]"),
    Attribute { fits_traits: false, ..attribute("#[must_use]") },
    Attribute { fits_traits: false, ..attribute("#[must_use = \"it may have failed\"]") },
    Attribute { fits_traits: false, allows: true, ..attribute("#[deprecated]") },
    Attribute {
        fits_traits: false,
        allows: true,
        ..attribute("#[deprecated(since = \"1.0.0\", note = \"use another\")]")
    },
    Attribute {
        only_in_sync: true,
        may_be_refused: Some(Refusal::TrackCaller),
        ..attribute("#[track_caller]")
    },
    Attribute {
        only_in_sync: true,
        may_be_refused: Some(Refusal::TrackCaller),
        ..attribute("#[cfg_attr(all(), track_caller)]")
    },
    Attribute {
        only_in_sync: true,
        fits_traits: false,
        allows: true,
        ..attribute("#[cfg_attr(target_arch = \"x86_64\", target_feature(enable = \"sse2\"))]")
    },
    allowing("#[allow(unused_variables)]"),
    allowing("#[allow(clippy::all, clippy::pedantic)]"),
    allowing("#[allow(unused, unreachable_code)]"),
    allowing("#[warn(unused_mut)]"),
    attribute("#[deny(unused_must_use)]"),
    attribute("#[deny(unused, unreachable_code)]"),
    Attribute { allows: true, ..attribute("#[forbid(unreachable_code)]") },
    Attribute { allows: true, ..attribute("#[forbid(unused_imports, unused_mut, unreachable_patterns)]") },
    attribute("#[cfg(all())]"),
    attribute("#[cfg_attr(all(), inline)]"),
    attribute("#[cfg_attr(any(), no_such_attribute)]"),
    attribute("#[rustfmt::skip]"),
];

impl Attribute {
    /// The word of which a function has at most one attribute.
    pub(crate) fn group(&self) -> &'static str {
        let has = |words: &[&str]| words.iter().any(|word| self.text.contains(word));
        if has(&["inline", "cold", "target_feature"]) {
            return "code";
        }
        if has(&["allow(", "warn(", "deny(", "forbid("]) {
            return "lints";
        }
        let words = ["must_use", "deprecated", "track_caller"];
        words.into_iter().find(|word| self.text.contains(word)).unwrap_or(self.text)
    }
}
