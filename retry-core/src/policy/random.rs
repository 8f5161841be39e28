//! Where draws come from: one small generator per thread, or a seeded one.

/// `SplitMix64` (Steele, Lea and Flood, *Fast Splittable Pseudorandom Number Generators*, 2014): one addition and
/// two multiplications a draw, every seed well mixed from its first draw on.
#[derive(Clone, Debug)]
pub(crate) struct SplitMix64(u64);

impl SplitMix64 {
    #[inline]
    pub(crate) const fn new(seed: u64) -> SplitMix64 {
        SplitMix64(seed)
    }

    #[inline]
    pub(crate) const fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

#[cfg(feature = "std")]
pub(crate) use thread::draw;

#[cfg(feature = "std")]
mod thread {
    use std::cell::Cell;
    use std::hash::{BuildHasher, RandomState};

    use super::SplitMix64;

    std::thread_local! {
        /// The state of this thread's generator; 0 until its first draw. One that comes by 0 later is seeded afresh.
        static STATE: Cell<u64> = const { Cell::new(0) };
    }

    /// A draw from this thread's generator. Two threads never share a sequence.
    #[inline]
    pub(crate) fn draw() -> u64 {
        STATE.with(|state| {
            let mut generator = match state.get() {
                0 => return first_draw(),
                seeded => SplitMix64::new(seeded),
            };
            let draw = generator.draw();
            state.set(generator.0);
            draw
        })
    }

    #[cold]
    #[inline(never)]
    fn first_draw() -> u64 {
        STATE.set(seed());
        draw()
    }

    /// The standard library keys its hash maps per process and thread; a keyed hash of nothing is a seed.
    fn seed() -> u64 {
        RandomState::new().hash_one(())
    }
}

#[cfg(test)]
mod tests {
    use super::SplitMix64;

    #[test]
    fn matches_the_published_sequence() {
        let mut generator = SplitMix64::new(1_234_567);
        assert_eq!(generator.draw(), 6_457_827_717_110_365_317);
        assert_eq!(generator.draw(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn first_draws_of_neighbouring_seeds_are_far_apart() {
        let firsts: Vec<u64> = (0..1000).map(|seed| SplitMix64::new(seed).draw()).collect();
        let mean = firsts.iter().map(|&d| d as f64 / 2_f64.powi(64)).sum::<f64>() / 1000.0;
        assert!((mean - 0.5).abs() < 0.03, "{mean}");
        assert!(firsts.windows(2).all(|w| w[0].abs_diff(w[1]) > 1 << 32));
    }

    #[cfg(feature = "std")]
    #[test]
    fn threads_do_not_share_a_sequence() {
        let here: Vec<u64> = (0..100).map(|_| super::draw()).collect();
        let there =
            std::thread::spawn(|| (0..100).map(|_| super::draw()).collect::<Vec<_>>()).join().unwrap();
        assert!(here.iter().all(|draw| !there.contains(draw)));
    }
}
