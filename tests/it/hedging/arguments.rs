//! `hedge` beside the arguments that control a call or follow it.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use reattempt::{Call, GiveUpReason, Hedge, RetryError, retry, testing};
use tokio::sync::Notify;
use tokio::time::sleep;

use super::lab::*;

/// What a try does with the handle before it runs: one function for each try, in the order of their starts.
struct Plans<'a>(RefCell<Vec<&'a dyn Fn(&Call)>>);

impl<'a> Plans<'a> {
    fn new(plans: &[&'a dyn Fn(&Call)]) -> Self {
        Plans(RefCell::new(plans.iter().rev().copied().collect()))
    }

    fn next(&self, call: &Call) {
        if let Some(plan) = self.0.borrow_mut().pop() {
            plan(call);
        }
    }
}

/// Makes a call whose tries have plans, and returns the reason to give up.
#[retry(max = 3, base = "1s", backoff = constant, jitter = none, hedge = hedge, call = c, error = Failure)]
async fn planned(lab: &Lab, hedge: &Hedge, plans: &Plans<'_>) -> Result<u32, RetryError<Failure>> {
    plans.next(c);
    lab.answer().await
}

async fn run_planned(lab: &Lab, plans: &[&dyn Fn(&Call)]) -> Result<u32, GiveUpReason> {
    let result = lab.end(planned(lab, &saved(2).await, &Plans::new(plans))).await;
    result.map_err(|error| error.reason())
}

fn nothing(_: &Call) {}

#[tokio::test(start_paused = true)]
async fn each_try_has_a_handle_of_its_own_attempt() {
    #[retry(max = 2, base = "1s", jitter = none, hedge = hedge, call = c)]
    async fn call(lab: &Lab, hedge: &Hedge, seen: &RefCell<Vec<(usize, u32, bool)>>) -> Result<u32, Failure> {
        seen.borrow_mut().push((std::ptr::from_ref(c).addr(), c.attempt(), c.is_last()));
        lab.answer().await
    }

    let (hedge, seen) = (saved(2).await, RefCell::default());
    let lab = Lab::new([down(120), down(60), down(5), down(110), down(55), down(10)]);
    lab.run(call(&lab, &hedge, &seen)).await;
    let seen = seen.into_inner();
    let facts: Vec<_> = seen.iter().map(|&(_, attempt, is_last)| (attempt, is_last)).collect();
    assert_eq!(facts, [(1, false), (1, false), (1, false), (2, true), (2, true), (2, true)]);
    for attempt in [&seen[..3], &seen[3..]] {
        let mut handles: Vec<_> = attempt.iter().map(|&(handle, ..)| handle).collect();
        handles.sort_unstable();
        handles.dedup();
        assert_eq!(handles.len(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn a_try_that_stops_ends_the_call_when_it_fails() {
    // The first try, while a copy runs.
    let lab = Lab::new([down(60), never()]);
    assert_eq!(run_planned(&lab, &[&Call::stop]).await, Err(GiveUpReason::Stopped));
    lab.saw(["0: 1 starts", "50: 2 starts", "60: 1 down", "60: 2 dropped"]);
    // A copy, while the first try runs.
    let lab = Lab::new([never(), down(10)]);
    assert_eq!(run_planned(&lab, &[&nothing, &Call::stop]).await, Err(GiveUpReason::Stopped));
    lab.saw(["0: 1 starts", "50: 2 starts", "60: 2 down", "60: 1 dropped"]);
    // The last one.
    let lab = Lab::new([down(60), down(20)]);
    assert_eq!(run_planned(&lab, &[&nothing, &Call::stop]).await, Err(GiveUpReason::Stopped));
}

#[tokio::test(start_paused = true)]
async fn the_wish_of_a_loser_does_not_count() {
    // The first try would stop the call, and has not ended when the copy wins.
    let lab = Lab::new([never(), ok(10)]);
    assert_eq!(run_planned(&lab, &[&Call::stop]).await, Ok(2));
    // A copy would stop the call, and is dropped with the attempt.
    let lab = Lab::new([ok(60), never()]);
    assert_eq!(run_planned(&lab, &[&nothing, &Call::stop]).await, Ok(1));
    // The first try restarts, and the copy fails last: three attempts, not four.
    let lab = Lab::new([down(60), down(20), down(0), down(0)]);
    assert_eq!(run_planned(&lab, &[&Call::restart]).await, Err(GiveUpReason::MaxAttempts));
    // The copy restarts, and the first try fails last.
    let lab = Lab::new([down(90), down(20), down(0), down(0)]);
    assert_eq!(run_planned(&lab, &[&nothing, &Call::restart]).await, Err(GiveUpReason::MaxAttempts));
}

#[tokio::test(start_paused = true)]
async fn the_hint_of_a_loser_counts() {
    // The first try asks for a wait, and the copy fails last.
    let lab = Lab::new([down(60), down(20), ok(200)]);
    assert_eq!(run_planned(&lab, &[&|call| call.hint(Duration::from_secs(9))]).await, Ok(3));
    lab.saw(["0: 1 starts", "50: 2 starts", "60: 1 down", "70: 2 down", "9070: 3 starts", "9270: 3 ok"]);
}

#[tokio::test(start_paused = true)]
async fn the_wish_of_the_last_failure_counts() {
    // The first restarted attempt leaves three more.
    let lab = Lab::new([down(90), down(20), down(0), down(0)]);
    assert_eq!(run_planned(&lab, &[&Call::restart]).await, Err(GiveUpReason::MaxAttempts));
    lab.saw([
        "0: 1 starts",
        "50: 2 starts",
        "70: 2 down",
        "90: 1 down",
        "1090: 3 starts",
        "1090: 3 down",
        "2090: 4 starts",
        "2090: 4 down",
    ]);
    let lab = Lab::new([down(0), down(90), down(20), down(0), down(0)]);
    let plans: [&dyn Fn(&Call); 2] = [&nothing, &Call::restart];
    assert_eq!(run_planned(&lab, &plans).await, Err(GiveUpReason::MaxAttempts));
    lab.saw([
        "0: 1 starts",
        "0: 1 down",
        "1000: 2 starts",
        "1050: 3 starts",
        "1070: 3 down",
        "1090: 2 down",
        "2090: 4 starts",
        "2090: 4 down",
        "3090: 5 starts",
        "3090: 5 down",
    ]);
    let lab = Lab::new([down(0), down(60), down(20), down(0), down(0)]);
    let plans: [&dyn Fn(&Call); 3] = [&nothing, &nothing, &Call::restart];
    assert_eq!(run_planned(&lab, &plans).await, Err(GiveUpReason::MaxAttempts));
    // The hint of a copy that fails last.
    let lab = Lab::new([down(60), down(20), ok(0)]);
    let plans: [&dyn Fn(&Call); 2] = [&nothing, &|call| call.hint(Duration::from_secs(9))];
    assert_eq!(run_planned(&lab, &plans).await, Ok(3));
    lab.saw(["0: 1 starts", "50: 2 starts", "60: 1 down", "70: 2 down", "9070: 3 starts", "9070: 3 ok"]);
}

#[tokio::test(start_paused = true)]
async fn after_a_timeout_the_wish_of_the_first_try_counts() {
    #[retry(
        max = 2, base = "1s", jitter = none, hedge = hedge, call = c, error = Failure, attempt_timeout = "70ms",
    )]
    async fn limited(lab: &Lab, hedge: &Hedge, plans: &Plans<'_>) -> Result<u32, RetryError<Failure>> {
        plans.next(c);
        lab.answer().await
    }

    let reason = async |lab: &Lab, plans: &[&dyn Fn(&Call)]| {
        let result = lab.end(limited(lab, &saved(1).await, &Plans::new(plans))).await;
        result.map_err(|error| error.reason())
    };
    let lab = Lab::new([never(), never()]);
    assert_eq!(reason(&lab, &[&Call::stop]).await, Err(GiveUpReason::Stopped));
    // The copy would stop the call, and is dropped.
    let lab = Lab::new([never(), never(), ok(0)]);
    assert_eq!(reason(&lab, &[&nothing, &Call::stop]).await, Ok(3));
}

#[tokio::test(start_paused = true)]
async fn a_try_that_stops_wins_with_any_value() {
    #[retry(max = 3, base = "1s", jitter = none, hedge = hedge, call = c, retry_ok = |value| *value > 100)]
    async fn stopping(lab: &Lab, hedge: &Hedge, which: u32, count: &AtomicU32) -> Result<u32, Failure> {
        if count.fetch_add(1, Ordering::Relaxed) + 1 == which {
            c.stop();
        }
        lab.answer().await
    }

    let hedge = saved(1).await;
    for (which, tries, expected) in [
        (1, [refused(60), never()], 101),
        (2, [never(), refused(10)], 102),
        (2, [refused(60), refused(20)], 102),
    ] {
        let lab = Lab::new(tries);
        assert_eq!(lab.end(stopping(&lab, &hedge, which, &AtomicU32::new(0))).await, Ok(expected));
    }
}

#[tokio::test(start_paused = true)]
async fn progress_is_that_of_the_attempt_with_its_copies() {
    #[retry(
        max = 2, base = "1s", jitter = none, hedge = hedge, restart_after = "100ms", error = Failure,
        on_retry = |event| lab.note(format_args!("attempt {} failed", event.attempt())),
    )]
    async fn streamed(lab: &Lab, hedge: &Hedge) -> Result<u32, RetryError<Failure>> {
        lab.answer().await
    }

    let hedge = saved(1).await;
    let lab = Lab::new([down(60), down(50), down(60), down(49)]);
    let error = lab.end(streamed(&lab, &hedge)).await.unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::MaxAttempts, 2));
    lab.saw([
        "0: 1 starts",
        "50: 2 starts",
        "60: 1 down",
        "100: 2 down",
        "100: attempt 1 failed",
        "1100: 3 starts",
        "1150: 4 starts",
        "1160: 3 down",
        "1199: 4 down",
    ]);
    // The second attempt restarts as well: the third one is the second after it.
    let lab = Lab::new([down(0), down(60), down(50), down(0)]);
    let error = lab.end(streamed(&lab, &hedge)).await.unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::MaxAttempts, 3));
}

#[tokio::test(start_paused = true)]
async fn cancel_cuts_off_no_attempt_and_ends_the_wait_after_it() {
    #[retry(max = 5, base = "1s", jitter = none, hedge = hedge, cancel = stop.notified(), error = Failure)]
    async fn cancelled(lab: &Lab, hedge: &Hedge, stop: &Notify) -> Result<u32, RetryError<Failure>> {
        lab.answer().await
    }

    let (hedge, stop) = (saved(1).await, Notify::new());
    for (at, tries, expected) in [
        // While both run.
        (70, vec![down(100), down(30)], &["0: 1 starts", "50: 2 starts", "80: 2 down", "100: 1 down"][..]),
        // During the wait.
        (500, vec![down(60), down(20)], &["0: 1 starts", "50: 2 starts", "60: 1 down", "70: 2 down"]),
    ] {
        let lab = Lab::new(tries);
        let (result, ()) = tokio::join!(biased; lab.end(cancelled(&lab, &hedge, &stop)), async {
            sleep(Duration::from_millis(at)).await;
            stop.notify_one();
        });
        let error = result.unwrap_err();
        assert_eq!((error.reason(), error.attempts()), (GiveUpReason::Cancelled, 1));
        assert_eq!(error.elapsed(), Duration::from_millis(at.max(100)));
        lab.saw_all(expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_sleep_of_ones_own_is_the_timer_of_copies_too() {
    #[retry(
        max = 2, base = "1s", jitter = none, hedge = hedge, attempt_timeout = "200ms",
        sleep = |time: Duration| { lab.note(format_args!("sleep {time:?}")); sleep(time * 2) },
    )]
    async fn doubled(lab: &Lab, hedge: &Hedge) -> Result<u32, Failure> {
        lab.answer().await
    }

    let (hedge, lab) = (saved(2).await, Lab::new([never(), down(0), never(), ok(0)]));
    lab.run(doubled(&lab, &hedge)).await;
    lab.saw([
        "0: sleep 200ms",
        "0: 1 starts",
        "0: sleep 50ms",
        "100: sleep 50ms",
        "100: 2 starts",
        "100: 2 down",
        "200: 3 starts",
        "400: 3 dropped",
        "400: 1 dropped",
        "400: sleep 1s",
        "2400: sleep 200ms",
        "2400: 4 starts",
        "2400: 4 ok",
        "2400: returns Ok(4)",
    ]);
}

#[tokio::test(start_paused = true)]
async fn a_sleep_of_ones_own_needs_no_timer_of_tokio() {
    #[retry(max = 2, base = "1s", jitter = none, hedge = hedge, sleep = pause)]
    async fn with_path(lab: &Lab, hedge: &Hedge) -> Result<u32, Failure> {
        lab.answer().await
    }

    #[retry(max = 2, base = "1s", jitter = none, hedge = hedge, sleep = async |time| pause(time).await)]
    async fn with_closure(lab: &Lab, hedge: &Hedge) -> Result<u32, Failure> {
        lab.answer().await
    }

    async fn pause(time: Duration) {
        sleep(time).await;
    }

    let hedge = saved(1).await;
    for which in 0..2 {
        let lab = Lab::new([never(), ok(30)]);
        match which {
            0 => lab.run(with_path(&lab, &hedge)).await,
            _ => lab.run(with_closure(&lab, &hedge)).await,
        }
        lab.saw(["0: 1 starts", "50: 2 starts", "80: 2 ok", "80: 1 dropped", "80: returns Ok(2)"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_test_context_skips_waits_and_no_delay_of_a_copy() {
    let hedge = saved(1).await;
    let guard = testing::no_wait();
    deposit(&hedge, 10).await;
    let lab = Lab::new([down(60), down(20), down(0), never(), ok(10)]);
    lab.run(fetch(&lab, &hedge)).await;
    lab.saw([
        "0: 1 starts",
        "50: 2 starts",
        "60: 1 down",
        "70: 2 down",
        "70: 3 starts",
        "70: 3 down",
        "70: 4 starts",
        "120: 5 starts",
        "130: 5 ok",
        "130: 4 dropped",
        "130: returns Ok(5)",
    ]);
    assert_eq!(guard.delays(), [Duration::from_secs(1); 2]);
    // One attempt, as a test may want it: it has its copies.
    guard.attempts(1);
    let lab = Lab::new([down(60), down(20)]);
    lab.run(fetch(&lab, &hedge)).await;
    lab.saw(["0: 1 starts", "50: 2 starts", "60: 1 down", "70: 2 down", "70: returns Err(Down(2))"]);
}

#[tokio::test(start_paused = true)]
async fn the_number_of_the_attempt_is_that_of_all_its_tries() {
    #[retry(max = 2, base = "1s", jitter = none, hedge = hedge, attempt = n)]
    async fn numbered(lab: &Lab, hedge: &Hedge) -> Result<u32, Failure> {
        lab.note(format_args!("in attempt {n}"));
        lab.answer().await
    }

    let (hedge, lab) = (saved(1).await, Lab::new([down(60), down(0), never(), ok(0)]));
    lab.run(numbered(&lab, &hedge)).await;
    lab.saw([
        "0: in attempt 1",
        "0: 1 starts",
        "50: in attempt 1",
        "50: 2 starts",
        "50: 2 down",
        "60: 1 down",
        "1060: in attempt 2",
        "1060: 3 starts",
        "1110: in attempt 2",
        "1110: 4 starts",
        "1110: 4 ok",
        "1110: 3 dropped",
        "1110: returns Ok(4)",
    ]);
}

#[tokio::test(start_paused = true)]
async fn hooks_that_wait_run_between_attempts() {
    #[retry(
        max = 2, base = "1s", jitter = none, hedge = hedge,
        on_retry = async |event| { sleep(Duration::from_millis(7)).await; lab.note(format_args!("hook {}", event.attempt())) },
        on_success = async |_| { sleep(Duration::from_millis(7)).await; lab.note("success") },
        fallback = async |error: Failure| { sleep(Duration::from_millis(7)).await; Err(error) },
    )]
    async fn hooked(lab: &Lab, hedge: &Hedge) -> Result<u32, Failure> {
        lab.answer().await
    }

    let (hedge, lab) = (saved(1).await, Lab::new([down(60), down(0), never(), ok(0)]));
    lab.run(hooked(&lab, &hedge)).await;
    lab.saw([
        "0: 1 starts",
        "50: 2 starts",
        "50: 2 down",
        "60: 1 down",
        "67: hook 1",
        "1067: 3 starts",
        "1117: 4 starts",
        "1117: 4 ok",
        "1117: 3 dropped",
        "1124: success",
        "1124: returns Ok(4)",
    ]);
}

#[tokio::test(start_paused = true)]
async fn a_policy_known_at_run_time_has_hedges() {
    #[retry(policy = *policy, hedge = hedge)]
    async fn by_policy(lab: &Lab, hedge: &Hedge, policy: &reattempt::Policy) -> Result<u32, Failure> {
        lab.answer().await
    }

    #[retry(max = *max, hedge = hedge, name = "fetch {max}")]
    async fn by_argument(lab: &Lab, hedge: &Hedge, max: &u32) -> Result<u32, Failure> {
        lab.answer().await
    }

    let (hedge, policy) = (saved(1).await, reattempt::Policy::new().max(1));
    for which in 0..2 {
        let lab = Lab::new([down(60), down(20)]);
        match which {
            0 => lab.run(by_policy(&lab, &hedge, &policy)).await,
            _ => lab.run(by_argument(&lab, &hedge, &1)).await,
        }
        lab.saw(["0: 1 starts", "50: 2 starts", "60: 1 down", "70: 2 down", "70: returns Err(Down(2))"]);
    }
}

#[tokio::test(start_paused = true)]
async fn own_delays_and_schedules_go_with_hedges() {
    #[retry(max = 3, hedge = hedge, delay = |_, attempt| Duration::from_secs(attempt.into()))]
    async fn by_delay(lab: &Lab, hedge: &Hedge) -> Result<u32, Failure> {
        lab.answer().await
    }

    #[retry(hedge = hedge, delays = ["1s", "2s"], jitter = none)]
    async fn by_schedule(lab: &Lab, hedge: &Hedge) -> Result<u32, Failure> {
        lab.answer().await
    }

    let hedge = saved(1).await;
    for which in 0..2 {
        let lab = Lab::new([down(60), down(0), down(0), down(55), down(5)]);
        match which {
            0 => lab.run(by_delay(&lab, &hedge)).await,
            _ => lab.run(by_schedule(&lab, &hedge)).await,
        }
        lab.saw([
            "0: 1 starts",
            "50: 2 starts",
            "50: 2 down",
            "60: 1 down",
            "1060: 3 starts",
            "1060: 3 down",
            "3060: 4 starts",
            "3110: 5 starts",
            "3115: 4 down",
            "3115: 5 down",
            "3115: returns Err(Down(5))",
        ]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_hedge_may_be_absent() {
    #[retry(max = 1, hedge = hedge)]
    async fn optional(lab: &Lab, hedge: Option<&Hedge>) -> Result<u32, Failure> {
        lab.answer().await
    }

    let (hedge, lab) = (saved(1).await, Lab::new([ok(100)]));
    lab.run(optional(&lab, None)).await;
    lab.saw(["0: 1 starts", "100: 1 ok", "100: returns Ok(1)"]);
    let lab = Lab::new([never(), ok(0)]);
    lab.run(optional(&lab, Some(&hedge))).await;
    lab.saw(["0: 1 starts", "50: 2 starts", "50: 2 ok", "50: 1 dropped", "50: returns Ok(2)"]);
}

#[tokio::test(start_paused = true)]
async fn each_try_wakes_the_call() {
    #[retry(max = 1, hedge = hedge)]
    async fn woken(hedge: &Hedge, doors: &[Notify; 3], next: &AtomicU32) -> Result<u32, Failure> {
        let number = next.fetch_add(1, Ordering::Relaxed);
        doors[number as usize].notified().await;
        Ok(number)
    }

    for winner in 0..3 {
        let (hedge, doors) = (saved(2).await, [(); 3].map(|()| Notify::new()));
        let is_over = AtomicBool::new(false);
        let call = async {
            let result = woken(&hedge, &doors, &AtomicU32::new(0)).await;
            is_over.store(true, Ordering::Relaxed);
            result
        };
        let open = async {
            sleep(Duration::from_millis(150)).await;
            doors[winner as usize].notify_one();
            tokio::task::yield_now().await;
            assert!(is_over.load(Ordering::Relaxed), "try {winner} has not woken the call");
        };
        assert_eq!(tokio::join!(biased; call, open).0, Ok(winner));
    }
}
