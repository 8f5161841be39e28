//! `#[tracing::instrument]`, which does not retry: what another attribute costs to compile.

use crate::contender::{Contender, Source};

pub(crate) fn contender() -> Contender {
    Contender {
        name: "tracing, #[instrument]",
        blocking: None,
        asynchronous: None,
        delays: None,
        source: Some(SOURCE),
    }
}

const SOURCE: Source = Source {
    dependencies: r#"tracing = "0.1""#,
    prelude: "use tracing::instrument;",
    blocking: None,
    asynchronous: Some(
        "#[instrument(skip_all)]
        pub async fn f$i(service: &Service) -> Answer { ask_async(service, $i).await }",
    ),
    ..Source::NONE
};
