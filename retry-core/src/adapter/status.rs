//! Which HTTP statuses pass, for every adapter that sees one.

/// By RFC 9110, section 15, a status that is not known counts as the first one of its class: 5xx as 500, which passes.
/// So does a status outside of 100 to 599, which is to be treated as 5xx.
///
/// Of 4xx these pass: 408 Request Timeout, 421 Misdirected Request, 425 Too Early and 429 Too Many Requests. Of 5xx these do
/// not: 501 Not Implemented, 505 HTTP Version Not Supported, 506 Variant Also Negotiates, 507 Insufficient Storage, 508 Loop
/// Detected, 510 Not Extended and 511 Network Authentication Required.
pub(crate) const fn is_transient(status: u16) -> bool {
    match status {
        408 | 421 | 425 | 429 => true,
        100..=499 | 501 | 505 | 506 | 507 | 508 | 510 | 511 => false,
        _ => true,
    }
}

/// As [`is_transient`]; with a `Retry-After` also 413 Content Too Large, which is then a condition of the moment.
#[cfg(any(feature = "aws", feature = "reqwest"))]
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
