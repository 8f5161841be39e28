//! Polling: values that are refused until they are what was waited for.
#![allow(clippy::all, clippy::pedantic, reason = "attributes are what users write, not what clippy would")]

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

use reattempt::testing::Guard;
use reattempt::{GiveUpReason, Outcome, RetryError, retry, testing};

use crate::support::{Down, Flaky, finish, run, secs};

/// The state of a job.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Job {
    Pending(u32),
    Done(u32),
}

impl Job {
    fn is_pending(&self) -> bool {
        matches!(self, Job::Pending(_))
    }
}

/// Pending for so many polls, then done.
struct Queue {
    pending: u32,
    polls: Cell<u32>,
}

impl Queue {
    fn pending(pending: u32) -> Queue {
        Queue { pending, polls: Cell::new(0) }
    }

    fn poll(&self) -> Job {
        let poll = self.polls.get() + 1;
        self.polls.set(poll);
        if poll <= self.pending { Job::Pending(poll) } else { Job::Done(poll) }
    }
}

fn is_pending(job: &Job) -> bool {
    job.is_pending()
}

#[retry(max = 4, retry_ok = |job| job.is_pending())]
fn closure(queue: &Queue) -> Result<Job, Down> {
    Ok(queue.poll())
}

#[retry(max = 4, retry_ok = is_pending)]
async fn path(queue: &Queue) -> Result<Job, Down> {
    tokio::task::yield_now().await;
    Ok(queue.poll())
}

#[retry(max = 4, retry_ok = Job::is_pending)]
fn optional(queue: &Queue) -> Option<Job> {
    let job = queue.poll();
    Some(job)
}

#[retry(max = 4, retry_ok = |job: &Job| job.is_pending())]
async fn optional_async(queue: &Queue) -> Option<Job> {
    Some(queue.poll())
}

#[test]
fn a_refused_value_is_retried() {
    let _guard = testing::no_wait();
    for pending in 0..4 {
        let done = Job::Done(pending + 1);
        assert_eq!(closure(&Queue::pending(pending)), Ok(done));
        assert_eq!(run(path(&Queue::pending(pending))), Ok(done));
        assert_eq!(optional(&Queue::pending(pending)), Some(done));
        assert_eq!(run(optional_async(&Queue::pending(pending))), Some(done));
    }
}

#[test]
fn the_last_value_is_returned_as_it_is() {
    let guard = testing::no_wait();
    assert_eq!(closure(&Queue::pending(9)), Ok(Job::Pending(4)));
    assert_eq!(guard.delays().len(), 3);
    assert_eq!(run(path(&Queue::pending(9))), Ok(Job::Pending(4)));
    assert_eq!(optional(&Queue::pending(9)), Some(Job::Pending(4)));
    assert_eq!(run(optional_async(&Queue::pending(9))), Some(Job::Pending(4)));
}

/// What hooks are told, in words.
type Log = Vec<String>;

#[retry(
    max = 3,
    base = "1s",
    jitter = none,
    name = "poll {job}",
    retry_ok = |value| value.is_pending(),
    on_retry = |event| log.push(format!(
        "{} {} of {:?}: {:?}, next in {:?}",
        event.operation(), event.attempt(), event.max_attempts(), event.error(), event.delay(),
    )),
    on_give_up = |event| log.push(format!(
        "{} {} of {:?}: {:?}, {:?}",
        event.operation(), event.attempt(), event.max_attempts(), event.error(), event.reason(),
    )),
)]
fn told(job: u32, results: &mut dyn Iterator<Item = Result<Job, Down>>, log: &mut Log) -> Result<Job, Down> {
    results.next().unwrap()
}

#[test]
fn hooks_are_told_without_an_error() {
    let (_guard, mut log) = (testing::no_wait(), Log::new());
    let last = told(7, &mut (1..).map(|n| Ok(Job::Pending(n))), &mut log);
    assert_eq!(last, Ok(Job::Pending(3)));
    assert_eq!(
        log,
        [
            "poll 7 1 of Some(3): None, next in 1s",
            "poll 7 2 of Some(3): None, next in 2s",
            "poll 7 3 of Some(3): None, MaxAttempts",
        ]
    );
}

#[test]
fn refused_values_and_errors_count_together() {
    let (_guard, mut log) = (testing::no_wait(), Log::new());
    let results = [Ok(Job::Pending(1)), Err(Down(2)), Ok(Job::Done(3))];
    assert_eq!(told(7, &mut results.into_iter(), &mut log), Ok(Job::Done(3)));
    assert_eq!(
        log,
        ["poll 7 1 of Some(3): None, next in 1s", "poll 7 2 of Some(3): Some(Down(2)), next in 2s"]
    );
    log.clear();
    let results = [Ok(Job::Pending(1)), Ok(Job::Pending(2)), Err(Down(3))];
    assert_eq!(told(7, &mut results.into_iter(), &mut log), Err(Down(3)));
    assert_eq!(log.last().map(String::as_str), Some("poll 7 3 of Some(3): Some(Down(3)), MaxAttempts"));
}

#[test]
fn none_is_a_failure_beside_a_refused_value() {
    #[retry(max = 3, retry_ok = |n| n % 2 == 1, on_give_up = |event| errors.push(event.error().copied()))]
    fn even(values: &mut dyn Iterator<Item = Option<u32>>, errors: &mut Vec<Option<()>>) -> Option<u32> {
        values.next().unwrap()
    }

    let (_guard, mut errors) = (testing::no_wait(), Vec::new());
    assert_eq!(even(&mut [None, Some(1), Some(2)].into_iter(), &mut errors), Some(2));
    assert_eq!(errors, []);
    assert_eq!(even(&mut [Some(1), Some(3), None].into_iter(), &mut errors), None);
    assert_eq!(even(&mut [None, None, Some(5)].into_iter(), &mut errors), Some(5));
    assert_eq!(errors, [Some(()), None]);
}

#[test]
fn polling_ends_at_the_deadline_with_the_last_value() {
    #[retry(
        unlimited,
        base = "1s",
        backoff = constant,
        jitter = none,
        deadline = "10s",
        retry_ok = |job| job.is_pending(),
        on_give_up = |event| reason.set(Some((event.reason(), event.error().is_none(), event.elapsed()))),
    )]
    async fn poll(
        guard: &Guard,
        queue: &Queue,
        reason: &Cell<Option<(GiveUpReason, bool, Duration)>>,
    ) -> Result<Job, Down> {
        guard.advance(Duration::from_secs(2));
        Ok(queue.poll())
    }

    let (guard, reason) = (testing::no_wait(), Cell::new(None));
    assert_eq!(finish(poll(&guard, &Queue::pending(99), &reason)), Ok(Job::Pending(4)));
    // Polls end after 2, 5, 8 and 11 s.
    assert_eq!(reason.get(), Some((GiveUpReason::Deadline, true, Duration::from_secs(11))));
    assert_eq!(guard.delays(), secs([1; 3]));
}

#[test]
fn rules_for_errors_have_no_say_in_values() {
    #[retry(
        max = 3,
        on = Down(0),
        unless = Down,
        when = |_| panic!("asked"),
        retry_after = |_| panic!("asked"),
        retry_ok = |job| job.is_pending(),
    )]
    fn poll(queue: &Queue) -> Result<Job, Down> {
        Ok(queue.poll())
    }

    #[retry(max = 3, unless = Down, retry_ok = |job: &Job| job.is_pending())]
    fn fail(op: &Flaky) -> Result<Job, Down> {
        op.call().map(Job::Done)
    }

    let _guard = testing::no_wait();
    assert_eq!(poll(&Queue::pending(2)), Ok(Job::Done(3)));
    assert_eq!(fail(&Flaky::broken()), Err(Down(1)));
}

#[test]
fn a_value_ends_a_call_unless_error_turns_it_into_one() {
    #[retry(max = 2, retry_ok = |job| job.is_pending(), fallback = |_| panic!("called"))]
    fn with_fallback(queue: &Queue) -> Result<Job, Down> {
        Ok(queue.poll())
    }

    #[retry(max = 2, error = Down, retry_ok = |job| job.is_pending())]
    async fn with_error(queue: &Queue) -> anyhow::Result<Job> {
        Ok(queue.poll())
    }

    let _guard = testing::no_wait();
    assert_eq!(with_fallback(&Queue::pending(9)), Ok(Job::Pending(2)));
    let error = run(with_error(&Queue::pending(9))).unwrap_err().downcast::<RetryError<Down>>().unwrap();
    assert_eq!((error.reason(), error.attempts(), error.last()), (GiveUpReason::MaxAttempts, 2, None));
}

#[test]
fn the_question_may_use_arguments_and_self_and_keep_count() {
    struct Watch {
        wanted: u32,
    }

    impl Watch {
        #[retry(max = 9, retry_ok = |n| { *asked += 1; *n + offset < self.wanted })]
        fn reach(&self, op: &Queue, offset: u32, asked: &mut u32) -> Result<u32, Down> {
            let (Job::Pending(n) | Job::Done(n)) = op.poll();
            Ok(n)
        }
    }

    let (_guard, mut asked) = (testing::no_wait(), 0);
    assert_eq!(Watch { wanted: 7 }.reach(&Queue::pending(0), 3, &mut asked), Ok(4));
    assert_eq!(asked, 4);
}

#[test]
fn values_need_no_traits() {
    struct Opaque<'a>(&'a str, Rc<()>);

    #[retry(max = 3, retry_ok = |value| { let Opaque(text, _) = value; text.is_empty() })]
    async fn borrowed<'a>(texts: &mut dyn Iterator<Item = &'a str>) -> Result<Opaque<'a>, Opaque<'a>> {
        Ok(Opaque(texts.next().unwrap(), Rc::new(())))
    }

    let text = "ready".to_owned();
    let value = run(borrowed(&mut ["", "", &text].into_iter()));
    assert!(value.is_ok_and(|Opaque(text, held)| text == "ready" && Rc::strong_count(&held) == 1));
}

#[test]
fn refused_values_are_dropped_before_the_wait() {
    #[retry(max = 3, retry_ok = |_| true, sleep = |_| counts.borrow_mut().push(Rc::strong_count(value)))]
    fn blocking(value: &Rc<()>, counts: &std::cell::RefCell<Vec<usize>>) -> Result<Rc<()>, Down> {
        Ok(Rc::clone(value))
    }

    #[retry(
        max = 3,
        retry_ok = |_| true,
        sleep = async |_| {
            counts.borrow_mut().push(Rc::strong_count(value));
            tokio::task::yield_now().await;
        },
    )]
    async fn asynchronous(value: &Rc<()>, counts: &std::cell::RefCell<Vec<usize>>) -> Result<Rc<()>, Down> {
        Ok(Rc::clone(value))
    }

    let (value, counts) = (Rc::new(()), std::cell::RefCell::default());
    assert!(finish(asynchronous(&value, &counts)).is_ok());
    assert_eq!(counts.take(), [1, 1]);
    assert!(blocking(&value, &counts).is_ok());
    assert_eq!(Rc::strong_count(&value), 1);
}

#[derive(Debug, PartialEq)]
enum Reply {
    Answer(Job),
    Busy,
}

impl Outcome for Reply {
    type Ok = Job;
    type Error = ();

    fn into_result(self) -> Result<Job, ()> {
        match self {
            Reply::Answer(job) => Ok(job),
            Reply::Busy => Err(()),
        }
    }

    fn from_result(result: Result<Job, ()>) -> Self {
        result.map_or(Reply::Busy, Reply::Answer)
    }
}

#[test]
fn an_outcome_of_ones_own_is_polled_too() {
    #[retry(max = 3, retry_ok = |job| job.is_pending())]
    fn poll(queue: &Queue) -> Reply {
        Reply::Answer(queue.poll())
    }

    let _guard = testing::no_wait();
    assert_eq!(poll(&Queue::pending(2)), Reply::Answer(Job::Done(3)));
    assert_eq!(poll(&Queue::pending(9)), Reply::Answer(Job::Pending(3)));
}

#[test]
fn a_panic_in_the_question_propagates_and_leaks_nothing() {
    #[retry(max = 2, retry_ok = |_| panic!("asked"))]
    fn call(value: &Rc<()>) -> Result<Rc<()>, Down> {
        Ok(Rc::clone(value))
    }

    let value = Rc::new(());
    let unwound = catch_unwind(AssertUnwindSafe(|| call(&value).is_ok()));
    assert_eq!(unwound.unwrap_err().downcast_ref::<&str>(), Some(&"asked"));
    assert_eq!(Rc::strong_count(&value), 1);
}

/// A value that is a `Result` itself: only what `retry_ok` chooses is retried.
#[retry(max = 3, retry_ok = Result::is_err)]
fn inner_failures(
    answers: &mut Vec<Result<Result<u32, &'static str>, &'static str>>,
) -> Result<Result<u32, &'static str>, &'static str> {
    answers.pop().unwrap()
}

#[retry(max = 3, retry_ok = |_| false)]
fn no_inner_failures(
    answers: &mut Vec<Option<Result<u32, &'static str>>>,
) -> Option<Result<u32, &'static str>> {
    answers.pop().unwrap()
}

#[test]
fn a_success_that_can_fail_is_retried_as_chosen() {
    let guard = testing::no_wait();
    assert_eq!(inner_failures(&mut vec![Ok(Ok(1)), Ok(Err("busy")), Err("down")]), Ok(Ok(1)));
    assert_eq!(guard.delays().len(), 2);
    assert_eq!(no_inner_failures(&mut vec![Some(Err("busy")), None]), Some(Err("busy")));
    assert_eq!(guard.delays().len(), 3);
}
