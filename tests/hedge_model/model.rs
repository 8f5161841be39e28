//! What a hedged call must do, event by event.

use reattempt::{CircuitBreaker, GiveUpReason, Permit};

use crate::case::{
    Act, BASE, Balances, Case, End, HANDLE_HINT, HINT, NOW, Probe, Wish, act_on, breaker, millis, probe,
};
use crate::world::{Ended, Event, Fault, Log, Output, REFUSED};

/// A hundredth of a copy is the unit of the budget of copies.
const COPY: u32 = 100;
const SAVED: u32 = 10 * COPY;

/// A try that runs.
#[derive(Clone, Copy)]
struct Try {
    number: u32,
    /// The time at which it ends, if it does.
    at: Option<u32>,
    is_copy: bool,
}

/// What ends a call early.
enum Broken {
    Dropped,
    Panicked,
}

/// How an attempt ended.
struct Attempted {
    result: Result<u32, Fault>,
    /// The try whose wishes count: the one with the result, or the first one after a timeout.
    by: u32,
    /// Whether that try has ended.
    has_ended: bool,
}

struct Model<'c> {
    case: &'c Case,
    breaker: Option<&'c CircuitBreaker>,
    /// What others will do to the breaker.
    acts: &'c [(u32, Act)],
    log: Log,
    tries: u32,
    running: Vec<Try>,
    /// Whether hedging has ended.
    is_over: bool,
    /// The longest wait that a try of the attempt asked for, of those that have ended.
    hint: u32,
    copies: u32,
    tokens: Option<u64>,
}

/// Runs a case, and returns all that can be seen of it.
pub(crate) fn run(case: &Case) -> (Ended, Log, Balances, Probe) {
    NOW.set(0);
    let (hedge, breaker) = (case.hedge, case.breaker.map(breaker));
    let mut model = Model {
        case,
        breaker: breaker.as_ref(),
        acts: &case.acts,
        log: Log::new(),
        tries: 0,
        running: Vec::new(),
        is_over: false,
        hint: 0,
        copies: hedge.map_or(0, |hedge| (hedge.paid * hedge.part).min(SAVED)),
        tokens: case.budget.map(u64::from),
    };
    let ended = match model.call() {
        Ok(output) => Ended::Returned(output),
        Err(Broken::Dropped) => Ended::Dropped,
        Err(Broken::Panicked) => Ended::Panicked,
    };
    let balances = (hedge.map(|_| u64::from(model.copies / COPY)), model.tokens);
    (ended, model.log, balances, breaker.as_ref().map(probe))
}

impl Model<'_> {
    fn note(&mut self, event: Event) {
        self.log.push((NOW.get(), event));
    }

    /// Moves the clock, unless the call is dropped by then.
    fn advance(&mut self, to: u32) -> Result<(), Broken> {
        let is_dropped = self.case.dropped <= to;
        let to = to.min(self.case.dropped);
        while let Some(((at, act), rest)) = self.acts.split_first().filter(|((at, _), _)| *at <= to) {
            NOW.set(*at);
            self.breaker.iter().for_each(|breaker| act_on(breaker, *act));
            self.acts = rest;
        }
        NOW.set(to);
        if is_dropped {
            return Err(self.broken(Broken::Dropped));
        }
        Ok(())
    }

    fn broken(&mut self, broken: Broken) -> Broken {
        self.drop_all();
        broken
    }

    /// Drops what runs: the copies, and then the first try.
    fn drop_all(&mut self) {
        self.running.sort_by_key(|running| (!running.is_copy, running.number));
        for running in std::mem::take(&mut self.running) {
            self.note(Event::Dropped(running.number));
        }
    }

    fn call(&mut self) -> Result<Output, Broken> {
        if self.case.dropped == 0 {
            return Err(Broken::Dropped);
        }
        let Ok(mut permit) = self.breaker.map(CircuitBreaker::acquire).transpose() else {
            let error = if self.case.form.explains { Fault::None } else { Fault::Open };
            return Ok(self.output(Err(error), GiveUpReason::CircuitOpen));
        };
        self.tokens = self.tokens.map(|tokens| tokens + 1);
        if let Some(hedge) = self.case.hedge {
            self.copies = (self.copies + hedge.part).min(SAVED);
        }
        // The number since the last restart, and the number of all.
        let (mut number, mut all) = (1, 1);
        loop {
            let Attempted { result, by, has_ended } = self.attempt()?;
            let asks = |wish| {
                let script = self.case.script(by);
                script.first_wish == wish || has_ended && script.last_wish == wish
            };
            let (stops, restarts, hints) = (asks(Wish::Stop), asks(Wish::Restart), asks(Wish::Hint));
            if result.is_ok_and(|value| value < REFUSED) || stops && result.is_ok() {
                if let Some(permit) = permit {
                    permit.success();
                }
                return Ok((result, None));
            }
            if restarts {
                number = 1;
            }
            let hint = self.hint.max(if hints { HANDLE_HINT } else { 0 });
            self.is_over |= hint > 0;
            settle(permit.take(), result);
            let wait = BASE.max(hint);
            if let Some(reason) = self.end(result, stops, number, wait) {
                return Ok(self.output(result, reason));
            }
            if self.case.form.has_hook {
                self.note(Event::Hook(all));
            }
            self.note(Event::Timer(wait));
            let over = NOW.get() + wait;
            if let Some(cancel) = self.case.cancel.filter(|at| *at <= over) {
                self.advance(cancel)?;
                return Ok(self.output(result, GiveUpReason::Cancelled));
            }
            self.advance(over)?;
            match self.breaker.map(CircuitBreaker::acquire).transpose() {
                Ok(next) => permit = next,
                Err(_) => return Ok(self.output(result, GiveUpReason::CircuitOpen)),
            }
            (number, all) = (number + 1, all + 1);
        }
    }

    /// Returns the result of a call that gives up.
    fn output(&self, result: Result<u32, Fault>, reason: GiveUpReason) -> Output {
        if self.case.form.explains {
            (result.map_or_else(Err, |_| Err(Fault::None)), Some(reason))
        } else {
            (result, None)
        }
    }

    /// Returns the reason to give up, if there is one.
    fn end(
        &mut self,
        result: Result<u32, Fault>,
        stops: bool,
        number: u32,
        wait: u32,
    ) -> Option<GiveUpReason> {
        if stops {
            return Some(GiveUpReason::Stopped);
        }
        if matches!(result, Err(Fault::Final(_))) {
            return Some(GiveUpReason::NotRetryable);
        }
        if number >= self.case.max {
            return Some(GiveUpReason::MaxAttempts);
        }
        if self.case.cancel.is_some_and(|at| at <= NOW.get()) {
            return Some(GiveUpReason::Cancelled);
        }
        if self.breaker.is_some_and(|breaker| breaker.retry_in() > millis(wait)) {
            return Some(GiveUpReason::CircuitOpen);
        }
        match &mut self.tokens {
            Some(0) => return Some(GiveUpReason::BudgetExhausted),
            Some(tokens) => *tokens -= 1,
            None => {}
        }
        None
    }

    /// Runs an attempt until its end.
    fn attempt(&mut self) -> Result<Attempted, Broken> {
        let has_timeout = self.case.form.has_timeout;
        if has_timeout {
            self.note(Event::Timer(self.case.timeout));
        }
        let timeout = has_timeout.then(|| NOW.get() + self.case.timeout);
        let hedge = self.case.hedge;
        let (mut copies, mut timer) = (0, None);
        self.hint = 0;
        self.start(false);
        let first = self.tries;
        if let Some(attempted) = self.end_what_is_ready()? {
            return Ok(attempted);
        }
        if let Some(hedge) = hedge.filter(|_| !self.is_over) {
            self.note(Event::Timer(hedge.delay));
            timer = Some(NOW.get() + hedge.delay);
        }
        loop {
            let events = self.running.iter().map(|running| running.at).chain([timer, timeout]);
            self.advance(events.flatten().min().unwrap_or(u32::MAX))?;
            let now = Some(NOW.get());
            if let Some(attempted) = self.end_what_is_ready()? {
                return Ok(attempted);
            }
            if let Some(hedge) = hedge.filter(|_| timer == now) {
                timer = None;
                if self.may_copy() {
                    self.copies -= COPY;
                    copies += 1;
                    if copies < hedge.copies {
                        self.note(Event::Timer(hedge.delay));
                        timer = Some(NOW.get() + hedge.delay);
                    }
                    self.start(true);
                    if let Some(attempted) = self.end_what_is_ready()? {
                        return Ok(attempted);
                    }
                }
            }
            if timeout == now {
                let has_ended = self.running.iter().all(|running| running.number != first);
                self.drop_all();
                return Ok(Attempted { result: Err(Fault::TimedOut), by: first, has_ended });
            }
        }
    }

    fn may_copy(&self) -> bool {
        use reattempt::CircuitState::{Closed, Disabled};
        let state = self.breaker.map_or(Closed, CircuitBreaker::state);
        !self.is_over && matches!(state, Closed | Disabled) && self.copies >= COPY
    }

    fn start(&mut self, is_copy: bool) {
        self.tries += 1;
        self.note(Event::Starts(self.tries));
        let at = self.case.script(self.tries).takes.map(|takes| NOW.get() + takes);
        self.running.push(Try { number: self.tries, at, is_copy });
    }

    /// Ends the tries whose time has come, in the order of their starts, until one of them ends the attempt.
    fn end_what_is_ready(&mut self) -> Result<Option<Attempted>, Broken> {
        while let Some(at) = self.running.iter().position(|running| running.at == Some(NOW.get())) {
            let Try { number, .. } = self.running.remove(at);
            self.note(Event::Ends(number));
            let script = self.case.script(number);
            let result = match script.end {
                End::Panic => return Err(self.broken(Broken::Panicked)),
                End::Accepted => Ok(number),
                End::Refused => Ok(REFUSED + number),
                End::Down => Err(Fault::Down(number)),
                End::Busy => Err(Fault::Busy(number)),
                End::Final => Err(Fault::Final(number)),
            };
            let asks = |wish| script.first_wish == wish || script.last_wish == wish;
            let of_error = if script.end == End::Busy { HINT } else { 0 };
            let of_handle = if asks(Wish::Hint) { HANDLE_HINT } else { 0 };
            self.hint = self.hint.max(of_error).max(of_handle);
            let is_last = self.running.is_empty();
            let is_final = matches!(script.end, End::Accepted | End::Final) || asks(Wish::Stop);
            if is_last || is_final {
                self.drop_all();
                return Ok(Some(Attempted { result, by: number, has_ended: true }));
            }
            self.is_over |= self.hint > 0;
        }
        Ok(None)
    }
}

/// Reports the outcome of an attempt to the breaker.
fn settle(permit: Option<Permit<'_>>, result: Result<u32, Fault>) {
    let Some(permit) = permit else { return };
    match result {
        Ok(_) => permit.success(),
        Err(Fault::Final(_)) => permit.ignore(),
        Err(_) => permit.failure(),
    }
}
