use std::{fmt, sync::Arc};

use fastrand::Rng;
use progress::Progress;

/// What can happen to a server or to the way there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// The server is killed and later started again on the same data.
    Kill,
    /// Connections are reset.
    Reset,
    /// Connections are closed.
    Close,
    /// Nothing comes through.
    BlackHole,
    /// The server answers that it has too much to do.
    Overload,
    /// Everything comes through late.
    Delay,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::Kill => "killed",
            Fault::Reset => "reset",
            Fault::Close => "closed",
            Fault::BlackHole => "black hole",
            Fault::Overload => "overload",
            Fault::Delay => "delayed",
        })
    }
}

/// One fault, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Strike {
    /// What happens.
    pub fault: Fault,
    /// It lasts until so many attempts have failed. That way no fault passes unnoticed, however fast the machine is.
    pub until_failed: u64,
    /// How many operations succeed before it comes.
    pub after_succeeded: u64,
}

/// Faults in an order that the same seed repeats.
#[derive(Debug)]
pub struct Schedule {
    seed: u64,
    count: usize,
    progress: Option<Arc<Progress>>,
}

impl Schedule {
    /// So many faults, in the order that belongs to the seed.
    #[must_use]
    pub const fn new(seed: u64, count: usize) -> Schedule {
        Schedule { seed, count, progress: None }
    }

    /// Returns the schedule, which counts each fault that is over in this progress.
    #[must_use]
    pub fn shown_by(self, progress: Arc<Progress>) -> Schedule {
        Schedule { progress: Some(progress), ..self }
    }

    /// Counts a fault that is over.
    pub fn step(&self) {
        if let Some(progress) = &self.progress {
            progress.step();
        }
    }

    /// The faults for one system. Each kind has its share, `shares` being in the proportion that is wanted of them; a
    /// kind may stand there several times.
    ///
    /// # Panics
    ///
    /// If there is no share.
    #[must_use]
    pub fn strikes(&self, shares: &[Fault]) -> Vec<Strike> {
        assert!(!shares.is_empty(), "a schedule needs a kind of fault");
        let mut rng = Rng::with_seed(self.seed);
        let mut faults: Vec<_> = shares.iter().copied().cycle().take(self.count).collect();
        rng.shuffle(&mut faults);
        let mut strike =
            |fault| Strike { fault, until_failed: rng.u64(1..=12), after_succeeded: rng.u64(1..=10) };
        faults.into_iter().map(&mut strike).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(seed: u64) -> Vec<Fault> {
        let strikes = Schedule::new(seed, 30).strikes(&[Fault::Reset, Fault::Reset, Fault::Kill]);
        strikes.iter().map(|strike| strike.fault).collect()
    }

    #[test]
    fn a_seed_repeats_its_order_and_another_has_another() {
        assert_eq!(kinds(1), kinds(1));
        assert_ne!(kinds(1), kinds(2));
    }

    #[test]
    fn each_kind_has_its_share() {
        assert_eq!(kinds(1).iter().filter(|fault| **fault == Fault::Kill).count(), 10);
    }
}
