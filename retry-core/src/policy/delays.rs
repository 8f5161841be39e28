//! A policy's delays, one after the other.

use super::nanos::Nanos;
use core::time::Duration;

use super::nanos::to_duration;
use super::policy::Policy;
use super::random::SplitMix64;

impl Policy {
    /// The delays of one call, drawn afresh: one fewer than attempts, without end if those are not limited.
    #[cfg(feature = "std")]
    #[inline]
    pub fn delays(&self) -> impl Iterator<Item = Duration> + Send + use<> {
        self.delays_seeded(crate::policy::random::draw())
    }

    /// The delays that `seed` stands for: the same on every machine and in every release with the same major
    /// version.
    #[inline]
    pub fn delays_seeded(&self, seed: u64) -> impl Iterator<Item = Duration> + Send + use<> {
        Delays { policy: *self, next: 1, previous: 0, generator: SplitMix64::new(seed) }
    }
}

struct Delays {
    policy: Policy,
    /// The number of the next delay.
    next: u32,
    previous: Nanos,
    generator: SplitMix64,
}

impl Iterator for Delays {
    type Item = Duration;

    #[inline]
    fn next(&mut self) -> Option<Duration> {
        let n = self.next;
        if self.policy.max_attempts().is_some_and(|max| n >= max) {
            return None;
        }
        self.next = n.saturating_add(1);
        let delay = self.policy.delay(n, self.previous, self.generator.draw());
        self.previous = self.policy.remembered(delay);
        Some(to_duration(delay))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self.policy.max_attempts() {
            Some(max) => {
                let left = max.saturating_sub(self.next) as usize;
                (left, Some(left))
            }
            None => (usize::MAX, None),
        }
    }
}
