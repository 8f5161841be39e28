//! What a `Throttle` does in an overload: simulated servers with a capacity, in virtual time.
#![cfg(feature = "std")]

use std::time::Duration;

use retry_core::{RetryBudget, Throttle, testing};

/// A step of the simulation.
const TICK: Duration = Duration::from_millis(100);
/// The default window of 30 s.
const WINDOW: u32 = 300;
/// What the server can do in a tick.
const CAPACITY: u32 = 10;

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    calls: u32,
    sent: u32,
    accepted: u32,
}

/// A world with a throttle, perhaps a budget, and a server that accepts some requests in each tick and rejects the others.
struct World {
    guard: testing::Guard,
    throttle: Throttle,
    budget: Option<RetryBudget>,
}

impl World {
    fn new(throttle: Throttle, budget: Option<RetryBudget>) -> World {
        let guard = testing::no_wait();
        guard.seed(7);
        World { guard, throttle, budget }
    }

    /// Lets `calls` arrive in each tick, of which the server accepts `capacity` requests.
    fn run(&self, calls: u32, capacity: u32, ticks: u32) -> Counts {
        let mut counts = Counts::default();
        for _ in 0..ticks {
            let mut left = capacity;
            for _ in 0..calls {
                self.call(&mut left, &mut counts);
            }
            self.guard.advance(TICK);
        }
        counts
    }

    /// Makes one call. Its attempts follow each other at once, as long as the budget pays.
    fn call(&self, left: &mut u32, counts: &mut Counts) {
        counts.calls += 1;
        let budget = self.budget.as_ref();
        budget.inspect(|budget| budget.deposit());
        for attempt in 1..=3 {
            let Ok(pass) = self.throttle.acquire() else { return };
            counts.sent += 1;
            if *left > 0 {
                (*left, counts.accepted) = (*left - 1, counts.accepted + 1);
                return pass.accepted();
            }
            pass.rejected();
            if attempt == 3 || !budget.is_some_and(RetryBudget::try_withdraw) {
                return;
            }
        }
    }
}

#[test]
fn an_overloaded_server_does_what_it_can_and_gets_k_requests_for_each_that_it_accepts() {
    // With a `k` close to 1, a tick may get fewer requests than the server can do.
    for (k, factor, least) in
        [(2.0, 2, 0.95), (2.0, 4, 0.95), (2.0, 10, 0.95), (1.1, 2, 0.85), (1.1, 10, 0.85), (5.0, 10, 0.95)]
    {
        for budget in [None, Some(RetryBudget::new())] {
            let case = format!("k {k}, {factor} times the capacity, budget {}", budget.is_some());
            let world = World::new(Throttle::new().k(k), budget);
            world.run(factor * CAPACITY, CAPACITY, WINDOW);
            let counts = world.run(factor * CAPACITY, CAPACITY, 5 * WINDOW);
            let goodput = f64::from(counts.accepted) / f64::from(5 * WINDOW * CAPACITY);
            assert!(goodput > least, "{case}: {goodput}");
            // One call in ten is always let through.
            let most = (k * f64::from(counts.accepted)).max(0.1 * f64::from(counts.calls));
            assert!(f64::from(counts.sent) < 1.02 * most, "{case}: {counts:?}");
        }
    }
}

#[test]
fn nothing_is_refused_while_the_server_accepts_every_second_request() {
    for (accepted, rejected) in [(1, 0), (9, 1), (2, 1), (1, 1)] {
        let world = World::new(Throttle::new(), None);
        for _ in 0..1000 {
            for _ in 0..accepted {
                world.throttle.acquire().expect("nothing is refused").accepted();
            }
            for _ in 0..rejected {
                world.throttle.acquire().expect("nothing is refused").rejected();
            }
            world.guard.advance(TICK);
        }
    }
}

#[test]
fn one_call_in_ten_gets_through_in_an_outage() {
    let world = World::new(Throttle::new(), None);
    world.run(CAPACITY, 0, WINDOW);
    let counts = world.run(CAPACITY, 0, 5 * WINDOW);
    assert!((0.09..0.11).contains(&(f64::from(counts.sent) / f64::from(counts.calls))), "{counts:?}");
}

#[test]
fn a_throttle_recovers_from_any_outage_within_two_windows() {
    for outage in [WINDOW / 10, WINDOW, 20 * WINDOW] {
        let world = World::new(Throttle::new(), None);
        world.run(CAPACITY, 0, outage);
        world.run(CAPACITY, CAPACITY, WINDOW);
        assert!(world.throttle.refusal_probability() < 0.8, "it lets more through after one window");
        world.run(CAPACITY, CAPACITY, WINDOW);
        let counts = world.run(CAPACITY, CAPACITY, WINDOW);
        assert_eq!(counts.accepted, counts.calls, "after an outage of {outage} ticks");
    }
}
