//! The admission of a call, and the [`Pass`] that an admitted call holds.

use super::throttle::Throttle;
use crate::error::{Probability, Throttled};
#[cfg(feature = "std")]
use crate::observe::{self, ThrottleEvent};
#[cfg(feature = "std")]
use crate::runtime;

/// A pass for one call, from [`Throttle::acquire`]. The caller reports the outcome of the call to the pass.
///
/// A pass that is dropped without an outcome, because the call was cancelled or panicked, leaves no trace: the call counts
/// neither as a request nor as an accept.
#[derive(Debug)]
#[must_use = "without an outcome the call is not counted"]
pub struct Pass<'a> {
    throttle: &'a Throttle,
}

impl Pass<'_> {
    /// Reports that the server has accepted the request: it has answered, also with an error that a retry would not change.
    #[inline]
    pub fn accepted(self) {
        self.throttle.accepted();
    }

    /// Reports that the server has rejected the request, or has not answered in time.
    #[inline]
    pub fn rejected(self) {
        self.throttle.not_accepted();
    }
}

impl Throttle {
    /// Returns a pass for one call.
    ///
    /// # Errors
    /// If the throttle refuses the call, by a random draw. The refusal counts as a request.
    #[cfg(feature = "std")]
    #[inline]
    pub fn acquire(&self) -> Result<Pass<'_>, Throttled> {
        self.acquire_from(runtime::draw)
    }

    /// Returns a pass for one call by the caller's draw, which is uniform over all of
    /// `u64`. Nothing is drawn while nothing can be refused.
    ///
    /// # Errors
    /// If the draw refuses the call. The refusal counts as a request.
    #[inline]
    pub fn acquire_from(&self, draw: impl FnOnce() -> u64) -> Result<Pass<'_>, Throttled> {
        let probability = self.probability();
        // Nothing is drawn while nothing can be refused, so that the draws of the calls' jitter stay the same.
        if probability != Probability::ZERO && probability.refuses(draw()) {
            return Err(self.refuse(probability));
        }
        Ok(self.admit())
    }

    #[cold]
    #[inline(never)]
    fn refuse(&self, probability: Probability) -> Throttled {
        self.not_accepted();
        let refusal = Throttled::new(self.name_of_error(), probability);
        #[cfg(feature = "std")]
        if observe::is_watched() {
            observe::throttled(&ThrottleEvent { throttle: self.label(), probability: refusal.probability() });
        }
        refusal
    }

    /// Returns a pass without a draw.
    #[inline]
    pub(crate) fn admit(&self) -> Pass<'_> {
        Pass { throttle: self }
    }
}
