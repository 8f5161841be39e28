//! The attribute's argument names: one table for the parser, the messages and the suggestions.

use proc_macro2::Ident;

/// An argument: its name, and how it is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct OptionName {
    pub(crate) name: &'static str,
    pub(crate) example: &'static str,
}

macro_rules! option_names {
    ($($constant:ident = $name:literal, $example:literal;)*) => {
        $(pub(crate) const $constant: OptionName = OptionName { name: $name, example: $example };)*
        const ALL: &[OptionName] = &[$($constant),*];
    };
}

option_names! {
    MAX = "max", "max = 5";
    UNLIMITED = "unlimited", "unlimited";
    BASE = "base", "base = \"1s\"";
    BASE_MS = "base_ms", "base_ms = 1000";
    FACTOR = "factor", "factor = 2";
    BACKOFF = "backoff", "backoff = exponential";
    MAX_DELAY = "max_delay", "max_delay = \"30s\"";
    MAX_DELAY_MS = "max_delay_ms", "max_delay_ms = 30000";
    JITTER = "jitter", "jitter = 0.3";
    DEADLINE = "deadline", "deadline = \"2m\"";
    DEADLINE_MS = "deadline_ms", "deadline_ms = 120000";
    ATTEMPT_TIMEOUT = "attempt_timeout", "attempt_timeout = \"5s\"";
    ATTEMPT_TIMEOUT_MS = "attempt_timeout_ms", "attempt_timeout_ms = 5000";
    WITHIN = "within", "within = \"1m\"";
    WITHIN_MS = "within_ms", "within_ms = 60000";
    ON = "on", "on = MyError";
    UNLESS = "unless", "unless = MyError::Permanent";
    ASK = "ask", "ask = MyError";
    WHEN = "when", "when = |error| error.is_transient()";
    RETRY_OK = "retry_ok", "retry_ok = |value| value.is_pending()";
    RETRY_AFTER = "retry_after", "retry_after = |error| error.retry_after()";
    ERROR = "error", "error = MyError";
    ATTEMPT = "attempt", "attempt = n";
    FALLBACK = "fallback", "fallback = |error| Ok(default)";
    ON_RETRY = "on_retry", "on_retry = |event| log(event)";
    ON_GIVE_UP = "on_give_up", "on_give_up = |event| log(event)";
    NAME = "name", "name = \"drain node\"";
    PRESET = "preset", "preset = api_call";
    POLICY = "policy", "policy = POLICY";
    ENV = "env", "env = \"DEPLOYMENT\"";
    BUDGET = "budget", "budget = BUDGET";
    BREAKER = "breaker", "breaker = BREAKER";
    CLONE = "clone", "clone(argument)";
    SLEEP = "sleep", "sleep = path::to::sleep";
    CRATE = "crate", "crate = path::to::reattempt";
    SKIP = "skip", "skip";
}

/// Names from other retry libraries, and common guesses, with ours.
const FOREIGN: &[(&str, OptionName)] = &[
    ("attempts", MAX),
    ("max_attempts", MAX),
    ("max_retries", MAX),
    ("max_times", MAX),
    ("max_tries", MAX),
    ("retries", MAX),
    ("times", MAX),
    ("tries", MAX),
    ("stop", MAX),
    ("forever", UNLIMITED),
    ("infinite", UNLIMITED),
    ("delay", BASE),
    ("delay_ms", BASE_MS),
    ("base_delay", BASE),
    ("initial", BASE),
    ("initial_delay", BASE),
    ("initial_interval", BASE),
    ("interval", BASE),
    ("min_delay", BASE),
    ("min", BASE),
    ("wait", BASE),
    ("multiplier", FACTOR),
    ("exponential_base", FACTOR),
    ("exponent", FACTOR),
    ("strategy", BACKOFF),
    ("cap", MAX_DELAY),
    ("max_interval", MAX_DELAY),
    ("max_wait", MAX_DELAY),
    ("random", JITTER),
    ("randomize", JITTER),
    ("randomization_factor", JITTER),
    ("total_timeout", DEADLINE),
    ("total_timeout_ms", DEADLINE_MS),
    ("max_elapsed", DEADLINE),
    ("max_elapsed_time", DEADLINE),
    ("max_duration", DEADLINE),
    ("total_delay", DEADLINE),
    ("timeout", ATTEMPT_TIMEOUT),
    ("timeout_ms", ATTEMPT_TIMEOUT_MS),
    ("retry_on", ON),
    ("retry_on_exceptions", ON),
    ("exceptions", ON),
    ("retriable", ON),
    ("errors", ON),
    ("not_on", UNLESS),
    ("abort_on", UNLESS),
    ("permanent", UNLESS),
    ("except", UNLESS),
    ("if", WHEN),
    ("retry_if", WHEN),
    ("condition", WHEN),
    ("predicate", WHEN),
    ("retry_on_result", RETRY_OK),
    ("until", RETRY_OK),
    ("hint", RETRY_AFTER),
    ("adjust", RETRY_AFTER),
    ("error_type", ERROR),
    ("wrap", ERROR),
    ("attempt_number", ATTEMPT),
    ("recover", FALLBACK),
    ("default", FALLBACK),
    ("or_else", FALLBACK),
    ("notify", ON_RETRY),
    ("before_sleep", ON_RETRY),
    ("on_failure", ON_GIVE_UP),
    ("on_error", ON_GIVE_UP),
    ("operation", NAME),
    ("label", NAME),
    ("profile", PRESET),
    ("template", PRESET),
    ("config", POLICY),
    ("builder", POLICY),
    ("environment", ENV),
    ("env_prefix", ENV),
    ("env_var", ENV),
    ("prefix", ENV),
    ("retry_budget", BUDGET),
    ("token_bucket", BUDGET),
    ("circuit", BREAKER),
    ("circuit_breaker", BREAKER),
    ("sleeper", SLEEP),
    ("ignore", SKIP),
];

/// The option of that name.
pub(crate) fn find(key: &Ident) -> Option<OptionName> {
    ALL.iter().find(|option| key == option.name).copied()
}

/// The option that somebody who wrote `word` most likely meant.
pub(crate) fn nearest(word: &str) -> Option<OptionName> {
    let lower = word.to_lowercase();
    if let Some((_, option)) = FOREIGN.iter().find(|(foreign, _)| *foreign == lower) {
        return Some(*option);
    }
    nearest_of(&lower, ALL.iter().map(|option| (option.name, *option)))
}

/// The entry whose name is nearest to `word`, if one is near at all: up to a third of its letters apart.
pub(crate) fn nearest_of<T>(word: &str, entries: impl Iterator<Item = (&'static str, T)>) -> Option<T> {
    entries
        .map(|(name, entry)| (strsim::osa_distance(word, name), name.len(), entry))
        .filter(|(distance, length, _)| *distance <= (length / 3).max(1))
        .min_by_key(|(distance, ..)| *distance)
        .map(|(.., entry)| entry)
}

/// Every name, for a word that is near none of them.
pub(crate) fn all() -> String {
    let names = ALL.iter().filter(|option| !option.name.ends_with("_ms"));
    names.map(|option| format!("`{}`", option.name)).collect::<Vec<_>>().join(", ")
}
