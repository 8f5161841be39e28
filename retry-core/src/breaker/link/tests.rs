use super::super::circuit_breaker::CircuitBreaker;
use super::super::coordinator::Asked;
use super::*;

/// A member whose runtime has ended.
struct Gone;

impl Coordinator for Gone {
    fn wake(&self) {}

    fn asked(&self) -> Asked {
        Box::pin(core::future::pending())
    }

    fn block(&self) -> bool {
        false
    }
}

#[test]
fn a_breaker_whose_member_is_gone_follows_its_own_rules() {
    let link = Link::new();
    link.activate(Arc::new(Gone), 100);
    assert_eq!(link.trial(0, 0), Trial::Local, "nothing was seen yet");
    for follows in [false, true] {
        link.see(10);
        if follows {
            link.follow(20);
            assert_eq!(link.trial(19, 0), Trial::Refused(1));
        }
        let begun = FRESH + 11;
        assert_eq!(link.trial(begun, 0), Trial::Refused(SHORT));
        assert_eq!(link.trial(begun + 100, 0), Trial::Refused(SHORT));
        assert_eq!(link.trial(begun + 101, 0), Trial::Local);
        assert_eq!(link.trial(begun + 102, 0), Trial::Local);
    }
}

#[test]
fn a_lease_is_given_back_if_no_call_takes_it() {
    let link = Link::new();
    link.activate(Arc::new(Gone), 100);
    link.see(10);
    link.follow(20);
    let _ = link.trial(20, 0);
    assert!(link.wants_lease());
    let lease = HeldLease { epoch: 1, generation: 2, number: 3 };
    link.answer_lease(Some(lease), 30);
    link.return_unused(29);
    assert_eq!(link.next_ended(), None);
    link.return_unused(30);
    assert_eq!(link.next_ended(), Some(EndedLease { lease, has_failed: None }));
    assert_eq!(link.trial(20, 0), Trial::Refused(SHORT));
}

#[test]
fn the_outcome_of_a_trial_belongs_to_its_own_lease() {
    let link = Link::new();
    let mut tags = Vec::new();
    // The record is lost in between, and then the process leaves and joins anew: the numbers of the leases begin again.
    for epoch in 1..=3 {
        if epoch != 2 {
            link.activate(Arc::new(Gone), 100);
        }
        link.see(10);
        link.follow(10);
        link.answer_lease(Some(HeldLease { epoch, generation: 0, number: 1 }), 10);
        match link.trial(10, 0) {
            Trial::Leased(tag) => tags.push(tag),
            other => panic!("{other:?}"),
        }
    }
    link.end(tags[0], Some(false));
    assert_eq!(link.next_ended(), None, "that trial belongs to an earlier fleet");
    link.end(tags[2], Some(true));
    assert_eq!(link.next_ended().map(|ended| ended.lease.epoch), Some(3));
}

/// Returns a breaker that has opened by its own rules, whose time is over.
fn opened(guard: &crate::testing::Guard) -> CircuitBreaker {
    let breaker = CircuitBreaker::new().consecutive_failures(1);
    assert!(breaker.join_fleet(Arc::new(Gone), u64::MAX));
    breaker.link().unwrap().see(breaker.fleet_now());
    breaker.acquire().unwrap().failure();
    guard.advance(core::time::Duration::from_secs(60));
    breaker
}

#[test]
fn a_look_that_is_answered_between_the_refusal_and_the_wait_counts() {
    let guard = crate::testing::no_wait();
    let breaker = opened(&guard);
    assert!(breaker.acquire().is_err(), "it has to look first");
    assert!(!breaker.fleet_has_answered());
    breaker.link().unwrap().see(breaker.fleet_now());
    assert!(breaker.fleet_to_wait_for().is_none());
    assert!(breaker.fleet_has_answered());
    breaker.acquire().unwrap().success();
}

#[test]
fn a_leased_trial_counts_where_the_breaker_is_left_alone() {
    let guard = crate::testing::no_wait();
    let breaker = opened(&guard);
    breaker.follow(0, true);
    let lease = HeldLease { epoch: 1, generation: 1, number: 1 };
    breaker.link().unwrap().answer_lease(Some(lease), breaker.fleet_now());
    let trial = breaker.acquire().unwrap();
    breaker.follow_alone();
    assert!(breaker.acquire().is_err(), "the trial runs");
    trial.success();
    assert!(breaker.acquire().is_ok());
}
