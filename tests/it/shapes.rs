//! Every shape of a blocking function: fails twice, succeeds on the third attempt.
#![allow(clippy::all, clippy::pedantic, reason = "shapes are what users write, not what clippy would")]

use std::cell::{Cell, RefCell};
use std::fmt::{Debug, Display};
use std::io;
use std::rc::Rc;

use reattempt::{Outcome, retry, testing};

use crate::support::{Down, Flaky};

/// Calls `$call` with a fresh operation that fails twice, and expects the third attempt's value.
macro_rules! third_attempt {
    ($op:ident => $call:expr, $expected:pat) => {{
        let _guard = testing::no_wait();
        let $op = Flaky::failing(2);
        assert!(matches!($call, $expected), "{:?}", $op);
        assert_eq!($op.calls(), 3);
    }};
}

#[retry]
fn free(op: &Flaky) -> Result<u32, Down> {
    op.call()
}

#[retry]
fn with_question(op: &Flaky) -> Result<u32, Box<dyn std::error::Error>> {
    let call = op.call()?;
    Ok(call)
}

#[retry]
fn with_return(op: &Flaky) -> Result<u32, Down> {
    match op.call() {
        Ok(call) => return Ok(call),
        Err(error) => return Err(error),
    }
}

#[retry]
fn with_loops(op: &Flaky) -> Result<u32, Down> {
    let mut rounds = 0;
    let found = 'outer: loop {
        for i in 0.. {
            rounds += 1;
            if i == 1 {
                continue 'outer;
            }
            if rounds > 2 {
                break 'outer rounds;
            }
        }
    };
    assert_eq!(found, 3);
    op.call()
}

#[retry]
fn with_closures(op: &Flaky) -> Result<u32, Down> {
    let parse = |text: &str| -> Result<u32, std::num::ParseIntError> { Ok(text.parse::<u32>()? + 1) };
    let early = |n: u32| {
        if n == 2 {
            return n;
        }
        0
    };
    assert_eq!(parse("1").map(early), Ok(2));
    op.call()
}

#[retry]
fn as_option(op: &Flaky) -> Option<u32> {
    op.call().ok()
}

#[retry]
fn as_io_result(op: &Flaky) -> io::Result<u32> {
    op.call().map_err(io::Error::other)
}

#[retry]
fn as_anyhow(op: &Flaky) -> anyhow::Result<u32> {
    Ok(op.call()?)
}

type Alias<T> = Result<T, Down>;

#[retry]
fn as_alias(op: &Flaky) -> Alias<u32> {
    op.call()
}

#[derive(Debug)]
enum Reply {
    Answer(u32),
    Busy,
}

impl Outcome for Reply {
    type Ok = u32;
    type Error = ();

    fn into_result(self) -> Result<u32, ()> {
        match self {
            Reply::Answer(call) => Ok(call),
            Reply::Busy => Err(()),
        }
    }

    fn from_result(result: Result<u32, ()>) -> Self {
        result.map_or(Reply::Busy, Reply::Answer)
    }
}

#[retry]
fn as_outcome(op: &Flaky) -> Reply {
    op.call().map_or(Reply::Busy, Reply::Answer)
}

#[retry]
fn impl_trait_inside(op: &Flaky) -> Result<impl Display + Debug + use<>, Down> {
    let call = op.call()?;
    Ok(format!("call {call}"))
}

#[retry]
fn impl_trait_argument(op: &Flaky, label: &impl Display) -> Result<String, Down> {
    op.call().map(|call| format!("{label} {call}"))
}

#[retry]
fn generic<T: Copy, E>(value: T, call: impl Fn() -> Result<u32, E>) -> Result<T, E>
where
    E: Debug,
{
    call()?;
    Ok(value)
}

#[retry]
fn const_generic<const N: usize>(op: &Flaky) -> Result<[u32; N], Down> {
    op.call().map(|call| [call; N])
}

#[retry(max = N)]
fn const_generic_limit<const N: u32>(op: &Flaky) -> Result<u32, Down> {
    op.call()
}

#[retry]
fn lifetimes<'a, 'b: 'a>(op: &Flaky, short: &'a str, long: &'b str) -> Result<&'a str, Down> {
    let call = op.call()?;
    Ok(if call == 3 { long } else { short })
}

#[retry]
fn elided<'a>(op: &Flaky, words: &'a [String]) -> Option<&'a str> {
    op.call().ok()?;
    words.first().map(String::as_str)
}

#[retry]
fn exclusive(op: &Flaky, log: &mut Vec<u32>) -> Result<usize, Down> {
    log.push(log.len() as u32);
    op.call()?;
    Ok(log.len())
}

#[retry]
fn copied_mut(op: &Flaky, mut n: u32, mut pair: (u8, bool)) -> Result<(u32, u8), Down> {
    n += 1;
    pair.0 += 1;
    op.call()?;
    Ok((n, pair.0))
}

#[retry]
fn reborrowed_mut(op: &Flaky, mut rest: &mut [u32]) -> Result<usize, Down> {
    if let [first, tail @ ..] = rest {
        *first += 1;
        rest = tail;
    }
    op.call()?;
    Ok(rest.len())
}

#[retry(clone(text, list))]
fn cloned(op: &Flaky, text: String, mut list: Vec<u32>) -> Result<(String, Vec<u32>), Down> {
    list.push(1);
    let (text, list) = (text + "!", list);
    op.call()?;
    Ok((text, list))
}

#[retry(clone(b))]
fn destructured(op: &Flaky, (a, b): (u32, String), [x, ..]: [u8; 2]) -> Result<(u32, String, u8), Down> {
    let b = b + "!";
    op.call()?;
    Ok((a, b, x))
}

#[retry(clone(name))]
fn nested_mut(op: &Flaky, (mut n, ref mut name): (u32, String), _: u8) -> Result<(u32, String), Down> {
    n += 1;
    name.push('!');
    op.call()?;
    Ok((n, name.clone()))
}

#[retry]
fn r#match(op: &Flaky, r#type: &str) -> Result<String, Down> {
    op.call().map(|call| format!("{type} {call}", r#type = r#type))
}

#[retry]
#[expect(improper_ctypes_definitions, reason = "the calling convention matters, not the type")]
pub(crate) extern "C" fn foreign(op: &Flaky) -> Option<u32> {
    op.call().ok()
}

#[retry]
#[must_use = "it is tested"]
#[inline]
#[cfg(test)]
#[cfg_attr(all(), doc = "With attributes below.")]
fn attributes_below(op: &Flaky) -> Result<u32, Down> {
    op.call()
}

/// With attributes above.
#[must_use = "it is tested"]
#[inline(always)]
#[cfg(not(any()))]
#[retry]
fn attributes_above(op: &Flaky) -> Result<u32, Down> {
    #![allow(unused_variables)]
    let unused = 1;
    op.call()
}

#[retry(max = 4)]
fn recursive(op: &Flaky, depth: u32) -> Result<u32, Down> {
    if depth == 0 { op.call() } else { recursive(op, depth - 1) }
}

#[retry]
fn not_send(op: Rc<Flaky>, counter: &Cell<u32>) -> Result<u32, Down> {
    counter.set(counter.get() + 1);
    op.call()
}

#[test]
fn free_functions() {
    third_attempt!(op => free(&op), Ok(3));
    third_attempt!(op => with_question(&op), Ok(3));
    third_attempt!(op => with_return(&op), Ok(3));
    third_attempt!(op => with_loops(&op), Ok(3));
    third_attempt!(op => with_closures(&op), Ok(3));
    third_attempt!(op => recursive(&op, 3), Ok(3));
    third_attempt!(op => r#match(&op, "t").as_deref(), Ok("t 3"));
    third_attempt!(op => foreign(&op), Some(3));
    third_attempt!(op => attributes_below(&op), Ok(3));
    third_attempt!(op => attributes_above(&op), Ok(3));
}

#[test]
fn return_types() {
    third_attempt!(op => as_option(&op), Some(3));
    third_attempt!(op => as_io_result(&op), Ok(3));
    third_attempt!(op => as_anyhow(&op), Ok(3));
    third_attempt!(op => as_alias(&op), Ok(3));
    third_attempt!(op => as_outcome(&op), Reply::Answer(3));
    third_attempt!(op => impl_trait_inside(&op).map(|shown| shown.to_string()).as_deref(), Ok("call 3"));
}

#[test]
fn generics_and_lifetimes() {
    third_attempt!(op => impl_trait_argument(&op, &'x').as_deref(), Ok("x 3"));
    third_attempt!(op => generic('v', || op.call()), Ok('v'));
    third_attempt!(op => const_generic::<2>(&op), Ok([3, 3]));
    third_attempt!(op => const_generic_limit::<3>(&op), Ok(3));
    third_attempt!(op => lifetimes(&op, "short", "long"), Ok("long"));
    third_attempt!(op => elided(&op, &["word".to_owned()]), Some("word"));
}

#[test]
fn arguments_are_as_the_caller_passed_them() {
    third_attempt!(op => copied_mut(&op, 10, (1, true)), Ok((11, 2)));
    third_attempt!(op => reborrowed_mut(&op, &mut [0, 0, 0]), Ok(2));
    third_attempt!(op => destructured(&op, (1, "b".to_owned()), [7, 8]), Ok((1, _, 7)));
    let op = Flaky::failing(2);
    let _guard = testing::no_wait();
    assert_eq!(cloned(&op, "a".to_owned(), vec![0]), Ok(("a!".to_owned(), vec![0, 1])));
    let op = Flaky::failing(2);
    assert_eq!(nested_mut(&op, (1, "n".to_owned()), 0), Ok((2, "n!".to_owned())));
}

#[test]
fn what_one_attempt_does_through_a_mutable_reference_the_next_one_sees() {
    let mut log = Vec::new();
    third_attempt!(op => exclusive(&op, &mut log), Ok(3));
    assert_eq!(log, [0, 1, 2]);
}

#[test]
fn neither_send_nor_sync_is_asked_for() {
    let _guard = testing::no_wait();
    let (op, counter) = (Rc::new(Flaky::failing(2)), Cell::new(0));
    assert_eq!(not_send(Rc::clone(&op), &counter), Ok(3));
    assert_eq!(counter.get(), 3);
}

#[derive(Clone, Debug)]
struct Client<'a> {
    op: &'a Flaky,
    seen: u32,
}

impl<'a> Client<'a> {
    #[retry]
    fn connect(op: &'a Flaky) -> Result<Self, Down> {
        let seen = op.call()?;
        Ok(Client { op, seen })
    }

    #[retry]
    fn shared(&self) -> Result<u32, Down> {
        self.op.call()
    }

    #[retry]
    fn borrowing(&self) -> Result<&'a Flaky, Down> {
        self.op.call()?;
        Ok(self.op)
    }

    #[retry]
    fn exclusive(&mut self) -> Result<u32, Down> {
        self.seen += 1;
        self.op.call()?;
        Ok(self.seen)
    }

    #[retry(clone(self))]
    fn by_value(self) -> Result<u32, Down> {
        let Client { op, seen } = self;
        op.call()?;
        Ok(seen)
    }

    #[retry(clone(self))]
    fn by_mut_value(mut self) -> Result<Self, Down> {
        self.seen += 1;
        self.op.call()?;
        Ok(self)
    }

    #[retry(clone(self))]
    fn boxed(self: Box<Self>) -> Result<Box<Self>, Down> {
        let this = self;
        this.op.call()?;
        Ok(this)
    }
}

#[test]
fn methods() {
    third_attempt!(op => Client::connect(&op), Ok(Client { seen: 3, .. }));
    third_attempt!(op => Client { op: &op, seen: 0 }.shared(), Ok(3));
    third_attempt!(op => Client { op: &op, seen: 0 }.borrowing(), Ok(_));
    third_attempt!(op => Client { op: &op, seen: 0 }.exclusive(), Ok(3));
    third_attempt!(op => Client { op: &op, seen: 7 }.by_value(), Ok(7));
    third_attempt!(op => Client { op: &op, seen: 0 }.by_mut_value(), Ok(Client { seen: 1, .. }));
    third_attempt!(op => Box::new(Client { op: &op, seen: 0 }).boxed(), Ok(_));
}

trait Service {
    type Error;

    fn required(&self) -> Result<u32, Self::Error>;

    #[retry]
    fn provided(&self) -> Result<u32, Self::Error> {
        let call = self.required()?;
        Ok(call)
    }

    #[retry]
    fn consuming(self) -> Result<u32, Self::Error>
    where
        Self: Sized,
    {
        self.required()
    }
}

impl Service for Client<'_> {
    type Error = Down;

    #[retry]
    fn required(&self) -> Result<u32, Self::Error> {
        self.op.call()
    }
}

struct Once<'a>(&'a Flaky);

impl Service for Once<'_> {
    type Error = Down;

    fn required(&self) -> Result<u32, Down> {
        self.0.call()
    }
}

#[test]
fn trait_methods() {
    third_attempt!(op => Client { op: &op, seen: 0 }.required(), Ok(3));
    third_attempt!(op => Once(&op).provided(), Ok(3));
    third_attempt!(op => Once(&op).consuming(), Ok(3));
}

macro_rules! generated {
    ($name:ident, $op:ident, $max:expr, $ret:ty, $body:block) => {
        #[retry(max = $max, base_ms = 100 * 2)]
        fn $name($op: &Flaky) -> $ret $body
    };
}

generated!(made_by_a_macro, op, 3, Result<u32, Down>, { op.call() });

#[test]
fn functions_made_by_macros() {
    third_attempt!(op => made_by_a_macro(&op), Ok(3));
}

#[test]
fn functions_inside_functions() {
    #[retry]
    fn outer(op: &Flaky) -> Result<u32, Down> {
        #[retry(max = 1)]
        fn inner(op: &Flaky) -> Result<u32, Down> {
            op.call()
        }
        inner(op)
    }
    third_attempt!(op => outer(&op), Ok(3));
}

macro_rules! with_arguments {
    ($(#[$attr:meta])* $name:ident($op:ident, $text:ident: $ty:ty, $n:ident) $body:block) => {
        #[retry(max = 3, clone($text))]
        fn $name($op: &Flaky, mut $text: $ty, $(#[$attr])* mut $n: u32) -> Result<u32, Down> $body
    };
}

with_arguments! {
    #[expect(unused_mut)]
    arguments_by_a_macro(op, text: String, n) {
        text.push('x');
        assert_eq!(text, "x");
        op.call().map(|call| call + n)
    }
}

#[test]
fn arguments_of_functions_made_by_macros() {
    third_attempt!(op => arguments_by_a_macro(&op, String::new(), 1), Ok(4));
}

#[test]
fn shared_closures() {
    #[retry(max = 3)]
    fn shared<O>(op: &mut O) -> Result<u32, Down>
    where
        O: FnMut(u32) -> Result<u32, Down>,
    {
        let call = op(1)?;
        Ok(call)
    }
    third_attempt!(op => shared(&mut |n| op.call().map(|call| call + n)), Ok(4));

    #[retry(max = 3)]
    async fn shared_async(op: &mut impl AsyncFnMut() -> Result<u32, Down>) -> Result<u32, Down> {
        op().await
    }
    third_attempt!(op => crate::support::finish(shared_async(&mut async || op.call())), Ok(3));
}

#[test]
fn a_caller_is_tracked() {
    #[retry(max = 1)]
    #[track_caller]
    fn caller() -> Result<(), u32> {
        Err(std::panic::Location::caller().line())
    }

    #[retry(max = 1, on_retry = |_| (), fallback = Err)]
    #[track_caller]
    fn caller_in_steps() -> Result<(), u32> {
        Err(std::panic::Location::caller().line())
    }

    let here = line!() + 1;
    let lines = [caller(), caller_in_steps()];
    assert_eq!(lines, [Err(here), Err(here)]);
}

/// An error that notes when it is dropped.
#[derive(Debug)]
struct Noted(Rc<Cell<u32>>);

impl Drop for Noted {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

#[retry(max = 3, sleep = |_| waits.push(dropped.get()))]
fn an_error_that_is_dropped(dropped: &Rc<Cell<u32>>, waits: &mut Vec<u32>) -> Result<(), Noted> {
    Err(Noted(Rc::clone(dropped)))
}

#[retry(max = 3, sleep = |_| waits.borrow_mut().push(dropped.get()))]
fn an_error_that_core_drops(dropped: &Rc<Cell<u32>>, waits: &RefCell<Vec<u32>>) -> Result<(), Noted> {
    Err(Noted(Rc::clone(dropped)))
}

#[test]
fn an_error_is_dropped_before_the_wait() {
    let (dropped, mut waits) = (Rc::new(Cell::new(0)), Vec::new());
    let last = an_error_that_is_dropped(&dropped, &mut waits);
    assert_eq!((waits, dropped.get()), (vec![1, 2], 2), "{last:?}");
    let (dropped, waits) = (Rc::new(Cell::new(0)), RefCell::new(Vec::new()));
    let last = an_error_that_core_drops(&dropped, &waits);
    assert_eq!((waits.into_inner(), dropped.get()), (vec![1, 2], 2), "{last:?}");
}
