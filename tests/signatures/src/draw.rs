//! Choices that depend on the seed alone.

use fastrand::Rng;

/// The generator of choices.
#[derive(Clone)]
pub(crate) struct Draw(Rng);

impl Draw {
    pub(crate) fn new(seed: u64) -> Self {
        Draw(Rng::with_seed(seed))
    }

    /// Returns `true` in `percent` of a hundred calls.
    pub(crate) fn chance(&mut self, percent: u32) -> bool {
        self.0.u32(..100) < percent
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0.usize(..limit)
    }

    /// Returns one of `items`.
    pub(crate) fn one<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// Returns one of those `items` that fit; at least one must.
    pub(crate) fn fitting<'a, T>(&mut self, items: &'a [T], fits: impl Fn(&T) -> bool) -> &'a T {
        let fitting: Vec<&T> = items.iter().filter(|item| fits(item)).collect();
        fitting[self.below(fitting.len())]
    }
}
