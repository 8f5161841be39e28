//! The race of the tries of one attempt: the first try, and the copies that start beside it.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::boxed::Box;
use std::vec::Vec;

use pin_project_lite::pin_project;

use super::handles::Handles;
use super::hedging::Hedging;
use crate::breaker::Running;
use crate::call::limits::Shared;
use crate::hedge::{Hedge, Watch};
use crate::observe;
use crate::policy::nanos::Nanos;
use crate::runtime;

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

/// What a call shares with others, as far as it concerns copies.
pub trait CopyRules {
    /// Marks this thread as running a trial of the breaker, until the value is dropped.
    fn enter_trial(&self) -> Option<Running> {
        None
    }

    /// Returns whether a copy may start.
    fn allow_copy(&self) -> bool;
}

impl CopyRules for () {
    fn allow_copy(&self) -> bool {
        true
    }
}

impl CopyRules for &Shared<'_> {
    fn enter_trial(&self) -> Option<Running> {
        Shared::enter_trial(self)
    }

    fn allow_copy(&self) -> bool {
        Shared::allow_copy(self)
    }
}

/// The call of an attempt.
pub(in crate::call) struct HedgedCall<'c, 'h, X, H> {
    pub(in crate::call) hedging: &'c Hedging<'h>,
    pub(in crate::call) shared: X,
    pub(in crate::call) handles: H,
}

/// The type of the timers of a call. It needs no bound on the function that creates them, so that the compiler finds out
/// without effort whether an attempt is `Send`.
pub trait TimerType {
    /// A timer.
    type Timer;
}

/// The timers of a call.
pub trait Timers: TimerType<Timer: Future<Output = ()>> {
    /// Starts a timer.
    fn start(&mut self, time: Duration) -> Self::Timer;
}

pin_project! {
    /// What an attempt needs once it has not answered at once.
    pub(in crate::call) struct Race<'h, F, W> {
        hedge: &'h Hedge,
        started: Nanos,
        delay: Duration,
        first: First<'h>,
        copies: Vec<RunningCopy<F>>,
        // The number of copies that have started.
        number: u32,
        // The time before the next copy, or `None` if there is none.
        #[pin]
        timer: Option<W>,
    }
}

/// The race of an attempt that has not answered at once.
pub(in crate::call) type StartedRace<'h, F, W> = Option<Pin<Box<Race<'h, F, W>>>>;

/// The first try of an attempt.
enum First<'h> {
    Running(Option<Watch<'h>>),
    Failed,
}

/// A copy that runs.
struct RunningCopy<F> {
    number: u32,
    future: Pin<Box<F>>,
}

/// Polls an attempt: its first try, its copies, and the timer for the next copy. The three functions start a copy, judge a
/// result, and create a timer.
pub(in crate::call) fn poll_race<'h, T, F, X, H, S, J, N>(
    first: Pin<&mut F>,
    race: &mut StartedRace<'h, F, N::Timer>,
    call: &HedgedCall<'_, 'h, X, H>,
    (start, judge, timers): (&mut S, &mut J, &mut N),
    context: &mut Context<'_>,
) -> Poll<T>
where
    F: Future<Output = T>,
    X: CopyRules,
    H: Handles,
    S: FnMut(H::Handle) -> F,
    J: FnMut(T, Question, &Hedging<'_>) -> (T, bool),
    N: Timers,
{
    let Some(race) = race else {
        let answer = call.poll_first(first, context);
        let Some(hedge) = call.hedging.active().filter(|_| answer.is_pending()) else { return answer };
        let race = race.insert(Box::pin(Race::new(hedge, timers)));
        return race.as_mut().poll_timer(call, (start, judge, timers), context);
    };
    if let First::Running(_) = race.as_mut().project().first {
        if let Poll::Ready(answer) = call.poll_first(first, context) {
            if let Some(answer) = race.as_mut().first_answered(answer, call, judge) {
                return Poll::Ready(answer);
            }
        }
    }
    if let Some(answer) = race.as_mut().poll_copies(call, judge, context) {
        return Poll::Ready(answer);
    }
    race.as_mut().poll_timer(call, (start, judge, timers), context)
}

impl<X: CopyRules, H: Handles> HedgedCall<'_, '_, X, H> {
    /// Polls the first try, which may be a trial of the breaker.
    fn poll_first<F: Future>(&self, first: Pin<&mut F>, context: &mut Context<'_>) -> Poll<F::Output> {
        let _running = self.shared.enter_trial();
        first.poll(context)
    }

    /// Returns whether another copy may start, and pays for it.
    fn admit_copy(&self, hedge: &Hedge) -> bool {
        self.hedging.active().is_some() && self.shared.allow_copy() && hedge.pay()
    }

    /// Keeps the wait that a try that has ended, by its number from 0, asked for through its handle.
    fn has_ended(&self, number: u32) {
        self.hedging.ended(self.handles.of_try(number));
    }

    /// Returns the answer of a try, by its number from 0, if it ends the attempt while others run. A try that has stopped
    /// the call ends it with any result.
    fn ending<T>(
        &self,
        number: u32,
        answer: T,
        judge: &mut impl FnMut(T, Question, &Hedging<'_>) -> (T, bool),
    ) -> Option<T> {
        let (answer, ends) = judge(answer, Question::EndsAttempt, self.hedging);
        (ends || self.handles.has_stopped(number)).then_some(answer)
    }
}

impl<'h, F: Future, W: Future<Output = ()>> Race<'h, F, W> {
    fn new(hedge: &'h Hedge, timers: &mut impl Timers<Timer = W>) -> Self {
        let (started, delay) = (runtime::timer_now(), hedge.delay());
        let first = First::Running(hedge.watch(started));
        Race { hedge, started, delay, first, copies: Vec::new(), number: 0, timer: Some(timers.start(delay)) }
    }

    /// Returns the answer of the first try if it ends the attempt.
    fn first_answered<X, H, J>(
        self: Pin<&mut Self>,
        mut answer: F::Output,
        call: &HedgedCall<'_, 'h, X, H>,
        judge: &mut J,
    ) -> Option<F::Output>
    where
        X: CopyRules,
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
        call: &HedgedCall<'_, 'h, X, H>,
        judge: &mut J,
        context: &mut Context<'_>,
    ) -> Option<F::Output>
    where
        X: CopyRules,
        H: Handles,
        J: FnMut(F::Output, Question, &Hedging<'_>) -> (F::Output, bool),
    {
        let this = self.project();
        let mut at = 0;
        while let Some(copy) = this.copies.get_mut(at) {
            let Poll::Ready(answer) = copy.future.as_mut().poll(context) else {
                at = at.saturating_add(1);
                continue;
            };
            let RunningCopy { number, .. } = this.copies.remove(at);
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
                    call.hedging.emit(observe::hedge_won, number, *this.started);
                }
            }
            call.handles.take_over(number);
            return Some(answer);
        }
        None
    }

    /// Starts a copy each time the delay has passed, as far as copies are allowed.
    fn poll_timer<X, H, S, J>(
        mut self: Pin<&mut Self>,
        call: &HedgedCall<'_, 'h, X, H>,
        (start, judge, timers): (&mut S, &mut J, &mut impl Timers<Timer = W>),
        context: &mut Context<'_>,
    ) -> Poll<F::Output>
    where
        X: CopyRules,
        H: Handles,
        S: FnMut(H::Handle) -> F,
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
            if !call.admit_copy(this.hedge) {
                return Poll::Pending;
            }
            let number = this.number.saturating_add(1);
            *this.number = number;
            let future = Box::pin(start(call.handles.of_copy(number)));
            this.copies.push(RunningCopy { number, future });
            if observe::is_watched() {
                call.hedging.emit(observe::hedge_started, number, *this.started);
            }
            if number < u32::from(this.hedge.most_copies()) {
                this.timer.set(Some(timers.start(*this.delay)));
            }
            // The new copy is polled with the others, which have not answered a moment ago.
            if let Some(answer) = self.as_mut().poll_copies(call, judge, context) {
                return Poll::Ready(answer);
            }
        }
    }
}
