#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(docsrs, feature(doc_cfg))]
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
#![cfg_attr(feature = "fleet", doc = "[fleets]: mod@fleet")]
#![cfg_attr(feature = "tower", doc = "[layer of tower]: mod@tower")]
#![cfg_attr(feature = "reqwest-middleware", doc = "[middleware of reqwest]: mod@reqwest_middleware")]
#![doc = include_str!("../README.md")]

#[cfg(all(feature = "std", any(target_has_atomic = "64", feature = "portable-atomic")))]
pub use retry_core::Hedge;
#[cfg(feature = "std")]
pub use retry_core::observe::{self, Observer, SetObserverError, Stats, set_observer};
#[cfg(feature = "std")]
#[doc = include_str!("../docs/testing.md")]
pub use retry_core::testing;
#[cfg(feature = "std")]
pub use retry_core::{
    AttemptTimeout, Attempts, Call, LogLevel, RetryCall, RetryFuture, RetryLending, RetryRules,
    SetSleepError, is_enabled, set_enabled, set_sleep,
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
#[doc = include_str!("../docs/derive.md")]
pub use retry_macros::Retryable;
#[cfg(feature = "macros")]
#[doc = include_str!("../docs/attribute.md")]
pub use retry_macros::retry;

#[cfg(all(feature = "fleet", any(target_has_atomic = "64", feature = "portable-atomic")))]
#[doc = include_str!("../docs/fleet-state.md")]
pub mod fleet {
    pub use retry_core::fleet::*;
}

// Each adapter has a module, which contains its documentation even if there is nothing to call.
#[cfg(feature = "http")]
#[doc = include_str!("../docs/adapters/http.md")]
pub mod http {
    pub use retry_core::adapter::http::{is_transient, resend_count, retry_after};
}

#[cfg(feature = "reqwest")]
#[doc = include_str!("../docs/adapters/reqwest.md")]
pub mod reqwest {
    pub use retry_core::adapter::reqwest::{Error, ErrorForRetry};
}

#[cfg(feature = "aws")]
#[doc = include_str!("../docs/adapters/aws.md")]
pub mod aws {
    pub use retry_core::adapter::aws::{sdk_retries, sdk_retry_off};
}

#[cfg(feature = "tonic")]
#[doc = include_str!("../docs/adapters/tonic.md")]
pub mod tonic {}

#[cfg(feature = "etcd-client")]
#[doc = include_str!("../docs/adapters/etcd-client.md")]
pub mod etcd_client {}

#[cfg(feature = "lapin")]
#[doc = include_str!("../docs/adapters/lapin.md")]
pub mod lapin {}

#[cfg(feature = "russh")]
#[doc = include_str!("../docs/adapters/russh.md")]
pub mod russh {}

#[cfg(feature = "russh-sftp")]
#[doc = include_str!("../docs/adapters/russh-sftp.md")]
pub mod russh_sftp {}

#[cfg(feature = "ssh2")]
#[doc = include_str!("../docs/adapters/ssh2.md")]
pub mod ssh2 {}

#[cfg(feature = "redis")]
#[doc = include_str!("../docs/adapters/redis.md")]
pub mod redis {}

#[cfg(feature = "object_store")]
#[doc = include_str!("../docs/adapters/object_store.md")]
pub mod object_store {}

#[cfg(feature = "async-nats")]
#[doc = include_str!("../docs/adapters/async-nats.md")]
pub mod async_nats {}

#[cfg(feature = "opendal")]
#[doc = include_str!("../docs/adapters/opendal.md")]
pub mod opendal {}

#[cfg(feature = "tokio-postgres")]
#[doc = include_str!("../docs/adapters/tokio-postgres.md")]
pub mod tokio_postgres {}

#[cfg(feature = "sqlx")]
#[cfg_attr(feature = "tokio-postgres", doc = "[sqlstates]: crate::tokio_postgres#the-servers-codes")]
#[doc = ""]
#[doc = include_str!("../docs/adapters/sqlx.md")]
pub mod sqlx {}

#[cfg(feature = "diesel")]
#[cfg_attr(feature = "tokio-postgres", doc = "[sqlstates]: crate::tokio_postgres#the-servers-codes")]
#[cfg_attr(feature = "sqlx", doc = "[mysql]: crate::sqlx#mysql-and-mariadb")]
#[cfg_attr(feature = "sqlx", doc = "[sqlite]: crate::sqlx#sqlite")]
#[doc = ""]
#[doc = include_str!("../docs/adapters/diesel.md")]
pub mod diesel {}

// The loop around whole clients.
#[cfg(all(feature = "tower", any(target_has_atomic = "64", feature = "portable-atomic")))]
#[doc = include_str!("../docs/adapters/tower.md")]
pub mod tower {
    pub use retry_core::middleware::tower::*;
}

#[cfg(all(feature = "reqwest-middleware", any(target_has_atomic = "64", feature = "portable-atomic")))]
#[doc = include_str!("../docs/adapters/reqwest-middleware.md")]
pub mod reqwest_middleware {
    pub use retry_core::middleware::reqwest::*;
}

/// The guides and design notes of the repository.
#[cfg(doc)]
pub mod _documentation {
    #[doc = include_str!("../docs/arguments.md")]
    pub mod arguments {}
    #[cfg(all(feature = "std", any(target_has_atomic = "64", feature = "portable-atomic")))]
    #[cfg_attr(feature = "fleet", doc = "[fleet]: crate::fleet")]
    #[doc = ""]
    #[doc = include_str!("../docs/budget-and-breaker.md")]
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
    #[doc = include_str!("../docs/adapters.md")]
    pub mod adapters {}
    #[doc = include_str!("../docs/brownout.md")]
    pub mod brownout {}
    #[doc = include_str!("../docs/closure.md")]
    pub mod closure {}
    #[doc = include_str!("../docs/costs.md")]
    pub mod costs {}
    #[doc = include_str!("../docs/design.md")]
    pub mod design {}
    #[cfg_attr(feature = "fleet", doc = "[fleets]: crate::fleet")]
    #[doc = ""]
    #[doc = include_str!("../docs/features.md")]
    pub mod features {}
    #[doc = include_str!("../docs/migrating.md")]
    pub mod migrating {}
    #[cfg_attr(feature = "fleet", doc = "[fleet]: crate::fleet")]
    #[doc = ""]
    #[doc = include_str!("../docs/observability.md")]
    pub mod observability {}
    #[cfg(all(feature = "std", any(target_has_atomic = "64", feature = "portable-atomic")))]
    #[doc = include_str!("../docs/overload.md")]
    pub mod overload {}
    #[cfg(all(feature = "std", any(target_has_atomic = "64", feature = "portable-atomic")))]
    #[doc = include_str!("../docs/storm.md")]
    pub mod storm {}
    #[doc = include_str!("../docs/operating.md")]
    #[cfg(feature = "serde")]
    pub mod operating {}
    #[doc = include_str!("../docs/presets.md")]
    pub mod presets {}
    #[doc = include_str!("../docs/real-systems.md")]
    pub mod real_systems {}
    #[cfg(all(feature = "std", any(target_has_atomic = "64", feature = "portable-atomic")))]
    #[doc = include_str!("../docs/recipes.md")]
    pub mod recipes {}
    #[doc = include_str!("../docs/steps.md")]
    pub mod steps {}
    #[cfg(all(feature = "std", any(target_has_atomic = "64", feature = "portable-atomic")))]
    #[doc = include_str!("../docs/web.md")]
    pub mod web {}
    #[cfg(all(feature = "std", any(target_has_atomic = "64", feature = "portable-atomic")))]
    #[doc = include_str!("../docs/transactions.md")]
    pub mod transactions {}
}

#[doc(hidden)]
pub mod __private;
