//! The links by which breakers and budgets reach the member.

use std::boxed::Box;
use std::string::String;
use std::sync::{Arc, PoisonError, Weak};
use std::task::{Wake, Waker};

use tokio::time::timeout;

use super::held::Held;
use super::member::{Member, Reach, SharedCircuit, runtime_runs};
use super::runner;
use crate::breaker::{Asked, CircuitBreaker, Coordinator};
use crate::policy::nanos::from_duration;

/// Makes a breaker join the fleet. Returns `false` if it belongs to another one.
pub(super) fn join_breaker(member: &Arc<Member>, breaker: Held<CircuitBreaker>, name: String) -> bool {
    let circuit = Arc::new(member.circuit_of(breaker, name));
    let link = Arc::new(CircuitLink::new(member, &circuit));
    let has_joined = circuit.breaker.join_fleet(link, from_duration(member.answers_within()));
    if has_joined {
        member.add_circuit(circuit);
    }
    has_joined
}

/// Returns the waker of the member for a budget.
pub(super) fn waker(member: &Arc<Member>) -> Waker {
    Arc::new(ReserveWaker(Arc::downgrade(member))).into()
}

/// Wakes the member for a budget.
struct ReserveWaker(Weak<Member>);

impl Wake for ReserveWaker {
    fn wake(self: Arc<Self>) {
        if let Some(member) = self.0.upgrade() {
            runner::wake(&member);
        }
    }
}

/// The member, as a breaker sees it.
pub(super) struct CircuitLink {
    member: Weak<Member>,
    circuit: Weak<SharedCircuit>,
}

impl CircuitLink {
    pub(super) fn new(member: &Arc<Member>, circuit: &Arc<SharedCircuit>) -> CircuitLink {
        CircuitLink { member: Arc::downgrade(member), circuit: Arc::downgrade(circuit) }
    }
}

impl Coordinator for CircuitLink {
    fn wake(&self) {
        if let Some(member) = self.member.upgrade() {
            runner::wake(&member);
        }
    }

    fn asked(&self) -> Asked {
        let (member, circuit) = (self.member.upgrade(), self.circuit.upgrade());
        Box::pin(async move {
            let (Some(member), Some(circuit)) = (member, circuit) else { return };
            if runtime_runs() {
                // The member may ask for another circuit at the same time, so this is bounded once more.
                let _ = timeout(member.settings.patience, member.sync(&circuit, Reach::Due)).await;
            } else {
                // On another runtime nothing measures the patience, so a later call has the answer.
                runner::wake(&member);
            }
        })
    }

    fn block(&self) -> bool {
        let (Some(member), Some(circuit)) = (self.member.upgrade(), self.circuit.upgrade()) else {
            return false;
        };
        if !member.has_thread {
            return false;
        }
        let asked = circuit.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *asked;
        runner::wake(&member);
        let patience = member.settings.patience;
        let waited = circuit.has_asked.wait_timeout_while(asked, patience, |asked| *asked == before);
        drop(waited);
        true
    }
}
