//! Any sequence of calls does to a `CircuitBreaker` what it does to a model that is written as simply as can be.
#![cfg(feature = "std")]

#[path = "breaker_model/model.rs"]
mod model;

use std::time::Duration;

use model::{Change, Held, Model, NOW, Settings, Step, Window, breaker, changed, compare, take};
use proptest::prelude::*;

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let by_hand = prop_oneof![
        Just(Step::ForceOpen),
        (0..30_u64).prop_map(Step::ForceOpenFor),
        (0..30_u64).prop_map(Step::ForceOpenFor),
        Just(Step::Disable),
        Just(Step::Reset),
        (1..40_u64).prop_map(Step::Back),
        changes().prop_map(Step::Change),
    ];
    let step = prop_oneof![
        12 => Just(Step::Acquire),
        5 => any::<usize>().prop_map(Step::Success),
        8 => any::<usize>().prop_map(Step::Failure),
        2 => any::<usize>().prop_map(Step::Drop),
        4 => (0..15_u64).prop_map(Step::Advance),
        1 => (15..100_u64).prop_map(Step::Advance),
        1 => by_hand,
    ];
    prop::collection::vec(step, 0..200)
}

fn windows() -> impl Strategy<Value = Window> {
    prop_oneof![
        (1..12_u32).prop_map(Window::Calls),
        prop::sample::select(vec![10, 20]).prop_map(Window::Time)
    ]
}

fn rates() -> impl Strategy<Value = f64> {
    prop::sample::select(vec![0.1, 0.25, 1.0 / 3.0, 0.5, 0.75, 1.0])
}

fn trials() -> impl Strategy<Value = (u32, u32)> {
    (1..5_u32).prop_flat_map(|calls| (Just(calls), 0..calls))
}

prop_compose! {
    fn settings()(
        in_a_row in 1..5_u32,
        failure_rate in prop::option::of(rates()),
        slow in prop::option::weighted(0.3, (rates(), 1..20_u64)),
        any_of in any::<bool>(),
        window in windows(),
        minimum in 1..12_u32,
        open_for in 1..12_u64,
        open_for_max in prop::option::of(1..100_u64),
        trial_timeout in prop::option::of(1..30_u64),
        trials in trials(),
    ) -> Settings {
        Settings {
            in_a_row, failure_rate, slow, any_of, window, minimum, open_for, open_for_max, trial_timeout, trials,
        }
    }
}

fn changes() -> impl Strategy<Value = Change> {
    prop_oneof![
        (1..5_u32).prop_map(Change::InARow),
        rates().prop_map(Change::FailureRate),
        rates().prop_map(Change::SlowCallRate),
        Just(Change::AnyOf),
        windows().prop_map(Change::Window),
        (1..12_u32).prop_map(Change::Minimum),
        (1..12_u64).prop_map(Change::OpenFor),
        (1..100_u64).prop_map(Change::OpenForMax),
        (1..30_u64).prop_map(Change::TrialTimeout),
        trials().prop_map(Change::Trials),
        Just(Change::Clock),
        Just(Change::PermanentErrors),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_breaker_does_what_the_model_does(settings in settings(), steps in steps()) {
        NOW.set(Duration::ZERO);
        let (mut breaker, mut model) = (breaker(settings), Model::new(settings));
        for steps in steps.split_inclusive(|step| matches!(step, Step::Change(_))) {
            let mut held = Held::new();
            for step in steps {
                take(&breaker, &mut model, &mut held, step);
                compare(&breaker, &model);
            }
            for (permit, token) in held {
                drop(permit);
                model.give_back(token, None);
            }
            if let Some(Step::Change(change)) = steps.last() {
                breaker = changed(breaker, *change);
                model.change(*change);
                compare(&breaker, &model);
            }
        }
    }
}
