//! The rule of a throttle: the probability of a refusal, by what the window counts.

use super::window::Tally;
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

    /// Returns the probability of a refusal after the requests of a window.
    #[expect(clippy::arithmetic_side_effects, reason = "the divisor is at least 1")]
    pub(super) const fn probability(self, tally: Tally) -> Probability {
        if tally.requests < self.minimum_requests as u64 {
            return Probability::ZERO;
        }
        Probability::at_most(Probability::MOST, self.excess(tally) / tally.requests.saturating_add(1))
    }

    /// Returns how many millionths of requests there are above `k` times the accepts. More accepts never make it more.
    pub(super) const fn excess(self, tally: Tally) -> u64 {
        let (requests, accepts) = (tally.requests.saturating_mul(Probability::ONE), tally.accepts);
        requests.saturating_sub(accepts.saturating_mul(self.k))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the probability in millionths.
    fn of(rule: Rule, requests: u64, accepts: u64) -> u32 {
        (rule.probability(Tally { requests, accepts }).as_f64() * 1e6).round() as u32
    }

    #[test]
    fn the_probability_is_that_of_the_formula() {
        let by = |k| Rule::new().k(k);
        for (rule, requests, accepts, expected) in [
            (by(2.0), 0, 0, 0),
            (by(2.0), 9, 0, 0),        // below the minimum
            (by(2.0), 10, 0, 900_000), // 10/11 is above the maximum
            (by(2.0), 10, 5, 0),
            (by(2.0), 10, 4, 181_818),
            (by(2.0), 11, 5, 83_333),
            (by(2.0), 100, 25, 495_049),
            (by(2.0), 1000, 499, 1_998),
            (by(2.0), 1000, 1000, 0),
            (by(1.0), 1000, 1000, 0),
            (by(1.0), 1000, 999, 999), // 1/1001, rounded down
            (by(1.1), 100, 90, 9_900),
            (by(1.1), 110, 100, 0),
            (by(1000.0), 1000, 1, 0),
            (by(1000.0), 1001, 1, 998),
            (by(2.0).minimum_requests(1), 1, 0, 500_000),
            (by(2.0).minimum_requests(11), 10, 0, 0),
            (by(2.0).minimum_requests(11), 11, 0, 900_000),
            // More than a window can count.
            (by(2.0), 1 << 40, 0, 900_000),
            (by(1000.0), 1 << 40, 1 << 40, 0),
        ] {
            assert_eq!(of(rule, requests, accepts), expected, "{rule:?} {requests} {accepts}");
        }
    }

    #[test]
    fn a_draw_refuses_below_the_probability() {
        let tenth = u64::MAX / 10;
        let rule = Rule::new();
        let most = rule.probability(Tally { requests: 1000, accepts: 0 });
        for (draw, expected) in [
            (0, true),
            (9 * tenth - 10_000_000_000_000, true),
            (9 * tenth + 10_000_000_000_000, false),
            (u64::MAX, false),
        ] {
            assert_eq!(most.refuses(draw), expected, "{draw}");
        }
        let none = rule.probability(Tally { requests: 1000, accepts: 500 });
        assert!(!none.refuses(0));
        // A millionth refuses one draw in a million.
        let least = Rule::new().k(1.0).probability(Tally { requests: 1_000_000, accepts: 999_998 });
        assert!(least.refuses(u64::MAX / 1_000_001) && !least.refuses(u64::MAX / 999_999));
    }
}
