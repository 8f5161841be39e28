//! Functions and arguments of each shape, with a copy that wins.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use reattempt::{Call, CircuitBreaker, Hedge, RetryBudget, retry};

use super::lab::*;

/// Asserts that the copy of a call wins, whose first try never ends.
macro_rules! copy_wins {
    ($lab:ident, $hedge:ident => $call:expr, $expected:pat) => {{
        let $hedge = saved(1).await;
        let $lab = Lab::new([never(), ok(10)]);
        let result = $lab.end($call).await;
        assert!(matches!(result, $expected), "{result:?}");
        $lab.saw(["0: 1 starts", "50: 2 starts", "60: 2 ok", "60: 1 dropped"]);
    }};
}

#[retry(hedge = hedge)]
async fn with_question(lab: &Lab, hedge: &Hedge) -> Result<u32, Failure> {
    let answer = lab.answer().await?;
    if answer == 0 {
        return Ok(0);
    }
    Ok(answer)
}

#[retry(hedge = hedge)]
async fn generic<T: Clone + Debug, F>(lab: &Lab, hedge: &Hedge, value: &T, call: F) -> Result<T, Failure>
where
    F: AsyncFn(&Lab) -> Result<u32, Failure>,
{
    call(lab).await?;
    Ok(value.clone())
}

#[retry(hedge = hedge)]
async fn borrowed<'a>(lab: &Lab, hedge: &Hedge, text: &'a str) -> Result<&'a str, Failure> {
    lab.answer().await?;
    Ok(text)
}

#[retry(hedge = hedge, clone(text, list))]
async fn owned(
    lab: &Lab,
    hedge: &Hedge,
    text: String,
    mut list: Vec<u32>,
    mut n: u32,
) -> Result<(String, Vec<u32>, u32), Failure> {
    n += 1;
    list.push(n);
    let text = text + "!";
    lab.answer().await?;
    Ok((text, list, n))
}

#[retry(hedge = hedge)]
async fn lent(lab: &Lab, hedge: &Hedge, text: String, list: Vec<u32>) -> Result<usize, Failure> {
    lab.answer().await?;
    Ok(text.len() + list.len())
}

#[retry(hedge = hedge)]
async fn patterns(
    lab: &Lab,
    hedge: &Hedge,
    (a, b): (u32, u32),
    [first, ..]: [u32; 3],
    Pair { left, .. }: Pair,
) -> Result<u32, Failure> {
    lab.answer().await?;
    Ok(a + b + first + left)
}

#[derive(Clone, Copy)]
struct Pair {
    left: u32,
    #[allow(dead_code)]
    right: u32,
}

#[retry(hedge = hedge)]
async fn optional(lab: &Lab, hedge: &Hedge) -> Option<u32> {
    lab.answer().await.ok()
}

#[retry(hedge = hedge)]
async fn boxed_errors(lab: &Lab, hedge: &Hedge) -> Result<u32, Box<dyn std::error::Error>> {
    let answer = lab.answer().await.map_err(|error| format!("{error:?}"))?;
    Ok(answer + "1".parse::<u32>()?)
}

#[retry(hedge = hedge)]
async fn any(lab: &Lab, hedge: &Hedge) -> anyhow::Result<impl Debug> {
    let answer = lab.answer().await.map_err(|error| anyhow::anyhow!("{error:?}"))?;
    anyhow::ensure!(answer > 0, "never");
    Ok(answer)
}

#[retry(hedge = hedge)]
fn returns_a_future(lab: &Lab, hedge: &Hedge) -> impl Future<Output = Result<u32, Failure>> {
    async move {
        let answer = lab.answer().await?;
        Ok(answer)
    }
}

#[retry(hedge = hedge)]
fn returns_after_setup(lab: &Lab, hedge: &Hedge, mut n: u32) -> impl Future<Output = Result<u32, Failure>> {
    n += 10;
    let offset = n;
    async move { lab.answer().await.map(|answer| answer + n - offset) }
}

#[retry(hedge = hedge)]
fn returns_boxed<'a>(
    lab: &'a Lab,
    hedge: &'a Hedge,
) -> Pin<Box<dyn Future<Output = Result<u32, Failure>> + Send + 'a>> {
    Box::pin(async move {
        let answer = lab.answer().await?;
        Ok(answer)
    })
}

#[retry(hedge = hedge, call = c)]
async fn passes_the_handle_on(lab: &Lab, hedge: &Hedge) -> Result<u32, Failure> {
    by_reference(c, lab).await
}

#[retry(hedge = hedge, call = c)]
async fn moves_the_handle(lab: &Lab, hedge: &Hedge) -> Result<u32, Failure> {
    let moved = async move { by_reference(c, lab).await };
    let closure = |lab| by_reference(c, lab);
    if c.attempt() > 5 {
        closure(lab).await?;
    }
    moved.await
}

async fn by_reference(call: &Call, lab: &Lab) -> Result<u32, Failure> {
    let answer = lab.answer().await;
    if call.attempt() > 1 {
        call.stop();
    }
    answer
}

#[retry(hedge = hedge)]
async fn shares_a_box(lab: &Lab, hedge: &Hedge, list: Box<[u32]>, rc: Rc<u32>) -> Result<u32, Failure> {
    let rc = Rc::clone(&rc);
    lab.answer().await?;
    Ok(list.iter().sum::<u32>() + *rc)
}

#[tokio::test(start_paused = true)]
async fn functions() {
    copy_wins!(lab, hedge => with_question(&lab, &hedge), Ok(2));
    copy_wins!(lab, hedge => generic(&lab, &hedge, &7_u8, async |lab| lab.answer().await), Ok(7));
    copy_wins!(lab, hedge => borrowed(&lab, &hedge, "text"), Ok("text"));
    let expected = Ok(("a!".to_owned(), vec![1, 8], 8));
    copy_wins!(lab, hedge => async { assert_eq!(owned(&lab, &hedge, "a".to_owned(), vec![1], 7).await, expected) }, ());
    copy_wins!(lab, hedge => lent(&lab, &hedge, "a".to_owned(), vec![1]), Ok(2));
    let pair = Pair { left: 5, right: 6 };
    copy_wins!(lab, hedge => patterns(&lab, &hedge, (1, 2), [3, 4, 4], pair), Ok(11));
    copy_wins!(lab, hedge => optional(&lab, &hedge), Some(2));
    copy_wins!(lab, hedge => boxed_errors(&lab, &hedge), Ok(3));
    copy_wins!(lab, hedge => any(&lab, &hedge), Ok(_));
    copy_wins!(lab, hedge => returns_a_future(&lab, &hedge), Ok(2));
    copy_wins!(lab, hedge => returns_after_setup(&lab, &hedge, 3), Ok(2));
    copy_wins!(lab, hedge => returns_boxed(&lab, &hedge), Ok(2));
    copy_wins!(lab, hedge => passes_the_handle_on(&lab, &hedge), Ok(2));
    copy_wins!(lab, hedge => moves_the_handle(&lab, &hedge), Ok(2));
    copy_wins!(lab, hedge => shares_a_box(&lab, &hedge, Box::new([1, 2]), Rc::new(3)), Ok(6));
}

struct Client {
    hedge: Hedge,
    lab: Lab,
}

/// Each method has the hedge.
#[retry(max = 2, base = "1s", jitter = none, hedge = self.hedge)]
impl Client {
    async fn get(&self) -> Result<u32, Failure> {
        self.lab.answer().await
    }

    async fn get_with(&self, extra: u32) -> Result<u32, Failure> {
        let answer = self.lab.answer().await?;
        Ok(answer + extra)
    }

    #[retry(hedge = "50ms")]
    async fn with_its_own(&self) -> Result<u32, Failure> {
        self.lab.answer().await
    }

    #[retry(skip)]
    async fn without(&self) -> Result<u32, Failure> {
        self.lab.answer().await
    }

    #[retry(hedge = "50ms")]
    async fn by_arc(self: Arc<Self>) -> Result<u32, Failure> {
        self.lab.answer().await
    }
}

impl Client {
    async fn new<const N: usize>(tries: [Try; N]) -> Client {
        Client { hedge: saved(1).await, lab: Lab::new(tries) }
    }

    #[retry(max = 1, hedge = &self.hedge, name = "fetch {extra}")]
    async fn named(&self, extra: u32) -> Result<u32, Failure> {
        Ok(self.lab.answer().await? + extra)
    }

    #[retry(max = 1, hedge = self.own())]
    async fn by_method(&self) -> Result<u32, Failure> {
        self.lab.answer().await
    }

    fn own(&self) -> &Hedge {
        &self.hedge
    }
}

#[tokio::test(start_paused = true)]
async fn methods() {
    let copy = ["0: 1 starts", "50: 2 starts", "60: 2 ok", "60: 1 dropped"];
    let client = Client::new([never(), ok(10)]).await;
    assert_eq!(client.get().await, Ok(2));
    client.lab.saw(copy);
    let client = Client::new([never(), ok(10)]).await;
    assert_eq!(client.get_with(5).await, Ok(7));
    client.lab.saw(copy);
    let client = Client::new([never(), ok(10)]).await;
    assert_eq!(client.named(5).await, Ok(7));
    client.lab.saw(copy);
    let client = Client::new([never(), ok(10)]).await;
    assert_eq!(client.by_method().await, Ok(2));
    client.lab.saw(copy);
    let client = Client::new([ok(100), ok(100), ok(100)]).await;
    assert_eq!(client.without().await, Ok(1));
    assert_eq!(client.with_its_own().await, Ok(2));
    assert_eq!(Arc::new(client).by_arc().await, Ok(3));
}

#[async_trait]
trait Service {
    async fn get(&self, key: &str) -> Result<String, Failure>;
    async fn owned(&self, key: String) -> Result<String, Failure>;
    async fn with_handle(&self) -> Result<u32, Failure>;
}

#[async_trait]
impl Service for Client {
    #[retry(max = 1, hedge = self.hedge)]
    async fn get(&self, key: &str) -> Result<String, Failure> {
        let answer = self.lab.answer().await?;
        Ok(format!("{key}{answer}"))
    }

    #[retry(max = 1, hedge = self.hedge, clone(key))]
    async fn owned(&self, key: String) -> Result<String, Failure> {
        let answer = self.lab.answer().await?;
        Ok(key + &answer.to_string())
    }

    #[retry(max = 1, hedge = self.hedge, call = c, attempt_timeout = "1s")]
    async fn with_handle(&self) -> Result<u32, Failure> {
        assert_eq!(c.attempt(), 1);
        self.lab.answer().await
    }
}

struct Outside(Client);

#[retry(max = 1, hedge = self.0.hedge)]
#[async_trait]
impl Service for Outside {
    async fn get(&self, key: &str) -> Result<String, Failure> {
        let answer = self.0.lab.answer().await?;
        Ok(format!("{key}{answer}"))
    }

    #[retry(clone(key))]
    async fn owned(&self, key: String) -> Result<String, Failure> {
        let answer = self.0.lab.answer().await?;
        Ok(key + &answer.to_string())
    }

    #[retry(call = c)]
    async fn with_handle(&self) -> Result<u32, Failure> {
        assert_eq!(c.attempt(), 1);
        self.0.lab.answer().await
    }
}

#[tokio::test(start_paused = true)]
async fn methods_of_async_traits() {
    for which in 0..3 {
        let tries = [never(), ok(10)];
        let services: [Box<dyn Service>; 2] =
            [Box::new(Client::new(tries).await), Box::new(Outside(Client::new(tries).await))];
        for service in services {
            match which {
                0 => assert_eq!(service.get("k").await, Ok("k2".to_owned())),
                1 => assert_eq!(service.owned("k".to_owned()).await, Ok("k2".to_owned())),
                _ => assert_eq!(service.with_handle().await, Ok(2)),
            }
        }
    }
}

trait Native {
    fn get(&self) -> impl Future<Output = Result<u32, Failure>> + Send;

    #[retry(max = 1, hedge = "50ms")]
    async fn provided(&self) -> Result<u32, Failure>
    where
        Self: Sync,
    {
        self.get().await
    }
}

impl Native for Client {
    #[retry(max = 1, hedge = self.hedge)]
    async fn get(&self) -> Result<u32, Failure> {
        self.lab.answer().await
    }
}

#[tokio::test(start_paused = true)]
async fn methods_of_native_async_traits() {
    let client = Client::new([never(), ok(10), ok(40)]).await;
    assert_eq!(Native::get(&client).await, Ok(2));
    assert_eq!(client.provided().await, Ok(3));
}

static STATIC: Hedge = Hedge::after(DELAY).extra_load(1.0);
static LAZY: LazyLock<Hedge> = LazyLock::new(|| Hedge::after(DELAY).extra_load(1.0));
static SHARED: LazyLock<Arc<Hedge>> = LazyLock::new(|| Arc::new(Hedge::after(DELAY).extra_load(1.0)));

/// Defines a function for each expression of a hedge.
macro_rules! lenders {
    ($($name:ident($($argument:ident: $ty:ty),*): $hedge:expr;)*) => {$(
        #[retry(max = 1, hedge = $hedge)]
        async fn $name(lab: &Lab, $($argument: $ty),*) -> Result<u32, Failure> {
            lab.answer().await
        }
    )*};
}

lenders! {
    by_static(): STATIC;
    by_reference_to_static(): &STATIC;
    by_lazy(): LAZY;
    by_lazy_arc(): SHARED;
    by_arc(hedge: Arc<Hedge>): hedge;
    by_reference_to_arc(hedge: &Arc<Hedge>): hedge;
    by_option(hedge: Option<&Hedge>): hedge;
    by_option_of_arc(hedge: &Option<Arc<Hedge>>): hedge;
    by_box(hedge: Box<Hedge>): hedge;
    by_choice(slow: bool): if slow { Some(&STATIC) } else { None };
}

#[tokio::test(start_paused = true)]
async fn lenders() {
    macro_rules! lends {
        ($lab:ident => $call:expr) => {{
            let $lab = Lab::new([never(), ok(10)]);
            assert_eq!($call.await, Ok(2), stringify!($call));
        }};
    }

    lends!(lab => by_static(&lab));
    lends!(lab => by_reference_to_static(&lab));
    lends!(lab => by_lazy(&lab));
    lends!(lab => by_lazy_arc(&lab));
    let own = || Hedge::after(DELAY).extra_load(1.0);
    lends!(lab => by_arc(&lab, Arc::new(own())));
    lends!(lab => by_reference_to_arc(&lab, &Arc::new(own())));
    lends!(lab => by_option(&lab, Some(&own())));
    lends!(lab => by_option_of_arc(&lab, &Some(Arc::new(own()))));
    lends!(lab => by_box(&lab, Box::new(own())));
    lends!(lab => by_choice(&lab, true));
    let lab = Lab::new([ok(100)]);
    assert_eq!(lab.end(by_choice(&lab, false)).await, Ok(1));
}

static BREAKER: CircuitBreaker = CircuitBreaker::new();
static BUDGET: RetryBudget = RetryBudget::new();

#[tokio::test]
async fn calls_move_between_threads() {
    #[retry(
        max = 2, hedge = hedge, breaker = BREAKER, budget = BUDGET, attempt_timeout = "1h", call = c, clone(text),
        retry_ok = |length| *length > 100, on_retry = |_| assert!(!c.is_last()), on_success = async |_| {},
        fallback = |error| Err(error), attempt = _n, name = "{text}",
    )]
    async fn everything(hedge: &Hedge, text: String, runs: &AtomicU32) -> Result<usize, Failure> {
        runs.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await;
        by_value(c, text).await
    }

    async fn by_value(call: &Call, text: String) -> Result<usize, Failure> {
        if call.attempt() == 0 {
            call.stop();
        }
        Ok(text.len())
    }

    let task = tokio::spawn(async {
        let runs = AtomicU32::new(0);
        let hedge = Hedge::after(DELAY);
        (everything(&hedge, "text".to_owned(), &runs).await, runs.into_inner())
    });
    assert_eq!(task.await.unwrap(), (Ok(4), 1));
}
