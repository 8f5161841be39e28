//! A hedged attempt: the body, and copies of it that start beside it while it does not answer.
//!
//! The first try is polled in the caller's future. What a copy needs, a timer and the copies themselves, is allocated when
//! the first try does not answer at once. One attempt has one outcome, whatever number of copies it has: the result that
//! is taken, for the breaker and the budget, too. The other copies are dropped with the attempt, and release their permits.

use core::cell::Cell;
use core::fmt::Display;
use core::future::Future;
use core::pin::Pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll};
use core::time::Duration;
use std::boxed::Box;
use std::vec::Vec;

use pin_project_lite::pin_project;

use super::handle::Call;
use super::limits::{Lend, Shared};
use super::site::Site;
use crate::breaker::Permit;
use crate::decision::Outcome;
use crate::error::{Failure, OwnDelay};
use crate::hedge::{Hedge, Watch};
use crate::observe::{self, HedgeEvent, LogLevel};
use crate::policy::nanos::{Nanos, from_duration, to_duration};
use crate::runtime::sleep::{Slept, timer_with};
use crate::runtime::{self, Clock, Wait, enabled};

/// Returns the hedge that an argument lends.
#[inline]
pub fn lend_hedge<L: Lend<Hedge> + ?Sized>(lender: &L) -> Option<&Hedge> {
    lender.lend()
}

/// The use that a call makes of its hedge.
#[derive(Debug)]
pub struct Hedging<'a> {
    hedge: Option<&'a Hedge>,
    operation: &'static str,
    level: LogLevel,
    /// Whether the peer has asked to wait, so that no more copies start.
    is_over: AtomicBool,
}

impl<'a> Hedging<'a> {
    /// Starts a call, which deposits its part of a copy.
    #[inline]
    #[must_use]
    pub fn new(hedge: Option<&'a Hedge>, site: &Site<'_>) -> Hedging<'a> {
        if let Some(hedge) = hedge {
            hedge.deposit();
        }
        let (operation, level) = (site.operation, site.log.of_hedge());
        Hedging { hedge, operation, level, is_over: AtomicBool::new(false) }
    }

    /// Returns the failure of an attempt, whose hint ends hedging for the call when it is read.
    #[inline]
    pub fn watch<F: Failure>(&self, failure: F) -> Watched<'_, F> {
        Watched { failure, is_over: &self.is_over }
    }

    /// Returns the hedge if a copy may start in this call.
    fn active(&self) -> Option<&'a Hedge> {
        let hedge = self.hedge.filter(|_| !self.is_over.load(Ordering::Relaxed))?;
        enabled::is_enabled().then_some(hedge)
    }

    /// Runs an attempt with its copies, which `start` creates. The timer is that of the runtime.
    #[inline]
    pub fn attempt<'h, 's, F, S, J>(
        &'h self,
        attempt: u32,
        shared: Option<&'h mut Shared<'s>>,
        start: S,
        judge: J,
    ) -> Hedged<'h, 's, F, S, J, impl FnMut(Duration) -> Wait, Wait>
    where
        S: Fn() -> F,
    {
        let timer = |delay| Wait::timer(from_duration(delay));
        let call = HedgedCall { hedging: self, attempt, shared };
        Hedged { call, judge, timer, race: None, first: start(), start }
    }

    /// Runs an attempt like [`attempt`](Self::attempt), with the caller's timer.
    #[inline]
    pub fn attempt_with<'h, 's, F, S, J, W: Future<Output = ()>>(
        &'h self,
        attempt: u32,
        shared: Option<&'h mut Shared<'s>>,
        start: S,
        judge: J,
        sleep: impl Fn(Duration) -> W,
    ) -> Hedged<'h, 's, F, S, J, impl FnMut(Duration) -> Slept<W>, Slept<W>>
    where
        S: Fn() -> F,
    {
        let timer = move |delay| timer_with(&sleep, delay);
        let call = HedgedCall { hedging: self, attempt, shared };
        Hedged { call, judge, timer, race: None, first: start(), start }
    }
}

/// A failure whose hint ends hedging. See [`Hedging::watch`].
#[derive(Debug)]
pub struct Watched<'h, F> {
    failure: F,
    is_over: &'h AtomicBool,
}

impl<F: Failure> Failure for Watched<'_, F> {
    fn describe(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.failure.describe(f)
    }

    fn is_retryable(&self) -> bool {
        self.failure.is_retryable()
    }

    fn hint(&self) -> Option<Duration> {
        let hint = self.failure.hint();
        if hint.is_some() {
            self.is_over.store(true, Ordering::Relaxed);
        }
        hint
    }

    fn own_delay(&self) -> Option<&dyn OwnDelay> {
        self.failure.own_delay()
    }

    fn is_refusal(&self) -> bool {
        self.failure.is_refusal()
    }

    fn operation(&self) -> Option<&dyn Display> {
        self.failure.operation()
    }

    fn waited(&self) -> Option<&Cell<u64>> {
        self.failure.waited()
    }
}

/// A question about the result of one try, while others run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Whether the result is a value.
    IsValue,
    /// Whether the result ends the attempt: an accepted value, or an error that is not retried.
    EndsAttempt,
}

/// Answers a question about an outcome by the rules of a function.
#[inline]
pub fn judge<O: Outcome>(
    outcome: O,
    question: Question,
    accepts: impl FnOnce(&O::Ok) -> bool,
    is_final: impl FnOnce(&O::Error) -> bool,
) -> (O, bool) {
    let result = outcome.into_result();
    let answer = match (&result, question) {
        (result, Question::IsValue) => result.is_ok(),
        (Ok(value), Question::EndsAttempt) => accepts(value),
        (Err(error), Question::EndsAttempt) => is_final(error),
    };
    (O::from_result(result), answer)
}

/// Answers a question like [`judge`] about the outcome of a try with its own handle, which may have stopped the call.
#[inline]
pub fn judge_with_call<O: Outcome>(
    (outcome, call): (O, Call),
    question: Question,
    accepts: impl FnOnce(&O::Ok) -> bool,
    is_final: impl FnOnce(&O::Error) -> bool,
) -> ((O, Call), bool) {
    let is_stopped = call.is_stopped();
    let (outcome, answer) = judge(outcome, question, accepts, |error| is_stopped || is_final(error));
    ((outcome, call), answer)
}

pin_project! {
    /// A hedged attempt. See the module's documentation.
    #[must_use = "an attempt runs only when awaited"]
    pub struct Hedged<'h, 's, F, S, J, N, W> {
        call: HedgedCall<'h, 's>,
        start: S,
        judge: J,
        timer: N,
        race: Option<Pin<Box<Race<'h, 's, F, W>>>>,
        #[pin]
        first: F,
    }
}

/// The call of an attempt.
struct HedgedCall<'h, 's> {
    hedging: &'h Hedging<'h>,
    attempt: u32,
    shared: Option<&'h mut Shared<'s>>,
}

pin_project! {
    /// What an attempt needs once it has not answered at once.
    struct Race<'h, 's, F, W> {
        hedge: &'h Hedge,
        started: Nanos,
        delay: Duration,
        first: First<'h>,
        copies: Vec<RunningCopy<'s, F>>,
        // The number of copies that have started.
        number: u32,
        // The time before the next copy, or `None` if there is none.
        #[pin]
        timer: Option<W>,
    }
}

/// The first try of an attempt.
enum First<'h> {
    Running(Option<Watch<'h>>),
    Failed,
}

/// A copy that runs.
struct RunningCopy<'s, F> {
    number: u32,
    permit: Option<Permit<'s>>,
    future: Pin<Box<F>>,
}

impl<T, F, S, J, N, W> Future for Hedged<'_, '_, F, S, J, N, W>
where
    F: Future<Output = T>,
    S: Fn() -> F,
    J: FnMut(T, Question) -> (T, bool),
    N: FnMut(Duration) -> W,
    W: Future<Output = ()>,
{
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let this = self.project();
        let Some(race) = this.race else {
            let answer = this.call.poll_first(this.first, context);
            let Some(hedge) = this.call.hedging.active().filter(|_| answer.is_pending()) else { return answer };
            let race = this.race.insert(Box::pin(Race::new(hedge, this.timer)));
            return race.as_mut().poll_timer(this.call, (this.start, this.judge, this.timer), context);
        };
        if let First::Running(_) = race.as_mut().project().first {
            if let Poll::Ready(answer) = this.call.poll_first(this.first, context) {
                if let Some(answer) = race.as_mut().first_answered(answer, this.judge) {
                    return Poll::Ready(answer);
                }
            }
        }
        if let Some(answer) = race.as_mut().poll_copies(this.call, this.judge, context) {
            return Poll::Ready(answer);
        }
        race.as_mut().poll_timer(this.call, (this.start, this.judge, this.timer), context)
    }
}

impl<'s> HedgedCall<'_, 's> {
    /// Polls the first try, which may be a trial of the breaker.
    fn poll_first<F: Future>(&self, first: Pin<&mut F>, context: &mut Context<'_>) -> Poll<F::Output> {
        let _running = self.shared.as_ref().and_then(|shared| shared.enter_trial());
        first.poll(context)
    }

    /// Returns the permit of another copy if one may start: the breaker is closed, and the budget of copies can pay.
    fn admit_copy(&self, hedge: &Hedge) -> Option<Option<Permit<'s>>> {
        self.hedging.active()?;
        let permit = match &self.shared {
            Some(shared) => shared.permit_for_copy()?,
            None => None,
        };
        hedge.pay().then_some(permit)
    }

    fn emit(&self, emit: fn(&HedgeEvent<'_>), copy: u32, delay: Nanos) {
        if observe::is_watched() {
            let &Hedging { ref operation, level, .. } = self.hedging;
            let (label, attempt, delay) = (*operation, self.attempt, to_duration(delay));
            emit(&HedgeEvent { operation, label, attempt, copy, delay, level });
        }
    }
}

impl<'h, 's, F, W> Race<'h, 's, F, W>
where
    F: Future,
    W: Future<Output = ()>,
{
    fn new(hedge: &'h Hedge, timer: &mut impl FnMut(Duration) -> W) -> Self {
        let (started, delay) = (runtime::now(Clock::Async), hedge.delay());
        let first = First::Running(hedge.watch(started));
        Race { hedge, started, delay, first, copies: Vec::new(), number: 0, timer: Some(timer(delay)) }
    }

    /// Returns the answer of the first try if it ends the attempt.
    fn first_answered<J>(self: Pin<&mut Self>, answer: F::Output, judge: &mut J) -> Option<F::Output>
    where
        J: FnMut(F::Output, Question) -> (F::Output, bool),
    {
        let this = self.project();
        let mut answer = answer;
        if let First::Running(Some(watch)) = core::mem::replace(this.first, First::Failed) {
            let is_value;
            (answer, is_value) = judge(answer, Question::IsValue);
            watch.ended(is_value);
        }
        if this.copies.is_empty() {
            return Some(answer);
        }
        let (answer, ends) = judge(answer, Question::EndsAttempt);
        ends.then_some(answer)
    }

    /// Polls the copies, and returns the answer of the first one that ends the attempt.
    fn poll_copies<J>(
        self: Pin<&mut Self>,
        call: &mut HedgedCall<'_, 's>,
        judge: &mut J,
        context: &mut Context<'_>,
    ) -> Option<F::Output>
    where
        J: FnMut(F::Output, Question) -> (F::Output, bool),
    {
        let this = self.project();
        let mut at = 0;
        while at < this.copies.len() {
            let Poll::Ready(mut answer) = this.copies[at].future.as_mut().poll(context) else {
                at += 1;
                continue;
            };
            let RunningCopy { number, permit, .. } = this.copies.remove(at);
            let is_last = this.copies.is_empty() && matches!(this.first, First::Failed);
            let mut ends = is_last;
            if !is_last {
                (answer, ends) = judge(answer, Question::EndsAttempt);
            }
            if ends {
                let is_value;
                (answer, is_value) = judge(answer, Question::IsValue);
                if let Some(shared) = &mut call.shared {
                    shared.take_over(permit);
                }
                if is_value {
                    call.emit(observe::hedge_won, number, runtime::now(Clock::Async).saturating_sub(*this.started));
                }
                return Some(answer);
            }
        }
        None
    }

    /// Starts a copy each time the delay has passed, as far as copies are allowed.
    fn poll_timer<S, J>(
        mut self: Pin<&mut Self>,
        call: &mut HedgedCall<'_, 's>,
        (start, judge, timer): (&S, &mut J, &mut impl FnMut(Duration) -> W),
        context: &mut Context<'_>,
    ) -> Poll<F::Output>
    where
        S: Fn() -> F,
        J: FnMut(F::Output, Question) -> (F::Output, bool),
    {
        loop {
            let mut this = self.as_mut().project();
            let Some(running) = this.timer.as_mut().as_pin_mut() else { return Poll::Pending };
            if running.poll(context).is_pending() {
                return Poll::Pending;
            }
            if let First::Running(Some(watch)) = this.first {
                watch.is_late();
            }
            this.timer.set(None);
            let Some(permit) = call.admit_copy(this.hedge) else { return Poll::Pending };
            *this.number += 1;
            let number = *this.number;
            this.copies.push(RunningCopy { number, permit, future: Box::pin(start()) });
            call.emit(observe::hedge_started, number, runtime::now(Clock::Async).saturating_sub(*this.started));
            if number < u32::from(this.hedge.most_copies()) {
                this.timer.set(Some(timer(*this.delay)));
            }
            // The new copy is polled by `poll_copies` with the others, which have not answered a moment ago.
            if let Some(answer) = self.as_mut().poll_copies(call, judge, context) {
                return Poll::Ready(answer);
            }
        }
    }
}
