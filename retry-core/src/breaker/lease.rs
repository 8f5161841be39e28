//! The leases by which a breaker runs the trials of its fleet.

/// A lease as the store knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HeldLease {
    pub(crate) epoch: u64,
    pub(crate) generation: u64,
    pub(crate) number: u64,
}

/// A lease whose trial has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EndedLease {
    pub(crate) lease: HeldLease,
    /// Whether the trial has failed; `None` if it has no outcome.
    pub(crate) has_failed: Option<bool>,
}
