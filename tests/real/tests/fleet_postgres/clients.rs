//! Clients that do random steps, each on a store of its own.

use retry_core::fleet::{Action, Answer, Calls, Claim, Phase, ProcessId, Request, Step, View};

use crate::RULES;

/// Reports are counted here.
pub(crate) const COUNTS: &str = "circuit:counts";
/// Trials run here.
pub(crate) const TRIALS: &str = "circuit:trials";
pub(crate) const RESERVE: &str = "reserve";

/// A request that changes nothing.
pub(crate) fn look() -> Request {
    step(0, Action::Look)
}

fn step(process: u64, action: Action) -> Request {
    Request::Circuit(Step { process: ProcessId(process), fresh: process, rules: RULES, action })
}

/// A client, which does one request after another.
pub(crate) struct Member {
    process: u64,
    rng: fastrand::Rng,
    reports: u64,
    leases: u64,
    counts: Option<View>,
    trials: Option<View>,
    /// The epoch, the generation and the number of the lease that it has.
    lease: Option<(u64, u64, u64)>,
    /// The calls that it has reported.
    pub(crate) reported: [u64; 2],
}

impl Member {
    pub(crate) fn new(process: u64) -> Member {
        Member {
            process,
            rng: fastrand::Rng::with_seed(process),
            reports: 0,
            leases: 0,
            counts: None,
            trials: None,
            lease: None,
            reported: [0, 0],
        }
    }

    /// The next request, and the key that it is about.
    pub(crate) fn request(&mut self) -> (&'static str, Request) {
        match self.rng.u8(..10) {
            0..4 => (COUNTS, step(self.process, self.count())),
            4..9 => (TRIALS, step(self.process, self.try_out())),
            _ => {
                let tokens = self.rng.u32(..3);
                let claim =
                    Claim { process: ProcessId(self.process), fresh: self.process, per_second: 50, tokens };
                (RESERVE, Request::Reserve(claim))
            }
        }
    }

    fn count(&mut self) -> Action {
        let Some(View { epoch, generation, .. }) = self.counts else { return Action::Join };
        self.reports += 1;
        let (good, bad) = (self.rng.u32(..5), self.rng.u32(..5));
        self.reported = [self.reported[0] + u64::from(good), self.reported[1] + u64::from(bad)];
        let calls = Calls { good, bad, slow: 0 };
        Action::Report { epoch, generation, number: self.reports, calls, tripped: false }
    }

    fn try_out(&mut self) -> Action {
        let Some(View { epoch, generation, phase, .. }) = self.trials else { return Action::Join };
        if let Some((epoch, generation, lease)) = self.lease.take() {
            return match self.rng.u8(..8) {
                0 => Action::Release { epoch, generation, lease },
                outcome => Action::Outcome { epoch, generation, lease, has_failed: outcome < 3 },
            };
        }
        match self.rng.u8(..20) {
            0 => Action::Look,
            1 => Action::Reset { epoch, generation },
            _ if phase == Phase::Closed => Action::Force { epoch, generation, time: self.rng.u64(..15) },
            _ => {
                self.leases += 1;
                Action::Lease { number: self.leases }
            }
        }
    }

    /// Notes the answer.
    pub(crate) fn answered(&mut self, key: &str, request: &Request, answer: Answer) {
        let (Answer::Circuit(view), Request::Circuit(step)) = (answer, request) else { return };
        assert!(view.known);
        if key == COUNTS {
            self.counts = Some(view);
            return;
        }
        self.trials = Some(view);
        if let Action::Lease { number } = step.action {
            self.lease = view.granted.then_some((view.epoch, view.generation, number));
        }
    }
}
