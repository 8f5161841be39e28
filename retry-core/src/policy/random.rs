//! Draws random numbers from a generator per thread or from a seeded generator.

use std::cell::RefCell;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

/// A generator of draws that are uniform over all of `u64`.
///
/// A seed gives equal draws on every machine: `rand` guarantees this only for generators that are named after their
/// algorithm.
#[derive(Clone, Debug)]
pub(crate) struct Generator(Xoshiro256PlusPlus);

impl Generator {
    #[inline]
    pub(crate) fn new(seed: u64) -> Generator {
        Generator(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    #[inline]
    pub(crate) fn draw(&mut self) -> u64 {
        self.0.next_u64()
    }
}

std::thread_local! {
    /// The generator of this thread, created by the first draw.
    static GENERATOR: RefCell<Generator> = RefCell::new(Generator::new(thread_seed()));
}

/// Draws from the generator of this thread. Two threads never share a sequence.
pub(crate) fn draw() -> u64 {
    GENERATOR.with_borrow_mut(Generator::draw)
}

/// Seeds the generator of this thread, so that its draws can be repeated.
pub fn seed_draws(seed: u64) {
    GENERATOR.set(Generator::new(seed));
}

/// Returns a seed for one thread, from the entropy of the standard library's hash maps.
///
/// Where a program can create a `HashMap`, this cannot fail. On a system without entropy, the standard library uses
/// addresses instead. The number of the thread distinguishes threads whose hash keys are equal for lack of entropy; the
/// id of the process distinguishes a forked process, which inherits the keys.
fn thread_seed() -> u64 {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    let thread = THREADS.fetch_add(1, Relaxed);
    let process = if cfg!(unix) { std::process::id() } else { 0 };
    RandomState::new().hash_one((thread, process, entropy()))
}

/// Returns nothing: the hash keys have entropy.
#[cfg(not(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown")))]
fn entropy() {}

/// Returns a random number of JavaScript's: without it, the seeds are the same in every browser.
#[cfg(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown"))]
fn entropy() -> u64 {
    js_sys::Math::random().to_bits()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::thread;

    use super::{GENERATOR, Generator};
    use crate::policy::policy::Policy;
    use crate::testing;

    /// Returns the next `n` draws of this thread without consuming them.
    fn upcoming(n: usize) -> Vec<u64> {
        let mut generator = GENERATOR.with_borrow(Generator::clone);
        (0..n).map(|_| generator.draw()).collect()
    }

    #[test]
    fn a_seed_gives_the_same_draws_on_every_machine() {
        let draws = |seed| {
            let mut generator = Generator::new(seed);
            [generator.draw(), generator.draw(), generator.draw()]
        };
        assert_eq!(
            draws(0),
            [5_987_356_902_031_041_503, 7_051_070_477_665_621_255, 6_633_766_593_972_829_180]
        );
        assert_eq!(
            draws(7),
            [1_021_219_803_524_665_661, 3_174_977_118_032_272_916, 13_236_943_193_235_544_178]
        );
    }

    #[test]
    fn the_draws_of_a_thread_are_those_of_its_seed() {
        super::seed_draws(7);
        let mut generator = Generator::new(7);
        assert_eq!([super::draw(), super::draw()], [generator.draw(), generator.draw()]);
    }

    #[test]
    fn first_draws_of_neighbouring_seeds_are_far_apart() {
        let firsts: Vec<u64> = (0..1000).map(|seed| Generator::new(seed).draw()).collect();
        let mean = firsts.iter().map(|&d| d as f64 / 2_f64.powi(64)).sum::<f64>() / 1000.0;
        assert!((mean - 0.5).abs() < 0.03, "{mean}");
        assert!(firsts.windows(2).all(|w| w[0].abs_diff(w[1]) > 1 << 32));
    }

    #[test]
    fn threads_do_not_share_a_sequence() {
        let here: Vec<u64> = (0..100).map(|_| super::draw()).collect();
        let there = thread::spawn(|| (0..100).map(|_| super::draw()).collect::<Vec<_>>()).join().unwrap();
        assert!(here.iter().all(|draw| !there.contains(draw)));
    }

    #[test]
    fn no_two_of_many_threads_share_a_draw() {
        const THREADS: usize = 64;
        const DRAWS: usize = 100;
        let draws = || thread::spawn(|| (0..DRAWS).map(|_| super::draw()).collect::<Vec<_>>());
        let threads: Vec<_> = (0..THREADS).map(|_| draws()).collect();
        let distinct: HashSet<u64> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        assert_eq!(distinct.len(), THREADS * DRAWS);
    }

    #[test]
    fn nothing_is_drawn_before_a_failure() {
        let _guard = testing::no_wait();
        let before = upcoming(2);
        assert_eq!(Policy::new().run(|| Ok::<_, &str>("up")), Ok("up"));
        assert_eq!(upcoming(2), before);

        let mut answers = [Err("down"), Ok("up")].into_iter();
        assert_eq!(Policy::new().run(|| answers.next().expect("two attempts")), Ok("up"));
        assert_eq!(upcoming(1), before[1..]);
    }
}
