//! Hedged attempts beside a breaker, a budget, `attempt_timeout` and `deadline`.

use std::pin::pin;
use std::time::Duration;

use reattempt::CircuitState::{Closed, Disabled, ForcedOpen, HalfOpen, Open as IsOpen};
use reattempt::{
    CircuitBreaker, GiveUpReason, Hedge, Pass, Policy, RetryBudget, RetryError, Throttle, retry,
};
use tokio::time::{advance, sleep};

use super::lab::*;

/// Makes one attempt.
#[retry(max = 1, hedge = hedge, breaker = breaker)]
async fn guarded(lab: &Lab, hedge: &Hedge, breaker: &CircuitBreaker) -> Result<u32, Failure> {
    lab.answer().await
}

fn breaker() -> CircuitBreaker {
    CircuitBreaker::new().consecutive_failures(2).open_for(Duration::from_secs(10))
}

#[tokio::test(start_paused = true)]
async fn copies_start_while_the_breaker_is_closed() {
    let (hedge, breaker) = (saved(1).await, breaker());
    let lab = Lab::new([never(), ok(10)]);
    lab.run(guarded(&lab, &hedge, &breaker)).await;
    lab.saw(["0: 1 starts", "50: 2 starts", "60: 2 ok", "60: 1 dropped", "60: returns Ok(2)"]);
    breaker.disable();
    let lab = Lab::new([never(), ok(10)]);
    lab.run(guarded(&lab, &hedge, &breaker)).await;
    lab.saw(["0: 1 starts", "50: 2 starts", "60: 2 ok", "60: 1 dropped", "60: returns Ok(2)"]);
    assert_eq!(breaker.state(), Disabled);
}

#[tokio::test(start_paused = true)]
async fn a_breaker_that_opens_meanwhile_lets_no_copy_start() {
    let (hedge, breaker) = (saved(1).await, breaker());
    let lab = Lab::new([ok(100)]);
    let balance = hedge.balance();
    tokio::join!(biased; lab.run(guarded(&lab, &hedge, &breaker)), async {
        sleep(Duration::from_millis(20)).await;
        breaker.force_open();
    });
    lab.saw(["0: 1 starts", "100: 1 ok", "100: returns Ok(1)"]);
    assert_eq!(hedge.balance(), balance, "nothing was paid");
    // What runs is not ended by it.
    breaker.reset();
    let lab = Lab::new([never(), ok(100)]);
    tokio::join!(biased; lab.run(guarded(&lab, &hedge, &breaker)), async {
        sleep(Duration::from_millis(70)).await;
        breaker.force_open();
    });
    lab.saw(["0: 1 starts", "50: 2 starts", "150: 2 ok", "150: 1 dropped", "150: returns Ok(2)"]);
    assert_eq!(breaker.state(), ForcedOpen);
}

#[tokio::test(start_paused = true)]
async fn a_trial_has_no_copies() {
    let (hedge, breaker) = (saved(1).await, breaker().trials(2));
    for _ in 0..2 {
        let lab = Lab::new([down(0)]);
        let _ = lab.end(guarded(&lab, &hedge, &breaker)).await;
    }
    assert_eq!(breaker.state(), IsOpen);
    advance(Duration::from_secs(10)).await;
    let lab = Lab::new([ok(100)]);
    lab.run(guarded(&lab, &hedge, &breaker)).await;
    lab.saw(["0: 1 starts", "100: 1 ok", "100: returns Ok(1)"]);
    assert_eq!(breaker.state(), HalfOpen);
    let lab = Lab::new([ok(100)]);
    lab.run(guarded(&lab, &hedge, &breaker)).await;
    assert_eq!(breaker.state(), Closed);
}

#[tokio::test(start_paused = true)]
async fn a_call_inside_a_trial_is_part_of_it() {
    #[retry(max = 1, hedge = hedge, breaker = breaker)]
    async fn outer(lab: &Lab, hedge: &Hedge, breaker: &CircuitBreaker) -> Result<u32, Failure> {
        sleep(Duration::from_millis(10)).await;
        guarded(lab, hedge, breaker).await
    }

    let (hedge, breaker) = (saved(1).await, breaker());
    (0..2).for_each(|_| breaker.acquire().unwrap().failure());
    advance(Duration::from_secs(10)).await;
    let lab = Lab::new([ok(100)]);
    lab.run(outer(&lab, &hedge, &breaker)).await;
    lab.saw(["10: 1 starts", "110: 1 ok", "110: returns Ok(1)"]);
    assert_eq!(breaker.state(), Closed);
    // A closure does the same.
    (0..2).for_each(|_| breaker.acquire().unwrap().failure());
    advance(Duration::from_secs(10)).await;
    let lab = Lab::new([ok(100)]);
    let policy = Policy::new().max(1);
    let call = policy.retry_async(|| guarded(&lab, &hedge, &breaker));
    lab.run(call.hedge(&hedge).breaker(&breaker)).await;
    assert_eq!(breaker.state(), Closed);
    lab.saw(["0: 1 starts", "100: 1 ok", "100: returns Ok(1)"]);
}

#[tokio::test(start_paused = true)]
async fn the_breakers_own_rule_judges_the_result_of_the_attempt() {
    #[retry(
        max = 2, base = "1s", jitter = none, hedge = hedge, breaker = breaker,
        breaker_failure = |outcome| {
            lab.note(format_args!("judges {outcome:?}"));
            outcome.is_ok_and(|value| *value > 100)
        },
    )]
    async fn judged(lab: &Lab, hedge: &Hedge, breaker: &CircuitBreaker) -> Result<u32, Failure> {
        lab.answer().await
    }

    let (hedge, breaker) = (saved(1).await, breaker());
    let lab = Lab::new([down(60), down(20), never(), refused(10)]);
    lab.run(judged(&lab, &hedge, &breaker)).await;
    lab.saw([
        "0: 1 starts",
        "50: 2 starts",
        "60: 1 down",
        "70: 2 down",
        "70: judges Err(Down(2))",
        "1070: 3 starts",
        "1120: 4 starts",
        "1130: 4 refused",
        "1130: 3 dropped",
        "1130: judges Ok(104)",
        "1130: returns Ok(104)",
    ]);
    breaker.acquire().unwrap().failure();
    assert_eq!(breaker.state(), IsOpen, "the second failure by the rule");
}

#[tokio::test(start_paused = true)]
async fn a_trial_that_is_dropped_gives_its_permit_back() {
    let (hedge, breaker) = (saved(1).await, breaker());
    for _ in 0..5 {
        breaker.force_open();
        breaker.reset();
        for _ in 0..2 {
            breaker.acquire().unwrap().failure();
        }
        advance(Duration::from_secs(10)).await;
        let lab = Lab::new([never()]);
        {
            let mut call = pin!(guarded(&lab, &hedge, &breaker));
            tokio::select! {
                biased;
                _ = &mut call => unreachable!("it never answers"),
                () = sleep(Duration::from_millis(80)) => {}
            }
            assert!(breaker.acquire().is_err(), "the only trial runs");
        }
        drop(breaker.acquire().expect("the trial is over"));
    }
}

#[tokio::test(start_paused = true)]
async fn no_copy_starts_while_a_throttle_refuses_calls() {
    #[retry(max = 1, hedge = hedge, throttle = throttle)]
    async fn throttled(lab: &Lab, hedge: &Hedge, throttle: &Throttle) -> Result<u32, Failure> {
        lab.answer().await
    }

    let (hedge, throttle) = (saved(1).await, Throttle::new().minimum_requests(4));
    let lab = Lab::new([never(), ok(10)]);
    assert_eq!(lab.end(throttled(&lab, &hedge, &throttle)).await, Ok(2));
    lab.saw(["0: 1 starts", "50: 2 starts", "60: 2 ok", "60: 1 dropped"]);
    // Of seven requests one was accepted.
    (0..6).for_each(|_| throttle.acquire().map_or_else(drop, Pass::rejected));
    assert!(throttle.refusal_probability() > 0.0);
    assert_eq!(hedge.balance(), 9);
    loop {
        let lab = Lab::new([ok(100)]);
        match lab.end(throttled(&lab, &hedge, &throttle)).await {
            Err(Refused) => {}
            answer => {
                assert_eq!(answer, Ok(1));
                break lab.saw(["0: 1 starts", "100: 1 ok"]);
            }
        }
    }
    assert_eq!(hedge.balance(), 10, "one call was allowed, and paid");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_has_one_outcome_for_the_breaker() {
    let (hedge, breaker) = (saved(3).await, breaker().consecutive_failures(4));
    // Three attempts, of which two had a copy that failed as well.
    let lab = Lab::new([down(60), down(20), down(80), down(5), down(0)]);
    #[retry(max = 3, base = "1s", jitter = none, backoff = constant, hedge = hedge, breaker = breaker)]
    async fn three(lab: &Lab, hedge: &Hedge, breaker: &CircuitBreaker) -> Result<u32, Failure> {
        lab.answer().await
    }
    lab.run(three(&lab, &hedge, &breaker)).await;
    lab.saw([
        "0: 1 starts",
        "50: 2 starts",
        "60: 1 down",
        "70: 2 down",
        "1070: 3 starts",
        "1120: 4 starts",
        "1125: 4 down",
        "1150: 3 down",
        "2150: 5 starts",
        "2150: 5 down",
        "2150: returns Err(Down(5))",
    ]);
    assert_eq!(breaker.state(), Closed);
    breaker.acquire().unwrap().failure();
    assert_eq!(breaker.state(), IsOpen, "the fourth failure in a row");
}

#[tokio::test(start_paused = true)]
async fn a_loser_is_no_outcome_for_the_breaker() {
    let hedge = saved(1).await;
    // A success ends the row of failures, whichever try it is of; the failure of the other is none.
    for tries in [[down(60), ok(20)], [ok(80), down(20)], [ok(80), never()], [never(), ok(10)]] {
        let breaker = breaker();
        breaker.acquire().unwrap().failure();
        let lab = Lab::new(tries);
        assert!(lab.end(guarded(&lab, &hedge, &breaker)).await.is_ok());
        breaker.acquire().unwrap().failure();
        assert_eq!(breaker.state(), Closed, "{tries:?}");
        breaker.acquire().unwrap().failure();
        assert_eq!(breaker.state(), IsOpen, "{tries:?}");
    }
    // A final error counts neither way.
    for tries in [[down(60), fatal(20)], [fatal(60), never()], [never(), fatal(10)]] {
        let breaker = breaker();
        breaker.acquire().unwrap().failure();
        let lab = Lab::new(tries);
        assert!(lab.end(guarded(&lab, &hedge, &breaker)).await.is_err());
        assert_eq!(breaker.state(), Closed, "{tries:?}");
        breaker.acquire().unwrap().failure();
        assert_eq!(breaker.state(), IsOpen, "{tries:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_is_as_slow_as_its_winner() {
    let slow = || {
        let rule = CircuitBreaker::new().failure_rate(1.0).window_calls(1).minimum_calls(1);
        rule.slow_call(Duration::from_millis(100)).slow_call_rate(1.0)
    };
    let hedge = saved(1).await;
    for (tries, state) in [
        ([ok(99), never()], Closed),
        ([ok(100), never()], IsOpen),
        ([never(), ok(49)], Closed),
        ([never(), ok(50)], IsOpen),
        ([down(60), ok(49)], Closed),
        ([down(60), ok(50)], IsOpen),
    ] {
        let (breaker, lab) = (slow(), Lab::new(tries));
        assert!(lab.end(guarded(&lab, &hedge, &breaker)).await.is_ok());
        assert_eq!(breaker.state(), state, "{tries:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_the_breaker_refuses_pays_for_no_copy() {
    let (hedge, breaker) = (Hedge::after(DELAY).extra_load(1.0), breaker());
    breaker.force_open();
    let lab = Lab::new([]);
    lab.run(guarded(&lab, &hedge, &breaker)).await;
    lab.saw(["0: returns Err(Open)"]);
    assert_eq!(hedge.balance(), 0);
}

#[tokio::test(start_paused = true)]
async fn each_call_is_one_call_for_the_budget_of_retries() {
    #[retry(max = 5, base = "1s", backoff = constant, jitter = none, hedge = hedge, budget = budget, error = Failure)]
    async fn budgeted(lab: &Lab, hedge: &Hedge, budget: &RetryBudget) -> Result<u32, RetryError<Failure>> {
        lab.answer().await
    }

    let hedge = saved(1).await;
    let budget = RetryBudget::new().ratio(1.0).reserve_per_second(0);
    // The call deposits a token, one retry withdraws it, and copies cost nothing of it.
    let lab = Lab::new([down(60), down(20), down(60), down(20)]);
    let error = lab.end(budgeted(&lab, &hedge, &budget)).await.unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::BudgetExhausted, 2));
    assert_eq!(error.into_last(), Some(Down(4)));
    assert_eq!(budget.balance(), 0);
    lab.saw([
        "0: 1 starts",
        "50: 2 starts",
        "60: 1 down",
        "70: 2 down",
        "1070: 3 starts",
        "1120: 4 starts",
        "1130: 3 down",
        "1140: 4 down",
    ]);
}

#[tokio::test(start_paused = true)]
async fn the_limit_of_an_attempt_is_that_of_its_copies() {
    #[retry(max = 2, base = "1s", jitter = none, hedge = hedge, attempt_timeout = "120ms", on_retry = |_| lab.note("on_retry"))]
    async fn limited(lab: &Lab, hedge: &Hedge) -> Result<u32, Failure> {
        lab.answer().await
    }

    let (hedge, lab) = (saved(2).await, Lab::new([never(), never(), never(), ok(120), never(), never()]));
    lab.run(limited(&lab, &hedge)).await;
    lab.saw([
        "0: 1 starts",
        "50: 2 starts",
        "100: 3 starts",
        "120: 2 dropped",
        "120: 3 dropped",
        "120: 1 dropped",
        "120: on_retry",
        "1120: 4 starts",
        "1170: 5 starts",
        "1220: 6 starts",
        "1240: 4 ok",
        "1240: 5 dropped",
        "1240: 6 dropped",
        "1240: returns Ok(4)",
    ]);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_is_a_failure_of_the_breaker_and_leaves_no_permit() {
    #[retry(max = 1, hedge = hedge, attempt_timeout = "120ms", breaker = breaker)]
    async fn limited(lab: &Lab, hedge: &Hedge, breaker: &CircuitBreaker) -> Result<u32, Failure> {
        lab.answer().await
    }

    let (hedge, breaker) = (saved(2).await, breaker());
    for state in [Closed, IsOpen] {
        let lab = Lab::new([never(), never(), never()]);
        assert_eq!(lab.end(limited(&lab, &hedge, &breaker)).await, Err(TimedOut));
        assert_eq!(breaker.state(), state);
    }
    advance(Duration::from_secs(10)).await;
    // The only trial runs into its limit, too, and the next one starts afresh.
    let lab = Lab::new([never()]);
    assert_eq!(lab.end(limited(&lab, &hedge, &breaker)).await, Err(TimedOut));
    assert_eq!(breaker.state(), IsOpen);
    advance(Duration::from_secs(10)).await;
    let lab = Lab::new([ok(100)]);
    assert_eq!(lab.end(limited(&lab, &hedge, &breaker)).await, Ok(1));
    assert_eq!(breaker.state(), Closed);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_counts_from_the_start_of_the_call() {
    #[retry(max = 9, base = "1s", backoff = constant, jitter = none, hedge = hedge, deadline = "2500ms", error = Failure)]
    async fn timed(lab: &Lab, hedge: &Hedge) -> Result<u32, RetryError<Failure>> {
        lab.answer().await
    }

    #[retry(
        max = 9, base = "1s", backoff = constant, jitter = none, hedge = hedge, deadline = "1200ms",
        attempt_timeout = "10s",
    )]
    async fn cut(lab: &Lab, hedge: &Hedge) -> Result<u32, Failure> {
        lab.answer().await
    }

    let hedge = saved(1).await;
    let lab = Lab::new([down(60), down(200), down(300), down(200)]);
    let error = lab.end(timed(&lab, &hedge)).await.unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::Deadline, 2));
    assert_eq!(error.elapsed(), Duration::from_millis(250 + 1000 + 300));
    // With a limit on the attempt, the deadline ends it with its copies.
    let lab = Lab::new([down(60), down(20), never(), never()]);
    lab.run(cut(&lab, &hedge)).await;
    lab.saw([
        "0: 1 starts",
        "50: 2 starts",
        "60: 1 down",
        "70: 2 down",
        "1070: 3 starts",
        "1120: 4 starts",
        "1200: 4 dropped",
        "1200: 3 dropped",
        "1200: returns Err(TimedOut)",
    ]);
}
