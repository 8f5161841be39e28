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

/// What becomes of the value that somebody gave under another name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Carry {
    /// It means the same.
    Value,
    /// It counts retries, and so not the first attempt.
    Retries,
    /// It counts retries or attempts; only its author knows which.
    Times,
    /// It is a fraction around the delay.
    Around,
    /// A number of this unit.
    Unit(&'static str),
    /// It means something else.
    Nothing,
}

use Carry::{Around, Nothing, Retries, Times, Value};

/// Names from other retry libraries, and common guesses, with ours and what their value means there.
const FOREIGN: &[(&str, OptionName, Carry)] = &[
    ("attempts", MAX, Value),
    ("max_attempts", MAX, Value),
    ("max_retries", MAX, Retries),
    ("max_times", MAX, Retries),
    ("max_tries", MAX, Value),
    ("retries", MAX, Retries),
    ("times", MAX, Times),
    ("tries", MAX, Value),
    ("stop", MAX, Value),
    ("forever", UNLIMITED, Value),
    ("infinite", UNLIMITED, Value),
    ("delay", BASE, Value),
    ("delay_ms", BASE_MS, Value),
    ("base_delay", BASE, Value),
    ("initial", BASE, Value),
    ("initial_delay", BASE, Value),
    ("initial_interval", BASE, Value),
    ("interval", BASE, Value),
    ("min_delay", BASE, Value),
    ("min", BASE, Value),
    ("wait", BASE, Value),
    ("multiplier", FACTOR, Value),
    ("exponential_base", FACTOR, Value),
    ("exponent", FACTOR, Value),
    ("strategy", BACKOFF, Value),
    ("cap", MAX_DELAY, Value),
    ("max_interval", MAX_DELAY, Value),
    ("max_wait", MAX_DELAY, Value),
    ("random", JITTER, Value),
    ("randomize", JITTER, Value),
    ("randomization_factor", JITTER, Around),
    ("total_timeout", DEADLINE, Value),
    ("total_timeout_ms", DEADLINE_MS, Value),
    ("max_elapsed", DEADLINE, Value),
    ("max_elapsed_time", DEADLINE, Value),
    ("max_duration", DEADLINE, Value),
    ("total_delay", DEADLINE, Value),
    ("timeout", ATTEMPT_TIMEOUT, Value),
    ("timeout_ms", ATTEMPT_TIMEOUT_MS, Value),
    ("retry_on", ON, Value),
    ("retry_on_exceptions", ON, Value),
    ("exceptions", ON, Value),
    ("retriable", ON, Value),
    ("errors", ON, Value),
    ("not_on", UNLESS, Value),
    ("abort_on", UNLESS, Value),
    ("permanent", UNLESS, Value),
    ("except", UNLESS, Value),
    ("if", WHEN, Value),
    ("retry_if", WHEN, Value),
    ("condition", WHEN, Value),
    ("predicate", WHEN, Value),
    ("retry_on_result", RETRY_OK, Value),
    ("until", RETRY_OK, Nothing),
    ("hint", RETRY_AFTER, Value),
    ("adjust", RETRY_AFTER, Value),
    ("error_type", ERROR, Value),
    ("wrap", ERROR, Value),
    ("attempt_number", ATTEMPT, Value),
    ("recover", FALLBACK, Value),
    ("default", FALLBACK, Value),
    ("or_else", FALLBACK, Value),
    ("notify", ON_RETRY, Nothing),
    ("before_sleep", ON_RETRY, Nothing),
    ("on_failure", ON_GIVE_UP, Nothing),
    ("on_error", ON_GIVE_UP, Nothing),
    ("operation", NAME, Value),
    ("label", NAME, Value),
    ("profile", PRESET, Value),
    ("template", PRESET, Value),
    ("config", POLICY, Value),
    ("builder", POLICY, Value),
    ("environment", ENV, Value),
    ("env_prefix", ENV, Value),
    ("env_var", ENV, Value),
    ("prefix", ENV, Value),
    ("retry_budget", BUDGET, Value),
    ("token_bucket", BUDGET, Value),
    ("circuit", BREAKER, Value),
    ("circuit_breaker", BREAKER, Value),
    ("sleeper", SLEEP, Value),
    ("ignore", SKIP, Value),
    ("max_retry", MAX, Retries),
    ("num_retries", MAX, Retries),
    ("retry_count", MAX, Retries),
    ("retry_limit", MAX, Retries),
    ("attempt_limit", MAX, Value),
    ("stop_after_attempt", MAX, Value),
    ("backoff_factor", FACTOR, Value),
    ("growth", FACTOR, Value),
    ("retry_while", WHEN, Value),
    ("backoff_delay", BASE, Value),
    ("retry_delay", BASE, Value),
    ("retry_interval", BASE, Value),
    ("period", BASE, Value),
    ("start_delay", BASE, Value),
    ("stop_after_delay", DEADLINE, Value),
    ("delay_max", MAX_DELAY, Value),
    ("max_backoff", MAX_DELAY, Value),
    ("ceiling", MAX_DELAY, Value),
    ("per_attempt_timeout", ATTEMPT_TIMEOUT, Value),
    ("try_timeout", ATTEMPT_TIMEOUT, Value),
    ("overall_timeout", DEADLINE, Value),
    ("retry_for", ON, Value),
];

/// Endings that name a unit of time. Each stands after those that end in it.
const UNITS: [(&str, &str); 17] = [
    ("_milliseconds", "ms"),
    ("_millis", "ms"),
    ("_msecs", "ms"),
    ("_msec", "ms"),
    ("_ms", "ms"),
    ("_microseconds", "us"),
    ("_micros", "us"),
    ("_us", "us"),
    ("_nanos", "ns"),
    ("_seconds", "s"),
    ("_secs", "s"),
    ("_sec", "s"),
    ("_s", "s"),
    ("_minutes", "m"),
    ("_mins", "m"),
    ("_hours", "h"),
    ("_h", "h"),
];

/// The option of that name.
pub(crate) fn find(key: &Ident) -> Option<OptionName> {
    ALL.iter().find(|option| key == option.name).copied()
}

/// The option that somebody who wrote `word` most likely meant, and what the value comes to there.
pub(crate) fn nearest(word: &str) -> Option<(OptionName, Carry)> {
    let lower = word.to_lowercase();
    if let Some((_, option, carry)) = FOREIGN.iter().find(|(foreign, ..)| *foreign == lower) {
        return Some((*option, *carry));
    }
    let with_unit = |(ending, unit): &(&str, &'static str)| {
        let (option, _) = nearest_name(lower.strip_suffix(ending)?)?;
        let option = if option == BACKOFF { BASE } else { option };
        option.is_duration().then_some((option, Carry::Unit(unit)))
    };
    UNITS.iter().find_map(with_unit).or_else(|| nearest_name(&lower))
}

fn nearest_name(word: &str) -> Option<(OptionName, Carry)> {
    if let Some((_, option, carry)) = FOREIGN.iter().find(|(foreign, ..)| *foreign == word) {
        return Some((*option, *carry));
    }
    nearest_of(word, ALL.iter().map(|option| (option.name, (*option, Value))))
}

impl OptionName {
    /// Whether its value is a duration with a unit.
    pub(crate) fn is_duration(self) -> bool {
        [BASE, MAX_DELAY, DEADLINE, ATTEMPT_TIMEOUT, WITHIN].contains(&self)
    }

    /// Whether its value is a function of one argument.
    pub(crate) fn is_function(self) -> bool {
        [WHEN, RETRY_OK, RETRY_AFTER, FALLBACK, ON_RETRY, ON_GIVE_UP, SLEEP].contains(&self)
    }
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
