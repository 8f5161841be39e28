use core::time::Duration;

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

#[test]
fn trials_that_run_have_different_tags_also_when_the_tags_begin_again() {
    let link = Link::new();
    link.activate(Arc::new(Gone), 100);
    link.see(10);
    link.follow(10);
    let draw_after = |last: Option<u16>| {
        if let Some(last) = last {
            link.last_tag.store(last, Ordering::Relaxed);
        }
        link.answer_lease(Some(LEASE), 10);
        link.trial(10, 0)
    };
    assert_eq!(draw_after(Some(u16::MAX - 1)), Trial::Leased(u16::MAX));
    assert_eq!(draw_after(None), Trial::Leased(1), "0 stands for no lease");
    assert_eq!(draw_after(None), Trial::Leased(2));
    assert_eq!(draw_after(Some(u16::MAX - 1)), Trial::Leased(3), "the others still run");
}

#[test]
fn a_refused_call_waits_for_the_member_if_its_answer_may_be_a_lease() {
    let link = Link::new();
    link.activate(Arc::new(Gone), u64::MAX);
    let waits = |now| link.to_wait_for(now).is_some();
    assert!(!waits(0), "the breaker is alone until the first answer");
    link.see(10);
    assert!(!waits(10 + FRESH), "the view is fresh");
    assert!(!link.wants_look());
    assert!(waits(11 + FRESH));
    assert!(link.wants_look());
    link.follow(20);
    assert!(!waits(19), "the store grants no lease yet");
    assert!(!link.wants_lease());
    assert!(waits(20) && waits(21));
    assert!(link.wants_lease());
    link.answer_lease(Some(LEASE), 30);
    assert!(!waits(30), "there is a lease");
    link.be_alone();
    assert!(!waits(FRESH * 2));
}

#[test]
fn a_link_shows_whether_it_follows_the_circuit_of_the_fleet() {
    let link = Link::new();
    assert_eq!(format!("{link:?}"), "Link { is_active: false, followed: None, .. }");
    link.activate(Arc::new(Gone), 100);
    link.follow(20);
    let followed = "Link { is_active: true, followed: Some(Followed { refused_until: 20 }), .. }";
    assert_eq!(format!("{link:?}"), followed);
}

/// A lease for a breaker's trial.
const LEASE: HeldLease = HeldLease { epoch: 1, generation: 1, number: 1 };

/// How long the trials of [`opened`] may take.
const TRIAL_TIME: Duration = Duration::from_secs(10);

/// Returns a breaker that opens at the first failure and has just seen that the circuit of its fleet is closed.
fn joined() -> CircuitBreaker {
    let breaker = CircuitBreaker::new().consecutive_failures(1).trial_timeout(TRIAL_TIME);
    assert!(breaker.join_fleet(Arc::new(Gone), u64::MAX));
    breaker.link().unwrap().see(breaker.fleet_now());
    breaker
}

/// Returns a breaker that has opened by its own rules, whose time is over.
fn opened(guard: &crate::testing::Guard) -> CircuitBreaker {
    let breaker = joined();
    breaker.acquire().unwrap().failure();
    guard.advance(Duration::from_secs(60));
    breaker
}

/// Returns a breaker with a lease that was granted now.
fn leased(guard: &crate::testing::Guard) -> CircuitBreaker {
    let breaker = opened(guard);
    breaker.follow(0, true);
    breaker.link().unwrap().answer_lease(Some(LEASE), breaker.fleet_now());
    breaker
}

#[test]
fn a_breaker_notes_for_the_fleet_that_its_own_rules_have_opened_it() {
    let guard = crate::testing::no_wait();
    let breaker = joined().consecutive_failures(2);
    let has_tripped = || breaker.link().unwrap().take_trip();
    breaker.acquire().unwrap().failure();
    assert!(!has_tripped(), "one failure of two");
    breaker.acquire().unwrap().failure();
    assert!(has_tripped());
    let breaker = leased(&guard);
    let has_tripped = || breaker.link().unwrap().take_trip();
    assert!(has_tripped());
    breaker.acquire().unwrap().failure();
    assert!(!has_tripped(), "the outcome of a lease is reported instead");
}

#[test]
fn a_breaker_asks_the_fleet_only_when_its_own_open_time_is_over() {
    let guard = crate::testing::no_wait();
    let breaker = joined();
    let link = breaker.link().unwrap();
    breaker.acquire().unwrap().failure();
    guard.advance(Duration::from_secs(1));
    assert!(breaker.acquire().is_err());
    assert!(breaker.fleet_to_wait_for().is_none());
    assert!(!link.wants_look());
    guard.advance(Duration::from_secs(60));
    assert!(breaker.fleet_to_wait_for().is_some());
    assert!(link.wants_look());
}

#[test]
fn an_answer_does_not_matter_to_a_breaker_that_was_forced_open_meanwhile() {
    let guard = crate::testing::no_wait();
    let breaker = opened(&guard);
    assert!(breaker.acquire().is_err(), "it has to look first");
    breaker.link().unwrap().see(breaker.fleet_now());
    assert!(breaker.fleet_has_answered());
    breaker.force_open();
    assert!(!breaker.fleet_has_answered());
}

#[test]
fn a_breaker_that_follows_the_fleet_refuses_for_it_unless_it_was_reset_by_hand() {
    let guard = crate::testing::no_wait();
    let breaker = opened(&guard);
    let refuses = || breaker.is_refusing_for_fleet(breaker.link().unwrap());
    assert!(!refuses(), "it is open by its own rules");
    breaker.follow(1000, true);
    assert!(refuses());
    breaker.reset();
    assert!(!refuses());
}

#[test]
fn a_lease_is_kept_for_half_the_time_of_a_trial() {
    for (kept, is_admitted) in [(Duration::from_millis(4999), true), (TRIAL_TIME / 2, false)] {
        let guard = crate::testing::no_wait();
        let breaker = leased(&guard);
        guard.advance(kept);
        let admitted = breaker.acquire();
        assert_eq!(admitted.is_ok(), is_admitted, "after {kept:?}");
        let given_back = breaker.link().unwrap().next_ended();
        assert_eq!(given_back.is_none(), is_admitted, "after {kept:?}");
    }
}

#[test]
fn a_trial_that_is_cancelled_gives_its_lease_back_without_an_outcome() {
    let guard = crate::testing::no_wait();
    let breaker = leased(&guard);
    let permit = breaker.acquire().unwrap();
    assert_eq!(breaker.link().unwrap().next_ended(), None);
    drop(permit);
    let ended = Some(EndedLease { lease: LEASE, has_failed: None });
    assert_eq!(breaker.link().unwrap().next_ended(), ended);
}

#[test]
fn the_fleet_gets_the_settings_of_the_breaker() {
    let of = |breaker: CircuitBreaker| {
        let settings = breaker.settings_for_fleet();
        (
            (settings.failure_rate, settings.slow_rate, settings.minimum_calls),
            [settings.window, settings.open_for, settings.open_for_max, settings.trial_timeout],
            (settings.trials, settings.trial_failures),
        )
    };
    let seconds = |time: u64| time * 1_000_000_000;
    let breaker = CircuitBreaker::new().open_for(Duration::from_secs(7));
    let times = [7, 7, 0, 7].map(seconds);
    assert_eq!(of(breaker), ((0.0, 0.0, 20), times, (1, 0)));
    let breaker = CircuitBreaker::new()
        .failure_rate(0.5)
        .slow_call_rate(0.25)
        .minimum_calls(4)
        .window_time(Duration::from_secs(11))
        .open_for(Duration::from_secs(7))
        .open_for_max(Duration::from_secs(70))
        .trials(5)
        .trial_failures(2)
        .trial_timeout(Duration::from_secs(3));
    assert_eq!(of(breaker), ((0.5, 0.25, 4), [11, 7, 70, 3].map(seconds), (5, 2)));
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
    let breaker = leased(&guard);
    let trial = breaker.acquire().unwrap();
    breaker.follow_alone();
    assert!(breaker.acquire().is_err(), "the trial runs");
    trial.success();
    assert!(breaker.acquire().is_ok());
}
