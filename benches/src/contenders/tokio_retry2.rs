//! `tokio-retry2`: async, with an iterator of delays and tokio's sleep.

use std::hint::black_box;
use std::time::Duration;

use tokio_retry2::strategy::{ExponentialFactorBackoff, jitter};
use tokio_retry2::{Retry, RetryError};

use crate::contender::{Asynchronous, Contender, Source, log, polled, sizes};
use crate::service::{Answer, Down, Service, operation_async, operation_sized, operation_with};

pub(crate) fn contender() -> Contender {
    Contender {
        name: "tokio-retry2",
        blocking: None,
        asynchronous: Some(Asynchronous {
            plain: polled!(plain_async),
            question: Some(polled!(question_async)),
            napping: None,
            sizes: sizes!(sized, with_argument),
        }),
        delays: Some(delays),
        source: Some(SOURCE),
    }
}

const SOURCE: Source = Source {
    dependencies: r#"tokio-retry2 = { version = "0.9", features = ["jitter"] }"#,
    prelude: "use tokio_retry2::{Retry, RetryError, strategy::{ExponentialFactorBackoff, jitter}};
        const BACKOFF: ExponentialFactorBackoff =
            ExponentialFactorBackoff::from_millis(1000, 2.0).max_delay_millis(60_000);",
    blocking: None,
    asynchronous: Some(
        "pub async fn f$i(service: &Service) -> Answer {
        let attempt = || async { ask_async(service, $i).await.map_err(RetryError::transient) };
        Retry::spawn_notify(BACKOFF.map(jitter).take(2), attempt, log).await
    }",
    ),
    ..Source::NONE
};

fn backoff() -> impl Iterator<Item = Duration> {
    ExponentialFactorBackoff::from_millis(black_box(1000), 2.0).max_delay_millis(60_000).map(jitter)
}

fn delays() {
    for delay in backoff().take(8) {
        black_box(delay);
    }
}

async fn plain_async(service: &Service) -> Answer {
    let attempt = || async { operation_async(service).await.map_err(RetryError::transient) };
    Retry::spawn_notify(backoff().take(2), attempt, log).await
}

async fn question_async(service: &Service) -> Answer {
    let attempt = || async {
        let value = operation_async(service).await.map_err(RetryError::transient)?;
        Ok::<_, RetryError<Down>>(value + 1)
    };
    Retry::spawn_notify(backoff().take(2), attempt, log).await
}

async fn sized<const N: usize>() -> Answer {
    let attempt = || async { operation_sized::<N>().await.map_err(RetryError::transient) };
    Retry::spawn_notify(backoff().take(2), attempt, log).await
}

async fn with_argument(argument: [u8; 256]) -> Answer {
    let attempt = || async { operation_with(&argument).await.map_err(RetryError::transient) };
    Retry::spawn_notify(backoff().take(2), attempt, log).await
}
