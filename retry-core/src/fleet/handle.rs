//! [`FleetMember`]: this process in a fleet, and the requests of an operator.

use core::fmt::{self, Display, Formatter};
use core::time::Duration;
use std::collections::HashMap;
use std::error::Error;
use std::format;
use std::string::{String, ToString};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use super::circuit::{Action, Phase, View};
use super::held::Held;
use super::links;
use super::member::{Member, Reach, SharedCircuit, runtime_runs};
use super::rules::Rules;
use super::runner;
use crate::breaker::{CircuitBreaker, CircuitState};

/// This process in a fleet, from [`Fleet::start`](super::Fleet::start). When it is dropped, the process leaves the fleet: its
/// breakers and budgets follow their own rules, and its leases are given back.
#[derive(Debug)]
#[must_use = "the process leaves the fleet when this is dropped"]
pub struct FleetMember {
    member: Arc<Member>,
    by_host: Mutex<HashMap<Arc<str>, Arc<CircuitBreaker>>>,
}

impl FleetMember {
    pub(super) fn new(member: Arc<Member>) -> FleetMember {
        FleetMember { member, by_host: Mutex::default() }
    }

    /// Returns the breaker of one host, with the settings of the breaker that has joined as `name`, or with the defaults if
    /// none has: a wrong name is not reported. The breaker is made at the first call, and shared by the fleet as `name/host`.
    ///
    /// The breakers stay until the process leaves the fleet, so `host` is a name of few, and no text from outside.
    pub fn breaker(&self, name: &str, host: &str) -> Arc<CircuitBreaker> {
        let full: Arc<str> = format!("{name}/{host}").into();
        let mut by_host = self.by_host.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let settings = self.member.circuit(name);
            let default = CircuitBreaker::new();
            let settings = settings.as_ref().map_or(&default, |circuit| &*circuit.breaker);
            let breaker = Arc::new(settings.sibling(Arc::clone(&full)));
            links::join_breaker(&self.member, Held::Shared(Arc::clone(&breaker)), full.to_string());
            breaker
        };
        Arc::clone(by_host.entry(Arc::clone(&full)).or_insert_with(make))
    }

    /// Opens the circuit of the breaker `name` for the whole fleet, until [`reset`](FleetMember::reset). Other processes follow
    /// with their next report.
    ///
    /// # Errors
    /// If no breaker of that name has joined, the store has not confirmed it, or no runtime of tokio runs here. [`CircuitBreaker::force_open`] opens the
    /// breaker of this process alone.
    pub async fn force_open(&self, name: &str) -> Result<(), FleetError> {
        self.control(name, |(epoch, generation)| Action::Force { epoch, generation, time: Rules::MAX_TIME })
            .await
    }

    /// Closes the circuit of the breaker `name` for the whole fleet. A process that refuses calls follows when its time is
    /// over, or within [`sync_every`](super::Fleet::sync_every) after [`force_open`](FleetMember::force_open).
    ///
    /// # Errors
    /// As [`force_open`](FleetMember::force_open).
    pub async fn reset(&self, name: &str) -> Result<(), FleetError> {
        self.control(name, |(epoch, generation)| Action::Reset { epoch, generation }).await
    }

    /// Returns the fleet's circuit of the breaker `name`.
    ///
    /// # Errors
    /// As [`force_open`](FleetMember::force_open).
    pub async fn view(&self, name: &str) -> Result<FleetView, FleetError> {
        let circuit = self.circuit(name)?;
        self.look(&circuit).await.map(FleetView)
    }

    /// Sends everything that this process has not reported yet. With [`inline`](super::Fleet::inline), call it at the end of each
    /// invocation: it also gives back the leases that no call has taken. A store that does not answer costs at most
    /// [`patience`](super::Fleet::patience) for each breaker. Without a runtime of tokio it only wakes the task or the thread
    /// that talks to the store.
    pub async fn flush(&self) {
        self.member.sync_all(Reach::All).await;
    }

    /// Leaves the fleet, and ends when the store knows it, or after [`patience`](super::Fleet::patience).
    ///
    /// For the end of `main`, where the runtime ends before the task that a drop leaves the work to: the process would then count
    /// as live for ten windows, and its leases would end by themselves.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use retry_core::{CircuitBreaker, fleet::{Fleet, MemoryStore}};
    ///
    /// static SEARCH: CircuitBreaker = CircuitBreaker::new().name("search");
    ///
    /// let fleet = Fleet::on(MemoryStore::new()).name("shop").join(&SEARCH).start();
    /// // … until the service ends.
    /// fleet.leave().await;
    /// # }
    /// ```
    pub async fn leave(self) {
        if !runtime_runs() {
            // The task or the thread of the member leaves in its place.
            return;
        }
        self.member.is_stopped.store(true, Ordering::Release);
        self.member.leave().await;
    }

    fn circuit(&self, name: &str) -> Result<Arc<SharedCircuit>, FleetError> {
        self.member.circuit(name).ok_or_else(|| FleetError(Kind::Unknown(name.to_string())))
    }

    async fn look(&self, circuit: &SharedCircuit) -> Result<View, FleetError> {
        let away = |_| FleetError(Kind::Away(circuit.name.clone()));
        self.member.act(circuit, |_| Action::Look).await.map_err(away)
    }

    /// Takes an action on what the circuit is now. Where a process changes it in between, looks again. The process takes part
    /// first, because a circuit without a record has another epoch in each answer.
    async fn control(&self, name: &str, action: impl Fn((u64, u64)) -> Action) -> Result<(), FleetError> {
        const ROUNDS: u32 = 8;
        let circuit = self.circuit(name)?;
        let away = |_| FleetError(Kind::Away(circuit.name.clone()));
        for _ in 0..ROUNDS {
            self.member.act(&circuit, |_| Action::Join).await.map_err(away)?;
            if self.member.act(&circuit, &action).await.map_err(away)?.changed {
                return Ok(());
            }
        }
        Err(FleetError(Kind::Busy(circuit.name.clone())))
    }
}

impl Drop for FleetMember {
    fn drop(&mut self) {
        runner::stop(&self.member);
        self.member.unlink();
    }
}

/// The circuit of a breaker as the fleet sees it, from [`FleetMember::view`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FleetView(View);

impl FleetView {
    /// Returns the state of the circuit.
    #[must_use]
    pub fn state(&self) -> CircuitState {
        match self.0.phase {
            Phase::Closed => CircuitState::Closed,
            Phase::Open => CircuitState::Open,
            Phase::HalfOpen => CircuitState::HalfOpen,
            Phase::ForcedOpen => CircuitState::ForcedOpen,
        }
    }

    /// Returns how much longer calls are refused: zero if a trial may begin, [`Duration::MAX`] if until a
    /// [`reset`](FleetMember::reset).
    #[must_use]
    pub fn retry_in(&self) -> Duration {
        if self.0.left >= Rules::MAX_TIME { Duration::MAX } else { Duration::from_millis(self.0.left) }
    }

    /// Returns the number of processes that take part, including those that ended without leaving, for up to ten windows.
    #[must_use]
    pub fn processes(&self) -> u32 {
        self.0.live
    }
}

/// A request of an operator that the fleet has not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FleetError(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Unknown(String),
    Away(String),
    Busy(String),
}

impl FleetError {
    /// Returns whether the store has not answered, so that the request may have been carried out or not.
    #[must_use]
    pub fn is_away(&self) -> bool {
        matches!(self.0, Kind::Away(_))
    }
}

impl Display for FleetError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Unknown(name) => write!(f, "no breaker `{name}` has joined the fleet"),
            Kind::Away(name) => write!(f, "the store has not answered a request about the breaker `{name}`"),
            Kind::Busy(name) => write!(f, "the circuit of the breaker `{name}` keeps changing"),
        }
    }
}

impl Error for FleetError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_request_without_an_answer_may_have_been_carried_out() {
        let (unknown, away, busy) = (
            FleetError(Kind::Unknown("db".into())),
            FleetError(Kind::Away("db".into())),
            FleetError(Kind::Busy("db".into())),
        );
        assert!(away.is_away());
        assert!(!unknown.is_away() && !busy.is_away());
    }
}
