//! Which errors are retried: `on`, `unless`, `when` and the error's own word.
#![allow(clippy::all, clippy::pedantic, reason = "attributes are what users write, not what clippy would")]

use std::cell::Cell;
use std::error::Error;
use std::fmt::{self, Debug, Display};
use std::io;

use async_trait::async_trait;
use reattempt::{AttemptTimeout, GiveUpReason, Retryable, retry, testing};

use crate::support::{Down, Flaky, run};
use GiveUpReason::{MaxAttempts, NotRetryable};

/// How a call ended: after how many attempts, and why.
#[derive(Debug, Default)]
struct Seen {
    attempts: Cell<u32>,
    reason: Cell<Option<GiveUpReason>>,
    asked: Cell<u32>,
}

impl Seen {
    fn attempt(&self) {
        self.attempts.set(self.attempts.get() + 1);
    }

    fn ask(&self) {
        self.asked.set(self.asked.get() + 1);
    }

    fn ended(&self) -> (u32, Option<GiveUpReason>) {
        (self.attempts.get(), self.reason.get())
    }
}

const RETRIED: (u32, Option<GiveUpReason>) = (3, Some(MaxAttempts));
const STOPPED: (u32, Option<GiveUpReason>) = (1, Some(NotRetryable));

/// Calls a function with a fresh [`Seen`] and skips its waits; how it ended.
fn ended<T>(call: impl FnOnce(&Seen) -> T) -> (u32, Option<GiveUpReason>) {
    let _guard = testing::no_wait();
    let seen = Seen::default();
    call(&seen);
    seen.ended()
}

/// A function that fails with `$error`, under the arguments `$argument`.
macro_rules! fails {
    ($error:ty: $value:expr; $($argument:tt)*) => {{
        #[retry($($argument)*, on_give_up = |event| seen.reason.set(Some(event.reason())))]
        fn call(seen: &Seen) -> Result<(), $error> {
            seen.attempt();
            Err($value)
        }

        #[retry($($argument)*, on_give_up = |event| seen.reason.set(Some(event.reason())))]
        async fn call_async(seen: &Seen) -> Result<(), $error> {
            seen.attempt();
            Err($value)
        }

        let ended_blocking = ended(call);
        let ended_async = ended(|seen| run(call_async(seen)));
        assert_eq!(ended_blocking, ended_async);
        ended_blocking
    }};
}

mod matrix {
    //! Every combination of rules over errors that wrap one another, against a model of the order.

    use super::*;

    /// An error that may have `E1` as its source.
    #[derive(Clone, Debug)]
    struct E0 {
        source: Option<E1>,
        flag: bool,
        is_retryable: bool,
    }

    /// An error that may have `E2` as its source.
    #[derive(Clone, Debug)]
    struct E1(Option<E2>);

    #[derive(Clone, Debug)]
    struct E2;

    impl Display for E0 {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("e0")
        }
    }

    impl Display for E1 {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("e1")
        }
    }

    impl Display for E2 {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("e2")
        }
    }

    impl Error for E0 {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.source.as_ref().map(|error| error as _)
        }
    }

    impl Error for E1 {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.0.as_ref().map(|error| error as _)
        }
    }

    impl Error for E2 {}

    thread_local! {
        static OWN_WORD_ASKED: Cell<u32> = const { Cell::new(0) };
    }

    impl Retryable for E0 {
        fn is_retryable(&self) -> bool {
            OWN_WORD_ASKED.set(OWN_WORD_ASKED.get() + 1);
            self.is_retryable
        }
    }

    impl E0 {
        /// An error with `depth` others behind it.
        fn new(depth: usize, flag: bool, is_retryable: bool) -> E0 {
            let inner = (depth > 1).then_some(E2);
            E0 { source: (depth > 0).then_some(E1(inner)), flag, is_retryable }
        }
    }

    /// What a rule names: types by their number, and whether it has the pattern `E0 { flag: true, .. }`.
    #[derive(Clone, Copy, Debug)]
    struct Items {
        types: &'static [usize],
        pattern: bool,
    }

    const fn types(types: &'static [usize]) -> Option<Items> {
        Some(Items { types, pattern: false })
    }

    const fn pattern(types: &'static [usize]) -> Option<Items> {
        Some(Items { types, pattern: true })
    }

    #[derive(Clone, Copy, Debug)]
    struct Rules {
        unless: Option<Items>,
        on: Option<Items>,
        when: Option<bool>,
    }

    /// The order in words, one sentence a line; and how often `when` and the error itself are asked.
    fn model(rules: Rules, depth: usize, flag: bool, is_retryable: bool) -> (bool, u32, u32) {
        let has_type = |items: Items| items.types.iter().any(|&number| number <= depth);
        let has_pattern = |items: Items| items.pattern && flag;
        // `unless` stops.
        if rules.unless.is_some_and(|items| has_type(items) || has_pattern(items)) {
            return (false, 0, 0);
        }
        // `on` stops if none matches.
        if rules.on.is_some_and(|items| !has_type(items) && !has_pattern(items)) {
            return (false, 0, 0);
        }
        // `when` is final.
        if let Some(when) = rules.when {
            return (when, 1, 0);
        }
        // So is a pattern.
        if rules.on.is_some_and(has_pattern) {
            return (true, 0, 0);
        }
        // A type leaves the last word to the error.
        (is_retryable, 0, 1)
    }

    struct Case {
        seen: Seen,
        error: E0,
        when: bool,
    }

    /// Runs one function over all errors. Returns how many there were.
    fn check(unless: Option<Items>, on: Option<Items>, has_when: bool, call: &dyn Fn(&Case)) -> u32 {
        let mut cells = 0;
        for cell in 0..24_usize {
            let (depth, bits) = (cell % 3, cell / 3);
            let (flag, is_retryable, when) = (bits & 1 == 0, bits & 2 == 0, bits & 4 == 0);
            let rules = Rules { unless, on, when: has_when.then_some(when) };
            let case = Case { seen: Seen::default(), error: E0::new(depth, flag, is_retryable), when };
            OWN_WORD_ASKED.set(0);
            call(&case);
            let (is_retried, whens, own_words) = model(rules, depth, flag, is_retryable);
            let expected = if is_retried { RETRIED } else { STOPPED };
            assert_eq!(case.seen.ended(), expected, "{rules:?} {:?}", case.error);
            let attempts = case.seen.attempts.get();
            assert_eq!(case.seen.asked.get(), whens * attempts, "when: {rules:?} {:?}", case.error);
            assert_eq!(OWN_WORD_ASKED.get(), own_words * attempts, "own: {rules:?} {:?}", case.error);
            cells += 1;
        }
        cells
    }

    macro_rules! function {
        ($case:ident; $($argument:tt)*) => {{
            #[retry($($argument)* on_give_up = |event| $case.seen.reason.set(Some(event.reason())))]
            fn call($case: &Case) -> Result<(), E0> {
                $case.seen.attempt();
                Err($case.error.clone())
            }
            &|case| drop(call(case))
        }};
    }

    /// Each of the first list with each of the second.
    macro_rules! all {
        ($cells:ident; [$($on:tt)*]; $unless:tt) => { $(all!(@row $cells; $on; $unless);)* };
        (@row $cells:ident; $on:tt; [$($unless:tt)*]) => { $(all!(@cell $cells; $on; $unless);)* };
        (@cell $cells:ident; ($on:expr => $($on_argument:tt)*); ($unless:expr => $($un_argument:tt)*)) => {
            $cells += check($unless, $on, false, function!(case; $($on_argument)* $($un_argument)*));
            $cells += check($unless, $on, true, function!(
                case; when = |_| { case.seen.ask(); case.when },
                $($un_argument)*
                $($on_argument)*
            ));
        };
    }

    #[test]
    fn the_order_of_the_rules() {
        let _guard = testing::no_wait();
        let mut cells = 0;
        all!(cells; [
            (None =>)
            (types(&[0]) => on = E0,)
            (types(&[1]) => on = E1,)
            (types(&[2]) => on = E2,)
            (types(&[0, 1]) => on = E0 | E1,)
            (types(&[1, 2]) => on = [E1, E2],)
            (types(&[0, 1, 2]) => on = [E0 | E1, E2],)
            (pattern(&[]) => on = E0 { flag: true, .. },)
            (pattern(&[1]) => on = E1 | E0 { flag: true, .. },)
            (pattern(&[2, 0]) => on = [E0 { flag, .. } if *flag, E2, E0],)
        ]; [
            (None =>)
            (types(&[0]) => unless = E0,)
            (types(&[1]) => unless = E1,)
            (types(&[2]) => unless = [E2],)
            (types(&[1, 2]) => unless = E1 | E2,)
            (pattern(&[]) => unless = E0 { flag, .. } if *flag,)
            (pattern(&[2]) => unless = [E2, E0 { flag: true, .. }],)
        ]);
        assert_eq!(cells, 10 * 7 * 2 * 24);
    }
}

/// An error of a remote service, with variants that patterns can tell apart.
#[derive(Clone, Debug, PartialEq)]
enum Api {
    Timeout,
    Status(u16),
    Rejected { code: i32, fatal: bool },
    Io(Kind),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Reset,
    Missing,
}

#[test]
fn alternatives_lists_and_guards() {
    assert_eq!(fails!(Api: Api::Timeout; on = Api::Timeout), RETRIED);
    assert_eq!(fails!(Api: Api::Status(500); on = Api::Timeout), STOPPED);
    assert_eq!(fails!(Api: Api::Status(500); on = Api::Timeout | Api::Status(_)), RETRIED);
    assert_eq!(fails!(Api: Api::Status(500); on = [Api::Timeout, Api::Status(_)]), RETRIED);
    assert_eq!(fails!(Api: Api::Status(500); on = [Api::Timeout, Api::Status(_),]), RETRIED);
    assert_eq!(fails!(Api: Api::Status(500); on = [Api::Timeout | Api::Status(_), Api::Io(_)]), RETRIED);
    assert_eq!(fails!(Api: Api::Status(500); on = Api::Status(code) if *code >= 500), RETRIED);
    assert_eq!(fails!(Api: Api::Status(499); on = Api::Status(code) if *code >= 500), STOPPED);
    assert_eq!(
        fails!(Api: Api::Timeout; on = [Api::Status(code) if *code >= 500, Api::Timeout if true]),
        RETRIED
    );
    assert_eq!(
        fails!(Api: Api::Status(400); on = [Api::Status(code) if *code >= 500, Api::Timeout]),
        STOPPED
    );
}

#[test]
fn patterns_of_every_kind() {
    assert_eq!(fails!(Api: Api::Status(503); on = Api::Status(500..=599)), RETRIED);
    assert_eq!(fails!(Api: Api::Status(600); on = Api::Status(500..=599)), STOPPED);
    assert_eq!(fails!(Api: Api::Status(429); on = Api::Status(429 | 502..=504)), RETRIED);
    assert_eq!(fails!(Api: Api::Status(428); on = Api::Status(429 | 502..=504)), STOPPED);
    assert_eq!(fails!(Api: Api::Status(500); on = Api::Status(500..)), RETRIED);
    assert_eq!(fails!(Api: Api::Status(499); on = Api::Status(500..)), STOPPED);
    assert_eq!(
        fails!(Api: Api::Rejected { code: 1, fatal: false }; on = Api::Rejected { fatal: false, .. }),
        RETRIED
    );
    assert_eq!(
        fails!(Api: Api::Rejected { code: -1, fatal: true }; on = Api::Rejected { fatal: false, .. }),
        STOPPED
    );
    assert_eq!(
        fails!(Api: Api::Rejected { code: -1, fatal: true }; on = Api::Rejected { code: -9..=-1, .. }),
        RETRIED
    );
    assert_eq!(fails!(Api: Api::Io(Kind::Reset); on = Api::Io(Kind::Reset)), RETRIED);
    assert_eq!(fails!(Api: Api::Io(Kind::Missing); on = Api::Io(Kind::Reset)), STOPPED);
    assert_eq!(fails!(Api: Api::Status(7); on = Api::Status(code @ 1..=9) if code % 2 == 1), RETRIED);
    assert_eq!(fails!(u16: 503; on = 500..=599), RETRIED);
    assert_eq!(fails!(u16: 404; on = 500..=599), STOPPED);
    assert_eq!(fails!((u16, bool): (503, true); on = (_, true)), RETRIED);
    assert_eq!(fails!((u16, bool): (503, false); on = (_, true)), STOPPED);
    assert_eq!(fails!(Option<u16>: Some(1); on = Some(_)), RETRIED);
    assert_eq!(fails!(Option<u16>: None; on = Some(_)), STOPPED);
    assert_eq!(fails!(self::Api: Api::Timeout; on = self::Api::Timeout), RETRIED);
    assert_eq!(fails!(Api: Api::Timeout; on = crate::selection::Api::Timeout), RETRIED);
}

#[test]
fn unless_wins_over_everything() {
    assert_eq!(fails!(Api: Api::Timeout; on = Api::Timeout, unless = Api::Timeout), STOPPED);
    assert_eq!(fails!(Api: Api::Timeout; on = Api::Timeout, unless = Api::Status(_)), RETRIED);
    assert_eq!(fails!(Api: Api::Timeout; on = Api, unless = Api::Timeout, when = |_| true), STOPPED);
    assert_eq!(fails!(Api: Api::Timeout; unless = Api), STOPPED);
    assert_eq!(fails!(Api: Api::Status(404); unless = Api::Status(400..=499) | Api::Timeout), STOPPED);
    assert_eq!(
        fails!(Api: Api::Status(404); unless = [Api::Status(code) if *code < 400, Api::Timeout]),
        RETRIED
    );
}

#[test]
fn when_is_asked_once_for_each_error_that_the_others_leave_open() {
    fn calls(call: fn(&Seen) -> Result<(), Api>) -> (u32, u32) {
        let (_guard, seen) = (testing::no_wait(), Seen::default());
        assert!(call(&seen).is_err());
        (seen.attempts.get(), seen.asked.get())
    }

    #[retry(when = |_| { seen.ask(); true })]
    fn alone(seen: &Seen) -> Result<(), Api> {
        seen.attempt();
        Err(Api::Timeout)
    }

    #[retry(on = Api::Status(_), when = |_| { seen.ask(); true })]
    fn after_on(seen: &Seen) -> Result<(), Api> {
        seen.attempt();
        Err(Api::Timeout)
    }

    #[retry(when = |_| { seen.ask(); true }, unless = Api::Timeout)]
    fn after_unless(seen: &Seen) -> Result<(), Api> {
        seen.attempt();
        Err(Api::Timeout)
    }

    #[retry(on = Api::Timeout, when = |_| { seen.ask(); false })]
    fn after_a_pattern(seen: &Seen) -> Result<(), Api> {
        seen.attempt();
        Err(Api::Timeout)
    }

    assert_eq!(calls(alone), (3, 3));
    assert_eq!(calls(after_on), (1, 0));
    assert_eq!(calls(after_unless), (1, 0));
    assert_eq!(calls(after_a_pattern), (1, 1));
}

impl Api {
    fn is_transient(&self) -> bool {
        matches!(self, Api::Timeout)
    }
}

fn is_transient(error: &Api) -> bool {
    error.is_transient()
}

#[test]
fn when_is_a_closure_or_a_path() {
    assert_eq!(fails!(Api: Api::Timeout; when = |error| error.is_transient()), RETRIED);
    assert_eq!(fails!(Api: Api::Status(1); when = |error: &Api| error.is_transient()), STOPPED);
    assert_eq!(fails!(Api: Api::Timeout; when = is_transient), RETRIED);
    assert_eq!(fails!(Api: Api::Status(1); when = self::is_transient), STOPPED);
    assert_eq!(fails!(Api: Api::Timeout; when = Api::is_transient), RETRIED);
    assert_eq!(fails!(Option<u8>: None; when = Option::is_none), RETRIED);
    assert_eq!(fails!(Option<u8>: None; when = Option::is_some), STOPPED);
    assert_eq!(fails!(String: String::new(); when = |text| text.is_empty()), RETRIED);
    assert_eq!(fails!(io::Error: io::ErrorKind::NotFound.into(); when = |_| true), RETRIED);
    let anyhow = |text: &'static str| fails_with_anyhow(text);
    assert_eq!((anyhow("busy"), anyhow("gone")), (RETRIED, STOPPED));
}

fn fails_with_anyhow(text: &'static str) -> (u32, Option<GiveUpReason>) {
    #[retry(
        when = |error| error.to_string() == "busy",
        on_give_up = |event| seen.reason.set(Some(event.reason())),
    )]
    fn call(seen: &Seen, text: &'static str) -> anyhow::Result<()> {
        seen.attempt();
        anyhow::bail!(text)
    }

    ended(|seen| call(seen, text))
}

/// An error that says of itself that it is permanent.
#[derive(Debug, PartialEq)]
struct Permanent(u32);

impl Retryable for Permanent {
    fn is_retryable(&self) -> bool {
        false
    }
}

impl Display for Permanent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("permanent")
    }
}

impl Error for Permanent {}

#[test]
fn the_errors_own_word_counts_last() {
    assert_eq!(fails!(Permanent: Permanent(0); max = 3), STOPPED);
    assert_eq!(fails!(Permanent: Permanent(0); on = Permanent), STOPPED);
    assert_eq!(fails!(Permanent: Permanent(0); on = type Permanent), STOPPED);
    assert_eq!(fails!(Permanent: Permanent(0); on = Permanent(_)), RETRIED);
    assert_eq!(fails!(Permanent: Permanent(0); on = Permanent(1)), STOPPED);
    assert_eq!(fails!(Permanent: Permanent(0); on = [Permanent, Permanent(0)]), RETRIED);
    assert_eq!(fails!(Permanent: Permanent(0); on = [Permanent(0), Permanent]), RETRIED);
    assert_eq!(fails!(Permanent: Permanent(0); on = [Permanent(1), Permanent]), STOPPED);
    assert_eq!(fails!(Permanent: Permanent(0); when = |_| true), RETRIED);
    assert_eq!(fails!(Permanent: Permanent(0); on = Permanent, when = |_| true), RETRIED);
    assert_eq!(fails!(Permanent: Permanent(0); on = Permanent(_), when = |_| false), STOPPED);
    assert_eq!(fails!(Permanent: Permanent(0); unless = Permanent(1)), STOPPED);
    assert_eq!(fails!(io::Error: io::ErrorKind::NotFound.into(); max = 3), STOPPED);
    assert_eq!(fails!(io::Error: io::ErrorKind::TimedOut.into(); max = 3), RETRIED);
    assert_eq!(fails!(io::Error: io::ErrorKind::NotFound.into(); on = io::Error), STOPPED);
    assert_eq!(fails!(Box<Permanent>: Box::new(Permanent(0)); max = 3), STOPPED);
    assert_eq!(fails!(std::sync::Arc<Permanent>: Permanent(0).into(); max = 3), STOPPED);
}

#[test]
fn an_error_that_says_nothing_is_retried() {
    assert_eq!(fails!(Api: Api::Timeout; max = 3), RETRIED);
    assert_eq!(fails!(String: "down".to_owned(); max = 3), RETRIED);
    assert_eq!(fails!((): (); max = 3), RETRIED);
    assert_eq!(fails!(anyhow::Error: Permanent(0).into(); max = 3), RETRIED);
    assert_eq!(fails!(Box<dyn Error>: Permanent(0).into(); max = 3), RETRIED);
}

/// An enum that wraps, as `thiserror` would derive it.
#[derive(Debug)]
enum Wrapping {
    Io(io::Error),
    Down { source: Down },
    Other(String),
}

impl Display for Wrapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wrapping::Io(_) => f.write_str("io"),
            Wrapping::Down { .. } => f.write_str("down"),
            Wrapping::Other(text) => f.write_str(text),
        }
    }
}

impl Error for Wrapping {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Wrapping::Io(source) => Some(source),
            Wrapping::Down { source } => Some(source),
            Wrapping::Other(_) => None,
        }
    }
}

fn reset() -> io::Error {
    io::ErrorKind::ConnectionReset.into()
}

#[test]
fn a_type_is_found_in_an_enum_that_wraps() {
    assert_eq!(fails!(Wrapping: Wrapping::Io(reset()); on = io::Error), RETRIED);
    assert_eq!(fails!(Wrapping: Wrapping::Down { source: Down(1) }; on = io::Error), STOPPED);
    assert_eq!(fails!(Wrapping: Wrapping::Down { source: Down(1) }; on = io::Error | Down), RETRIED);
    assert_eq!(fails!(Wrapping: Wrapping::Other("down".to_owned()); on = [io::Error, Down]), STOPPED);
    assert_eq!(fails!(Wrapping: Wrapping::Other(String::new()); on = [io::Error, Wrapping]), RETRIED);
    assert_eq!(fails!(Wrapping: Wrapping::Io(reset()); unless = io::Error), STOPPED);
    assert_eq!(fails!(Wrapping: Wrapping::Io(reset()); on = [Wrapping::Io(_), Down]), RETRIED);
    assert_eq!(fails!(Wrapping: Wrapping::Io(reset()); on = [Wrapping::Other(_), io::Error]), RETRIED);
}

#[test]
fn a_type_is_found_in_a_box() {
    assert_eq!(fails!(Box<dyn Error>: reset().into(); on = io::Error), RETRIED);
    assert_eq!(fails!(Box<dyn Error>: Down(1).into(); on = io::Error), STOPPED);
    assert_eq!(fails!(Box<dyn Error>: Wrapping::Io(reset()).into(); on = io::Error), RETRIED);
    assert_eq!(fails!(Box<dyn Error>: Wrapping::Io(reset()).into(); on = Wrapping), RETRIED);
    assert_eq!(fails!(Box<dyn Error>: Down(1).into(); unless = Down), STOPPED);
    assert_eq!(fails!(Box<dyn Error>: "text".into(); on = Down), STOPPED);
    assert_eq!(fails!(Box<dyn Error + Send + Sync>: reset().into(); on = io::Error), RETRIED);
    assert_eq!(fails!(Box<dyn Error + Send + Sync>: Down(1).into(); on = io::Error), STOPPED);
    assert_eq!(
        fails!(Box<dyn Error + Send + Sync>: Wrapping::Io(reset()).into(); on = Down | io::Error),
        RETRIED
    );
    assert_eq!(fails!(Box<dyn Error + Send + Sync>: Down(1).into(); unless = Down), STOPPED);
    assert_eq!(fails!(Box<dyn Error>: Down(1).into(); on = Box<dyn Error>), RETRIED);
}

#[test]
fn a_type_is_found_in_anyhow_and_under_its_context() {
    use anyhow::{Context, anyhow};
    assert_eq!(fails!(anyhow::Error: reset().into(); on = io::Error), RETRIED);
    assert_eq!(fails!(anyhow::Error: anyhow!("text"); on = io::Error), STOPPED);
    assert_eq!(fails!(anyhow::Error: anyhow!(reset()).context("a").context("b"); on = io::Error), RETRIED);
    assert_eq!(fails!(anyhow::Error: anyhow!(Down(1)).context("a"); on = io::Error), STOPPED);
    assert_eq!(fails!(anyhow::Error: anyhow!(Down(1)).context("a"); unless = Down), STOPPED);
    assert_eq!(fails!(anyhow::Error: anyhow!(Wrapping::Io(reset())); on = io::Error), RETRIED);
    assert_eq!(
        fails!(
            anyhow::Error: Err::<(), _>(Wrapping::Io(reset())).context("a").unwrap_err();
            on = [Down, io::Error]
        ),
        RETRIED
    );
    assert_eq!(fails!(anyhow::Error: anyhow!("text"); on = anyhow::Error), RETRIED);
}

#[test]
fn a_type_is_found_in_eyre() {
    use eyre::{WrapErr, eyre};
    assert_eq!(fails!(eyre::Report: reset().into(); on = io::Error), RETRIED);
    assert_eq!(fails!(eyre::Report: eyre!("text"); on = io::Error), STOPPED);
    assert_eq!(fails!(eyre::Report: eyre::Report::new(reset()).wrap_err("a"); on = io::Error), RETRIED);
    assert_eq!(
        fails!(eyre::Report: Err::<(), _>(Wrapping::Io(reset())).wrap_err("a").unwrap_err(); on = Down),
        STOPPED
    );
    assert_eq!(fails!(eyre::Report: eyre::Report::new(Down(1)).wrap_err("a"); unless = Down), STOPPED);
    assert_eq!(fails!(eyre::Report: eyre!("text"); on = eyre::Report), RETRIED);
}

#[test]
fn types_that_are_no_errors_match_by_identity() {
    assert_eq!(fails!(String: String::new(); on = String), RETRIED);
    assert_eq!(fails!(String: String::new(); unless = String), STOPPED);
    assert_eq!(fails!(&'static str: "down"; on = &'static str), RETRIED);
    assert_eq!(fails!(&'static str: "down"; on = &"down" | &"busy"), RETRIED);
    assert_eq!(fails!(&'static str: "gone"; on = &"down" | &"busy"), STOPPED);
    assert_eq!(fails!((): (); on = type ()), RETRIED);
    assert_eq!(fails!((): (); unless = ()), STOPPED);
    assert_eq!(fails!(Api: Api::Timeout; on = Api), RETRIED);
    assert_eq!(fails!(Vec<u8>: vec![]; on = Vec<u8>), RETRIED);
    assert_eq!(fails!(u16: 7; on = u16), RETRIED);
}

#[test]
fn none_is_an_error_like_any_other() {
    #[retry(when = |()| is_transient, on_give_up = |event| seen.reason.set(Some(event.reason())))]
    fn absent(seen: &Seen, is_transient: bool) -> Option<()> {
        seen.attempt();
        None
    }

    assert_eq!(ended(|seen| absent(seen, true)), RETRIED);
    assert_eq!(ended(|seen| absent(seen, false)), STOPPED);
}

/// An error with a number in its type.
#[derive(Debug)]
struct Coded<const CODE: u16>;

impl<const CODE: u16> Display for Coded<CODE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "code {CODE}")
    }
}

impl<const CODE: u16> Error for Coded<CODE> {}

#[test]
fn a_type_with_a_constant_parameter_is_a_type() {
    assert_eq!(fails!(Box<dyn Error>: Coded::<503>.into(); on = type Coded<503>), RETRIED);
    assert_eq!(fails!(Box<dyn Error>: Coded::<404>.into(); on = type Coded<503>), STOPPED);
}

#[test]
fn a_type_with_a_tuple_parameter_is_a_type() {
    assert_eq!(fails!(Vec<(u8, u8)>: vec![]; on = type Vec<(u8, u8)>), RETRIED);
}

#[test]
fn an_error_behind_a_pointer_is_found() {
    assert_eq!(fails!(Box<Down>: Box::new(Down(1)); on = Down), RETRIED);
    assert_eq!(fails!(std::sync::Arc<Down>: Down(1).into(); on = Down), RETRIED);
    assert_eq!(fails!(Box<Down>: Box::new(Down(1)); unless = Down), STOPPED);
}

mod generic {
    //! Where the error is known by its bounds alone.

    use super::*;

    #[retry(on = Down, on_give_up = |event| seen.reason.set(Some(event.reason())))]
    fn with_error<E: Error>(seen: &Seen, error: impl Fn() -> E) -> Result<(), E> {
        seen.attempt();
        Err(error())
    }

    #[retry(unless = Down, on_give_up = |event| seen.reason.set(Some(event.reason())))]
    fn with_static_error<E>(seen: &Seen, error: impl Fn() -> E) -> Result<(), E>
    where
        E: Error + 'static,
    {
        seen.attempt();
        Err(error())
    }

    #[retry(on_give_up = |event| seen.reason.set(Some(event.reason())))]
    fn with_retryable<E: Retryable>(seen: &Seen, error: impl Fn() -> E) -> Result<(), E> {
        seen.attempt();
        Err(error())
    }

    #[retry(on = E, on_give_up = |event| seen.reason.set(Some(event.reason())))]
    fn bare<E>(seen: &Seen, error: impl Fn() -> E) -> Result<(), E> {
        seen.attempt();
        Err(error())
    }

    #[retry(
        on = E,
        when = |error| is_transient(error),
        on_give_up = |event| seen.reason.set(Some(event.reason())),
    )]
    async fn judged<E>(
        seen: &Seen,
        error: impl Fn() -> E,
        is_transient: impl Fn(&E) -> bool,
    ) -> Result<(), E> {
        seen.attempt();
        Err(error())
    }

    #[test]
    fn a_type_is_found_by_the_bound_error() {
        assert_eq!(ended(|seen| with_error(seen, || Wrapping::Down { source: Down(1) })), RETRIED);
        assert_eq!(ended(|seen| with_error(seen, || Wrapping::Io(reset()))), STOPPED);
        assert_eq!(ended(|seen| with_static_error(seen, || Wrapping::Down { source: Down(1) })), STOPPED);
        assert_eq!(ended(|seen| with_static_error(seen, || Wrapping::Io(reset()))), RETRIED);
    }

    #[test]
    fn the_error_itself_is_found_by_the_bound_error() {
        assert_eq!(ended(|seen| with_error(seen, || Down(1))), RETRIED);
    }

    #[test]
    fn the_error_itself_is_found_by_the_bounds_error_and_static() {
        assert_eq!(ended(|seen| with_static_error(seen, || Down(1))), STOPPED);
    }

    #[test]
    fn the_errors_own_word_is_heard_by_the_bound_retryable() {
        assert_eq!(ended(|seen| with_retryable(seen, || Permanent(0))), STOPPED);
        assert_eq!(ended(|seen| with_retryable(seen, reset)), RETRIED);
    }

    #[test]
    fn without_a_bound_every_error_is_retried() {
        assert_eq!(ended(|seen| bare(seen, || Permanent(0))), RETRIED);
        assert_eq!(ended(|seen| run(judged(seen, || Api::Timeout, Api::is_transient))), RETRIED);
        assert_eq!(ended(|seen| run(judged(seen, || Api::Status(1), Api::is_transient))), STOPPED);
    }

    trait Backend {
        type Error;

        fn error(&self) -> Self::Error;

        #[retry(on = type Self::Error, on_give_up = |event| seen.reason.set(Some(event.reason())))]
        fn by_associated_type(&self, seen: &Seen) -> Result<(), Self::Error> {
            seen.attempt();
            Err(self.error())
        }
    }

    struct Disk;

    impl Backend for Disk {
        type Error = Permanent;

        fn error(&self) -> Permanent {
            Permanent(0)
        }
    }

    #[retry(on = <T as Backend>::Error, on_give_up = |event| seen.reason.set(Some(event.reason())))]
    fn by_projection<T: Backend>(seen: &Seen, backend: &T) -> Result<(), <T as Backend>::Error> {
        seen.attempt();
        Err(backend.error())
    }

    #[retry(
        unless = <Disk as Backend>::Error | Down,
        on_give_up = |event| seen.reason.set(Some(event.reason())),
    )]
    fn by_known_projection(seen: &Seen, is_down: bool) -> Result<(), Box<dyn Error>> {
        seen.attempt();
        if is_down { Err(Box::new(Down(1))) } else { Err(Box::new(Permanent(0))) }
    }

    #[test]
    fn an_associated_type_is_a_type() {
        assert_eq!(ended(|seen| Disk.by_associated_type(seen)), RETRIED);
        assert_eq!(ended(|seen| by_projection(seen, &Disk)), RETRIED);
        assert_eq!(ended(|seen| by_known_projection(seen, true)), STOPPED);
        assert_eq!(ended(|seen| by_known_projection(seen, false)), STOPPED);
    }

    /// An error that borrows, and so is in no chain.
    #[derive(Debug)]
    struct Borrowed<'a>(&'a str);

    impl Display for Borrowed<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Borrowed<'_> {}

    #[retry(
        on = Borrowed<'a> | Down,
        unless = Borrowed("gone"),
        on_give_up = |event| seen.reason.set(Some(event.reason())),
    )]
    fn borrowed<'a>(seen: &Seen, text: &'a str) -> Result<(), Borrowed<'a>> {
        seen.attempt();
        Err(Borrowed(text))
    }

    #[test]
    fn an_error_that_borrows_matches_by_identity() {
        let text = "down".to_owned();
        assert_eq!(ended(|seen| borrowed(seen, &text).is_err()), RETRIED);
        assert_eq!(ended(|seen| borrowed(seen, &"gone".to_owned()).is_err()), STOPPED);
    }
}

mod surroundings {
    //! What guards and closures may use: the function's arguments and `self`.

    use super::*;

    struct Client {
        limit: u16,
        seen: Seen,
    }

    impl Client {
        fn new(limit: u16) -> Client {
            Client { limit, seen: Seen::default() }
        }

        fn accepts(&self, error: &Api) -> bool {
            matches!(error, Api::Status(code) if *code >= self.limit)
        }

        #[retry(
            on = Api::Status(code) if *code >= self.limit + *offset,
            on_give_up = |event| self.seen.reason.set(Some(event.reason())),
        )]
        fn guard(&self, code: u16, offset: &u16) -> Result<(), Api> {
            self.seen.attempt();
            Err(Api::Status(code))
        }

        #[retry(
            unless = [Api::Status(code) if *code < self.limit],
            on_give_up = |event| self.seen.reason.set(Some(event.reason())),
        )]
        async fn guard_async(&self, code: u16) -> Result<(), Api> {
            self.seen.attempt();
            tokio::task::yield_now().await;
            Err(Api::Status(code))
        }

        #[retry(
            when = |error| self.accepts(error) && code != *refused,
            on_give_up = |event| self.seen.reason.set(Some(event.reason())),
        )]
        async fn closure(&mut self, code: u16, refused: &u16) -> Result<(), Api> {
            self.seen.attempt();
            Err(Api::Status(code))
        }
    }

    /// The rules of the block hold for each method, and a method may have its own.
    #[retry(
        on = Api::Status(code) if *code >= self.limit,
        unless = Api::Status(599),
        on_give_up = |event| self.seen.reason.set(Some(event.reason())),
    )]
    impl Client {
        fn of_the_block(&self, code: u16) -> Result<(), Api> {
            self.seen.attempt();
            Err(Api::Status(code))
        }

        #[retry(on = Api::Timeout | Api::Status(1..=599))]
        async fn of_its_own(&self, code: u16) -> Result<(), Api> {
            self.seen.attempt();
            Err(Api::Status(code))
        }
    }

    #[async_trait]
    trait Service {
        async fn guard(&self, code: u16, offset: &u16) -> Result<(), Api>;
        async fn closure(&mut self, code: u16) -> Result<(), Api>;
        fn seen(&self) -> (u32, Option<GiveUpReason>);
    }

    /// What `#[async_trait]` needs of its futures.
    #[derive(Default)]
    struct Shared {
        limit: u16,
        seen: std::sync::Mutex<(u32, Option<GiveUpReason>)>,
    }

    impl Shared {
        fn fail(&self, code: u16) -> Result<(), Api> {
            self.seen.lock().unwrap().0 += 1;
            Err(Api::Status(code))
        }

        fn end(&self, reason: GiveUpReason) {
            self.seen.lock().unwrap().1 = Some(reason);
        }

        fn seen(&self) -> (u32, Option<GiveUpReason>) {
            *self.seen.lock().unwrap()
        }
    }

    struct Inside(Shared);

    #[async_trait]
    impl Service for Inside {
        #[retry(
            on = Api::Status(status) if *status >= self.0.limit + *offset,
            on_give_up = |event| self.0.end(event.reason()),
        )]
        async fn guard(&self, code: u16, offset: &u16) -> Result<(), Api> {
            tokio::task::yield_now().await;
            self.0.fail(code)?;
            Ok(())
        }

        #[retry(
            when = |error| matches!(error, Api::Status(_)) && code >= self.0.limit,
            on_give_up = |event| self.0.end(event.reason()),
        )]
        async fn closure(&mut self, code: u16) -> Result<(), Api> {
            self.0.fail(code)
        }

        fn seen(&self) -> (u32, Option<GiveUpReason>) {
            self.0.seen()
        }
    }

    struct Above(Shared);

    #[retry(
        when = |error| matches!(error, Api::Status(_)) && code >= self.0.limit,
        on_give_up = |event| self.0.end(event.reason()),
    )]
    #[async_trait]
    impl Service for Above {
        #[retry(when = |_| true, on = Api::Status(status) if *status >= self.0.limit + *offset)]
        async fn guard(&self, code: u16, offset: &u16) -> Result<(), Api> {
            tokio::task::yield_now().await;
            self.0.fail(code)?;
            Ok(())
        }

        async fn closure(&mut self, code: u16) -> Result<(), Api> {
            self.0.fail(code)
        }

        fn seen(&self) -> (u32, Option<GiveUpReason>) {
            self.0.seen()
        }
    }

    struct Below(Shared);

    #[async_trait]
    #[retry(
        when = |error| matches!(error, Api::Status(_)) && code >= self.0.limit,
        on_give_up = |event| self.0.end(event.reason()),
    )]
    impl Service for Below {
        #[retry(when = |_| true, on = Api::Status(status) if *status >= self.0.limit + *offset)]
        async fn guard(&self, code: u16, offset: &u16) -> Result<(), Api> {
            tokio::task::yield_now().await;
            self.0.fail(code)?;
            Ok(())
        }

        async fn closure(&mut self, code: u16) -> Result<(), Api> {
            self.0.fail(code)
        }

        fn seen(&self) -> (u32, Option<GiveUpReason>) {
            self.0.seen()
        }
    }

    #[test]
    fn guards_use_arguments_and_self() {
        let _guard = testing::no_wait();
        for (code, expected) in [(505, RETRIED), (504, STOPPED)] {
            let client = Client::new(500);
            assert!(client.guard(code, &5).is_err());
            assert_eq!(client.seen.ended(), expected);
        }
        for (code, expected) in [(500, RETRIED), (499, STOPPED)] {
            let client = Client::new(500);
            assert!(run(client.guard_async(code)).is_err());
            assert_eq!(client.seen.ended(), expected);
        }
    }

    #[test]
    fn closures_use_arguments_and_self() {
        for (code, refused, expected) in [(500, 1, RETRIED), (499, 1, STOPPED), (500, 500, STOPPED)] {
            let mut client = Client::new(500);
            assert!(run(client.closure(code, &refused)).is_err());
            assert_eq!(client.seen.ended(), expected);
        }
    }

    #[test]
    fn an_impl_block_has_rules_too() {
        let _guard = testing::no_wait();
        for (code, expected) in [(500, RETRIED), (499, STOPPED), (599, STOPPED)] {
            let client = Client::new(500);
            assert!(client.of_the_block(code).is_err());
            assert_eq!(client.seen.ended(), expected);
        }
        for (code, expected) in [(499, RETRIED), (600, STOPPED), (599, STOPPED)] {
            let client = Client::new(500);
            assert!(run(client.of_its_own(code)).is_err());
            assert_eq!(client.seen.ended(), expected);
        }
    }

    fn exercise<S: Service>(new: impl Fn(Shared) -> S) {
        let service = || new(Shared { limit: 500, ..Shared::default() });
        for (code, expected) in [(505, RETRIED), (504, STOPPED)] {
            let service = service();
            assert!(run(service.guard(code, &5)).is_err());
            assert_eq!(service.seen(), expected);
        }
        for (code, expected) in [(500, RETRIED), (499, STOPPED)] {
            let mut service = service();
            assert!(run(service.closure(code)).is_err());
            assert_eq!(service.seen(), expected);
        }
    }

    #[test]
    fn under_async_trait_in_every_order() {
        exercise(Inside);
        exercise(Above);
        exercise(Below);
    }
}

mod timeouts {
    //! The error of an attempt that ran out of time.

    use std::future::pending;

    use super::*;

    #[derive(Debug)]
    enum Failure {
        TimedOut(AttemptTimeout),
        Refused,
    }

    impl From<AttemptTimeout> for Failure {
        fn from(timeout: AttemptTimeout) -> Self {
            Failure::TimedOut(timeout)
        }
    }

    impl Display for Failure {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("failure")
        }
    }

    impl Error for Failure {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            match self {
                Failure::TimedOut(timeout) => Some(timeout),
                Failure::Refused => None,
            }
        }
    }

    thread_local! {
        static ASKED: Cell<u32> = const { Cell::new(0) };
    }

    /// Never retryable by its own word.
    impl Retryable for Failure {
        fn is_retryable(&self) -> bool {
            ASKED.set(ASKED.get() + 1);
            false
        }
    }

    macro_rules! hangs {
        ($hangs:expr; $($argument:tt)*) => {{
            #[retry(
                attempt_timeout = "5s",
                on_give_up = |event| seen.reason.set(Some(event.reason())),
                $($argument)*
            )]
            async fn call(seen: &Seen, hangs: bool) -> Result<(), Failure> {
                seen.attempt();
                if hangs { pending().await } else { Err(Failure::Refused) }
            }

            let (_guard, seen) = (testing::no_wait(), Seen::default());
            assert!(call(&seen, $hangs).await.is_err());
            seen.ended()
        }};
    }

    #[tokio::test(start_paused = true)]
    async fn its_own_word_is_not_asked() {
        ASKED.set(0);
        assert_eq!(hangs!(true;), RETRIED);
        assert_eq!(hangs!(true; on = Failure), RETRIED);
        assert_eq!(hangs!(true; on = AttemptTimeout), RETRIED);
        assert_eq!(ASKED.get(), 0);
        assert_eq!(hangs!(false;), STOPPED);
        assert_eq!(hangs!(false; on = Failure), STOPPED);
        assert_eq!(ASKED.get(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn on_unless_and_when_see_it() {
        assert_eq!(hangs!(true; unless = Failure::TimedOut(_)), STOPPED);
        assert_eq!(hangs!(true; unless = AttemptTimeout), STOPPED);
        assert_eq!(hangs!(true; on = Failure::Refused), STOPPED);
        assert_eq!(hangs!(true; on = Failure::TimedOut(timeout) if timeout.limit().as_secs() == 5), RETRIED);
        assert_eq!(hangs!(false; on = AttemptTimeout), STOPPED);
        assert_eq!(hangs!(true; when = |error| matches!(error, Failure::Refused)), STOPPED);
        assert_eq!(hangs!(true; when = |error| matches!(error, Failure::TimedOut(_))), RETRIED);
        assert_eq!(hangs!(false; when = |error| matches!(error, Failure::Refused)), RETRIED);
    }

    #[tokio::test(start_paused = true)]
    async fn only_the_attempt_that_ran_out_of_time_counts_as_such() {
        #[retry(attempt_timeout = "5s", max = 9, on_give_up = |event| seen.reason.set(Some(event.reason())))]
        async fn hangs_at_first(seen: &Seen) -> Result<(), Failure> {
            seen.attempt();
            if seen.attempts.get() < 3 { pending().await } else { Err(Failure::Refused) }
        }

        let (_guard, seen) = (testing::no_wait(), Seen::default());
        assert!(hangs_at_first(&seen).await.is_err());
        assert_eq!(seen.ended(), (3, Some(NotRetryable)));
    }

    #[tokio::test(start_paused = true)]
    async fn its_own_hint_is_not_asked_for() {
        #[derive(Debug)]
        struct Hinting;

        impl From<AttemptTimeout> for Hinting {
            fn from(_: AttemptTimeout) -> Self {
                Hinting
            }
        }

        impl Retryable for Hinting {
            fn is_retryable(&self) -> bool {
                panic!("asked")
            }

            fn retry_after(&self) -> Option<std::time::Duration> {
                Some(std::time::Duration::from_secs(60))
            }
        }

        #[retry(attempt_timeout = "5s", base = "1s", jitter = none, max = 2)]
        async fn hang() -> Result<(), Hinting> {
            pending().await
        }

        let guard = testing::no_wait();
        assert!(hang().await.is_err());
        assert_eq!(guard.delays(), crate::support::secs([1]));
    }
}

#[test]
fn the_rules_go_with_a_success_in_the_end() {
    #[retry(on = Down, unless = Down(3), when = |error| error.0 != 4)]
    fn call(op: &Flaky) -> Result<u32, Down> {
        op.call()
    }

    let _guard = testing::no_wait();
    assert_eq!(call(&Flaky::failing(0)), Ok(1));
    assert_eq!(call(&Flaky::failing(2)), Ok(3));
    assert_eq!(call(&Flaky::failing(3)), Err(Down(3)));
}

#[test]
fn an_error_may_change_between_attempts() {
    #[retry(max = 9, on = Down | io::Error, unless = Permanent)]
    fn call(calls: &Cell<u32>) -> anyhow::Result<()> {
        calls.set(calls.get() + 1);
        match calls.get() {
            1 => Err(Down(1).into()),
            2 => Err(reset().into()),
            3 => Err(anyhow::Error::new(Down(3)).context("third")),
            _ => Err(anyhow::Error::new(Permanent(4)).context(Down(4))),
        }
    }

    let (_guard, calls) = (testing::no_wait(), Cell::new(0));
    assert_eq!(call(&calls).unwrap_err().to_string(), "down at call 4");
    assert_eq!(calls.get(), 4);
}

mod literals {
    use std::borrow::Cow;
    use std::sync::Arc;

    use reattempt::retry;

    #[retry(unless = "no")]
    pub(super) fn text(error: &'static str) -> Result<(), &'static str> {
        Err(error)
    }

    #[retry(on = "busy" | "down")]
    pub(super) fn string(error: &str) -> Result<(), String> {
        Err(error.to_owned())
    }

    #[retry(on = ["busy" if is_on || is_forced, ("down")])]
    pub(super) fn cow(error: &'static str, is_on: bool, is_forced: bool) -> Result<(), Cow<'static, str>> {
        Err(error.into())
    }

    #[retry(on = "busy")]
    pub(super) fn shared(error: &str) -> Result<(), Arc<str>> {
        Err(error.into())
    }

    #[retry(on = _word @ ("busy" | "down"), unless = word @ "down" if *word == "down")]
    pub(super) fn in_pattern(error: &'static str) -> Result<(), &'static str> {
        Err(error)
    }

    #[retry(on = b"busy")]
    pub(super) fn bytes(error: &'static [u8]) -> Result<(), &'static [u8]> {
        Err(error)
    }

    #[retry(on = 5)]
    pub(super) fn integer(error: u32) -> Result<(), u32> {
        Err(error)
    }

    #[retry(on = -1 | i32::MAX)]
    pub(super) fn signed(error: i32) -> Result<(), i32> {
        Err(error)
    }

    #[retry(on = 'x' | 'a'..='c')]
    pub(super) fn character(error: char) -> Result<(), char> {
        Err(error)
    }

    #[retry(on = true)]
    pub(super) fn boolean(error: bool) -> Result<(), bool> {
        Err(error)
    }

    #[retry(on = Some("busy"))]
    pub(super) fn optional(error: Option<&'static str>) -> Result<(), Option<&'static str>> {
        Err(error)
    }
}

#[test]
fn a_literal_matches_the_error_that_it_is() {
    use literals::*;

    let guard = testing::no_wait();
    let mut seen = 0;
    let mut waits = |expected: usize, is_error: bool| {
        let now = guard.delays().len();
        assert_eq!((now - seen, is_error), (expected, true), "after {seen} waits");
        seen = now;
    };
    waits(0, text("no").is_err());
    waits(2, text("yes").is_err());
    waits(2, string("down").is_err());
    waits(0, string("no").is_err());
    waits(2, cow("busy", false, true).is_err());
    waits(0, cow("busy", false, false).is_err());
    waits(2, cow("down", false, false).is_err());
    waits(2, shared("busy").is_err());
    waits(0, shared("no").is_err());
    waits(2, in_pattern("busy").is_err());
    waits(0, in_pattern("down").is_err());
    waits(2, bytes(b"busy").is_err());
    waits(0, bytes(b"no").is_err());
    waits(2, integer(5).is_err());
    waits(0, integer(6).is_err());
    waits(2, signed(-1).is_err());
    waits(2, signed(i32::MAX).is_err());
    waits(0, signed(1).is_err());
    waits(2, character('b').is_err());
    waits(0, character('d').is_err());
    waits(2, boolean(true).is_err());
    waits(0, boolean(false).is_err());
    waits(2, optional(Some("busy")).is_err());
    waits(0, optional(None).is_err());
}
