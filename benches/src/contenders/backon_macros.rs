//! `backon-macros`: `backon` as an attribute.

use backon::ExponentialBuilder;
use backon_macros::backon;

use crate::contender::{Asynchronous, Blocking, Contender, Source, log, polled, sizes};
use crate::service::{Answer, Service, operation, operation_async, operation_sized, operation_with};

pub(crate) fn contender() -> Contender {
    Contender {
        name: "backon-macros",
        blocking: Some(Blocking { plain, question: Some(question), napping: None }),
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
    dependencies: r#"backon = { version = "1.6", default-features = false, features = ["std", "std-blocking-sleep", "tokio-sleep"] }
backon-macros = "1""#,
    prelude: "use backon_macros::backon;
        const fn backoff() -> backon::ExponentialBuilder {
            backon::ExponentialBuilder::new().with_max_times(2).with_jitter()
        }",
    blocking: Some(
        "#[backon(backoff = backoff, notify = log)]
        pub fn f$i(service: &Service) -> Answer { ask(service, $i) }",
    ),
    asynchronous: Some(
        "#[backon(backoff = backoff, notify = log)]
        pub async fn f$i(service: &Service) -> Answer { ask_async(service, $i).await }",
    ),
    ..Source::NONE
};

const fn backoff() -> ExponentialBuilder {
    ExponentialBuilder::new().with_max_times(2).with_jitter()
}

#[backon(backoff = backoff, notify = log)]
#[inline(never)]
fn plain(service: &Service) -> Answer {
    operation(service)
}

#[backon(backoff = backoff, notify = log)]
#[inline(never)]
fn question(service: &Service) -> Answer {
    let value = operation(service)?;
    Ok(value + 1)
}

#[backon(backoff = backoff, notify = log)]
async fn plain_async(service: &Service) -> Answer {
    operation_async(service).await
}

#[backon(backoff = backoff, notify = log)]
async fn question_async(service: &Service) -> Answer {
    let value = operation_async(service).await?;
    Ok(value + 1)
}

#[backon(backoff = backoff, notify = log)]
async fn sized<const N: usize>() -> Answer {
    operation_sized::<N>().await
}

#[backon(backoff = backoff, notify = log)]
async fn with_argument(argument: [u8; 256]) -> Answer {
    operation_with(&argument).await
}
