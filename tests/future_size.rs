//! How large the future of an annotated function is, beside that of a loop written by hand. See the figures with
//! `cargo test --test future_size -- --nocapture`.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use reattempt::{AttemptTimeout, CircuitBreaker, CircuitOpen, Policy, RetryError, retry};
use tokio::time::sleep;

/// What an annotation may add to the future of a body that stands in the loop.
const PLAIN: usize = 16;

/// What it may add where the body is an `async` block, which has a state of its own.
const IN_A_BLOCK: usize = 24;

/// What a closure's call may add: a reference to its policy, the place of the call, and its progress.
const CLOSURE: usize = 32;

#[derive(Debug, PartialEq)]
struct Down;

/// An operation whose future is `N` bytes large.
struct Operation<const N: usize>([u8; N]);

impl<const N: usize> Future for Operation<N> {
    type Output = Result<usize, Down>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(self.0.first().map(|&byte| usize::from(byte)).ok_or(Down))
    }
}

fn operation<const N: usize>() -> Operation<N> {
    Operation([0; N])
}

#[retry]
async fn annotated<const N: usize>() -> Result<usize, Down> {
    operation::<N>().await
}

async fn by_hand<const N: usize>() -> Result<usize, Down> {
    let mut attempt = 1;
    loop {
        let wait = match operation::<N>().await {
            Ok(value) => return Ok(value),
            Err(error) if attempt == 3 => return Err(error),
            Err(_) => Duration::from_secs(1) * attempt,
        };
        attempt += 1;
        sleep(wait).await;
    }
}

#[retry]
async fn annotated_with_question<const N: usize>() -> Result<usize, Down> {
    let value = operation::<N>().await?;
    Ok(value + 1)
}

/// By hand nobody would write a `?` here: it would leave the loop.
async fn by_hand_without_question<const N: usize>() -> Result<usize, Down> {
    let mut attempt = 1;
    loop {
        let wait = match operation::<N>().await {
            Ok(value) => return Ok(value + 1),
            Err(error) if attempt == 3 => return Err(error),
            Err(_) => Duration::from_secs(1) * attempt,
        };
        attempt += 1;
        sleep(wait).await;
    }
}

#[retry(deadline = "1m", name = "fetch {key}")]
async fn annotated_with_argument<const N: usize>(key: &str) -> Result<usize, Down> {
    let value = operation::<N>().await?;
    Ok(value + key.len())
}

async fn by_hand_with_argument<const N: usize>(key: &str) -> Result<usize, Down> {
    let start = tokio::time::Instant::now();
    let mut attempt = 1;
    loop {
        let wait = match operation::<N>().await {
            Ok(value) => return Ok(value + key.len()),
            Err(error) if attempt == 3 || start.elapsed() > Duration::from_secs(60) => return Err(error),
            Err(_) => Duration::from_secs(1) * attempt,
        };
        attempt += 1;
        sleep(wait).await;
    }
}

fn assert_small<A: Future, B: Future>(what: &str, annotated: &A, by_hand: &B, allowance: usize) {
    let (annotated, by_hand) = (size_of_val(annotated), size_of_val(by_hand));
    println!("{what}: {annotated} bytes, by hand {by_hand}");
    assert!(annotated <= by_hand + allowance, "{what}: {annotated} bytes, by hand {by_hand}");
}

#[test]
fn an_annotation_adds_at_most_16_bytes() {
    assert_eq!(size_of::<Operation<64>>(), 64);
    assert_small("64 bytes", &annotated::<64>(), &by_hand::<64>(), PLAIN);
    assert_small("1024 bytes", &annotated::<1024>(), &by_hand::<1024>(), PLAIN);
}

#[test]
fn a_question_mark_adds_at_most_24_bytes() {
    assert_small(
        "64 bytes and `?`",
        &annotated_with_question::<64>(),
        &by_hand_without_question::<64>(),
        IN_A_BLOCK,
    );
    assert_small(
        "1024 bytes and `?`",
        &annotated_with_question::<1024>(),
        &by_hand_without_question::<1024>(),
        IN_A_BLOCK,
    );
}

#[test]
fn an_argument_and_a_deadline_add_no_more() {
    let key = "key";
    let annotated = (annotated_with_argument::<64>(key), annotated_with_argument::<1024>(key));
    assert_small("64 bytes, argument, deadline", &annotated.0, &by_hand_with_argument::<64>(key), IN_A_BLOCK);
    assert_small(
        "1024 bytes, argument, deadline",
        &annotated.1,
        &by_hand_with_argument::<1024>(key),
        IN_A_BLOCK,
    );
}

const POLICY: Policy = Policy::new();

#[test]
fn a_closures_call_adds_at_most_32_bytes() {
    let calls = (POLICY.retry_async(operation::<64>), POLICY.retry_async(operation::<1024>));
    assert_small("64 bytes, closure", &calls.0, &by_hand::<64>(), CLOSURE);
    assert_small("1024 bytes, closure", &calls.1, &by_hand::<1024>(), CLOSURE);
}

#[test]
fn what_a_closure_captures_is_added_once() {
    let key = "key";
    let call = POLICY.retry_async(|| async { operation::<1024>().await.map(|value| value + key.len()) });
    assert_small("1024 bytes, closure and argument", &call, &by_hand_with_argument::<1024>(key), CLOSURE);
}

#[test]
fn steps_without_state_add_nothing() {
    let plain = POLICY.retry_async(operation::<1024>);
    let call = POLICY.retry_async(operation::<1024>).when(|_| true).retry_ok(|_| false).on_retry(|_| ());
    // The hook is behind a flag that keeps it from being called twice at a time.
    assert_small("1024 bytes, closure with steps", &call, &plain, 8);
    let call = POLICY.retry_async(operation::<1024>).name("fetch");
    assert_small("1024 bytes, closure with a name", &call, &plain, 16);
}

/// What `hedge` may add to the future of a function, and for each argument that the body names.
const HEDGE: usize = 72;
const HEDGE_ARGUMENT: usize = 8;

/// What `hedge` adds where the body has a handle: the handles of the copies, which are 24 bytes and allocated with the first
/// copy, and references to them in the attempt and to one of them in the body.
const HEDGE_HANDLE: usize = 48;

static BREAKER: CircuitBreaker = CircuitBreaker::new();

impl From<CircuitOpen> for Down {
    fn from(_: CircuitOpen) -> Self {
        Down
    }
}

impl From<AttemptTimeout> for Down {
    fn from(_: AttemptTimeout) -> Self {
        Down
    }
}

impl From<RetryError<Down>> for Down {
    fn from(_: RetryError<Down>) -> Self {
        Down
    }
}

fn reaches<T: ?Sized>(_: &T) -> bool {
    true
}

/// The sizes of the futures of a function without `hedge` and with it, and the allowance.
struct Sizes {
    shape: &'static str,
    without: usize,
    hedged: usize,
    allowance: usize,
}

/// Returns the sizes of functions with an operation of 1064 bytes, each without `hedge` and with it: the arguments of the
/// attribute, those of the function, and what the body does before the operation.
macro_rules! sizes {
    ($($shape:literal: [$($attribute:tt)*] ($($argument:ident: $ty:ty = $value:expr),*) $(+ $more:ident)? $body:block;)*) => {
        vec![$({
            #[retry($($attribute)*)]
            async fn without($($argument: $ty),*) -> Result<usize, Down> $body

            #[retry(hedge = "50ms", $($attribute)*)]
            async fn hedged($($argument: $ty),*) -> Result<usize, Down> $body

            let arguments: &[&str] = &[$(stringify!($argument)),*];
            Sizes {
                shape: $shape,
                without: size_of_val(&without($($value),*)),
                hedged: size_of_val(&hedged($($value),*)),
                allowance: HEDGE + HEDGE_ARGUMENT * arguments.len() $(+ $more)?,
            }
        }),*]
    };
}

#[test]
fn a_hedge_adds_at_most_72_bytes_and_8_for_each_argument() {
    let table = sizes! {
        "no argument": [] () { operation::<1064>().await };
        "one argument": [] (key: &str = "key") {
            assert!(reaches(key));
            operation::<1064>().await
        };
        "two arguments": [] (key: &str = "key", list: Vec<u8> = Vec::new()) {
            assert!(reaches(key) && reaches(&list));
            operation::<1064>().await
        };
        "three arguments and `?`": [] (key: &str = "key", list: Vec<u8> = Vec::new(), number: u64 = 7) {
            assert!(reaches(key) && reaches(&list) && number > 0);
            let value = operation::<1064>().await?;
            Ok(value)
        };
        "`?`": [] () { Ok(operation::<1064>().await? + 1) };
        "breaker": [breaker = BREAKER] (key: &str = "key") {
            assert!(reaches(key));
            operation::<1064>().await
        };
        "attempt_timeout": [attempt_timeout = "5s"] (key: &str = "key") {
            assert!(reaches(key));
            operation::<1064>().await
        };
        "retry_ok": [retry_ok = |value| *value > 7] (key: &str = "key") {
            assert!(reaches(key));
            operation::<1064>().await
        };
        "clone": [clone(list)] (list: Vec<u8> = Vec::new()) {
            let mut list = list;
            list.push(7);
            let value = operation::<1064>().await?;
            Ok(value + list.len())
        };
        "error and hooks": [error = Down, on_retry = |_| (), on_give_up = |_| (), fallback = |_: RetryError<Down>| Ok(7)]
            (key: &str = "key") {
            assert!(reaches(key));
            operation::<1064>().await
        };
        "a small body": [] (key: &str = "key") {
            assert!(reaches(key));
            operation::<8>().await
        };
        "call": [call = c] (key: &str = "key") + HEDGE_HANDLE {
            assert!(reaches(key) && c.attempt() > 0);
            operation::<1064>().await
        };
        "breaker, attempt_timeout, retry_ok, call": [
            breaker = BREAKER, attempt_timeout = "5s", retry_ok = |value| *value > 7, call = c
        ] (key: &str = "key") + HEDGE_HANDLE {
            assert!(reaches(key) && c.attempt() > 0);
            operation::<1064>().await
        };
    };
    for Sizes { shape, without, hedged, allowance } in &table {
        println!("{shape}: {without} bytes, hedged {hedged}: {} more, of {allowance}", hedged - without);
    }
    for Sizes { shape, without, hedged, allowance } in &table {
        assert!(hedged - without <= *allowance, "{shape}: {without} bytes, hedged {hedged}");
    }
}

#[tokio::test]
async fn the_futures_compared_do_the_same() {
    assert_eq!(annotated::<64>().await, by_hand::<64>().await);
    assert_eq!(POLICY.retry_async(operation::<64>).await, by_hand::<64>().await);
    assert_eq!(annotated_with_question::<64>().await, by_hand_without_question::<64>().await);
    assert_eq!(annotated_with_argument::<64>("key").await, by_hand_with_argument::<64>("key").await);
}
