//! The rule of a throttle: the probability of a refusal, by what the window counts.

use crate::error::Probability;

/// The rule of a throttle.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    /// `k` in millionths.
    k: u64,
    minimum_requests: u32,
}

impl Rule {
    pub(super) const fn new() -> Rule {
        Rule { k: 2 * Probability::ONE, minimum_requests: 10 }
    }

    pub(super) const fn k(self, k: f64) -> Rule {
        Rule { k: (k * Probability::ONE as f64 + 0.5) as u64, ..self }
    }

    pub(super) const fn minimum_requests(self, minimum_requests: u32) -> Rule {
        Rule { minimum_requests, ..self }
    }

    /// Returns the probability of a refusal after `requests`, of which the server accepted `accepts`.
    pub(super) const fn probability(self, requests: u64, accepts: u64) -> Probability {
        if requests < self.minimum_requests as u64 {
            return Probability::ZERO;
        }
        let excess = requests.saturating_mul(Probability::ONE).saturating_sub(accepts.saturating_mul(self.k));
        Probability::at_most(Probability::MOST, excess / requests.saturating_add(1))
    }
}
