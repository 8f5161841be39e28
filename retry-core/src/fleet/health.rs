//! Whether the store is there. It stands behind a breaker, so that a store that is away costs no call anything.

use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use core::time::Duration;
use std::string::{String, ToString};

use super::store::StoreError;
use crate::breaker::{CircuitBreaker, Permit};
use crate::error::text_of;
use crate::observe::{self, FleetEvent};
use crate::policy::nanos::to_duration;
use crate::policy::{Jitter, Policy};
use crate::runtime;

/// Whether the store is there.
#[derive(Debug)]
pub(super) struct Health {
    fleet: String,
    store: String,
    breaker: CircuitBreaker,
    /// How long to leave the store alone after so many errors in a row.
    policy: Policy,
    errors: AtomicU32,
    is_lost: AtomicBool,
}

/// The store is away, or nobody asks it for a while because it was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Away;

/// After so many errors in a row, the store is away.
const PATIENT_FOR: u32 = 2;

impl Health {
    pub(super) fn new(fleet: &str, store: String, sync_every: Duration) -> Health {
        // All processes of a fleet lose the store at the same time. Full jitter keeps them from coming back as one.
        let longest = sync_every.saturating_mul(30);
        let policy = Policy::new().base(sync_every).max_delay(longest).jitter(Jitter::Full);
        Health {
            fleet: fleet.to_string(),
            breaker: CircuitBreaker::new().named(std::format!("store of the fleet {fleet}")),
            store,
            policy,
            errors: AtomicU32::new(0),
            is_lost: AtomicBool::new(false),
        }
    }

    /// Returns the name of the fleet.
    #[cfg(feature = "metrics")]
    pub(super) fn fleet(&self) -> &str {
        &self.fleet
    }

    /// Returns a permit for one request to the store.
    pub(super) fn acquire(&self) -> Result<Permit<'_>, Away> {
        self.breaker.acquire().map_err(|_| Away)
    }

    /// Notes that the store has answered.
    pub(super) fn found(&self) {
        self.errors.store(0, Ordering::Relaxed);
        if self.is_lost.swap(false, Ordering::AcqRel) {
            observe::fleet_found(&FleetEvent { fleet: &self.fleet, store: &self.store, error: None });
        }
    }

    /// Notes that the store has not answered, or not in time.
    pub(super) fn failed(&self, error: Option<&StoreError>, patience: Duration) {
        let errors = self.errors.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        if errors < PATIENT_FOR {
            return;
        }
        let delay = self.policy.delay(errors.saturating_sub(1), 0, runtime::draw());
        self.breaker.force_open_for(to_duration(delay));
        if !self.is_lost.swap(true, Ordering::AcqRel) {
            let late = std::format!("no answer within {patience:?}");
            let error = error.map_or(late, text_of);
            observe::fleet_lost(&FleetEvent { fleet: &self.fleet, store: &self.store, error: Some(&error) });
        }
    }

    /// Returns whether the store is away.
    pub(super) fn is_lost(&self) -> bool {
        self.is_lost.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_lost_after_two_errors_in_a_row_and_found_with_its_next_answer() {
        let patience = Duration::from_secs(1);
        let health = Health::new("shop", "memory".to_string(), Duration::from_secs(10));
        let fails = || {
            health.failed(None, patience);
            health.is_lost()
        };
        assert!(!health.is_lost());
        assert!(!fails());
        health.found();
        assert!(!fails(), "an answer begins a new row");
        assert!(fails());
        assert!(fails());
        health.found();
        assert!(!health.is_lost());
        assert!(!fails());
    }
}
