//! A clock that is moved by hand, timers and tries on it, and a log of what happens.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use reattempt::{AttemptTimeout, Call, CircuitOpen, GiveUpReason, Retryable};

use crate::case::{Case, End, HANDLE_HINT, HINT, NOW, Shared, Wish, act_on, millis};

/// The error of a try, with its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Down(u32),
    Busy(u32),
    Final(u32),
    TimedOut,
    Open,
    /// There is no last error.
    None,
}

impl Retryable for Fault {
    fn is_retryable(&self) -> bool {
        !matches!(self, Fault::Final(_))
    }

    fn retry_after(&self) -> Option<Duration> {
        matches!(self, Fault::Busy(_)).then(|| millis(HINT))
    }
}

impl From<AttemptTimeout> for Fault {
    fn from(_: AttemptTimeout) -> Self {
        Fault::TimedOut
    }
}

impl From<CircuitOpen> for Fault {
    fn from(_: CircuitOpen) -> Self {
        Fault::Open
    }
}

/// The result of a call, with the reason to give up where the form tells it.
pub(crate) type Output = (Result<u32, Fault>, Option<GiveUpReason>);

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Returned(Output),
    Panicked,
    Dropped,
}

/// What happens. Tries have their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Starts(u32),
    Ends(u32),
    Dropped(u32),
    /// A timer starts, for so many milliseconds.
    Timer(u32),
    /// The hook `on_retry`, with the number of the attempt.
    Hook(u32),
}

/// What happened, and when.
pub(crate) type Log = Vec<(u32, Event)>;

pub(crate) struct World<'c> {
    case: &'c Case,
    log: RefCell<Log>,
    /// The times at which something is ready.
    wakes: RefCell<BTreeSet<u32>>,
    tries: Cell<u32>,
    alive: Cell<u32>,
}

/// Values above this are refused.
pub(crate) const REFUSED: u32 = 1000;

impl<'c> World<'c> {
    pub(crate) fn new(case: &'c Case) -> Self {
        let times = case.acts.iter().map(|(at, _)| *at).chain(case.polls.iter().copied());
        let wakes = times.chain(case.cancel).chain([case.dropped]).collect();
        World {
            case,
            log: RefCell::default(),
            wakes: RefCell::new(wakes),
            tries: Cell::new(0),
            alive: Cell::new(0),
        }
    }

    pub(crate) fn log(&self) -> Log {
        self.log.take()
    }

    pub(crate) fn alive(&self) -> u32 {
        self.alive.get()
    }

    pub(crate) fn note(&self, event: Event) {
        self.log.borrow_mut().push((NOW.get(), event));
    }

    /// Polls a call whenever something may be ready, until it ends or is dropped.
    pub(crate) fn drive(
        &self,
        shared: &Shared,
        mut call: Pin<Box<dyn Future<Output = Output> + '_>>,
    ) -> Ended {
        let mut context = Context::from_waker(Waker::noop());
        let mut acts = self.case.acts.iter();
        loop {
            if NOW.get() == self.case.dropped {
                return Ended::Dropped;
            }
            match catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(&mut context))) {
                Err(_) => return Ended::Panicked,
                Ok(Poll::Ready(output)) => return Ended::Returned(output),
                Ok(Poll::Pending) => {}
            }
            let mut wakes = self.wakes.borrow_mut();
            while wakes.first().is_some_and(|at| *at <= NOW.get()) {
                wakes.pop_first();
            }
            NOW.set(*wakes.first().expect("the call is dropped at last"));
            while let Some((_, act)) = acts.as_slice().first().filter(|(at, _)| *at == NOW.get()) {
                acts.next();
                shared.breaker.iter().for_each(|breaker| act_on(breaker, *act));
            }
        }
    }

    fn timer(&self, at: u32) -> Timer<'_, 'c> {
        self.wakes.borrow_mut().insert(at);
        self.alive.set(self.alive.get() + 1);
        Timer { world: self, at }
    }

    /// The function in `sleep`.
    pub(crate) fn sleep(&self, time: Duration) -> Timer<'_, 'c> {
        let time = time.as_millis() as u32;
        self.note(Event::Timer(time));
        self.timer(NOW.get() + time)
    }

    /// The future in `cancel`.
    pub(crate) fn cancel(&self) -> Timer<'_, 'c> {
        self.timer(self.case.cancel.unwrap_or(u32::MAX))
    }

    /// Runs the next try.
    pub(crate) async fn answer(&self, call: Option<&Call>) -> Result<u32, Fault> {
        let number = self.tries.get() + 1;
        self.tries.set(number);
        let script = self.case.script(number);
        self.note(Event::Starts(number));
        self.alive.set(self.alive.get() + 1);
        let mut running = Running { world: self, number, is_over: false };
        ask(call, script.first_wish);
        match script.takes {
            None => std::future::pending().await,
            Some(0) => {}
            Some(time) => self.timer(NOW.get() + time).await,
        }
        ask(call, script.last_wish);
        running.is_over = true;
        self.note(Event::Ends(number));
        match script.end {
            End::Accepted => Ok(number),
            End::Refused => Ok(REFUSED + number),
            End::Down => Err(Fault::Down(number)),
            End::Busy => Err(Fault::Busy(number)),
            End::Final => Err(Fault::Final(number)),
            // It calls no hook, which would print.
            End::Panic => resume_unwind(Box::new("a try panics")),
        }
    }
}

fn ask(call: Option<&Call>, wish: Wish) {
    let Some(call) = call else { return };
    match wish {
        Wish::Nothing => {}
        Wish::Stop => call.stop(),
        Wish::Restart => call.restart(),
        Wish::Hint => call.hint(millis(HANDLE_HINT)),
    }
}

/// A try that runs.
struct Running<'w, 'c> {
    world: &'w World<'c>,
    number: u32,
    is_over: bool,
}

impl Drop for Running<'_, '_> {
    fn drop(&mut self) {
        self.world.alive.set(self.world.alive.get() - 1);
        if !self.is_over {
            self.world.note(Event::Dropped(self.number));
        }
    }
}

pub(crate) struct Timer<'w, 'c> {
    world: &'w World<'c>,
    at: u32,
}

impl Future for Timer<'_, '_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if NOW.get() >= self.at { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Drop for Timer<'_, '_> {
    fn drop(&mut self) {
        self.world.alive.set(self.world.alive.get() - 1);
    }
}
