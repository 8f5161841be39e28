//! A random case: a call, its tries, and what happens around it.

use std::cell::Cell;
use std::time::Duration;

use reattempt::{Backoff, CircuitBreaker, CircuitState, Hedge, Jitter, Permit, Policy, RetryBudget, retry};

use crate::forms::Form;

/// Draws numbers by the generator `SplitMix64`.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u32) -> u32 {
        (self.next() % u64::from(limit)) as u32
    }

    fn one_in(&mut self, odds: u32) -> bool {
        self.below(odds) == 0
    }

    fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u32) as usize]
    }
}

/// The result of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Accepted,
    Refused,
    Down,
    /// An error with a hint.
    Busy,
    Final,
    Panic,
}

/// What a try asks of its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Nothing,
    Stop,
    Restart,
    Hint,
}

/// A try: its end after so many milliseconds, or never, and what it asks when it starts and when it ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Script {
    pub(crate) takes: Option<u32>,
    pub(crate) end: End,
    pub(crate) first_wish: Wish,
    pub(crate) last_wish: Wish,
}

/// What somebody else does to the breaker.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    ForceOpen,
    Disable,
    Reset,
    Fail,
    Succeed,
}

/// The state of a breaker when the call starts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Before {
    /// After so many failures in a row.
    Closed(u32),
    /// After its open time, so that the call is a trial.
    Due,
    /// Some milliseconds before its open time ends.
    Open(u32),
    Forced,
    Disabled,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct BreakerCase {
    pub(crate) failures: u32,
    pub(crate) trials: u32,
    pub(crate) before: Before,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct HedgeCase {
    pub(crate) delay: u32,
    pub(crate) copies: u32,
    /// What a call pays, in hundredths of a copy; 0 is almost nothing.
    pub(crate) part: u32,
    /// The number of calls that have paid before.
    pub(crate) paid: u32,
}

#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) form: &'static Form,
    pub(crate) max: u32,
    pub(crate) hedge: Option<HedgeCase>,
    pub(crate) breaker: Option<BreakerCase>,
    /// The tokens before the call.
    pub(crate) budget: Option<u32>,
    /// The limit of an attempt, if the form has one.
    pub(crate) timeout: u32,
    /// The time at which `cancel` ends, if the form has one.
    pub(crate) cancel: Option<u32>,
    pub(crate) tries: Vec<Script>,
    pub(crate) acts: Vec<(u32, Act)>,
    /// The time at which the call is dropped, unless it has ended.
    pub(crate) dropped: u32,
    /// The times of polls at which nothing is ready.
    pub(crate) polls: Vec<u32>,
}

/// The wait between attempts, the wait of a hint and the open time of a breaker, in milliseconds.
pub(crate) const BASE: u32 = 50;
pub(crate) const HINT: u32 = 70;
pub(crate) const HANDLE_HINT: u32 = 90;
pub(crate) const OPEN_FOR: u32 = 60;

/// A time at which no call runs any more.
const LATE: u32 = 100_000;

impl Case {
    pub(crate) fn draw(seed: u64, forms: &'static [Form]) -> Case {
        let mut draws = Draws(seed);
        let draws = &mut draws;
        let form = &forms[draws.below(forms.len() as u32) as usize];
        let hedge = HedgeCase {
            delay: draws.pick(&[5, 10, 20, 30]),
            copies: draws.pick(&[1, 1, 2, 3]),
            part: draws.pick(&[100, 100, 100, 50, 0]),
            paid: draws.pick(&[0, 1, 2, 4, 12]),
        };
        let before = match draws.below(12) {
            0 => Before::Open(draws.pick(&[0, 1, 20, 59])),
            1..3 => Before::Due,
            3 => Before::Forced,
            4 => Before::Disabled,
            _ => Before::Closed(draws.below(3)),
        };
        let breaker =
            BreakerCase { failures: draws.pick(&[1, 2, 3, 3]), trials: draws.pick(&[1, 2]), before };
        Case {
            form,
            max: if form.is_fixed { 3 } else { draws.pick(&[1, 2, 3]) },
            hedge: (!draws.one_in(16)).then_some(hedge),
            breaker: (form.has_breaker && !draws.one_in(4)).then_some(breaker),
            budget: (form.has_breaker && draws.one_in(3)).then(|| draws.below(3)),
            timeout: draws.pick(&[5, 20, 25, 40, 60, 1000]),
            cancel: (form.has_cancel && draws.one_in(2)).then(|| 5 * draws.below(50)),
            tries: (0..16).map(|_| Script::draw(form, draws)).collect(),
            acts: (0..if draws.one_in(4) { draws.below(4) } else { 0 }).map(|_| act(draws)).collect(),
            dropped: if draws.one_in(6) { draws.below(300) } else { LATE },
            polls: (0..draws.below(3)).map(|_| draws.below(200)).collect(),
        }
        .sorted()
    }

    fn sorted(mut self) -> Case {
        self.acts.sort_by_key(|(at, _)| *at);
        self
    }

    /// Returns the script of a try, by its number from 1. A call that restarts again and again ends at last.
    pub(crate) fn script(&self, number: u32) -> Script {
        let last =
            Script { takes: Some(0), end: End::Final, first_wish: Wish::Nothing, last_wish: Wish::Nothing };
        self.tries.get(number as usize - 1).copied().unwrap_or(last)
    }

    /// Returns what the call shares with others.
    pub(crate) fn shared(&self) -> Shared {
        NOW.set(0);
        let policy = Policy::new().max(self.max).base(millis(BASE)).backoff(Backoff::Constant);
        Shared {
            policy: policy.jitter(Jitter::None),
            hedge: self.hedge.map(hedge),
            breaker: self.breaker.map(breaker),
            budget: self.budget.map(budget),
            timeout: millis(self.timeout),
        }
    }
}

fn act(draws: &mut Draws) -> (u32, Act) {
    let act = draws.pick(&[Act::ForceOpen, Act::Disable, Act::Reset, Act::Fail, Act::Fail, Act::Succeed]);
    (1 + draws.below(200), act)
}

impl Script {
    fn draw(form: &Form, draws: &mut Draws) -> Script {
        let takes = draws.pick(&[0, 0, 1, 5, 10, 15, 20, 25, 30, 35, 40, 60, 90]);
        let end = match draws.below(40) {
            0..8 => End::Accepted,
            8..12 if form.refuses => End::Refused,
            8..32 => End::Down,
            32..36 => End::Final,
            36..38 => End::Busy,
            _ => End::Panic,
        };
        let mut wish = || match draws.below(24) {
            _ if !form.has_handle => Wish::Nothing,
            0 => Wish::Stop,
            1 => Wish::Restart,
            2 => Wish::Hint,
            _ => Wish::Nothing,
        };
        let (first_wish, last_wish) = (wish(), wish());
        Script { takes: (!draws.one_in(8)).then_some(takes), end, first_wish, last_wish }
    }
}

pub(crate) fn millis(millis: u32) -> Duration {
    Duration::from_millis(millis.into())
}

thread_local! {
    /// The time of this thread, in milliseconds after the start of the call.
    pub(crate) static NOW: Cell<u32> = const { Cell::new(0) };
}

fn clock() -> Duration {
    // A breaker may have a past.
    millis(1000_u32.wrapping_add(NOW.get()))
}

fn hedge(case: HedgeCase) -> Hedge {
    #[retry(hedge = hedge)]
    async fn pay(hedge: &Hedge) -> Result<(), ()> {
        Ok(())
    }

    let part = if case.part == 0 { 1e-6 } else { f64::from(case.part) / 100.0 };
    let hedge = Hedge::after(millis(case.delay)).copies(case.copies).extra_load(part);
    for _ in 0..case.paid {
        let call = std::pin::pin!(pay(&hedge));
        let polled = call.poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
        assert!(polled.is_ready());
    }
    hedge
}

/// Returns a breaker in its state before the call.
pub(crate) fn breaker(case: BreakerCase) -> CircuitBreaker {
    let breaker = CircuitBreaker::new().consecutive_failures(case.failures).trials(case.trials).clock(clock);
    let breaker = breaker.open_for(millis(OPEN_FOR));
    let fail = |times| (0..times).for_each(|_| breaker.acquire().expect("it is closed").failure());
    match case.before {
        Before::Closed(failures) => fail(failures.min(case.failures - 1)),
        Before::Due => {
            at(OPEN_FOR, || fail(case.failures));
        }
        Before::Open(left) => at(OPEN_FOR - left, || fail(case.failures)),
        Before::Forced => breaker.force_open(),
        Before::Disabled => breaker.disable(),
    }
    breaker
}

/// Does something some milliseconds before the start of a call.
fn at(before: u32, act: impl FnOnce()) {
    let now = NOW.replace(NOW.get().wrapping_sub(before));
    act();
    NOW.set(now);
}

fn budget(tokens: u32) -> RetryBudget {
    let budget = RetryBudget::new().ratio(1.0).reserve_per_second(0);
    (0..tokens).for_each(|_| budget.deposit());
    budget
}

/// What somebody else does to a breaker.
pub(crate) fn act_on(breaker: &CircuitBreaker, act: Act) {
    match act {
        Act::ForceOpen => breaker.force_open(),
        Act::Disable => breaker.disable(),
        Act::Reset => breaker.reset(),
        Act::Fail => drop(breaker.acquire().map(Permit::failure)),
        Act::Succeed => drop(breaker.acquire().map(Permit::success)),
    }
}

/// What the call shares with others.
pub(crate) struct Shared {
    pub(crate) policy: Policy,
    pub(crate) hedge: Option<Hedge>,
    pub(crate) breaker: Option<CircuitBreaker>,
    pub(crate) budget: Option<RetryBudget>,
    pub(crate) timeout: Duration,
}

/// The copies and the tokens that are left.
pub(crate) type Balances = (Option<u64>, Option<u64>);

/// What can be seen of a breaker: its state, and after its open time the number of trials.
pub(crate) type Probe = Option<(CircuitState, usize)>;

impl Shared {
    pub(crate) fn balances(&self) -> Balances {
        (self.hedge.as_ref().map(Hedge::balance), self.budget.as_ref().map(RetryBudget::balance))
    }

    pub(crate) fn probe(&self) -> Probe {
        self.breaker.as_ref().map(probe)
    }
}

pub(crate) fn probe(breaker: &CircuitBreaker) -> (CircuitState, usize) {
    let state = breaker.state();
    NOW.set(NOW.get() + OPEN_FOR);
    let permits: Vec<_> = (0..4).map_while(|_| breaker.acquire().ok()).collect();
    (state, permits.len())
}
