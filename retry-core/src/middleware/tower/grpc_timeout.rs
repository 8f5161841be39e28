//! The header `grpc-timeout`, in which a caller sets the deadline of a call.

use core::time::Duration;
use std::format;

use ::http::{HeaderMap, HeaderName, HeaderValue};

const NAME: HeaderName = HeaderName::from_static("grpc-timeout");

/// The units and their nanoseconds.
const UNITS: [(&str, u128); 6] = [
    ("n", 1),
    ("u", 1_000),
    ("m", 1_000_000),
    ("S", 1_000_000_000),
    ("M", 60_000_000_000),
    ("H", 3_600_000_000_000),
];

/// Returns the time that a call may take: a number of at most eight digits, and its unit.
pub(super) fn read(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(NAME)?.to_str().ok()?;
    let (digits, nanos) =
        UNITS.into_iter().find_map(|(unit, nanos)| Some((text.strip_suffix(unit)?, nanos)))?;
    let is_number = (1..=8).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: u64 = digits.parse().ok().filter(|_| is_number)?;
    // Below 10^8 hours, which is a number of nanoseconds that does not fit.
    let nanos = u64::try_from(nanos.saturating_mul(number.into())).unwrap_or(u64::MAX);
    Some(Duration::from_nanos(nanos))
}

/// Sets the time that is left of a call, in the smallest unit that takes eight digits.
pub(super) fn write(headers: &mut HeaderMap, left: Duration) {
    let nanos = left.as_nanos().max(1);
    let fitting = UNITS
        .into_iter()
        .filter_map(|(unit, size)| Some((unit, nanos.checked_div(size)?)))
        .find(|(_, number)| *number < 100_000_000);
    let (unit, number) = fitting.unwrap_or(("H", 99_999_999));
    if let Ok(value) = HeaderValue::from_str(&format!("{number}{unit}")) {
        headers.insert(NAME, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<Duration> {
        read(&HeaderMap::from_iter([(NAME, HeaderValue::from_str(text).unwrap())]))
    }

    #[test]
    fn a_timeout_is_a_number_and_a_unit() {
        let vectors = [
            ("1n", Duration::from_nanos(1)),
            ("20u", Duration::from_micros(20)),
            ("2500m", Duration::from_millis(2500)),
            ("99999999S", Duration::from_secs(99_999_999)),
            ("2M", Duration::from_secs(120)),
            ("0H", Duration::ZERO),
            ("99999999H", Duration::from_nanos(u64::MAX)),
        ];
        for (text, timeout) in vectors {
            assert_eq!(of(text), Some(timeout), "{text}");
        }
        for text in ["", "n", "1", "1s", "-1S", "+1S", "1.5S", " 1S", "100000000n", "1 S", "\u{e4}S"] {
            assert_eq!(of(text), None, "{text}");
        }
        assert_eq!(read(&HeaderMap::new()), None);
    }

    #[test]
    fn what_is_left_is_written_with_eight_digits() {
        let vectors = [
            (Duration::ZERO, "1n"),
            (Duration::from_nanos(99_999_999), "99999999n"),
            (Duration::from_millis(1500), "1500000u"),
            (Duration::from_secs(99_999_999), "99999999S"),
            (Duration::MAX, "99999999H"),
        ];
        for (left, text) in vectors {
            let mut headers = HeaderMap::new();
            write(&mut headers, left);
            assert_eq!(headers[NAME], text);
        }
    }
}
