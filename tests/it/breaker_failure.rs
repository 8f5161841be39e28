//! `breaker_failure`: a function's own rule of what is a failure for its breaker.

use std::cell::{Cell, RefCell};
use std::future::pending;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use reattempt::CircuitState::{Closed, HalfOpen, Open};
use reattempt::{
    AttemptTimeout, CircuitBreaker, CircuitOpen, GiveUpReason, Policy, RetryError, Retryable, Throttle,
    retry, testing,
};

use crate::support::{assert_send, finish, forms};

const SECOND: Duration = Duration::from_secs(1);

#[derive(Clone, Debug, PartialEq)]
enum Failure {
    Busy,
    Wrong,
    TimedOut,
    Refused,
}

impl From<CircuitOpen> for Failure {
    fn from(_: CircuitOpen) -> Failure {
        Failure::Refused
    }
}

impl From<AttemptTimeout> for Failure {
    fn from(_: AttemptTimeout) -> Failure {
        Failure::TimedOut
    }
}

impl Retryable for Failure {
    fn is_retryable(&self) -> bool {
        *self != Failure::Wrong
    }
}

/// A response with its status.
type Response = Result<u16, Failure>;

/// Counts each call, and never opens by itself.
fn counting() -> CircuitBreaker {
    CircuitBreaker::new().failure_rate(1.0).window_calls(1000).minimum_calls(1000)
}

/// The calls that a breaker has counted, and how many of them as failures.
fn counts(breaker: &CircuitBreaker) -> (u64, u64) {
    (breaker.counts().calls(), breaker.counts().failures())
}

/// A server whose responses are listed, from the last to the first.
struct Server {
    breaker: CircuitBreaker,
    responses: RefCell<Vec<Response>>,
}

impl Server {
    fn new(responses: &[Response]) -> Server {
        let responses = responses.iter().rev().cloned().collect();
        Server { breaker: counting(), responses: RefCell::new(responses) }
    }

    fn respond(&self) -> Response {
        self.responses.borrow_mut().pop().expect("a response for each attempt")
    }
}

/// Server errors count, whether they are values or errors.
fn is_down(outcome: Result<&u16, &Failure>) -> bool {
    match outcome {
        Ok(status) => *status >= 500,
        Err(failure) => *failure == Failure::TimedOut,
    }
}

#[retry(max = 3, jitter = none, breaker = server.breaker, breaker_failure = is_down)]
fn by_path(server: &Server) -> Response {
    server.respond()
}

#[retry(max = 3, jitter = none, breaker = server.breaker, breaker_failure = |outcome| -> bool { is_down(outcome) })]
async fn by_closure(server: &Server) -> Response {
    server.respond()
}

#[retry(max = 3, jitter = none, breaker = server.breaker)]
fn without(server: &Server) -> Response {
    server.respond()
}

#[test]
fn it_decides_what_counts_whatever_is_retried() {
    use Failure::{Busy, TimedOut, Wrong};
    // The responses, the result, and what is counted with the rule and without it: calls and failures.
    type Row<'a> = (&'a [Response], Response, (u64, u64), (u64, u64));
    let rows: [Row<'_>; 8] = [
        (&[Ok(200)], Ok(200), (1, 0), (1, 0)),
        (&[Ok(503)], Ok(503), (1, 1), (1, 0)),
        (&[Err(Busy), Ok(200)], Ok(200), (1, 0), (2, 1)),
        (&[Err(Busy), Err(Busy), Err(Busy)], Err(Busy), (0, 0), (3, 3)),
        (&[Err(TimedOut), Ok(503)], Ok(503), (2, 2), (2, 1)),
        (&[Err(TimedOut), Err(Busy), Err(TimedOut)], Err(TimedOut), (2, 2), (3, 3)),
        (&[Err(Wrong)], Err(Wrong), (0, 0), (0, 0)),
        (&[Err(TimedOut), Err(Wrong)], Err(Wrong), (1, 1), (1, 1)),
    ];
    for (responses, result, with_rule, without_rule) in rows {
        let _guard = testing::no_wait();
        let run = |call: fn(&Server) -> Response| {
            let server = Server::new(responses);
            assert_eq!(call(&server), result);
            assert!(server.responses.borrow().is_empty(), "each response is that of one attempt");
            counts(&server.breaker)
        };
        assert_eq!(run(by_path), with_rule, "{responses:?}");
        assert_eq!(run(|server| finish(by_closure(server))), with_rule, "{responses:?}");
        assert_eq!(run(without), without_rule, "{responses:?}");
    }
}

#[test]
fn values_that_are_failures_open_it_and_trials_are_judged_too() {
    let guard = testing::no_wait();
    let opens = |responses: &[Response]| Server {
        breaker: CircuitBreaker::new().consecutive_failures(2).open_for(10 * SECOND),
        ..Server::new(responses)
    };
    let server = opens(&[Ok(503), Ok(500), Ok(503), Err(Failure::Busy), Ok(200)]);
    assert_eq!((by_path(&server), server.breaker.state()), (Ok(503), Closed));
    assert_eq!((by_path(&server), server.breaker.state()), (Ok(500), Open));
    assert_eq!(by_path(&server), Err(Failure::Refused));
    guard.advance(10 * SECOND);
    assert_eq!((by_path(&server), server.breaker.state()), (Ok(503), Open), "the trial has failed");
    guard.advance(10 * SECOND);
    // The first attempt is a trial that is ignored, so the second one is a trial too.
    assert_eq!((by_path(&server), server.breaker.state()), (Ok(200), Closed));
}

#[test]
fn errors_that_are_not_retried_can_be_failures() {
    #[retry(max = 3, breaker = breaker, breaker_failure = |outcome| outcome.is_err())]
    fn fail(breaker: &CircuitBreaker) -> Result<(), Failure> {
        Err(Failure::Wrong)
    }

    let breaker = counting();
    assert_eq!(fail(&breaker), Err(Failure::Wrong));
    assert_eq!(counts(&breaker), (1, 1));
}

#[test]
fn a_value_that_is_refused_is_judged() {
    #[retry(
        max = 4, jitter = none, breaker = server.breaker, retry_ok = |status| *status != 200,
        breaker_failure = |outcome| matches!(outcome, Ok(500..))
    )]
    fn poll(server: &Server) -> Response {
        server.respond()
    }

    let _guard = testing::no_wait();
    let server = Server::new(&[Ok(202), Ok(503), Err(Failure::Busy), Ok(200)]);
    assert_eq!((poll(&server), counts(&server.breaker)), (Ok(200), (3, 1)));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_runs_out_of_time_is_judged_by_its_error() {
    #[retry(
        max = 2, jitter = none, attempt_timeout = "1s", breaker = breaker,
        breaker_failure = |outcome| { seen.borrow_mut().push(outcome.copied().map_err(Clone::clone)); is_failure }
    )]
    async fn hang(breaker: &CircuitBreaker, seen: &RefCell<Vec<Response>>, is_failure: bool) -> Response {
        pending().await
    }

    for is_failure in [false, true] {
        let (breaker, seen) = (counting(), RefCell::new(Vec::new()));
        assert_eq!(hang(&breaker, &seen, is_failure).await, Err(Failure::TimedOut));
        assert_eq!(*seen.borrow(), [Err(Failure::TimedOut), Err(Failure::TimedOut)]);
        assert_eq!(counts(&breaker), if is_failure { (2, 2) } else { (0, 0) });
    }
}

#[test]
fn the_body_s_own_error_is_judged_under_error() {
    #[retry(max = 2, jitter = none, error = Failure, breaker = server.breaker, breaker_failure = is_down)]
    fn explained(server: &Server) -> Result<u16, RetryError<Failure>> {
        let status = server.respond()?;
        Ok(status)
    }

    let _guard = testing::no_wait();
    let server = Server::new(&[Err(Failure::TimedOut), Err(Failure::Busy)]);
    let error = explained(&server).unwrap_err();
    assert_eq!((error.reason(), error.last()), (GiveUpReason::MaxAttempts, Some(&Failure::Busy)));
    assert_eq!(counts(&server.breaker), (1, 1));
    server.breaker.force_open();
    let error = explained(&server).unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::CircuitOpen, 0));
}

#[test]
fn it_is_asked_once_after_each_attempt_before_anything_else() {
    #[retry(
        max = 3, jitter = none, call = c, breaker = server.breaker,
        breaker_failure = |outcome| { log.borrow_mut().push(format!("{} judged: {outcome:?}", c.attempt())); true },
        when = |_| { log.borrow_mut().push(format!("{} when", c.attempt())); true },
        on_retry = |event| log.borrow_mut().push(format!("{} retried", event.attempt())),
        on_give_up = |event| log.borrow_mut().push(format!("{} given up", event.attempt())),
        on_success = |event| log.borrow_mut().push(format!("{} succeeded", event.attempt())),
    )]
    fn fetch(server: &Server, log: &RefCell<Vec<String>>) -> Response {
        server.respond()
    }

    let _guard = testing::no_wait();
    let log = RefCell::new(Vec::new());
    let (busy, ok) = ("Err(Busy)", "Ok(200)");
    let server = Server::new(&[Err(Failure::Busy), Ok(200)]);
    assert_eq!(fetch(&server, &log), Ok(200));
    let expected = [
        format!("1 judged: {busy}"),
        "1 when".into(),
        "1 retried".into(),
        format!("2 judged: {ok}"),
        "2 succeeded".into(),
    ];
    assert_eq!(log.take(), expected);
    assert_eq!(counts(&server.breaker), (2, 2), "also a success that the rule calls a failure");
}

#[test]
fn a_call_that_is_cancelled_or_given_up_was_judged() {
    #[retry(
        max = 3, jitter = none, breaker = server.breaker, breaker_failure = |outcome| outcome.is_err(),
        cancel = |_| true, fallback = |_| Ok(0)
    )]
    fn fetch(server: &Server) -> Response {
        server.respond()
    }

    let _guard = testing::no_wait();
    let server = Server::new(&[Err(Failure::Busy)]);
    assert_eq!((fetch(&server), counts(&server.breaker)), (Ok(0), (1, 1)));
}

/// All methods have the rule; one has a rule of its own, one has no breaker to tell.
struct Client {
    server: Server,
    limit: u16,
}

#[retry(max = 2, jitter = none, breaker = self.server.breaker, breaker_failure = |outcome| outcome.is_ok_and(|status| *status >= self.limit))]
impl Client {
    fn get(&self) -> Result<u16, Failure> {
        self.server.respond()
    }

    async fn get_async(&self) -> Result<u16, Failure> {
        let response = self.server.respond()?;
        Ok(response)
    }

    #[retry(breaker_failure = |outcome: Result<&u16, &Failure>| outcome.is_err())]
    fn own(&self) -> Response {
        self.server.respond()
    }

    #[retry(breaker = None::<&CircuitBreaker>)]
    fn without_breaker(&self) -> Response {
        self.server.respond()
    }
}

#[test]
fn an_impl_block_has_one_for_all_its_methods() {
    type Row = (fn(&Client) -> Response, (u64, u64));

    let client = |responses: &[Response]| Client { server: Server::new(responses), limit: 400 };
    let _guard = testing::no_wait();
    let calls: [Row; 4] = [
        (Client::get, (1, 1)),
        (|client| finish(client.get_async()), (1, 1)),
        (Client::own, (2, 1)),
        (Client::without_breaker, (0, 0)),
    ];
    for (call, counted) in calls {
        let client = client(&[Err(Failure::Busy), Ok(404)]);
        assert_eq!((call(&client), counts(&client.server.breaker)), (Ok(404), counted));
    }
}

#[test]
fn without_a_breaker_nobody_is_asked() {
    #[retry(breaker = breaker, breaker_failure = |outcome| unreachable!("{outcome:?}"))]
    fn fetch(breaker: Option<&CircuitBreaker>) -> Response {
        Err(Failure::Wrong)
    }

    assert_eq!(fetch(None), Err(Failure::Wrong));
}

#[test]
fn functions_of_any_shape_can_have_it() {
    #[retry(breaker = breaker, breaker_failure = |found| found.is_err())]
    fn option(breaker: &CircuitBreaker) -> Option<u32> {
        None
    }

    #[retry(max = 2, breaker = breaker, breaker_failure = |outcome| outcome.is_ok_and(Vec::is_empty), clone(items))]
    fn generic<T: Clone, E: From<CircuitOpen>>(breaker: &CircuitBreaker, items: Vec<T>) -> Result<Vec<T>, E> {
        Ok(items)
    }

    #[retry(max = 2, breaker = breaker, breaker_failure = |outcome| outcome.is_ok_and(|text| text.is_empty()))]
    fn borrowed<'a>(
        breaker: &CircuitBreaker,
        text: &'a str,
    ) -> Result<&'a str, Box<dyn std::error::Error + 'a>> {
        let text = text.strip_prefix("-").ok_or(text)?;
        Ok(text)
    }

    #[retry(max = 2, breaker = breaker, breaker_failure = |outcome| outcome.is_ok())]
    fn displayed(breaker: &CircuitBreaker) -> Result<impl std::fmt::Display + use<>, Failure> {
        Ok(7)
    }

    let _guard = testing::no_wait();
    let breaker = counting();
    assert_eq!(option(&breaker), None);
    assert_eq!(counts(&breaker), (3, 3));
    assert_eq!(generic::<u8, Failure>(&breaker, vec![]), Ok(vec![]));
    assert_eq!(counts(&breaker), (4, 4));
    assert_eq!(borrowed(&breaker, "-").unwrap(), "");
    assert_eq!(counts(&breaker), (5, 5));
    assert!(borrowed(&breaker, "x").is_err());
    assert_eq!(counts(&breaker), (5, 5));
    assert_eq!(displayed(&breaker).map(|seven| seven.to_string()), Ok("7".to_owned()));
    assert_eq!(counts(&breaker), (6, 6));
}

#[tokio::test(start_paused = true)]
async fn the_future_is_send_if_the_error_is() {
    static BREAKER: CircuitBreaker = CircuitBreaker::new();

    #[retry(max = 2, attempt_timeout = "1s", breaker = BREAKER, breaker_failure = is_down)]
    async fn fetch() -> Response {
        tokio::task::yield_now().await;
        Ok(200)
    }

    assert_eq!(assert_send(fetch()).await, Ok(200));
    let rule = |outcome: Result<&u16, &Failure>| is_down(outcome);
    let policy = Policy::new();
    let call = policy.retry_async(|| async { Ok(200) }).breaker(&BREAKER).breaker_failure(rule);
    assert_eq!(assert_send(call.into_future()).await, Ok(200));
}

/// Asks a server through a breaker or a throttle that refuses.
fn refused(by: &str) -> io::Result<u16> {
    static OPEN: CircuitBreaker = CircuitBreaker::new();
    static THROTTLE: Throttle = Throttle::new().minimum_requests(1);
    if by == "breaker" {
        OPEN.force_open();
        return OPEN.call(|| Ok(200));
    }
    let refusal = std::iter::repeat_with(|| THROTTLE.acquire()).find_map(|pass| match pass {
        Ok(pass) => {
            pass.rejected();
            None
        }
        Err(refused) => Some(refused),
    });
    Err(refusal.map_or_else(|| unreachable!("it refuses some"), io::Error::from))
}

#[test]
fn a_refusal_is_never_passed() {
    #[retry(max = 2, jitter = none, breaker = breaker, breaker_failure = |outcome| unreachable!("{outcome:?}"))]
    fn blocking(breaker: &CircuitBreaker, by: &str) -> io::Result<u16> {
        refused(by)
    }

    #[retry(max = 2, jitter = none, breaker = breaker, breaker_failure = |outcome| unreachable!("{outcome:?}"))]
    async fn asynchronous(breaker: &CircuitBreaker, by: &str) -> io::Result<u16> {
        refused(by)
    }

    #[retry(max = 2, jitter = none, breaker = breaker, breaker_failure = |outcome| unreachable!("{outcome:?}"))]
    fn bare(breaker: &CircuitBreaker) -> Result<u16, CircuitOpen> {
        Err(refused("breaker").unwrap_err().downcast().expect("a refusal"))
    }

    let _guard = testing::no_wait();
    let breaker = counting();
    for by in ["breaker", "throttle"] {
        assert!(blocking(&breaker, by).is_err());
        assert!(finish(asynchronous(&breaker, by)).is_err());
        let steps = Policy::new().max(2);
        let call = steps.retry(|| refused(by)).log_errors().breaker(&breaker);
        assert!(call.on::<io::Error>().breaker_failure(|outcome| unreachable!("{outcome:?}")).run().is_err());
        let call = steps.retry_async(|| async { refused(by) }).breaker(&breaker).on::<io::Error>();
        let result = finish(async { call.breaker_failure(|outcome| unreachable!("{outcome:?}")).await });
        assert!(result.is_err());
    }
    assert!(bare(&breaker).is_err());
    let open = || refused("breaker").unwrap_err().downcast::<CircuitOpen>().expect("a refusal");
    let policy = Policy::new();
    let call = policy.retry(|| Err::<u16, _>(open())).breaker(&breaker);
    assert!(call.breaker_failure(|outcome| unreachable!("{outcome:?}")).run().is_err());
    // A call that its own breaker refuses has no outcome either.
    assert_eq!(counts(&breaker), (0, 0));
    breaker.force_open();
    assert!(blocking(&breaker, "breaker").is_err());
    assert!(bare(&breaker).is_err());
}

#[test]
fn a_trial_that_was_refused_elsewhere_is_given_back() {
    #[retry(max = 1, breaker = breaker, breaker_failure = |_| true)]
    fn fetch(breaker: &CircuitBreaker) -> io::Result<u16> {
        refused("breaker")
    }

    let guard = testing::no_wait();
    let breaker = CircuitBreaker::new().consecutive_failures(1).open_for(SECOND);
    breaker.acquire().expect("closed").failure();
    guard.advance(SECOND);
    for _ in 0..3 {
        assert!(fetch(&breaker).is_err());
        assert_eq!(breaker.state(), HalfOpen);
    }
}

#[test]
fn a_panic_of_the_rule_gives_the_trial_back() {
    #[retry(max = 1, breaker = breaker, breaker_failure = |_| panic!("a mistake in the rule"))]
    fn fetch(breaker: &CircuitBreaker) -> Response {
        Ok(200)
    }

    let guard = testing::no_wait();
    let breaker = CircuitBreaker::new().consecutive_failures(1).open_for(SECOND);
    breaker.acquire().expect("closed").failure();
    guard.advance(SECOND);
    assert!(catch_unwind(AssertUnwindSafe(|| fetch(&breaker))).is_err());
    assert_eq!(breaker.state(), HalfOpen);
    breaker.acquire().expect("a trial").success();
    assert_eq!(breaker.state(), Closed);
}

#[test]
fn a_step_of_a_call_decides_too() {
    const POLICY: Policy = Policy::new().max(3);
    let _guard = testing::no_wait();
    let asked = Cell::new(0);
    let rule = |outcome: Result<&u16, &Failure>| {
        asked.set(asked.get() + 1);
        is_down(outcome)
    };
    for (response, counted) in [
        (Ok(200), (5, 0)),
        (Ok(503), (5, 5)),
        (Err(Failure::TimedOut), (15, 15)),
        (Err(Failure::Busy), (0, 0)),
    ] {
        let (breaker, attempts) = (counting(), Cell::new(0));
        let operation = || {
            attempts.set(attempts.get() + 1);
            response.clone()
        };
        asked.set(0);
        for result in forms!(POLICY, operation; .breaker(&breaker).breaker_failure(&rule)) {
            assert_eq!(result, response);
        }
        assert_eq!((counts(&breaker), asked.get()), (counted, attempts.get()), "{response:?}");
        // Steps come in any order, and of two rules the last one decides.
        for result in forms!(POLICY, operation; .breaker_failure(|_| true).breaker_failure(&rule).breaker(&breaker).when(|_| true))
        {
            assert_eq!(result, response);
        }
        assert_eq!(counts(&breaker), (counted.0 * 2, counted.1 * 2), "{response:?}");
        // Without a breaker nobody is told, and nobody asks.
        asked.set(0);
        for result in forms!(POLICY, operation; .breaker_failure(&rule)) {
            assert_eq!(result, response);
        }
        assert_eq!(asked.get(), 0);
    }
}

#[test]
fn a_step_judges_values_that_are_refused() {
    let _guard = testing::no_wait();
    let breaker = counting();
    let statuses = RefCell::new(vec![200, 503, 202]);
    let poll = || Ok::<u16, Failure>(statuses.borrow_mut().pop().expect("a status"));
    let policy = Policy::new().max(3);
    let call = policy.retry(poll).retry_ok(|status| *status != 200).breaker(&breaker);
    assert_eq!(call.breaker_failure(is_down).run(), Ok(200));
    assert_eq!(counts(&breaker), (3, 1));
}

#[tokio::test(start_paused = true)]
async fn a_step_judges_attempts_that_run_out_of_time() {
    let breaker = counting();
    let hang = || pending::<Response>();
    let policy = Policy::new().max(2);
    let call = policy.retry_async(hang).attempt_timeout(SECOND).breaker(&breaker);
    assert_eq!(call.breaker_failure(|outcome| outcome.is_ok()).await, Err(Failure::TimedOut));
    assert_eq!(counts(&breaker), (0, 0), "the rule calls them no failures");
    let call = policy.retry_async(hang).attempt_timeout(SECOND).breaker(&breaker);
    assert_eq!(call.breaker_failure(is_down).await, Err(Failure::TimedOut));
    assert_eq!(counts(&breaker), (2, 2));
}
