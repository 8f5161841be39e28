//! Defines jitter as a setting.

use crate::policy::{Jitter, Policy};

/// A configured jitter: on, or of a certain kind.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum JitterConfig {
    /// The jitter of the policy that is configured or, if it has no jitter, of the
    /// [defaults](crate::policy::preset::DEFAULT).
    On,
    /// This jitter.
    Kind(Jitter),
}

impl From<Jitter> for JitterConfig {
    fn from(jitter: Jitter) -> Self {
        JitterConfig::Kind(jitter)
    }
}

impl From<bool> for JitterConfig {
    fn from(is_on: bool) -> Self {
        if is_on { JitterConfig::On } else { JitterConfig::Kind(Jitter::None) }
    }
}

impl From<f64> for JitterConfig {
    fn from(fraction: f64) -> Self {
        JitterConfig::Kind(Jitter::Additive(fraction))
    }
}

impl JitterConfig {
    pub(super) fn over(self, jitter: Jitter) -> Jitter {
        match self {
            JitterConfig::Kind(jitter) => jitter,
            JitterConfig::On if jitter == Jitter::None => Policy::new().jitter.kind,
            JitterConfig::On => jitter,
        }
    }
}
