//! Classifies errors of `async-nats`: by the kinds of the client and the codes of JetStream.

mod answer;

use std::error::Error as StdError;
use std::fmt::{Debug, Display};

use ::async_nats::client::{DrainError, ReconnectError};
use ::async_nats::error::Error;
use ::async_nats::{ServerError, SubjectError, UnsubscribeError};

use self::answer::Answer;
use crate::Retryable;
use crate::error::chain::chain;
use crate::error::{Shown, classify_chain, text_of};

/// Classifies the client's errors, each of which has an enum of kinds. Their variants mean the same wherever they
/// have the same name, so the name decides, also of those that are behind a feature of the client.
impl<Kind: Clone + Debug + Display + PartialEq> Retryable for Error<Kind> {
    fn is_retryable(&self) -> bool {
        let kind = self.kind();
        let (name, text) = (format!("{:?}", Shown(&kind)), text_of(&kind));
        if let Some(answer) = Answer::parse(&text) {
            return answer.may_pass();
        }
        match name.split('(').next().unwrap_or_default() {
            // No acknowledgement because nobody listens for the subject: there is no such stream, or its leader
            // is being elected.
            "StreamNotFound" => text == NO_STREAM_FOR_THE_SUBJECT,
            "ErrorResponse" => text.starts_with("unable to get message: 503"),
            "Tls" => source_may_pass(StdError::source(self)).unwrap_or(false),
            name if PERMANENT.contains(&name) => false,
            _ => source_may_pass(StdError::source(self)).unwrap_or(true),
        }
    }
}

/// The text of the kind that a publish to JetStream has for an answer without a responder.
const NO_STREAM_FOR_THE_SUBJECT: &str = "no stream found for given subject";

/// The variants that the next attempt would find again.
const PERMANENT: &[&str] = &[
    // The client is closed: it was drained, or has reconnected as often as it may.
    "BrokenPipe",
    "Send",
    "SendError",
    // Connecting.
    "Authentication",
    "AuthorizationViolation",
    "EmptyPool",
    "InvalidAddress",
    "MixedSchemes",
    "ServerParse",
    // A wrong argument.
    "DomainAndExternalSet",
    "EmptyName",
    "EmptyStreamName",
    "InvalidBucketName",
    "InvalidConsumerType",
    "InvalidKey",
    "InvalidName",
    "InvalidQueueName",
    "InvalidReset",
    "InvalidStoreName",
    "InvalidStreamName",
    "InvalidSubject",
    "LimitMarkersNotSupported",
    "LinkToLink",
    "MaxPayloadExceeded",
    "ObjectRequired",
    "PinnedClient",
    "PullBasedConsumer",
    "PushBasedConsumer",
    "RequestLimitExceeded",
    "Serialize",
    "TooLongHistory",
    // The state of what was asked for.
    "AlreadyExists",
    "BucketLink",
    "ConsumerDeleted",
    "Deleted",
    "DoesNotExist",
    "NameAlreadyInUse",
    "NoMessageFound",
    "NotFound",
    "WrongLastMessageId",
    "WrongLastRevision",
    "WrongLastSequence",
    // An answer that makes no sense.
    "MissingHeader",
    "ParseError",
    "ResponseParse",
];

/// Returns whether the cause of an error is transient, if there is one that is known. The client has a text alone
/// where its own task has ended.
fn source_may_pass(source: Option<&(dyn StdError + 'static)>) -> Option<bool> {
    match classify_chain(source, &[], true) {
        Some(classification) => Some(classification.is_retryable),
        None => chain(source).any(|error| text_of(error) == "channel closed").then_some(false),
    }
}

impl Retryable for ServerError {
    fn is_retryable(&self) -> bool {
        match self {
            ServerError::AuthorizationViolation => false,
            ServerError::SlowConsumer(_) => true,
            ServerError::Other(text) => {
                let text = text.to_lowercase();
                !REFUSALS.iter().any(|refusal| text.contains(refusal))
            }
        }
    }
}

/// Parts of the texts by which a server refuses a client for good.
const REFUSALS: &[&str] = &[
    "attempted to connect to",
    "authentication expired",
    "authentication revoked",
    "authorization violation",
    "invalid",
    "maximum control line",
    "maximum payload",
    "not allowed",
    "parser error",
    "permissions violation",
    "tls required",
    "unknown protocol",
];

/// Classifies the errors of a client that is closed.
macro_rules! closed {
    ($($error:ty),*) => {$(
        impl Retryable for $error {
            fn is_retryable(&self) -> bool {
                false
            }
        }
    )*};
}

closed!(DrainError, ReconnectError, UnsubscribeError);

impl Retryable for SubjectError {
    fn is_retryable(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::net::TcpListener;

    use ::async_nats::client::{self, FlushErrorKind, PublishError, PublishErrorKind, RequestErrorKind};
    use ::async_nats::client::{SetServerPoolErrorKind, SubscribeErrorKind};
    use ::async_nats::jetstream::consumer::{pull, push};
    use ::async_nats::jetstream::{self, context, kv, message, stream};
    use ::async_nats::{ConnectErrorKind, StatusCode};

    use super::*;

    fn is_retryable<Kind: Clone + Debug + Display + PartialEq>(kind: Kind) -> bool {
        Error::new(kind).is_retryable()
    }

    fn caused<Kind: Clone + Debug + Display + PartialEq>(
        kind: Kind,
        source: impl Into<::async_nats::Error>,
    ) -> bool {
        Error::with_source(kind, source).is_retryable()
    }

    fn answer(status: u64, code: u64, description: &str) -> jetstream::Error {
        let answer = format!(r#"{{"code": {status}, "err_code": {code}, "description": "{description}"}}"#);
        serde_json::from_str(&answer).unwrap()
    }

    #[test]
    fn connecting_by_its_cause() {
        use ConnectErrorKind as Kind;
        assert!(is_retryable(Kind::TimedOut));
        assert!(is_retryable(Kind::MaxReconnects), "each server was tried; the next client begins anew");
        for kind in [Kind::ServerParse, Kind::Authentication, Kind::AuthorizationViolation] {
            assert!(!is_retryable(kind), "{kind}");
            assert!(!caused(kind, "a reason"), "{kind}");
        }
        assert!(caused(Kind::Io, "broken pipe"));
        assert!(caused(Kind::Io, io::Error::from(io::ErrorKind::ConnectionRefused)));
        assert!(caused(Kind::Dns, io::Error::other("failed to lookup address information")));
        let untrusted = io::Error::from(io::ErrorKind::InvalidData);
        assert!(!caused(Kind::Io, io::Error::other(untrusted)), "a certificate that is not trusted");
        assert!(caused(Kind::Tls, io::Error::from(io::ErrorKind::UnexpectedEof)));
        assert!(!caused(Kind::Tls, io::Error::other(io::Error::from(io::ErrorKind::InvalidData))));
        assert!(!caused(Kind::Tls, "no certificates"));
    }

    #[test]
    fn what_a_server_tells_a_client_by_its_text() {
        let transient = [
            "Maximum Connections Exceeded",
            "maximum account active connections exceeded",
            "Authentication Timeout",
            "Stale Connection",
            "Server Shutdown",
            "Slow Consumer",
        ];
        let permanent = [
            "User Authentication Expired",
            "Secure Connection - TLS Required",
            "Permissions Violation for Publish to \"orders\"",
            "Attempted To Connect To Route Port",
            "Unknown Protocol Operation",
            "Invalid Client Protocol",
        ];
        for text in transient {
            let error = ServerError::Other(text.into());
            assert!(error.is_retryable() && caused(ConnectErrorKind::Io, error), "{text}");
        }
        for text in permanent {
            let error = ServerError::Other(text.into());
            assert!(!error.is_retryable() && !caused(ConnectErrorKind::Io, error), "{text}");
        }
        assert!(ServerError::SlowConsumer(1).is_retryable());
        assert!(!ServerError::AuthorizationViolation.is_retryable());
    }

    #[test]
    fn calls_without_jetstream() {
        assert!(is_retryable(RequestErrorKind::TimedOut));
        assert!(is_retryable(RequestErrorKind::NoResponders));
        assert!(is_retryable(FlushErrorKind::FlushError));
        assert!(!is_retryable(RequestErrorKind::InvalidSubject));
        assert!(!is_retryable(RequestErrorKind::MaxPayloadExceeded));
        assert!(!is_retryable(PublishErrorKind::MaxPayloadExceeded));
        assert!(!is_retryable(PublishErrorKind::InvalidSubject));
        assert!(!is_retryable(SubscribeErrorKind::InvalidSubject));
        assert!(!is_retryable(SubscribeErrorKind::InvalidQueueName));
        assert!(!is_retryable(SetServerPoolErrorKind::EmptyPool));
        assert!(!SubjectError::InvalidFormat.is_retryable());
    }

    #[test]
    fn a_client_that_is_closed_is_not_retried() {
        let closed = || io::Error::other("channel closed").into_inner().unwrap();
        assert!(!is_retryable(PublishErrorKind::Send));
        assert!(!is_retryable(FlushErrorKind::SendError));
        assert!(!caused(SubscribeErrorKind::Other, closed()));
        assert!(!caused(RequestErrorKind::Other, closed()));
        assert!(!caused(RequestErrorKind::Other, PublishError::new(PublishErrorKind::Send)));
        assert!(!caused(context::PublishErrorKind::Other, closed()));
        assert!(!is_retryable(context::PublishErrorKind::BrokenPipe));
    }

    #[test]
    fn publishing_to_a_stream() {
        use context::PublishErrorKind as Kind;
        assert!(is_retryable(Kind::TimedOut));
        assert!(is_retryable(Kind::MaxAckPending));
        assert!(is_retryable(Kind::StreamNotFound), "nobody listens, as in an election");
        assert!(caused(Kind::Other, answer(503, 10008, "JetStream system temporarily unavailable")));
        assert!(!caused(Kind::Other, answer(400, 10054, "message size exceeds maximum allowed")));
        assert!(!is_retryable(Kind::MaxPayloadExceeded));
        assert!(!caused(Kind::WrongLastSequence, answer(400, 10071, "wrong last sequence: 7")));
        assert!(!caused(Kind::WrongLastMessageId, answer(400, 10070, "wrong last msg ID: 7")));
    }

    #[test]
    fn an_answer_that_a_kind_contains() {
        let leaderless = || answer(503, 10008, "JetStream system temporarily unavailable");
        let missing = || answer(404, 10059, "stream not found");
        assert!(is_retryable(context::CreateStreamErrorKind::JetStream(leaderless())));
        assert!(is_retryable(context::AccountErrorKind::JetStream(leaderless())));
        assert!(is_retryable(stream::ConsumerErrorKind::JetStream(leaderless())));
        assert!(is_retryable(stream::PurgeErrorKind::JetStream(leaderless())));
        assert!(is_retryable(kv::StatusErrorKind::JetStream(leaderless())));
        assert!(!is_retryable(context::GetStreamErrorKind::JetStream(missing())));
        assert!(!is_retryable(context::ConsumerInfoErrorKind::JetStream(missing())));
        assert!(!is_retryable(stream::DeleteMessageErrorKind::JetStream(missing())));
        assert!(!is_retryable(stream::LastRawMessageErrorKind::JetStream(missing())));
        assert!(!is_retryable(stream::ConsumerUpdateErrorKind::JetStream(missing())));
    }

    #[test]
    fn streams_and_consumers() {
        assert!(is_retryable(context::RequestErrorKind::NoResponders));
        assert!(is_retryable(context::CreateStreamErrorKind::JetStreamUnavailable));
        assert!(is_retryable(context::CreateStreamErrorKind::TimedOut));
        assert!(is_retryable(context::ConsumerInfoErrorKind::Offline));
        assert!(is_retryable(push::MessagesErrorKind::MissingHeartbeat));
        assert!(is_retryable(pull::MessagesErrorKind::NoResponders));
        assert!(is_retryable(pull::OrderedErrorKind::Recreate));
        assert!(!is_retryable(context::ConsumerInfoErrorKind::StreamNotFound), "the server has answered");
        assert!(!is_retryable(context::ConsumerInfoErrorKind::NotFound));
        assert!(!is_retryable(context::CreateStreamErrorKind::InvalidStreamName));
        assert!(!is_retryable(context::GetStreamErrorKind::EmptyName));
        assert!(!is_retryable(stream::ConsumerCreateStrictErrorKind::AlreadyExists));
        assert!(!is_retryable(pull::MessagesErrorKind::ConsumerDeleted));
        assert!(!is_retryable(pull::MessagesErrorKind::RequestLimitExceeded));
        assert!(!is_retryable(push::OrderedErrorKind::PullBasedConsumer));
        assert!(!is_retryable(pull::BatchErrorKind::Serialize));
        assert!(!is_retryable(message::StreamMessageErrorKind::ParseError));
    }

    #[test]
    fn a_message_by_the_status_of_the_answer() {
        let answered = |status: u16| {
            let status = StatusCode::try_from(status).unwrap();
            is_retryable(stream::DirectGetErrorKind::ErrorResponse(status, "a reason".into()))
        };
        assert!(answered(503));
        assert!(!answered(408), "the request is malformed");
        assert!(!is_retryable(stream::DirectGetErrorKind::NotFound));
    }

    #[test]
    fn keys_and_values_by_what_is_behind() {
        let update = |kind| Error::<context::PublishErrorKind>::new(kind);
        let late = client::RequestError::new(RequestErrorKind::TimedOut);
        assert!(caused(kv::EntryErrorKind::Other, stream::DirectGetError::from(late)));
        assert!(caused(kv::PutErrorKind::Ack, update(context::PublishErrorKind::TimedOut)));
        assert!(!caused(kv::PutErrorKind::Ack, update(context::PublishErrorKind::MaxPayloadExceeded)));
        assert!(!caused(context::KeyValueErrorKind::GetBucket, answer(404, 10059, "stream not found")));
        assert!(!is_retryable(kv::UpdateErrorKind::WrongLastRevision));
        assert!(!is_retryable(kv::CreateErrorKind::AlreadyExists));
        assert!(!is_retryable(kv::EntryErrorKind::InvalidKey));
    }

    /// A kind that is behind a feature of the client, like those of object stores, or of a later release.
    #[test]
    fn kinds_without_a_type_here() {
        #[derive(Clone, Debug, PartialEq)]
        enum Kind {
            NotFound,
            ReadChunks,
            Unheard,
        }
        impl Display for Kind {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("of a store")
            }
        }
        assert!(!is_retryable(Kind::NotFound));
        assert!(!caused(Kind::ReadChunks, io::Error::from(io::ErrorKind::NotFound)));
        assert!(caused(Kind::Unheard, io::Error::from(io::ErrorKind::ConnectionReset)));
        assert!(is_retryable(Kind::Unheard));
    }

    #[test]
    fn the_error_of_the_client_is_found_in_a_box() {
        let boxed: Box<dyn StdError + Send + Sync> =
            PublishError::new(PublishErrorKind::MaxPayloadExceeded).into();
        assert!(!boxed.is_retryable());
        let boxed: Box<dyn StdError + Send + Sync> = answer(404, 10059, "stream not found").into();
        assert!(!boxed.is_retryable());
    }

    #[tokio::test]
    async fn a_server_that_is_down_is_retried() {
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let refused = ::async_nats::connect(format!("nats://{closed}")).await.unwrap_err();
        assert!(refused.is_retryable(), "{refused:?}");
    }

    #[tokio::test]
    async fn a_malformed_address_is_not_retried() {
        let malformed = ::async_nats::connect("nats://a b").await.unwrap_err();
        assert!(!malformed.is_retryable(), "{malformed:?}");
    }
}
