#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(docsrs, feature(doc_cfg))]
// No input of a caller causes a panic, but for those listed under "What can panic" in `docs/book/src/operating.md`.
#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::unwrap_in_result,
        clippy::get_unwrap,
        clippy::panic,
        clippy::panic_in_result_fn,
        clippy::unreachable,
        clippy::todo,
        clippy::unimplemented,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::arithmetic_side_effects,
        clippy::exit
    )
)]
//! [the reference]: macro@retry
//! [costs]: _documentation::costs
//! [adapters]: _documentation::adapters
//! [real systems]: _documentation::real_systems
//! [brownout]: _documentation::brownout
//! [overload]: _documentation::overload
//! [testing]: mod@testing
//! [transactions]: _documentation::transactions
//! [the web]: _documentation::web
//! [migrating]: _documentation::migrating
//! [closures]: _documentation::closure
//! [step by step]: _documentation::steps
//! [arguments]: _documentation::arguments
//! [presets]: _documentation::presets
//! [operating]: _documentation::operating
//! [observability]: _documentation::observability
//! [recipes]: _documentation::recipes
//! [features]: _documentation::features
//! [the design notes]: _documentation::design
//! [the book]: _documentation
//! [promises]: _documentation::promises
#![cfg_attr(feature = "fleet", doc = "[fleets]: mod@fleet")]
#![cfg_attr(feature = "tower", doc = "[layer of tower]: mod@tower")]
#![cfg_attr(feature = "reqwest-middleware", doc = "[middleware of reqwest]: mod@reqwest_middleware")]
#![doc = include_str!("../README.md")]

#[cfg(all(feature = "std", any(target_has_atomic = "64", feature = "portable-atomic")))]
pub use retry_core::Hedge;
#[cfg(feature = "std")]
pub use retry_core::observe::{self, Observer, SetObserverError, Stats, set_observer};
#[cfg(feature = "std")]
#[doc = include_str!("../docs/book/src/testing.md")]
pub use retry_core::testing;
#[cfg(feature = "std")]
pub use retry_core::{
    AttemptTimeout, Attempts, Call, ExplainedFuture, LogLevel, RetryCall, RetryFuture, RetryLending,
    RetryRules, RulesBuilder, SetSleepError, is_enabled, set_enabled, set_sleep,
};
pub use retry_core::{
    Backoff, Delays, Draw, Draws, GiveUpReason, HintMode, InvalidPolicy, Jitter, Outcome, Policy, preset,
};
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
pub use retry_core::{
    CircuitBreaker, CircuitCounts, CircuitOpen, CircuitState, FailureKind, Permit, RetryBudget, Throttled,
};
#[cfg(feature = "std")]
pub use retry_core::{GiveUpEvent, RetryError, RetryEvent, Retryable, SuccessEvent};
pub use retry_core::{InvalidConfig, JitterConfig, PolicyConfig};
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
pub use retry_core::{Pass, Throttle};
#[cfg(feature = "macros")]
#[doc = include_str!("../docs/book/src/derive.md")]
pub use retry_macros::Retryable;
#[cfg(feature = "macros")]
#[doc = include_str!("../docs/book/src/attribute.md")]
pub use retry_macros::retry;

#[cfg(all(feature = "fleet", any(target_has_atomic = "64", feature = "portable-atomic")))]
#[doc = include_str!("../docs/book/src/fleet-state.md")]
pub mod fleet {
    pub use retry_core::fleet::*;
}

// Each adapter has a module, which contains its documentation even if there is nothing to call.
#[cfg(feature = "http")]
#[doc = include_str!("../docs/book/src/adapters/http.md")]
pub mod http {
    pub use retry_core::adapter::http::{is_transient, resend_count, retry_after};
}

#[cfg(feature = "reqwest")]
#[doc = include_str!("../docs/book/src/adapters/reqwest.md")]
pub mod reqwest {
    pub use retry_core::adapter::reqwest::{Error, ErrorForRetry};
}

#[cfg(feature = "aws")]
#[doc = include_str!("../docs/book/src/adapters/aws.md")]
pub mod aws {
    pub use retry_core::adapter::aws::{sdk_retries, sdk_retry_off};
}

#[cfg(feature = "tonic")]
#[doc = include_str!("../docs/book/src/adapters/tonic.md")]
pub mod tonic {}

#[cfg(feature = "etcd-client")]
#[doc = include_str!("../docs/book/src/adapters/etcd-client.md")]
pub mod etcd_client {}

#[cfg(feature = "lapin")]
#[doc = include_str!("../docs/book/src/adapters/lapin.md")]
pub mod lapin {}

#[cfg(feature = "russh")]
#[doc = include_str!("../docs/book/src/adapters/russh.md")]
pub mod russh {}

#[cfg(feature = "russh-sftp")]
#[doc = include_str!("../docs/book/src/adapters/russh-sftp.md")]
pub mod russh_sftp {}

#[cfg(feature = "ssh2")]
#[doc = include_str!("../docs/book/src/adapters/ssh2.md")]
pub mod ssh2 {}

#[cfg(feature = "redis")]
#[doc = include_str!("../docs/book/src/adapters/redis.md")]
pub mod redis {}

#[cfg(feature = "object_store")]
#[doc = include_str!("../docs/book/src/adapters/object_store.md")]
pub mod object_store {}

#[cfg(feature = "async-nats")]
#[doc = include_str!("../docs/book/src/adapters/async-nats.md")]
pub mod async_nats {}

#[cfg(feature = "opendal")]
#[doc = include_str!("../docs/book/src/adapters/opendal.md")]
pub mod opendal {}

#[cfg(feature = "tokio-postgres")]
#[doc = include_str!("../docs/book/src/adapters/tokio-postgres.md")]
pub mod tokio_postgres {}

#[cfg(feature = "sqlx")]
#[cfg_attr(feature = "tokio-postgres", doc = "[sqlstates]: crate::tokio_postgres#the-servers-codes")]
#[doc = ""]
#[doc = include_str!("../docs/book/src/adapters/sqlx.md")]
pub mod sqlx {}

#[cfg(feature = "diesel")]
#[cfg_attr(feature = "tokio-postgres", doc = "[sqlstates]: crate::tokio_postgres#the-servers-codes")]
#[cfg_attr(feature = "sqlx", doc = "[mysql]: crate::sqlx#mysql-and-mariadb")]
#[cfg_attr(feature = "sqlx", doc = "[sqlite]: crate::sqlx#sqlite")]
#[doc = ""]
#[doc = include_str!("../docs/book/src/adapters/diesel.md")]
pub mod diesel {}

// The loop around whole clients.
#[cfg(all(feature = "tower", any(target_has_atomic = "64", feature = "portable-atomic")))]
#[doc = include_str!("../docs/book/src/adapters/tower.md")]
pub mod tower {
    pub use retry_core::middleware::tower::*;
}

#[cfg(all(feature = "reqwest-middleware", any(target_has_atomic = "64", feature = "portable-atomic")))]
#[doc = include_str!("../docs/book/src/adapters/reqwest-middleware.md")]
pub mod reqwest_middleware {
    pub use retry_core::middleware::reqwest::*;
}

/// The guides and design notes of the repository.
#[cfg(doc)]
pub mod _documentation {
    #[doc = include_str!("../docs/book/src/arguments.md")]
    pub mod arguments {}
    #[cfg(all(feature = "std", any(target_has_atomic = "64", feature = "portable-atomic")))]
    #[cfg_attr(feature = "fleet", doc = "[fleet]: crate::fleet")]
    #[doc = ""]
    #[doc = include_str!("../docs/book/src/budget-and-breaker.md")]
    pub mod budget_and_breaker {}
    #[cfg_attr(feature = "http", doc = "[`http`]: crate::http")]
    #[cfg_attr(feature = "reqwest", doc = "[`reqwest`]: crate::reqwest")]
    #[cfg_attr(feature = "aws", doc = "[`aws`]: crate::aws")]
    #[cfg_attr(feature = "tonic", doc = "[`tonic`]: crate::tonic")]
    #[cfg_attr(feature = "etcd-client", doc = "[`etcd-client`]: crate::etcd_client")]
    #[cfg_attr(feature = "lapin", doc = "[`lapin`]: crate::lapin")]
    #[cfg_attr(feature = "russh", doc = "[`russh`]: crate::russh")]
    #[cfg_attr(feature = "russh-sftp", doc = "[`russh-sftp`]: crate::russh_sftp")]
    #[cfg_attr(feature = "ssh2", doc = "[`ssh2`]: crate::ssh2")]
    #[cfg_attr(feature = "redis", doc = "[`redis`]: crate::redis")]
    #[cfg_attr(feature = "object_store", doc = "[`object_store`]: crate::object_store")]
    #[cfg_attr(feature = "tower", doc = "[`tower`]: crate::tower")]
    #[cfg_attr(feature = "reqwest-middleware", doc = "[`reqwest-middleware`]: crate::reqwest_middleware")]
    #[cfg_attr(feature = "async-nats", doc = "[`async-nats`]: crate::async_nats")]
    #[cfg_attr(feature = "opendal", doc = "[`opendal`]: crate::opendal")]
    #[cfg_attr(feature = "tokio-postgres", doc = "[`tokio-postgres`]: crate::tokio_postgres")]
    #[cfg_attr(feature = "sqlx", doc = "[`sqlx`]: crate::sqlx")]
    #[cfg_attr(feature = "diesel", doc = "[`diesel`]: crate::diesel")]
    #[doc = ""]
    #[doc = include_str!("../docs/book/src/adapters.md")]
    pub mod adapters {}
    #[doc = include_str!("../docs/book/src/brownout.md")]
    pub mod brownout {}
    #[doc = include_str!("../docs/book/src/closure.md")]
    pub mod closure {}
    #[doc = include_str!("../docs/book/src/costs.md")]
    pub mod costs {}
    #[doc = include_str!("../docs/book/src/design.md")]
    pub mod design {}
    #[cfg_attr(feature = "fleet", doc = "[fleets]: crate::fleet")]
    #[doc = ""]
    #[doc = include_str!("../docs/book/src/features.md")]
    pub mod features {}
    #[doc = include_str!("../docs/book/src/fleet-model.md")]
    pub mod fleet_model {}
    #[doc = include_str!("../docs/book/src/migrating.md")]
    pub mod migrating {}
    #[cfg_attr(feature = "fleet", doc = "[fleet]: crate::fleet")]
    #[doc = ""]
    #[doc = include_str!("../docs/book/src/observability.md")]
    pub mod observability {}
    #[cfg(all(feature = "std", any(target_has_atomic = "64", feature = "portable-atomic")))]
    #[doc = include_str!("../docs/book/src/overload.md")]
    pub mod overload {}
    #[cfg(all(feature = "std", any(target_has_atomic = "64", feature = "portable-atomic")))]
    #[doc = include_str!("../docs/book/src/storm.md")]
    pub mod storm {}
    #[doc = include_str!("../docs/book/src/operating.md")]
    #[cfg(feature = "serde")]
    pub mod operating {}
    #[doc = include_str!("../docs/book/src/presets.md")]
    pub mod presets {}
    #[doc = include_str!("../docs/book/src/promises.md")]
    pub mod promises {}
    #[cfg_attr(feature = "fleet", doc = "[fleets]: crate::fleet")]
    #[doc = ""]
    #[doc = include_str!("../docs/book/src/real-systems.md")]
    pub mod real_systems {}
    #[cfg(all(feature = "std", any(target_has_atomic = "64", feature = "portable-atomic")))]
    /// Solutions for common tasks, one section for each.
    ///
    #[doc = include_str!("../docs/book/src/cookbook/retry-only-on-timeouts.md")]
    #[doc = include_str!("../docs/book/src/cookbook/total-limit.md")]
    #[doc = include_str!("../docs/book/src/cookbook/hard-time-limits.md")]
    #[doc = include_str!("../docs/book/src/cookbook/retry-after.md")]
    #[doc = include_str!("../docs/book/src/cookbook/stopping-from-outside.md")]
    #[doc = include_str!("../docs/book/src/cookbook/retries-off-for-the-process.md")]
    #[doc = include_str!("../docs/book/src/cookbook/polling.md")]
    #[doc = include_str!("../docs/book/src/cookbook/reconnecting.md")]
    #[doc = include_str!("../docs/book/src/cookbook/a-breaker-for-each-host.md")]
    #[doc = include_str!("../docs/book/src/cookbook/a-transaction.md")]
    #[doc = include_str!("../docs/book/src/cookbook/an-operation-that-must-not-be-repeated.md")]
    #[doc = include_str!("../docs/book/src/cookbook/a-schedule-for-each-kind-of-error.md")]
    #[doc = include_str!("../docs/book/src/cookbook/send-futures.md")]
    #[doc = include_str!("../docs/book/src/cookbook/quiet-logs.md")]
    #[doc = include_str!("../docs/book/src/cookbook/progress-in-a-command-line-tool.md")]
    #[doc = include_str!("../docs/book/src/cookbook/without-the-standard-library.md")]
    pub mod recipes {}
    #[doc = include_str!("../docs/book/src/steps.md")]
    pub mod steps {}
    #[cfg(all(feature = "std", any(target_has_atomic = "64", feature = "portable-atomic")))]
    #[doc = include_str!("../docs/book/src/web.md")]
    pub mod web {}
    #[cfg(all(feature = "std", any(target_has_atomic = "64", feature = "portable-atomic")))]
    #[doc = include_str!("../docs/book/src/transactions.md")]
    pub mod transactions {}
}

#[doc(hidden)]
pub mod __private;
