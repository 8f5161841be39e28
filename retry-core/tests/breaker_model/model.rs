//! A circuit breaker that is written as simply as can be. The fuzz target `breaker_budget` includes this file, too.

use std::cell::Cell;
use std::collections::VecDeque;
use std::time::Duration;

use retry_core::CircuitState::{Closed, Disabled, ForcedOpen, HalfOpen, Open};
use retry_core::{CircuitBreaker, CircuitState, Permit};

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Acquire,
    /// The permit of that number, modulo those that are held, comes back.
    Success(usize),
    Failure(usize),
    Drop(usize),
    Advance(u64),
    /// The clock is replaced by one that is behind.
    Back(u64),
    ForceOpen,
    ForceOpenFor(u64),
    Disable,
    Reset,
    /// All permits are dropped, and a setting is changed.
    Change(Change),
}

/// All settings. Times are in seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) in_a_row: u32,
    pub(crate) failure_rate: Option<f64>,
    /// The rate, and the time from which on a call is slow.
    pub(crate) slow: Option<(f64, u64)>,
    pub(crate) any_of: bool,
    pub(crate) window: Window,
    pub(crate) minimum: u32,
    pub(crate) open_for: u64,
    pub(crate) open_for_max: Option<u64>,
    pub(crate) trial_timeout: Option<u64>,
    /// The trials and how many of them may fail.
    pub(crate) trials: (u32, u32),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Window {
    Calls(u32),
    Time(u64),
}

/// A setting that is changed after calls were counted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    InARow(u32),
    FailureRate(f64),
    SlowCallRate(f64),
    AnyOf,
    Window(Window),
    Minimum(u32),
    OpenFor(u64),
    OpenForMax(u64),
    TrialTimeout(u64),
    Trials((u32, u32)),
    Clock,
    PermanentErrors,
}

thread_local! {
    pub(crate) static NOW: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// The model's clock.
fn clock() -> Duration {
    NOW.get()
}

pub(crate) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) fn breaker(settings: Settings) -> CircuitBreaker {
    let (calls, failures) = settings.trials;
    let mut breaker = CircuitBreaker::new()
        .clock(clock)
        .consecutive_failures(settings.in_a_row)
        .minimum_calls(settings.minimum)
        .open_for(seconds(settings.open_for))
        .trials(calls)
        .trial_failures(failures);
    breaker = with_window(breaker, settings.window);
    if let Some(rate) = settings.failure_rate {
        breaker = breaker.failure_rate(rate);
    }
    if let Some((rate, time)) = settings.slow {
        breaker = breaker.slow_call_rate(rate).slow_call(seconds(time));
    }
    if settings.any_of {
        breaker = breaker.any_of();
    }
    if let Some(max) = settings.open_for_max {
        breaker = breaker.open_for_max(seconds(max));
    }
    match settings.trial_timeout {
        Some(time) => breaker.trial_timeout(seconds(time)),
        None => breaker,
    }
}

fn with_window(breaker: CircuitBreaker, window: Window) -> CircuitBreaker {
    match window {
        Window::Calls(calls) => breaker.window_calls(calls),
        Window::Time(time) => breaker.window_time(seconds(time)),
    }
}

pub(crate) fn changed(breaker: CircuitBreaker, change: Change) -> CircuitBreaker {
    match change {
        Change::InARow(failures) => breaker.consecutive_failures(failures),
        Change::FailureRate(rate) => breaker.failure_rate(rate),
        Change::SlowCallRate(rate) => breaker.slow_call_rate(rate),
        Change::AnyOf => breaker.any_of(),
        Change::Window(window) => with_window(breaker, window),
        Change::Minimum(calls) => breaker.minimum_calls(calls),
        Change::OpenFor(time) => breaker.open_for(seconds(time)),
        Change::OpenForMax(time) => breaker.open_for_max(seconds(time)),
        Change::TrialTimeout(time) => breaker.trial_timeout(seconds(time)),
        Change::Trials((calls, failures)) => breaker.trial_failures(0).trials(calls).trial_failures(failures),
        Change::Clock => breaker.clock(clock),
        Change::PermanentErrors => breaker.count_permanent_errors(),
    }
}

/// A call that has ended: when, whether it failed and whether it was slow.
#[derive(Clone, Copy, Debug)]
struct Ended {
    at: u64,
    failed: bool,
    slow: bool,
}

/// The model. Time is in seconds.
pub(crate) struct Model {
    settings: Settings,
    state: CircuitState,
    /// Changes so far: what a permit has to agree with.
    epoch: u32,
    now: u64,
    /// When the circuit opened, when its trials began, and when it was forced open.
    opened: u64,
    tried: u64,
    forced: u64,
    /// How long it is forced open.
    forced_for: Option<u64>,
    openings: u32,
    /// Whether its rules have opened it.
    by_rule: bool,
    in_a_row: u32,
    calls: VecDeque<Ended>,
    /// When the first call of all ended: tenths of a window are counted from there.
    first: Option<u64>,
    running: u32,
    succeeded: u32,
    failed: u32,
}

impl Model {
    pub(crate) fn new(settings: Settings) -> Model {
        Model {
            settings,
            state: Closed,
            epoch: 0,
            now: 0,
            opened: 0,
            tried: 0,
            forced: 0,
            forced_for: None,
            openings: 0,
            by_rule: false,
            in_a_row: 0,
            calls: VecDeque::new(),
            first: None,
            running: 0,
            succeeded: 0,
            failed: 0,
        }
    }

    fn enter(&mut self, state: CircuitState) {
        let is_outage = |state| matches!(state, Open | HalfOpen);
        if !(is_outage(state) && (is_outage(self.state) || self.state == Closed)) {
            (self.openings, self.by_rule, self.in_a_row) = (0, false, 0);
            self.calls.clear();
        }
        match state {
            Open => {
                self.by_rule |= self.state == Closed;
                self.openings += 1;
                self.opened = self.now;
            }
            HalfOpen => self.tried = self.now,
            _ => {}
        }
        self.state = state;
        self.epoch += 1;
        (self.running, self.succeeded, self.failed) = (0, 0, 0);
    }

    fn open_time(&self) -> u64 {
        let Settings { open_for, open_for_max, .. } = self.settings;
        match open_for_max {
            None => open_for,
            Some(max) => (open_for << (self.openings.clamp(1, 20) - 1)).min(max),
        }
    }

    fn trial_time(&self) -> u64 {
        self.settings.trial_timeout.unwrap_or(self.settings.open_for)
    }

    /// How much longer calls are refused; `None` if there is no end.
    fn left(&self) -> Option<u64> {
        let (start, length) = match self.state {
            HalfOpen if self.admitted() < self.settings.trials.0 => return Some(0),
            Open => (self.opened, self.open_time()),
            HalfOpen => (self.tried, self.trial_time()),
            ForcedOpen => (self.forced, self.forced_for?),
            _ => return Some(0),
        };
        Some(if start > self.now { 0 } else { (start + length).saturating_sub(self.now) })
    }

    fn admitted(&self) -> u32 {
        self.running + self.succeeded + self.failed
    }

    fn acquire(&mut self) -> Option<u32> {
        if self.left() != Some(0) {
            return None;
        }
        match self.state {
            Closed | Disabled => return Some(self.epoch),
            // The last trial of all has as much time as the first.
            HalfOpen if self.admitted() < self.settings.trials.0 => self.tried = self.now,
            _ => self.enter(HalfOpen),
        }
        self.running += 1;
        Some(self.epoch)
    }

    pub(crate) fn give_back(&mut self, (epoch, acquired): (u32, u64), outcome: Option<bool>) {
        if epoch != self.epoch {
            return;
        }
        let slow = self.settings.slow.is_some_and(|(_, time)| self.now.saturating_sub(acquired) >= time);
        match (self.state, outcome) {
            (Closed, Some(failed)) => self.count(Ended { at: self.now, failed, slow }),
            (HalfOpen, outcome) => {
                self.running -= 1;
                match outcome {
                    None => {}
                    Some(failed) if failed || slow => self.failed += 1,
                    Some(_) => self.succeeded += 1,
                }
                let (calls, failures) = self.settings.trials;
                if self.failed > failures {
                    self.enter(Open);
                } else if self.failed + (calls - self.succeeded - self.failed) <= failures {
                    // Even if all others failed, they would not be too many.
                    self.enter(Closed);
                }
            }
            _ => {}
        }
    }

    fn count(&mut self, call: Ended) {
        self.in_a_row = if call.failed { self.in_a_row + 1 } else { 0 };
        if self.has_rates() {
            self.calls.push_back(call);
            self.first.get_or_insert(self.now);
        }
        let counts_in_a_row = self.settings.failure_rate.is_none() || self.settings.any_of;
        let in_a_row = counts_in_a_row && self.in_a_row >= self.settings.in_a_row;
        if in_a_row || self.reaches_a_rate() {
            self.enter(Open);
        }
    }

    fn has_rates(&self) -> bool {
        self.settings.failure_rate.is_some() || self.settings.slow.is_some()
    }

    fn reaches_a_rate(&self) -> bool {
        let Settings { failure_rate, slow, window, minimum, .. } = self.settings;
        let least = match window {
            Window::Calls(calls) => minimum.min(calls),
            Window::Time(_) => minimum,
        };
        let (calls, failures, slow_calls) = self.counts();
        let reaches = |part: u64, rate: f64| part as f64 / calls as f64 >= rate;
        self.has_rates()
            && calls >= u64::from(least)
            && (failure_rate.is_some_and(|rate| reaches(failures, rate))
                || slow.is_some_and(|(rate, _)| reaches(slow_calls, rate)))
    }

    /// The calls, the failed ones and the slow ones that the rules see.
    fn counts(&self) -> (u64, u64, u64) {
        if !matches!(self.state, Closed | Open | HalfOpen) || (self.state != Closed && !self.by_rule) {
            return (0, 0, 0);
        }
        if !self.has_rates() {
            return (0, self.in_a_row.into(), 0);
        }
        let is_in_window = |(back, call): &(usize, &Ended)| match self.settings.window {
            Window::Calls(calls) => *back < calls as usize,
            Window::Time(time) => {
                let tenth = |at: u64| (at - self.first.unwrap_or(at)) / (time / 10);
                tenth(call.at) + 10 > tenth(self.now)
            }
        };
        let calls: Vec<_> = self.calls.iter().rev().enumerate().filter(is_in_window).collect();
        let count =
            |matches: fn(&Ended) -> bool| calls.iter().filter(|(_, call)| matches(call)).count() as u64;
        (count(|_| true), count(|call| call.failed), count(|call| call.slow))
    }

    pub(crate) fn change(&mut self, change: Change) {
        let settings = &mut self.settings;
        match change {
            Change::InARow(failures) => settings.in_a_row = failures,
            Change::FailureRate(rate) => settings.failure_rate = Some(rate),
            Change::SlowCallRate(rate) => {
                settings.slow = Some((rate, settings.slow.map_or(60, |(_, time)| time)));
            }
            Change::AnyOf => settings.any_of = true,
            Change::Window(window) => settings.window = window,
            Change::Minimum(calls) => settings.minimum = calls,
            Change::OpenFor(time) => settings.open_for = time,
            Change::OpenForMax(time) => settings.open_for_max = Some(time),
            Change::TrialTimeout(time) => settings.trial_timeout = Some(time),
            Change::Trials(trials) => settings.trials = trials,
            Change::Clock | Change::PermanentErrors => {}
        }
        self.openings = self.openings.min(1);
        (self.by_rule, self.in_a_row, self.first) = (false, 0, None);
        (self.running, self.succeeded, self.failed) = (0, 0, 0);
        self.calls.clear();
    }

    /// Sets the clock back, unless the window is one of time: which calls it then holds is nobody's business.
    fn back(&mut self, seconds: u64) {
        if matches!(self.settings.window, Window::Calls(_)) {
            self.now = self.now.saturating_sub(seconds);
        }
    }

    fn by_hand(&mut self, step: &Step) -> bool {
        match step {
            Step::ForceOpen if self.state != ForcedOpen || self.forced_for.is_some() => {
                self.enter(ForcedOpen);
                self.forced_for = None;
            }
            Step::ForceOpenFor(time) => {
                self.enter(ForcedOpen);
                (self.forced, self.forced_for) = (self.now, Some(*time));
            }
            Step::Disable if self.state != Disabled => self.enter(Disabled),
            Step::Reset => self.enter(Closed),
            Step::Advance(seconds) => self.now += seconds,
            Step::Back(seconds) => self.back(*seconds),
            Step::ForceOpen | Step::Disable => {}
            _ => return false,
        }
        NOW.set(seconds(self.now));
        true
    }
}

/// Permits with the model's: its epoch and when it was acquired.
pub(crate) type Held<'b> = Vec<(Permit<'b>, (u32, u64))>;

/// Takes a step on both.
pub(crate) fn take<'b>(breaker: &'b CircuitBreaker, model: &mut Model, held: &mut Held<'b>, step: &Step) {
    let mut held_one = |number: usize| (!held.is_empty()).then(|| held.swap_remove(number % held.len()));
    match *step {
        Step::Acquire => {
            let (permit, epoch) = (breaker.acquire(), model.acquire());
            assert_eq!(permit.is_ok(), epoch.is_some());
            held.extend(permit.ok().zip(epoch.map(|epoch| (epoch, model.now))));
        }
        Step::Success(number) => {
            if let Some((permit, token)) = held_one(number) {
                permit.success();
                model.give_back(token, Some(false));
            }
        }
        Step::Failure(number) => {
            if let Some((permit, token)) = held_one(number) {
                permit.failure();
                model.give_back(token, Some(true));
            }
        }
        Step::Drop(number) => {
            if let Some((permit, token)) = held_one(number) {
                drop(permit);
                model.give_back(token, None);
            }
        }
        Step::ForceOpen => breaker.force_open(),
        Step::ForceOpenFor(time) => breaker.force_open_for(seconds(time)),
        Step::Disable => breaker.disable(),
        Step::Reset => breaker.reset(),
        Step::Advance(_) | Step::Back(_) | Step::Change(_) => {}
    }
    model.by_hand(step);
}

pub(crate) fn compare(breaker: &CircuitBreaker, model: &Model) {
    assert_eq!(breaker.state(), model.state);
    assert_eq!(breaker.retry_in(), model.left().map_or(Duration::MAX, seconds));
    let counts = breaker.counts();
    assert_eq!((counts.calls(), counts.failures(), counts.slow()), model.counts());
}
