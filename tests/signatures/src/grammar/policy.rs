//! Arguments of the attribute.

use super::returns::ErrorIs;

/// What a function must have for an argument to make sense.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    Nothing,
    Sync,
    Async,
    /// An async function whose error can be made of an `AttemptTimeout`.
    Timeout,
    /// An error that can be made of a `CircuitOpen` and of a `Throttled`.
    Refusal,
    /// An async function that borrows its arguments only shared.
    Copies,
    /// An error that is the operation's, or in which that is found.
    Error(ErrorIs),
    /// A constant parameter `N` of the type that has the method.
    Constant,
}

#[derive(Clone, Copy)]
pub(crate) struct Policy {
    /// At most one argument of a group is given.
    pub(crate) group: &'static str,
    pub(crate) text: &'static str,
    pub(crate) needs: Needs,
    pub(crate) items: &'static str,
    /// What the body does with it.
    pub(crate) uses: &'static str,
    /// How often the body runs at most; it succeeds in the third attempt.
    pub(crate) attempts: u32,
    /// The return type under the attribute, if it is not the body's own.
    pub(crate) ty: &'static str,
    /// Whether a future stays `Send`.
    pub(crate) keeps_send: bool,
}

const ROW: Policy = Policy {
    group: "",
    text: "",
    needs: Needs::Nothing,
    items: "",
    uses: "",
    attempts: 3,
    ty: "",
    keeps_send: true,
};

const fn policy(group: &'static str, text: &'static str) -> Policy {
    Policy { group, text, ..ROW }
}

const fn needing(needs: Needs, group: &'static str, text: &'static str) -> Policy {
    Policy { needs, ..policy(group, text) }
}

const fn limited(attempts: u32, inner: Policy) -> Policy {
    Policy { attempts, ..inner }
}

const fn with_error(ty: &'static str) -> Policy {
    Policy { ty, ..needing(Needs::Error(ErrorIs::Fault), "error", "error = ::signatures::Fault") }
}

const fn with_item(items: &'static str, inner: Policy) -> Policy {
    Policy { items, ..inner }
}

const FAULT: Needs = Needs::Error(ErrorIs::Fault);
const FOUND: Needs = Needs::Error(ErrorIs::Found);
const BUDGET: &str = "static BUDGET: ::reattempt::RetryBudget = ::reattempt::RetryBudget::new();";
const BREAKER: &str = "static BREAKER: ::reattempt::CircuitBreaker = ::reattempt::CircuitBreaker::new().consecutive_failures(50);";
const THROTTLE: &str = "static THROTTLE: ::reattempt::Throttle = ::reattempt::Throttle::new();";
const HEDGE: &str =
    "static HEDGE: ::reattempt::Hedge = ::reattempt::Hedge::after(::std::time::Duration::from_secs(9));";
const JUDGED: &str = "static BREAKER: ::reattempt::CircuitBreaker = ::reattempt::CircuitBreaker::new().consecutive_failures(50); \
    const fn judge<T: ?Sized, E: ?Sized>(outcome: ::core::result::Result<&T, &E>) -> bool { outcome.is_err() }";
const POLICY: &str = "const POLICY: ::reattempt::Policy = ::reattempt::Policy::new().max(4);";
const OWN: &str = "const fn own<E: ?Sized>(_: &E, n: u32) -> ::std::time::Duration { ::std::time::Duration::from_millis(n as u64) }";
const NEVER: &str = "const fn never(_: ::std::time::Duration) -> bool { false }";
const ANY: &str = "const fn any<E: ?Sized>(_: &E) -> bool { true }";

pub(crate) const POLICIES: &[Policy] = &[
    policy("max", "max = 3"),
    policy("max", "max = 2 + 2"),
    limited(2, policy("max", "max = 2")),
    limited(1, policy("max", "max = 1")),
    policy("max", "unlimited"),
    needing(Needs::Constant, "max", "max = N"),
    policy("base", "base_ms = 10"),
    policy("base", "base = \"10ms\""),
    policy("base", "base = ::std::time::Duration::from_millis(10)"),
    policy("max_delay", "max_delay = \"30s\""),
    policy("backoff", "backoff = linear"),
    policy("backoff", "factor = 1.5"),
    policy("jitter", "jitter = none"),
    policy("jitter", "jitter = 0.5"),
    policy("deadline", "deadline = \"1h\""),
    policy("within", "within = \"1h\""),
    policy("start", "preset = worker_api"),
    with_item(POLICY, policy("start", "policy = POLICY")),
    with_item(POLICY, policy("start", "policy = POLICY.max(3)")),
    policy("start", "policy = ::reattempt::Policy::new()"),
    policy("env", "env = \"SIGNATURES\""),
    needing(FOUND, "on", "on = ::signatures::Fault"),
    needing(FAULT, "on", "on = ::signatures::Fault::Down"),
    needing(FAULT, "on", "on = [::signatures::Fault::Down | ::signatures::Fault::Slow, ::signatures::Fault]"),
    needing(FAULT, "on", "on = ::signatures::Fault::Down if ::signatures::truth()"),
    limited(1, needing(FAULT, "unless", "unless = ::signatures::Fault::Down")),
    limited(1, needing(FOUND, "unless", "unless = ::signatures::Fault")),
    needing(FAULT, "unless", "unless = ::signatures::Fault::Slow"),
    policy("when", "when = |_| true"),
    policy("when", "when = |it| { ::signatures::look(it); ::signatures::truth() }"),
    with_item(ANY, policy("when", "when = any")),
    with_item(ANY, policy("retry_ok", "retry_ok = |it| !any(it)")),
    policy("retry_ok", "retry_ok = |_| false"),
    policy("retry_after", "retry_after = |_| $None"),
    with_error("$Result<$S, ::reattempt::RetryError<::signatures::Fault>>"),
    with_error("$Result<$S, $Box<dyn $std::error::Error>>"),
    with_error("$Result<$S, $Box<dyn $std::error::Error + $Send + $Sync>>"),
    with_error("$Result<$S, ::signatures::Gone>"),
    Policy { uses: "::signatures::expect($attempt > 0);", ..policy("attempt", "attempt = $attempt") },
    Policy { uses: "::signatures::expect($handle.attempt() > 0);", ..policy("call", "call = $handle") },
    Policy {
        uses: "if $handle.is_last() { $handle.hint($std::time::Duration::from_millis(1)); }",
        ..policy("call", "call = $handle, when = |_| $handle.attempt() < 9")
    },
    // The body does not use it.
    policy("call", "call = $handle"),
    limited(1, Policy { uses: "$handle.stop();", ..policy("call", "call = $handle") }),
    Policy { uses: "$handle.restart();", ..policy("restart", "call = $handle") },
    policy("restart_after", "restart_after = \"2m\""),
    policy("restart_after", "restart_after_ms = 120_000"),
    policy("on_success", "on_success = |event| ::signatures::look(event)"),
    policy(
        "on_success",
        "on_success = |event| { if event.attempt() > 5 { return; } ::signatures::look(event) }",
    ),
    Policy {
        needs: Needs::Async,
        ..policy("on_success", "on_success = async |event| ::signatures::look(event)").not_send()
    },
    policy(
        "delay",
        "delay = |it, n| { ::signatures::look(it); ::std::time::Duration::from_millis(n.into()) }",
    ),
    with_item(OWN, policy("delay", "delay = own")),
    policy("log", "log = debug"),
    policy("log", "log = off"),
    policy("log_after", "log_after = 2"),
    policy("span", "span"),
    policy("delays", "delays = [\"1ms\", \"2s\"]"),
    policy(
        "delays",
        "delays = [::std::time::Duration::from_millis(1), ::std::time::Duration::from_millis(3)]",
    ),
    policy("hint", "hint = exact"),
    policy("hint", "max_hint = \"1m\""),
    policy("backoff", "backoff = linear(\"1s\")"),
    policy("retry_ok", "retry_ok = |_| false, retry_after_ok = |_| $None"),
    with_item(NEVER, needing(Needs::Sync, "cancel", "cancel = never")),
    needing(Needs::Sync, "cancel", "cancel = |limit| limit > ::std::time::Duration::from_secs(9_999)"),
    limited(1, needing(Needs::Sync, "cancel", "cancel = |_| ::signatures::truth()")),
    needing(Needs::Async, "cancel", "cancel = ::std::future::pending::<()>()").not_send(),
    needing(Needs::Async, "cancel", "cancel = async { ::std::future::pending::<u32>().await }").not_send(),
    limited(1, needing(Needs::Async, "cancel", "cancel = async {}").not_send()),
    policy("fallback", "fallback = |it| { ::signatures::look(&it); $FAIL }").not_send(),
    policy("on_retry", "on_retry = |event| ::signatures::look(event)"),
    policy("on_retry", "on_retry = |event| { if event.attempt() > 5 { return; } ::signatures::look(event) }"),
    policy("on_give_up", "on_give_up = |event| ::signatures::look(event)"),
    Policy {
        needs: Needs::Async,
        ..policy("on_retry", "on_retry = async |event| ::signatures::look(event)").not_send()
    },
    policy("name", "name = \"connect\""),
    policy("name", "name = \"connect {{}}\""),
    policy("name", "name = \"connect to {$shown}\""),
    policy("name", "name = \"connect to {$shown:>8}\""),
    needing(Needs::Timeout, "attempt_timeout", "attempt_timeout = \"30s\""),
    needing(Needs::Timeout, "attempt_timeout", "attempt_timeout_ms = 30_000"),
    with_item(BUDGET, policy("budget", "budget = BUDGET")),
    with_item(BUDGET, policy("budget", "budget = &BUDGET")),
    with_item(BREAKER, needing(Needs::Refusal, "breaker", "breaker = BREAKER").not_send()),
    with_item(BREAKER, needing(Needs::Refusal, "breaker", "breaker = $Some(&BREAKER)").not_send()),
    with_item(
        BREAKER,
        needing(
            Needs::Refusal,
            "breaker",
            "breaker = BREAKER, breaker_failure = |outcome| { ::signatures::look(&outcome); outcome.is_err() }",
        )
        .not_send(),
    ),
    with_item(
        JUDGED,
        needing(Needs::Refusal, "breaker", "breaker = &BREAKER, breaker_failure = judge").not_send(),
    ),
    with_item(THROTTLE, needing(Needs::Refusal, "throttle", "throttle = THROTTLE")),
    with_item(THROTTLE, needing(Needs::Refusal, "throttle", "throttle = $Some(&THROTTLE)")),
    needing(Needs::Copies, "hedge", "hedge = \"9s\""),
    needing(Needs::Copies, "hedge", "hedge_ms = 9_000"),
    with_item(HEDGE, needing(Needs::Copies, "hedge", "hedge = HEDGE")),
    with_item(HEDGE, needing(Needs::Copies, "hedge", "hedge = $Some(&HEDGE)")),
    // The copies have the same timer, and handles of their own.
    with_item(HEDGE, needing(Needs::Copies, "sleep", "hedge = HEDGE, sleep = |_| async {}")),
    Policy {
        uses: "::signatures::expect($handle.attempt() > 0);",
        ..with_item(HEDGE, needing(Needs::Copies, "call", "hedge = &HEDGE, call = $handle"))
    },
    needing(Needs::Sync, "sleep", "sleep = |_| {}"),
    needing(Needs::Sync, "sleep", "sleep = ::signatures::spend"),
    needing(Needs::Async, "sleep", "sleep = |_| async {}"),
    policy("crate", "crate = ::reattempt"),
];

/// Groups that do not go together.
pub(crate) const APART: &[(&str, &str)] = &[
    ("within", "start"),
    ("within", "env"),
    ("within", "max"),
    ("start", "base"),
    ("deadline", "start"),
    ("budget", "max"),
    ("error", "fallback"),
    // A second `when`.
    ("call", "when"),
    ("call", "restart"),
    // Each attempt that restarts is the first one.
    ("restart", "max"),
    ("restart", "within"),
    // The list is the number of attempts, and the delays.
    ("delays", "max"),
    ("delays", "base"),
    ("delays", "backoff"),
    ("delays", "start"),
    ("delays", "delay"),
    ("delay", "base"),
    ("delay", "backoff"),
    ("delay", "jitter"),
    ("delay", "within"),
    // What can lengthen the call, beside a proof of its length.
    ("within", "call"),
    ("within", "restart_after"),
    // No retry is logged above `debug`.
    ("log", "log_after"),
    // What sleeps also times the attempts.
    ("sleep", "attempt_timeout"),
    // A second `hedge`.
    ("hedge", "sleep"),
    ("hedge", "call"),
    ("sleep", "call"),
];

impl Policy {
    const fn not_send(self) -> Policy {
        Policy { keeps_send: false, ..self }
    }

    pub(crate) fn label(&self) -> String {
        format!("{} {}", self.text, self.ty)
    }

    /// Whether it stands in a list with another.
    pub(crate) fn fits_beside(&self, other: &Policy) -> bool {
        let is = |a: &str, b: &str| self.group == a && other.group == b;
        self.group != other.group && !APART.iter().any(|(a, b)| is(a, b) || is(b, a))
    }
}
