//! `#[derive(Retryable)]`, and the loop that asks it.

use std::io;
use std::time::Duration;

use reattempt::{Retryable, retry, testing};

use crate::support::{Flaky, run};

const SECOND: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug, PartialEq, Retryable)]
enum Api {
    #[retryable]
    Unavailable,
    #[retryable(after = wait)]
    Busy {
        wait: Option<Duration>,
        #[allow(dead_code, reason = "a field that the mark does not name")]
        queue: u32,
    },
    #[retryable(after = 1)]
    Throttled(#[allow(dead_code, reason = "a field before the one that the mark names")] u8, Duration),
    #[retryable(delegate)]
    Inner(Inner),
    Unauthorized,
}

#[derive(Clone, Copy, Debug, PartialEq, Retryable)]
#[retryable(after = r#in)]
struct Inner {
    r#in: Duration,
}

#[derive(Debug, Retryable)]
struct Permanent;

#[derive(Debug, Retryable)]
#[retryable(delegate)]
struct Wrapped<E>(E);

#[derive(Debug, Retryable)]
enum Generic<'a, E: std::fmt::Debug, const N: usize>
where
    E: Clone,
{
    #[retryable(delegate)]
    Boxed(Box<E>),
    #[retryable]
    Text(#[allow(dead_code, reason = "its type has the parameters")] &'a [u8; N]),
}

#[derive(Debug, Retryable)]
enum Never {}

// rustfmt would remove the empty lists.
#[rustfmt::skip]
#[derive(Debug, Retryable)]
#[retryable(delegate)]
struct EmptyLists<E:>(E) where;

#[test]
fn variants_by_their_marks() {
    for (error, is_retryable, retry_after) in [
        (Api::Unavailable, true, None),
        (Api::Busy { wait: Some(SECOND), queue: 1 }, true, Some(SECOND)),
        (Api::Busy { wait: None, queue: 1 }, true, None),
        (Api::Throttled(1, SECOND * 2), true, Some(SECOND * 2)),
        (Api::Inner(Inner { r#in: SECOND * 3 }), true, Some(SECOND * 3)),
        (Api::Unauthorized, false, None),
    ] {
        assert_eq!((error.is_retryable(), error.retry_after()), (is_retryable, retry_after), "{error:?}");
    }
}

#[test]
fn structs_and_generics() {
    assert!(!Permanent.is_retryable());
    assert!(Wrapped(io::Error::from(io::ErrorKind::TimedOut)).is_retryable());
    assert!(!Wrapped(io::Error::from(io::ErrorKind::NotFound)).is_retryable());
    assert!(!Wrapped(Wrapped(Api::Unauthorized)).is_retryable());
    assert!(EmptyLists(io::Error::from(io::ErrorKind::TimedOut)).is_retryable());
    assert!(Generic::<Api, 2>::Boxed(Box::new(Api::Unavailable)).is_retryable());
    assert!(!Generic::<Api, 2>::Boxed(Box::new(Api::Unauthorized)).is_retryable());
    assert!(Generic::<Api, 2>::Text(b"ab").is_retryable());
    let asked: fn(&Never) -> bool = Never::is_retryable;
    let _ = asked;
}

#[retry(max = 3, base_ms = 100, jitter = none)]
fn fails_with(error: Api, op: &Flaky) -> Result<u32, Api> {
    op.call().map_err(|_| error)
}

#[retry(max = 3, base_ms = 100, jitter = none)]
async fn fails_later_with(error: Api, op: &Flaky) -> Result<u32, Api> {
    op.call().map_err(|_| error)
}

#[test]
fn the_loop_asks_without_being_told_to() {
    let guard = testing::no_wait();
    let op = Flaky::failing(9);
    assert_eq!(fails_with(Api::Unauthorized, &op), Err(Api::Unauthorized));
    assert_eq!(op.calls(), 1);
    assert_eq!(fails_with(Api::Throttled(1, SECOND), &Flaky::failing(9)), Err(Api::Throttled(1, SECOND)));
    assert_eq!(guard.delays(), [SECOND, SECOND]);
    let op = Flaky::failing(9);
    assert_eq!(run(fails_later_with(Api::Unauthorized, &op)), Err(Api::Unauthorized));
    assert_eq!(op.calls(), 1);
}

#[derive(Retryable)]
#[repr(Rust, packed)]
#[retryable(after = wait)]
struct Packed {
    #[expect(dead_code, reason = "it moves the next field off its alignment")]
    code: u8,
    wait: Duration,
}

#[derive(Retryable)]
#[repr(C, packed(2))]
#[retryable(after = 1)]
struct PackedTuple(u8, Option<Duration>);

#[derive(Clone, Copy, Retryable)]
#[retryable(after = 0)]
struct Wait(Duration);

#[derive(Retryable)]
#[repr(Rust, packed)]
#[retryable(delegate)]
struct PackedWrapper(Wait);

#[test]
fn a_field_of_a_packed_struct_is_copied() {
    let wait = Duration::from_secs(3);
    assert_eq!(Packed { code: 1, wait }.retry_after(), Some(wait));
    assert_eq!(PackedTuple(1, Some(wait)).retry_after(), Some(wait));
    assert_eq!(PackedWrapper(Wait(wait)).retry_after(), Some(wait));
    assert!(PackedWrapper(Wait(wait)).is_retryable());
}
