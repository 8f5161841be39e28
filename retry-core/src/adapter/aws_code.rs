//! The transient error codes of AWS, for all adapters that receive one.

/// The codes that the SDK's standard mode treats as throttling.
pub(super) const THROTTLING: [&str; 14] = [
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
];

/// The other transient codes. The SDK retries `RequestTimeout`, `RequestTimeoutException` and, in its S3
/// client, `InternalError`: S3 begins to answer some requests with 200 before it has finished them, and puts
/// the code of a failure in the body. The next two are the other common errors of AWS that have a status of
/// 5xx elsewhere. The last two are conflicts with another request that has not ended, for which S3's
/// documentation recommends a retry.
pub(super) const TRANSIENT: [&str; 7] = [
    "RequestTimeout",
    "RequestTimeoutException",
    "InternalError",
    "InternalFailure",
    "ServiceUnavailable",
    "ConditionalRequestConflict",
    "OperationAborted",
];

/// Returns whether an error with this code is transient.
pub(super) fn is_transient(code: &str) -> bool {
    THROTTLING.contains(&code) || TRANSIENT.contains(&code)
}
