//! Runs of one scenario by one kind of client, for many seeds.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use progress::Progress;

use crate::contenders::Contender;
use crate::model::figures::{Figures, quantile, sorted_times};
use crate::model::record::{Counts, Record};
use crate::model::scenario::Scenario;

/// What a kind of client made of a scenario.
pub(crate) struct Measured {
    pub(crate) name: &'static str,
    pub(crate) scenario: Scenario,
    /// One for each seed, in order.
    pub(crate) runs: Vec<Figures>,
    /// The mean of all seeds in each second.
    pub(crate) seconds: Vec<Second>,
    /// Times of the answers during the trouble, of all seeds, in seconds and ascending.
    pub(crate) times: Vec<f64>,
}

/// The means of a second.
#[derive(Clone, Copy)]
pub(crate) struct Second {
    pub(crate) answers: f64,
    pub(crate) sent: f64,
}

/// A figure of all runs.
pub(crate) struct Summary {
    pub(crate) mean: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Measured {
    pub(crate) fn summary(&self, value: fn(&Figures) -> f64) -> Summary {
        let values = || self.runs.iter().map(value);
        Summary {
            mean: values().sum::<f64>() / self.runs.len() as f64,
            least: values().fold(f64::INFINITY, f64::min),
            most: values().fold(f64::NEG_INFINITY, f64::max),
        }
    }

    /// The recovery, which is endless for a run that does not recover.
    pub(crate) fn recovery(&self) -> Summary {
        self.summary(|run| run.recovery.unwrap_or(f64::INFINITY))
    }

    /// A quantile of the answers' times, in seconds.
    pub(crate) fn time(&self, rank: f64) -> f64 {
        quantile(&self.times, rank)
    }
}

/// Runs the seeds from 1 on, as many at once as there are processors.
pub(crate) fn measure(contender: Contender, scenario: Scenario, seeds: u64, progress: &Progress) -> Measured {
    progress.note(format!("{}: {}", scenario.name, contender.name));
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
                    progress.step();
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no run panics");
    done.sort_by_key(|(seed, _)| *seed);
    let runs: Vec<One> = done.into_iter().map(|(_, run)| run).collect();
    measured(contender.name, scenario, runs)
}

/// What one record comes to.
pub(crate) fn measured_once(name: &'static str, scenario: Scenario, record: &Record) -> Measured {
    measured(name, scenario, vec![One::of(record, &scenario)])
}

fn measured(name: &'static str, scenario: Scenario, runs: Vec<One>) -> Measured {
    let mut times: Vec<f64> = runs.iter().flat_map(|run| run.times.iter().copied()).collect();
    times.sort_by(f64::total_cmp);
    Measured {
        name,
        scenario,
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

fn mean_of_seconds(runs: &[One]) -> Vec<Second> {
    let seconds = runs.first().map_or(0, |run| run.seconds.len());
    let mean = |second: usize, value: fn(&Counts) -> u32| {
        runs.iter().map(|run| f64::from(value(&run.seconds[second]))).sum::<f64>() / runs.len() as f64
    };
    let of = |second| Second {
        answers: mean(second, |counts| counts.answers),
        sent: mean(second, |counts| counts.sent),
    };
    (0..seconds).map(of).collect()
}
