//! The function alone, which does not retry.

use crate::contender::{Asynchronous, Blocking, Contender, Source, polled, sizes};
use crate::service::{Answer, Service, operation, operation_async, operation_sized, operation_with};

pub(crate) fn contender() -> Contender {
    Contender {
        name: "bare function",
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
    dependencies: "",
    prelude: "",
    blocking: Some("pub fn f$i(service: &Service) -> Answer { ask(service, $i) }"),
    asynchronous: Some("pub async fn f$i(service: &Service) -> Answer { ask_async(service, $i).await }"),
    blocking_question: Some(
        "pub fn f$i(service: &Service) -> Answer {
            let value = ask(service, $i)?;
            Ok(value + 1)
        }",
    ),
    asynchronous_question: Some(
        "pub async fn f$i(service: &Service) -> Answer {
            let value = ask_async(service, $i).await?;
            Ok(value + 1)
        }",
    ),
};

#[inline(never)]
fn plain(service: &Service) -> Answer {
    operation(service)
}

#[inline(never)]
fn question(service: &Service) -> Answer {
    let value = operation(service)?;
    Ok(value + 1)
}

async fn plain_async(service: &Service) -> Answer {
    operation_async(service).await
}

async fn question_async(service: &Service) -> Answer {
    let value = operation_async(service).await?;
    Ok(value + 1)
}

async fn sized<const N: usize>() -> Answer {
    operation_sized::<N>().await
}

async fn with_argument(argument: [u8; 256]) -> Answer {
    operation_with(&argument).await
}
