//! Defines the error of a call that a throttle refused.

use core::fmt;

use super::circuit_open::Name;
#[cfg(feature = "std")]
use super::made_from::made_from;

/// The error of a call that a [`Throttle`](crate::Throttle) refused before it was sent.
///
/// A clone allocates nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Throttled {
    throttle: Name,
    probability: Probability,
}

impl Throttled {
    #[cfg_attr(
        not(any(target_has_atomic = "64", feature = "portable-atomic")),
        expect(dead_code, reason = "there is no throttle")
    )]
    pub(crate) const fn new(throttle: Name, probability: Probability) -> Throttled {
        Throttled { throttle, probability }
    }

    /// Returns the name of the throttle, or `unnamed` if it has no name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.throttle.as_str()
    }

    /// Returns the probability with which the throttle refused the call, above 0 and at most 0.9, to six decimal places.
    #[must_use]
    pub const fn probability(&self) -> f64 {
        self.probability.as_f64()
    }
}

impl fmt::Display for Throttled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (throttle, percent) = (self.name(), self.probability.percent());
        write!(f, "the throttle `{throttle}` refuses {percent} % of the calls")
    }
}

impl core::error::Error for Throttled {}

/// The error is retryable without a hint: the next attempt may be let through.
#[cfg(feature = "std")]
impl super::retryable::Retryable for Throttled {
    fn is_retryable(&self) -> bool {
        true
    }
}

#[cfg(feature = "std")]
impl From<Throttled> for std::io::Error {
    fn from(throttled: Throttled) -> Self {
        std::io::Error::other(throttled)
    }
}

/// Discards the refusal, for functions that return `Option` and so report no error.
impl From<Throttled> for () {
    fn from(_: Throttled) -> Self {}
}

#[cfg(feature = "std")]
made_from! {
    Throttled:
    /// An error type for a call that its throttle refuses before the first attempt.
    #[diagnostic::on_unimplemented(
        message = "a call that the throttle refuses cannot fail with `{Self}`, which is not made from `Throttled`",
        label = "needs an error type that implements `From<Throttled>`",
        note = "write `impl From<reattempt::Throttled> for {Self}` if the type is yours",
        note = "write `error = {Self}` and return `Result<_, reattempt::RetryError<{Self}>>` if the type is another \
                crate's, or return `anyhow::Error` or `Box<dyn Error>`"
    )]
    FromThrottled::from_throttled
}

/// A probability in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Probability(u32);

#[cfg_attr(
    not(any(target_has_atomic = "64", feature = "portable-atomic")),
    expect(dead_code, reason = "there is no throttle")
)]
impl Probability {
    /// The number of millionths in 1.
    pub(crate) const ONE: u64 = 1_000_000;
    pub(crate) const ZERO: Probability = Probability(0);
    /// The highest probability of a refusal. One call in ten is always let through, so that the throttle finds out that
    /// the server has recovered.
    pub(crate) const MOST: Probability = Probability(900_000);

    /// Returns the probability of `millionths`, or `most` if they are more.
    pub(crate) const fn at_most(most: Probability, millionths: u64) -> Probability {
        if millionths < most.0 as u64 { Probability(millionths as u32) } else { most }
    }

    /// Returns whether a draw that is uniform over all of `u64` refuses.
    #[expect(clippy::arithmetic_side_effects, reason = "the product of 64 and 20 bits has 84")]
    pub(crate) const fn refuses(self, draw: u64) -> bool {
        (draw as u128 * Self::ONE as u128) >> 64 < self.0 as u128
    }

    pub(crate) const fn as_f64(self) -> f64 {
        self.0 as f64 / Self::ONE as f64
    }

    /// Returns the nearest number of percent, and at least 1.
    const fn percent(self) -> u32 {
        let percent = self.0.saturating_add(5_000) / 10_000;
        if percent == 0 { 1 } else { percent }
    }
}
