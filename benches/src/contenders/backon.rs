//! `backon`: closures with a builder.

use std::hint::black_box;
use std::time::Duration;

use backon::{BackoffBuilder, BlockingRetryable, ExponentialBuilder, Retryable};

use crate::contender::{Asynchronous, Blocking, Contender, Source, log, nap, nap_async, polled, sizes};
use crate::service::{Answer, Service, operation, operation_async, operation_sized, operation_with};

pub(crate) fn contender() -> Contender {
    Contender {
        name: "backon",
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
    dependencies: r#"backon = { version = "1.6", default-features = false, features = ["std", "std-blocking-sleep", "tokio-sleep"] }"#,
    prelude: "use backon::{BlockingRetryable, ExponentialBuilder, Retryable};
        const BACKOFF: ExponentialBuilder = ExponentialBuilder::new().with_max_times(2).with_jitter();",
    blocking: Some(
        "pub fn f$i(service: &Service) -> Answer {
        (|| ask(service, $i)).retry(BACKOFF).notify(log).call()
    }",
    ),
    asynchronous: Some(
        "pub async fn f$i(service: &Service) -> Answer {
        (|| ask_async(service, $i)).retry(BACKOFF).notify(log).await
    }",
    ),
    ..Source::NONE
};

const BACKOFF: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_secs(1))
    .with_max_delay(Duration::from_mins(1))
    .with_max_times(2)
    .with_jitter();

fn delays() {
    for delay in black_box(&BACKOFF.with_max_times(8)).build() {
        black_box(delay);
    }
}

#[inline(never)]
fn plain(service: &Service) -> Answer {
    (|| operation(service)).retry(BACKOFF).notify(log).call()
}

#[inline(never)]
fn question(service: &Service) -> Answer {
    let attempt = || {
        let value = operation(service)?;
        Ok(value + 1)
    };
    attempt.retry(BACKOFF).notify(log).call()
}

#[inline(never)]
fn napping(service: &Service) -> Answer {
    (|| operation(service)).retry(BACKOFF).sleep(nap).notify(log).call()
}

async fn plain_async(service: &Service) -> Answer {
    (|| operation_async(service)).retry(BACKOFF).notify(log).await
}

async fn question_async(service: &Service) -> Answer {
    let attempt = || async {
        let value = operation_async(service).await?;
        Ok(value + 1)
    };
    attempt.retry(BACKOFF).notify(log).await
}

async fn napping_async(service: &Service) -> Answer {
    (|| operation_async(service)).retry(BACKOFF).sleep(nap_async).notify(log).await
}

async fn sized<const N: usize>() -> Answer {
    (|| operation_sized::<N>()).retry(BACKOFF).notify(log).await
}

async fn with_argument(argument: [u8; 256]) -> Answer {
    (|| operation_with(&argument)).retry(BACKOFF).notify(log).await
}
