//! `tower`: a policy around a service.

use std::time::Duration;

use tower::retry::backoff::{Backoff, ExponentialBackoff, ExponentialBackoffMaker, MakeBackoff};
use tower::retry::{Policy, Retry};
use tower::util::rng::HasherRng;
use tower::{ServiceExt, service_fn};

use crate::contender::{Asynchronous, Contender, Source, log, polled, sizes};
use crate::service::{Answer, Down, Service, operation_async, operation_sized, operation_with};

pub(crate) fn contender() -> Contender {
    Contender {
        name: "tower",
        blocking: None,
        asynchronous: Some(Asynchronous {
            plain: polled!(plain_async),
            question: Some(polled!(question_async)),
            // Its delays exist only inside of tokio's sleep.
            napping: None,
            sizes: sizes!(sized, with_argument),
        }),
        delays: None,
        source: Some(SOURCE),
    }
}

const SOURCE: Source = Source {
    dependencies: r#"tower = { version = "0.5", default-features = false, features = ["retry", "util"] }"#,
    prelude: "use std::time::Duration;
        use tower::{ServiceExt, retry::{Policy, Retry}, service_fn, util::rng::HasherRng};
        use tower::retry::backoff::{Backoff, ExponentialBackoff, ExponentialBackoffMaker, MakeBackoff};
        #[derive(Clone)]
        struct Attempts { left: u32, backoff: ExponentialBackoff }
        impl Attempts {
            fn new() -> Attempts {
                let (first, longest) = (Duration::from_secs(1), Duration::from_mins(1));
                let maker = ExponentialBackoffMaker::new(first, longest, 0.3, HasherRng::default());
                Attempts { left: 2, backoff: maker.expect(\"in range\").make_backoff() }
            }
        }
        impl<R: Copy> Policy<R, u64, Down> for Attempts {
            type Future = tokio::time::Sleep;
            fn retry(&mut self, _: &mut R, answer: &mut Answer) -> Option<Self::Future> {
                let error = answer.as_ref().err()?;
                self.left = self.left.checked_sub(1)?;
                log(error, Duration::ZERO);
                Some(self.backoff.next_backoff())
            }
            fn clone_request(&mut self, request: &R) -> Option<R> { Some(*request) }
        }",
    blocking: None,
    asynchronous: Some(
        "pub async fn f$i(service: &Service) -> Answer {
        Retry::new(Attempts::new(), service_fn(|service| ask_async(service, $i))).oneshot(service).await
    }",
    ),
    ..Source::NONE
};

/// Two retries.
#[derive(Clone)]
struct Attempts {
    left: u32,
    backoff: ExponentialBackoff,
}

impl Attempts {
    fn new() -> Attempts {
        let (first, longest) = (Duration::from_secs(1), Duration::from_mins(1));
        let maker = ExponentialBackoffMaker::new(first, longest, 0.3, HasherRng::default());
        Attempts { left: 2, backoff: maker.expect("the values are in range").make_backoff() }
    }
}

impl<R: Copy> Policy<R, u64, Down> for Attempts {
    type Future = tokio::time::Sleep;

    fn retry(&mut self, _: &mut R, answer: &mut Answer) -> Option<tokio::time::Sleep> {
        let error = answer.as_ref().err()?;
        self.left = self.left.checked_sub(1)?;
        // How long it waits is known to the sleep alone.
        log(error, Duration::ZERO);
        Some(self.backoff.next_backoff())
    }

    fn clone_request(&mut self, request: &R) -> Option<R> {
        Some(*request)
    }
}

async fn plain_async(service: &Service) -> Answer {
    Retry::new(Attempts::new(), service_fn(operation_async)).oneshot(service).await
}

async fn question_async(service: &Service) -> Answer {
    let attempt = async |service| {
        let value = operation_async(service).await?;
        Ok(value + 1)
    };
    Retry::new(Attempts::new(), service_fn(attempt)).oneshot(service).await
}

async fn sized<const N: usize>() -> Answer {
    Retry::new(Attempts::new(), service_fn(|()| operation_sized::<N>())).oneshot(()).await
}

async fn with_argument(argument: [u8; 256]) -> Answer {
    Retry::new(Attempts::new(), service_fn(operation_with)).oneshot(&argument).await
}
