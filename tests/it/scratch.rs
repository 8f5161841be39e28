use std::cell::Cell;
use reattempt::retry;
use reattempt::testing;

#[retry]
fn plain(calls: &Cell<u32>) -> Result<u32, String> {
    calls.set(calls.get() + 1);
    if calls.get() < 3 { Err("no".to_owned()) } else { Ok(calls.get()) }
}

#[retry(max = 4, base_ms = 10, jitter = 0.3, name = "find {what}")]
fn with_question(calls: &mut u32, what: &str) -> Result<u32, Box<dyn std::error::Error>> {
    *calls += 1;
    let n: u32 = if *calls < 3 { "x".parse()? } else { "7".parse()? };
    Ok(n)
}

#[retry(base = "1s", attempt_timeout = "5s")]
async fn asy(calls: &Cell<u32>) -> Result<u32, E> {
    calls.set(calls.get() + 1);
    tokio::task::yield_now().await;
    if calls.get() < 3 { Err(E)? }
    Ok(5)
}

#[derive(Debug)]
struct E;
impl From<reattempt::AttemptTimeout> for E { fn from(_: reattempt::AttemptTimeout) -> E { E } }

struct S<const N: u32>;
impl<const N: u32> S<N> {
    const MAX: u32 = 3;
    #[retry(max = Self::MAX, jitter = none)]
    fn f(&self, calls: &mut u32) -> Option<u32> { *calls += 1; (*calls == 3).then_some(*calls) }
}

struct C { policy: reattempt::Policy, calls: u32 }
#[retry(max = 5, base_ms = 7)]
impl C {
    fn a(&mut self) -> Result<u32, ()> { self.calls += 1; if self.calls < 5 { Err(()) } else { Ok(self.calls) } }
    #[retry(max = 2)]
    fn b(&mut self) -> Result<u32, ()> { self.calls += 1; if self.calls < 5 { Err(()) } else { Ok(self.calls) } }
    #[retry(policy = self.policy)]
    async fn c(&mut self) -> Result<u32, ()> { self.calls += 1; if self.calls < 5 { Err(()) } else { Ok(self.calls) } }
    #[retry(skip)]
    fn d(&mut self) -> Result<u32, ()> { self.calls += 1; Err(()) }
    fn e(&self) -> u32 { 4 }
}

#[test]
fn all() {
    let guard = testing::no_wait();
    assert_eq!(plain(&Cell::new(0)), Ok(3));
    let mut n = 0;
    assert_eq!(with_question(&mut n, "x").unwrap(), 7);
    assert_eq!(guard.delays().len(), 4);
    let rt = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    assert_eq!(rt.block_on(asy(&Cell::new(0))).unwrap(), 5);
    assert_eq!(S::<2>.f(&mut 0), Some(3));
    let mut c = C { policy: reattempt::Policy::new(), calls: 0 };
    assert_eq!(c.a(), Ok(5));
    c.calls = 0;
    assert_eq!(c.b(), Err(()));
    assert_eq!(c.calls, 2);
    assert_eq!(c.d(), Err(()));
    assert_eq!(c.e(), 4);
    assert_eq!(rt.block_on(c.c()), Ok(5));
}
