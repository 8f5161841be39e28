//! Re-exports the items that expansions of `#[retry]` name, for the hidden module of `reattempt`.
//!
//! They are not public API and change in any release.

pub use core::cell::Cell;
pub use core::time::Duration;

#[cfg(all(feature = "std", any(target_has_atomic = "64", feature = "portable-atomic")))]
pub use crate::Hedge;
pub use crate::decision::outcome::{
    from_result, from_result_of, into_outcome, into_result, out_of_line, split, unreached,
};
pub use crate::decision::success::{never_fails, success};
pub use crate::policy::{Argument, evaluated, into_policy, unlimited_if_zero};
pub use crate::{Backoff, HintMode, Jitter, Outcome, Policy, preset};

#[cfg(all(feature = "std", any(target_has_atomic = "64", feature = "portable-atomic")))]
pub use crate::call::hedged::{CopyHandles, Hedging, hedge_after, hedged_with, judge, lend_hedge};
#[cfg(all(feature = "std", any(target_has_atomic = "64", feature = "portable-atomic")))]
pub use crate::call::limits::{
    Ended, Shared, judge_by, lend_breaker, lend_budget, lend_throttle, only_error, plan_async_shared,
    plan_blocking_shared, plan_controlled_shared,
};
#[cfg(feature = "std")]
pub use with_std::*;

/// The items of an expansion that need the standard library.
#[cfg(feature = "std")]
mod with_std {
    pub use crate::call::blocking::{BlockBy, repeatable, retry_by_rules, retry_with_call};
    pub use crate::call::cancel::{
        async_cancel, block_or_cancel, blocking_cancel, is_cancelled, wait_or_cancel,
    };
    pub use crate::call::event::{AnyValue, NoValue, OptionalValue};
    pub use crate::call::handle::{AttemptStart, Call};
    pub use crate::call::hook::{
        Answer, Hook, Returned, call_delay, call_for_outcome, call_hint, call_on_give_up, call_on_retry,
        call_on_success, call_predicate, call_with, is_final, only_success, typed_async_on_give_up,
        typed_async_on_retry, typed_async_on_success, typed_on_give_up, typed_on_retry, typed_on_success,
    };
    pub use crate::call::probe::{probe, probe_error, probe_type};
    pub use crate::call::refusal::{Refusal, refused, throttled};
    pub use crate::call::step::{
        Decider, failed_by_rules, failed_with_call, succeeded, succeeded_by_default,
    };
    pub use crate::call::timeout::{limit, limit_with, timed_out};
    pub use crate::call::traced::Trace;
    pub use crate::call::{
        Block, Controls, Emit, Environment, GivenUp, Planned, Progress, Site, Started, block_for, block_rest,
        plan_async, plan_blocking, plan_controlled, recovered_async, recovered_blocking,
        recovered_controlled,
    };
    pub use crate::decision::{Selection, classify};
    pub use crate::error::find::{Find, classifier, finds};
    pub use crate::error::link::ask_for;
    pub use crate::error::text::is_text;
    pub use crate::error::{
        ErrorView, Failure, Hint, Overridden, RejectedValue, RetryError, Retryable, into_caller_error,
    };
    pub use crate::observe::LogLevel;
    pub use crate::observe::log_rules::LogRules;
    pub use crate::runtime::sleep::{Delay, block_with, wait_with};
    pub use crate::runtime::{Clock, seed_draws};
}

/// The rules that check the values of an attribute.
pub mod check {
    #[cfg(all(feature = "std", any(target_has_atomic = "64", feature = "portable-atomic")))]
    pub use crate::call::hedged::check_delay as hedge;
    #[cfg(feature = "std")]
    pub use crate::call::traced::check_span as span;
    pub use crate::policy::consistency::{
        base_below_ceiling, base_below_deadline, require_over, width_below_ceiling, within,
    };
    pub use crate::policy::rules::{attempt_timeout, delays, factor, jitter, max, require, seconds};
}

/// The traits of the method lookups, in a module for each lookup. An expansion imports all traits of a
/// module, and the import is never unused, because one of them has the method that is called.
#[cfg(feature = "std")]
pub mod probes {
    /// The traits that find a type in an error.
    pub mod find {
        pub use crate::error::find::{
            FindBorrowing as _, FindBoxed as _, FindBoxedSync as _, FindCounted as _, FindHeld as _,
            FindIo as _, FindNever as _, FindPlain as _, FindPointed as _, FindSame as _,
        };
    }

    /// The traits that determine whether `on_retry` is async.
    pub mod on_retry {
        pub use crate::call::hook::{AsyncOnRetry as _, NoOnRetry as _, OnRetry as _};
    }

    /// The traits that determine whether `on_give_up` is async.
    pub mod on_give_up {
        pub use crate::call::hook::{AsyncOnGiveUp as _, NoOnGiveUp as _, OnGiveUp as _};
    }

    /// The traits that determine whether `on_success` is async.
    pub mod on_success {
        pub use crate::call::hook::{AsyncOnSuccess as _, NoOnSuccess as _, OnSuccess as _};
    }

    /// The traits that determine whether a fallback returned a future.
    pub mod returned {
        pub use crate::call::hook::{ReturnedFuture as _, ReturnedValue as _};
    }
}
