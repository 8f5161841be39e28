//! Defines the effect of a wait that the peer asks for.

/// The effect of a hint: a wait that the peer asks for, such as by `Retry-After`.
///
/// A hint above [`max_hint`](crate::Policy::max_hint) ends the call in both modes, and the deadline applies to the wait.
///
/// ```
/// use retry_core::{HintMode, Policy};
///
/// const POLL: Policy = Policy::new().hint(HintMode::Exact);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HintMode {
    /// The wait is the delay of the policy or, if that is longer, the hint with jitter upwards, so that clients with
    /// equal hints do not retry together.
    #[default]
    AtLeast,
    /// The wait is exactly the hint, without jitter, even where it is shorter than the delay of the policy.
    Exact,
}
