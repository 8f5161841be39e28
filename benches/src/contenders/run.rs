//! `Policy::run`, which is told nothing of the error but its type's name.

use reattempt::Policy;

use crate::contender::{Asynchronous, Blocking, Contender, Source, polled, sizes};
use crate::service::{Answer, Service, operation, operation_async, operation_sized, operation_with};

pub(crate) fn contender() -> Contender {
    Contender {
        name: "reattempt, Policy::run",
        blocking: Some(Blocking { plain, question: Some(question), napping: Some(napping) }),
        asynchronous: Some(Asynchronous {
            plain: polled!(plain_async),
            question: Some(polled!(question_async)),
            napping: Some(polled!(napping_async)),
            sizes: sizes!(sized, with_argument),
        }),
        delays: None,
        source: Some(SOURCE),
    }
}

const SOURCE: Source = Source {
    dependencies: r#"reattempt = { path = "$root" }"#,
    prelude: "use reattempt::Policy; const POLICY: Policy = Policy::new();",
    blocking: Some("pub fn f$i(service: &Service) -> Answer { POLICY.run(|| ask(service, $i)) }"),
    asynchronous: Some(
        "pub async fn f$i(service: &Service) -> Answer {
        POLICY.run_async(async || ask_async(service, $i).await).await
    }",
    ),
    ..Source::NONE
};

const POLICY: Policy = Policy::new();

/// No wait is as short as that of a delay of zero: it has no sleep of its own.
const AT_ONCE: Policy = POLICY.base(std::time::Duration::ZERO);

#[inline(never)]
fn plain(service: &Service) -> Answer {
    POLICY.run(|| operation(service))
}

#[inline(never)]
fn question(service: &Service) -> Answer {
    POLICY.run(|| {
        let value = operation(service)?;
        Ok(value + 1)
    })
}

#[inline(never)]
fn napping(service: &Service) -> Answer {
    AT_ONCE.run(|| operation(service))
}

async fn plain_async(service: &Service) -> Answer {
    POLICY.run_async(async || operation_async(service).await).await
}

async fn question_async(service: &Service) -> Answer {
    POLICY
        .run_async(async || {
            let value = operation_async(service).await?;
            Ok(value + 1)
        })
        .await
}

async fn napping_async(service: &Service) -> Answer {
    AT_ONCE.run_async(async || operation_async(service).await).await
}

async fn sized<const N: usize>() -> Answer {
    POLICY.run_async(async || operation_sized::<N>().await).await
}

async fn with_argument(argument: [u8; 256]) -> Answer {
    POLICY.run_async(async || operation_with(&argument).await).await
}
