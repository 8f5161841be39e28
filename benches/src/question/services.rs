//! What a layer around a service costs: ours, tower's own, and a loop by hand in a function.

use std::cell::RefCell;
use std::future::{Future, Ready, ready};
use std::hint::black_box;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use retry_core::middleware::tower::RetryLayer;
use retry_core::{CircuitBreaker, Policy as OurPolicy, RetryBudget};
use tower::retry::backoff::{Backoff, ExponentialBackoff, ExponentialBackoffMaker, MakeBackoff};
use tower::retry::budget::{Budget, TpsBudget};
use tower::retry::{Policy, Retry};
use tower::util::rng::HasherRng;
use tower::{Layer, Service as _};

use crate::callgrind::{self, Case, Costs};
use crate::service::{Answer, Down, Operation, Service, operation_async};
use crate::table::{REFERENCE, Table};

/// The name of this question.
pub(crate) const NAME: &str = "services";

const BARE: &str = "bare service";
const TOWER: &str = "tower::retry, a count";
const TOWER_WITH_BACKOFF: &str = "tower::retry, backoff";
const TOWER_WITH_BUDGET: &str = "the same, its budget";
const OURS: &str = "reattempt, RetryLayer";
const OURS_WITH_BREAKER: &str = "the same, a breaker";
const OURS_WITH_BUDGET: &str = "ours with a budget";

/// A service of tower around the operation.
#[derive(Clone, Copy)]
struct Asked;

impl tower::Service<&'static Service> for Asked {
    type Response = u64;
    type Error = Down;
    type Future = Operation<'static, 0>;

    #[inline]
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Down>> {
        Poll::Ready(Ok(()))
    }

    #[inline]
    fn call(&mut self, service: &'static Service) -> Self::Future {
        operation_async(service)
    }
}

/// Two retries at once: the least that tower's policy can be.
#[derive(Clone, Copy)]
struct Count(u32);

impl Policy<&'static Service, u64, Down> for Count {
    type Future = Ready<()>;

    fn retry(&mut self, _: &mut &'static Service, answer: &mut Answer) -> Option<Ready<()>> {
        answer.as_ref().err()?;
        self.0 = self.0.checked_sub(1)?;
        Some(ready(()))
    }

    fn clone_request(&mut self, request: &&'static Service) -> Option<&'static Service> {
        Some(*request)
    }
}

/// Two retries with tower's exponential backoff.
#[derive(Clone)]
struct WithBackoff(u32, ExponentialBackoff);

impl Policy<&'static Service, u64, Down> for WithBackoff {
    type Future = tokio::time::Sleep;

    fn retry(&mut self, _: &mut &'static Service, answer: &mut Answer) -> Option<tokio::time::Sleep> {
        answer.as_ref().err()?;
        self.0 = self.0.checked_sub(1)?;
        Some(self.1.next_backoff())
    }

    fn clone_request(&mut self, request: &&'static Service) -> Option<&'static Service> {
        Some(*request)
    }
}

/// The same with tower's budget.
#[derive(Clone)]
struct WithBudget(WithBackoff, Arc<TpsBudget>);

impl Policy<&'static Service, u64, Down> for WithBudget {
    type Future = tokio::time::Sleep;

    fn retry(&mut self, request: &mut &'static Service, answer: &mut Answer) -> Option<tokio::time::Sleep> {
        if answer.is_ok() {
            self.1.deposit();
            return None;
        }
        if self.1.withdraw() { self.0.retry(request, answer) } else { None }
    }

    fn clone_request(&mut self, request: &&'static Service) -> Option<&'static Service> {
        Some(*request)
    }
}

/// The loop by hand.
async fn by_hand(asked: &mut Asked, service: &'static Service) -> Answer {
    let mut left = 2;
    loop {
        match asked.call(service).await {
            Err(error) if left > 0 => {
                left -= 1;
                crate::contender::log(&error, Duration::ZERO);
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            answer => return answer,
        }
    }
}

static SERVICE: Service = Service::new(0);

/// A call of a service that is ready, as `oneshot` on a service of one's own makes it.
fn calls<S>(service: S) -> impl Fn()
where
    S: tower::Service<&'static Service, Response = u64, Error: std::fmt::Debug>,
{
    let service = RefCell::new(service);
    move || {
        let mut service = service.borrow_mut();
        let is_ready = service.poll_ready(&mut Context::from_waker(Waker::noop()));
        assert!(is_ready.is_ready());
        let call = pin!(service.call(black_box(&SERVICE)));
        let Poll::Ready(answer) = call.poll(&mut Context::from_waker(Waker::noop())) else {
            panic!("it answers at once")
        };
        black_box(answer).expect("it answers");
    }
}

fn policy() -> OurPolicy {
    OurPolicy::new().max(3)
}

static BREAKER: CircuitBreaker = CircuitBreaker::new().consecutive_failures(5);
static BUDGET: RetryBudget = RetryBudget::new();

pub(crate) fn cases() -> Vec<Case> {
    let maker = ExponentialBackoffMaker::new(
        Duration::from_secs(1),
        Duration::from_mins(1),
        0.3,
        HasherRng::default(),
    );
    let backoff = maker.expect("the values are in range").make_backoff();
    let budget = Arc::new(TpsBudget::new(Duration::from_secs(10), 10, 0.1));
    let with_backoff = WithBackoff(2, backoff);
    let asked = RefCell::new(Asked);
    let loop_by_hand = move || {
        let mut asked = asked.borrow_mut();
        let call = pin!(by_hand(&mut asked, black_box(&SERVICE)));
        let Poll::Ready(answer) = call.poll(&mut Context::from_waker(Waker::noop())) else {
            panic!("it answers at once")
        };
        black_box(answer).expect("it answers");
    };
    let ours = RetryLayer::new(policy());
    let (with_breaker, with_budget) = (ours.clone().breaker(&BREAKER), ours.clone().budget(&BUDGET));
    vec![
        Case::new(BARE.to_owned(), calls(Asked)),
        Case::new(REFERENCE.to_owned(), loop_by_hand),
        Case::new(TOWER.to_owned(), calls(Retry::new(Count(2), Asked))),
        Case::new(TOWER_WITH_BACKOFF.to_owned(), calls(Retry::new(with_backoff.clone(), Asked))),
        Case::new(TOWER_WITH_BUDGET.to_owned(), calls(Retry::new(WithBudget(with_backoff, budget), Asked))),
        Case::new(OURS.to_owned(), calls(ours.layer(Asked))),
        Case::new(OURS_WITH_BREAKER.to_owned(), calls(with_breaker.layer(Asked))),
        Case::new(OURS_WITH_BUDGET.to_owned(), calls(with_budget.layer(Asked))),
    ]
}

const NAMES: [&str; 8] = [
    BARE,
    REFERENCE,
    TOWER,
    TOWER_WITH_BACKOFF,
    TOWER_WITH_BUDGET,
    OURS,
    OURS_WITH_BREAKER,
    OURS_WITH_BUDGET,
];

fn sizes() -> [usize; 3] {
    let count = size_of_val(&Retry::new(Count(2), Asked).call(&SERVICE));
    let ours = size_of_val(&RetryLayer::new(policy()).layer(Asked).call(&SERVICE));
    [size_of::<Operation<'static, 0>>(), count, ours]
}

/// Prints the table. Ends the program with an error if our layer costs more than the peer's with a backoff.
pub(crate) fn show() {
    let costs: Costs = callgrind::measure(NAME, &cases());
    let mut table = Table::new(
        "A call of a service that succeeds at once: instructions and allocations.",
        &["instructions", "allocations"],
    );
    for name in NAMES {
        table.row(name, vec![Some(costs[name].instructions.round()), Some(costs[name].allocations)]);
    }
    table.print();
    let [bare, tower, ours] = sizes();
    println!("\nBytes of the future: {bare} bare, {tower} in tower::retry with a count, {ours} in ours.");
    if costs[OURS].instructions > costs[TOWER_WITH_BACKOFF].instructions {
        eprintln!("our layer costs more than tower's with a backoff");
        std::process::exit(1);
    }
}
