//! A fleet on a network that loses, delays, repeats and reorders messages, at one circuit.

use proptest::prelude::*;
use retry_core::fleet::{Action, Calls, Circuit, Millis, Phase, ProcessId, Rules, Step, View, step};

pub(crate) const RULES: Rules = Rules {
    quorum: 2,
    window: 1_000,
    minimum_calls: 4,
    failure_rate: 500_000,
    slow_rate: 0,
    open_for: 300,
    open_for_max: 1_200,
    trial_timeout: 200,
    trials: 3,
    trial_failures: 1,
};

/// What happens. Processes and messages are numbers, modulo those that there are.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// Time passes for the store.
    Pass(Millis),
    /// The store's clock is set by so much.
    Jump(i64),
    /// A process reports, or repeats the report that was not answered.
    Report {
        process: usize,
        good: u32,
        bad: u32,
        tripped: bool,
    },
    Lease(usize),
    /// A process ends the oldest lease that it knows of.
    Outcome {
        process: usize,
        has_failed: bool,
    },
    Release(usize),
    Force(usize, Millis),
    Reset(usize),
    Leave(usize),
    /// A process dies, and another one begins in its place.
    Die(usize),
    /// A message reaches the store, and its answer the process.
    Deliver(usize),
    /// A message reaches the store, and its answer nobody.
    DeliverUnanswered(usize),
    /// A message reaches the store, which gets it once more later.
    DeliverTwice(usize),
    Lose(usize),
}

/// Random events. Most messages arrive.
pub(crate) fn events(jumps: bool) -> impl Strategy<Value = Vec<Event>> {
    let any = any::<usize>;
    let event = prop_oneof![
        6 => (0..80_u64).prop_map(Event::Pass),
        1 => (0..1_500_u64).prop_map(Event::Pass),
        1 => (-3_000..3_000_i64).prop_map(move |time| if jumps { Event::Jump(time) } else { Event::Pass(0) }),
        8 => (any(), 0..4_u32, 0..4_u32, prop::bool::weighted(0.2))
            .prop_map(|(process, good, bad, tripped)| Event::Report { process, good, bad, tripped }),
        8 => any().prop_map(Event::Lease),
        6 => (any(), prop::bool::weighted(0.3))
            .prop_map(|(process, has_failed)| Event::Outcome { process, has_failed }),
        1 => any().prop_map(Event::Release),
        1 => (any(), 0..500_u64).prop_map(|(process, time)| Event::Force(process, time)),
        1 => any().prop_map(Event::Reset),
        1 => any().prop_map(Event::Leave),
        1 => any().prop_map(Event::Die),
        24 => any().prop_map(Event::Deliver),
        3 => any().prop_map(Event::DeliverUnanswered),
        3 => any().prop_map(Event::DeliverTwice),
        2 => any().prop_map(Event::Lose),
    ];
    prop::collection::vec(event, 0..300)
}

/// A process, which sees the circuit only in answers.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) id: ProcessId,
    epoch: u64,
    generation: u64,
    /// The last numbers that it gave.
    report: u64,
    lease: u64,
    /// The report that was not answered.
    unanswered: Option<Action>,
    leases: Vec<Action>,
}

impl Process {
    fn new(id: u64) -> Process {
        Process {
            id: ProcessId(id),
            epoch: 0,
            generation: 0,
            report: 0,
            lease: 0,
            unanswered: None,
            leases: Vec::new(),
        }
    }
}

/// A message that the store got, and what it made of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival {
    pub(crate) now: Millis,
    pub(crate) step: Step,
    pub(crate) view: View,
    /// Whether the same message has changed the circuit before, and the record still remembers its process.
    pub(crate) is_repeated: bool,
}

/// The store, the network and the processes.
pub(crate) struct Fleet {
    pub(crate) rules: Rules,
    pub(crate) circuit: Circuit,
    pub(crate) now: Millis,
    pub(crate) processes: Vec<Process>,
    next: u64,
    /// The messages that are on their way.
    network: Vec<Step>,
    pub(crate) arrivals: Vec<Arrival>,
}

impl Fleet {
    pub(crate) fn new(size: u64, rules: Rules) -> Fleet {
        let mut fleet = Fleet {
            rules,
            circuit: Circuit::new(7),
            now: 1_000_000,
            processes: Vec::new(),
            next: 0,
            network: Vec::new(),
            arrivals: Vec::new(),
        };
        for _ in 0..size {
            let process = fleet.begin();
            fleet.processes.push(process);
        }
        fleet
    }

    /// A new process, which joins.
    fn begin(&mut self) -> Process {
        self.next += 1;
        let mut process = Process::new(self.next);
        let view = self.arrive(message(self.rules, process.id, Action::Join));
        (process.epoch, process.generation) = (view.epoch, view.generation);
        process
    }

    pub(crate) fn run(&mut self, events: &[Event]) {
        for event in events {
            self.happen(event);
        }
    }

    fn happen(&mut self, event: &Event) {
        let size = self.processes.len();
        let place = |process: usize| process % size;
        match *event {
            Event::Pass(time) => self.now += time,
            Event::Jump(time) => self.now = self.now.saturating_add_signed(time),
            Event::Report { process, good, bad, tripped } => {
                self.report(place(process), Calls { good, bad, slow: 0 }, tripped);
            }
            Event::Lease(process) => {
                let process = &mut self.processes[place(process)];
                process.lease += 1;
                let action = Action::Lease { number: process.lease };
                self.network.push(message(self.rules, process.id, action));
            }
            Event::Outcome { process, has_failed } => self.end_lease(place(process), Some(has_failed)),
            Event::Release(process) => self.end_lease(place(process), None),
            Event::Force(process, time) => {
                self.send(place(process), |epoch, generation| Action::Force { epoch, generation, time });
            }
            Event::Reset(process) => {
                self.send(place(process), |epoch, generation| Action::Reset { epoch, generation });
            }
            Event::Leave(process) => self.send(place(process), |_, _| Action::Leave),
            Event::Die(process) => self.processes[place(process)] = self.begin(),
            Event::Deliver(at) => self.deliver(at, true),
            Event::DeliverUnanswered(at) => self.deliver(at, false),
            Event::DeliverTwice(at) => {
                if let Some(&step) = self.network.get(at % self.network.len().max(1)) {
                    self.network.push(step);
                    self.deliver(at, true);
                }
            }
            Event::Lose(at) => drop(self.take(at)),
        }
    }

    fn send(&mut self, process: usize, action: impl Fn(u64, u64) -> Action) {
        let process = &self.processes[process];
        let action = action(process.epoch, process.generation);
        self.network.push(message(self.rules, process.id, action));
    }

    fn report(&mut self, process: usize, calls: Calls, tripped: bool) {
        let process = &mut self.processes[process];
        let (epoch, generation) = (process.epoch, process.generation);
        let action = *process.unanswered.get_or_insert_with(|| {
            process.report += 1;
            Action::Report { epoch, generation, number: process.report, calls, tripped }
        });
        self.network.push(message(self.rules, process.id, action));
    }

    fn end_lease(&mut self, process: usize, outcome: Option<bool>) {
        let process = &mut self.processes[process];
        if process.leases.is_empty() {
            return;
        }
        let Action::Release { epoch, generation, lease } = process.leases.remove(0) else { unreachable!() };
        let action = match outcome {
            Some(has_failed) => Action::Outcome { epoch, generation, lease, has_failed },
            None => Action::Release { epoch, generation, lease },
        };
        self.network.push(message(self.rules, process.id, action));
    }

    fn take(&mut self, at: usize) -> Option<Step> {
        (!self.network.is_empty()).then(|| self.network.remove(at % self.network.len()))
    }

    fn deliver(&mut self, at: usize, is_answered: bool) {
        let Some(step) = self.take(at) else { return };
        let view = self.arrive(step);
        let found = self.processes.iter_mut().find(|process| process.id == step.process);
        let Some(process) = found.filter(|_| is_answered) else { return };
        (process.epoch, process.generation) = (view.epoch, view.generation);
        match step.action {
            action @ Action::Report { .. } if process.unanswered == Some(action) => process.unanswered = None,
            Action::Lease { number: lease } if view.granted => {
                process.leases.push(Action::Release {
                    epoch: view.epoch,
                    generation: view.generation,
                    lease,
                });
            }
            _ => {}
        }
        if !view.known {
            self.next += 1;
            *process = Process { epoch: view.epoch, generation: view.generation, ..Process::new(self.next) };
            self.network.push(message(self.rules, process.id, Action::Join));
        }
    }

    /// The store gets a message.
    pub(crate) fn arrive(&mut self, message: Step) -> View {
        let since = self.now.saturating_sub(10 * self.rules.window);
        let is_same =
            |arrival: &Arrival| arrival.step == message && arrival.view.changed && arrival.now > since;
        let is_repeated = self.arrivals.iter().any(is_same);
        let before = self.circuit.clone();
        let view = step(&mut self.circuit, self.now, message);
        assert_eq!(view.changed, self.circuit != before, "`changed` is what happened: {message:?}");
        self.arrivals.push(Arrival { now: self.now, step: message, view, is_repeated });
        view
    }

    pub(crate) fn look(&mut self) -> View {
        self.arrive(message(self.rules, ProcessId(0), Action::Look))
    }

    /// A process reports that its own rules have opened its breaker, in the generation that there is. Returns the phase.
    pub(crate) fn trip(&mut self, process: usize) -> Phase {
        let View { epoch, generation, .. } = self.look();
        let Process { id, report, .. } = self.processes[process];
        let calls = Calls { good: 0, bad: 1, slow: 0 };
        let action = Action::Report { epoch, generation, number: report + 1, calls, tripped: true };
        self.arrive(message(self.rules, id, action)).phase
    }

    /// A new process asks for a lease as often as it is told, and has got one after the time that is returned.
    pub(crate) fn wait_for_lease(&mut self) -> Option<Millis> {
        let start = self.now;
        let process = self.begin();
        for number in 1..20 {
            let view = self.arrive(message(self.rules, process.id, Action::Lease { number }));
            if view.granted || view.phase == Phase::Closed {
                return Some(self.now - start);
            }
            self.now += view.left.max(1);
        }
        None
    }
}

fn message(rules: Rules, process: ProcessId, action: Action) -> Step {
    Step { process, fresh: 9, rules, action }
}
