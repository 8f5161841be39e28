//! The AWS SDK's retries, with the crate that its clients are made of: an operation of no service, whose HTTP client is the
//! model's network.

use std::convert::Infallible;
use std::time::{Duration, SystemTime};

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::TimeSource;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime::client::retries::{ClientRateLimiter, RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::retry::{RetryConfig, RetrySpec};
use aws_smithy_types::timeout::TimeoutConfig;
use tokio::time::Instant;

use crate::model::client::{ATTEMPTS, BASE, Client, Failure, LIMIT, LONGEST, Network, TIMEOUT};
use crate::model::net::Net;

/// The default mode: a token bucket for retries.
pub(crate) struct Standard(Operation<(), (), Infallible>);

impl Client for Standard {
    fn new(net: Net) -> Standard {
        let retries = RetryConfig::standard();
        Standard(operation(net, retries, HttpStatusCodeClassifier::default()))
    }

    fn seed(seed: u64) {
        fastrand::seed(seed);
    }

    async fn call(&self) -> Result<(), Failure> {
        self.0.invoke(()).await.map_err(|_| Failure::Overloaded)
    }
}

/// The mode that also limits the rate of first attempts after throttling errors, as which it counts a rejection.
pub(crate) struct Adaptive(Operation<(), (), Infallible>);

impl Client for Adaptive {
    fn new(net: Net) -> Adaptive {
        Adaptive(operation(net, RetryConfig::adaptive(), SlowDown))
    }

    fn seed(seed: u64) {
        fastrand::seed(seed);
    }

    async fn call(&self) -> Result<(), Failure> {
        self.0.invoke(()).await.map_err(|_| Failure::Overloaded)
    }
}

fn operation(
    net: Net,
    retries: RetryConfig,
    statuses: impl ClassifyRetry + 'static,
) -> Operation<(), (), Infallible> {
    let clock = Clock(Instant::now());
    let now = clock.now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    // Behaviour and prices are those of the latest `BehaviorVersion`. The bucket is one for each process of this run, and not the one for all clients of a name in this process.
    let bucket =
        TokenBucket::builder().retry_cost(14).throttling_retry_cost(5).timeout_retry_cost(14).build();
    let partition = RetryPartition::custom("storm")
        .token_bucket(bucket)
        .client_rate_limiter(ClientRateLimiter::new(now.as_secs_f64()))
        .build();
    let mut layer = Layer::new("storm");
    layer.store_put(partition);
    let retries = retries
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(BASE)
        .with_max_backoff(LONGEST)
        .with_retry_spec(RetrySpec::v2_1().with_non_throttling_initial_backoff(BASE));
    let timeouts =
        TimeoutConfig::builder().operation_attempt_timeout(TIMEOUT).operation_timeout(LIMIT).build();
    Operation::builder()
        .service_name("storm")
        .operation_name("call")
        .http_client(Wire(net))
        .endpoint_url("http://storm.example")
        .no_auth()
        .standard_retry(&retries)
        .retry_classifier(TransientErrorClassifier::<Infallible>::new())
        .retry_classifier(statuses)
        .timeout_config(timeouts)
        .sleep_impl(TokioSleep::new())
        .time_source(clock)
        .serializer(|()| Ok(HttpRequest::new(SdkBody::empty())))
        .deserializer(|response: &HttpResponse| {
            if response.status().is_success() {
                return Ok(());
            }
            Err(OrchestratorError::other("the status is an error"))
        })
        .runtime_plugin(StaticRuntimePlugin::new().with_config(layer.freeze()))
        .build()
}

/// Classifies the status 503 as S3's client does where the body is `SlowDown`.
#[derive(Debug)]
struct SlowDown;

impl ClassifyRetry for SlowDown {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        match context.response() {
            Some(response) if response.status().as_u16() == 503 => RetryAction::throttling_error(),
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "SlowDown"
    }
}

/// The time of the run, from some time of day on.
#[derive(Debug)]
struct Clock(Instant);

impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_hours(500_000) + self.0.elapsed()
    }
}

/// An HTTP client whose requests go through the model's network.
#[derive(Clone, Debug)]
struct Wire(Net);

impl HttpClient for Wire {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Wire {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let net = self.0.clone();
        HttpConnectorFuture::new(async move {
            let status = match net.request().await {
                Ok(()) => 200,
                Err(Failure::Overloaded) => 503,
                Err(failure) => return Err(ConnectorError::io(failure.into())),
            };
            let status = StatusCode::try_from(status).expect("it is a status");
            Ok(HttpResponse::new(status, SdkBody::empty()))
        })
    }
}
