//! `retrying`: an attribute. It logs nothing, has no jitter and, where the body uses `?`, does not retry.

#![expect(clippy::disallowed_methods, reason = "its expansion sleeps as it likes")]

use retrying::retry;

use crate::contender::{Asynchronous, Blocking, Contender, Source, polled, sizes};
use crate::service::{Answer, Service, operation, operation_async, operation_sized, operation_with};

pub(crate) fn contender() -> Contender {
    Contender {
        name: "retrying",
        blocking: Some(Blocking { plain, question: None, napping: None }),
        asynchronous: Some(Asynchronous {
            plain: polled!(plain_async),
            question: None,
            napping: None,
            sizes: sizes!(sized, with_argument),
        }),
        delays: None,
        source: Some(SOURCE),
    }
}

const SOURCE: Source = Source {
    dependencies: r#"retrying = { version = "0.1", features = ["tokio"] }"#,
    prelude: "use retrying::retry;",
    blocking: Some("#[retry(stop = attempts(3), wait = exponential(multiplier = 1.0, min = 0.0, max = 60.0, exp_base = 2))]
        pub fn f$i(service: &Service) -> Answer { ask(service, $i) }"),
    asynchronous: Some("#[retry(stop = attempts(3), wait = exponential(multiplier = 1.0, min = 0.0, max = 60.0, exp_base = 2))]
        pub async fn f$i(service: &Service) -> Answer { ask_async(service, $i).await }"),
    ..Source::NONE
};

#[retry(stop = attempts(3), wait = exponential(multiplier = 1.0, min = 0.0, max = 60.0, exp_base = 2))]
#[inline(never)]
fn plain(service: &Service) -> Answer {
    operation(service)
}

#[retry(stop = attempts(3), wait = exponential(multiplier = 1.0, min = 0.0, max = 60.0, exp_base = 2))]
async fn plain_async(service: &Service) -> Answer {
    operation_async(service).await
}

#[retry(stop = attempts(3), wait = exponential(multiplier = 1.0, min = 0.0, max = 60.0, exp_base = 2))]
async fn sized<const N: usize>() -> Answer {
    operation_sized::<N>().await
}

#[retry(stop = attempts(3), wait = exponential(multiplier = 1.0, min = 0.0, max = 60.0, exp_base = 2))]
async fn with_argument(argument: [u8; 256]) -> Answer {
    operation_with(&argument).await
}
