//! A row of the table of arguments.

/// A key of the attribute, and how it is written.
#[derive(Debug)]
pub(super) struct ArgumentSpec {
    pub(super) key: &'static str,
    /// The argument with a value, for messages.
    pub(super) example: &'static str,
    pub(super) kind: Kind,
    /// What other retry libraries call it, and common guesses.
    pub(super) other_keys: &'static [(&'static str, Conversion)],
}

/// The kinds of values between which a suggestion distinguishes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// The key alone, or a list in parentheses.
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
    /// Any other.
    Other,
}

/// How a value that was given under another key is converted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Conversion {
    /// It means the same.
    Unchanged,
    /// It counts retries, and so not the first attempt.
    FromRetries,
    /// It counts retries or attempts; only its author knows which.
    FromTimes,
    /// It is a fraction around the delay.
    ToSpread,
    /// It is a number of this unit.
    Unit(&'static str),
    /// It means something else.
    Impossible,
}

/// What arguments have in common.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Group {
    /// Part of the policy.
    Policy,
    /// Which outcomes are retried.
    Selection,
    /// What the call shares with others, or takes from outside the program.
    External,
    /// What happens beside the attempts.
    Call,
    /// What the types of the function and its body depend on. It is kept after a mistake.
    Function,
    /// About one method of an `impl` block. It is not inherited.
    Method,
}
