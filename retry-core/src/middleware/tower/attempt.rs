//! The decision after an attempt of a layer's call.

use core::error::Error;
use core::fmt::{self, Display, Formatter};
use core::marker::PhantomData;
use core::mem;

use super::super::settings::{Failed, Settings};
use super::super::verdict::{BoxError, Verdict};
use super::judge::Judge;
use super::repeat::Repeat;
use super::sharing::Held;
use crate::breaker::Running;
use crate::call::fleet_wait::FleetWait;
use crate::call::limits::Shared;
use crate::call::parked::Parked;
use crate::call::refusal::Refusal;
use crate::call::{Planned, Progress};

/// The common part of the calls of a layer.
#[derive(Debug)]
pub(super) struct Rules<J, R> {
    pub(super) settings: Settings,
    pub(super) judge: J,
    pub(super) repeat: R,
}

/// The answer to a call that begins.
pub(super) enum Admission {
    Admitted,
    /// The breaker's fleet is asked before the call is admitted anew.
    AskFleet(FleetWait),
    Refused(BoxError),
}

impl<J, R> Rules<J, R> {
    /// Takes back the parked state of a call.
    pub(super) fn unpark(&self, parked: &mut Parked) -> Shared<'_> {
        let (settings, parked) = (&self.settings, mem::take(parked));
        Shared::unpark(settings.budget(), settings.breaker(), settings.throttle(), parked)
    }

    /// Marks this thread while an attempt is polled that is a trial of the breaker.
    #[inline]
    pub(super) fn mark(&self, held: &mut impl Held) -> Option<Running> {
        let parked = held.parked()?;
        if parked.is_trial() { self.mark_trial(parked) } else { None }
    }

    #[cold]
    #[inline(never)]
    fn mark_trial(&self, parked: &mut Parked) -> Option<Running> {
        let shared = self.unpark(parked);
        let mark = shared.enter_trial();
        *parked = shared.park();
        mark
    }

    /// Ends a call with a success.
    #[inline]
    pub(super) fn succeeded(&self, progress: &Progress, held: &mut impl Held) {
        if let Some(parked) = held.parked() {
            self.unpark(parked).succeeded();
        }
        self.settings.succeeded(progress);
    }

    /// Admits a call.
    pub(super) fn admit(&self, held: &mut impl Held) -> Admission {
        let Some(parked) = held.parked() else { return Admission::Admitted };
        let mut shared = self.settings.shared();
        let Some(refusal) = shared.admit() else {
            *parked = shared.park();
            return Admission::Admitted;
        };
        match shared.after_refusal(Some(&refusal)) {
            Some(wait) => Admission::AskFleet(wait),
            None => Admission::Refused(self.refused(refusal)),
        }
    }

    /// Admits a call for which the fleet was asked. Returns the error if it is still refused.
    pub(super) fn admit_again(&self, held: &mut impl Held) -> Result<(), BoxError> {
        let Some(parked) = held.parked() else { return Ok(()) };
        let mut shared = self.settings.shared();
        match shared.admit() {
            Some(refusal) => Err(self.refused(refusal)),
            None => {
                *parked = shared.park();
                Ok(())
            }
        }
    }

    /// Ends a call that was refused before its first attempt.
    #[cold]
    fn refused(&self, refusal: Refusal) -> BoxError {
        self.settings.emit_refused(&refusal);
        match refusal {
            Refusal::Open(open) => open.into(),
            Refusal::Throttled(throttled) => throttled.into(),
        }
    }

    /// Returns the wait for the breaker's fleet before another attempt.
    pub(super) fn before_retry(&self, held: &mut impl Held) -> Option<FleetWait> {
        let parked = held.parked()?;
        let shared = self.unpark(parked);
        let wait = shared.before_retry();
        *parked = shared.park();
        wait
    }

    /// Acquires the permit of another attempt. Returns the last outcome if the breaker refuses it.
    pub(super) fn resume<V>(&self, held: &mut impl Held, last: &mut Option<(Planned, V)>) -> Result<(), V> {
        let Some((planned, outcome)) = last.take() else { return Ok(()) };
        let Some(parked) = held.parked() else { return Ok(()) };
        let mut shared = self.unpark(parked);
        let resumed = shared.reacquire(&planned);
        *parked = shared.park();
        resumed.map_err(|given_up| {
            given_up.emit();
            outcome
        })
    }

    /// Decides after a failed attempt. Returns the plan of the next one and its request, or `None` if the call ends.
    #[cold]
    #[inline(never)]
    pub(super) fn after_failure<Req, Res, L: Held>(
        &self,
        verdict: Verdict,
        kept: Option<&R::Kept>,
        progress: &mut Progress,
        held: &mut L,
        outcome: &Result<Res, BoxError>,
    ) -> Option<(Planned, R::Request)>
    where
        R: Repeat<Req>,
        J: Judge<R::Kept, Res>,
    {
        let is_transient = matches!(verdict, Verdict::Transient { .. });
        let request = kept.filter(|_| is_transient).and_then(|kept| self.repeat.again(kept));
        let description = Described::<_, _, R::Kept> { judge: &self.judge, outcome, kept: PhantomData };
        let error = outcome.as_ref().err().map(|error| &**error as &(dyn Error + 'static));
        let failed = Failed {
            verdict,
            can_repeat: request.is_some(),
            description: &description,
            error,
            deadline: kept.and_then(|kept| self.repeat.deadline(kept)),
        };
        let planned = match held.parked() {
            None => self.settings.plan(progress, &failed, None),
            Some(parked) => {
                let mut shared = self.unpark(parked);
                let planned = self.settings.plan(progress, &failed, Some(&mut shared));
                *parked = shared.park();
                planned
            }
        };
        planned.zip(request)
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
