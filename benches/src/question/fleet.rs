//! What a fleet costs its store: the rules alone, without the way to the store and back, in simulated time.

use std::time::Duration;

use retry_core::fleet::{
    Action, Calls, Circuit, Millis, Phase, ProcessId, Record, Request, Rules, Step, View, step,
};

use crate::process::cpu_time;
use crate::table::Table;

const RULES: Rules = Rules {
    quorum: 2,
    window: 10_000,
    minimum_calls: 20,
    failure_rate: 500_000,
    slow_rate: 0,
    open_for: 10_000,
    open_for_max: 10_000,
    trial_timeout: 10_000,
    trials: 3,
    trial_failures: 0,
};

/// Each process reports so often, if it has calls.
const SYNC_EVERY: Millis = 1_000;

pub(crate) fn show() {
    let title = "A fleet at one circuit, each process with a call a second: steps of one core in a second of its time, the \
                 share of a core that the fleet takes, the record as text, the longest step (which removes absent \
                 processes), a compare-and-set of the whole record, and how soon the circuit opens when all calls fail.";
    let columns = [
        "thousand steps/s",
        "% of a core",
        "record, kB",
        "longest step, ms",
        "compare-set, ms",
        "opens after, s",
    ];
    let mut table = Table::new(title, &columns);
    for size in [10, 1_000, 100_000, 1_000_000] {
        let mut fleet = Fleet::new(size);
        let rate = fleet.steps_per_second();
        let opens_after = fleet.fail();
        let record = Record::Circuit(fleet.circuit.clone());
        let bytes: usize = record.fields().iter().map(|(name, text)| name.len() + text.len()).sum();
        table.row(
            &format!("{size} processes"),
            vec![
                Some(rate / 1e3),
                Some(size as f64 / rate * 100.0),
                Some(bytes as f64 / 1e3),
                Some(fleet.longest_step()),
                Some(compare_and_set(&record, fleet.now)),
                Some(opens_after as f64 / 1e3),
            ],
        );
    }
    table.print();
}

/// So much is done at least, because the system counts processor time by ticks of some milliseconds.
const LEAST: u64 = 2_000_000;

/// A fleet, whose processes report one after another within each second.
struct Fleet {
    size: u64,
    circuit: Circuit,
    now: Millis,
    /// The number of the last report of each process.
    number: u64,
    view: View,
}

/// Numbers that are far from each other, as random ones are, and below 2^48.
fn process(index: u64) -> ProcessId {
    ProcessId(index.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16)
}

fn request(index: u64, action: Action) -> Step {
    Step { process: process(index), fresh: 1, rules: RULES, action }
}

impl Fleet {
    fn new(size: u64) -> Fleet {
        let mut circuit = Circuit::new(1);
        let now = 1_700_000_000_000;
        let view = step(&mut circuit, now, request(0, Action::Look));
        Fleet { size, circuit, now, number: 0, view }
    }

    /// Each process has a call. Returns whether the circuit is still closed.
    fn second(&mut self, calls: Calls) -> bool {
        self.number += 1;
        let start = self.now;
        for index in 0..self.size {
            self.now = start + SYNC_EVERY * index / self.size;
            let View { epoch, generation, .. } = self.view;
            let report = Action::Report { epoch, generation, number: self.number, calls, tripped: false };
            self.view = step(&mut self.circuit, self.now, request(index, report));
            if self.view.phase != Phase::Closed {
                break;
            }
        }
        let is_closed = self.view.phase == Phase::Closed;
        if is_closed {
            self.now = start + SYNC_EVERY;
        }
        is_closed
    }

    /// Runs a window without failures, or more of it, and returns how many steps take a second of processor time.
    fn steps_per_second(&mut self) -> f64 {
        let seconds = (LEAST / self.size).max(RULES.window / SYNC_EVERY);
        let begun = cpu_time();
        for _ in 0..seconds {
            self.second(Calls { good: 1, bad: 0, slow: 0 });
        }
        (seconds * self.size) as f64 / (cpu_time() - begun) as f64 * 1e9
    }

    /// From now on all calls fail. Returns how long it takes until the circuit opens.
    fn fail(&mut self) -> Millis {
        let start = self.now;
        while self.second(Calls { good: 0, bad: 1, slow: 0 }) {}
        self.now - start
    }

    /// Returns the microseconds that a step takes that looks at every process.
    fn longest_step(&mut self) -> f64 {
        let begun = cpu_time();
        let count = (LEAST / self.size).max(5);
        for turn in 0..count {
            // A clock that goes forth and back, so that it is always time to look and nobody is absent.
            let now = self.now + turn % 2 * (SYNC_EVERY + 1);
            self.number += 1;
            let calls = Calls::default();
            let report =
                Action::Report { epoch: 0, generation: 0, number: self.number, calls, tripped: false };
            step(&mut self.circuit, now, request(0, report));
        }
        (cpu_time() - begun) as f64 / 1e3 / count as f64
    }
}

/// Returns the microseconds in which a store that keeps the record as text reads, decides and writes.
fn compare_and_set(record: &Record, now: Millis) -> f64 {
    let fields = record.fields();
    let request = Request::Circuit(request(u64::MAX, Action::Join));
    let count = (LEAST / 10 / fields.len() as u64).max(3);
    let begun = cpu_time();
    for _ in 0..count {
        let record = Record::from_fields(&fields);
        let (_, written) = Record::answer(record.as_ref(), Duration::from_millis(now), &request);
        let written = written.map(|written| written.record.fields());
        assert!(written.is_some_and(|written| written.len() > fields.len()), "a process has joined");
    }
    (cpu_time() - begun) as f64 / 1e3 / count as f64
}
