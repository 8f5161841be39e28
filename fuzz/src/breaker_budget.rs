//! Breakers and budgets on a clock of ours, against models. The first byte of an input chooses which of the two.
//!
//! The model of the breaker is that of its tests. A budget is compared with what its balance promises, and its grants with
//! its income.

use std::cell::Cell;
use std::time::Duration;

use arbitrary::{Arbitrary, Result, Unstructured};
use retry_core::{FailureKind, RetryBudget};

#[path = "../../retry-core/tests/breaker_model/model.rs"]
mod model;

use model::{Change, Held, Model, NOW, Settings, Step, Window, breaker, changed, compare, take};

const RATES: [f64; 6] = [0.1, 0.25, 1.0 / 3.0, 0.5, 0.75, 1.0];
const KINDS: [FailureKind; 3] = [FailureKind::Error, FailureKind::Timeout, FailureKind::Throttled];
const MOST_STEPS: usize = 300;

/// Runs the steps of an input. Returns whether there were any.
pub fn check(data: &[u8]) -> bool {
    let mut input = Unstructured::new(data);
    let is_breaker = input.arbitrary().unwrap_or(false);
    let result = if is_breaker { run_breaker(&mut input) } else { run_budget(&mut input) };
    result.is_ok() && data.len() > 12
}

fn run_breaker(input: &mut Unstructured<'_>) -> Result<()> {
    let settings = settings(input)?;
    NOW.set(Duration::ZERO);
    let (mut breaker, mut model) = (breaker(settings), Model::new(settings));
    let mut steps = 0;
    while steps < MOST_STEPS && !input.is_empty() {
        let mut held = Held::new();
        let mut change = None;
        while change.is_none() && steps < MOST_STEPS && !input.is_empty() {
            steps += 1;
            let step = step(input)?;
            take(&breaker, &mut model, &mut held, &step);
            compare(&breaker, &model);
            if let Step::Change(to) = step {
                change = Some(to);
            }
        }
        for (permit, token) in held {
            drop(permit);
            model.give_back(token, None);
        }
        if let Some(change) = change {
            breaker = changed(breaker, change);
            model.change(change);
            compare(&breaker, &model);
        }
    }
    Ok(())
}

fn settings(input: &mut Unstructured<'_>) -> Result<Settings> {
    let trials = trials(input)?;
    Ok(Settings {
        in_a_row: input.int_in_range(1..=4)?,
        failure_rate: maybe(input, |input| input.choose(&RATES).copied())?,
        slow: maybe(input, |input| Ok((*input.choose(&RATES)?, input.int_in_range(1..=19)?)))?,
        any_of: input.arbitrary()?,
        window: window(input)?,
        minimum: input.int_in_range(1..=11)?,
        open_for: input.int_in_range(1..=11)?,
        open_for_max: maybe(input, |input| input.int_in_range(1..=99))?,
        trial_timeout: maybe(input, |input| input.int_in_range(1..=29))?,
        trials,
    })
}

fn maybe<T>(
    input: &mut Unstructured<'_>,
    of: impl FnOnce(&mut Unstructured<'_>) -> Result<T>,
) -> Result<Option<T>> {
    if bool::arbitrary(input)? { of(input).map(Some) } else { Ok(None) }
}

fn trials(input: &mut Unstructured<'_>) -> Result<(u32, u32)> {
    let calls = input.int_in_range(1..=4)?;
    Ok((calls, input.int_in_range(0..=calls - 1)?))
}

fn window(input: &mut Unstructured<'_>) -> Result<Window> {
    match bool::arbitrary(input)? {
        true => Ok(Window::Calls(input.int_in_range(1..=11)?)),
        false => Ok(Window::Time(*input.choose(&[10, 20])?)),
    }
}

fn step(input: &mut Unstructured<'_>) -> Result<Step> {
    let number = |input: &mut Unstructured<'_>| u8::arbitrary(input).map(usize::from);
    Ok(match input.int_in_range(0..=31)? {
        0..12 => Step::Acquire,
        12..16 => Step::Success(number(input)?),
        16..22 => Step::Failure(number(input)?),
        22..24 => Step::Drop(number(input)?),
        24 | 25 => Step::Advance(input.int_in_range(0..=14)?),
        26 => Step::Advance(input.int_in_range(15..=99)?),
        27 => Step::ForceOpen,
        28 => Step::ForceOpenFor(input.int_in_range(0..=29)?),
        29 => Step::Disable,
        30 => match bool::arbitrary(input)? {
            true => Step::Reset,
            false => Step::Back(input.int_in_range(1..=39)?),
        },
        _ => Step::Change(change(input)?),
    })
}

fn change(input: &mut Unstructured<'_>) -> Result<Change> {
    Ok(match input.int_in_range(0..=11)? {
        0 => Change::InARow(input.int_in_range(1..=4)?),
        1 => Change::FailureRate(*input.choose(&RATES)?),
        2 => Change::SlowCallRate(*input.choose(&RATES)?),
        3 => Change::AnyOf,
        4 => Change::Window(window(input)?),
        5 => Change::Minimum(input.int_in_range(1..=11)?),
        6 => Change::OpenFor(input.int_in_range(1..=11)?),
        7 => Change::OpenForMax(input.int_in_range(1..=99)?),
        8 => Change::TrialTimeout(input.int_in_range(1..=29)?),
        9 => Change::Trials(trials(input)?),
        10 => Change::Clock,
        _ => Change::PermanentErrors,
    })
}

thread_local! {
    static MILLIS: Cell<u64> = const { Cell::new(0) };
}

fn clock() -> Duration {
    Duration::from_millis(MILLIS.get())
}

/// What a budget has earned and granted, in tokens.
struct Ledger {
    ratio: f64,
    per_second: f64,
    /// The most that the reserve holds.
    reserve: f64,
    ttl: u64,
    /// Deposits and refunds, and withdrawals: when, and how many tokens.
    earned: Vec<(u64, f64)>,
    granted: Vec<(u64, f64)>,
}

impl Ledger {
    /// Checks that what was granted from each withdrawal on was there: the deposits of one life before it, and those
    /// since; a full reserve, and its income since. A unit of a ten-millionth is lost to rounding here and there.
    fn check(&self, now: u64) {
        let mut granted = 0.0;
        for &(start, tokens) in self.granted.iter().rev() {
            granted += tokens;
            let earliest = start.saturating_sub(self.ttl);
            let earned: f64 =
                self.earned.iter().filter(|(at, _)| *at >= earliest).map(|(_, tokens)| tokens).sum();
            let income = self.reserve + self.per_second * (now - start) as f64 / 1000.0;
            assert!(granted <= earned + income + 0.001, "{granted} of {earned} and {income} since {start}");
        }
    }
}

fn run_budget(input: &mut Unstructured<'_>) -> Result<()> {
    MILLIS.set(u64::from(u16::arbitrary(input)?));
    let ratio = f64::from(input.int_in_range(0..=300_u16)?) / 100.0;
    let per_second = *input.choose(&[0, 0, 1, 3, 10, 10_000])?;
    let ttl = *input.choose(&[1, 10, 1000, 10_000, 60_000_u64])?;
    let capacity = *input.choose(&[None, None, Some(1), Some(5), Some(40)])?;
    let costs = [input.int_in_range(0..=5)?, input.int_in_range(0..=5)?, input.int_in_range(0..=1_000_u32)?];
    let refunds = bool::arbitrary(input)?;
    let mut budget = RetryBudget::new()
        .ratio(ratio)
        .reserve_per_second(per_second)
        .ttl(Duration::from_millis(ttl))
        .clock(clock);
    for (kind, cost) in KINDS.into_iter().zip(costs) {
        budget = budget.cost(kind, cost);
    }
    if let Some(tokens) = capacity {
        budget = budget.capacity(tokens);
    }
    if refunds {
        budget = budget.refund_on_success();
    }
    let reserve = f64::from(per_second) * ttl as f64 / 1000.0;
    let most = capacity.map_or_else(|| (reserve as u64).max(1000), u64::from);
    let reserve = reserve.min(most as f64);
    let per_second = f64::from(per_second);
    let mut ledger = Ledger { ratio, per_second, reserve, ttl, earned: Vec::new(), granted: Vec::new() };
    assert_eq!(budget.balance(), reserve as u64, "the reserve is full at the start");
    for _ in 0..MOST_STEPS {
        if input.is_empty() {
            break;
        }
        step_of_budget(input, &budget, costs, refunds, &mut ledger)?;
        assert!(budget.balance() <= most, "more than the capacity");
    }
    ledger.check(MILLIS.get());
    Ok(())
}

fn step_of_budget(
    input: &mut Unstructured<'_>,
    budget: &RetryBudget,
    costs: [u32; 3],
    refunds: bool,
    ledger: &mut Ledger,
) -> Result<()> {
    let now = MILLIS.get();
    let before = budget.balance();
    match input.int_in_range(0..=7_u8)? {
        0..3 => {
            budget.deposit();
            ledger.earned.push((now, ledger.ratio));
            assert!(budget.balance() >= before, "a deposit takes nothing");
            assert!(budget.balance() <= before + ledger.ratio as u64 + 1, "a deposit is `ratio`");
        }
        3..6 => {
            let kind = input.int_in_range(0..=2_usize)?;
            let cost = u64::from(costs[kind]);
            let is_granted = budget.try_withdraw_for(KINDS[kind]);
            assert_eq!(is_granted, before >= cost, "a retry of {cost} with a balance of {before}");
            let after = if is_granted { before - cost } else { before };
            assert_eq!(budget.balance(), after, "a retry costs {cost} of {before}");
            ledger.granted.extend(is_granted.then_some((now, cost as f64)));
        }
        6 => {
            let kind = input.int_in_range(0..=2_usize)?;
            budget.refund(KINDS[kind]);
            let tokens = if refunds { u64::from(costs[kind]) } else { 0 };
            ledger.earned.push((now, tokens as f64));
            assert!((before..=before + tokens).contains(&budget.balance()), "a refund is its cost");
        }
        _ => {
            let passes = *input.choose(&[1, 3, 100, 999, 9_000, 10_001, 70_000])?;
            MILLIS.set(now + passes);
        }
    }
    Ok(())
}
