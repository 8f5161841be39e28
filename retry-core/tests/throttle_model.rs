//! Any sequence of calls does to a `Throttle` what it does to a model that is written as simply as can be.
#![cfg(feature = "std")]

use std::cell::Cell;
use std::time::Duration;

use proptest::prelude::*;
use retry_core::{Pass, Throttle, testing};

#[derive(Clone, Debug)]
enum Step {
    Acquire,
    /// The pass of that number, modulo those that are held, comes back.
    Accepted(usize),
    Rejected(usize),
    Drop(usize),
    Advance(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        24 => Just(Step::Acquire),
        10 => any::<usize>().prop_map(Step::Accepted),
        10 => any::<usize>().prop_map(Step::Rejected),
        2 => any::<usize>().prop_map(Step::Drop),
        5 => (0..30_u64).prop_map(Step::Advance),
        1 => (0..1000_u64).prop_map(Step::Advance),
    ];
    prop::collection::vec(step, 0..400)
}

thread_local! {
    static NOW: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// The model's clock.
fn clock() -> Duration {
    NOW.get()
}

/// The model. Time is in milliseconds.
struct Model {
    k: f64,
    minimum: usize,
    window: u64,
    /// When each request counted, and whether it was accepted. Nothing is ever removed.
    requests: Vec<(u64, bool)>,
}

impl Model {
    fn probability(&self, now: u64) -> f64 {
        // Tenths of the window are counted from the first request of all.
        let first = self.requests.first().map_or(0, |(time, _)| *time);
        let length = self.window / 10;
        let tenth = |time: u64| (time - first % length) / length;
        let inside: Vec<bool> = self
            .requests
            .iter()
            .filter(|(time, _)| tenth(*time) + 10 > tenth(now))
            .map(|(_, is_accepted)| *is_accepted)
            .collect();
        if inside.len() < self.minimum {
            return 0.0;
        }
        let (requests, accepts) =
            (inside.len() as f64, inside.iter().filter(|is_accepted| **is_accepted).count() as f64);
        ((requests - self.k * accepts) / (requests + 1.0)).clamp(0.0, 0.9)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_throttle_does_what_the_model_does(
        steps in steps(),
        k in prop::sample::select(vec![1.0, 1.1, 1.5, 2.0, 3.333_333, 10.0]),
        minimum in 1..20_u32,
        window in prop::sample::select(vec![10_u64, 100, 500]),
        start in 0..5_000_u64,
        seed in any::<u64>(),
    ) {
        let guard = testing::no_wait();
        guard.seed(seed);
        let throttle = Throttle::new()
            .clock(clock)
            .k(k)
            .window(Duration::from_millis(window))
            .minimum_requests(minimum);
        let mut model = Model { k, minimum: minimum as usize, window, requests: Vec::new() };
        let mut now = start;
        NOW.set(Duration::from_millis(now));
        let mut held: Vec<Pass<'_>> = Vec::new();
        for step in steps {
            let take = |held: &mut Vec<Pass<'_>>, number: usize| {
                (!held.is_empty()).then(|| number % held.len())
            };
            match step {
                Step::Acquire => {
                    let expected = model.probability(now);
                    match throttle.acquire() {
                        Ok(pass) => held.push(pass),
                        Err(refusal) => {
                            prop_assert!((refusal.probability() - expected).abs() < 2e-6);
                            prop_assert!(expected > 0.0, "refused at {expected}");
                            model.requests.push((now, false));
                        }
                    }
                }
                Step::Accepted(number) => {
                    if let Some(index) = take(&mut held, number) {
                        held.swap_remove(index).accepted();
                        model.requests.push((now, true));
                    }
                }
                Step::Rejected(number) => {
                    if let Some(index) = take(&mut held, number) {
                        held.swap_remove(index).rejected();
                        model.requests.push((now, false));
                    }
                }
                Step::Drop(number) => {
                    if let Some(index) = take(&mut held, number) {
                        drop(held.swap_remove(index));
                    }
                }
                Step::Advance(by) => {
                    now += by;
                    NOW.set(Duration::from_millis(now));
                }
            }
            let (found, expected) = (throttle.refusal_probability(), model.probability(now));
            prop_assert!((found - expected).abs() < 2e-6, "{found}, and {expected} in the model");
        }
    }
}
