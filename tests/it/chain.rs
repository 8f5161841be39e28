//! How far an error is seen through what stands around it: one table of nestings, and what each argument finds in it.

use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter};
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use reattempt::{CircuitBreaker, CircuitOpen, RetryError, Retryable, retry, testing};

/// An error that classifies itself.
#[derive(Clone, Copy, Debug)]
struct Leaf {
    is_retryable: bool,
    after: Option<Duration>,
}

impl Display for Leaf {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("leaf")
    }
}

impl Error for Leaf {}

impl Retryable for Leaf {
    fn is_retryable(&self) -> bool {
        self.is_retryable
    }

    fn retry_after(&self) -> Option<Duration> {
        self.after
    }
}

/// An error that names another as its source, as derived enums do: a `Box<T>` is its own link of the chain.
struct Wrap<S> {
    inner: S,
    source: fn(&S) -> &(dyn Error + 'static),
}

impl<S> Wrap<S> {
    fn any(inner: S, source: fn(&S) -> &(dyn Error + 'static)) -> Self {
        Wrap { inner, source }
    }
}

impl<S: Error + 'static> Wrap<S> {
    fn of(inner: S) -> Self {
        Wrap { inner, source: |inner| inner }
    }
}

impl<S> Debug for Wrap<S> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Wrap")
    }
}

impl<S> Display for Wrap<S> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("wrapped")
    }
}

impl<S> Error for Wrap<S> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some((self.source)(&self.inner))
    }
}

/// An error in an `Arc` that stays on its thread, as those of some libraries do.
fn share<E: Error + 'static>(error: E) -> Arc<E> {
    Arc::new(error)
}

/// The waits of one call.
fn waits<E>(call: impl FnOnce() -> Result<(), E>) -> Vec<Duration> {
    let guard = testing::no_wait();
    assert!(call().is_err());
    guard.delays()
}

const GOOD: Leaf = Leaf { is_retryable: true, after: None };
const BAD: Leaf = Leaf { is_retryable: false, after: None };
const LATE: Leaf = Leaf { is_retryable: true, after: Some(Duration::from_secs(100)) };

fn refused() -> io::Error {
    io::ErrorKind::ConnectionRefused.into()
}

fn missing() -> io::Error {
    io::ErrorKind::NotFound.into()
}

/// The error of a loop that gave up.
fn gave_up() -> RetryError<io::Error> {
    #[retry(max = 1, error = io::Error)]
    fn call() -> Result<(), RetryError<io::Error>> {
        Err(refused())
    }
    call().unwrap_err()
}

/// The refusal of a breaker that is held open.
fn refusal() -> CircuitOpen {
    let breaker = CircuitBreaker::new();
    breaker.force_open();
    breaker.acquire().unwrap_err()
}

/// Which classification counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The error's own.
    Own,
    /// That of the first error in the box that has one.
    Boxed,
    /// None, unless `ask` names a type.
    Plain,
}

use Kind::{Boxed, Own, Plain};

/// A row of the table: what each function returned that fails with one inner error in one nesting.
struct Row {
    name: &'static str,
    kind: Kind,
    on: fn(Leaf) -> Vec<Duration>,
    unless: fn(Leaf) -> Vec<Duration>,
    ask: fn(Leaf) -> Vec<Duration>,
    io: fn(fn() -> io::Error) -> Vec<Duration>,
    on_io: fn(fn() -> io::Error) -> Vec<Duration>,
    mark: fn() -> Vec<Duration>,
    refusal: fn() -> Vec<Duration>,
    refused_attempt: fn(&CircuitBreaker),
}

/// Each line: a name, a type in terms of an inner type, how an inner error is put into it, and its kind.
macro_rules! nestings {
    ($($name:ident: $X:ident => $ty:ty, |$x:ident| $make:expr, $kind:ident;)*) => {
        const TABLE: &[Row] = &[$({
            mod leaf {
                use super::*;
                #[allow(dead_code)]
                type $X = Leaf;
                #[retry(max = 3, on = Leaf)]
                pub(super) fn on($x: Leaf) -> Result<(), $ty> { Err($make) }
                #[retry(max = 3, unless = Leaf)]
                pub(super) fn unless($x: Leaf) -> Result<(), $ty> { Err($make) }
                #[retry(max = 3, ask = Leaf)]
                pub(super) fn ask($x: Leaf) -> Result<(), $ty> { Err($make) }
            }
            mod io_error {
                use super::*;
                #[allow(dead_code)]
                type $X = io::Error;
                #[retry(max = 3)]
                pub(super) fn plain(make: fn() -> io::Error) -> Result<(), $ty> { let $x = make(); Err($make) }
                #[retry(max = 3, on = io::Error)]
                pub(super) fn on(make: fn() -> io::Error) -> Result<(), $ty> { let $x = make(); Err($make) }
            }
            mod mark {
                use super::*;
                #[allow(dead_code)]
                type $X = RetryError<io::Error>;
                #[retry(max = 3)]
                pub(super) fn call() -> Result<(), $ty> { let $x = gave_up(); Err($make) }
            }
            mod open {
                use super::*;
                #[allow(dead_code)]
                type $X = CircuitOpen;
                #[retry(max = 3)]
                pub(super) fn call() -> Result<(), $ty> { let $x = refusal(); Err($make) }
                #[retry(max = 1, breaker = breaker, error = $ty)]
                pub(super) fn attempt(breaker: &CircuitBreaker) -> Result<(), RetryError<$ty>> {
                    let $x = refusal();
                    Err($make)
                }
            }
            Row {
                name: stringify!($name),
                kind: $kind,
                on: |leaf| waits(|| leaf::on(leaf)),
                unless: |leaf| waits(|| leaf::unless(leaf)),
                ask: |leaf| waits(|| leaf::ask(leaf)),
                io: |make| waits(|| io_error::plain(make)),
                on_io: |make| waits(|| io_error::on(make)),
                mark: || waits(mark::call),
                refusal: || waits(open::call),
                refused_attempt: |breaker| assert!(open::attempt(breaker).is_err()),
            }
        }),*];
    };
}

nestings! {
    itself: X => X, |x| x, Own;
    in_box: X => Box<X>, |x| Box::new(x), Own;
    in_arc: X => Arc<X>, |x| Arc::new(x), Own;
    in_rc: X => Rc<X>, |x| Rc::new(x), Own;
    in_two_boxes: X => Box<Box<X>>, |x| Box::new(Box::new(x)), Own;
    in_box_of_arc: X => Box<Arc<X>>, |x| Box::new(Arc::new(x)), Own;
    in_arc_of_box: X => Arc<Box<X>>, |x| Arc::new(Box::new(x)), Own;
    in_rc_of_arc: X => Rc<Arc<X>>, |x| Rc::new(Arc::new(x)), Own;
    boxed: X => Box<dyn Error>, |x| Box::new(x), Boxed;
    boxed_send: X => Box<dyn Error + Send>, |x| Box::new(x), Boxed;
    boxed_sync: X => Box<dyn Error + Sync>, |x| Box::new(x), Boxed;
    boxed_send_sync: X => Box<dyn Error + Send + Sync>, |x| Box::new(x), Boxed;
    arc: X => Arc<dyn Error>, |x| Arc::new(x), Boxed;
    arc_send: X => Arc<dyn Error + Send>, |x| Arc::new(x), Boxed;
    arc_sync: X => Arc<dyn Error + Sync>, |x| Arc::new(x), Boxed;
    arc_send_sync: X => Arc<dyn Error + Send + Sync>, |x| Arc::new(x), Boxed;
    rc: X => Rc<dyn Error>, |x| Rc::new(x), Boxed;
    rc_send_sync: X => Rc<dyn Error + Send + Sync>, |x| Rc::new(x), Boxed;
    arc_of_boxed: X => Arc<Box<dyn Error + Send + Sync>>, |x| Arc::new(Box::new(x)), Boxed;
    rc_of_boxed: X => Rc<Box<dyn Error>>, |x| Rc::new(Box::new(x)), Boxed;
    box_of_arc: X => Box<Arc<dyn Error + Send + Sync>>, |x| Box::new(Arc::new(x)), Boxed;
    arc_of_anyhow: X => Arc<anyhow::Error>, |x| Arc::new(anyhow::Error::new(x)), Boxed;
    box_of_anyhow: X => Box<anyhow::Error>, |x| Box::new(anyhow::Error::new(x).context("a")), Boxed;
    rc_of_eyre: X => Rc<eyre::Report>, |x| Rc::new(eyre::Report::new(x)), Boxed;
    anyhow: X => anyhow::Error, |x| anyhow::Error::new(x), Boxed;
    anyhow_with_context: X => anyhow::Error, |x| anyhow::Error::new(x).context("a").context("b"), Boxed;
    anyhow_around_box: X => anyhow::Error, |x| anyhow::Error::new(Box::new(x)), Boxed;
    anyhow_around_arc: X => anyhow::Error, |x| anyhow::Error::new(Arc::new(x)).context("a"), Boxed;
    anyhow_around_shared: X => anyhow::Error, |x| anyhow::Error::new(Arc::new(x) as Arc<dyn Error + Send + Sync>), Boxed;
    anyhow_around_io: X => anyhow::Error, |x| anyhow::Error::new(io::Error::other(x)), Boxed;
    anyhow_around_enum: X => anyhow::Error, |x| anyhow::Error::new(Wrap::of(Box::new(x))), Boxed;
    eyre: X => eyre::Report, |x| eyre::Report::new(x), Boxed;
    eyre_with_context: X => eyre::Report, |x| eyre::Report::new(Box::new(x)).wrap_err("a"), Boxed;
    box_in_box: X => Box<dyn Error>, |x| Box::new(Box::new(x)), Boxed;
    arc_in_box: X => Box<dyn Error + Send + Sync>, |x| Box::new(Arc::new(x)), Boxed;
    shared_in_box: X => Box<dyn Error>, |x| Box::new(Arc::new(x) as Arc<dyn Error>), Boxed;
    shared_send_in_box: X => Box<dyn Error>, |x| Box::new(Arc::new(x) as Arc<dyn Error + Send>), Boxed;
    shared_twice: X => Arc<dyn Error>, |x| share(Arc::new(Box::new(x)) as Arc<dyn Error>), Boxed;
    enum_in_box: X => Box<dyn Error + Send>, |x| Box::new(Wrap::of(Arc::new(x))), Boxed;
    enum_in_arc: X => Arc<dyn Error + Send + Sync>, |x| Arc::new(Wrap::of(Box::new(x))), Boxed;
    variant: X => Wrap<X>, |x| Wrap::of(x), Plain;
    variant_with_box: X => Wrap<Box<X>>, |x| Wrap::of(Box::new(x)), Plain;
    variant_with_arc: X => Wrap<Arc<X>>, |x| Wrap::of(Arc::new(x)), Plain;
    variant_with_shared: X => Wrap<Arc<dyn Error + Send + Sync>>, |x| Wrap::of(Arc::new(x)), Plain;
    variant_with_shared_sync: X => Wrap<Arc<dyn Error + Sync>>, |x| Wrap::of(Arc::new(x)), Plain;
    variant_with_two_boxes: X => Wrap<Box<Box<X>>>, |x| Wrap::of(Box::new(Box::new(x))), Plain;
    variant_with_box_of_arc: X => Wrap<Box<Arc<X>>>, |x| Wrap::of(Box::new(Arc::new(x))), Plain;
    variant_with_arc_of_arc: X => Wrap<Arc<Arc<X>>>, |x| Wrap::of(Arc::new(Arc::new(x))), Plain;
    variant_with_box_of_shared: X => Wrap<Box<Arc<dyn Error + Send + Sync>>>, |x| Wrap::of(Box::new(Arc::new(x))), Plain;
    variant_with_boxed: X => Wrap<Box<dyn Error>>, |x| Wrap::any(Box::new(x), |e| &**e), Plain;
    variant_with_anyhow: X => Wrap<anyhow::Error>, |x| Wrap::any(anyhow::Error::new(x).context("a"), |e| e.as_ref()), Plain;
    variant_deep: X => Wrap<Wrap<Box<Wrap<Arc<X>>>>>, |x| Wrap::of(Wrap::of(Box::new(Wrap::of(Arc::new(x))))), Plain;
    variant_in_box: X => Box<Wrap<X>>, |x| Box::new(Wrap::of(x)), Plain;
    variant_in_arc: X => Arc<Wrap<Box<X>>>, |x| Arc::new(Wrap::of(Box::new(x))), Plain;
    variant_in_rc: X => Rc<Wrap<Arc<X>>>, |x| Rc::new(Wrap::of(Arc::new(x))), Plain;
    variant_with_io: X => Wrap<io::Error>, |x| Wrap::of(io::Error::other(x)), Plain;
    variant_with_boxed_io: X => Wrap<Box<io::Error>>, |x| Wrap::of(Box::new(io::Error::other(x))), Plain;
    io: X => io::Error, |x| io::Error::other(x), Boxed;
    io_of_box: X => io::Error, |x| io::Error::other(Box::new(x)), Boxed;
    io_of_shared: X => io::Error, |x| io::Error::other(Arc::new(x) as Arc<dyn Error + Send + Sync>), Boxed;
    io_of_io: X => io::Error, |x| io::Error::other(io::Error::new(io::ErrorKind::TimedOut, x)), Boxed;
    io_of_variant: X => io::Error, |x| io::Error::other(Wrap::of(Arc::new(x))), Boxed;
    io_in_box: X => Box<io::Error>, |x| Box::new(io::Error::other(x)), Boxed;
    io_in_arc: X => Arc<io::Error>, |x| Arc::new(io::Error::other(Box::new(x))), Boxed;
    io_in_rc: X => Rc<io::Error>, |x| Rc::new(io::Error::other(x)), Boxed;
    boxed_io_in_anyhow: X => anyhow::Error, |x| anyhow::Error::new(Box::new(io::Error::other(Box::new(x)))), Boxed;
}

const RETRIED: usize = 2;
const STOPPED: usize = 0;

/// Calls `check` with the column of each row, and names every row that is wrong.
fn for_each_row<T: PartialEq + Debug>(column: &str, value: impl Fn(&Row) -> T, expected: impl Fn(Kind) -> T) {
    assert!(TABLE.len() >= 40);
    let wrong: Vec<_> = TABLE
        .iter()
        .filter_map(|row| {
            let (value, expected) = (value(row), expected(row.kind));
            (value != expected).then(|| format!("{}: {value:?} instead of {expected:?}", row.name))
        })
        .collect();
    assert!(wrong.is_empty(), "{column}: {wrong:#?}");
}

#[test]
fn on_finds_a_type_in_every_nesting() {
    for_each_row("on", |row| (row.on)(GOOD).len(), |_| RETRIED);
    for_each_row("on = io::Error", |row| (row.on_io)(refused).len(), |_| RETRIED);
}

#[test]
fn unless_finds_a_type_in_every_nesting() {
    for_each_row("unless", |row| (row.unless)(GOOD).len(), |_| STOPPED);
}

#[test]
fn a_type_in_on_leaves_the_last_word_to_the_error_in_the_box() {
    let expected = |kind| if kind == Plain { RETRIED } else { STOPPED };
    for_each_row("on", |row| (row.on)(BAD).len(), expected);
    for_each_row("on = io::Error", |row| (row.on_io)(missing).len(), expected);
}

#[test]
fn a_type_in_ask_is_asked_in_every_nesting() {
    for_each_row("ask", |row| (row.ask)(GOOD).len(), |_| RETRIED);
    for_each_row("ask", |row| (row.ask)(BAD).len(), |_| STOPPED);
}

#[test]
fn a_type_in_ask_gives_its_hint_in_every_nesting() {
    let follows_hint =
        |row: &Row| (row.ask)(LATE).iter().map(|wait| *wait >= Duration::from_secs(100)).collect();
    for_each_row("hint", follows_hint, |_| vec![true; RETRIED]);
}

#[test]
fn a_box_is_asked_by_the_io_error_in_it() {
    for_each_row("refused", |row| (row.io)(refused).len(), |_| RETRIED);
    for_each_row(
        "missing",
        |row| (row.io)(missing).len(),
        |kind| if kind == Plain { RETRIED } else { STOPPED },
    );
}

#[test]
fn the_mark_of_a_loop_that_gave_up_is_found_in_every_nesting() {
    for_each_row("mark", |row| (row.mark)().len(), |_| STOPPED);
}

#[test]
fn the_refusal_of_a_breaker_that_is_held_open_ends_the_call_in_every_nesting() {
    for_each_row("refusal", |row| (row.refusal)().len(), |_| STOPPED);
}

#[test]
fn a_breaker_does_not_count_the_refusal_of_another_in_any_nesting() {
    let opens = |row: &Row| {
        let breaker = CircuitBreaker::new().consecutive_failures(1).count_permanent_errors();
        (row.refused_attempt)(&breaker);
        breaker.state()
    };
    for_each_row("breaker", opens, |_| reattempt::CircuitState::Closed);
}

mod refusals {
    use super::*;
    use reattempt::Policy;

    const PLAIN: Policy = Policy::new().jitter(reattempt::Jitter::None);

    fn open() -> CircuitBreaker {
        let breaker = CircuitBreaker::new().consecutive_failures(1).open_for(Duration::from_secs(20));
        breaker.acquire().unwrap().failure();
        breaker
    }

    #[test]
    fn a_refusal_is_retried_when_the_breaker_lets_calls_through_again() {
        #[retry(policy = PLAIN, ask = CircuitOpen)]
        fn call(breaker: &CircuitBreaker) -> anyhow::Result<u32> {
            Ok(breaker.call(|| Ok::<_, CircuitOpen>(7))?)
        }

        let guard = testing::no_wait();
        assert_eq!(call(&open()).unwrap(), 7);
        assert_eq!(guard.delays(), [Duration::from_secs(20)]);
    }

    #[test]
    fn the_time_left_is_a_hint_for_every_error_that_carries_it() {
        #[retry(policy = PLAIN)]
        fn itself(breaker: &CircuitBreaker) -> Result<u32, CircuitOpen> {
            breaker.call(|| Ok(7))
        }
        #[retry(policy = PLAIN)]
        fn io(breaker: &CircuitBreaker) -> io::Result<u32> {
            breaker.call(|| Ok(7))
        }
        #[retry(policy = PLAIN)]
        fn variant(breaker: &CircuitBreaker) -> Result<u32, Wrap<CircuitOpen>> {
            breaker.call(|| Ok(7)).map_err(Wrap::of)
        }

        for call in [
            (|breaker| itself(breaker).ok()) as fn(&CircuitBreaker) -> Option<u32>,
            |breaker| io(breaker).ok(),
            |breaker| variant(breaker).ok(),
        ] {
            let guard = testing::no_wait();
            assert_eq!(call(&open()), Some(7));
            assert_eq!(guard.delays(), [Duration::from_secs(20)]);
        }
    }

    #[test]
    fn a_bare_closure_ends_with_a_refusal_and_waits_for_the_breaker_if_it_asks() {
        let guard = testing::no_wait();
        let breaker = open();
        let operation = || breaker.call(|| Ok::<_, CircuitOpen>(7));
        assert!(PLAIN.run(operation).is_err());
        assert_eq!(guard.delays(), []);
        assert_eq!(PLAIN.retry(operation).retryable().run(), Ok(7));
        assert_eq!(guard.delays(), [Duration::from_secs(20)]);
    }
}

mod through_retry_errors {
    use super::*;

    #[retry(max = 1, breaker = breaker, error = io::Error)]
    fn refused_call(breaker: &CircuitBreaker) -> Result<(), RetryError<io::Error>> {
        Ok(())
    }

    #[test]
    fn a_refusal_without_a_last_error_is_none_of_another_breaker() {
        #[retry(max = 1, breaker = outer, when = |_| true)]
        fn boxed(outer: &CircuitBreaker, inner: &CircuitBreaker) -> anyhow::Result<()> {
            Ok(refused_call(inner)?)
        }
        #[retry(max = 1, breaker = outer, error = Arc<RetryError<io::Error>>, when = |_| true)]
        fn shared(
            outer: &CircuitBreaker,
            inner: &CircuitBreaker,
        ) -> Result<(), RetryError<Arc<RetryError<io::Error>>>> {
            refused_call(inner).map_err(Arc::new)
        }

        #[retry(max = 1, breaker = outer, when = |_| true)]
        fn borrowing<'a>(
            outer: &CircuitBreaker,
            inner: &CircuitBreaker,
            _: &'a str,
        ) -> Result<(), Box<dyn Error + 'a>> {
            Ok(refused_call(inner)?)
        }
        #[retry(max = 1, breaker = outer, error = Rc<RetryError<io::Error>>, when = |_| true)]
        fn counted(
            outer: &CircuitBreaker,
            inner: &CircuitBreaker,
        ) -> Result<(), RetryError<Rc<RetryError<io::Error>>>> {
            refused_call(inner).map_err(Rc::new)
        }

        let (outer, inner) = (CircuitBreaker::new().consecutive_failures(1), CircuitBreaker::new());
        inner.force_open();
        assert!(boxed(&outer, &inner).is_err() && shared(&outer, &inner).is_err());
        assert!(borrowing(&outer, &inner, "").is_err());
        assert_eq!(outer.state(), reattempt::CircuitState::Closed);
        assert!(counted(&outer, &inner).is_err());
        assert_eq!(outer.state(), reattempt::CircuitState::Closed);
    }
}

mod circles {
    use super::*;

    /// An error that is its own source.
    #[derive(Debug)]
    struct Loop;

    impl Display for Loop {
        fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
            f.write_str("loop")
        }
    }

    impl Error for Loop {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(self)
        }
    }

    #[test]
    fn an_error_that_names_itself_is_an_error_like_others() {
        #[retry]
        fn plain() -> Result<(), Loop> {
            Err(Loop)
        }
        #[retry(on = io::Error)]
        fn boxed() -> anyhow::Result<()> {
            Err(Loop.into())
        }
        #[retry(ask = Leaf)]
        fn io() -> io::Result<()> {
            Err(io::Error::other(Loop))
        }
        assert_eq!(waits(plain).len(), RETRIED);
        assert_eq!(waits(boxed).len(), STOPPED);
        assert_eq!(waits(io).len(), RETRIED);
    }

    /// A chain of so many sources.
    fn deep(sources: usize) -> Box<dyn Error + Send + Sync> {
        let mut error: Box<dyn Error + Send + Sync> = Box::new(GOOD);
        for _ in 0..sources {
            error = Box::new(Wrap::any(error, |e| &**e));
        }
        error
    }

    #[test]
    fn a_chain_is_followed_for_64_sources() {
        #[retry(on = Leaf)]
        fn call(sources: usize) -> Result<(), Box<dyn Error + Send + Sync>> {
            Err(deep(sources))
        }
        assert_eq!(waits(|| call(64)).len(), RETRIED);
        assert_eq!(waits(|| call(65)).len(), STOPPED);
    }
}

mod borrowing {
    use super::*;

    type Alias<'a> = Result<(), Box<dyn Error + 'a>>;

    #[retry(on = Leaf)]
    fn borrowed<'a>(_text: &'a str, leaf: Leaf) -> Result<(), Box<dyn Error + 'a>> {
        Err(Box::new(Wrap::of(Box::new(leaf))))
    }

    #[retry(on = Leaf)]
    fn elided(_text: &str, leaf: Leaf) -> Result<(), Box<dyn Error + Send + '_>> {
        Err(Box::new(Wrap::of(leaf)))
    }

    #[retry(unless = Leaf)]
    fn by_alias<'a>(_text: &'a str, leaf: Leaf) -> Alias<'a> {
        Err(Arc::new(Wrap::of(leaf)).into())
    }

    #[retry]
    async fn in_a_future<'a>(_text: &'a str) -> Result<(), Arc<dyn Error + Send + Sync + 'a>> {
        Err(Arc::new(Wrap::of(gave_up())))
    }

    #[retry(error = Box<dyn Error + 'a>)]
    fn wrapped<'a>(text: &'a str) -> Result<u32, RetryError<Box<dyn Error + 'a>>> {
        if text.is_empty() { Err("empty".into()) } else { Ok(1) }
    }

    /// Nothing is asked of these, and they compile as without the attribute.
    #[retry]
    fn layered<'a>(_text: &'a str) -> Result<(), Arc<Box<dyn Error + 'a>>> {
        Ok(())
    }

    #[retry]
    fn by_reference<'a>(error: &'a (dyn Error + Send + Sync + 'a)) -> Result<(), &'a (dyn Error + 'a)> {
        Err(error)
    }

    #[retry(on = Leaf)]
    fn beside_a_borrowed_value<'a>(_text: &'a str, leaf: Leaf) -> Result<&'a str, Box<dyn Error>> {
        Err(leaf.into())
    }

    #[test]
    fn a_box_that_borrows_is_asked_by_its_sources() {
        assert_eq!(waits(|| borrowed("", GOOD)).len(), RETRIED);
        assert_eq!(waits(|| borrowed("", BAD)).len(), STOPPED);
        assert_eq!(waits(|| elided("", GOOD)).len(), RETRIED);
        assert_eq!(waits(|| by_alias("", GOOD)).len(), STOPPED);
        assert_eq!(waits(|| crate::support::finish(in_a_future(""))).len(), STOPPED);
        assert!(wrapped(&String::from("x")).is_ok());
        assert!(layered(&String::from("x")).is_ok());
        assert_eq!(waits(|| by_reference(&gave_up()).map_err(drop)).len(), STOPPED);
    }

    #[test]
    fn a_lifetime_in_the_value_does_not_hide_the_error() {
        assert_eq!(waits(|| beside_a_borrowed_value("", GOOD).map(drop)).len(), RETRIED);
    }
}
