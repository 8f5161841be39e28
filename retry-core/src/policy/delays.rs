//! Iterates over the delays of a policy.

use core::fmt;
use core::iter::FusedIterator;
use core::time::Duration;

use super::nanos::{Nanos, to_duration};
use super::policy::Policy;
#[cfg(feature = "std")]
use super::random::Generator;

impl Policy {
    /// Returns the delays of one call, with jitter from `seed`.
    ///
    /// A seed gives equal delays on every machine and in every release with the same major version.
    #[cfg(feature = "std")]
    #[inline]
    pub fn delays_seeded(&self, seed: u64) -> Delays {
        self.delays_by(Draws(Source::Seeded(Generator::new(seed))))
    }

    /// Returns the delays of one call, with jitter from `draw`.
    #[cfg(feature = "std")]
    pub(crate) fn delays_drawn(&self, draw: fn() -> u64) -> Delays {
        self.delays_by(Draws(Source::Function(draw)))
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
    pub fn delays_from<D: FnMut() -> u64>(&self, draw: D) -> Delays<D> {
        self.delays_by(draw)
    }

    fn delays_by<D>(&self, draw: D) -> Delays<D> {
        Delays { policy: *self, next: 1, previous: 0, draw }
    }
}

/// The delays of one call: an iterator that [`Policy::delays`], [`Policy::delays_seeded`] and [`Policy::delays_from`]
/// return.
///
/// There is one delay fewer than attempts. [`reset`](Delays::reset) starts again, such as after a success of a loop that
/// does not end.
///
/// ```
/// # use std::time::Duration;
/// use retry_core::{Delays, Jitter, Policy};
///
/// struct Connection {
///     delays: Delays,
/// }
///
/// let policy = Policy::new().base(Duration::from_secs(1)).jitter(Jitter::None).unlimited();
/// let mut connection = Connection { delays: policy.delays() };
/// assert_eq!(connection.delays.by_ref().take(3).map(|delay| delay.as_secs()).collect::<Vec<_>>(), [1, 2, 4]);
/// connection.delays.reset();
/// assert_eq!(connection.delays.next(), Some(Duration::from_secs(1)));
/// ```
#[derive(Clone)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Delays<D = Draws> {
    policy: Policy,
    /// The number of the next delay, from 1.
    next: u32,
    previous: Nanos,
    draw: D,
}

impl<D> Delays<D> {
    /// Starts again with the first delay. The random numbers go on.
    pub fn reset(&mut self) {
        (self.next, self.previous) = (1, 0);
    }
}

impl<D> fmt::Debug for Delays<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delays")
            .field("policy", &self.policy)
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

impl<D: Draw> Iterator for Delays<D> {
    type Item = Duration;

    #[inline]
    fn next(&mut self) -> Option<Duration> {
        let n = self.next;
        if self.policy.max_attempts().is_some_and(|max| n >= max) {
            return None;
        }
        self.next = n.saturating_add(1);
        let delay = self.policy.delay(n, self.previous, self.draw.draw());
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

impl<D: Draw> FusedIterator for Delays<D> {}

/// A source of random numbers that are uniform over all of `u64`: [`Draws`], or a function.
pub trait Draw {
    /// Returns the next number.
    fn draw(&mut self) -> u64;
}

impl<F: FnMut() -> u64> Draw for F {
    #[inline]
    fn draw(&mut self) -> u64 {
        self()
    }
}

/// The random numbers of [`Policy::delays`] and [`Policy::delays_seeded`].
#[derive(Clone, Debug)]
pub struct Draws(Source);

#[derive(Clone, Debug)]
enum Source {
    #[cfg(feature = "std")]
    Function(fn() -> u64),
    #[cfg(feature = "std")]
    Seeded(Generator),
}

impl Draw for Draws {
    #[inline]
    fn draw(&mut self) -> u64 {
        match self.0 {
            #[cfg(feature = "std")]
            Source::Function(draw) => draw(),
            #[cfg(feature = "std")]
            Source::Seeded(ref mut generator) => generator.draw(),
        }
    }
}
