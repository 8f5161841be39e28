//! Counts instructions and allocations: this program runs itself under callgrind, once for all cases.
//!
//! Callgrind writes a profile and starts anew each time [`boundary`] is entered. A case runs N times, then 2N times;
//! the difference, divided by N, is a call without whatever surrounds it, the same in every run.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;

/// The argument by which this program knows that it is being watched.
pub(crate) const ARGUMENT: &str = "under-callgrind";

/// N.
const CALLS: u64 = 500;

/// Something to count.
pub(crate) struct Case {
    pub(crate) key: String,
    pub(crate) run: Box<dyn Fn()>,
}

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
    let nothing = Case { key: String::new(), run: Box::new(|| ()) };
    for case in std::iter::once(&nothing).chain(cases) {
        // What happens once in a process is not a call's.
        repeat(case, 3);
        boundary();
        repeat(case, CALLS);
        boundary();
        repeat(case, 2 * CALLS);
        boundary();
    }
}

#[inline(never)]
fn repeat(case: &Case, times: u64) {
    let run = black_box(&case.run);
    for _ in 0..times {
        run();
    }
}

/// What each case costs, the measuring loop taken off.
pub(crate) fn measure(cases: &[Case], directory: &Path) -> BTreeMap<String, Cost> {
    let out = directory.join("callgrind.out");
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--compress-strings=no", "--dump-before=benches::callgrind::boundary*"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(std::env::current_exe().expect("this program has a path"))
        .arg(ARGUMENT)
        .output()
        .expect("valgrind is installed");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let profile = |number: usize| {
        let path = directory.join(format!("callgrind.out.{number}"));
        parse(&std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
    };
    // Per case three profiles: up to the first boundary, N calls, 2N calls.
    let cost = |index: usize| {
        let (once, twice) = (profile(3 * index + 2), profile(3 * index + 3));
        twice.zip(once, |twice, once| (twice - once) / CALLS as f64)
    };
    let nothing = cost(0);
    cases
        .iter()
        .enumerate()
        .map(|(index, case)| (case.key.clone(), cost(index + 1).zip(nothing, |cost, loop_| cost - loop_)))
        .collect()
}

/// The sums of one profile: all instructions, and the calls of what allocates.
fn parse(profile: &str) -> Cost {
    let mut cost = Cost::default();
    let mut is_allocation = false;
    for line in profile.lines() {
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
