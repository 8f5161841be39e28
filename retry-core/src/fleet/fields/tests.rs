use core::time::Duration;
use std::vec;

use proptest::prelude::*;

use super::super::members::GONE;
use super::*;
use crate::fleet::{Action, Answer, Calls, Claim, Request, Step, step};

fn process() -> impl Strategy<Value = ProcessId> {
    prop_oneof![0..4_u64, any::<u64>()].prop_map(ProcessId)
}

fn a_number() -> impl Strategy<Value = u64> {
    prop_oneof![0..4_u64, 0..=MAX_NUMBER, Just(MAX_NUMBER)]
}

fn members() -> impl Strategy<Value = Members> {
    let member =
        (a_number(), a_number(), a_number()).prop_map(|(report, lease, seen)| Member { report, lease, seen });
    let all = prop::collection::btree_map(process(), member, 0..5);
    (all, a_number()).prop_map(|(all, swept)| Members { all, swept, gone: 0 })
}

fn circuit() -> impl Strategy<Value = Circuit> {
    let phase = prop::sample::select(vec![Phase::Closed, Phase::Open, Phase::HalfOpen, Phase::ForcedOpen]);
    let calls = || 0..=MOST_CALLS;
    let tenth = (a_number(), calls(), calls(), calls()).prop_map(|(number, good, bad, slow)| Tenth {
        number,
        good,
        bad,
        slow,
    });
    let lease = (process(), a_number(), a_number()).prop_map(|(process, number, since)| Lease {
        process,
        number,
        since,
    });
    let latest = || prop::collection::vec((process(), a_number()), 0..=32).prop_map(Latest);
    let lists = (
        prop::collection::vec(tenth, 0..=MOST_TENTHS),
        latest(),
        latest(),
        prop::collection::vec(lease, 0..5),
    );
    let numbers = (a_number(), a_number(), 0..=Rules::MAX_TIME, a_number());
    (a_number(), members(), phase, numbers, any::<[u32; 4]>(), lists).prop_map(
        |(epoch, members, phase, numbers, counts, (tenths, tripped, failing, leases))| Circuit {
            epoch,
            generation: numbers.0,
            phase,
            since: numbers.1,
            forced_for: numbers.2,
            openings: counts[0],
            succeeded: counts[1],
            failed: counts[2],
            tripped,
            tally: Tally { length: numbers.3, tenths },
            failing,
            leases: Leases(leases),
            members: Members { gone: counts[3], ..members },
        },
    )
}

fn action() -> impl Strategy<Value = Action> {
    let calls = any::<[u32; 3]>().prop_map(|[good, bad, slow]| Calls { good, bad, slow });
    let number = || prop_oneof![0..4_u64, any::<u64>()];
    let (epoch, generation) = (0..3_u64, 0..3_u64);
    prop_oneof![
        Just(Action::Look),
        Just(Action::Join),
        Just(Action::Leave),
        number().prop_map(|number| Action::Lease { number }),
        (number(), calls, any::<bool>(), epoch.clone(), generation.clone()).prop_map(
            |(number, calls, tripped, epoch, generation)| {
                Action::Report { epoch, generation, number, calls, tripped }
            }
        ),
        (epoch.clone(), generation.clone(), number(), any::<bool>()).prop_map(
            |(epoch, generation, lease, has_failed)| {
                Action::Outcome { epoch, generation, lease, has_failed }
            }
        ),
        (epoch.clone(), generation.clone(), number())
            .prop_map(|(epoch, generation, lease)| Action::Release { epoch, generation, lease }),
        (epoch.clone(), generation.clone(), number()).prop_map(|(epoch, generation, time)| Action::Force {
            epoch,
            generation,
            time
        }),
        (epoch, generation).prop_map(|(epoch, generation)| Action::Reset { epoch, generation }),
    ]
}

fn any_step() -> impl Strategy<Value = Step> {
    let rules = (any::<[u32; 6]>(), any::<[u64; 4]>()).prop_map(|(small, times)| Rules {
        quorum: small[0],
        window: times[0],
        minimum_calls: small[1],
        failure_rate: small[2],
        slow_rate: small[3],
        open_for: times[1],
        open_for_max: times[2],
        trial_timeout: times[3],
        trials: small[4],
        trial_failures: small[5],
    });
    (process(), any::<u64>(), rules, action()).prop_map(|(process, fresh, rules, action)| Step {
        process,
        fresh,
        rules,
        action,
    })
}

fn record() -> impl Strategy<Value = Record> {
    let reserve = (any::<u64>(), a_number(), members()).prop_map(|(epoch, spent_until, mut members)| {
        members.all.retain(|_, member| !member.is_gone());
        Reserve { epoch, spent_until, members }
    });
    prop_oneof![circuit().prop_map(Record::Circuit), reserve.prop_map(Record::Reserve)]
}

proptest! {
    #[test]
    fn a_record_is_what_its_fields_were_made_of(record in record()) {
        prop_assert_eq!(Record::from_fields(&record.fields()), Some(record));
    }

    #[test]
    fn a_record_with_a_damaged_field_is_none_or_has_exactly_its_fields(
        record in record(),
        index in any::<prop::sample::Index>(),
        text in "[0-9a-f:; -]{0,20}|-1|9007199254740992|open|.{0,5}",
    ) {
        let mut fields = record.fields();
        let name = index.get(&fields.keys().cloned().collect::<Vec<_>>()).clone();
        fields.insert(name, text);
        if let Some(record) = Record::from_fields(&fields) {
            prop_assert_eq!(record.fields(), fields);
        }
    }

    #[test]
    fn a_record_without_a_field_or_with_another_one_is_none(
        record in record(),
        index in any::<prop::sample::Index>(),
    ) {
        let mut fields = record.fields();
        let names: Vec<_> = fields.keys().filter(|name| !name.starts_with("m:")).cloned().collect();
        let text = fields.remove(index.get(&names)).expect("the name is one of the fields'");
        prop_assert_eq!(Record::from_fields(&fields), None);
        fields.insert("other".into(), text);
        prop_assert_eq!(Record::from_fields(&fields), None);
    }

    #[test]
    fn any_possible_record_takes_any_claim(
        record in record(),
        now in a_number(),
        process in process(),
        numbers in any::<[u32; 2]>(),
    ) {
        let [per_second, tokens] = numbers;
        let claim = Request::Reserve(Claim { process, fresh: 1, per_second, tokens });
        let (answer, written) = Record::answer(Some(&record), Duration::from_micros(now), &claim);
        let written = written.expect("a claim changes the record").record;
        prop_assert!(matches!(answer, Answer::Reserve(_)));
        prop_assert_eq!(Record::from_fields(&written.fields()), Some(written));
    }

    /// Whatever is in a record, a step neither panics nor changes what it reports as unchanged.
    #[test]
    fn any_possible_record_takes_any_step(
        circuit in circuit(),
        now in a_number(),
        action in any_step(),
    ) {
        let before = Record::Circuit(circuit.clone());
        let mut after = circuit;
        let view = step(&mut after, now, action);
        let is_changed = before != Record::Circuit(after);
        prop_assert!(view.changed || !is_changed);
    }
}

#[test]
fn a_process_that_has_left_is_part_of_a_circuit_but_not_of_a_reserve() {
    let mut members = Members::default();
    *members.visit(ProcessId(7)) = Member { report: GONE, lease: GONE, seen: 0 };
    let circuit = Record::Circuit(Circuit { members: members.clone(), ..Circuit::new(1) });
    assert_eq!(Record::from_fields(&circuit.fields()), Some(circuit));
    let reserve = |members| Record::Reserve(Reserve { epoch: 1, spent_until: 5, members });
    assert_eq!(Record::from_fields(&reserve(members.clone()).fields()), None);
    *members.visit(ProcessId(7)) = Member { report: GONE - 1, lease: GONE, seen: 0 };
    assert_eq!(Record::from_fields(&reserve(members.clone()).fields()), Some(reserve(members)));
}

#[test]
fn the_fields_are_readable() {
    let mut circuit = Circuit::new(0xfe);
    circuit.phase = Phase::HalfOpen;
    circuit.failing.0 = vec![(ProcessId(10), 7), (ProcessId(11), 8)];
    circuit.leases.0 = vec![Lease { process: ProcessId(255), number: 3, since: 9 }];
    circuit.members.all.insert(ProcessId(255), Member { report: 1, lease: 3, seen: 9 });
    let fields = Record::Circuit(circuit).fields();
    let text = |name: &str| fields[name].as_str();
    assert_eq!(text("phase"), "half-open");
    assert_eq!(text("failing"), "a:7;b:8;");
    assert_eq!(text("leases"), "ff:3:9;");
    assert_eq!(text("m:ff"), "1:3:9");
    assert_eq!(text("epoch"), "fe");
}

#[test]
fn rules_out_of_range_count_as_the_nearest() {
    let rules = Rules {
        quorum: 0,
        window: 0,
        minimum_calls: 0,
        failure_rate: u32::MAX,
        slow_rate: 0,
        open_for: 0,
        open_for_max: 1_000,
        trial_timeout: 0,
        trials: 0,
        trial_failures: u32::MAX,
    };
    let mut circuit = Circuit { phase: Phase::Open, since: 1, openings: u32::MAX, ..Circuit::new(0) };
    let look = Step { process: ProcessId(1), fresh: 0, rules, action: Action::Look };
    // A time of 0 would never reach the limit by doubling.
    assert_eq!(step(&mut circuit, 1, look).left, 1_000);
}

#[test]
fn the_outcome_of_a_lease_that_is_over_changes_nothing() {
    let mut circuit = Circuit { phase: Phase::HalfOpen, ..Circuit::new(0) };
    circuit.leases.0 = vec![Lease { process: ProcessId(1), number: 1, since: 0 }];
    let before = circuit.clone();
    let rules = Rules {
        quorum: 1,
        window: 1_000,
        minimum_calls: 1,
        failure_rate: 0,
        slow_rate: 0,
        open_for: 10,
        open_for_max: 10,
        trial_timeout: 10,
        trials: 1,
        trial_failures: 0,
    };
    let action = Action::Outcome { epoch: 0, generation: 0, lease: 1, has_failed: true };
    let view = step(&mut circuit, 11, Step { process: ProcessId(1), fresh: 0, rules, action });
    assert_eq!((view.changed, circuit), (false, before));
}

#[test]
fn a_reserve_whose_only_process_has_left_grants_all_the_same() {
    let mut members = Members::default();
    members.all.insert(ProcessId(1), Member { report: MAX_NUMBER, lease: 0, seen: 0 });
    let record = Record::Reserve(Reserve { epoch: 1, spent_until: 0, members });
    let claim = Request::Reserve(Claim { process: ProcessId(1), fresh: 1, per_second: 10, tokens: 10 });
    let (answer, _) = Record::answer(Some(&record), Duration::from_secs(9), &claim);
    assert!(matches!(answer, Answer::Reserve(grant) if grant.tokens == 10));
}
