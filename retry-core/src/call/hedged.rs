//! A hedged attempt: the body, and copies of it that start beside it while it does not answer.
//!
//! The first try is polled in the caller's future. What a copy needs, a timer and the copies themselves, is allocated when
//! the first try does not answer at once. One attempt has one outcome, whatever number of copies it has: the result that
//! is taken. For a breaker it has one permit, from its start, so a slow call is what its caller waited for. The other tries are
//! dropped with the attempt.

mod handles;
mod hedging;
mod race;

use core::future::Future;
use core::marker::PhantomData;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;

use pin_project_lite::pin_project;

use crate::decision::Outcome;
use crate::hedge::Hedge;
use crate::policy::nanos::from_duration;
use crate::runtime::Wait;
use crate::runtime::sleep::{Slept, timer_with};
pub use handles::CopyHandles;
pub(crate) use handles::Handles;
pub use hedging::{Hedging, lend_hedge};
pub(crate) use race::{CopyRules, Question, TimerType, Timers};
pub(super) use race::{HedgedCall, StartedRace, poll_race};

impl Hedging<'_> {
    /// Runs an attempt with its copies, which `start` creates. The timer is that of the runtime. The compiler quotes the line
    /// of a bound that a body breaks, so the line contains the way out.
    #[inline]
    pub fn attempt<T, F, X, H, S, J>(
        &self,
        attempt: u32,
        shared: X,
        handles: H,
        start: S,
        judge: J,
    ) -> Hedged<'_, F, X, H, S, J, RuntimeTimers>
    where
        F: Future<Output = T>,
        X: CopyRules,
        H: Handles,
        S: Fn(H::Handle) -> F, // for each copy: write `#[retry(clone(x))]` for an `x` that it consumes
        J: FnMut(T, Question, &Hedging<'_>) -> (T, bool),
    {
        self.first_try(attempt, shared, handles, start, judge, RuntimeTimers)
    }

    fn first_try<F, X: CopyRules, H: Handles, S: Fn(H::Handle) -> F, J, N: Timers>(
        &self,
        attempt: u32,
        shared: X,
        handles: H,
        start: S,
        judge: J,
        timers: N,
    ) -> Hedged<'_, F, X, H, S, J, N> {
        self.begin(attempt);
        let first = start(handles.first());
        Hedged {
            call: HedgedCall { hedging: self, shared, handles },
            start,
            judge,
            timers,
            race: None,
            first,
        }
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
) -> Hedged<'h, F, X, H, S, J, SleepTimers<'h, N, W>>
where
    F: Future<Output = T>,
    X: CopyRules,
    H: Handles,
    S: Fn(H::Handle) -> F, // for each copy: write `#[retry(clone(x))]` for an `x` that it consumes
    J: FnMut(T, Question, &Hedging<'_>) -> (T, bool),
    N: Fn(Duration) -> W,
    W: Future<Output = ()>,
{
    hedging.first_try(attempt, shared, handles, start, judge, SleepTimers { sleep, timer: PhantomData })
}

/// The timers of the runtime.
#[derive(Clone, Copy, Debug)]
pub struct RuntimeTimers;

impl TimerType for RuntimeTimers {
    type Timer = Wait;
}

impl Timers for RuntimeTimers {
    fn start(&mut self, time: Duration) -> Wait {
        Wait::timer(from_duration(time))
    }
}

/// The timers of a function of the caller's.
#[derive(Debug)]
pub struct SleepTimers<'h, N, W> {
    sleep: &'h N,
    timer: PhantomData<fn() -> W>,
}

impl<N, W> TimerType for SleepTimers<'_, N, W> {
    type Timer = Slept<W>;
}

impl<N: Fn(Duration) -> W, W: Future<Output = ()>> Timers for SleepTimers<'_, N, W> {
    fn start(&mut self, time: Duration) -> Slept<W> {
        timer_with(self.sleep, time)
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

/// Returns the hedge with a delay that is written on a function. A delay of 0, which [`check_delay`] reports, is no second
/// error here.
#[must_use]
pub const fn hedge_after(delay: Duration) -> Hedge {
    Hedge::after(if delay.is_zero() { Duration::from_nanos(1) } else { delay })
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
    pub struct Hedged<'h, F, X, H, S, J, N>
    where
        N: TimerType,
    {
        call: HedgedCall<'h, 'h, X, H>,
        start: S,
        judge: J,
        timers: N,
        race: StartedRace<'h, F, N::Timer>,
        #[pin]
        first: F,
    }
}

impl<T, F, X, H, S, J, N> Future for Hedged<'_, F, X, H, S, J, N>
where
    F: Future<Output = T>,
    X: CopyRules,
    H: Handles,
    S: Fn(H::Handle) -> F,
    J: FnMut(T, Question, &Hedging<'_>) -> (T, bool),
    N: Timers,
{
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let this = self.project();
        poll_race(this.first, this.race, this.call, (this.start, this.judge, this.timers), context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_that_is_written_on_a_function_is_not_0() {
        check_delay(Duration::from_nanos(1));
        assert_eq!(hedge_after(Duration::ZERO).delay(), Duration::from_nanos(1), "no second error");
    }

    #[test]
    #[should_panic(expected = "0")]
    fn a_delay_of_0_is_refused() {
        check_delay(Duration::ZERO);
    }
}
