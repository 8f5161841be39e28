//! A hint of the peer ends hedging for the call.

use std::time::Duration;

use reattempt::{Backoff, Hedge, HintMode, Jitter, Policy, Retryable, retry};

use super::lab::*;

/// Makes a call whose first failure has a hint, and asserts that no further copy starts.
macro_rules! hints_end_hedging {
    ($lab:ident; $($name:ident: [$($argument:tt)*] $body:expr, $wait:literal;)*) => {$(
        #[tokio::test(start_paused = true)]
        async fn $name() {
            #[retry(max = 3, base = "1s", backoff = constant, jitter = none, hedge = hedge, $($argument)*)]
            async fn hinted($lab: &Lab, hedge: &Hedge) -> Result<u32, Failure> {
                $body
            }

            let hedge = saved(2).await;
            let wait = |from: u64| from + $wait;
            // At the first poll, and before a copy.
            for after in [0, 20] {
                let lab = Lab::new([busy(after), ok(400)]);
                lab.run(hinted(&lab, &hedge)).await;
                let from = wait(after);
                lab.saw_all(&[
                    "0: 1 starts",
                    &format!("{after}: 1 busy"),
                    &format!("{from}: 2 starts"),
                    &format!("{}: 2 ok", from + 400),
                    &format!("{}: returns Ok(2)", from + 400),
                ]);
            }
            // The first try, while a copy runs; later attempts have no copies either.
            let lab = Lab::new([busy(60), busy(60), ok(400)]);
            lab.run(hinted(&lab, &hedge)).await;
            let from = wait(110);
            lab.saw_all(&[
                "0: 1 starts",
                "50: 2 starts",
                "60: 1 busy",
                "110: 2 busy",
                &format!("{from}: 3 starts"),
                &format!("{}: 3 ok", from + 400),
                &format!("{}: returns Ok(3)", from + 400),
            ]);
            // A copy, while the first try runs.
            let lab = Lab::new([ok(400), busy(30)]);
            lab.run(hinted(&lab, &hedge)).await;
            lab.saw(["0: 1 starts", "50: 2 starts", "80: 2 busy", "400: 1 ok", "400: returns Ok(1)"]);
        }
    )*};
}

fn longer(error: &Failure) -> Option<Duration> {
    match error {
        Busy(_) | Down(_) => Some(Duration::from_secs(3)),
        _ => None,
    }
}

hints_end_hedging! { lab;
    by_the_error: [] lab.answer().await, 2000;
    by_the_error_with_rules: [when = |_| true] lab.answer().await, 2000;
    by_the_error_with_hooks: [on_retry = |_| ()] lab.answer().await, 2000;
    by_the_error_with_everything: [
        when = |_| true, on_retry = |_| (), retry_ok = |_| false, attempt_timeout = "10s", call = c, budget = BUDGET,
    ] lab.answer().await, 2000;
    by_retry_after: [retry_after = longer] lab.answer().await, 3000;
    by_a_closure: [retry_after = |error| longer(error), on_retry = |_| ()] lab.answer().await, 3000;
    by_the_handle: [call = c, retry_after = |_| None] {
        let answer = lab.answer().await;
        if let Err(Busy(_)) = answer {
            c.hint(Duration::from_secs(4));
        }
        answer
    }, 4000;
    by_the_handle_with_hooks: [call = c, retry_after = |_| None, on_retry = |_| (), restart_after = "1h"] {
        let answer = lab.answer().await;
        if let Err(Busy(_)) = answer {
            c.hint(Duration::from_secs(4));
        }
        answer
    }, 4000;
    by_a_value: [retry_ok = |value| *value > 100, retry_after_ok = |_| Some(Duration::from_secs(5))] {
        match lab.answer().await {
            Err(Busy(number)) => Ok(100 + number),
            answer => answer,
        }
    }, 5000;
    by_a_value_and_the_handle: [call = c, retry_ok = |value| *value > 100] {
        match lab.answer().await {
            Err(Busy(number)) => {
                c.hint(Duration::from_secs(6));
                Ok(100 + number)
            }
            answer => answer,
        }
    }, 6000;
    by_a_value_and_the_handle_with_hooks: [call = c, retry_ok = |value| *value > 100, on_retry = |_| (), error = Failure] {
        match lab.answer().await {
            Err(Busy(number)) => {
                c.hint(Duration::from_secs(6));
                Ok(100 + number)
            }
            answer => answer,
        }
    }, 6000;
}

static BUDGET: reattempt::RetryBudget = reattempt::RetryBudget::new();

impl From<reattempt::RetryError<Failure>> for Failure {
    fn from(error: reattempt::RetryError<Failure>) -> Failure {
        error.into_last().unwrap_or(Open)
    }
}

#[tokio::test(start_paused = true)]
async fn a_hint_before_a_timeout_ends_hedging() {
    #[retry(max = 2, base = "1s", jitter = none, hedge = hedge, call = c, attempt_timeout = "70ms")]
    async fn limited(lab: &Lab, hedge: &Hedge) -> Result<u32, Failure> {
        if c.attempt() == 1 {
            c.hint(Duration::from_secs(3));
        }
        lab.answer().await
    }

    let hedge = saved(1).await;
    let lab = Lab::new([never(), never(), ok(60)]);
    lab.run(limited(&lab, &hedge)).await;
    let expected = [
        "0: 1 starts",
        "50: 2 starts",
        "70: 2 dropped",
        "70: 1 dropped",
        "3070: 3 starts",
        "3130: 3 ok",
        "3130: returns Ok(3)",
    ];
    lab.saw(expected);
    let lab = Lab::new([never(), never(), ok(60)]);
    let policy = Policy::new().max(2).base(Duration::from_secs(1)).jitter(Jitter::None);
    let call = policy.retry_async_with(|call| {
        if call.attempt() == 1 {
            call.hint(Duration::from_secs(3));
        }
        lab.answer()
    });
    lab.run(call.hedge(&hedge).attempt_timeout(Duration::from_millis(70))).await;
    lab.saw(expected);
}

/// Asserts that the longest hint of all tries counts, also when the try that fails last has none, in the attribute and in the
/// closure form.
macro_rules! the_longest_hint_counts {
    ($lab:ident, $call:ident; $($name:ident: [$($argument:tt)*] [$($step:tt)*] $body:expr, $wait:literal;)*) => {$(
        #[tokio::test(start_paused = true)]
        async fn $name() {
            #[retry(max = 3, base = "1s", backoff = constant, jitter = none, hedge = hedge, $($argument)*)]
            async fn hinted($lab: &Lab, hedge: &Hedge) -> Result<u32, Failure> {
                $body
            }

            let hedge = saved(3).await;
            // The first try, then a copy, is the one that asks for the wait.
            for (first, copy, second) in [
                (busy(60), down(45), ["60: 1 busy", "95: 2 down"]),
                (down(60), busy(45), ["60: 1 down", "95: 2 busy"]),
            ] {
                let from = 95 + $wait;
                let expected = [
                    "0: 1 starts",
                    "50: 2 starts",
                    second[0],
                    second[1],
                    &format!("{from}: 3 starts"),
                    &format!("{}: 3 down", from + 5),
                    // The wait is asked for once, not for all the call.
                    &format!("{}: 4 starts", from + 1005),
                    &format!("{}: 4 ok", from + 1305),
                    &format!("{}: returns Ok(4)", from + 1305),
                ];
                let $lab = Lab::new([first, copy, down(5), ok(300)]);
                $lab.run(hinted(&$lab, &hedge)).await;
                $lab.saw_all(&expected);
                let ($lab, policy) = (Lab::new([first, copy, down(5), ok(300)]), policy(3));
                let call = policy.retry_async_with(|$call| {
                    let $lab = &$lab;
                    async move { $body }
                });
                $lab.run(call.retryable().hedge(&hedge) $($step)*).await;
                $lab.saw_all(&expected);
            }
        }
    )*};
}

the_longest_hint_counts! { lab, c;
    of_an_error: [call = c] [] {
        let _ = c.attempt();
        lab.answer().await
    }, 2000;
    of_an_error_with_hooks: [call = c, on_retry = |_| ()] [.on_retry(|_| ())] {
        let _ = c.attempt();
        lab.answer().await
    }, 2000;
    of_the_handle: [call = c, retry_after = |_| None] [.retry_after(|_| None)] {
        let answer = lab.answer().await;
        if let Err(Busy(_)) = answer {
            c.hint(Duration::from_secs(4));
        }
        answer
    }, 4000;
    of_an_error_before_a_value: [call = c, retry_ok = |value| *value > 100] [.retry_ok(|value| *value > 100)] {
        let _ = c.attempt();
        match lab.answer().await {
            Err(Down(number)) => Ok(100 + number),
            answer => answer,
        }
    }, 2000;
    of_a_value: [
        call = c, retry_ok = |value| *value > 100,
        retry_after_ok = |value| (*value > 200).then_some(Duration::from_secs(5)),
    ] [
        .retry_ok(|value| *value > 100)
        .retry_after_ok(|value| (*value > 200).then_some(Duration::from_secs(5)))
    ] {
        let _ = c.attempt();
        match lab.answer().await {
            Err(Busy(number)) => Ok(200 + number),
            Err(Down(number)) => Ok(100 + number),
            answer => answer,
        }
    }, 5000;
}

#[tokio::test(start_paused = true)]
async fn the_hint_of_a_try_counts_after_a_timeout() {
    #[retry(max = 2, base = "1s", jitter = none, hedge = hedge, attempt_timeout = "90ms")]
    async fn limited(lab: &Lab, hedge: &Hedge) -> Result<u32, Failure> {
        lab.answer().await
    }

    let hedge = saved(2).await;
    let expected = [
        "0: 1 starts",
        "50: 2 starts",
        "60: 1 busy",
        "90: 2 dropped",
        "2090: 3 starts",
        "2150: 3 ok",
        "2150: returns Ok(3)",
    ];
    let lab = Lab::new([busy(60), never(), ok(60)]);
    lab.run(limited(&lab, &hedge)).await;
    lab.saw(expected);
    let (lab, policy) = (Lab::new([busy(60), never(), ok(60)]), policy(2));
    let call = policy.retry_async(|| lab.answer());
    lab.run(call.retryable().hedge(&hedge).attempt_timeout(Duration::from_millis(90))).await;
    lab.saw(expected);
}

#[tokio::test(start_paused = true)]
async fn a_hint_of_a_loser_may_end_the_call() {
    #[retry(max = 3, base = "1s", max_hint = "1s", jitter = none, hedge = hedge)]
    async fn impatient(lab: &Lab, hedge: &Hedge) -> Result<u32, Failure> {
        lab.answer().await
    }

    let (hedge, lab) = (saved(1).await, Lab::new([busy(60), down(30)]));
    lab.run(impatient(&lab, &hedge)).await;
    lab.saw(["0: 1 starts", "50: 2 starts", "60: 1 busy", "80: 2 down", "80: returns Err(Down(2))"]);
}

#[tokio::test(start_paused = true)]
async fn a_hint_of_0_counts_like_any_other() {
    #[retry(max = 2, base = "1s", hint = exact, jitter = none, hedge = hedge, retry_after = at_once)]
    async fn eager(lab: &Lab, hedge: &Hedge) -> Result<u32, Failure> {
        lab.answer().await
    }

    fn at_once(error: &Failure) -> Option<Duration> {
        matches!(error, Busy(_)).then_some(Duration::ZERO)
    }

    let hedge = saved(2).await;
    let expected = [
        "0: 1 starts",
        "50: 2 starts",
        "60: 1 busy",
        "95: 2 down",
        "95: 3 starts",
        "100: 3 ok",
        "100: returns Ok(3)",
    ];
    let lab = Lab::new([busy(60), down(45), ok(5)]);
    lab.run(eager(&lab, &hedge)).await;
    lab.saw(expected);
    let (lab, policy) = (Lab::new([busy(60), down(45), ok(5)]), policy(2).hint(HintMode::Exact));
    lab.run(policy.retry_async(|| lab.answer()).retry_after(at_once).hedge(&hedge)).await;
    lab.saw(expected);
}

/// Returns a policy of attempts a second apart.
fn policy(max: u32) -> Policy {
    Policy::new().max(max).base(Duration::from_secs(1)).backoff(Backoff::Constant).jitter(Jitter::None)
}

#[tokio::test(start_paused = true)]
async fn a_hint_of_a_final_error_matters_to_nobody() {
    assert_eq!(Fatal(1).retry_after(), None);
    let hedge = saved(1).await;
    let lab = Lab::new([fatal(10)]);
    lab.run(fetch(&lab, &hedge)).await;
    // The next call has its copies.
    let lab = Lab::new([never(), ok(10)]);
    lab.run(fetch(&lab, &hedge)).await;
    lab.saw(["0: 1 starts", "50: 2 starts", "60: 2 ok", "60: 1 dropped", "60: returns Ok(2)"]);
}

#[tokio::test(start_paused = true)]
async fn a_hint_that_is_ignored_is_still_a_hint() {
    // `hint = ignore` would be another policy; a hint that is too long ends the call.
    #[retry(max = 3, base = "1s", max_hint = "1s", jitter = none, hedge = hedge)]
    async fn impatient(lab: &Lab, hedge: &Hedge) -> Result<u32, Failure> {
        lab.answer().await
    }

    let (hedge, lab) = (saved(1).await, Lab::new([down(60), busy(30)]));
    lab.run(impatient(&lab, &hedge)).await;
    lab.saw(["0: 1 starts", "50: 2 starts", "60: 1 down", "80: 2 busy", "80: returns Err(Busy(2))"]);
}
