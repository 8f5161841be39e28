//! A hedged attempt: the body, and copies of it that start beside it while it does not answer.
//!
//! The first try is polled in the caller's future. What a copy needs, a timer and the copies themselves, is allocated when
//! the first try does not answer at once. One attempt has one outcome, whatever number of copies it has: the result that
//! is taken, for the breaker and the budget, too. The other copies are dropped with the attempt, and release their permits.

use core::cell::Cell;
use core::fmt::Display;
use core::future::Future;
use core::pin::Pin;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use core::task::{Context, Poll};
use core::time::Duration;
use std::boxed::Box;
use std::sync::OnceLock;
use std::vec::Vec;

use pin_project_lite::pin_project;

use super::handle::Call;
use super::limits::{Lend, Shared};
use super::site::Site;
use crate::breaker::{Permit, Running};
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
    /// The number of the attempt that runs.
    attempt: AtomicU32,
}

impl<'a> Hedging<'a> {
    /// Starts a call. Its first attempt deposits the call's part of a copy.
    #[inline]
    #[must_use]
    pub fn new(hedge: Option<&'a Hedge>, site: &Site<'_>) -> Hedging<'a> {
        let (operation, level) = (site.operation, site.log.of_hedge());
        Hedging { hedge, operation, level, is_over: AtomicBool::new(false), attempt: AtomicU32::new(1) }
    }

    /// Returns the failure of an attempt, whose hint ends hedging for the call when it is read.
    #[inline]
    pub fn watch<F: Failure>(&self, failure: F) -> Watched<'_, F> {
        Watched { failure, hedging: self }
    }

    /// Returns the hedge if a copy may start in this call.
    fn active(&self) -> Option<&'a Hedge> {
        let hedge = self.hedge.filter(|_| !self.is_over.load(Ordering::Relaxed))?;
        enabled::is_enabled().then_some(hedge)
    }

    /// Returns the failure of one try, and whether it ends the attempt although others run. Its hint ends hedging.
    pub fn is_final(&self, failure: &impl Failure) -> bool {
        self.hinted(failure.hint().is_some());
        !failure.is_retryable()
    }

    /// Ends hedging for this call if the peer has asked to wait.
    #[inline]
    pub fn hinted(&self, has_hint: bool) {
        if has_hint {
            self.is_over.store(true, Ordering::Relaxed);
        }
    }

    /// Runs an attempt with its copies, which `start` creates. The timer is that of the runtime.
    #[inline]
    pub fn attempt<'h, T, F, X, H, S, J>(
        &'h self,
        attempt: u32,
        shared: X,
        handles: H,
        start: S,
        judge: J,
    ) -> Hedged<'h, F, X, H, S, J, impl FnMut(Duration) -> Wait, Wait>
    where
        F: Future<Output = T>,
        X: CopyPermits,
        H: Handles,
        S: Fn(H::Handle) -> F,
        J: FnMut(T, Question, &Hedging<'_>) -> (T, bool),
    {
        let timer = |delay| Wait::timer(from_duration(delay));
        self.first_try(attempt, shared, handles, start, judge, timer)
    }

    fn first_try<'h, F, X: CopyPermits, H: Handles, S: Fn(H::Handle) -> F, J, N, W>(
        &'h self,
        attempt: u32,
        shared: X,
        handles: H,
        start: S,
        judge: J,
        timer: N,
    ) -> Hedged<'h, F, X, H, S, J, N, W> {
        if let Some(hedge) = self.hedge.filter(|_| attempt == 1) {
            hedge.deposit();
        }
        self.attempt.store(attempt, Ordering::Relaxed);
        let first = start(handles.first());
        Hedged { call: HedgedCall { hedging: self, shared, handles }, start, judge, timer, race: None, first }
    }
}

/// Runs an attempt like [`Hedging::attempt`], with the caller's timer.
#[inline]
pub fn hedged_with<'h, T, F, X, H, S, J, N, W>(
    hedging: &'h Hedging<'h>,
    attempt: u32,
    shared: X,
    handles: H,
    start: S,
    judge: J,
    sleep: &'h N,
) -> Hedged<'h, F, X, H, S, J, impl FnMut(Duration) -> Slept<W> + use<'h, T, F, X, H, S, J, N, W>, Slept<W>>
where
    F: Future<Output = T>,
    X: CopyPermits,
    H: Handles,
    S: Fn(H::Handle) -> F,
    J: FnMut(T, Question, &Hedging<'_>) -> (T, bool),
    N: Fn(Duration) -> W,
    W: Future<Output = ()>,
{
    hedging.first_try(attempt, shared, handles, start, judge, move |delay| timer_with(sleep, delay))
}

/// The permits of copies: a call without a breaker needs none.
pub trait CopyPermits {
    /// The permit of one try.
    type Permit;

    /// Marks this thread as running a trial of the breaker, until the value is dropped.
    fn enter_trial(&self) -> Option<Running> {
        None
    }

    /// Returns the permit of a copy, or `None` if there must be no copy.
    fn permit_for_copy(&self) -> Option<Self::Permit>;

    /// Puts the permit of a copy in the place of the attempt's, whose result is that of the copy.
    fn take_over(&mut self, permit: Self::Permit);
}

impl CopyPermits for () {
    type Permit = ();

    fn permit_for_copy(&self) -> Option<()> {
        Some(())
    }

    fn take_over(&mut self, (): ()) {}
}

impl<'s> CopyPermits for &mut Shared<'s> {
    type Permit = Option<Permit<'s>>;

    fn enter_trial(&self) -> Option<Running> {
        Shared::enter_trial(self)
    }

    fn permit_for_copy(&self) -> Option<Self::Permit> {
        Shared::permit_for_copy(self)
    }

    fn take_over(&mut self, permit: Self::Permit) {
        Shared::take_over(self, permit);
    }
}

/// The handles of the tries: each has its own, if the body has one.
pub trait Handles: Copy {
    /// The handle of one try.
    type Handle;

    /// Returns the handle of the first try.
    fn first(self) -> Self::Handle;

    /// Returns the handle of a copy, by its number from 1.
    fn of_copy(self, number: u32) -> Self::Handle;

    /// Returns whether a try, by its number from 0, made its failure final.
    fn has_stopped(self, number: u32) -> bool;

    /// Returns whether a try, by its number from 0, asked to wait.
    fn has_hint(self, number: u32) -> bool;

    /// Ends the attempt with the result of a try.
    fn take_over(self, number: u32);
}

impl Handles for () {
    type Handle = ();

    fn first(self) {}

    fn of_copy(self, _: u32) {}

    fn has_stopped(self, _: u32) -> bool {
        false
    }

    fn has_hint(self, _: u32) -> bool {
        false
    }

    fn take_over(self, _: u32) {}
}

/// The handle of a call, and those of the copies of its present attempt.
#[derive(Debug)]
pub struct CopyHandles<'c> {
    own: &'c Call,
    /// They are allocated with the first copy.
    copies: OnceLock<Box<[Call; Hedge::MOST_COPIES as usize]>>,
}

impl<'c> CopyHandles<'c> {
    /// Returns the handles of an attempt of a call.
    #[inline]
    #[must_use]
    pub fn new(own: &'c Call) -> CopyHandles<'c> {
        CopyHandles { own, copies: OnceLock::new() }
    }

    fn of_try(&self, number: u32) -> &Call {
        let Some(copy) = number.checked_sub(1) else { return self.own };
        &self.copies.get_or_init(|| Box::new(core::array::from_fn(|_| self.own.copied())))[copy as usize]
    }
}

impl<'h> Handles for &'h CopyHandles<'_> {
    type Handle = &'h Call;

    fn first(self) -> &'h Call {
        self.own
    }

    fn of_copy(self, number: u32) -> &'h Call {
        self.of_try(number)
    }

    fn has_stopped(self, number: u32) -> bool {
        self.of_try(number).is_stopped()
    }

    fn has_hint(self, number: u32) -> bool {
        self.of_try(number).has_hint()
    }

    fn take_over(self, number: u32) {
        self.own.take_over(self.of_try(number));
    }
}

/// Checks the delay of a hedge, which is written on a function.
///
/// # Panics
/// If `delay` is 0.
#[track_caller]
pub const fn check_delay(delay: Duration) {
    Hedge::check_delay(delay);
}

/// A failure whose hint ends hedging. See [`Hedging::watch`].
#[derive(Debug)]
pub struct Watched<'h, F> {
    failure: F,
    hedging: &'h Hedging<'h>,
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
        self.hedging.hinted(hint.is_some());
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
    /// Whether the result is a value, and accepted.
    IsAccepted,
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
        (Ok(value), _) => accepts(value),
        (Err(_), Question::IsAccepted) => false,
        (Err(error), Question::EndsAttempt) => is_final(error),
    };
    (O::from_result(result), answer)
}

pin_project! {
    /// A hedged attempt. See the module's documentation.
    #[must_use = "an attempt runs only when awaited"]
    pub struct Hedged<'h, F, X, H, S, J, N, W>
    where
        X: CopyPermits,
    {
        call: HedgedCall<'h, X, H>,
        start: S,
        judge: J,
        timer: N,
        race: Option<Pin<Box<Race<'h, F, X::Permit, W>>>>,
        #[pin]
        first: F,
    }
}

/// The call of an attempt.
struct HedgedCall<'h, X, H> {
    hedging: &'h Hedging<'h>,
    shared: X,
    handles: H,
}

pin_project! {
    /// What an attempt needs once it has not answered at once.
    struct Race<'h, F, P, W> {
        hedge: &'h Hedge,
        started: Nanos,
        delay: Duration,
        first: First<'h>,
        copies: Vec<RunningCopy<F, P>>,
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
struct RunningCopy<F, P> {
    number: u32,
    permit: P,
    future: Pin<Box<F>>,
}

impl<T, F, X, H, S, J, N, W> Future for Hedged<'_, F, X, H, S, J, N, W>
where
    F: Future<Output = T>,
    X: CopyPermits,
    H: Handles,
    S: Fn(H::Handle) -> F,
    J: FnMut(T, Question, &Hedging<'_>) -> (T, bool),
    N: FnMut(Duration) -> W,
    W: Future<Output = ()>,
{
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let this = self.project();
        let Some(race) = this.race else {
            let answer = this.call.poll_first(this.first, context);
            if answer.is_ready() {
                this.call.has_ended(0);
                return answer;
            }
            let Some(hedge) = this.call.hedging.active() else { return answer };
            let race = this.race.insert(Box::pin(Race::new(hedge, this.timer)));
            return race.as_mut().poll_timer(this.call, (this.start, this.judge, this.timer), context);
        };
        if let First::Running(_) = race.as_mut().project().first {
            if let Poll::Ready(answer) = this.call.poll_first(this.first, context) {
                if let Some(answer) = race.as_mut().first_answered(answer, this.call, this.judge) {
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

impl<X: CopyPermits, H: Handles> HedgedCall<'_, X, H> {
    /// Polls the first try, which may be a trial of the breaker.
    fn poll_first<F: Future>(&self, first: Pin<&mut F>, context: &mut Context<'_>) -> Poll<F::Output> {
        let _running = self.shared.enter_trial();
        first.poll(context)
    }

    /// Returns the permit of another copy if one may start: the breaker is closed, and the budget of copies can pay.
    fn admit_copy(&self, hedge: &Hedge) -> Option<X::Permit> {
        self.hedging.active()?;
        let permit = self.shared.permit_for_copy()?;
        hedge.pay().then_some(permit)
    }

    /// Ends hedging if a try that has ended, by its number from 0, asked to wait.
    fn has_ended(&self, number: u32) {
        self.hedging.hinted(self.handles.has_hint(number));
    }

    /// Returns the answer of a try, by its number from 0, if it ends the attempt while others run. A try that has stopped
    /// the call ends it with whatever it returns.
    fn ending<T>(
        &self,
        number: u32,
        answer: T,
        judge: &mut impl FnMut(T, Question, &Hedging<'_>) -> (T, bool),
    ) -> Option<T> {
        let (answer, ends) = judge(answer, Question::EndsAttempt, self.hedging);
        (ends || self.handles.has_stopped(number)).then_some(answer)
    }

    fn emit(&self, emit: fn(&HedgeEvent<'_>), copy: u32, started: Nanos) {
        let &Hedging { ref operation, level, .. } = self.hedging;
        let (label, attempt) = (*operation, self.hedging.attempt.load(Ordering::Relaxed));
        let delay = to_duration(runtime::now(Clock::Async).saturating_sub(started));
        emit(&HedgeEvent { operation, label, attempt, copy, delay, level });
    }
}

impl<'h, F: Future, P, W: Future<Output = ()>> Race<'h, F, P, W> {
    fn new(hedge: &'h Hedge, timer: &mut impl FnMut(Duration) -> W) -> Self {
        let (started, delay) = (runtime::now(Clock::Async), hedge.delay());
        let first = First::Running(hedge.watch(started));
        Race { hedge, started, delay, first, copies: Vec::new(), number: 0, timer: Some(timer(delay)) }
    }

    /// Returns the answer of the first try if it ends the attempt.
    fn first_answered<X, H, J>(
        self: Pin<&mut Self>,
        mut answer: F::Output,
        call: &HedgedCall<'_, X, H>,
        judge: &mut J,
    ) -> Option<F::Output>
    where
        X: CopyPermits<Permit = P>,
        H: Handles,
        J: FnMut(F::Output, Question, &Hedging<'_>) -> (F::Output, bool),
    {
        let this = self.project();
        call.has_ended(0);
        if let First::Running(Some(watch)) = core::mem::replace(this.first, First::Failed) {
            let is_value;
            (answer, is_value) = judge(answer, Question::IsValue, call.hedging);
            watch.ended(is_value);
        }
        if this.copies.is_empty() { Some(answer) } else { call.ending(0, answer, judge) }
    }

    /// Polls the copies, and returns the answer of the first one that ends the attempt.
    fn poll_copies<X, H, J>(
        self: Pin<&mut Self>,
        call: &mut HedgedCall<'_, X, H>,
        judge: &mut J,
        context: &mut Context<'_>,
    ) -> Option<F::Output>
    where
        X: CopyPermits<Permit = P>,
        H: Handles,
        J: FnMut(F::Output, Question, &Hedging<'_>) -> (F::Output, bool),
    {
        let this = self.project();
        let mut at = 0;
        while let Some(copy) = this.copies.get_mut(at) {
            let Poll::Ready(answer) = copy.future.as_mut().poll(context) else {
                at += 1;
                continue;
            };
            let RunningCopy { number, permit, .. } = this.copies.remove(at);
            call.has_ended(number);
            let is_last = this.copies.is_empty() && matches!(this.first, First::Failed);
            let ending = if is_last { Some(answer) } else { call.ending(number, answer, judge) };
            let Some(mut answer) = ending else { continue };
            if observe::is_watched() {
                let may_be_refused = is_last && !call.handles.has_stopped(number);
                let question = if may_be_refused { Question::IsAccepted } else { Question::IsValue };
                let has_won;
                (answer, has_won) = judge(answer, question, call.hedging);
                if has_won {
                    call.emit(observe::hedge_won, number, *this.started);
                }
            }
            call.shared.take_over(permit);
            call.handles.take_over(number);
            return Some(answer);
        }
        None
    }

    /// Starts a copy each time the delay has passed, as far as copies are allowed.
    fn poll_timer<X, H, S, J>(
        mut self: Pin<&mut Self>,
        call: &mut HedgedCall<'_, X, H>,
        (start, judge, timer): (&S, &mut J, &mut impl FnMut(Duration) -> W),
        context: &mut Context<'_>,
    ) -> Poll<F::Output>
    where
        X: CopyPermits<Permit = P>,
        H: Handles,
        S: Fn(H::Handle) -> F,
        J: FnMut(F::Output, Question, &Hedging<'_>) -> (F::Output, bool),
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
            let future = Box::pin(start(call.handles.of_copy(number)));
            this.copies.push(RunningCopy { number, permit, future });
            if observe::is_watched() {
                call.emit(observe::hedge_started, number, *this.started);
            }
            if number < u32::from(this.hedge.most_copies()) {
                this.timer.set(Some(timer(*this.delay)));
            }
            // The new copy is polled with the others, which have not answered a moment ago.
            if let Some(answer) = self.as_mut().poll_copies(call, judge, context) {
                return Poll::Ready(answer);
            }
        }
    }
}
