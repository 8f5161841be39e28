//! `tryhard`: async, with tokio's sleep. It has no jitter.

use std::future::{Ready, ready};
use std::time::Duration;

use tryhard::backoff_strategies::ExponentialBackoff;
use tryhard::{NoOnRetry, RetryFutureConfig, retry_fn};

use crate::contender::{Asynchronous, Contender, Source, log, polled, sizes};
use crate::service::{Answer, Down, Service, operation_async, operation_sized, operation_with};

pub(crate) fn contender() -> Contender {
    Contender {
        name: "tryhard",
        blocking: None,
        asynchronous: Some(Asynchronous {
            plain: polled!(plain_async),
            question: Some(polled!(question_async)),
            napping: None,
            sizes: sizes!(sized, with_argument),
        }),
        delays: None,
        source: Some(SOURCE),
    }
}

const SOURCE: Source = Source {
    dependencies: r#"tryhard = "0.5""#,
    prelude: "use std::{future::{Ready, ready}, time::Duration};
        use tryhard::{NoOnRetry, RetryFutureConfig, backoff_strategies::ExponentialBackoff, retry_fn};
        fn config() -> RetryFutureConfig<ExponentialBackoff, NoOnRetry> {
            RetryFutureConfig::new(2).exponential_backoff(Duration::from_secs(1)).max_delay(Duration::from_mins(1))
        }
        fn on_retry(_: u32, delay: Option<Duration>, error: &Down) -> Ready<()> {
            ready(log(error, delay.unwrap_or_default()))
        }",
    blocking: None,
    asynchronous: Some("pub async fn f$i(service: &Service) -> Answer {
        retry_fn(|| ask_async(service, $i)).with_config(config().on_retry(on_retry)).await
    }"),
    ..Source::NONE
};

fn config() -> RetryFutureConfig<ExponentialBackoff, NoOnRetry> {
    RetryFutureConfig::new(2).exponential_backoff(Duration::from_secs(1)).max_delay(Duration::from_mins(1))
}

fn on_retry(_: u32, delay: Option<Duration>, error: &Down) -> Ready<()> {
    log(error, delay.unwrap_or_default());
    ready(())
}

async fn plain_async(service: &Service) -> Answer {
    retry_fn(|| operation_async(service)).with_config(config().on_retry(on_retry)).await
}

async fn question_async(service: &Service) -> Answer {
    let attempt = || async {
        let value = operation_async(service).await?;
        Ok(value + 1)
    };
    retry_fn(attempt).with_config(config().on_retry(on_retry)).await
}

async fn sized<const N: usize>() -> Answer {
    retry_fn(operation_sized::<N>).with_config(config().on_retry(on_retry)).await
}

async fn with_argument(argument: [u8; 256]) -> Answer {
    retry_fn(|| operation_with(&argument)).with_config(config().on_retry(on_retry)).await
}
