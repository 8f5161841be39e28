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
