//! Which try wins, and when the others end.

use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use reattempt::{Backoff, GiveUpReason, Hedge, Jitter, Policy, RetryError, retry};
use tokio::time::sleep;

use super::lab::*;

const POLICY: Policy =
    Policy::new().max(3).base(Duration::from_secs(1)).backoff(Backoff::Constant).jitter(Jitter::None);

/// The results of a call whose attempts have at most so many copies, and what happens, in milliseconds.
macro_rules! races {
    ($($name:ident: $copies:literal, [$($try:expr),*] => [$($line:literal),* $(,)?];)*) => {$(
        #[tokio::test(start_paused = true)]
        async fn $name() {
            let (hedge, lab) = (saved($copies).await, Lab::new([$($try),*]));
            lab.run(fetch(&lab, &hedge)).await;
            // Nothing is left that runs on.
            sleep(Duration::from_secs(60)).await;
            lab.saw([$($line),*]);
            // A closure's call does the same, with a handle and without one.
            let (hedge, lab) = (saved($copies).await, Lab::new([$($try),*]));
            lab.run(POLICY.retry_async(|| lab.answer()).retryable().hedge(&hedge)).await;
            lab.saw([$($line),*]);
            let (hedge, lab) = (saved($copies).await, Lab::new([$($try),*]));
            lab.run(POLICY.retry_async_with(|_| lab.answer()).retryable().hedge(&hedge)).await;
            lab.saw([$($line),*]);
        }
    )*};
}

races! {
    an_answer_at_once_starts_no_copy: 1, [ok(0)] =>
        ["0: 1 starts", "0: 1 ok", "0: returns Ok(1)"];
    an_answer_before_the_delay_starts_no_copy: 1, [ok(49)] =>
        ["0: 1 starts", "49: 1 ok", "49: returns Ok(1)"];
    an_answer_at_the_end_of_the_delay_starts_no_copy: 1, [ok(50)] =>
        ["0: 1 starts", "50: 1 ok", "50: returns Ok(1)"];
    a_copy_wins: 1, [ok(200), ok(30)] =>
        ["0: 1 starts", "50: 2 starts", "80: 2 ok", "80: 1 dropped", "80: returns Ok(2)"];
    a_copy_wins_at_once: 1, [never(), ok(0)] =>
        ["0: 1 starts", "50: 2 starts", "50: 2 ok", "50: 1 dropped", "50: returns Ok(2)"];
    the_first_wins: 1, [ok(100), ok(51)] =>
        ["0: 1 starts", "50: 2 starts", "100: 1 ok", "100: 2 dropped", "100: returns Ok(1)"];
    the_first_wins_a_tie: 1, [ok(100), ok(50)] =>
        ["0: 1 starts", "50: 2 starts", "100: 1 ok", "100: 2 dropped", "100: returns Ok(1)"];
    a_failure_before_the_delay_is_a_failed_attempt: 1, [down(49), ok(10)] =>
        ["0: 1 starts", "49: 1 down", "1049: 2 starts", "1059: 2 ok", "1059: returns Ok(2)"];
    a_failure_of_the_first_lets_the_copy_run: 1, [down(60), ok(100)] =>
        ["0: 1 starts", "50: 2 starts", "60: 1 down", "150: 2 ok", "150: returns Ok(2)"];
    a_failure_of_the_copy_lets_the_first_run: 1, [ok(200), down(20)] =>
        ["0: 1 starts", "50: 2 starts", "70: 2 down", "200: 1 ok", "200: returns Ok(1)"];
    a_failure_of_the_copy_at_its_start_lets_the_first_run: 1, [ok(200), down(0)] =>
        ["0: 1 starts", "50: 2 starts", "50: 2 down", "200: 1 ok", "200: returns Ok(1)"];
    each_attempt_is_hedged: 1, [down(80), down(40), down(70), down(10), never(), ok(5)] => [
        "0: 1 starts", "50: 2 starts", "80: 1 down", "90: 2 down",
        "1090: 3 starts", "1140: 4 starts", "1150: 4 down", "1160: 3 down",
        "2160: 5 starts", "2210: 6 starts", "2215: 6 ok", "2215: 5 dropped", "2215: returns Ok(6)",
    ];
    the_last_error_is_returned: 1, [down(0), down(0), down(80), down(60)] => [
        "0: 1 starts", "0: 1 down", "1000: 2 starts", "1000: 2 down",
        "2000: 3 starts", "2050: 4 starts", "2080: 3 down", "2110: 4 down", "2110: returns Err(Down(4))",
    ];
    the_last_error_may_be_that_of_the_first: 1, [down(0), down(0), down(80), down(10)] => [
        "0: 1 starts", "0: 1 down", "1000: 2 starts", "1000: 2 down",
        "2000: 3 starts", "2050: 4 starts", "2060: 4 down", "2080: 3 down", "2080: returns Err(Down(3))",
    ];
    both_fail_at_the_same_time: 1, [down(0), down(0), down(80), down(30)] => [
        "0: 1 starts", "0: 1 down", "1000: 2 starts", "1000: 2 down",
        "2000: 3 starts", "2050: 4 starts", "2080: 3 down", "2080: 4 down", "2080: returns Err(Down(4))",
    ];
    a_final_error_of_the_first_ends_the_call: 1, [fatal(60), ok(100)] =>
        ["0: 1 starts", "50: 2 starts", "60: 1 fatal", "60: 2 dropped", "60: returns Err(Fatal(1))"];
    a_final_error_of_a_copy_ends_the_call: 1, [ok(100), fatal(10)] =>
        ["0: 1 starts", "50: 2 starts", "60: 2 fatal", "60: 1 dropped", "60: returns Err(Fatal(2))"];
    a_final_error_after_a_failure_ends_the_call: 1, [down(60), fatal(20)] =>
        ["0: 1 starts", "50: 2 starts", "60: 1 down", "70: 2 fatal", "70: returns Err(Fatal(2))"];
    copies_start_one_after_the_other: 3, [never(), never(), never(), ok(20)] => [
        "0: 1 starts", "50: 2 starts", "100: 3 starts", "150: 4 starts", "170: 4 ok",
        "170: 2 dropped", "170: 3 dropped", "170: 1 dropped", "170: returns Ok(4)",
    ];
    no_more_copies_start_than_allowed: 2, [ok(500), never(), never()] => [
        "0: 1 starts", "50: 2 starts", "100: 3 starts", "500: 1 ok",
        "500: 2 dropped", "500: 3 dropped", "500: returns Ok(1)",
    ];
    the_earlier_copy_wins_a_tie: 2, [never(), ok(80), ok(30)] => [
        "0: 1 starts", "50: 2 starts", "100: 3 starts", "130: 2 ok",
        "130: 3 dropped", "130: 1 dropped", "130: returns Ok(2)",
    ];
    a_failure_of_the_first_stops_no_further_copy: 2, [down(60), never(), ok(10)] => [
        "0: 1 starts", "50: 2 starts", "60: 1 down", "100: 3 starts", "110: 3 ok", "110: 2 dropped",
        "110: returns Ok(3)",
    ];
    a_failure_of_a_copy_stops_no_further_copy: 2, [never(), down(10), ok(10)] => [
        "0: 1 starts", "50: 2 starts", "60: 2 down", "100: 3 starts", "110: 3 ok", "110: 1 dropped",
        "110: returns Ok(3)",
    ];
    an_attempt_ends_with_its_last_failure_before_a_further_copy: 2, [down(60), down(20), ok(0)] => [
        "0: 1 starts", "50: 2 starts", "60: 1 down", "70: 2 down", "1070: 3 starts", "1070: 3 ok",
        "1070: returns Ok(3)",
    ];
    all_of_many_fail: 2, [down(0), down(0), down(200), down(20), down(150)] => [
        "0: 1 starts", "0: 1 down", "1000: 2 starts", "1000: 2 down",
        "2000: 3 starts", "2050: 4 starts", "2070: 4 down", "2100: 5 starts", "2200: 3 down", "2250: 5 down",
        "2250: returns Err(Down(5))",
    ];
}

#[tokio::test(start_paused = true)]
async fn losers_are_dropped_before_the_hooks_run() {
    #[retry(
        max = 2, base = "1s", jitter = none, hedge = hedge,
        on_retry = |_| lab.note("on_retry"),
        on_success = |_| lab.note("on_success"),
        on_give_up = |_| lab.note("on_give_up"),
        fallback = |error| { lab.note("fallback"); Err(error) },
    )]
    async fn hooked(lab: &Lab, hedge: &Hedge) -> Result<u32, Failure> {
        lab.answer().await
    }

    let hedge = saved(1).await;
    let lab = Lab::new([down(0), never(), ok(10)]);
    lab.run(hooked(&lab, &hedge)).await;
    lab.saw([
        "0: 1 starts",
        "0: 1 down",
        "0: on_retry",
        "1000: 2 starts",
        "1050: 3 starts",
        "1060: 3 ok",
        "1060: 2 dropped",
        "1060: on_success",
        "1060: returns Ok(3)",
    ]);
    let lab = Lab::new([down(70), down(10), ok(100), fatal(10)]);
    lab.run(hooked(&lab, &hedge)).await;
    lab.saw([
        "0: 1 starts",
        "50: 2 starts",
        "60: 2 down",
        "70: 1 down",
        "70: on_retry",
        "1070: 3 starts",
        "1120: 4 starts",
        "1130: 4 fatal",
        "1130: 3 dropped",
        "1130: on_give_up",
        "1130: fallback",
        "1130: returns Err(Fatal(4))",
    ]);
}

#[tokio::test(start_paused = true)]
async fn a_hedged_attempt_counts_once() {
    #[retry(max = 2, base = "1s", jitter = none, hedge = hedge, error = Failure,
        on_retry = |event| lab.note(format_args!("attempt {}: {:?}", event.attempt(), event.error())))]
    async fn counted(lab: &Lab, hedge: &Hedge) -> Result<u32, RetryError<Failure>> {
        lab.answer().await
    }

    let (hedge, lab) = (saved(1).await, Lab::new([down(60), down(30), down(60), down(5)]));
    let error = lab.end(counted(&lab, &hedge)).await.unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::MaxAttempts, 2));
    assert_eq!(error.elapsed(), Duration::from_millis(80 + 1000 + 60));
    assert_eq!(error.into_last(), Some(Down(3)));
    lab.saw([
        "0: 1 starts",
        "50: 2 starts",
        "60: 1 down",
        "80: 2 down",
        "80: attempt 1: Some(Down(2))",
        "1080: 3 starts",
        "1130: 4 starts",
        "1135: 4 down",
        "1140: 3 down",
    ]);
}

#[tokio::test(start_paused = true)]
async fn rules_about_errors_decide_about_copies() {
    macro_rules! ends_with_2 {
        ($($argument:tt)*) => {{
            #[retry(max = 3, base = "1s", backoff = constant, jitter = none, hedge = hedge, $($argument)*)]
            async fn ruled(lab: &Lab, hedge: &Hedge) -> Result<u32, Failure> {
                lab.answer().await
            }

            let hedge = saved(1).await;
            let lab = Lab::new([never(), down(10)]);
            lab.run(ruled(&lab, &hedge)).await;
            lab.saw(["0: 1 starts", "50: 2 starts", "60: 2 down", "60: 1 dropped", "60: returns Err(Down(2))"]);
        }};
    }

    ends_with_2!(on = Busy(_));
    ends_with_2!(on = [Busy(_), Down(1)]);
    ends_with_2!(unless = Down(2));
    ends_with_2!(unless = Failure);
    ends_with_2!(when = |error| *error != Down(2));
}

#[tokio::test(start_paused = true)]
async fn an_error_that_the_rules_let_pass_is_no_end() {
    #[retry(max = 3, base = "1s", hedge = hedge, on = [Fatal(_)])]
    async fn ruled(lab: &Lab, hedge: &Hedge) -> Result<u32, Failure> {
        lab.answer().await
    }

    let (hedge, lab) = (saved(1).await, Lab::new([fatal(60), ok(30)]));
    lab.run(ruled(&lab, &hedge)).await;
    lab.saw(["0: 1 starts", "50: 2 starts", "60: 1 fatal", "80: 2 ok", "80: returns Ok(2)"]);
}

/// Refuses values above 100.
#[retry(max = 2, base = "1s", backoff = constant, jitter = none, hedge = hedge, retry_ok = |value| *value > 100)]
async fn fetch_low(lab: &Lab, hedge: &Hedge) -> Result<u32, Failure> {
    lab.answer().await
}

#[tokio::test(start_paused = true)]
async fn a_refused_value_does_not_win() {
    let hedge = saved(1).await;
    let lab = Lab::new([refused(60), ok(30)]);
    lab.run(fetch_low(&lab, &hedge)).await;
    lab.saw(["0: 1 starts", "50: 2 starts", "60: 1 refused", "80: 2 ok", "80: returns Ok(2)"]);
    let lab = Lab::new([ok(100), refused(0)]);
    lab.run(fetch_low(&lab, &hedge)).await;
    lab.saw(["0: 1 starts", "50: 2 starts", "50: 2 refused", "100: 1 ok", "100: returns Ok(1)"]);
    // A failed attempt, of which the last result counts.
    let lab = Lab::new([refused(60), down(30), down(60), refused(30)]);
    lab.run(fetch_low(&lab, &hedge)).await;
    lab.saw([
        "0: 1 starts",
        "50: 2 starts",
        "60: 1 refused",
        "80: 2 down",
        "1080: 3 starts",
        "1130: 4 starts",
        "1140: 3 down",
        "1160: 4 refused",
        "1160: returns Ok(104)",
    ]);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_drops_its_tries() {
    let hedge = saved(3).await;
    for (after, expected) in [
        (20, &["0: 1 starts", "20: 1 dropped", "20: call dropped"][..]),
        (60, &["0: 1 starts", "50: 2 starts", "60: 2 dropped", "60: 1 dropped", "60: call dropped"]),
        (
            100,
            &[
                "0: 1 starts",
                "50: 2 starts",
                "100: 3 starts",
                "100: 2 dropped",
                "100: 3 dropped",
                "100: 1 dropped",
                "100: call dropped",
            ],
        ),
    ] {
        let lab = Lab::new(std::iter::repeat_n(never(), expected.len() / 2));
        {
            let mut call = pin!(fetch(&lab, &hedge));
            tokio::select! {
                biased;
                _ = &mut call => unreachable!("it never answers"),
                () = sleep(Duration::from_millis(after)) => {}
            }
        }
        lab.note("call dropped");
        lab.saw_all(expected);
    }
    // A call that was not polled has done nothing.
    let balance = hedge.balance();
    let lab = Lab::new([]);
    drop(fetch(&lab, &hedge));
    lab.saw([]);
    assert_eq!(hedge.balance(), balance);
}

#[tokio::test(start_paused = true)]
async fn a_panic_ends_the_call_and_drops_the_others() {
    for (tries, expected) in [
        (vec![panics(20)], &["0: 1 starts", "20: 1 panics"][..]),
        (vec![panics(60), never()], &["0: 1 starts", "50: 2 starts", "60: 1 panics", "60: 2 dropped"]),
        (vec![never(), panics(20)], &["0: 1 starts", "50: 2 starts", "70: 2 panics", "70: 1 dropped"]),
        (vec![never(), panics(0)], &["0: 1 starts", "50: 2 starts", "50: 2 panics", "50: 1 dropped"]),
    ] {
        let (hedge, lab) = (Arc::new(saved(1).await), Arc::new(Lab::new(tries)));
        let task = tokio::spawn({
            let (hedge, lab) = (hedge.clone(), lab.clone());
            AssertUnwindSafe(async move { lab.end(fetch(&lab, &hedge)).await }).0
        });
        assert!(task.await.unwrap_err().is_panic());
        lab.saw_all(expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_try_may_hold_what_it_borrows() {
    #[retry(hedge = hedge)]
    async fn borrowed<'a>(words: &'a [String], lab: &Lab, hedge: &Hedge) -> Result<&'a str, Failure> {
        let mut guard = words.iter().map(String::as_str).collect::<Vec<_>>();
        guard.sort_unstable();
        let number = lab.answer().await?;
        if number == 1 {
            pending::<()>().await;
        }
        Ok(guard[0])
    }

    let (hedge, lab) = (saved(1).await, Lab::new([ok(10), ok(10)]));
    assert_eq!(borrowed(&["b".to_owned(), "a".to_owned()], &lab, &hedge).await, Ok("a"));
    lab.saw(["0: 1 starts", "10: 1 ok", "50: 2 starts", "60: 2 ok"]);
}
