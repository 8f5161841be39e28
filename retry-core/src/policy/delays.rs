//! Iterates over the delays of a policy.

use core::time::Duration;

use super::nanos::{Nanos, to_duration};
use super::policy::Policy;
#[cfg(feature = "std")]
use super::random::{Generator, draw};

impl Policy {
    /// Returns the delays of one call, with random jitter.
    ///
    /// There is one delay fewer than attempts. If attempts are unlimited, the iterator does not end.
    #[cfg(feature = "std")]
    #[inline]
    pub fn delays(&self) -> impl Iterator<Item = Duration> + Send + use<> {
        self.delays_seeded(draw())
    }

    /// Returns the delays of one call, with jitter from `seed`.
    ///
    /// A seed gives equal delays on every machine and in every release with the same major version.
    #[cfg(feature = "std")]
    #[inline]
    pub fn delays_seeded(&self, seed: u64) -> impl Iterator<Item = Duration> + Send + use<> {
        let mut generator = Generator::new(seed);
        self.delays_from(move || generator.draw())
    }

    /// Returns the delays of one call, with jitter from your own generator. It works without `std`, too.
    ///
    /// Each delay calls `draw` once, which has to return a number that is uniform over all of `u64`. There is one delay
    /// fewer than attempts. If attempts are unlimited, the iterator does not end.
    ///
    /// ```
    /// use core::time::Duration;
    /// use retry_core::{Backoff, Jitter, Policy};
    ///
    /// const POLL: Policy = Policy::new()
    ///     .max(4)
    ///     .base(Duration::from_millis(100))
    ///     .backoff(Backoff::Constant)
    ///     .jitter(Jitter::Full)
    ///     .checked();
    ///
    /// /// Reads the random number generator of the device.
    /// fn hardware_random() -> u64 {
    ///     # u64::MAX / 4
    /// }
    ///
    /// for delay in POLL.delays_from(hardware_random) {
    ///     assert!(delay < Duration::from_millis(100));
    /// }
    /// # assert_eq!(POLL.delays_from(hardware_random).map(|delay| delay.as_millis()).collect::<Vec<_>>(), [24; 3]);
    /// ```
    #[inline]
    pub fn delays_from<D: FnMut() -> u64>(&self, draw: D) -> impl Iterator<Item = Duration> + use<D> {
        Delays { policy: *self, next: 1, previous: 0, draw }
    }
}

struct Delays<D> {
    policy: Policy,
    /// The number of the next delay, from 1.
    next: u32,
    previous: Nanos,
    draw: D,
}

impl<D: FnMut() -> u64> Iterator for Delays<D> {
    type Item = Duration;

    #[inline]
    fn next(&mut self) -> Option<Duration> {
        let n = self.next;
        if self.policy.max_attempts().is_some_and(|max| n >= max) {
            return None;
        }
        self.next = n.saturating_add(1);
        let delay = self.policy.delay(n, self.previous, (self.draw)());
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
