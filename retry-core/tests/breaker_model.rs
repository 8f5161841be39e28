//! Any sequence of calls does to a `CircuitBreaker` what it does to a model that is written as simply as can be.
#![cfg(feature = "std")]

use std::cell::Cell;
use std::collections::VecDeque;
use std::time::Duration;

use proptest::prelude::*;
use retry_core::{CircuitBreaker, CircuitState, Permit};

#[derive(Clone, Debug)]
enum Step {
    Acquire,
    /// The permit of that number, modulo those that are held, comes back.
    Success(usize),
    Failure(usize),
    Drop(usize),
    Advance(u64),
    ForceOpen,
    Disable,
    Reset,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        12 => Just(Step::Acquire),
        5 => any::<usize>().prop_map(Step::Success),
        8 => any::<usize>().prop_map(Step::Failure),
        2 => any::<usize>().prop_map(Step::Drop),
        4 => (0..15_u64).prop_map(Step::Advance),
        1 => prop_oneof![Just(Step::ForceOpen), Just(Step::Disable), Just(Step::Reset)],
    ];
    prop::collection::vec(step, 0..200)
}

#[derive(Clone, Copy, Debug)]
enum Rule {
    InARow(u32),
    /// The rate, the window and the minimum.
    Calls(f64, u32, u32),
    /// The rate, the window in seconds and the minimum.
    Time(f64, u64, u32),
}

fn rules() -> impl Strategy<Value = Rule> {
    let rates = prop::sample::select(vec![0.1, 0.25, 1.0 / 3.0, 0.5, 0.75, 1.0]);
    prop_oneof![
        (1..5_u32).prop_map(Rule::InARow),
        (rates.clone(), 1..12_u32, 1..12_u32)
            .prop_map(|(rate, calls, least)| Rule::Calls(rate, calls, least)),
        (rates, prop::sample::select(vec![10, 20]), 1..12_u32)
            .prop_map(|(rate, time, least)| Rule::Time(rate, time, least)),
    ]
}

const OPEN_FOR: u64 = 10;

thread_local! {
    static NOW: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// The model's clock.
fn clock() -> Duration {
    NOW.get()
}

fn breaker(rule: Rule, trials: u32) -> CircuitBreaker {
    let breaker = CircuitBreaker::new().clock(clock).open_for(Duration::from_secs(OPEN_FOR)).trials(trials);
    match rule {
        Rule::InARow(failures) => breaker.consecutive_failures(failures),
        Rule::Calls(rate, calls, least) => {
            breaker.failure_rate(rate).window_calls(calls).minimum_calls(least)
        }
        Rule::Time(rate, time, least) => {
            breaker.failure_rate(rate).window_time(Duration::from_secs(time)).minimum_calls(least)
        }
    }
}

/// The model. Time is in seconds.
struct Model {
    rule: Rule,
    trials: u32,
    state: CircuitState,
    /// Changes so far: what a permit has to agree with.
    epoch: u32,
    now: u64,
    until: u64,
    in_a_row: u32,
    /// When each call ended, and whether it failed.
    calls: VecDeque<(u64, bool)>,
    /// When the first call of all ended: tenths of a window are counted from there.
    first: Option<u64>,
    running: u32,
    succeeded: u32,
}

impl Model {
    fn enter(&mut self, state: CircuitState) {
        self.state = state;
        self.epoch += 1;
        self.until = self.now + OPEN_FOR;
        (self.in_a_row, self.running, self.succeeded) = (0, 0, 0);
        self.calls.clear();
    }

    fn acquire(&mut self) -> Option<u32> {
        match self.state {
            CircuitState::Closed | CircuitState::Disabled => return Some(self.epoch),
            CircuitState::HalfOpen if self.running + self.succeeded < self.trials => {}
            CircuitState::Open | CircuitState::HalfOpen if self.now >= self.until => {
                self.enter(CircuitState::HalfOpen);
            }
            _ => return None,
        }
        self.running += 1;
        Some(self.epoch)
    }

    fn give_back(&mut self, epoch: u32, outcome: Option<bool>) {
        if epoch != self.epoch {
            return;
        }
        match (self.state, outcome) {
            (CircuitState::Closed, Some(failed)) => self.count(failed),
            (CircuitState::HalfOpen, Some(true)) => self.enter(CircuitState::Open),
            (CircuitState::HalfOpen, outcome) => {
                self.running -= 1;
                self.succeeded += u32::from(outcome.is_some());
                if self.succeeded == self.trials {
                    self.enter(CircuitState::Closed);
                }
            }
            _ => {}
        }
    }

    fn count(&mut self, failed: bool) {
        self.in_a_row = if failed { self.in_a_row + 1 } else { 0 };
        self.calls.push_back((self.now, failed));
        self.first.get_or_insert(self.now);
        if self.is_too_much() {
            self.enter(CircuitState::Open);
        }
    }

    fn is_too_much(&mut self) -> bool {
        let (rate, least) = match self.rule {
            Rule::InARow(failures) => return self.in_a_row >= failures,
            Rule::Calls(rate, calls, least) => {
                while self.calls.len() > calls as usize {
                    self.calls.pop_front();
                }
                (rate, least.min(calls))
            }
            Rule::Time(rate, time, least) => {
                let tenth = time / 10;
                let start = self.first.unwrap_or(self.now);
                let number = |ended: u64| (ended - start) / tenth;
                let oldest = number(self.now).saturating_sub(9);
                self.calls.retain(|(ended, _)| number(*ended) >= oldest);
                (rate, least)
            }
        };
        let failures = self.calls.iter().filter(|(_, failed)| *failed).count();
        self.calls.len() >= least as usize && failures as f64 / self.calls.len() as f64 >= rate
    }
}

proptest! {
    #[test]
    fn a_breaker_does_what_the_model_does(rule in rules(), trials in 1..4_u32, steps in steps()) {
        NOW.set(Duration::ZERO);
        let breaker = breaker(rule, trials);
        let mut model = Model {
            rule, trials, state: CircuitState::Closed, epoch: 0, now: 0, until: 0, in_a_row: 0,
            calls: VecDeque::new(), first: None, running: 0, succeeded: 0,
        };
        let mut held: Vec<(Permit<'_>, u32)> = Vec::new();
        for step in steps {
            let mut take = |number: usize| (!held.is_empty()).then(|| held.swap_remove(number % held.len()));
            match step {
                Step::Acquire => {
                    let (permit, epoch) = (breaker.acquire(), model.acquire());
                    prop_assert_eq!(permit.is_ok(), epoch.is_some());
                    held.extend(permit.ok().zip(epoch));
                }
                Step::Success(number) => if let Some((permit, epoch)) = take(number) {
                    permit.success();
                    model.give_back(epoch, Some(false));
                },
                Step::Failure(number) => if let Some((permit, epoch)) = take(number) {
                    permit.failure();
                    model.give_back(epoch, Some(true));
                },
                Step::Drop(number) => if let Some((permit, epoch)) = take(number) {
                    drop(permit);
                    model.give_back(epoch, None);
                },
                Step::Advance(seconds) => {
                    model.now += seconds;
                    NOW.set(Duration::from_secs(model.now));
                }
                Step::ForceOpen => {
                    breaker.force_open();
                    if model.state != CircuitState::ForcedOpen { model.enter(CircuitState::ForcedOpen); }
                }
                Step::Disable => {
                    breaker.disable();
                    if model.state != CircuitState::Disabled { model.enter(CircuitState::Disabled); }
                }
                Step::Reset => {
                    breaker.reset();
                    model.enter(CircuitState::Closed);
                }
            }
            prop_assert_eq!(breaker.state(), model.state);
        }
    }
}
