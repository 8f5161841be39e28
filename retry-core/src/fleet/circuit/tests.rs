//! A fleet of a few processes at one circuit, step by step.

mod defects;
mod fence;
mod table;

use super::*;

const RULES: Rules = Rules::OF_TESTS;

const A: ProcessId = ProcessId(1);
const B: ProcessId = ProcessId(2);
const C: ProcessId = ProcessId(3);

const FAILURES: Calls = Calls { good: 0, bad: 10, slow: 0 };
const SUCCESSES: Calls = Calls { good: 10, bad: 0, slow: 0 };

/// A circuit with a clock.
#[derive(Clone)]
struct Bench {
    circuit: Circuit,
    now: Millis,
    rules: Rules,
    /// The last number that was given to a report or a lease.
    number: u64,
}

impl Bench {
    fn new() -> Bench {
        Bench { circuit: Circuit::new(77), now: 10_000_000, rules: RULES, number: 0 }
    }

    /// One with three processes, in a phase.
    fn in_phase(phase: Phase) -> Bench {
        let mut bench = Bench::new();
        for process in [A, B, C] {
            bench.run(process, Action::Join);
        }
        match phase {
            Phase::Closed => {}
            Phase::Open => bench.open(),
            Phase::HalfOpen => {
                bench.open();
                bench.wait(RULES.open_for);
                assert!(bench.lease(A).granted);
            }
            Phase::ForcedOpen => {
                bench.force(RULES.open_for);
            }
        }
        assert_eq!(bench.circuit.phase, phase);
        bench
    }

    fn wait(&mut self, time: Millis) {
        self.now += time;
    }

    fn run(&mut self, process: ProcessId, action: Action) -> View {
        let before = self.circuit.clone();
        let view = step(&mut self.circuit, self.now, Step { process, fresh: 99, rules: self.rules, action });
        assert_eq!(view.changed, self.circuit != before, "{action:?}: `changed` is what happened");
        view
    }

    fn look(&mut self) -> View {
        self.run(A, Action::Look)
    }

    fn next_number(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    fn report_action(&mut self, calls: Calls) -> Action {
        let (epoch, generation) = self.place();
        Action::Report { epoch, generation, number: self.next_number(), calls, tripped: false }
    }

    fn report(&mut self, process: ProcessId, calls: Calls) -> View {
        let action = self.report_action(calls);
        self.run(process, action)
    }

    /// A process whose own rules have opened its breaker.
    fn trip(&mut self, process: ProcessId) -> View {
        let (epoch, generation) = self.place();
        let number = self.next_number();
        let calls = Calls { good: 0, bad: 1, slow: 0 };
        self.run(process, Action::Report { epoch, generation, number, calls, tripped: true })
    }

    fn place(&self) -> (u64, u64) {
        (self.circuit.epoch, self.circuit.generation)
    }

    /// Two processes fail.
    fn open(&mut self) {
        self.report(A, FAILURES);
        assert_eq!(self.report(B, FAILURES).phase, Phase::Open);
    }

    /// Asks for a lease, whose number is then [`Bench::number`].
    fn lease(&mut self, process: ProcessId) -> View {
        let number = self.next_number();
        self.run(process, Action::Lease { number })
    }

    /// Asks for a lease as often as it is told, and returns how long that took. One that is forgotten joins again.
    fn wait_for_lease(&mut self, process: ProcessId) -> Millis {
        let start = self.now;
        for _ in 0..5 {
            self.run(process, Action::Join);
            let view = self.lease(process);
            if view.granted {
                return self.now - start;
            }
            self.wait(view.left);
        }
        panic!("no lease after {} ms", self.now - start);
    }

    fn outcome_action(&self, lease: u64, has_failed: bool) -> Action {
        let (epoch, generation) = self.place();
        Action::Outcome { epoch, generation, lease, has_failed }
    }

    /// A lease and its outcome.
    fn trial(&mut self, process: ProcessId, has_failed: bool) -> View {
        assert!(self.lease(process).granted);
        let outcome = self.outcome_action(self.number, has_failed);
        self.run(process, outcome)
    }

    fn force(&mut self, time: Millis) -> View {
        let (epoch, generation) = self.place();
        self.run(A, Action::Force { epoch, generation, time })
    }

    fn reset(&mut self) -> View {
        let (epoch, generation) = self.place();
        self.run(A, Action::Reset { epoch, generation })
    }
}
