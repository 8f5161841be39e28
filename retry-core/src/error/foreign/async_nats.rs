//! Lists the error types of `async-nats`, which has one for each group of calls.

use std::error::Error as StdError;

use ::async_nats::{client, jetstream};
use jetstream::consumer::{self, pull, push};
use jetstream::{context, kv, stream};

use crate::error::link::{Classification, LinkClassifier, classify_link};

/// Classifies one error of a chain, if it is one of the client's.
pub(super) fn classify(error: &(dyn StdError + 'static)) -> Option<Classification> {
    CLASSIFIERS.iter().find_map(|classify| classify(error))
}

/// The errors of object stores are not among them: the crate has them behind a feature that takes a backend for
/// cryptography.
const CLASSIFIERS: &[LinkClassifier] = &[
    classify_link::<::async_nats::ConnectError>,
    classify_link::<::async_nats::ServerError>,
    classify_link::<::async_nats::SubjectError>,
    classify_link::<::async_nats::UnsubscribeError>,
    classify_link::<client::PublishError>,
    classify_link::<client::RequestError>,
    classify_link::<client::SubscribeError>,
    classify_link::<client::FlushError>,
    classify_link::<client::DrainError>,
    classify_link::<client::ReconnectError>,
    classify_link::<client::ServerPoolError>,
    classify_link::<client::SetServerPoolError>,
    classify_link::<jetstream::Error>,
    classify_link::<jetstream::message::StreamMessageError>,
    classify_link::<context::PublishError>,
    classify_link::<context::RequestError>,
    classify_link::<context::AccountError>,
    classify_link::<context::ConsumerInfoError>,
    classify_link::<context::CreateStreamError>,
    classify_link::<context::GetStreamError>,
    classify_link::<context::GetStreamByNameError>,
    classify_link::<context::KeyValueError>,
    classify_link::<context::CreateKeyValueError>,
    classify_link::<context::UpdateKeyValueError>,
    classify_link::<stream::DirectGetError>,
    classify_link::<stream::DeleteMessageError>,
    classify_link::<stream::PurgeError>,
    classify_link::<stream::LastRawMessageError>,
    classify_link::<stream::ConsumerError>,
    classify_link::<stream::ConsumerCreateStrictError>,
    classify_link::<stream::ConsumerUpdateError>,
    classify_link::<consumer::StreamError>,
    classify_link::<push::OrderedError>,
    classify_link::<push::MessagesError>,
    classify_link::<push::ConsumerRecreateError>,
    classify_link::<pull::OrderedError>,
    classify_link::<pull::MessagesError>,
    classify_link::<pull::BatchRequestError>,
    classify_link::<pull::BatchError>,
    classify_link::<pull::ConsumerRecreateError>,
    classify_link::<kv::StatusError>,
    classify_link::<kv::CreateError>,
    classify_link::<kv::PutError>,
    classify_link::<kv::EntryError>,
    classify_link::<kv::WatchError>,
    classify_link::<kv::UpdateError>,
    classify_link::<kv::WatcherError>,
];
