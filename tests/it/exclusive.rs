//! Rules of blocking functions that use what the body borrows exclusively, and what it only reads.
#![allow(
    unused_mut,
    unused_variables,
    reason = "the expressions of the attributes use what the bodies do not"
)]

use std::time::Duration;

use reattempt::{retry, testing};

use crate::support::Down;

/// A client whose state the body and the rules change.
#[derive(Debug, Default, PartialEq)]
struct Client {
    id: u32,
    calls: u32,
    asked: u32,
    slept: Vec<Duration>,
}

impl Client {
    fn fail(&mut self) -> Result<u32, Down> {
        self.calls += 1;
        Err(Down(self.calls))
    }

    fn allows(&mut self, error: &Down) -> bool {
        self.asked += 1;
        error.0 < self.id
    }

    #[retry(max = 9, when = |error| self.allows(error))]
    fn when(&mut self) -> Result<u32, Down> {
        self.fail()
    }

    #[retry(max = 9, when = |error| self.allows(error))]
    fn when_with_question_mark(&mut self) -> Result<u32, Down> {
        let value = self.fail()?;
        Ok(value + 1)
    }

    #[retry(max = 9, on = Down(calls) if *calls < self.id)]
    fn guard(&mut self) -> Result<u32, Down> {
        self.fail()
    }

    #[retry(max = 3, base = "1s", jitter = none, sleep = |delay| self.slept.push(delay))]
    fn sleep(&mut self) -> Result<u32, Down> {
        self.fail()
    }

    #[retry(
        max = 9,
        jitter = none,
        when = |error| error.0 < self.id,
        retry_after = |error| Some(Duration::from_secs(error.0.into())),
        sleep = |delay| self.slept.push(delay),
    )]
    fn rules_that_use_it_twice(&mut self) -> Result<u32, Down> {
        self.fail()
    }

    #[retry(max = 9, when = |error| error.0 < *limit)]
    fn argument(&mut self, limit: &mut u32) -> Result<u32, Down> {
        *limit -= 1;
        self.fail()
    }

    #[retry(max = 9, attempt = number, when = |error| error.0 < self.id)]
    fn numbered(&mut self) -> Result<u32, Down> {
        assert_eq!(self.calls + 1, number);
        self.fail()
    }
}

/// A struct that changes what it borrows, though it is not `mut` itself.
struct Borrowed<'a> {
    log: &'a mut Vec<u32>,
}

impl Borrowed<'_> {
    #[retry(max = 3, when = |error| self.log.len() < 9 && error.0 > 0)]
    fn by_value(self) -> Result<(), Down> {
        self.log.push(1);
        Err(Down(1))
    }
}

#[retry(max = 3, when = |error| borrowed.log.len() < 9 && error.0 > 0)]
#[expect(clippy::needless_pass_by_value, reason = "the value is what is tested")]
fn by_argument(borrowed: Borrowed<'_>) -> Result<(), Down> {
    borrowed.log.push(1);
    Err(Down(1))
}

#[test]
fn a_rule_uses_what_the_body_changes() {
    let _guard = testing::no_wait();
    let new = || Client { id: 3, ..Client::default() };
    for call in [Client::when, Client::when_with_question_mark] {
        let mut client = new();
        assert_eq!(call(&mut client), Err(Down(3)));
        assert_eq!(client, Client { calls: 3, asked: 3, ..new() });
    }
    for call in [Client::guard, Client::numbered] {
        let mut client = new();
        assert_eq!(call(&mut client), Err(Down(3)));
        assert_eq!(client, Client { calls: 3, ..new() });
    }
    let (mut client, mut limit) = (new(), 6);
    assert_eq!(client.argument(&mut limit), Err(Down(3)));
    assert_eq!(limit, 3);
}

#[test]
fn a_sleep_changes_what_the_body_changes() {
    let mut client = Client { id: 3, ..Client::default() };
    assert_eq!(client.sleep(), Err(Down(3)));
    assert_eq!(client.slept, [1, 2].map(Duration::from_secs));
    let mut client = Client { id: 3, ..Client::default() };
    assert_eq!(client.rules_that_use_it_twice(), Err(Down(3)));
    assert_eq!(client.slept, [1, 2].map(Duration::from_secs));
}

#[test]
fn a_value_with_an_exclusive_borrow_is_no_different() {
    let _guard = testing::no_wait();
    let mut log = Vec::new();
    assert_eq!(Borrowed { log: &mut log }.by_value(), Err(Down(1)));
    assert_eq!(by_argument(Borrowed { log: &mut log }), Err(Down(1)));
    assert_eq!(log, [1; 6]);
}

/// Rules and a body that read the same arguments are closures beside each other.
#[retry(max = 3, name = "read {key}", when = |error| error.0 > 0 && !key.is_empty(), clone(suffix))]
fn read(key: &str, suffix: String, calls: &mut u32) -> Result<String, Down> {
    *calls += 1;
    if *calls < 3 {
        return Err(Down(*calls));
    }
    Ok(key.to_owned() + &suffix)
}

#[test]
fn a_rule_reads_what_the_body_reads() {
    let _guard = testing::no_wait();
    let mut calls = 0;
    assert_eq!(read("a", "b".to_owned(), &mut calls).as_deref(), Ok("ab"));
    assert_eq!(calls, 3);
}

#[retry(max = 9, attempt = number, when = |_| number < 3)]
fn numbered_rule(calls: &mut u32) -> Result<(), Down> {
    *calls += 1;
    Err(Down(number))
}

#[retry(max = 9, attempt = number, when = |_| number < 3)]
#[expect(unused_variables, reason = "the number of the attempt has the same name")]
fn number_over_argument(number: u32) -> Result<(), Down> {
    Err(Down(number))
}

#[retry(max = 9, attempt = number, retry_ok = |value| *value < 3 && number < 9)]
fn numbered_value() -> Result<u32, Down> {
    Ok(number)
}

#[test]
fn a_rule_uses_the_number_of_the_attempt() {
    let _guard = testing::no_wait();
    let mut calls = 0;
    assert_eq!(numbered_rule(&mut calls), Err(Down(3)));
    assert_eq!(calls, 3);
    assert_eq!(number_over_argument(0), Err(Down(3)));
    assert_eq!(numbered_value(), Ok(3));
}

impl Client {
    #[retry(max = 3, when = |error| !format!("{error} of {self:?}").is_empty())]
    fn shown(&mut self) -> Result<u32, Down> {
        self.fail()
    }

    #[retry(max = 3, when = |error| error.0 < self.id, on_retry = |_| self.asked += 1)]
    fn told(&mut self) -> Result<u32, Down> {
        self.fail()
    }
}

/// A struct whose lifetime need not be written.
struct Hidden<'a> {
    log: &'a mut Vec<u32>,
}

#[retry(max = 3, when = |_| hidden.log.len() < 9)]
#[expect(clippy::needless_pass_by_value, reason = "the value is what is tested")]
#[allow(elided_lifetimes_in_paths, reason = "a lifetime that is not written is what is tested")]
fn hidden(hidden: Hidden) -> Result<(), Down> {
    hidden.log.push(1);
    Err(Down(1))
}

#[test]
fn a_rule_uses_what_it_does_not_show_to_borrow() {
    let _guard = testing::no_wait();
    let mut client = Client::default();
    assert_eq!(client.shown(), Err(Down(3)));
    let mut client = Client { id: 9, ..Client::default() };
    assert_eq!(client.told(), Err(Down(3)));
    assert_eq!(client.asked, 2);
    let mut log = Vec::new();
    assert_eq!(hidden(Hidden { log: &mut log }), Err(Down(1)));
    assert_eq!(log, [1; 3]);
}

#[retry(max = 2, fallback = |error| if error.0 > 9 { Err(error) } else { Ok(default) })]
fn consumed_by_the_fallback(default: String) -> Result<String, Down> {
    Err(Down(u32::try_from(default.len()).expect("a short text")))
}

#[test]
fn a_fallback_consumes_what_the_body_reads() {
    let _guard = testing::no_wait();
    assert_eq!(consumed_by_the_fallback("known".to_owned()).as_deref(), Ok("known"));
    assert_eq!(consumed_by_the_fallback("too long to be known".to_owned()), Err(Down(20)));
}

#[retry(max = 3, on_retry = |_| count += 1)]
fn hook_changes_an_argument(x: u32, mut count: u32) -> Result<u32, Down> {
    Err(Down(x))
}

#[retry(max = 3, clone(text), fallback = |_| Ok(text))]
fn fallback_consumes_a_clone(x: u32, text: String) -> Result<String, Down> {
    Err(Down(x))
}

#[retry(max = 3, on_retry = |_| x = &x[1..])]
fn hook_changes_a_reference(mut x: &[u8]) -> Result<u32, Down> {
    Err(Down(u32::try_from(x.len()).expect("a short slice")))
}

#[retry(max = 9, when = |_| { x += 1; x < 3 })]
fn rule_changes_an_argument(mut x: u32) -> Result<u32, Down> {
    Err(Down(x))
}

#[retry(max = 9, clone(x), when = |_| { x.push(1); x.len() < 3 })]
fn rule_changes_a_clone(mut x: Vec<u32>) -> Result<u32, Down> {
    Err(Down(u32::try_from(x.len()).expect("a short vector")))
}

#[test]
fn an_expression_changes_what_each_attempt_binds_anew() {
    let _guard = testing::no_wait();
    assert_eq!(hook_changes_an_argument(7, 0), Err(Down(7)));
    assert_eq!(fallback_consumes_a_clone(1, "known".to_owned()).as_deref(), Ok("known"));
    assert_eq!(hook_changes_a_reference(b"abc"), Err(Down(1)));
    assert_eq!(rule_changes_an_argument(0), Err(Down(2)));
    assert_eq!(rule_changes_a_clone(Vec::new()), Err(Down(2)));
}
