//! Classifies what JetStream answers, by its code.

use ::async_nats::jetstream::{Error, ErrorCode};

use crate::Retryable;
use crate::error::text_of;

impl Retryable for Error {
    fn is_retryable(&self) -> bool {
        Answer::parse(&text_of(self)).is_some_and(|answer| answer.may_pass())
    }
}

/// An answer, read from the text of an error: kinds of more than ten types contain one, and the description is nowhere
/// else.
pub(super) struct Answer<'a> {
    description: &'a str,
    status: u64,
    code: ErrorCode,
}

impl<'a> Answer<'a> {
    pub(super) fn parse(text: &'a str) -> Option<Answer<'a>> {
        let (description, numbers) = text.rsplit_once(" (code ")?;
        let (status, code) = numbers.strip_suffix(')')?.split_once(", error code ")?;
        Some(Answer { description, status: status.parse().ok()?, code: ErrorCode(code.parse().ok()?) })
    }

    /// Returns whether the reason is transient. Of the statuses, 503 and 429 are those of an overload and of a cluster
    /// that is not ready; 500 is also that of wrong settings.
    pub(super) fn may_pass(&self) -> bool {
        match self.code {
            // These have the status 503, and depend on the settings of the server or on the request.
            ErrorCode::CLUSTER_REQUIRED
            | ErrorCode::JETSTREAM_NOT_ENABLED
            | ErrorCode::JETSTREAM_NOT_ENABLED_FOR_ACCOUNT
            | ErrorCode::NO_ACCOUNT
            | ErrorCode::NOT_SUPPORTED_IN_CLUSTER_MODE
            | ErrorCode::STREAM_SEQUENCE_NOT_MATCH => false,
            // The group of servers has no leader, changes, or does not contain this server; or a message with the same
            // id is being stored.
            ErrorCode::CLUSTER_NOT_ASSIGNED
            | ErrorCode::CLUSTER_NOT_LEADER
            | ErrorCode::CLUSTER_SERVER_MEMBER_CHANGE_INFLIGHT
            | ErrorCode::CONSUMER_OFFLINE
            | ErrorCode::RAFT_GENERAL
            | ErrorCode::STREAM_DUPLICATE_MESSAGE_CONFLICT
            | ErrorCode::STREAM_OFFLINE => true,
            ErrorCode::CLUSTER_NO_PEERS => self.description.contains("offline"),
            ErrorCode::STREAM_STORE_FAILED => !self.stays_full(),
            _ => matches!(self.status, 429 | 503),
        }
    }

    /// Returns whether the store refused a message because of a subject or a disk that is full. A whole stream at its
    /// limits gets room when messages are consumed or expire.
    fn stays_full(&self) -> bool {
        ["per subject exceeded", "no space left"].iter().any(|text| self.description.contains(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_retryable((status, code, description): (u64, u64, &str)) -> bool {
        let answer = format!(r#"{{"code": {status}, "err_code": {code}, "description": "{description}"}}"#);
        serde_json::from_str::<Error>(&answer).unwrap().is_retryable()
    }

    /// The statuses and texts are those of the server.
    #[test]
    fn answers_by_code() {
        let transient = [
            (503, 10004, "incomplete results"),
            (400, 10005, "no suitable peers for placement, peer offline"),
            (500, 10007, "JetStream cluster not assigned to this server"),
            (503, 10008, "JetStream system temporarily unavailable"),
            (500, 10009, "JetStream cluster can not handle request"),
            (503, 10023, "insufficient resources"),
            (500, 10041, "raft: not leader"),
            (503, 10077, "maximum messages exceeded"),
            (503, 10077, "maximum bytes exceeded"),
            (500, 10118, "stream is offline"),
            (500, 10119, "consumer is offline"),
            (409, 10158, "duplicate message id is in process"),
            (503, 10163, "expected last sequence per subject temporarily unavailable"),
            (429, 10167, "too many requests"),
            (503, 0, "an older server"),
            (429, 19999, "a later server"),
        ];
        let permanent = [
            (400, 10002, "resource limits exceeded for account"),
            (400, 10003, "bad request"),
            (400, 10005, "no suitable peers for placement, tags not matched"),
            (503, 10010, "JetStream clustering support required"),
            (404, 10014, "consumer not found"),
            (400, 10026, "maximum consumers limit reached"),
            (500, 10028, "insufficient memory resources available"),
            (503, 10035, "account not found"),
            (404, 10037, "no message found"),
            (503, 10039, "JetStream not enabled for account"),
            (500, 10047, "insufficient storage resources available"),
            (500, 10052, "stream name is required"),
            (400, 10058, "stream name already in use with a different configuration"),
            (404, 10059, "stream not found"),
            (503, 10063, "expected stream sequence does not match"),
            (400, 10071, "wrong last sequence: 7"),
            (503, 10076, "JetStream not enabled"),
            (503, 10077, "maximum messages per subject exceeded"),
            (503, 10077, "write error: no space left on device"),
            (500, 19999, "a later server"),
        ];
        for answer in transient {
            assert!(is_retryable(answer), "{answer:?}");
        }
        for answer in permanent {
            assert!(!is_retryable(answer), "{answer:?}");
        }
    }

    #[test]
    fn a_description_may_contain_what_stands_before_the_code() {
        assert!(is_retryable((503, 10077, "failed (code 1, error code 2)")));
        assert!(Answer::parse("stream not found").is_none());
        assert!(Answer::parse("stream not found (code 404)").is_none());
    }
}
