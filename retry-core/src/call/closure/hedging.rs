//! Closures whose attempts get a copy beside them when they do not answer.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::sync::{Arc, OnceLock};
use std::vec::Vec;

use pin_project_lite::pin_project;

use super::super::handle::Call;
use super::super::hedged::{
    CopyRules, Handles, HedgedCall, Hedging, Question, StartedRace, TimerType, Timers, poll_race,
};
use super::super::progress::Progress;
use super::course::Course;
use super::operation::{AsyncClosure, AsyncOperation, AsyncWithCall, Limited, Operation, Restarting};
use super::rule::Rule;
use super::sharing::Sharing;
use super::sleeper::{Sleeper, Waits};
use crate::error::Failure;
use crate::hedge::Hedge;

/// An operation whose attempts may have copies.
pub trait Hedgeable: Operation {
    /// The operation with a hedge.
    type Hedged<'h>: Operation;

    /// Returns the operation with a hedge.
    fn hedged(self, hedge: Option<&Hedge>) -> Self::Hedged<'_>;
}

/// The types of an operation's tries. It needs no bound on the operation, like [`Operation`].
pub trait Tries {
    /// The future of a try.
    type Try;
    /// The handle of a try.
    type Handle;
    /// The handles of copies that have started.
    type Copies: Default;
}

/// A closure that starts the tries of an attempt.
pub trait StartTries: Tries {
    /// Returns the function that starts a try, and the handles of the tries.
    fn tries<'a>(
        &'a mut self,
        copies: &'a Self::Copies,
    ) -> (impl FnMut(Self::Handle) -> Self::Try, impl Handles<Handle = Self::Handle>);
}

impl<F, A> Tries for AsyncClosure<F, A> {
    type Try = A;
    type Handle = ();
    type Copies = ();
}

impl<F: FnMut() -> A, A> StartTries for AsyncClosure<F, A> {
    fn tries(&mut self, (): &()) -> (impl FnMut(()) -> A, impl Handles<Handle = ()>) {
        (|()| (self.function)(), ())
    }
}

impl<F, A> Tries for AsyncWithCall<F, A> {
    type Try = A;
    type Handle = Arc<Call>;
    type Copies = OnceLock<Vec<Arc<Call>>>;
}

impl<F: FnMut(Arc<Call>) -> A, A> StartTries for AsyncWithCall<F, A> {
    #[expect(clippy::expect_used, reason = "`begin` runs before every try")]
    fn tries<'a>(
        &'a mut self,
        copies: &'a Self::Copies,
    ) -> (impl FnMut(Arc<Call>) -> A, impl Handles<Handle = Arc<Call>>) {
        let own = self.call.as_ref().expect("`begin` sets the handle");
        (&mut self.function, OwnedHandles { own, copies })
    }
}

/// The handle of a call and those of the copies, each of which a try may keep.
#[derive(Clone, Copy)]
struct OwnedHandles<'a> {
    own: &'a Arc<Call>,
    copies: &'a OnceLock<Vec<Arc<Call>>>,
}

impl OwnedHandles<'_> {
    #[expect(clippy::indexing_slicing, reason = "a hedge starts at most as many copies as there are handles")]
    fn call_of(&self, number: u32) -> &Arc<Call> {
        let Some(copy) = number.checked_sub(1) else { return self.own };
        let create = || (1..=Hedge::MOST_COPIES).map(|number| Arc::new(self.own.copied(number))).collect();
        &self.copies.get_or_init(create)[copy as usize]
    }
}

impl Handles for OwnedHandles<'_> {
    type Handle = Arc<Call>;

    fn first(self) -> Arc<Call> {
        Arc::clone(self.own)
    }

    fn of_copy(self, number: u32) -> Arc<Call> {
        Arc::clone(self.call_of(number))
    }

    fn of_try(&self, number: u32) -> Option<&Call> {
        Some(self.call_of(number))
    }
}

/// A closure with a hedge.
#[derive(Debug)]
pub struct HedgedBy<'h, O, K> {
    inner: O,
    hedge: Option<&'h Hedge>,
    hedging: Option<Hedging<'h>>,
    copies: K,
}

impl<'h, O, K: Default> HedgedBy<'h, O, K> {
    pub(super) fn new(inner: O, hedge: Option<&'h Hedge>) -> Self {
        HedgedBy { inner, hedge, hedging: None, copies: K::default() }
    }

    /// Returns the same hedge around another operation.
    #[cfg(feature = "tracing")]
    pub(super) fn map<N>(self, change: impl FnOnce(O) -> N) -> HedgedBy<'h, N, K> {
        HedgedBy::new(change(self.inner), self.hedge)
    }
}

impl<F: FnMut() -> A, A> Hedgeable for AsyncClosure<F, A> {
    type Hedged<'h> = HedgedBy<'h, Self, ()>;

    fn hedged(self, hedge: Option<&Hedge>) -> HedgedBy<'_, Self, ()> {
        HedgedBy::new(self, hedge)
    }
}

impl<F: FnMut(Arc<Call>) -> A, A> Hedgeable for AsyncWithCall<F, A> {
    type Hedged<'h> = HedgedBy<'h, Self, OnceLock<Vec<Arc<Call>>>>;

    fn hedged(self, hedge: Option<&Hedge>) -> Self::Hedged<'_> {
        HedgedBy::new(self, hedge)
    }
}

impl<O: Tries<Copies = K>, K: Default> Hedgeable for HedgedBy<'_, O, K> {
    type Hedged<'h> = HedgedBy<'h, O, K>;

    fn hedged(self, hedge: Option<&Hedge>) -> HedgedBy<'_, O, K> {
        HedgedBy::new(self.inner, hedge)
    }
}

/// The limit applies to the attempt with its copies.
impl<O: Hedgeable, E> Hedgeable for Limited<O, E> {
    type Hedged<'h> = Limited<O::Hedged<'h>, E>;

    fn hedged(self, hedge: Option<&Hedge>) -> Self::Hedged<'_> {
        Limited::new(self.inner.hedged(hedge))
    }
}

impl<O: Hedgeable> Hedgeable for Restarting<O> {
    type Hedged<'h> = Restarting<O::Hedged<'h>>;

    fn hedged(self, hedge: Option<&Hedge>) -> Self::Hedged<'_> {
        Restarting::new(self.inner.hedged(hedge))
    }
}

pin_project! {
    /// An attempt of a closure, and its copies.
    pub struct HedgedAttempt<'h, A, W> {
        race: StartedRace<'h, A, W>,
        #[pin]
        first: A,
    }
}

impl<'h, O: Tries, K> Operation for HedgedBy<'h, O, K> {
    type Attempt<W> = HedgedAttempt<'h, O::Try, W>;
}

impl<'h, T, E, Z, O, A> AsyncOperation<T, E, Z> for HedgedBy<'h, O, O::Copies>
where
    Z: Sleeper,
    O: StartTries<Try = A> + AsyncOperation<T, E, Z>,
    A: Future<Output = Result<T, E>>,
{
    fn begin<R: Rule<T, E>>(&mut self, course: &Course<'_, T, E, R>, progress: &Progress) {
        self.inner.begin(course, progress);
        self.hedging = Some(Hedging::new(self.hedge, &course.named_site()));
    }

    fn call(&self) -> Option<&Call> {
        self.inner.call()
    }

    fn start<R: Rule<T, E>>(
        &mut self,
        _: &Course<'_, T, E, R>,
        progress: &Progress,
        _: &Z,
    ) -> HedgedAttempt<'h, A, Z::Wait> {
        if let Some(hedging) = &self.hedging {
            hedging.begin(progress.attempt());
        }
        self.copies = O::Copies::default();
        let (mut start, handles) = self.inner.tries(&self.copies);
        HedgedAttempt { race: None, first: start(handles.first()) }
    }

    #[expect(clippy::expect_used, reason = "`begin` runs before every poll")]
    fn poll<R: Rule<T, E>, S: Sharing<E>>(
        &mut self,
        attempt: Pin<&mut HedgedAttempt<'h, A, Z::Wait>>,
        course: &Course<'_, T, E, R>,
        (shared, sleeper): (&S, &Z),
        context: &mut Context<'_>,
    ) -> Poll<(Result<T, E>, bool)> {
        let this = attempt.project();
        let hedging = self.hedging.as_ref().expect("`begin` sets it");
        let (mut start, handles) = self.inner.tries(&self.copies);
        let call = HedgedCall { hedging, shared: AllowBy(|| shared.allow_copy()), handles };
        let mut judge = |result: Result<T, E>, question, hedging: &Hedging<'_>| {
            let answer = match question {
                Question::IsValue => result.is_ok(),
                Question::IsAccepted => course.accepts_result(&result),
                Question::EndsAttempt => course.ends_attempt(&result, hedging),
            };
            (result, answer)
        };
        let functions = (&mut start, &mut judge, &mut SleeperTimers(sleeper));
        poll_race(this.first, this.race, &call, functions, context).map(|result| (result, false))
    }

    fn ended<R: Rule<T, E>>(
        &mut self,
        course: &Course<'_, T, E, R>,
        result: &Result<T, E>,
    ) -> Option<Duration> {
        self.inner.ended(course, result);
        let hedging = self.hedging.as_ref()?;
        hedging.ended(AsyncOperation::<T, E, Z>::call(&self.inner));
        hedging.hinted(course.hint(result));
        hedging.hint()
    }
}

impl<T, E, R: Rule<T, E>> Course<'_, T, E, R> {
    /// Returns whether the result of one try ends its attempt although others run. A hint ends hedging.
    pub(super) fn ends_attempt(&self, result: &Result<T, E>, hedging: &Hedging<'_>) -> bool {
        match result {
            Ok(value) if self.accepts(value, None) => true,
            Ok(_) => {
                hedging.hinted(self.hint(result));
                false
            }
            Err(_) => self.is_final(hedging, &self.failure(result.as_ref(), &self.name(), false)),
        }
    }

    /// Returns whether a result is a value, and accepted.
    fn accepts_result(&self, result: &Result<T, E>) -> bool {
        result.as_ref().is_ok_and(|value| self.accepts(value, None))
    }

    /// Returns the wait that the failure of a try asks for.
    pub(super) fn hint(&self, result: &Result<T, E>) -> Option<Duration> {
        if self.accepts_result(result) {
            return None;
        }
        self.failure(result.as_ref(), &self.name(), false).hint()
    }
}

/// The timers of a call's sleeper.
struct SleeperTimers<'z, Z>(&'z Z);

impl<Z: Waits> TimerType for SleeperTimers<'_, Z> {
    type Timer = Z::Wait;
}

impl<Z: Sleeper> Timers for SleeperTimers<'_, Z> {
    fn start(&mut self, time: Duration) -> Z::Wait {
        self.0.timer(time)
    }
}

/// Allows a copy if the function returns `true`. The call marks the thread of a trial itself.
struct AllowBy<F>(F);

impl<F: Fn() -> bool> CopyRules for AllowBy<F> {
    fn allow_copy(&self) -> bool {
        (self.0)()
    }
}
