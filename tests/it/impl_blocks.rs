//! `#[retry]` on an `impl` block.

use reattempt::{Policy, retry, testing};

use crate::support::{Down, Flaky, run};

const FIVE: u32 = 5;

struct Client {
    op: Flaky,
    policy: Policy,
    log: Vec<u32>,
}

impl Client {
    fn failing(failures: u32) -> Self {
        Client { op: Flaky::failing(failures), policy: Policy::new().max(2), log: Vec::new() }
    }
}

#[retry(max = FIVE, base_ms = 100, jitter = none)]
impl Client {
    const LIMIT: u32 = 4;

    fn get(&self) -> Result<u32, Down> {
        self.op.call()
    }

    fn put(&mut self, value: u32) -> Result<u32, Down> {
        self.log.push(value);
        let call = self.op.call()?;
        Ok(call)
    }

    async fn fetch(&self) -> Result<u32, Down> {
        self.op.call()
    }

    fn later(&self) -> impl Future<Output = Result<u32, Down>> {
        async { self.op.call() }
    }

    #[retry(max = 2)]
    fn twice(&self) -> Result<u32, Down> {
        self.op.call()
    }

    #[retry(base = "1s")]
    fn slower(&self) -> Result<u32, Down> {
        self.op.call()
    }

    #[retry(max = Self::LIMIT)]
    fn by_constant(&self) -> Result<u32, Down> {
        self.op.call()
    }

    #[retry(policy = self.policy)]
    fn by_field(&self) -> Result<u32, Down> {
        self.op.call()
    }

    #[retry(skip)]
    fn once(&self) -> Result<u32, Down> {
        self.op.call()
    }

    #[reattempt::retry]
    fn optional(&self) -> Option<u32> {
        self.op.call().ok()
    }

    fn optional_left_alone(&self) -> Option<u32> {
        self.op.call().ok()
    }

    fn calls(&self) -> u32 {
        self.op.calls()
    }

    fn nothing(&self) {
        let _ = self.op.call();
    }

    fn reference(&self) -> &Flaky {
        &self.op
    }

    fn text(&self) -> String {
        format!("{:?}", self.op)
    }
}

#[test]
fn every_method_that_can_fail_is_retried() {
    let guard = testing::no_wait();
    assert_eq!(Client::failing(4).get(), Ok(5));
    let mut client = Client::failing(4);
    assert_eq!(client.put(7), Ok(5));
    assert_eq!(client.log, [7; 5]);
    assert_eq!(
        guard.delays().iter().map(std::time::Duration::as_millis).collect::<Vec<_>>(),
        [100, 200, 400, 800].repeat(2)
    );
    assert_eq!(run(Client::failing(4).fetch()), Ok(5));
    assert_eq!(run(Client::failing(4).later()), Ok(5));
}

#[test]
fn a_method_overrides_single_arguments() {
    let guard = testing::no_wait();
    assert_eq!(Client::failing(9).twice(), Err(Down(2)));
    assert_eq!(guard.delays().len(), 1);
    assert_eq!(guard.delays()[0].as_millis(), 100);
    assert_eq!(Client::failing(1).slower(), Ok(2));
    assert_eq!(guard.delays()[1].as_millis(), 1000);
    assert_eq!(Client::failing(9).by_constant(), Err(Down(4)));
    assert_eq!(Client::failing(9).by_field(), Err(Down(5)));
}

#[test]
fn what_cannot_fail_is_left_alone() {
    let client = Client::failing(9);
    assert_eq!(client.once(), Err(Down(1)));
    assert_eq!(client.optional_left_alone(), None);
    client.nothing();
    assert_eq!(client.reference().calls(), client.calls());
    assert_eq!(client.calls(), 3);
    assert!(client.text().contains("Flaky"));
}

#[test]
fn an_option_asks_for_itself() {
    let _guard = testing::no_wait();
    assert_eq!(Client::failing(4).optional(), Some(5));
}

trait Storage<K> {
    type Error;
    const RETRIES: u32;
    fn load(&self, key: K) -> Result<u32, Self::Error>;
}

struct Generic<T, const N: u32>(T);

#[retry(max = N)]
impl<T, const N: u32> Storage<T> for Generic<&Flaky, N> {
    type Error = Down;
    const RETRIES: u32 = { N };

    fn load(&self, _: T) -> Result<u32, Self::Error> {
        self.0.call()
    }
}

#[test]
fn a_trait_impl_with_parameters() {
    let _guard = testing::no_wait();
    let op = Flaky::failing(9);
    assert_eq!(Generic::<_, 4>(&op).load("key"), Err(Down(4)));
    assert_eq!(<Generic<&Flaky, 4> as Storage<u8>>::RETRIES, 4);
}
