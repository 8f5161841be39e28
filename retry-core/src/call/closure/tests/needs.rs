//! The needs of rules, by which a call takes a shorter way.

use super::super::rule::Needs;

const ALL: [Needs; 11] = [
    Needs::PLAN,
    Needs::LATE,
    Needs::CLOCK,
    Needs::VALUES,
    Needs::DELAY,
    Needs::CANCEL,
    Needs::RESTART,
    Needs::SUCCESS,
    Needs::SLEEP,
    Needs::FALLBACK,
    Needs::JUDGES,
];

#[test]
fn each_need_is_a_bit_of_its_own() {
    for (number, need) in (0..).zip(ALL) {
        assert_eq!(need, Needs::bit(number));
        for other in ALL {
            assert_eq!(need.has(other), need == other, "{need:?} {other:?}");
        }
    }
}

#[test]
fn a_call_with_a_delay_a_sleep_or_a_fallback_decides_about_errors_alone() {
    assert!(Needs::NOTHING.are_about_errors());
    for need in ALL {
        let expected = [Needs::DELAY, Needs::SLEEP, Needs::FALLBACK].contains(&need);
        assert_eq!(need.are_about_errors(), expected, "{need:?}");
        assert_eq!(need.or(Needs::DELAY).are_about_errors(), expected, "{need:?}");
    }
}
