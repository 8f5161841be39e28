//! How long a request takes.

use std::time::Duration;

use rand_distr::{Distribution, LogNormal, Pareto};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::RngCore;

/// The mean service time of a healthy server.
pub(crate) const MEAN: Duration = Duration::from_millis(20);
/// The deviation of the service time's logarithm: the 99th percentile is 56 ms.
const DEVIATION: f64 = 0.5;

/// A delay of some requests beside their service, during which they occupy nothing: a lost packet, a wait for a disk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Slow {
    /// No request is delayed.
    None,
    /// A tenth of the requests is delayed for the same time.
    Uniform(Duration),
    /// A tenth of the requests is delayed for at least this time, with the heavy tail of a Pareto distribution.
    HeavyTail { least: Duration, shape: f64 },
}

/// The part of the requests that is slow.
const SLOW_PART: f64 = 0.1;

/// The draws of service times, in nanoseconds.
#[derive(Debug)]
pub(crate) struct Times {
    service: LogNormal<f64>,
    generator: Xoshiro256PlusPlus,
}

impl Times {
    pub(crate) fn new(generator: Xoshiro256PlusPlus) -> Times {
        // The mean of a log-normal distribution is exp(mu + sigma²/2).
        let mu = MEAN.as_secs_f64().ln() - DEVIATION * DEVIATION / 2.0;
        let service = LogNormal::new(mu, DEVIATION).expect("a deviation is positive");
        Times { service, generator }
    }

    /// Draws the service time of a request that takes `slowness` times as long as on a healthy server.
    pub(crate) fn service(&mut self, slowness: f64) -> u64 {
        (self.service.sample(&mut self.generator) * slowness * 1e9) as u64
    }

    /// Draws the delay of a request beside its service.
    pub(crate) fn delay(&mut self, slow: Slow) -> u64 {
        if slow == Slow::None || self.unit() >= SLOW_PART {
            return 0;
        }
        match slow {
            Slow::None => 0,
            Slow::Uniform(delay) => delay.as_nanos() as u64,
            Slow::HeavyTail { least, shape } => {
                let tail = Pareto::new(least.as_secs_f64(), shape).expect("scale and shape are positive");
                (tail.sample(&mut self.generator) * 1e9) as u64
            }
        }
    }

    /// Draws one of `n` with equal chances.
    pub(crate) fn one_of(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n - 1)
    }

    /// Draws from `0.0..1.0`.
    fn unit(&mut self) -> f64 {
        (self.generator.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }
}
