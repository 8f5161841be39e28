//! Converts arguments that the attribute accepts in more than one type.
//!
//! The methods are inherent, since a `const` cannot call the methods of a trait.

use super::jitter::Jitter;

/// An argument of `#[retry]` whose type is the user's choice.
#[derive(Clone, Copy, Debug)]
pub struct Argument<T>(pub T);

impl Argument<f64> {
    /// Returns the number.
    #[must_use]
    pub const fn number(self) -> f64 {
        self.0
    }

    /// Returns the fraction as additive jitter.
    #[must_use]
    pub const fn jitter(self) -> Jitter {
        Jitter::Additive(self.0)
    }
}

impl Argument<u32> {
    /// Returns the whole number as an `f64`.
    #[must_use]
    pub const fn number(self) -> f64 {
        self.0 as f64
    }
}

impl Argument<Jitter> {
    /// Returns the jitter unchanged.
    #[must_use]
    pub const fn jitter(self) -> Jitter {
        self.0
    }
}
