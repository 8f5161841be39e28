//! Counts instructions and allocations: this program runs itself under callgrind, once for all cases.
//!
//! Callgrind writes a profile and starts anew each time [`boundary`] is entered. A case runs N times, then 2N times;
//! the difference, divided by N, is a call without whatever surrounds it, the same in every run.

use std::collections::BTreeMap;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;

use crate::program;

/// The argument by which this program knows that it is being watched.
pub(crate) const ARGUMENT: &str = "under-callgrind";

/// N.
const CALLS: u64 = 500;

/// Something to count.
pub(crate) struct Case {
    key: String,
    run: Box<dyn Fn()>,
}

impl Case {
    pub(crate) fn new(key: String, run: impl Fn() + 'static) -> Case {
        Case { key, run: Box::new(run) }
    }
}

/// What cases cost, by their keys.
pub(crate) type Costs = BTreeMap<String, Cost>;

/// What one run of a case takes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    pub(crate) instructions: f64,
    pub(crate) allocations: f64,
}

impl Cost {
    fn zip(self, other: Cost, f: impl Fn(f64, f64) -> f64) -> Cost {
        Cost {
            instructions: f(self.instructions, other.instructions),
            allocations: f(self.allocations, other.allocations),
        }
    }
}

/// Entered between two counts.
#[inline(never)]
fn boundary() {
    black_box(());
}

/// What the watched process does.
pub(crate) fn run_watched(cases: &[Case]) {
    for case in surroundings().iter().chain(cases) {
        // What happens once in a process is not a call's.
        repeat(case, 3);
        boundary();
        repeat(case, CALLS);
        boundary();
        repeat(case, 2 * CALLS);
        boundary();
    }
}

/// What is known beforehand: nothing, and one allocation.
fn surroundings() -> [Case; 2] {
    [Case::new("nothing".to_owned(), || ()), Case::new("a box".to_owned(), || drop(black_box(Box::new(1))))]
}

#[inline(never)]
fn repeat(case: &Case, times: u64) {
    let run = black_box(&case.run);
    for _ in 0..times {
        run();
    }
}

/// Returns what these cases cost, the measuring loop taken off. By `name` this program finds them when it is watched.
pub(crate) fn measure(name: &str, cases: &[Case]) -> Costs {
    let directory = program::directory().join("callgrind");
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).expect("a directory to write to");
    watch(&directory, name);
    // Per case three profiles: up to the first boundary, N calls, 2N calls.
    let cost = |index: usize| {
        let (once, twice) = (profile(&directory, 3 * index + 2), profile(&directory, 3 * index + 3));
        twice.zip(once, |twice, once| (twice - once) / CALLS as f64)
    };
    let nothing = cost(0);
    assert!((cost(1).allocations - 1.0).abs() < f64::EPSILON, "an allocation is not counted");
    let first = surroundings().len();
    let costs = (first..).map(|index| cost(index).zip(nothing, |cost, nothing| cost - nothing));
    cases.iter().map(|case| case.key.clone()).zip(costs).collect()
}

/// Runs this program under callgrind.
fn watch(directory: &Path, name: &str) {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--compress-strings=no", "--dump-before=benches::callgrind::boundary*"])
        .arg(format!("--callgrind-out-file={}", directory.join("out").display()))
        .arg(std::env::current_exe().expect("this program has a path"))
        .args([ARGUMENT, name])
        .output()
        .expect("valgrind is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The sums of one profile: all instructions, and the calls of what allocates.
fn profile(directory: &Path, number: usize) -> Cost {
    let path = directory.join(format!("out.{number}"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut cost = Cost::default();
    let mut is_allocation = false;
    for line in text.lines() {
        if let Some(total) = line.strip_prefix("totals: ") {
            cost.instructions = total.trim().parse().expect("a number of instructions");
        } else if let Some(called) = line.strip_prefix("cfn=") {
            is_allocation =
                ["malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc"].contains(&called);
        } else if let (true, Some(calls)) = (is_allocation, line.strip_prefix("calls=")) {
            let calls = calls.split(' ').next().expect("a number of calls");
            cost.allocations += calls.parse::<f64>().expect("a number of calls");
        }
    }
    cost
}
