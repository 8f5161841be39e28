//! Classifies an error by the rules of the function, in their order.

/// The match of `on` with an error. A more specific match is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Selection {
    /// No item matches.
    Nothing,
    /// A type matches: the error is selected, and its own classification decides.
    Type,
    /// A pattern matches: the error is selected by its value, and its own classification is not used.
    Pattern,
}

impl Selection {
    /// Returns the more specific match of two items.
    #[must_use]
    pub fn or(self, other: impl FnOnce() -> Selection) -> Selection {
        if self == Selection::Pattern { self } else { self.max(other()) }
    }

    /// Returns whether an item matches.
    #[must_use]
    pub fn matches(self) -> bool {
        self != Selection::Nothing
    }

    /// Returns the match of an item that is a type.
    #[must_use]
    pub fn by_type(matches: bool) -> Selection {
        if matches { Selection::Type } else { Selection::Nothing }
    }

    /// Returns the match of an item that is a pattern.
    #[must_use]
    pub fn by_pattern(matches: bool) -> Selection {
        if matches { Selection::Pattern } else { Selection::Nothing }
    }
}

/// Returns whether an error is retried.
///
/// Each rule is evaluated only if the rules before it do not decide. An error that `unless` matches is not retried, and
/// neither is an error that `on` does not match. Then `when` decides, if there is one; then a matching pattern in `on`
/// decides for a retry; otherwise the error's own classification decides.
pub fn classify(
    unless: impl FnOnce() -> bool,
    on: impl FnOnce() -> Selection,
    when: impl FnOnce() -> Option<bool>,
    own: impl FnOnce() -> bool,
) -> bool {
    if unless() {
        return false;
    }
    let on = on();
    if !on.matches() {
        return false;
    }
    when().unwrap_or_else(|| on == Selection::Pattern || own())
}
