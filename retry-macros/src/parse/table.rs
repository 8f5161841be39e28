//! The table of arguments. Parser, inheritance, recovery, messages and suggestions follow from it.
//!
//! A row is a field of [`RawArgs`] with the type of its value, its group, and the keys that fill it:
//!
//! ```text
//! field: type, group {
//!     "key" = parser(Kind), "example", conversion("other key" "other key"), …;
//! }
//! ```
//!
//! - The parser is a method of [`Argument`] that returns the type; suggestions need the [`Kind`] of its value.
//! - The group decides on inheritance from an `impl` block and on recovery after a mistake: see [`Group`].
//! - The example is shown in messages.
//! - Other keys are names in other libraries and common guesses. A [`Conversion`] applies to their values.
//!
//! The rows are in the order in which messages list the keys.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, LitStr, Path, Token, Type};

use super::argument::Argument;
use super::backoff::Backoff;
use super::delays::Delays;
use super::hedge::Hedge;
use super::hint::HintMode;
use super::jitter::Jitter;
use super::log_level::LogLevel;
use super::selector::Selector;
use super::slot::{Origin, Slot};
use super::spec::{ArgumentSpec, Conversion, Group, Kind};
use super::value::{Max, Number, Start, Time};
use crate::diagnostics::Diagnostics;

macro_rules! arguments {
    ($(
        $field:ident: $value:ty, $group:ident {
            $($key:literal = $parser:ident($kind:ident), $example:literal $(, $conversion:ident($($other:literal)+))*;)+
        }
    )+) => {
        /// The arguments as they are written, each in a slot of its own.
        #[derive(Clone, Default)]
        pub(crate) struct RawArgs {
            $(pub(crate) $field: Slot<$value>,)+
        }

        /// The keys of all rows.
        pub(super) const KEYS: &[ArgumentSpec] = &[$($(ArgumentSpec {
            key: $key,
            example: $example,
            kind: Kind::$kind,
            other_keys: &[$($(($other, Conversion::$conversion),)+)*],
        },)+)+];

        impl RawArgs {
            /// Reads the value of an argument into its slot.
            pub(super) fn read(&mut self, argument: &Argument<'_>, errors: &mut Diagnostics) -> syn::Result<()> {
                let position = self.keys().count();
                match argument.spec.key {
                    $($($key => self.$field.set(argument.key, position, argument.$parser()?, errors),)+)+
                    _ => {}
                }
                Ok(())
            }

            /// Returns these arguments and, where a slot is empty, that of the `impl` block.
            pub(crate) fn or_inherit(self, outer: &RawArgs) -> RawArgs {
                let args = RawArgs {
                    $($field: match Group::$group {
                        Group::Method => self.$field,
                        _ => self.$field.or_inherit(&outer.$field),
                    },)+
                };
                args.with_one_schedule()
            }

            /// Returns the arguments that are kept after a mistake: those on which the function and its body depend.
            pub(crate) fn for_recovery(&self) -> RawArgs {
                RawArgs {
                    $($field: match Group::$group {
                        Group::Function => self.$field.clone(),
                        _ => Slot::default(),
                    },)+
                }
            }

            /// Returns the keys of the given arguments, as written.
            pub(crate) fn keys(&self) -> impl Iterator<Item = &Ident> {
                let all = [$(self.$field.get().map(|given| &given.key),)+];
                all.into_iter().flatten()
            }

            /// Returns whether an argument concerns the policy, on the function or on the `impl` block.
            pub(crate) fn has_policy(&self, origin: Origin) -> bool {
                $((Group::$group == Group::Policy && self.$field.origin() == Some(origin)))||+
            }
        }
    };
}

arguments! {
    max: Max, Policy {
        "max" = attempts(Attempts), "max = 5",
            Unchanged("attempts" "max_attempts" "max_tries" "tries" "stop" "attempt_limit"
                "stop_after_attempt"),
            FromRetries("max_retries" "max_times" "retries" "max_retry" "num_retries" "retry_count"
                "retry_limit"),
            FromTimes("times");
        "unlimited" = unlimited(WithoutEquals), "unlimited", Unchanged("forever" "infinite");
    }
    base: Time, Policy {
        "base" = duration(Duration), "base = \"1s\"",
            Unchanged("base_delay" "initial" "initial_delay" "initial_interval" "interval"
                "min_delay" "min" "wait" "backoff_delay" "retry_delay" "retry_interval" "period"
                "start_delay");
        "base_ms" = millis(Other), "base_ms = 1000", Unchanged("delay_ms");
    }
    factor: (Expr, Number), Policy {
        "factor" = factor(Factor), "factor = 2",
            Unchanged("multiplier" "exponential_base" "exponent" "backoff_factor" "growth");
    }
    backoff: Backoff, Policy {
        "backoff" = backoff(Other), "backoff = exponential", Unchanged("strategy");
    }
    delays: Delays, Policy {
        "delays" = delays(NoLiteral), "delays = [\"100ms\", \"1s\"]",
            Unchanged("schedule" "intervals" "delay_list" "retry_delays" "backoffs");
    }
    max_delay: Time, Policy {
        "max_delay" = duration(Duration), "max_delay = \"30s\"",
            Unchanged("cap" "max_interval" "max_wait" "delay_max" "max_backoff" "ceiling");
        "max_delay_ms" = millis(Other), "max_delay_ms = 30000";
    }
    jitter: Jitter, Policy {
        "jitter" = jitter(Jitter), "jitter = 0.3", Unchanged("random" "randomize"), ToSpread("randomization_factor");
    }
    deadline: Time, Policy {
        "deadline" = duration(Duration), "deadline = \"2m\"",
            Unchanged("total_timeout" "max_elapsed" "max_elapsed_time" "max_duration" "total_delay"
                "stop_after_delay" "overall_timeout");
        "deadline_ms" = millis(Other), "deadline_ms = 120000", Unchanged("total_timeout_ms");
    }
    attempt_timeout: Time, Policy {
        "attempt_timeout" = duration(Duration), "attempt_timeout = \"5s\"",
            Unchanged("timeout" "per_attempt_timeout" "try_timeout");
        "attempt_timeout_ms" = millis(Other), "attempt_timeout_ms = 5000", Unchanged("timeout_ms");
    }
    max_hint: Time, Policy {
        "max_hint" = duration(Duration), "max_hint = \"2m\"",
            Unchanged("max_retry_after" "hint_limit" "retry_after_max");
        "max_hint_ms" = millis(Other), "max_hint_ms = 120000";
    }
    hint: HintMode, Policy {
        "hint" = hint(Other), "hint = exact", Unchanged("hint_mode");
    }
    within: Time, Policy {
        "within" = duration(Duration), "within = \"1m\"";
        "within_ms" = millis(Other), "within_ms = 60000";
    }
    on: Vec<Selector>, Selection {
        "on" = selectors(NoLiteral), "on = MyError",
            Unchanged("retry_on" "retry_on_exceptions" "exceptions" "retriable" "errors" "retry_for");
    }
    unless: Vec<Selector>, Selection {
        "unless" = selectors(NoLiteral), "unless = MyError::Permanent",
            Unchanged("not_on" "abort_on" "permanent" "except");
    }
    ask: Vec<Type>, Selection {
        "ask" = types(Other), "ask = MyError";
    }
    when: Expr, Selection {
        "when" = function(Function), "when = |error| error.is_transient()",
            Unchanged("if" "retry_if" "condition" "predicate" "retry_while");
    }
    retry_ok: Expr, Selection {
        "retry_ok" = function(Function), "retry_ok = |value| value.is_pending()",
            Unchanged("retry_on_result"),
            Impossible("until");
    }
    retry_after: Expr, Selection {
        "retry_after" = function(Function), "retry_after = |error| error.retry_after()", Unchanged("adjust");
    }
    retry_after_ok: Expr, Selection {
        "retry_after_ok" = function(Function), "retry_after_ok = |value| value.retry_after()",
            Unchanged("hint_ok" "poll_interval");
    }
    delay: Expr, Selection {
        "delay" = delay_function(Function), "delay = |error, attempt| Duration::from_secs(1)",
            Unchanged("delay_fn" "backoff_fn" "wait_fn");
    }
    error: Type, Function {
        "error" = ty(Other), "error = MyError", Unchanged("error_type" "wrap");
    }
    attempt: Ident, Function {
        "attempt" = binding(Other), "attempt = n", Unchanged("attempt_number");
    }
    call: Ident, Function {
        "call" = binding(Other), "call = c", Unchanged("handle" "context" "ctx");
    }
    restart_after: Time, Call {
        "restart_after" = duration(Duration), "restart_after = \"2m\"",
            Unchanged("reset_after" "stable_after" "reset_backoff_after");
        "restart_after_ms" = millis(Other), "restart_after_ms = 120000";
    }
    cancel: Expr, Call {
        "cancel" = cancel(NoLiteral), "cancel = token.cancelled()",
            Unchanged("cancellation" "cancelled" "stop_when" "shutdown" "abort");
    }
    fallback: Expr, Call {
        "fallback" = fallback(Function), "fallback = |error| Ok(default)", Unchanged("recover" "default" "or_else");
    }
    on_retry: Expr, Call {
        "on_retry" = function(Function), "on_retry = |event| log(event)", Impossible("notify" "before_sleep");
    }
    on_give_up: Expr, Call {
        "on_give_up" = function(Function), "on_give_up = |event| log(event)", Impossible("on_failure" "on_error");
    }
    on_success: Expr, Call {
        "on_success" = function(Function), "on_success = |event| log(event)",
            Unchanged("on_recovery" "on_recovered" "after_success");
    }
    log: LogLevel, Call {
        "log" = log_level(Other), "log = info", Unchanged("log_level" "level" "verbosity");
    }
    log_after: Expr, Call {
        "log_after" = log_after(Other), "log_after = 3", Unchanged("quiet" "log_from" "warn_after" "notify_after");
    }
    span: (), Call {
        "span" = set(WithoutEquals), "span", Unchanged("spans" "trace" "traced" "tracing" "instrument");
    }
    name: LitStr, Call {
        "name" = label(Other), "name = \"drain node\"", Unchanged("operation" "label");
    }
    start: Start, Policy {
        "preset" = preset(Other), "preset = api_call", Unchanged("profile" "template");
        "policy" = policy(NoLiteral), "policy = POLICY", Unchanged("config" "builder");
    }
    env: LitStr, External {
        "env" = prefix(Other), "env = \"DEPLOYMENT\"", Unchanged("environment" "env_prefix" "env_var" "prefix");
    }
    budget: Expr, External {
        "budget" = shared(NoLiteral), "budget = BUDGET", Unchanged("retry_budget" "token_bucket");
    }
    breaker: Expr, External {
        "breaker" = shared(NoLiteral), "breaker = BREAKER", Unchanged("circuit" "circuit_breaker");
    }
    breaker_failure: Expr, External {
        "breaker_failure" = function(Function), "breaker_failure = |outcome| outcome.is_err()",
            Unchanged("is_failure" "failure_if" "circuit_failure");
    }
    throttle: Expr, External {
        "throttle" = shared(NoLiteral), "throttle = THROTTLE",
            Unchanged("throttling" "load_shedding" "adaptive_throttling");
    }
    hedge: Hedge, External {
        "hedge" = hedge(Duration), "hedge = \"50ms\"",
            Unchanged("hedging" "hedge_after" "hedging_delay" "hedge_delay" "backup_request" "backup_after");
        "hedge_ms" = hedge_millis(Other), "hedge_ms = 50";
    }
    clone: Vec<Ident>, Function {
        "clone" = names(WithoutEquals), "clone(argument)";
    }
    sleep: Expr, Call {
        "sleep" = function(Function), "sleep = path::to::sleep", Unchanged("sleeper");
    }
    facade: Path, Function {
        "crate" = path(Other), "crate = path::to::reattempt";
    }
    skip: (), Method {
        "skip" = set(WithoutEquals), "skip", Unchanged("ignore");
    }
}

impl RawArgs {
    /// Returns the caller's own policy, which the other arguments override.
    pub(crate) fn policy(&self) -> Option<&Expr> {
        match self.start.value()? {
            Start::Policy(policy) => Some(policy),
            Start::Preset(_) => None,
        }
    }

    /// Removes the schedule of the `impl` block, a list or a growth, where the method has one of the other kind.
    fn with_one_schedule(mut self) -> RawArgs {
        let RawArgs { base, factor, backoff, delays, .. } = &mut self;
        let is_own = |origin| origin == Some(Origin::Own);
        if is_own(delays.origin()) {
            base.keep_own();
            factor.keep_own();
            backoff.keep_own();
        } else if [base.origin(), factor.origin(), backoff.origin()].into_iter().any(is_own) {
            delays.keep_own();
        }
        self
    }

    /// Returns whether all values of the policy come from the `impl` block, so that its constant can be used.
    pub(crate) fn is_policy_inherited(&self) -> bool {
        self.has_policy(Origin::Impl) && !self.has_policy(Origin::Own)
    }

    /// Returns whether no argument concerns the policy, on the function or on an `impl` block.
    pub(crate) fn is_policy_default(&self) -> bool {
        !self.has_policy(Origin::Impl) && !self.has_policy(Origin::Own)
    }

    /// Returns whether tokens are arguments with values that can be parsed.
    pub(super) fn is_valid(tokens: TokenStream) -> bool {
        let (mut args, mut errors) = (RawArgs::default(), Diagnostics::new());
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                let key = Ident::parse_any(input)?;
                let spec = find(&key.to_string()).ok_or_else(|| input.error("no argument"))?;
                args.read(&Argument { input, key: &key, spec }, &mut errors)?;
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        let is_read = parser.parse2(tokens).is_ok();
        let is_clean = errors.is_clean();
        let _ = errors.finish();
        is_read && is_clean
    }
}

/// Returns the row of a key.
pub(super) fn find(key: &str) -> Option<&'static ArgumentSpec> {
    KEYS.iter().find(|spec| spec.key == key)
}
