//! The transient HTTP statuses, for all adapters that receive one.

/// Returns whether a status is transient. By RFC 9110, section 15, an unknown status counts as the first
/// status of its class: 5xx as 500, which is transient. A status outside of 100 to 599 is to be treated as
/// 5xx, so it is transient too.
///
/// Of 4xx these are transient: 408 Request Timeout, 421 Misdirected Request, 425 Too Early and 429 Too Many
/// Requests. Of 5xx these are not: 501 Not Implemented, 505 HTTP Version Not Supported, 506 Variant Also
/// Negotiates, 507 Insufficient Storage, 508 Loop Detected, 510 Not Extended and 511 Network Authentication
/// Required.
pub(crate) const fn is_transient(status: u16) -> bool {
    match status {
        408 | 421 | 425 | 429 => true,
        100..=499 | 501 | 505 | 506 | 507 | 508 | 510 | 511 => false,
        _ => true,
    }
}

/// Returns the same as [`is_transient`], except that 413 Content Too Large is transient with a `Retry-After`.
#[cfg(any(feature = "aws", feature = "reqwest", feature = "tower"))]
pub(crate) const fn is_transient_answer(status: u16, has_retry_after: bool) -> bool {
    is_transient(status) || (status == 413 && has_retry_after)
}

#[cfg(test)]
mod tests {
    use super::is_transient;

    #[test]
    fn an_unknown_status_counts_as_the_first_of_its_class() {
        for status in [509, 520, 521, 522, 523, 524, 525, 526, 527, 529, 530, 561, 598, 599, 600, 999] {
            assert!(is_transient(status), "{status}");
        }
        for status in [199, 299, 399, 419, 430, 440, 460, 499] {
            assert!(!is_transient(status), "{status}");
        }
    }
}
