//! A row of the table of arguments.

/// A key of the attribute, with all that messages and suggestions need of it.
#[derive(Debug)]
pub(super) struct ArgumentSpec {
    pub(super) key: &'static str,
    /// The argument with a value, for messages.
    pub(super) example: &'static str,
    pub(super) kind: Kind,
    /// The names of this argument in other retry libraries, and common guesses.
    pub(super) other_keys: &'static [(&'static str, Conversion)],
}

/// The kinds of values that suggestions distinguish.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A key without `=`: alone, or with a list in parentheses.
    WithoutEquals,
    /// A number of attempts.
    Attempts,
    /// A duration with a unit.
    Duration,
    Factor,
    Jitter,
    /// A function of one argument.
    Function,
    /// A path or an expression, but no literal.
    NoLiteral,
    /// Any other kind.
    Other,
}

/// The conversion of a value that was given under another key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Conversion {
    /// It has the same meaning.
    Unchanged,
    /// It is a number of retries, to which the first attempt is added.
    FromRetries,
    /// It is a number of retries or of attempts; only its author knows which.
    FromTimes,
    /// It is a fraction around the delay.
    ToSpread,
    /// It is a number of this unit.
    Unit(&'static str),
    /// It has another meaning.
    Impossible,
}

/// The groups of arguments: they decide on inheritance, recovery and shared constants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Group {
    /// Part of the policy.
    Policy,
    /// Selects the outcomes that are retried.
    Selection,
    /// State that calls share, and settings from outside the program.
    External,
    /// The course of a call beside its attempts.
    Call,
    /// Types and names on which the function and its body depend. They are kept after a mistake.
    Function,
    /// About one method of an `impl` block. Not inherited.
    Method,
}
