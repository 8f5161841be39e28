//! The decision after an attempt of a layer's call.

use core::error::Error;
use core::fmt::{self, Display, Formatter};
use core::marker::PhantomData;
use core::mem;

use super::super::settings::{Failed, Settings};
use super::super::verdict::{BoxError, Verdict};
use super::judge::Judge;
use super::repeat::Repeat;
use crate::breaker::Running;
use crate::call::limits::Shared;
use crate::call::parked::Parked;
use crate::call::{Planned, Progress};

/// What the calls of a layer have in common.
#[derive(Debug)]
pub(super) struct Rules<J, R> {
    pub(super) settings: Settings,
    pub(super) judge: J,
    pub(super) repeat: R,
}

/// What follows an attempt.
pub(super) enum Next<Request> {
    /// The call ends with its outcome.
    End,
    /// Another attempt, after a wait.
    Again { planned: Planned, request: Request },
}

impl<J, R> Rules<J, R> {
    /// Takes back what a call has parked. `None` if it shares nothing.
    pub(super) fn unpark(&self, parked: &mut Parked) -> Option<Shared<'_>> {
        let settings = &self.settings;
        settings.is_shared().then(|| {
            let parked = mem::take(parked);
            Shared::unpark(settings.budget(), settings.breaker(), settings.throttle(), parked)
        })
    }

    /// Marks this thread while an attempt is polled that is a trial of the breaker.
    #[inline]
    pub(super) fn mark(&self, parked: &mut Parked) -> Option<Running> {
        if !self.settings.is_shared() {
            return None;
        }
        let shared = self.unpark(parked)?;
        let mark = shared.enter_trial();
        *parked = shared.park();
        mark
    }

    /// Decides after an attempt.
    #[inline]
    pub(super) fn after<Req, Res>(
        &self,
        kept: Option<&R::Kept>,
        progress: &mut Progress,
        parked: &mut Parked,
        outcome: &Result<Res, BoxError>,
    ) -> Next<R::Request>
    where
        R: Repeat<Req>,
        J: Judge<R::Kept, Res>,
    {
        match self.judge.judge(kept, outcome.as_ref()) {
            Verdict::Success => {
                if let Some(mut shared) = self.unpark(parked) {
                    shared.succeeded();
                }
                self.settings.succeeded(progress);
                Next::End
            }
            verdict => self.after_failure(verdict, kept, progress, parked, outcome),
        }
    }

    #[cold]
    #[inline(never)]
    pub(super) fn after_failure<Req, Res>(
        &self,
        verdict: Verdict,
        kept: Option<&R::Kept>,
        progress: &mut Progress,
        parked: &mut Parked,
        outcome: &Result<Res, BoxError>,
    ) -> Next<R::Request>
    where
        R: Repeat<Req>,
        J: Judge<R::Kept, Res>,
    {
        let is_transient = matches!(verdict, Verdict::Transient { .. });
        let request = kept.filter(|_| is_transient).and_then(|kept| self.repeat.again(kept));
        let verdict = if request.is_none() { verdict.once() } else { verdict };
        let description = Described::<_, _, R::Kept> { judge: &self.judge, outcome, kept: PhantomData };
        let error = outcome.as_ref().err().map(|error| &**error as &(dyn Error + 'static));
        let failed = Failed { verdict, description: &description, error };
        let mut shared = self.unpark(parked);
        let planned = self.settings.plan(progress, &failed, shared.as_mut());
        if let Some(shared) = shared {
            *parked = shared.park();
        }
        match planned.zip(request) {
            Some((planned, request)) => Next::Again { planned, request },
            None => Next::End,
        }
    }
}

/// An outcome, as events show it.
struct Described<'a, J, Res, K> {
    judge: &'a J,
    outcome: &'a Result<Res, BoxError>,
    kept: PhantomData<fn() -> K>,
}

impl<J: Judge<K, Res>, Res, K> Display for Described<'_, J, Res, K> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.outcome {
            Ok(response) => self.judge.describe(response, f),
            Err(error) => error.fmt(f),
        }
    }
}
