//! Names of functions, arguments and locals.

/// Names that nobody else has.
const PLAIN: &[&str] =
    &["host", "port", "user", "path", "query", "limit_of", "kind", "table", "node", "line", "zone", "item"];

/// Names that the expansion could use for its own locals.
pub(crate) const LIKE_OURS: &[&str] = &[
    "result",
    "outcome",
    "delay",
    "progress",
    "memory",
    "site",
    "timeout",
    "waited",
    "is_done",
    "value",
    "same",
    "timed_out",
    "unspent",
    "step",
    "next",
    "plan",
    "planned",
    "given_up",
    "error",
    "ask",
    "open",
    "kept",
    "last",
    "shared",
    "refused",
    "sleep",
    "known",
    "budget",
    "breaker",
    "throttle",
    "attempt",
    "duration",
    "retry",
    "policy",
    "state",
];

/// Names that are words of the language.
const RAW: &[&str] =
    &["r#type", "r#match", "r#fn", "r#loop", "r#async", "r#await", "r#dyn", "r#gen", "r#try", "r#impl"];

/// Names of functions; those of methods must not be methods of every type.
pub(crate) const FUNCTIONS: &[&str] = &[
    "connect", "fetch", "send", "r#type", "r#loop", "result", "outcome", "retry_", "attempt", "call",
    "progress",
];

/// Every kind of name, each name once for a function.
pub(crate) const POOLS: &[&[&str]] = &[PLAIN, LIKE_OURS, RAW];
