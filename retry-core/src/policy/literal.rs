//! Values that an attribute takes in more than one type: inherent methods on each, since a `const` can call no trait.

use super::jitter::Jitter;

/// An argument of `#[retry]` whose type is the user's choice.
#[derive(Clone, Copy, Debug)]
pub struct Argument<T>(pub T);

impl Argument<f64> {
    /// A number.
    #[must_use]
    pub const fn number(self) -> f64 {
        self.0
    }

    /// A bare fraction is additive jitter.
    #[must_use]
    pub const fn jitter(self) -> Jitter {
        Jitter::Additive(self.0)
    }
}

impl Argument<u32> {
    /// A whole number.
    #[must_use]
    pub const fn number(self) -> f64 {
        self.0 as f64
    }
}

impl Argument<Jitter> {
    /// A jitter as it is.
    #[must_use]
    pub const fn jitter(self) -> Jitter {
        self.0
    }
}
