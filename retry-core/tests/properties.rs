//! What holds for every policy: its delays, their bounds and their sum.

use std::time::Duration;

use proptest::prelude::*;
use retry_core::{Backoff, InvalidPolicy, Jitter, Policy};

/// The longest time there is for a policy: durations above saturate here.
const FOREVER: Duration = Duration::from_nanos(u64::MAX);

fn durations() -> impl Strategy<Value = Duration> {
    prop_oneof![
        Just(Duration::ZERO),
        (0..10_u64).prop_map(Duration::from_nanos),
        (0..=64_u32, any::<u64>())
            .prop_map(|(bits, n)| Duration::from_nanos(n.checked_shr(bits).unwrap_or(0))),
        (any::<u64>(), 0..1_000_000_000_u32).prop_map(|(seconds, nanos)| Duration::new(seconds, nanos)),
        Just(FOREVER),
        Just(Duration::MAX),
    ]
}

fn fractions() -> impl Strategy<Value = f64> {
    prop_oneof![
        5 => 0.0..=1.0_f64,
        1 => prop::sample::select(vec![0.0, f64::MIN_POSITIVE, 1e-18, 1e-9, 0.1, 0.3, 0.5, 1.0 - f64::EPSILON, 1.0]),
    ]
}

fn jitters() -> impl Strategy<Value = Jitter> {
    prop_oneof![
        Just(Jitter::None),
        fractions().prop_map(Jitter::Additive),
        fractions().prop_map(Jitter::Spread),
        Just(Jitter::Full),
        Just(Jitter::Equal),
        Just(Jitter::Decorrelated),
        durations().prop_map(Jitter::UpTo),
    ]
}

fn backoffs() -> impl Strategy<Value = Backoff> {
    let kinds = vec![Backoff::Exponential, Backoff::Linear, Backoff::Constant, Backoff::Fibonacci];
    prop_oneof![4 => prop::sample::select(kinds), 1 => durations().prop_map(Backoff::LinearBy)]
}

/// Lists of delays: empty, growing, shrinking, longest in the middle, and with the extremes.
const LISTS: [&[Duration]; 6] = [
    &[],
    &[Duration::from_secs(3)],
    &[Duration::from_millis(100), Duration::from_secs(1), Duration::from_secs(300)],
    &[Duration::from_secs(90), Duration::from_secs(2), Duration::ZERO],
    &[Duration::from_nanos(1), Duration::from_secs(7), Duration::from_nanos(2), Duration::from_nanos(2)],
    &[Duration::ZERO, Duration::MAX, FOREVER, Duration::from_nanos(5)],
];

fn lists() -> impl Strategy<Value = &'static [Duration]> {
    prop::sample::select(LISTS.to_vec())
}

fn backoffs_and_lists() -> impl Strategy<Value = Backoff> {
    prop_oneof![4 => backoffs(), 1 => lists().prop_map(Backoff::List)]
}

fn factors() -> impl Strategy<Value = f64> {
    prop_oneof![
        2 => 1.0..2.0_f64,
        2 => 1.0..=1e6_f64,
        1 => prop::sample::select(vec![1.0, 1.0 + f64::EPSILON, 1.000_001, 2.0, 1e19, 1e300, f64::MAX]),
    ]
}

fn attempts() -> impl Strategy<Value = u32> {
    prop_oneof![1..=200_u32, 1..=u32::MAX, (0..32_u32).prop_map(|bits| u32::MAX >> bits)]
}

prop_compose! {
    /// Any policy that the public setters can make, `jitter`, `max_delay` and `backoff` set in several orders.
    fn policies()(
        base in durations(),
        max_delay in prop::option::weighted(0.8, durations()),
        backoff in backoffs_and_lists(),
        backoff_is_last in any::<bool>(),
        factor in factors(),
        jitter in jitters(),
        jitter_is_last in any::<bool>(),
        max in prop::option::weighted(0.9, attempts()),
    ) -> Policy {
        let policy = Policy::new().base(base).backoff(backoff).factor(factor);
        let limited = |policy: Policy| max_delay.map_or(policy, |max_delay| policy.max_delay(max_delay));
        let policy =
            if jitter_is_last { limited(policy).jitter(jitter) } else { limited(policy.jitter(jitter)) };
        let policy = if backoff_is_last { policy.backoff(Backoff::Linear).backoff(backoff) } else { policy };
        max.map_or(policy.unlimited(), |max| policy.max(max))
    }
}

fn sum(delays: impl Iterator<Item = Duration>) -> Duration {
    delays.fold(Duration::ZERO, Duration::saturating_add)
}

/// A policy whose delay 100 is cut to the ceiling.
fn at_the_ceiling(max_delay: u64, jitter: Jitter) -> Policy {
    Policy::new()
        .max(200)
        .base(Duration::from_nanos(max_delay))
        .max_delay(Duration::from_nanos(max_delay))
        .jitter(jitter)
}

/// The ends of a policy's delay 100 in nanoseconds.
fn ends(policy: &Policy) -> (u64, u64) {
    let (low, high) = policy.delay_bounds(100);
    (u64::try_from(low.as_nanos()).unwrap(), u64::try_from(high.as_nanos()).unwrap())
}

/// `start · factor^(n−1)` or whatever else a step makes of it, in integers, saturating.
fn reference(backoff: Backoff, base: u64, factor: u64, n: u32) -> u64 {
    let n128 = u128::from(n);
    if let Backoff::LinearBy(step) = backoff {
        let raw = (n128 - 1).checked_mul(step.as_nanos()).and_then(|sum| sum.checked_add(u128::from(base)));
        return raw.and_then(|raw| u64::try_from(raw).ok()).unwrap_or(u64::MAX);
    }
    let times = match backoff {
        Backoff::Exponential => u128::from(factor).checked_pow(n - 1),
        Backoff::Linear => Some(n128),
        Backoff::Constant => Some(1),
        Backoff::Fibonacci => {
            (1..n).try_fold((0_u128, 1_u128), |(a, b), _| Some((b, a.checked_add(b)?))).map(|(_, b)| b)
        }
        other => panic!("no reference for {other:?}"),
    };
    let raw = match (base, times) {
        (0, _) => Some(0),
        (_, times) => times.and_then(|times| times.checked_mul(u128::from(base))),
    };
    raw.and_then(|raw| u64::try_from(raw).ok()).unwrap_or(u64::MAX)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_policy_and_no_attempt_number_panics(policy in policies(), n in any::<u32>(), seed in any::<u64>()) {
        let (low, high) = policy.delay_bounds(n);
        prop_assert!(low <= high);
        prop_assert!(policy.delays_seeded(seed).take(100).all(|delay| delay <= FOREVER));
        prop_assert!(policy.delays().take(100).all(|delay| delay <= FOREVER));
        prop_assert!(policy.worst_case_wait() <= FOREVER);
        prop_assert_eq!(policy.validate().is_ok(), std::panic::catch_unwind(|| policy.checked()).is_ok());
    }

    #[test]
    fn delay_zero_counts_as_the_first(policy in policies()) {
        prop_assert_eq!(policy.delay_bounds(0), policy.delay_bounds(1));
    }

    #[test]
    fn every_delay_is_within_its_bounds(
        policy in policies(),
        jitter in jitters(),
        seed in any::<u64>(),
        max_delay in durations(),
    ) {
        let policy = policy.jitter(jitter).max_delay(max_delay);
        for (delay, n) in policy.delays_seeded(seed).take(200).zip(1..) {
            let (low, high) = policy.delay_bounds(n);
            prop_assert!(low <= delay, "delay {n} is {delay:?}, below {low:?}");
            // Decorrelated jitter is cut after the draw, so that it may gather at the ceiling.
            let is_at_ceiling = jitter == Jitter::Decorrelated && delay == high && high == max_delay.min(FOREVER);
            prop_assert!(delay < high || low == high || is_at_ceiling, "delay {n} is {delay:?}, not below {high:?}");
        }
    }

    #[test]
    fn no_delay_and_no_bound_exceeds_max_delay(
        policy in policies(),
        max_delay in durations(),
        n in any::<u32>(),
        seed in any::<u64>(),
    ) {
        let policy = policy.max_delay(max_delay);
        prop_assert!(policy.delay_bounds(n).1 <= max_delay);
        prop_assert!(policy.delays_seeded(seed).take(200).all(|delay| delay <= max_delay));
        prop_assert!(policy.delays().take(200).all(|delay| delay <= max_delay));
    }

    // 2^50 ns are 13 days: below it the `f64` product that the test compares with is exact to the nanosecond.
    #[test]
    fn additive_jitter_keeps_its_width_at_the_ceiling(max_delay in 0..1_u64 << 50, f in fractions()) {
        let (low, high) = ends(&at_the_ceiling(max_delay, Jitter::Additive(f)));
        prop_assert!(high <= max_delay && max_delay - high <= 2, "{high} of {max_delay}");
        let width = f * low as f64;
        prop_assert!(((high - low) as f64 - width).abs() <= 2.0, "{} instead of {width}", high - low);
    }

    #[test]
    fn spread_keeps_its_width_at_the_ceiling(max_delay in 0..1_u64 << 50, f in fractions()) {
        let (low, high) = ends(&at_the_ceiling(max_delay, Jitter::Spread(f)));
        prop_assert!(high <= max_delay && max_delay - high <= 2, "{high} of {max_delay}");
        let width = f * (high + low) as f64;
        prop_assert!(((high - low) as f64 - width).abs() <= 2.0, "{} instead of {width}", high - low);
    }

    #[test]
    fn up_to_keeps_its_width_at_the_ceiling(max_delay in 1..u64::MAX, x in any::<u64>()) {
        let x = x % max_delay;
        let policy = at_the_ceiling(max_delay, Jitter::UpTo(Duration::from_nanos(x)));
        prop_assert_eq!(ends(&policy), (max_delay - x, max_delay));
    }

    #[test]
    fn up_to_wider_than_the_ceiling_fills_what_is_below_it(max_delay in any::<u64>(), x in any::<u64>()) {
        let policy = at_the_ceiling(max_delay, Jitter::UpTo(Duration::from_nanos(max_delay.saturating_add(x))));
        prop_assert_eq!(ends(&policy), (0, max_delay));
    }

    #[test]
    fn kinds_without_a_width_of_their_own_reach_the_ceiling(max_delay in any::<u64>()) {
        for (jitter, low) in [(Jitter::None, max_delay), (Jitter::Full, 0), (Jitter::Equal, max_delay / 2)] {
            prop_assert_eq!(ends(&at_the_ceiling(max_delay, jitter)), (low, max_delay));
        }
    }

    #[test]
    fn below_the_ceiling_bounds_are_the_law(base in 0..1_u64 << 50, f in fractions(), x in 0..1_u64 << 50) {
        let policy = Policy::new().base(Duration::from_nanos(base)).max_delay(Duration::MAX);
        let bounds = |jitter| {
            let (low, high) = policy.jitter(jitter).delay_bounds(1);
            (low.as_nanos(), high.as_nanos())
        };
        let (d, reach) = (u128::from(base), f * base as f64);
        let is_reach = |width: u128| (width as f64 - reach).abs() <= 1.0;
        prop_assert_eq!(bounds(Jitter::None), (d, d));
        prop_assert_eq!(bounds(Jitter::Full), (0, d));
        prop_assert_eq!(bounds(Jitter::Equal), (d / 2, d));
        prop_assert_eq!(bounds(Jitter::Decorrelated), (d, 3 * d));
        prop_assert_eq!(bounds(Jitter::UpTo(Duration::from_nanos(x))), (d, d + u128::from(x)));
        let (low, high) = bounds(Jitter::Additive(f));
        prop_assert!(low == d && is_reach(high - d), "{low} {high}");
        let (low, high) = bounds(Jitter::Spread(f));
        prop_assert!(is_reach(d - low) && is_reach(high - d), "{low} {high}");
    }

    #[test]
    fn the_worst_case_is_the_sum_of_the_longest_delays(policy in policies(), max in 1..=200_u32) {
        let policy = policy.max(max);
        let longest = sum((1..max).map(|n| policy.delay_bounds(n).1));
        prop_assert_eq!(policy.worst_case_wait(), longest.min(FOREVER));
    }

    #[test]
    fn no_draw_takes_longer_than_the_worst_case(policy in policies(), seed in any::<u64>()) {
        let drawn = sum(policy.delays_seeded(seed).take(300)).min(FOREVER);
        prop_assert!(drawn <= policy.worst_case_wait());
    }

    #[test]
    fn delays_are_one_fewer_than_attempts(policy in policies(), max in 1..=500_u32, seed in any::<u64>()) {
        let policy = policy.max(max);
        prop_assert_eq!(policy.max_attempts(), Some(max));
        prop_assert_eq!(policy.delays().count(), max as usize - 1);
        let mut seeded = policy.delays_seeded(seed);
        for left in (0..max as usize).rev() {
            prop_assert_eq!(seeded.size_hint(), (left, Some(left)));
            prop_assert_eq!(seeded.next().is_some(), left > 0);
        }
    }

    #[test]
    fn unlimited_delays_do_not_end(policy in policies()) {
        let policy = policy.unlimited();
        prop_assert_eq!(policy.max_attempts(), None);
        prop_assert_eq!(policy.delays().take(1000).count(), 1000);
        prop_assert_eq!(policy.delays_seeded(0).take(1000).count(), 1000);
        prop_assert_eq!(policy.delays().size_hint().1, None);
    }

    #[test]
    fn a_seed_stands_for_its_delays(policy in policies(), seed in any::<u64>()) {
        let delays = || policy.delays_seeded(seed).take(100);
        prop_assert!(delays().eq(delays()));
        let full = policy.backoff(Backoff::Linear).unlimited().base(Duration::from_secs(60)).max_delay(Duration::MAX).jitter(Jitter::Full);
        prop_assert!(full.delays_seeded(seed).take(4).ne(full.delays_seeded(seed ^ 1).take(4)));
    }

    #[test]
    fn without_jitter_delays_are_exact(
        backoff in backoffs(),
        base in prop_oneof![0..1000_u64, Just(1_000_000_000), any::<u64>()],
        factor in prop_oneof![1..=12_u64, 1..1_u64 << 53],
        max_delay in durations(),
        none in prop::sample::select(vec![
            Jitter::None,
            Jitter::Additive(0.0),
            Jitter::Spread(0.0),
            Jitter::UpTo(Duration::ZERO),
        ]),
    ) {
        let policy = Policy::new()
            .max(201)
            .backoff(backoff)
            .base(Duration::from_nanos(base))
            .factor(factor as f64)
            .max_delay(max_delay)
            .jitter(none);
        for (delay, n) in policy.delays().zip(1..) {
            let expected = Duration::from_nanos(reference(backoff, base, factor, n)).min(max_delay);
            prop_assert_eq!(delay, expected, "delay {}", n);
            prop_assert_eq!(policy.delay_bounds(n), (expected, expected), "bounds {}", n);
        }
    }

    #[test]
    fn a_list_is_its_delays_and_the_last_repeats(
        list in lists(),
        base in durations(),
        max_delay in prop::option::of(durations()),
        more in 0..5_u32,
    ) {
        let policy = Policy::new().base(base).list(list).jitter(Jitter::None);
        prop_assert_eq!(policy.max_attempts(), Some(list.len() as u32 + 1));
        let policy = max_delay.map_or(policy, |max_delay| policy.max_delay(max_delay));
        let limit = max_delay.unwrap_or(FOREVER).min(FOREVER);
        let last = list.last().copied().unwrap_or_default();
        let expected = list.iter().copied().chain(std::iter::repeat_n(last, more as usize));
        let expected: Vec<_> = expected.map(|delay| delay.min(limit)).collect();
        let longer = policy.max(list.len() as u32 + 1 + more);
        prop_assert_eq!(longer.delays().collect::<Vec<_>>(), &*expected);
        prop_assert_eq!(longer.worst_case_wait(), sum(expected.iter().copied()).min(FOREVER));
        let unlimited = policy.unlimited().worst_case_wait();
        let is_endless = !last.is_zero() && !limit.is_zero();
        prop_assert_eq!(unlimited, if is_endless { FOREVER } else { policy.worst_case_wait() });
    }

    #[test]
    fn jitter_applies_to_a_list(list in lists(), jitter in jitters(), seed in any::<u64>()) {
        prop_assume!(jitter != Jitter::Decorrelated);
        let listed = Policy::new().list(list).jitter(jitter);
        for (delay, (item, n)) in listed.delays_seeded(seed).zip(list.iter().zip(1..)) {
            let alone = Policy::new().backoff(Backoff::Constant).base(*item).max_delay(Duration::MAX).jitter(jitter);
            prop_assert_eq!(listed.delay_bounds(n), alone.delay_bounds(n));
            let (low, high) = listed.delay_bounds(n);
            prop_assert!((low..=high).contains(&delay));
        }
    }

    #[test]
    fn late_linear_delays_are_exact_and_saturate(base in prop_oneof![0..1_u64 << 32, any::<u64>()], n in 1..=u32::MAX) {
        let policy = Policy::new()
            .backoff(Backoff::Linear)
            .base(Duration::from_nanos(base))
            .max_delay(Duration::MAX)
            .jitter(Jitter::None);
        let expected = Duration::from_nanos(reference(Backoff::Linear, base, 1, n));
        prop_assert_eq!(policy.delay_bounds(n), (expected, expected));
    }

    // A numerator of k bits times 2^-t: its powers are exact in 128 bits. Where they have more than 64, which a policy keeps, a
    // delay within a thousandth of a nanosecond of the middle between two may be rounded to either.
    #[test]
    fn fractional_factors_round_to_the_nearest_nanosecond(
        base in 0..1_u64 << 40,
        (numerator, shift) in prop::sample::select(vec![(3_u128, 1_u32), (5, 2), (5, 1), (9, 3), (11, 3)]),
        k in 0..25_u32,
    ) {
        let factor = numerator as f64 / f64::from(1 << shift);
        let policy = Policy::new().base(Duration::from_nanos(base)).factor(factor).max_delay(Duration::MAX);
        let (power, denominator) = (numerator.pow(k), 1_u128 << (k * shift));
        let exact = power * u128::from(base);
        if exact / denominator >= u128::from(u64::MAX) {
            return Ok(());
        }
        let delay = policy.jitter(Jitter::None).delay_bounds(k + 1).0.as_nanos();
        let tolerance = if power >> 64 == 0 { 0 } else { denominator >> 10 };
        let distance = (delay * denominator).abs_diff(exact);
        prop_assert!(distance <= denominator / 2 + tolerance, "{delay} is {distance} of {denominator} away");
    }

    #[test]
    fn delays_do_not_shrink(
        backoff in backoffs(),
        base in durations(),
        max_delay in durations(),
        factor in prop::sample::select(vec![1.0, 1.1, 1.5, 2.0, 3.0, 10.0]),
        far in any::<u32>(),
    ) {
        let policy =
            Policy::new().backoff(backoff).base(base).factor(factor).max_delay(max_delay).jitter(Jitter::None);
        let delay = |n| policy.delay_bounds(n).0;
        for n in 1..300 {
            prop_assert!(delay(n) <= delay(n + 1), "{:?} then {:?}", delay(n), delay(n + 1));
        }
        prop_assert!(delay(far) <= delay(far.saturating_add(1)));
        prop_assert!(delay(far) <= delay(u32::MAX));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    // Around 10,000 delays the sum turns from exact to an upper bound.
    #[test]
    fn the_worst_case_of_a_long_schedule_is_an_upper_bound(
        policy in policies(),
        max in prop_oneof![4 => 200..2000_u32, 1 => 9_990..10_010_u32, 1 => 10_010..12_000_u32],
        growth in prop::option::of(1.0..1.01_f64),
    ) {
        let policy = growth.map_or(policy, |factor| policy.backoff(Backoff::Exponential).factor(factor)).max(max);
        let longest = sum((1..max).map(|n| policy.delay_bounds(n).1)).min(FOREVER);
        if max <= 10_000 {
            prop_assert_eq!(policy.worst_case_wait(), longest);
        } else {
            prop_assert!(policy.worst_case_wait() >= longest);
        }
    }

    #[test]
    fn unlimited_waits_are_zero_or_without_end(policy in policies()) {
        let is_zero = policy.delay_bounds(u32::MAX).1 == Duration::ZERO;
        // A list may end in zero.
        let first = sum((1..10).map(|n| policy.delay_bounds(n).1)).min(FOREVER);
        let expected = if is_zero { first } else { FOREVER };
        prop_assert_eq!(policy.unlimited().worst_case_wait(), expected);
    }
}

#[test]
fn a_list_of_many_delays_has_an_upper_bound() {
    const SECOND: Duration = Duration::from_secs(1);
    static LONG: [Duration; 20_000] = {
        let mut list = [SECOND; 20_000];
        list[15_000] = Duration::from_secs(100);
        list
    };
    let policy = Policy::new().list(&LONG).jitter(Jitter::None);
    assert_eq!(policy.max(9_000).worst_case_wait(), Duration::from_secs(8_999));
    assert_eq!(policy.worst_case_wait(), FOREVER);
    let limited = policy.max_delay(Duration::from_secs(50)).worst_case_wait();
    assert_eq!(limited, Duration::from_secs(9_999 + 10_001 * 50));
}

#[test]
fn delays_do_not_jump_where_a_float_power_overflows() {
    let policy = Policy::new().base(Duration::from_nanos(1)).factor(1.000_1).jitter(Jitter::None);
    for n in [33, 64, 75, 128, 1023, 1024, 1025, 1026, 2048] {
        let delay = policy.delay_bounds(n).0.as_nanos() as f64;
        let expected = 1.000_1_f64.powi(i32::try_from(n).unwrap() - 1);
        assert!((delay - expected).abs() <= 0.5, "delay {n} is {delay}, not {expected}");
    }
    assert_eq!(policy.factor(2.0).delay_bounds(1025).0, Duration::from_secs(60));
}

#[test]
fn the_last_delays_of_the_longest_schedules_are_defined() {
    let policy = Policy::new().jitter(Jitter::None);
    for (backoff, seconds) in [(Backoff::Exponential, 60), (Backoff::Linear, 60), (Backoff::Fibonacci, 60)] {
        assert_eq!(policy.backoff(backoff).delay_bounds(u32::MAX).1, Duration::from_secs(seconds));
    }
    assert_eq!(policy.backoff(Backoff::Constant).delay_bounds(u32::MAX).1, Duration::from_secs(1));
    assert_eq!(
        policy.max(u32::MAX).backoff(Backoff::Constant).worst_case_wait(),
        Duration::from_secs(4_294_967_294)
    );
}

#[test]
fn durations_beyond_what_nanoseconds_hold_count_as_for_ever() {
    let policy = Policy::new()
        .base(Duration::MAX)
        .max_delay(Duration::MAX)
        .deadline(Duration::MAX)
        .jitter(Jitter::None);
    assert_eq!(policy.delay_bounds(1), (FOREVER, FOREVER));
    assert_eq!(policy.worst_case_wait(), FOREVER);
    assert_eq!(policy.jitter(Jitter::UpTo(Duration::MAX)).delay_bounds(1), (Duration::ZERO, FOREVER));
}

#[test]
#[should_panic(expected = "`max` counts attempts, the first included, so it cannot be 0")]
fn zero_attempts_are_refused() {
    let _ = Policy::new().max(0);
}

#[test]
fn factors_that_shrink_or_are_no_numbers_are_refused() {
    for factor in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -2.0, 0.0, 0.999] {
        assert!(std::panic::catch_unwind(|| Policy::new().factor(factor)).is_err(), "{factor}");
    }
}

#[test]
fn jitter_fractions_outside_0_to_1_are_refused() {
    for f in [f64::NAN, f64::INFINITY, -f64::MIN_POSITIVE, -1.0, 1.0 + f64::EPSILON, 30.0] {
        assert!(
            std::panic::catch_unwind(|| Policy::new().jitter(Jitter::Additive(f))).is_err(),
            "additive {f}"
        );
        assert!(std::panic::catch_unwind(|| Policy::new().jitter(Jitter::Spread(f))).is_err(), "spread {f}");
    }
}

#[test]
fn values_that_contradict_each_other_are_named() {
    let second = Duration::from_secs(1);
    let policy = Policy::new().base(second);
    let broken = [
        (policy.max_delay(second / 2), InvalidPolicy::BaseAboveMaxDelay),
        (policy.max_delay(second).jitter(Jitter::UpTo(second)), InvalidPolicy::WidthNotBelowMaxDelay),
        (policy.deadline(second), InvalidPolicy::BaseNotBelowDeadline),
    ];
    for (policy, invalid) in broken {
        assert_eq!(policy.validate(), Err(invalid));
    }
    assert_eq!(policy.max_delay(second).validate(), Ok(()));
    assert_eq!(policy.max_delay(second * 2).jitter(Jitter::UpTo(second)).validate(), Ok(()));
    assert_eq!(policy.deadline(second * 2).validate(), Ok(()));
}

/// The compiler refuses a constant whose evaluation takes too long, so it is evidence enough that these compile.
mod at_compile_time {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const SLOW: Policy =
        Policy::new().max(100_000).base(SECOND).factor(1.001).max_delay(Duration::MAX).checked();

    const FIRST_BOUNDS: (Duration, Duration) = Policy::new().delay_bounds(1);
    const LAST_BOUNDS: (Duration, Duration) = SLOW.delay_bounds(u32::MAX);
    const SLOW_WAIT: Duration = SLOW.worst_case_wait();
    const SLOW_WAIT_BELOW_A_CEILING: Duration = SLOW.max_delay(Duration::from_secs(60)).worst_case_wait();
    const DECORRELATED_WAIT: Duration = SLOW.jitter(Jitter::Decorrelated).worst_case_wait();
    const UNLIMITED_WAIT: Duration = SLOW.unlimited().worst_case_wait();

    #[test]
    fn bounds_and_worst_cases_are_constants() {
        assert_eq!(FIRST_BOUNDS, (SECOND, Duration::from_millis(1300)));
        assert!(LAST_BOUNDS.1 >= Duration::from_nanos(u64::MAX - 2));
        assert_eq!(UNLIMITED_WAIT, FOREVER);
        assert_eq!(DECORRELATED_WAIT, FOREVER);
        assert_eq!(SLOW_WAIT, SLOW.worst_case_wait());
        let longest = (1..100_000).map(|n| SLOW.max_delay(SECOND * 60).delay_bounds(n).1);
        assert_eq!(SLOW_WAIT_BELOW_A_CEILING, sum(longest));
    }
}
