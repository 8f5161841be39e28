//! How often the body runs, and what the caller gets in the end.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use reattempt::{retry, testing};

use crate::support::{Down, Flaky, finish, secs};

const FOUR: u32 = 4;

#[retry(max = FOUR)]
fn four_times(flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[retry(max = FOUR)]
async fn four_times_async(flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[retry]
fn by_default(flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[retry(max = 1)]
fn once(flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[retry(max = 1)]
async fn once_async(flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[retry(unlimited)]
fn without_limit(flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[retry(unlimited)]
async fn without_limit_async(flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[test]
fn max_counts_attempts_and_not_retries() {
    let guard = testing::no_wait();
    let flaky = Flaky::broken();
    assert_eq!(four_times(&flaky), Err(Down(4)));
    assert_eq!(flaky.calls(), 4);
    assert_eq!(guard.delays().len(), 3);
}

#[test]
fn max_counts_attempts_and_not_retries_in_async() {
    let guard = testing::no_wait();
    let flaky = Flaky::broken();
    assert_eq!(finish(four_times_async(&flaky)), Err(Down(4)));
    assert_eq!(flaky.calls(), 4);
    assert_eq!(guard.delays().len(), 3);
}

#[test]
fn three_attempts_are_the_default() {
    let _guard = testing::no_wait();
    let flaky = Flaky::broken();
    assert_eq!(by_default(&flaky), Err(Down(3)));
    assert_eq!(flaky.calls(), 3);
}

#[test]
fn one_attempt_means_no_retry_and_no_wait() {
    let guard = testing::no_wait();
    assert_eq!(once(&Flaky::broken()), Err(Down(1)));
    assert_eq!(finish(once_async(&Flaky::broken())), Err(Down(1)));
    assert_eq!(guard.delays(), []);
}

#[test]
fn unlimited_goes_on_until_it_succeeds() {
    let guard = testing::no_wait();
    assert_eq!(without_limit(&Flaky::failing(5000)), Ok(5001));
    assert_eq!(guard.delays().len(), 5000);
}

#[test]
fn unlimited_goes_on_until_it_succeeds_in_async() {
    let guard = testing::no_wait();
    assert_eq!(finish(without_limit_async(&Flaky::failing(5000))), Ok(5001));
    assert_eq!(guard.delays().len(), 5000);
}

#[test]
fn the_first_success_ends_the_call() {
    for failures in 0..4 {
        let guard = testing::no_wait();
        let (blocking, asynchronous) = (Flaky::failing(failures), Flaky::failing(failures));
        assert_eq!(four_times(&blocking), Ok(failures + 1));
        assert_eq!(finish(four_times_async(&asynchronous)), Ok(failures + 1));
        assert_eq!([blocking.calls(), asynchronous.calls()], [failures + 1; 2]);
        assert_eq!(guard.delays().len(), 2 * failures as usize);
    }
}

#[test]
fn every_call_has_all_its_attempts() {
    let guard = testing::no_wait();
    for _ in 0..3 {
        assert_eq!(four_times(&Flaky::broken()), Err(Down(4)));
    }
    assert_eq!(guard.delays().len(), 9);
}

#[test]
fn an_async_function_does_nothing_before_it_is_polled() {
    let flaky = Flaky::failing(0);
    drop(four_times_async(&flaky));
    assert_eq!(flaky.calls(), 0);
}

#[test]
fn waits_stand_between_attempts_and_nowhere_else() {
    #[retry(max = 3, sleep = |_| log.borrow_mut().push("wait"))]
    fn logged(log: &RefCell<Vec<&'static str>>) -> Result<(), ()> {
        log.borrow_mut().push("attempt");
        Err(())
    }

    let log = RefCell::default();
    assert_eq!(logged(&log), Err(()));
    assert_eq!(log.into_inner(), ["attempt", "wait", "attempt", "wait", "attempt"]);
}

#[test]
fn async_waits_stand_between_attempts_and_nowhere_else() {
    #[retry(max = 3, sleep = async |_| log.borrow_mut().push("wait"))]
    async fn logged(log: &RefCell<Vec<&'static str>>) -> Result<(), ()> {
        log.borrow_mut().push("attempt");
        Err(())
    }

    let log = RefCell::default();
    assert_eq!(finish(logged(&log)), Err(()));
    assert_eq!(log.into_inner(), ["attempt", "wait", "attempt", "wait", "attempt"]);
}

#[test]
fn the_last_error_comes_back_unchanged() {
    #[retry(max = 3)]
    fn fail(errors: &mut Vec<Rc<()>>) -> Result<(), Rc<()>> {
        Err(errors.pop().expect("one error for each attempt"))
    }

    let _guard = testing::no_wait();
    let last = Rc::new(());
    let mut errors = vec![Rc::clone(&last), Rc::new(()), Rc::new(())];
    let returned = fail(&mut errors).unwrap_err();
    assert!(Rc::ptr_eq(&returned, &last));
    drop(returned);
    assert_eq!(Rc::strong_count(&last), 1);
}

#[test]
fn the_value_comes_back_unchanged() {
    #[retry]
    async fn succeed(value: &Rc<()>, flaky: &Flaky) -> Result<Rc<()>, Down> {
        flaky.call()?;
        Ok(Rc::clone(value))
    }

    let _guard = testing::no_wait();
    let value = Rc::new(());
    assert!(Rc::ptr_eq(&finish(succeed(&value, &Flaky::failing(2))).unwrap(), &value));
    assert_eq!(Rc::strong_count(&value), 1);
}

#[test]
fn none_is_a_failure() {
    #[retry(max = 4)]
    fn lookup(flaky: &Flaky) -> Option<u32> {
        flaky.call().ok()
    }

    let _guard = testing::no_wait();
    assert_eq!(lookup(&Flaky::failing(3)), Some(4));
    let broken = Flaky::broken();
    assert_eq!(lookup(&broken), None);
    assert_eq!(broken.calls(), 4);
}

#[test]
fn question_marks_and_returns_end_an_attempt_and_not_the_call() {
    #[retry(max = 4)]
    fn leave(flaky: &Flaky) -> Result<u32, Down> {
        if flaky.calls() % 2 == 0 {
            return flaky.call();
        }
        let call = flaky.call()?;
        Ok(call)
    }

    #[retry(max = 4)]
    async fn leave_async(flaky: &Flaky) -> Result<u32, Down> {
        if flaky.calls() % 2 == 0 {
            return flaky.call();
        }
        let call = flaky.call()?;
        Ok(call)
    }

    let _guard = testing::no_wait();
    for failures in 0..4 {
        assert_eq!(leave(&Flaky::failing(failures)), Ok(failures + 1));
        assert_eq!(finish(leave_async(&Flaky::failing(failures))), Ok(failures + 1));
    }
    assert_eq!(leave(&Flaky::broken()), Err(Down(4)));
    assert_eq!(finish(leave_async(&Flaky::broken())), Err(Down(4)));
}

#[test]
fn a_panic_is_not_retried() {
    #[retry]
    fn panics(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call().map(|_| panic!("out of order"))
    }

    let guard = testing::no_wait();
    let flaky = Flaky::failing(1);
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| panics(&flaky)));
    assert!(caught.is_err());
    assert_eq!(flaky.calls(), 2);
    assert_eq!(guard.delays().len(), 1);
}

#[test]
fn a_retried_function_in_a_retried_function_counts_for_itself() {
    #[retry(max = 2, base = "10s", jitter = none)]
    fn outer(flaky: &Flaky) -> Result<u32, Down> {
        inner(flaky)
    }

    #[retry(max = 3, base = "1s", backoff = constant, jitter = none)]
    fn inner(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    let guard = testing::no_wait();
    assert_eq!(outer(&Flaky::broken()), Err(Down(6)));
    assert_eq!(guard.delays(), secs([1, 1, 10, 1, 1]));
    assert_eq!(guard.delays().iter().sum::<Duration>(), Duration::from_secs(14));
}
