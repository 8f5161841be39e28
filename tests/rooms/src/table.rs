//! The rooms of each crate, from the bottom up, and the exceptions from the rules.

/// The rooms of one crate, and the exceptions from the rules there.
#[derive(Debug)]
pub struct Table {
    /// The crate's folder.
    pub folder: &'static str,
    /// In reading order: a room may import those before it. Its line in the picture is the first of its front door.
    pub rooms: &'static [&'static str],
    /// Imports that run against the order.
    pub upward: &'static [Upward],
    /// Files that may import each other.
    pub circles: &'static [Circle],
    /// Functions that may be long.
    pub functions: &'static [LongFunction],
}

/// An import of a later room.
#[derive(Debug)]
pub struct Upward {
    /// The file, from `src`.
    pub file: &'static str,
    /// The room that is imported.
    pub room: &'static str,
    /// The name that is imported.
    pub name: &'static str,
    /// Why this is better than a move.
    pub reason: &'static str,
}

/// A type and its impls, in files that import each other.
#[derive(Debug)]
pub struct Circle {
    /// The files, from `src`.
    pub files: &'static [&'static str],
    /// Why this is better than one file.
    pub reason: &'static str,
}

/// A function that is a table.
#[derive(Debug)]
pub struct LongFunction {
    /// The file, from `src`.
    pub file: &'static str,
    /// The function's name.
    pub name: &'static str,
    /// Why this is better than several functions.
    pub reason: &'static str,
}

/// The rooms of `retry-core`.
pub const CORE: Table = Table {
    folder: "retry-core",
    rooms: &[
        "policy",
        "decision",
        "runtime",
        "error",
        "observe",
        "budget",
        "breaker",
        "throttle",
        "hedge",
        "fleet",
        "config",
        "testing",
        "call",
        "__private",
        "adapter",
        "middleware",
        "lib",
    ],
    upward: &[
        Upward {
            file: "observe/event.rs",
            room: "breaker",
            name: "CircuitState",
            reason: "the event of a circuit's change carries the two states, and these are a plain enum",
        },
        Upward {
            file: "observe/stats/shared.rs",
            room: "breaker",
            name: "CircuitState",
            reason: "the counts of a breaker are by state",
        },
    ],
    circles: &[],
    functions: &[LongFunction {
        file: "call/closure/future.rs",
        name: "poll_entered",
        reason: "a state machine: an arm for each state, which all need the same parts of the call",
    }],
};

/// The rooms of `retry-macros`.
pub const MACROS: Table = Table {
    folder: "retry-macros",
    rooms: &["diagnostics", "parse", "name", "function", "model", "expand", "retry", "derive", "lib"],
    upward: &[],
    circles: &[],
    functions: &[],
};

/// The tables of both crates.
pub const TABLES: [&Table; 2] = [&CORE, &MACROS];
