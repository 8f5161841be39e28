//! How delays are distributed: evenly, over their whole interval, and differently for every call.

use std::time::Duration;

use retry_core::{Backoff, Jitter, Policy};

const DRAWS: usize = 100_000;
const BUCKETS: usize = 100;
const SECOND: Duration = Duration::from_secs(1);

/// A policy whose delays are all drawn from one interval.
const fn constant(jitter: Jitter) -> Policy {
    Policy::new().unlimited().backoff(Backoff::Constant).base(SECOND).jitter(jitter)
}

/// Where in `low..high` each delay is, as a fraction.
fn positions(delays: impl IntoIterator<Item = Duration>, (low, high): (Duration, Duration)) -> Vec<f64> {
    delays
        .into_iter()
        .map(|delay| (delay.as_secs_f64() - low.as_secs_f64()) / (high.as_secs_f64() - low.as_secs_f64()))
        .collect()
}

/// Fractions of 0..1 are spread evenly: mean, ends, and no bucket much fuller or emptier than the others.
#[track_caller]
fn assert_uniform(positions: &[f64], what: &str) {
    assert_eq!(positions.len(), DRAWS, "{what}");
    let mean = positions.iter().sum::<f64>() / DRAWS as f64;
    assert!((mean - 0.5).abs() < 0.005, "{what}: the mean is at {mean}");
    let min = positions.iter().copied().fold(f64::INFINITY, f64::min);
    let max = positions.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    assert!((0.0..0.001).contains(&min), "{what}: the shortest is at {min}");
    assert!((0.999..1.0).contains(&max), "{what}: the longest is at {max}");
    let mut counts = [0_u32; BUCKETS];
    for position in positions {
        counts[(position * BUCKETS as f64) as usize] += 1;
    }
    let expected = DRAWS as f64 / BUCKETS as f64;
    for (bucket, count) in counts.into_iter().enumerate() {
        let share = f64::from(count) / expected;
        assert!((0.7..1.3).contains(&share), "{what}: bucket {bucket} holds {share} of its share");
    }
}

const UNIFORM: [(Jitter, f64, f64); 7] = [
    (Jitter::Additive(0.3), 1.0, 1.3),
    (Jitter::Additive(1.0), 1.0, 2.0),
    (Jitter::Spread(0.1), 0.9, 1.1),
    (Jitter::Spread(1.0), 0.0, 2.0),
    (Jitter::Full, 0.0, 1.0),
    (Jitter::Equal, 0.5, 1.0),
    (Jitter::UpTo(Duration::from_millis(1500)), 1.0, 2.5),
];

#[test]
fn uniform_kinds_fill_their_interval_evenly() {
    for (jitter, low, high) in UNIFORM {
        let ends = (Duration::from_secs_f64(low), Duration::from_secs_f64(high));
        assert_eq!(constant(jitter).delay_bounds(1), ends, "{jitter:?}");
        let delays = constant(jitter).delays_seeded(7).take(DRAWS);
        assert_uniform(&positions(delays, ends), &format!("{jitter:?}"));
    }
}

#[test]
fn first_delays_of_neighbouring_seeds_fill_the_interval_evenly() {
    for (jitter, ..) in UNIFORM {
        let policy = constant(jitter);
        let firsts = (0..DRAWS as u64).filter_map(|seed| policy.delays_seeded(seed).next());
        assert_uniform(&positions(firsts, policy.delay_bounds(1)), &format!("{jitter:?}"));
    }
}

#[test]
fn jitter_at_the_ceiling_is_as_even_as_below() {
    for jitter in
        [Jitter::Additive(0.3), Jitter::Spread(0.1), Jitter::Full, Jitter::Equal, Jitter::UpTo(SECOND)]
    {
        let policy = constant(jitter).base(Duration::from_secs(1000));
        let delays = policy.delays_seeded(11).take(DRAWS);
        assert_uniform(&positions(delays, policy.delay_bounds(1)), &format!("{jitter:?}"));
    }
}

#[test]
fn no_jitter_does_not_vary() {
    assert!(constant(Jitter::None).delays().take(DRAWS).all(|delay| delay == SECOND));
}

#[test]
fn an_interval_of_a_few_nanoseconds_yields_each_of_them_equally_often() {
    let policy = constant(Jitter::Full).base(Duration::from_nanos(4));
    let mut counts = [0_u32; 4];
    for delay in policy.delays_seeded(3).take(DRAWS) {
        counts[delay.as_nanos() as usize] += 1;
    }
    assert!(counts.iter().all(|count| (24_000..26_000).contains(count)), "{counts:?}");
}

#[test]
fn successive_delays_are_not_correlated() {
    let policy = constant(Jitter::Full);
    let delays = positions(policy.delays_seeded(5).take(DRAWS), policy.delay_bounds(1));
    for lag in [1, 2, 3] {
        let pairs = delays.iter().zip(&delays[lag..]);
        let covariance = pairs.map(|(a, b)| (a - 0.5) * (b - 0.5)).sum::<f64>() / DRAWS as f64;
        assert!((covariance * 12.0).abs() < 0.02, "lag {lag}: {}", covariance * 12.0);
    }
}

/// Decorrelated schedules of four delays.
fn decorrelated(max_delay: Duration) -> impl Iterator<Item = Vec<Duration>> {
    let policy = Policy::new().max(5).base(SECOND).max_delay(max_delay).jitter(Jitter::Decorrelated);
    (0..DRAWS as u64).map(move |seed| policy.delays_seeded(seed).collect())
}

#[test]
fn decorrelated_delays_are_uniform_up_to_three_times_the_one_before() {
    let mut steps = [const { Vec::new() }; 4];
    for delays in decorrelated(Duration::from_secs(1000)) {
        let mut previous = SECOND;
        for (delay, step) in delays.into_iter().zip(&mut steps) {
            let ends = (SECOND, previous * 3);
            assert!((ends.0..ends.1).contains(&delay), "{delay:?} after {previous:?}");
            step.extend(positions([delay], ends));
            previous = delay;
        }
    }
    for (step, positions) in steps.iter().enumerate() {
        assert_uniform(positions, &format!("decorrelated step {}", step + 1));
    }
}

#[test]
fn decorrelated_delays_reach_what_their_bounds_say() {
    let mut longest = [Duration::ZERO; 4];
    for delays in decorrelated(Duration::from_secs(1000)) {
        for (delay, longest) in delays.into_iter().zip(&mut longest) {
            *longest = delay.max(*longest);
        }
    }
    for (longest, (n, share)) in longest.into_iter().zip([(1, 0.999), (2, 0.98), (3, 0.90), (4, 0.75)]) {
        let bound = SECOND * 3_u32.pow(n);
        assert!(
            longest < bound && longest > bound.mul_f64(share),
            "delay {n} reached {longest:?} of {bound:?}"
        );
    }
}

#[test]
fn decorrelated_delays_gather_at_max_delay() {
    // Of the draws from 1 s to 3 s a quarter is above 2.5 s, and cut to it.
    let max_delay = Duration::from_millis(2500);
    let at_the_ceiling = decorrelated(max_delay).filter(|delays| delays[0] == max_delay).count();
    let share = at_the_ceiling as f64 / DRAWS as f64;
    assert!((share - 0.25).abs() < 0.01, "{share} of the first delays are cut to max_delay");
}

/// Enough delays that two alike are no accident.
fn ten(policy: &Policy) -> Vec<Duration> {
    policy.delays().take(10).collect()
}

#[test]
fn every_call_draws_its_own_delays() {
    for (jitter, ..) in UNIFORM.into_iter().chain([(Jitter::Decorrelated, 1.0, 3.0)]) {
        let policy = constant(jitter);
        assert_ne!(ten(&policy), ten(&policy), "{jitter:?}");
    }
}

#[test]
fn calls_that_run_side_by_side_draw_different_delays() {
    const POLICY: Policy = constant(Jitter::Full);
    let pairs: Vec<_> = POLICY.delays().zip(POLICY.delays()).take(100).collect();
    assert!(pairs.iter().all(|(one, other)| one != other));
}

#[test]
fn threads_draw_different_delays() {
    let policy = constant(Jitter::Full);
    let threads: Vec<_> = (0..8).map(|_| std::thread::spawn(move || ten(&policy))).collect();
    let mut delays: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    delays.sort_unstable();
    delays.dedup();
    assert_eq!(delays.len(), 80);
}

#[test]
fn every_retry_of_a_call_draws_anew() {
    let mut delays = ten(&constant(Jitter::Full));
    delays.sort_unstable();
    delays.dedup();
    assert_eq!(delays.len(), 10);
}
