//! Copies are paid for, and an empty budget is no error.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};
use reattempt::{Hedge, retry};
use tokio::time::{Instant, advance, sleep};

use super::lab::*;

#[tokio::test(start_paused = true)]
async fn a_budget_starts_empty() {
    let (hedge, lab) = (Hedge::after(DELAY), Lab::new([ok(500)]));
    assert_eq!(hedge.balance(), 0);
    lab.run(fetch(&lab, &hedge)).await;
    lab.saw(["0: 1 starts", "500: 1 ok", "500: returns Ok(1)"]);
}

#[tokio::test(start_paused = true)]
async fn a_budget_that_empties_ends_hedging_of_the_attempt() {
    let hedge = Hedge::after(DELAY).copies(3).extra_load(1.0);
    deposit(&hedge, 1).await;
    // One was saved up, and the call pays for one.
    let lab = Lab::new([ok(500), never(), never()]);
    lab.run(fetch(&lab, &hedge)).await;
    lab.saw([
        "0: 1 starts",
        "50: 2 starts",
        "100: 3 starts",
        "500: 1 ok",
        "500: 2 dropped",
        "500: 3 dropped",
        "500: returns Ok(1)",
    ]);
    assert_eq!(hedge.balance(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_call_deposits_once_and_each_copy_costs_one() {
    let hedge = Hedge::after(DELAY).copies(2).extra_load(0.5);
    deposit(&hedge, 3).await;
    assert_eq!(hedge.balance(), 1);
    // The deposit of the call makes it two. Its second attempt deposits nothing.
    let lab = Lab::new([down(110), down(60), down(60), ok(500)]);
    lab.run(fetch(&lab, &hedge)).await;
    assert_eq!(hedge.balance(), 0);
    lab.saw([
        "0: 1 starts",
        "50: 2 starts",
        "100: 3 starts",
        "110: 1 down",
        "110: 2 down",
        "160: 3 down",
        "1160: 4 starts",
        "1660: 4 ok",
        "1660: returns Ok(4)",
    ]);
}

#[tokio::test(start_paused = true)]
async fn attempts_after_the_first_deposit_nothing() {
    let hedge = Hedge::after(DELAY).extra_load(0.5);
    for call in 1..=6 {
        let lab = Lab::new([down(10), ok(10)]);
        lab.run(fetch(&lab, &hedge)).await;
        assert_eq!(hedge.balance(), call / 2, "call {call}");
    }
}

#[tokio::test(start_paused = true)]
async fn ten_copies_are_saved_up_for_a_minute() {
    let hedge = Hedge::after(DELAY).extra_load(1.0);
    deposit(&hedge, 9).await;
    assert_eq!(hedge.balance(), 9);
    deposit(&hedge, 100).await;
    assert_eq!(hedge.balance(), 10);
    advance(Duration::from_secs(50)).await;
    assert_eq!(hedge.balance(), 10);
    advance(Duration::from_secs(10)).await;
    assert_eq!(hedge.balance(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_hour_of_calls_in_which_nothing_is_slow_saves_up_no_more() {
    let hedge = Hedge::after(DELAY);
    for _ in 0..3600 {
        advance(Duration::from_secs(1)).await;
        deposit(&hedge, 1).await;
        assert!(hedge.balance() <= 3, "one copy for each twenty seconds, and a minute of them");
    }
}

/// Draws latencies.
struct Latencies(Xoshiro256PlusPlus);

impl Latencies {
    /// Returns a latency of 1 ms to 40 ms, and for a part of the calls one of 100 ms to 500 ms.
    fn draw(&mut self, slow: f64) -> Duration {
        let draw = self.0.next_u64();
        let is_slow = (draw >> 11) as f64 / (1_u64 << 53) as f64 <= slow;
        let (from, width) = if is_slow { (100, 400) } else { (1, 39) };
        Duration::from_millis(from + self.0.next_u64() % width)
    }
}

/// Makes 10,000 calls one after the other, with latencies by the number of the call, and returns how many copies there
/// were and the time of the 99th percentile.
async fn load(
    hedge: &Hedge,
    seed: u64,
    latency: impl Fn(&mut Latencies, u32) -> Duration,
) -> (u32, Duration) {
    #[retry(max = 1, hedge = hedge)]
    async fn request(hedge: &Hedge, next: &dyn Fn() -> Duration) -> Result<(), Failure> {
        sleep(next()).await;
        Ok(())
    }

    let latencies = RefCell::new(Latencies(Xoshiro256PlusPlus::seed_from_u64(seed)));
    let tries = Cell::new(0);
    let mut times = Vec::new();
    for call in 0..10_000 {
        let start = Instant::now();
        let next = || {
            tries.set(tries.get() + 1);
            latency(&mut latencies.borrow_mut(), call)
        };
        request(hedge, &next).await.unwrap();
        times.push(start.elapsed());
    }
    times.sort_unstable();
    (tries.get() - 10_000, times[9_900])
}

#[tokio::test(start_paused = true)]
async fn copies_add_at_most_their_part_of_the_load() {
    for (seed, part) in [(1, 0.01), (2, 0.05), (3, 0.2)] {
        let most = (10_000.0 * part) as u32;
        let hedge = || Hedge::after(DELAY).extra_load(part);
        // As many slow calls as copies: most of them get one.
        let (copies, _) = load(&hedge(), seed, |latencies, _| latencies.draw(part)).await;
        assert!(copies <= most && copies >= most / 2, "{copies} copies for {most} slow calls");
        // Everything is slow.
        let (copies, _) = load(&hedge(), seed, |latencies, _| latencies.draw(1.0)).await;
        assert!((most - 1..=most).contains(&copies), "{copies} copies where {most} are paid for");
    }
}

#[tokio::test(start_paused = true)]
async fn a_step_of_200_ms_for_all_calls_adds_what_was_saved_up() {
    let step = |latencies: &mut Latencies, call| {
        latencies.draw(0.0) + Duration::from_millis(if call < 5_000 { 0 } else { 200 })
    };
    let (copies, _) = load(&Hedge::after(DELAY), 4, step).await;
    assert!((249..=260).contains(&copies), "{copies} copies of 5,000 calls and of ten that were saved up");
}

#[tokio::test(start_paused = true)]
async fn more_copies_of_an_attempt_are_paid_from_the_same_budget() {
    let (copies, _) = load(&Hedge::after(DELAY).copies(3), 5, |latencies, _| latencies.draw(1.0)).await;
    assert!((499..=500).contains(&copies), "{copies} copies where 500 are paid for");
}

#[tokio::test(start_paused = true)]
async fn copies_shorten_the_tail() {
    let slow = |latencies: &mut Latencies, _| latencies.draw(0.03);
    let (_, without) = load(&Hedge::after(Duration::from_secs(3600)), 6, slow).await;
    let (copies, with) = load(&Hedge::after(DELAY), 6, slow).await;
    assert!(
        without > Duration::from_millis(200) && with < Duration::from_millis(100),
        "{without:?}, {with:?}"
    );
    assert!(copies <= 500, "{copies}");
}

#[tokio::test(start_paused = true)]
async fn two_functions_with_one_hedge_share_its_budget() {
    let hedge = Hedge::after(DELAY).extra_load(1.0);
    // The call of the other function has paid.
    deposit(&hedge, 2).await;
    let lab = Lab::new([ok(60), never(), ok(60), never(), ok(60), never()]);
    for _ in 0..3 {
        let _ = lab.end(fetch(&lab, &hedge)).await;
    }
    assert_eq!(hedge.balance(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_delay_on_the_function_has_a_budget_of_its_own() {
    #[retry(max = 1, hedge = "50ms")]
    async fn first(lab: &Lab) -> Result<u32, Failure> {
        lab.answer().await
    }

    #[retry(max = 1, hedge_ms = 50)]
    async fn second(lab: &Lab) -> Result<u32, Failure> {
        lab.answer().await
    }

    let lab = Lab::new(std::iter::repeat_n(ok(0), 19).chain([never(), ok(0), ok(60)]));
    for _ in 0..19 {
        lab.end(first(&lab)).await.unwrap();
    }
    // The twentieth call has paid for its copy, and this is one of the other function.
    assert_eq!(lab.end(first(&lab)).await, Ok(21));
    assert_eq!(lab.end(second(&lab)).await, Ok(22));
}

#[tokio::test(start_paused = true)]
async fn a_generic_function_has_one_budget_for_all_its_types() {
    #[retry(max = 1, hedge = "50ms")]
    async fn generic<T: Copy + Sync>(lab: &Lab, value: T) -> Result<(u32, T), Failure> {
        Ok((lab.answer().await?, value))
    }

    let lab = Lab::new(std::iter::repeat_n(ok(0), 19).chain([never(), ok(0), ok(60)]));
    for _ in 0..19 {
        lab.end(generic(&lab, 'a')).await.unwrap();
    }
    assert_eq!(lab.end(generic(&lab, 7_u64)).await, Ok((21, 7)));
    assert_eq!(lab.end(generic(&lab, "text")).await, Ok((22, "text")));
}
