//! Iterates over the delays of a policy with the random numbers of a call.

use crate::policy::{Delays, Policy, random};

impl Policy {
    /// Returns the delays of one call, with random jitter.
    ///
    /// There is one delay fewer than attempts. If attempts are unlimited, the iterator does not end. In a test with a
    /// seed, the jitter comes from the seed.
    ///
    /// ```
    /// use retry_core::{Policy, testing};
    ///
    /// let guard = testing::no_wait();
    /// guard.seed(7);
    /// assert!(Policy::new().delays().eq(Policy::new().delays_seeded(7)));
    /// ```
    #[inline]
    pub fn delays(&self) -> Delays {
        if super::current().is_some() {
            self.delays_drawn(super::draw)
        } else {
            // A generator of its own is faster than that of the thread.
            self.delays_seeded(random::draw())
        }
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use crate::policy::{Backoff, Delays, Jitter, Policy};
    use crate::testing;

    const DECORRELATED: Policy = Policy::new().max(6).jitter(Jitter::Decorrelated);

    #[test]
    fn a_seed_of_a_test_determines_the_delays() {
        let guard = testing::no_wait();
        for policy in [Policy::new().max(9), DECORRELATED] {
            guard.seed(7);
            assert!(policy.delays().eq(policy.delays_seeded(7)));
        }
        drop(guard);
        assert!(DECORRELATED.delays().ne(DECORRELATED.delays()));
    }

    #[test]
    fn a_reset_starts_again() {
        let exact = Policy::new().max(4).base(Duration::from_secs(1)).jitter(Jitter::None);
        let mut delays = exact.delays();
        let all: Vec<_> = delays.by_ref().collect();
        assert_eq!((delays.next(), delays.size_hint()), (None, (0, Some(0))));
        delays.reset();
        assert_eq!(delays.size_hint(), (3, Some(3)));
        assert_eq!(delays.collect::<Vec<_>>(), all);
        // A zero draw is the lower end of each interval, which is `base` without a memory; the largest draws grow.
        let mut largest = DECORRELATED.delays_from(|| u64::MAX);
        let first = largest.next();
        assert!(largest.next() > first);
        largest.reset();
        assert_eq!(largest.next(), first);
    }

    #[test]
    fn delays_are_a_plain_value() {
        const LIST: &[Duration] = &[Duration::from_secs(1), Duration::from_secs(5)];
        fn is_value<T: Clone + std::fmt::Debug + Send + 'static>(_: &T) {}
        let mut delays: Delays = Policy::new().list(LIST).jitter(Jitter::Full).delays_seeded(1);
        is_value(&delays);
        is_value(&Policy::new().delays_from(|| 0));
        delays.next();
        assert!(delays.clone().eq(delays.clone()));
        assert!(format!("{delays:?}").ends_with("next: 2, .. }"), "{delays:?}");
        assert_eq!(Policy::new().backoff(Backoff::Linear).delays().size_hint(), (2, Some(2)));
    }
}
