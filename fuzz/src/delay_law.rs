//! The law of delays: any policy, any attempt, any hint, against a model in big numbers that is slow and plain.
//!
//! A delay is in the interval that the documentation of `Jitter` gives it, around the raw delay that `Backoff` defines. It
//! is never above `max_delay`. No sum overflows. What `Attempts` decides about a hint is within `max_hint`, `deadline` and
//! the number of attempts.

use std::ops::ControlFlow::{Break, Continue};
use std::time::Duration;

use arbitrary::{Arbitrary, Result, Unstructured};
use num_bigint::BigUint;
use retry_core::{Backoff, GiveUpReason, HintMode, Jitter, Policy, testing};

const FOREVER: u64 = u64::MAX;
const LISTS: [&[Duration]; 4] = [
    &[],
    &[Duration::from_secs(5), Duration::from_millis(1), Duration::from_secs(3)],
    &[Duration::MAX, Duration::ZERO],
    &[Duration::from_nanos(1); 40],
];

/// A policy as it is written.
#[derive(Debug)]
struct Case {
    max: u32,
    base: Duration,
    factor: f64,
    backoff: Backoff,
    max_delay: Option<Duration>,
    jitter: Jitter,
    deadline: Duration,
    max_hint: Duration,
    hint: HintMode,
}

/// Compares a policy with the model. Returns whether the input was long enough for one.
pub fn check(data: &[u8]) -> bool {
    let mut input = Unstructured::new(data);
    let Ok(case) = Case::read(&mut input) else { return false };
    let policy = case.policy();
    case.check_bounds(&policy, &mut input).and_then(|()| case.check_hints(&policy, &mut input)).is_ok()
        && data.len() > 8
}

fn duration(input: &mut Unstructured<'_>) -> Result<Duration> {
    Ok(match input.int_in_range(0..=9_u8)? {
        0 => Duration::from_nanos(u64::from(u8::arbitrary(input)? % 8)),
        1 => Duration::from_nanos(u64::arbitrary(input)?),
        2 => Duration::from_nanos(FOREVER - u64::from(u8::arbitrary(input)?)),
        3 => Duration::new(u64::arbitrary(input)?, 999_999_999),
        4 => Duration::from_nanos(u64::from(u32::arbitrary(input)?)),
        5 | 6 => Duration::from_millis(u64::from(u16::arbitrary(input)?)),
        _ => Duration::from_secs(u64::from(u8::arbitrary(input)?)),
    })
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(FOREVER)
}

impl Case {
    fn read(input: &mut Unstructured<'_>) -> Result<Case> {
        let fraction = |input: &mut Unstructured<'_>| match u8::arbitrary(input)? % 4 {
            0 => f64::arbitrary(input),
            _ => Ok(f64::from(u8::arbitrary(input)?) / 200.0),
        };
        Ok(Case {
            max: if bool::arbitrary(input)? {
                u32::from(u8::arbitrary(input)?)
            } else {
                u32::arbitrary(input)?
            },
            base: duration(input)?,
            factor: match u8::arbitrary(input)? % 4 {
                0 => f64::arbitrary(input)?,
                1 => 1.0 + f64::from(u16::arbitrary(input)?) / 65_536.0,
                _ => f64::from(u8::arbitrary(input)? % 12),
            },
            backoff: match input.int_in_range(0..=7_u8)? {
                0..3 => Backoff::Exponential,
                3 => Backoff::Linear,
                4 => Backoff::LinearBy(duration(input)?),
                5 => Backoff::Constant,
                6 => Backoff::Fibonacci,
                _ => Backoff::List(input.choose(&LISTS)?),
            },
            max_delay: if bool::arbitrary(input)? { Some(duration(input)?) } else { None },
            jitter: match input.int_in_range(0..=7_u8)? {
                0 => Jitter::None,
                1 | 2 => Jitter::Additive(fraction(input)?),
                3 => Jitter::Spread(fraction(input)?),
                4 => Jitter::Full,
                5 => Jitter::Equal,
                6 => Jitter::Decorrelated,
                _ => Jitter::UpTo(duration(input)?),
            },
            deadline: if bool::arbitrary(input)? { Duration::MAX } else { duration(input)? },
            max_hint: duration(input)?,
            hint: *input.choose(&[HintMode::AtLeast, HintMode::Exact])?,
        })
    }

    /// Builds the policy in two orders, which make no difference.
    fn policy(&self) -> Policy {
        let first = Policy::new().base(self.base).factor_or_one(self.factor).backoff(self.backoff);
        let first = first.jitter_or_nearest(self.jitter).deadline(self.deadline);
        let first = self.max_delay.map_or(first, |delay| first.max_delay(delay));
        let second = self.max_delay.map_or(Policy::new(), |delay| Policy::new().max_delay(delay));
        let second = second.deadline(self.deadline).jitter_or_nearest(self.jitter).backoff(self.backoff);
        let second = second.factor_or_one(self.factor).base(self.base);
        let is_a_number = |jitter| !matches!(jitter, Jitter::Additive(f) | Jitter::Spread(f) if f.is_nan());
        assert!(first == second || self.factor.is_nan() || !is_a_number(self.jitter), "{first:?} {second:?}");
        let policy = if self.max == 0 { first.unlimited() } else { first.max_or_one(self.max) };
        policy.max_hint(self.max_hint).hint(self.hint)
    }

    fn is_listed(&self) -> bool {
        matches!(self.backoff, Backoff::List(_)) && self.jitter != Jitter::Decorrelated
    }

    /// The longest delay.
    fn longest(&self) -> u64 {
        let default = if self.is_listed() { FOREVER } else { 60_000_000_000 };
        self.max_delay.map_or(default, nanos)
    }

    /// The fraction of the jitter in units of 2^-63.
    fn fraction(&self) -> u64 {
        let of = |fraction: f64| (fraction.clamp(0.0, 1.0) * 2_f64.powi(63)) as u64;
        match self.jitter {
            Jitter::Additive(fraction) | Jitter::Spread(fraction) => of(fraction),
            Jitter::Full => 1 << 63,
            Jitter::Equal => 1 << 62,
            _ => 0,
        }
    }

    fn width(&self) -> u64 {
        if let Jitter::UpTo(width) = self.jitter { nanos(width).min(self.longest()) } else { 0 }
    }

    /// The longest raw delay whose interval is not above the longest delay.
    fn ceiling(&self) -> u64 {
        match self.jitter {
            Jitter::Full | Jitter::Equal => self.longest(),
            _ => {
                let room = u128::from(self.longest() - self.width()) << 63;
                (room / ((1 << 63) + u128::from(self.fraction()))) as u64
            }
        }
    }

    /// The raw delay after attempt `n`, and how far the code may be off.
    fn raw(&self, n: u32) -> (u64, u64) {
        let base = BigUint::from(nanos(self.base));
        let exact = match self.backoff {
            Backoff::Exponential => return self.power(n),
            Backoff::Linear => base * n,
            Backoff::LinearBy(step) => base + BigUint::from(nanos(step)) * (n - 1),
            Backoff::Fibonacci => base * fibonacci(n),
            Backoff::List(list) => {
                let item = list.get(n as usize - 1).or(list.last());
                BigUint::from(nanos(item.copied().unwrap_or_default()))
            }
            _ => base,
        };
        (u64::try_from(exact).unwrap_or(FOREVER).min(self.ceiling()), 0)
    }

    /// The raw delay as a product of `n` factors with 128 bits behind the point.
    fn power(&self, n: u32) -> (u64, u64) {
        let ceiling = BigUint::from(self.ceiling());
        let factor = if self.factor > 1.0 { self.factor } else { 1.0 };
        let base = BigUint::from(nanos(self.base));
        if base == BigUint::ZERO || factor <= 1.0 {
            return (u64::try_from(base.min(ceiling)).unwrap_or(FOREVER), 0);
        }
        if factor.is_infinite() && n > 1 {
            return (self.ceiling(), 0);
        }
        let bits = factor.to_bits();
        let (mantissa, exponent) =
            ((1_u64 << 52) | (bits & ((1 << 52) - 1)), (bits >> 52) as i64 - 1023 - 52);
        let mut exact = base << 128;
        for _ in 1..n {
            exact *= mantissa;
            exact = if exponent < 0 {
                exact >> exponent.unsigned_abs()
            } else {
                exact << exponent.unsigned_abs()
            };
            if exact >= &ceiling << 129 {
                return (self.ceiling(), 0);
            }
        }
        let rounded: BigUint = (exact + (BigUint::from(1_u8) << 127)) >> 128;
        let raw = u64::try_from(rounded.min(ceiling)).unwrap_or(FOREVER);
        (raw, 1 + ((u128::from(raw) * u128::from(n)) >> 62) as u64)
    }

    /// The interval of delay `n`, and how far the code may be off.
    fn interval(&self, n: u32) -> (u64, u64, u64) {
        if self.jitter == Jitter::Decorrelated {
            let base = BigUint::from(nanos(self.base));
            // Above 3^64, any base is.
            let high = u64::try_from(base * BigUint::from(3_u8).pow(n.min(64))).unwrap_or(FOREVER);
            return (nanos(self.base).min(self.longest()), high.min(self.longest()), 0);
        }
        let (raw, off) = self.raw(n);
        let reach = ((u128::from(raw) * u128::from(self.fraction()) + (1 << 62)) >> 63) as u64;
        let (below, above) = match self.jitter {
            Jitter::Full | Jitter::Equal => (reach, 0),
            Jitter::Spread(_) => (reach, reach),
            _ => (0, reach),
        };
        (raw - below, raw + above + self.width(), 3 * off)
    }

    fn check_bounds(&self, policy: &Policy, input: &mut Unstructured<'_>) -> Result<()> {
        let any = *input.choose(&[1, 2, 41, 64, 93, 94, 300])?;
        for n in (1..5).chain([any, u32::MAX]) {
            // A power with many factors is too slow for the model.
            if n == u32::MAX && matches!(self.backoff, Backoff::Exponential | Backoff::Fibonacci) {
                let _ = policy.delay_bounds(n);
                continue;
            }
            let (low, high) = policy.delay_bounds(n);
            let (low, high) = (nanos(low), nanos(high));
            let (expected_low, expected_high, off) = self.interval(n);
            assert!(low.abs_diff(expected_low) <= off, "{low} is not {expected_low} after {n}: {self:?}");
            assert!(high.abs_diff(expected_high) <= off, "{high} is not {expected_high} after {n}: {self:?}");
            assert!(low <= high && high <= self.longest(), "{low} to {high} after {n}: {self:?}");
        }
        self.check_delays(policy, input)?;
        self.check_sum(policy);
        Ok(())
    }

    /// Checks the delays that come from draws.
    fn check_delays(&self, policy: &Policy, input: &mut Unstructured<'_>) -> Result<()> {
        let draws = [0, FOREVER, u64::arbitrary(input)?, u64::arbitrary(input)?];
        let mut next = draws.iter().cycle();
        let delays = policy.delays_from(|| next.next().copied().unwrap_or_default());
        let mut previous = nanos(self.base);
        let mut count = 0;
        for ((delay, n), draw) in delays.zip(1..12).zip(draws.iter().cycle()) {
            count += 1;
            let delay = nanos(delay);
            let pick =
                |low: u64, high: u64| low + ((u128::from(*draw) * u128::from(high - low)) >> 64) as u64;
            let expected = if self.jitter == Jitter::Decorrelated {
                let base = nanos(self.base);
                pick(base, previous.max(base).saturating_mul(3)).min(self.longest())
            } else {
                let (low, high) = policy.delay_bounds(n);
                pick(nanos(low), nanos(high))
            };
            assert_eq!(delay, expected, "delay {n} by {draw}: {self:?}");
            previous = delay;
        }
        let most = if self.max == 0 { 11 } else { 11.min(self.max - 1) };
        assert_eq!(count, most, "a delay for each retry");
        Ok(())
    }

    /// Checks the sum of the longest delays, where there are few.
    fn check_sum(&self, policy: &Policy) {
        if self.max == 0 || self.max > 300 {
            let _ = policy.worst_case_wait();
            return;
        }
        let longest = |n| nanos(policy.delay_bounds(n).1);
        let sum: u64 = (1..self.max).map(longest).fold(0, u64::saturating_add);
        assert_eq!(nanos(policy.worst_case_wait()), sum, "{self:?}");
    }

    /// Checks what a loop decides about hints.
    fn check_hints(&self, policy: &Policy, input: &mut Unstructured<'_>) -> Result<()> {
        if input.is_empty() {
            return Ok(());
        }
        let context = testing::no_wait();
        context.seed(u64::from(u8::arbitrary(input)?));
        let mut attempts = policy.attempts();
        let mut elapsed = 0_u64;
        for n in 1..8 {
            let hint = if bool::arbitrary(input)? { Some(duration(input)?) } else { None };
            let pause = u64::from(u16::arbitrary(input)?);
            context.advance(Duration::from_millis(pause));
            elapsed += pause * 1_000_000;
            let decision = attempts.failed_with_hint(&std::fmt::Error, hint);
            let (least, most) = self.wait(policy, n, hint);
            let left = nanos(self.deadline).saturating_sub(elapsed);
            let has_deadline = nanos(self.deadline) != FOREVER;
            let is_last = self.max != 0 && n >= self.max;
            let is_too_long = hint.is_some_and(|hint| nanos(hint) > nanos(self.max_hint));
            let at = format!("{decision:?} after attempt {n} with {hint:?}: {self:?}");
            match decision {
                Continue(delay) => {
                    let delay = nanos(delay);
                    assert!(!is_last && !is_too_long, "{at}");
                    assert!((least..=most).contains(&delay), "not in {least}..={most}: {at}");
                    assert!(!has_deadline || delay < left, "not before the deadline: {at}");
                }
                Break(GiveUpReason::MaxAttempts) => assert!(is_last, "{at}"),
                Break(GiveUpReason::HintTooLong) => assert!(!is_last && is_too_long, "{at}"),
                Break(GiveUpReason::Deadline) => {
                    assert!(!is_last && !is_too_long && has_deadline && most >= left, "{at}");
                }
                Break(_) => panic!("{at}"),
            }
            if decision.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Returns the shortest and the longest wait after attempt `n`.
    fn wait(&self, policy: &Policy, n: u32, hint: Option<Duration>) -> (u64, u64) {
        let (low, high) = policy.delay_bounds(n);
        let last = |low: u64, high: u64| if high > low { high - 1 } else { low };
        let (low, mut high) = (nanos(low), last(nanos(low), nanos(high)));
        if self.jitter == Jitter::Decorrelated {
            // Such a delay is cut to the longest, which it may reach.
            high = nanos(policy.delay_bounds(n).1);
        }
        let Some(hint) = hint.map(nanos) else { return (low, high) };
        if self.hint == HintMode::Exact {
            return (hint, hint);
        }
        let part = |fraction: u64| ((u128::from(hint) * u128::from(fraction) + (1 << 62)) >> 63) as u64;
        let width = match self.jitter {
            Jitter::None => 0,
            Jitter::Additive(_) | Jitter::Spread(_) => part(self.fraction()),
            Jitter::UpTo(width) => nanos(width),
            _ => part((0.1 * 2_f64.powi(63)) as u64),
        };
        (low.max(hint), high.max(last(hint, hint.saturating_add(width))))
    }
}

/// Adds up Fibonacci numbers, up to one that is too large for any delay.
fn fibonacci(n: u32) -> BigUint {
    let (mut number, mut next) = (BigUint::ZERO, BigUint::from(1_u8));
    for _ in 0..n.min(200) {
        (number, next) = (next.clone(), number + next);
    }
    number
}
