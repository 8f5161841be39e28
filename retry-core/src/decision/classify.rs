//! Which errors are retried: the order of the rules.

/// What `on` says of an error, the more the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum On {
    /// Nothing in it matches.
    Nothing,
    /// A type matches: selected, and the error keeps the last word.
    Type,
    /// A pattern matches: the value itself was judged.
    Pattern,
}

impl On {
    /// Of two items, the one that says more.
    #[must_use]
    pub fn or(self, other: impl FnOnce() -> On) -> On {
        if self == On::Pattern { self } else { self.max(other()) }
    }

    /// Whether anything matches.
    #[must_use]
    pub fn matches(self) -> bool {
        self != On::Nothing
    }

    /// What an item of a type says.
    #[must_use]
    pub fn by_type(matches: bool) -> On {
        if matches { On::Type } else { On::Nothing }
    }

    /// What an item with a pattern says.
    #[must_use]
    pub fn by_pattern(matches: bool) -> On {
        if matches { On::Pattern } else { On::Nothing }
    }
}

/// Whether an error is retried. Each rule is asked only where those before it leave the question open:
/// `unless` stops; `on` stops where nothing in it matches; `when` decides; so does a pattern in `on`; else the
/// error's own word counts.
pub fn classify(
    unless: impl FnOnce() -> bool,
    on: impl FnOnce() -> On,
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
    when().unwrap_or_else(|| on == On::Pattern || own())
}
