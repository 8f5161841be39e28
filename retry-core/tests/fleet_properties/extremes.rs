//! Numbers of any size: nothing panics, and what is written can be read.

use proptest::prelude::*;
use retry_core::fleet::{
    Action, Calls, Circuit, Claim, ProcessId, Record, Reserve, Rules, Step, claim, step,
};

/// The highest number that Lua has exactly.
const MOST: u64 = (1 << 53) - 1;

fn large() -> impl Strategy<Value = u64> {
    prop_oneof![
        0..20_u64,
        any::<u64>(),
        prop::sample::select(vec![0, 1, 1 << 50, MOST - 1, MOST, MOST + 1, u64::MAX - 1, u64::MAX]),
    ]
}

fn small() -> impl Strategy<Value = u32> {
    prop_oneof![0..20_u32, any::<u32>(), prop::sample::select(vec![65_535, 1_000_000, u32::MAX])]
}

fn rules() -> impl Strategy<Value = Rules> {
    ((small(), small(), small(), small(), small(), small()), (large(), large(), large(), large())).prop_map(
        |((quorum, minimum_calls, failure_rate, slow_rate, trials, trial_failures), times)| Rules {
            quorum,
            window: times.0,
            minimum_calls,
            failure_rate,
            slow_rate,
            open_for: times.1,
            open_for_max: times.2,
            trial_timeout: times.3,
            trials,
            trial_failures,
        },
    )
}

/// Actions, most of which are about the record that there is.
fn action() -> impl Strategy<Value = Action> {
    let generation = || prop_oneof![9 => 0..12_u64, 1 => large()];
    let calls = (small(), small(), small()).prop_map(|(good, bad, slow)| Calls { good, bad, slow });
    let number = || prop_oneof![9 => 1..20_u64, 1 => large()];
    prop_oneof![
        Just(Action::Look),
        Just(Action::Join),
        Just(Action::Leave),
        (generation(), number(), calls, any::<bool>()).prop_map(|(generation, number, calls, tripped)| {
            Action::Report { epoch: 7, generation, number, calls, tripped }
        }),
        number().prop_map(|number| Action::Lease { number }),
        (generation(), number(), any::<bool>()).prop_map(|(generation, lease, has_failed)| {
            Action::Outcome { epoch: 7, generation, lease, has_failed }
        }),
        (generation(), number()).prop_map(|(generation, lease)| Action::Release {
            epoch: 7,
            generation,
            lease
        }),
        (generation(), large()).prop_map(|(generation, time)| Action::Force { epoch: 7, generation, time }),
        generation().prop_map(|generation| Action::Reset { epoch: 7, generation }),
    ]
}

/// Numbers of a record that are too large for a store with floating-point numbers are not read.
fn is_readable(record: &Record) -> bool {
    Record::from_fields(&record.fields()).as_ref() == Some(record)
}

proptest! {
    #[test]
    fn of_a_circuit(steps in prop::collection::vec((large(), 1..4_u64, rules(), action()), 0..60)) {
        let mut circuit = Circuit::new(7);
        for (now, process, rules, action) in steps {
            let view = step(&mut circuit, now, Step { process: ProcessId(process), fresh: 9, rules, action });
            prop_assert!(view.left <= Rules::MAX_TIME);
            prop_assert!(circuit.life(&rules).is_none_or(|life| (1..=Rules::MAX_TIME).contains(&life)));
            prop_assert!(is_readable(&Record::Circuit(circuit.clone())), "{:?}", circuit);
        }
    }

    #[test]
    fn of_a_reserve(
        start in large(),
        claims in prop::collection::vec((large(), 1..4_u64, small(), small()), 0..60),
    ) {
        let mut reserve = Reserve::new(7, start);
        for (now, process, per_second, tokens) in claims {
            let grant = claim(&mut reserve, now, Claim { process: ProcessId(process), fresh: 9, per_second, tokens });
            prop_assert!(grant.tokens <= tokens.min(per_second));
            prop_assert!(grant.next <= Rules::MAX_TIME);
            prop_assert!(is_readable(&Record::Reserve(reserve.clone())), "{:?}", reserve);
        }
    }
}
