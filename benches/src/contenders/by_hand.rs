//! The loop that a good developer writes: it logs the retries, a late success and the end, as `#[retry]` does; what
//! follows a failure is out of line, and nothing more is done than needed.

#![expect(clippy::disallowed_methods, reason = "by hand one sleeps as the standard library does")]

use std::fmt::Display;
use std::time::Duration;

use tokio::time::sleep;

use crate::contender::{Asynchronous, Blocking, Contender, Source, nap, nap_async, polled, sizes};
use crate::service::{Answer, Down, Service, operation, operation_async, operation_sized, operation_with};

pub(crate) fn contender() -> Contender {
    Contender {
        name: "hand-written loop",
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
    dependencies: "fastrand = \"2\"\ntracing = \"0.1\"",
    prelude: "use std::{fmt::Display, time::Duration};
        const MAX_ATTEMPTS: u32 = 3;
        fn backoff(attempt: u32) -> Duration {
            const LONGEST: u64 = 60_000_000_000;
            let delay = (1_000_000_000 << (attempt - 1).min(6)).min(LONGEST);
            Duration::from_nanos(delay + fastrand::u64(..delay * 3 / 10))
        }
        #[cold]
        #[inline(never)]
        fn will_retry(operation: &str, attempt: u32, error: &dyn Display) -> Duration {
            let delay = backoff(attempt);
            tracing::warn!(operation, attempt, max_attempts = MAX_ATTEMPTS, delay_ms = delay.as_millis() as u64,
                %error, \"attempt failed, will retry\");
            delay
        }
        #[inline]
        fn succeeded(operation: &str, attempt: u32, value: u64) -> u64 {
            if attempt > 1 {
                recovered(operation, attempt);
            }
            value
        }
        #[cold]
        #[inline(never)]
        fn recovered(operation: &str, attempt: u32) {
            tracing::info!(operation, attempt, max_attempts = MAX_ATTEMPTS, \"succeeded after a retry\");
        }
        #[cold]
        #[inline(never)]
        fn gave_up(operation: &str, attempt: u32, error: Down) -> Down {
            tracing::error!(operation, attempt, max_attempts = MAX_ATTEMPTS, %error, \"attempt failed, giving up\");
            error
        }",
    blocking: Some("pub fn f$i(service: &Service) -> Answer {
        let mut attempt = 1;
        loop {
            match ask(service, $i) {
                Ok(value) => return Ok(succeeded(\"f$i\", attempt, value)),
                Err(error) if attempt >= MAX_ATTEMPTS => return Err(gave_up(\"f$i\", attempt, error)),
                Err(error) => std::thread::sleep(will_retry(\"f$i\", attempt, &error)),
            }
            attempt += 1;
        }
    }"),
    asynchronous: Some("pub async fn f$i(service: &Service) -> Answer {
        let mut attempt = 1;
        loop {
            let delay = match ask_async(service, $i).await {
                Ok(value) => return Ok(succeeded(\"f$i\", attempt, value)),
                Err(error) if attempt >= MAX_ATTEMPTS => return Err(gave_up(\"f$i\", attempt, error)),
                Err(error) => will_retry(\"f$i\", attempt, &error),
            };
            tokio::time::sleep(delay).await;
            attempt += 1;
        }
    }"),
    blocking_question: Some("pub fn f$i(service: &Service) -> Answer {
        let mut attempt = 1;
        loop {
            match ask(service, $i) {
                Ok(value) => return Ok(succeeded(\"f$i\", attempt, value + 1)),
                Err(error) if attempt >= MAX_ATTEMPTS => return Err(gave_up(\"f$i\", attempt, error)),
                Err(error) => std::thread::sleep(will_retry(\"f$i\", attempt, &error)),
            }
            attempt += 1;
        }
    }"),
    asynchronous_question: Some("pub async fn f$i(service: &Service) -> Answer {
        let mut attempt = 1;
        loop {
            let delay = match ask_async(service, $i).await {
                Ok(value) => return Ok(succeeded(\"f$i\", attempt, value + 1)),
                Err(error) if attempt >= MAX_ATTEMPTS => return Err(gave_up(\"f$i\", attempt, error)),
                Err(error) => will_retry(\"f$i\", attempt, &error),
            };
            tokio::time::sleep(delay).await;
            attempt += 1;
        }
    }"),
};

const MAX_ATTEMPTS: u32 = 3;

/// 1 s, 2 s, 4 s and so on up to 60 s, and up to 30 % more.
fn backoff(attempt: u32) -> Duration {
    const LONGEST: u64 = 60_000_000_000;
    let delay = (1_000_000_000 << (attempt - 1).min(6)).min(LONGEST);
    Duration::from_nanos(delay + fastrand::u64(..delay * 3 / 10))
}

/// Tells of the failure; returns how long to wait.
#[cold]
#[inline(never)]
fn will_retry(operation: &str, attempt: u32, error: &dyn Display) -> Duration {
    let delay = backoff(attempt);
    tracing::warn!(
        operation,
        attempt,
        max_attempts = MAX_ATTEMPTS,
        delay_ms = delay.as_millis() as u64,
        %error,
        "attempt failed, will retry"
    );
    delay
}

/// Tells of a success if it comes late.
#[inline]
fn succeeded(operation: &str, attempt: u32, value: u64) -> u64 {
    if attempt > 1 {
        recovered(operation, attempt);
    }
    value
}

#[cold]
#[inline(never)]
fn recovered(operation: &str, attempt: u32) {
    tracing::info!(operation, attempt, max_attempts = MAX_ATTEMPTS, "succeeded after a retry");
}

/// Tells of the end.
#[cold]
#[inline(never)]
fn gave_up(operation: &str, attempt: u32, error: Down) -> Down {
    tracing::error!(operation, attempt, max_attempts = MAX_ATTEMPTS, %error, "attempt failed, giving up");
    error
}

fn delays() {
    for attempt in 1..=8 {
        std::hint::black_box(backoff(std::hint::black_box(attempt)));
    }
}

#[inline(never)]
fn plain(service: &Service) -> Answer {
    let mut attempt = 1;
    loop {
        match operation(service) {
            Ok(value) => return Ok(succeeded("plain", attempt, value)),
            Err(error) if attempt >= MAX_ATTEMPTS => return Err(gave_up("plain", attempt, error)),
            Err(error) => std::thread::sleep(will_retry("plain", attempt, &error)),
        }
        attempt += 1;
    }
}

#[inline(never)]
fn question(service: &Service) -> Answer {
    let mut attempt = 1;
    loop {
        match operation(service) {
            Ok(value) => return Ok(succeeded("question", attempt, value + 1)),
            Err(error) if attempt >= MAX_ATTEMPTS => return Err(gave_up("question", attempt, error)),
            Err(error) => std::thread::sleep(will_retry("question", attempt, &error)),
        }
        attempt += 1;
    }
}

#[inline(never)]
fn napping(service: &Service) -> Answer {
    let mut attempt = 1;
    loop {
        match operation(service) {
            Ok(value) => return Ok(succeeded("napping", attempt, value)),
            Err(error) if attempt >= MAX_ATTEMPTS => return Err(gave_up("napping", attempt, error)),
            Err(error) => nap(will_retry("napping", attempt, &error)),
        }
        attempt += 1;
    }
}

async fn plain_async(service: &Service) -> Answer {
    let mut attempt = 1;
    loop {
        let delay = match operation_async(service).await {
            Ok(value) => return Ok(succeeded("plain_async", attempt, value)),
            Err(error) if attempt >= MAX_ATTEMPTS => return Err(gave_up("plain_async", attempt, error)),
            Err(error) => will_retry("plain_async", attempt, &error),
        };
        sleep(delay).await;
        attempt += 1;
    }
}

async fn question_async(service: &Service) -> Answer {
    let mut attempt = 1;
    loop {
        let delay = match operation_async(service).await {
            Ok(value) => return Ok(succeeded("question_async", attempt, value + 1)),
            Err(error) if attempt >= MAX_ATTEMPTS => return Err(gave_up("question_async", attempt, error)),
            Err(error) => will_retry("question_async", attempt, &error),
        };
        sleep(delay).await;
        attempt += 1;
    }
}

async fn napping_async(service: &Service) -> Answer {
    let mut attempt = 1;
    loop {
        let delay = match operation_async(service).await {
            Ok(value) => return Ok(succeeded("napping_async", attempt, value)),
            Err(error) if attempt >= MAX_ATTEMPTS => return Err(gave_up("napping_async", attempt, error)),
            Err(error) => will_retry("napping_async", attempt, &error),
        };
        nap_async(delay).await;
        attempt += 1;
    }
}

async fn sized<const N: usize>() -> Answer {
    let mut attempt = 1;
    loop {
        let delay = match operation_sized::<N>().await {
            Ok(value) => return Ok(succeeded("sized", attempt, value)),
            Err(error) if attempt >= MAX_ATTEMPTS => return Err(gave_up("sized", attempt, error)),
            Err(error) => will_retry("sized", attempt, &error),
        };
        sleep(delay).await;
        attempt += 1;
    }
}

async fn with_argument(argument: [u8; 256]) -> Answer {
    let mut attempt = 1;
    loop {
        let delay = match operation_with(&argument).await {
            Ok(value) => return Ok(succeeded("with_argument", attempt, value)),
            Err(error) if attempt >= MAX_ATTEMPTS => return Err(gave_up("with_argument", attempt, error)),
            Err(error) => will_retry("with_argument", attempt, &error),
        };
        sleep(delay).await;
        attempt += 1;
    }
}
