//! Random histories of a record: a clock that jumps, rules that change, and steps that are repeated, late or made up.

use std::{collections::BTreeMap, time::Duration};

use fastrand::Rng;
use retry_core::fleet::{Action, Answer, Calls, Claim, ProcessId, Record, Request, Rules, Step};

/// What is sent to the server for one step, and what must come back.
pub(crate) struct Expected {
    pub(crate) now: Duration,
    pub(crate) before: Option<Damage>,
    pub(crate) request: Request,
    pub(crate) answer: Answer,
    pub(crate) is_changed: bool,
    /// The life of a changed record; none if it lives for ever.
    pub(crate) life: Option<Duration>,
    /// The fields after the step.
    pub(crate) fields: Option<BTreeMap<String, String>>,
}

/// Something that happens to the record between two steps.
#[derive(Clone, Debug)]
pub(crate) enum Damage {
    Lost,
    Set(String, String),
    Removed(String),
}

/// One record, as the specification has it, and what the processes believe.
pub(crate) struct History {
    rng: Rng,
    micros: u64,
    rules: Vec<Rules>,
    processes: Vec<Process>,
    /// Epochs and generations that were seen, the latest last.
    seen: Vec<(u64, u64)>,
    leases: Vec<(ProcessId, u64, u64, u64)>,
    fields: Option<BTreeMap<String, String>>,
    reserve: bool,
    /// Whether more processes fail than the record keeps, and none opens the circuit.
    crowd: bool,
}

struct Process {
    id: ProcessId,
    report: u64,
    lease: u64,
}

const EDGES: [u64; 8] = [0, 1, 2, 1 << 50, (1 << 53) - 1, 1 << 53, (1 << 53) + 1, u64::MAX];

/// The latest time, in microseconds, that an argument of the script can have.
const LATEST: u64 = 1 << 53;

impl History {
    pub(crate) fn new(seed: u64) -> History {
        let mut rng = Rng::with_seed(seed);
        let crowd = rng.u8(..40) == 0;
        let count = if crowd { 80 } else { [1, 2, 3, 3, 5, 8, 40][rng.usize(..7)] };
        let process = |rng: &mut Rng| Process { id: ProcessId(rng.u64(..1 << 48)), report: 0, lease: 0 };
        let processes = (0..count).map(|_| process(&mut rng)).collect();
        let micros = if rng.u8(..10) == 0 { 0 } else { 1_700_000_000_000_000 + rng.u64(..1 << 40) };
        let mut rules = vec![any_rules(&mut rng)];
        while rng.u8(..4) == 0 {
            let mut other = any_rules(&mut rng);
            if rng.bool() {
                other.window = rules[0].window;
            }
            rules.push(other);
        }
        let reserve = rng.u8(..10) == 0;
        if crowd {
            rules = vec![Rules { failure_rate: 0, slow_rate: 0, quorum: 32, ..rules[0] }];
        }
        History {
            rng,
            micros,
            rules,
            processes,
            seen: Vec::new(),
            leases: Vec::new(),
            fields: None,
            reserve,
            crowd,
        }
    }

    /// Takes the next step.
    pub(crate) fn advance(&mut self) -> Expected {
        self.pass_time();
        let before = self.damage();
        let is_other_kind = self.rng.u16(..1_000) == 0;
        let request = if self.reserve == is_other_kind {
            Request::Circuit(self.step())
        } else {
            Request::Reserve(self.claim())
        };
        let now = Duration::from_micros(self.micros);
        let record = self.fields.as_ref().and_then(Record::from_fields);
        let (answer, written) = Record::answer(record.as_ref(), now, &request);
        let is_changed = written.is_some();
        let life = written.as_ref().and_then(|written| written.life);
        if let Some(written) = written {
            self.fields = Some(written.record.fields());
        }
        self.note(&request, &answer);
        Expected { now, before, request, answer, is_changed, life, fields: self.fields.clone() }
    }

    fn note(&mut self, request: &Request, answer: &Answer) {
        let (Request::Circuit(step), Answer::Circuit(view)) = (request, answer) else { return };
        if self.seen.last() != Some(&(view.epoch, view.generation)) {
            self.seen.push((view.epoch, view.generation));
        }
        if let Action::Lease { number } = step.action
            && view.granted
        {
            self.leases.push((step.process, view.epoch, view.generation, number));
        }
        // It draws another number, as a process of the fleet does, or goes on unknown.
        if !view.known && self.rng.bool() {
            let id = ProcessId(self.rng.u64(..1 << 48));
            if let Some(process) = self.processes.iter_mut().find(|process| process.id == step.process) {
                *process = Process { id, report: 0, lease: 0 };
            }
        }
    }

    fn pass_time(&mut self) {
        let rules = self.rules[self.rng.usize(..self.rules.len())];
        let rng = &mut self.rng;
        let times = [
            rules.window,
            rules.window / 10,
            rules.open_for,
            rules.open_for_max,
            rules.trial_timeout,
            300_000,
        ];
        let millis = times[rng.usize(..times.len())].min(1 << 43);
        let after = |micros: u64, more: u64| micros.saturating_add(more).min(LATEST);
        self.micros = match rng.u8(..40) {
            0..10 => self.micros,
            10..22 => after(self.micros, rng.u64(..50_000)),
            22..27 => after(self.micros, rng.u64(..2_000_000)),
            27..33 => after(self.micros, millis * 1_000),
            // The last and the first microsecond of a length of time.
            33 => after(self.micros, (millis * 1_000).saturating_sub(1)),
            34 => after(self.micros / 1_000 * 1_000, millis * 1_000 + 1),
            35 => self.micros.saturating_sub(rng.u64(..2_000_000)),
            36 => self.micros.saturating_sub(millis * 1_000),
            37 => self.micros.saturating_sub(3_600_000_000),
            38 => after(self.micros, 3_600_000_000),
            _ => match rng.u8(..8) {
                0 => 0,
                1 => rng.u64(..LATEST),
                2 => LATEST,
                _ => after(self.micros, rng.u64(..100_000)),
            },
        };
    }

    fn damage(&mut self) -> Option<Damage> {
        let fields = self.fields.as_mut()?;
        let rng = &mut self.rng;
        if rng.u8(..100) > 0 {
            return None;
        }
        let names: Vec<String> = fields.keys().filter(|name| !name.starts_with("m:")).cloned().collect();
        let name = names[rng.usize(..names.len())].clone();
        Some(match rng.u8(..6) {
            0 => {
                self.fields = None;
                Damage::Lost
            }
            1 => {
                fields.remove(&name);
                Damage::Removed(name)
            }
            kind => {
                let number = EDGES[rng.usize(..EDGES.len())].to_string();
                let texts =
                    ["", "0", "00", "-1", "1.5", "1e3", "0x1", " 1", ";", "1:2;", "1:2:3;", "4294967296"];
                let text = if kind < 4 { number } else { texts[rng.usize(..texts.len())].to_owned() };
                fields.insert(name.clone(), text.clone());
                Damage::Set(name, text)
            }
        })
    }

    fn claim(&mut self) -> Claim {
        let rates = [0, 1, 2, 3, 7, 10, 100, 999_999, 1_000_000, u32::MAX];
        let rng = &mut self.rng;
        let process = self.processes[rng.usize(..self.processes.len())].id;
        let tokens = [0, 1, 2, 50, u32::MAX][rng.usize(..5)];
        Claim { process, fresh: rng.u64(..1 << 48), per_second: rates[rng.usize(..rates.len())], tokens }
    }

    fn step(&mut self) -> Step {
        let rng = &mut self.rng;
        let rules = if rng.u8(..10) == 0 { self.rules[rng.usize(..self.rules.len())] } else { self.rules[0] };
        let at = rng.usize(..self.processes.len());
        let (epoch, generation) = seen(rng, &self.seen);
        let process = &mut self.processes[at];
        let mut id = process.id;
        if self.crowd && rng.u8(..5) > 0 {
            process.report += 1;
            let calls = Calls { good: 0, bad: 1, slow: 0 };
            let action = Action::Report { epoch, generation, number: process.report, calls, tripped: false };
            return Step { process: id, fresh: 0, rules, action };
        }
        let action = match rng.u8(..20) {
            0 => Action::Look,
            1 => Action::Join,
            2..9 => {
                let number = next(rng, &mut process.report);
                let tripped = rng.u8(..12) == 0;
                Action::Report { epoch, generation, number, calls: calls(rng), tripped }
            }
            9..14 => Action::Lease { number: next(rng, &mut process.lease) },
            kind @ 14..18 => {
                let lease = if self.leases.is_empty() || rng.u8(..10) == 0 {
                    (id, epoch, generation, process.lease)
                } else {
                    let at = if rng.bool() { self.leases.len() - 1 } else { rng.usize(..self.leases.len()) };
                    self.leases.remove(at)
                };
                if rng.u8(..8) == 0 {
                    // It is used again.
                    self.leases.push(lease);
                }
                let (holder, epoch, generation, lease) = lease;
                id = holder;
                match kind {
                    17 => Action::Release { epoch, generation, lease },
                    _ => Action::Outcome { epoch, generation, lease, has_failed: rng.u8(..3) == 0 },
                }
            }
            18 => Action::Leave,
            _ => match rng.u8(..12) {
                0..5 => Action::Reset { epoch, generation },
                5 => Action::Force { epoch, generation, time: EDGES[rng.usize(..EDGES.len())] },
                6 => Action::Force { epoch, generation, time: rng.u64(..5_000) },
                7 => Action::Force { epoch, generation, time: rng.u64(..1 << 45) },
                _ => Action::Look,
            },
        };
        if rng.u8(..50) == 0 {
            // Another process, with the numbers of this one.
            id = ProcessId(if rng.bool() { rng.u64(..4) } else { u64::MAX });
        }
        let fresh = if rng.u8(..20) == 0 { EDGES[rng.usize(..EDGES.len())] } else { rng.u64(..1 << 48) };
        Step { process: id, fresh, rules, action }
    }
}

/// The number that comes next, or one that came before or comes much later.
fn next(rng: &mut Rng, last: &mut u64) -> u64 {
    match rng.u8(..20) {
        0 => *last,
        1 => last.saturating_sub(rng.u64(..3)),
        2 => EDGES[rng.usize(..EDGES.len())],
        3 => {
            *last = 1;
            1
        }
        _ => {
            *last += 1;
            *last
        }
    }
}

/// The latest epoch and generation, or some others.
fn seen(rng: &mut Rng, all: &[(u64, u64)]) -> (u64, u64) {
    let latest = all.last().copied().unwrap_or_default();
    match rng.u8(..20) {
        0 if !all.is_empty() => all[rng.usize(..all.len())],
        1 => (latest.0, latest.1.wrapping_add(1)),
        2 => (latest.0 ^ 1, latest.1),
        3 => (EDGES[rng.usize(..EDGES.len())], EDGES[rng.usize(..EDGES.len())]),
        _ => latest,
    }
}

fn calls(rng: &mut Rng) -> Calls {
    let mut count = || match rng.u8(..12) {
        0..5 => 0,
        5..10 => rng.u32(..10),
        10 => rng.u32(..100_000),
        _ => u32::MAX,
    };
    Calls { good: count(), bad: count(), slow: count() }
}

fn any_rules(rng: &mut Rng) -> Rules {
    let lengths = [0, 1, 9, 10, 15, 99, 100, 999, 1_000, 5_000, 10_000, 60_000, 1 << 49, u64::MAX];
    let most = if rng.u8(..10) == 0 { lengths.len() } else { 12 };
    let mut length = || lengths[rng.usize(..most)];
    let [window, open_for, open_for_max, mut trial_timeout] = [length(), length(), length(), length()];
    if rng.u8(..4) > 0 {
        // Most trials end before their leases do.
        trial_timeout = trial_timeout.max(5_000);
    }
    let rates = [0, 0, 1, 100_000, 333_333, 500_000, 1_000_000, u32::MAX];
    Rules {
        quorum: [0, 1, 1, 2, 2, 3, 32, 33, u32::MAX][rng.usize(..9)],
        window,
        minimum_calls: [0, 1, 1, 5, 20, u32::MAX][rng.usize(..6)],
        failure_rate: rates[rng.usize(..8)],
        slow_rate: rates[rng.usize(..8)],
        open_for,
        // No record may expire by the server's own clock in the course of the test.
        open_for_max: if window.max(open_for).max(trial_timeout) < 10_000 { 20_000 } else { open_for_max },
        trial_timeout,
        trials: [0, 1, 1, 2, 3, 5, 65_535, u32::MAX][rng.usize(..8)],
        trial_failures: [0, 0, 0, 1, 2, u32::MAX][rng.usize(..6)],
    }
}
