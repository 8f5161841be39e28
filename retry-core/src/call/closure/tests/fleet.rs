//! Calls whose breaker belongs to a fleet.

use core::cell::Cell;
use core::future::{pending, poll_fn, ready};
use core::task::Poll;
use core::time::Duration;
use std::boxed::Box;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Weak};

use super::{Failed, POLICY, poll};
use crate::CircuitBreaker;
use crate::breaker::{Asked, Coordinator, HeldLease};

/// A member that answers each caller that waits for it with a lease.
struct Member {
    breaker: Weak<CircuitBreaker>,
    /// The numbers of callers that asked it and that blocked their threads.
    asked: AtomicU32,
    blocked: AtomicU32,
}

impl Member {
    fn join() -> (Arc<CircuitBreaker>, Arc<Member>) {
        let breaker = Arc::new(CircuitBreaker::new().open_for(Duration::from_secs(10)));
        let (asked, blocked) = (AtomicU32::new(0), AtomicU32::new(0));
        let member = Arc::new(Member { breaker: Arc::downgrade(&breaker), asked, blocked });
        assert!(breaker.join_fleet(Arc::clone(&member) as Arc<dyn Coordinator>, u64::MAX));
        breaker.link().expect("it has joined").see(breaker.fleet_now());
        (breaker, member)
    }

    fn grant_lease(&self) {
        let breaker = self.breaker.upgrade().expect("the call has it");
        let lease = HeldLease { epoch: 1, generation: 2, number: 3 };
        breaker.link().expect("it has joined").answer_lease(Some(lease), breaker.fleet_now());
    }

    /// Returns the numbers of callers that asked and blocked.
    fn callers(&self) -> (u32, u32) {
        (self.asked.load(Relaxed), self.blocked.load(Relaxed))
    }
}

impl Coordinator for Member {
    fn wake(&self) {}

    fn asked(&self) -> Asked {
        self.asked.fetch_add(1, Relaxed);
        self.grant_lease();
        Box::pin(ready(()))
    }

    fn block(&self) -> bool {
        self.blocked.fetch_add(1, Relaxed);
        self.grant_lease();
        true
    }
}

/// Makes the circuit of the fleet half-open.
fn half_open(breaker: &CircuitBreaker) {
    breaker.follow(0, false);
}

#[test]
fn a_call_that_a_half_open_circuit_refuses_waits_for_a_lease() {
    let (breaker, member) = Member::join();
    half_open(&breaker);
    assert_eq!(POLICY.retry(|| Ok::<_, Failed>(7)).breaker(&breaker).run(), Ok(7));
    assert_eq!(member.callers(), (0, 1));
    let (breaker, member) = Member::join();
    half_open(&breaker);
    let call = POLICY.retry_async(|| ready(Ok::<_, Failed>(7))).breaker(&breaker);
    assert_eq!(poll(call), Poll::Ready(Ok(7)));
    assert_eq!(member.callers(), (1, 0));
}

/// Fails at the first attempt alone.
fn second(attempts: &Cell<u32>) -> Result<u32, Failed> {
    attempts.set(attempts.get() + 1);
    if attempts.get() == 1 { Err(Failed::Down) } else { Ok(attempts.get()) }
}

#[test]
fn a_retry_that_a_half_open_circuit_would_refuse_waits_for_a_lease() {
    let (breaker, member) = Member::join();
    let attempts = Cell::new(0);
    let call = POLICY.retry(|| second(&attempts)).sleep(|_| half_open(&breaker));
    assert_eq!(call.breaker(&breaker).run(), Ok(2));
    assert_eq!(member.callers(), (0, 1));

    let open_in_wait = |breaker: &CircuitBreaker| {
        half_open(breaker);
        ready(())
    };
    let (breaker, member) = Member::join();
    let attempts = Cell::new(0);
    let call = POLICY.retry_async(async || second(&attempts)).sleep(|_| open_in_wait(&breaker));
    assert_eq!(poll(call.breaker(&breaker)), Poll::Ready(Ok(2)));
    assert_eq!(member.callers(), (1, 0));

    let (breaker, member) = Member::join();
    let attempts = Cell::new(0);
    let call = POLICY.retry_async_mut(async || second(&attempts)).sleep(|_| open_in_wait(&breaker));
    assert_eq!(poll(call.breaker(&breaker).run()), Poll::Ready(Ok(2)));
    assert_eq!(member.callers(), (1, 0));
}

#[test]
fn a_call_that_is_cancelled_in_its_wait_asks_no_fleet() {
    let (breaker, member) = Member::join();
    let is_waiting = Cell::new(false);
    let cancel = || poll_fn(|_| if is_waiting.get() { Poll::Ready(()) } else { Poll::Pending });
    let sleep = |_| {
        half_open(&breaker);
        is_waiting.set(true);
        pending::<()>()
    };
    let fail = async || Err::<(), _>(Failed::Down);
    let call = POLICY.retry_async(fail).sleep(sleep).cancel(cancel()).breaker(&breaker);
    assert_eq!(poll(call), Poll::Ready(Err(Failed::Down)));
    assert_eq!(member.callers(), (0, 0));

    let (breaker, member) = Member::join();
    is_waiting.set(false);
    let sleep = |_| {
        half_open(&breaker);
        is_waiting.set(true);
        pending::<()>()
    };
    let call = POLICY.retry_async_mut(fail).sleep(sleep).cancel(cancel()).breaker(&breaker);
    assert_eq!(poll(call.run()), Poll::Ready(Err(Failed::Down)));
    assert_eq!(member.callers(), (0, 0));
}
