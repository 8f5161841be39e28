//! Runs of one scenario by all clients, for many seeds.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::contenders::Contender;
use crate::model::figures::{Figures, sorted_times};
use crate::model::record::{Counts, Record};
use crate::model::scenario::{NANOS_PER_SECOND, Scenario};

/// What a kind of client made of a scenario.
pub(crate) struct Measured {
    pub(crate) name: &'static str,
    /// One for each seed, in order.
    pub(crate) runs: Vec<Figures>,
    /// The mean of all seeds in each second.
    pub(crate) seconds: Vec<[f64; 2]>,
    /// Times of the answers during the trouble, of all seeds, in seconds and ascending.
    pub(crate) times: Vec<f64>,
}

/// Runs the seeds from 1 on, as many at once as there are processors.
pub(crate) fn measure(contender: Contender, scenario: Scenario, seeds: u64) -> Measured {
    let next = AtomicU64::new(1);
    let done = Mutex::new(Vec::new());
    thread::scope(|threads| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            threads.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed > seeds {
                        break;
                    }
                    let run = One::of(&(contender.run)(scenario, seed), &scenario);
                    done.lock().expect("no run panics").push((seed, run));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no run panics");
    done.sort_by_key(|(seed, _)| *seed);
    let runs: Vec<One> = done.into_iter().map(|(_, run)| run).collect();
    let mut times: Vec<f64> = runs.iter().flat_map(|run| run.times.iter().copied()).collect();
    times.sort_by(f64::total_cmp);
    Measured {
        name: contender.name,
        seconds: mean_of_seconds(&runs),
        runs: runs.into_iter().map(|run| run.figures).collect(),
        times,
    }
}

struct One {
    figures: Figures,
    seconds: Vec<Counts>,
    times: Vec<f64>,
}

impl One {
    fn of(record: &Record, scenario: &Scenario) -> One {
        One {
            figures: Figures::of(record, scenario),
            seconds: record.seconds(),
            times: sorted_times(record, scenario.trouble()),
        }
    }
}

/// Answers and requests in each second.
fn mean_of_seconds(runs: &[One]) -> Vec<[f64; 2]> {
    let seconds = runs.first().map_or(0, |run| run.seconds.len());
    let mean = |second: usize, value: fn(&Counts) -> u32| {
        runs.iter().map(|run| f64::from(value(&run.seconds[second]))).sum::<f64>() / runs.len() as f64
    };
    (0..seconds)
        .map(|second| [mean(second, |counts| counts.answers), mean(second, |counts| counts.sent)])
        .collect()
}

/// The seconds of a scenario.
pub(crate) fn seconds(nanos: u64) -> f64 {
    nanos as f64 / NANOS_PER_SECOND as f64
}
