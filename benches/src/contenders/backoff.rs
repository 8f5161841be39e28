//! `backoff`: sync and async. It limits time, not attempts.

use std::future::Ready;
use std::hint::black_box;
use std::time::Duration;

use backoff::backoff::Backoff;
use backoff::future::{Retry, Sleeper};
use backoff::{Error, ExponentialBackoff, ExponentialBackoffBuilder, retry_notify};

use crate::contender::{Asynchronous, Blocking, Contender, Source, log, nap_async, polled, sizes};
use crate::service::{Answer, Down, Service, operation, operation_async, operation_sized, operation_with};

pub(crate) fn contender() -> Contender {
    Contender {
        name: "backoff",
        blocking: Some(Blocking { plain, question: Some(question), napping: Some(napping) }),
        asynchronous: Some(Asynchronous {
            plain: polled!(plain_async),
            question: Some(polled!(question_async)),
            napping: Some(polled!(napping_async)),
            sizes: sizes!(sized, with_argument),
        }),
        delays: Some(delays),
        source: Some(SOURCE),
    }
}

const SOURCE: Source = Source {
    dependencies: r#"backoff = { version = "0.4", features = ["tokio"] }"#,
    prelude: "use std::time::Duration; use backoff::{Error, ExponentialBackoff, ExponentialBackoffBuilder, retry_notify};
        fn backoff() -> ExponentialBackoff {
            ExponentialBackoffBuilder::new()
                .with_initial_interval(Duration::from_secs(1))
                .with_multiplier(2.0)
                .with_randomization_factor(0.3)
                .build()
        }
        fn told(error: Down, delay: Duration) { log(&error, delay) }",
    blocking: Some("pub fn f$i(service: &Service) -> Answer {
        retry_notify(backoff(), || ask(service, $i).map_err(Error::transient), told).map_err(|error| match error {
            Error::Permanent(error) | Error::Transient { err: error, .. } => error,
        })
    }"),
    asynchronous: Some("pub async fn f$i(service: &Service) -> Answer {
        let attempt = || async { ask_async(service, $i).await.map_err(Error::transient) };
        backoff::future::retry_notify(backoff(), attempt, told).await
    }"),
    ..Source::NONE
};

fn backoff(first: Duration) -> ExponentialBackoff {
    ExponentialBackoffBuilder::new()
        .with_initial_interval(first)
        .with_multiplier(2.0)
        .with_randomization_factor(0.3)
        .with_max_interval(Duration::from_mins(1))
        .build()
}

/// It gives the error away.
#[expect(clippy::needless_pass_by_value, reason = "the hook is given it by value")]
fn told(error: Down, delay: Duration) {
    log(&error, delay);
}

const SECOND: Duration = Duration::from_secs(1);

fn delays() {
    let mut backoff = backoff(SECOND);
    for _ in 0..8 {
        black_box(backoff.next_backoff());
    }
}

fn inner(error: Error<Down>) -> Down {
    match error {
        Error::Permanent(error) | Error::Transient { err: error, .. } => error,
    }
}

#[inline(never)]
fn plain(service: &Service) -> Answer {
    retry_notify(backoff(SECOND), || operation(service).map_err(Error::transient), told).map_err(inner)
}

#[inline(never)]
fn question(service: &Service) -> Answer {
    let attempt = || {
        let value = operation(service).map_err(Error::transient)?;
        Ok(value + 1)
    };
    retry_notify(backoff(SECOND), attempt, told).map_err(inner)
}

#[inline(never)]
fn napping(service: &Service) -> Answer {
    retry_notify(backoff(Duration::ZERO), || operation(service).map_err(Error::transient), told)
        .map_err(inner)
}

async fn plain_async(service: &Service) -> Answer {
    let attempt = || async { operation_async(service).await.map_err(Error::transient) };
    backoff::future::retry_notify(backoff(SECOND), attempt, told).await
}

async fn question_async(service: &Service) -> Answer {
    let attempt = || async {
        let value = operation_async(service).await.map_err(Error::transient)?;
        Ok(value + 1)
    };
    backoff::future::retry_notify(backoff(SECOND), attempt, told).await
}

struct Napper;

impl Sleeper for Napper {
    type Sleep = Ready<()>;

    fn sleep(&self, time: Duration) -> Ready<()> {
        nap_async(time)
    }
}

async fn napping_async(service: &Service) -> Answer {
    let attempt = || async { operation_async(service).await.map_err(Error::transient) };
    Retry::new(Napper, backoff(SECOND), told, attempt).await
}

async fn sized<const N: usize>() -> Answer {
    let attempt = || async { operation_sized::<N>().await.map_err(Error::transient) };
    backoff::future::retry_notify(backoff(SECOND), attempt, told).await
}

async fn with_argument(argument: [u8; 256]) -> Answer {
    let attempt = || async { operation_with(&argument).await.map_err(Error::transient) };
    backoff::future::retry_notify(backoff(SECOND), attempt, told).await
}
