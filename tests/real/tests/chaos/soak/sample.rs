//! What the process holds: memory, descriptors, tasks and threads.

use std::{fmt, fs, time::Duration};

use tokio::{
    runtime::Handle,
    time::{Instant, sleep},
};

/// What the process holds at one time.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sample {
    /// Resident memory in KiB.
    pub(crate) memory: u64,
    pub(crate) descriptors: u64,
    pub(crate) tasks: u64,
    pub(crate) threads: u64,
}

impl Sample {
    pub(crate) fn take() -> Sample {
        let status = fs::read_to_string("/proc/self/status").expect("Linux tells");
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("Linux tells");
            line.split_whitespace().next().and_then(|number| number.parse().ok()).expect("it is a number")
        };
        // The folder that is read is one of them.
        let descriptors = fs::read_dir("/proc/self/fd").expect("Linux tells").count() as u64 - 1;
        let tasks = Handle::current().metrics().num_alive_tasks() as u64;
        Sample { memory: number("VmRSS:"), descriptors, tasks, threads: number("Threads:") }
    }

    /// Waits until there is no more than this, for as long as an end may take, and returns what there is then.
    pub(crate) async fn down_to(base: Sample) -> Sample {
        let begun = Instant::now();
        loop {
            let now = Sample::take();
            let is_down = Count::ALL.iter().all(|count| count.of(now) <= count.of(base));
            if is_down || begun.elapsed() > Duration::from_secs(20) {
                return now;
            }
            sleep(Duration::from_millis(200)).await;
        }
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sample { memory, descriptors, tasks, threads } = self;
        let memory = *memory as f64 / 1024.0;
        write!(f, "{memory:.1} MiB, {descriptors} descriptors, {tasks} tasks, {threads} threads")
    }
}

/// What is counted, and has to be what it was when all clients are gone.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Count {
    Descriptors,
    Tasks,
    Threads,
}

impl Count {
    pub(crate) const ALL: [Count; 3] = [Count::Descriptors, Count::Tasks, Count::Threads];

    pub(crate) fn of(self, sample: Sample) -> u64 {
        match self {
            Count::Descriptors => sample.descriptors,
            Count::Tasks => sample.tasks,
            Count::Threads => sample.threads,
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Count::Descriptors => "descriptors",
            Count::Tasks => "tasks",
            Count::Threads => "threads",
        })
    }
}

/// By how much these numbers grow from the first to the last: the median of the slopes of all pairs, over their number.
/// One number that is out of line changes it little, one that grows each time a lot.
pub(crate) fn growth(numbers: &[f64]) -> f64 {
    let pairs =
        (0..numbers.len()).flat_map(|first| (first + 1..numbers.len()).map(move |last| (first, last)));
    let mut slopes: Vec<_> =
        pairs.map(|(first, last)| (numbers[last] - numbers[first]) / (last - first) as f64).collect();
    slopes.sort_by(f64::total_cmp);
    let median = slopes.get(slopes.len() / 2).copied().unwrap_or_default();
    median * numbers.len().saturating_sub(1) as f64
}
