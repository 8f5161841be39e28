//! `#[retry]`.

use std::hint::black_box;

use reattempt::{Policy, retry};

use crate::contender::{Asynchronous, Blocking, Contender, Source, nap, nap_async, polled, sizes};
use crate::service::{Answer, Service, operation, operation_async, operation_sized, operation_with};

pub(crate) fn contender() -> Contender {
    Contender {
        name: "reattempt, #[retry]",
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
    dependencies: r#"reattempt = { path = "$root" }"#,
    prelude: "use reattempt::retry;",
    blocking: Some("#[retry] pub fn f$i(service: &Service) -> Answer { ask(service, $i) }"),
    asynchronous: Some(
        "#[retry] pub async fn f$i(service: &Service) -> Answer { ask_async(service, $i).await }",
    ),
    blocking_question: Some(
        "#[retry] pub fn f$i(service: &Service) -> Answer {
            let value = ask(service, $i)?;
            Ok(value + 1)
        }",
    ),
    asynchronous_question: Some(
        "#[retry] pub async fn f$i(service: &Service) -> Answer {
            let value = ask_async(service, $i).await?;
            Ok(value + 1)
        }",
    ),
};

fn delays() {
    const POLICY: Policy = Policy::new().max(9);
    for delay in black_box(&POLICY).delays() {
        black_box(delay);
    }
}

#[retry]
#[inline(never)]
fn plain(service: &Service) -> Answer {
    operation(service)
}

#[retry]
#[inline(never)]
fn question(service: &Service) -> Answer {
    let value = operation(service)?;
    Ok(value + 1)
}

#[retry(sleep = nap)]
#[inline(never)]
fn napping(service: &Service) -> Answer {
    operation(service)
}

#[retry]
async fn plain_async(service: &Service) -> Answer {
    operation_async(service).await
}

#[retry]
async fn question_async(service: &Service) -> Answer {
    let value = operation_async(service).await?;
    Ok(value + 1)
}

#[retry(sleep = nap_async)]
async fn napping_async(service: &Service) -> Answer {
    operation_async(service).await
}

#[retry]
async fn sized<const N: usize>() -> Answer {
    operation_sized::<N>().await
}

#[retry]
async fn with_argument(argument: [u8; 256]) -> Answer {
    operation_with(&argument).await
}
