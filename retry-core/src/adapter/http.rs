//! Classifies HTTP status codes and reads the `Retry-After` header, for `http`.

use std::time::{Duration, SystemTime};

use ::http::StatusCode;
use ::http::header::{HeaderMap, HeaderName, RETRY_AFTER};

use super::status;
use crate::call::Call;

/// Returns whether a later request may get a different answer than this status.
///
/// Of 4xx, this is true for 408, 421, 425 and 429. Of 5xx, it is true for all statuses, registered or not,
/// except 501, 505, 506, 507, 508, 510 and 511. A 413 is transient only with a `Retry-After` header, which
/// this function does not see.
///
/// ```
/// use http::StatusCode;
/// use retry_core::adapter::http::is_transient;
///
/// assert!(is_transient(StatusCode::SERVICE_UNAVAILABLE));
/// assert!(!is_transient(StatusCode::NOT_FOUND));
/// assert!(!is_transient(StatusCode::NOT_IMPLEMENTED));
/// ```
#[must_use]
pub fn is_transient(status: StatusCode) -> bool {
    status::is_transient(status.as_u16())
}

/// Returns how long after `now` the `Retry-After` header asks to wait.
///
/// The header is a number of seconds, or a date in one of the three forms of RFC 9110. Some servers send a number
/// with decimals, such as `2.0`, which is rounded up to a millisecond. A number that does not fit yields
/// [`Duration::MAX`], and a date in the past yields zero. Any other value yields `None`, and so does a header
/// that occurs twice.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use http::header::{HeaderMap, HeaderValue, RETRY_AFTER};
/// use retry_core::adapter::http::retry_after;
///
/// let now = UNIX_EPOCH + Duration::from_secs(784_111_770);
/// let mut headers = HeaderMap::new();
/// headers.insert(RETRY_AFTER, HeaderValue::from_static("120"));
/// assert_eq!(retry_after(&headers, now), Some(Duration::from_secs(120)));
/// headers.insert(RETRY_AFTER, HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT"));
/// assert_eq!(retry_after(&headers, now), Some(Duration::from_secs(7)));
/// ```
#[must_use]
pub fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = single(headers, RETRY_AFTER)?;
    seconds(text).or_else(|| date(text, now).map(|date| date.duration_since(now).unwrap_or_default()))
}

/// Returns the value of `http.request.resend_count`, which OpenTelemetry asks for on the span of each repeated request: 1
/// for the second attempt of the call. For the first attempt there is none, and a field of a span stays empty.
///
/// All attempts of the call count, also those before a [restart](Call::restart). A copy of an attempt is a request of its
/// own: the first copy of an attempt has the number after that of the attempt. Copies of earlier attempts do not count.
///
/// ```
/// # let _guard = retry_core::testing::no_wait();
/// use retry_core::{Call, Policy, adapter::http::resend_count};
///
/// let mut counts = Vec::new();
/// let send = |call: &Call| {
///     counts.push(resend_count(call));
///     Err::<(), _>("unavailable")
/// };
/// assert!(Policy::new().retry_with(send).run().is_err());
/// assert_eq!(counts, [None, Some(1), Some(2)]);
/// ```
#[must_use]
pub fn resend_count(call: &Call) -> Option<u32> {
    Some(call.earlier()).filter(|earlier| *earlier > 0)
}

/// Returns the time at which the server sent the answer, by the server's clock.
#[cfg(any(feature = "reqwest", feature = "tower"))]
pub(crate) fn sent_at(headers: &HeaderMap) -> Option<SystemTime> {
    httpdate::parse_http_date(single(headers, ::http::header::DATE)?).ok()
}

/// Returns the value of a header, if it occurs exactly once.
fn single(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().filter(|_| values.next().is_none())?;
    Some(value.to_str().ok()?.trim_matches([' ', '\t']))
}

/// Parses digits, with or without decimals.
fn seconds(text: &str) -> Option<Duration> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    if !is_number(whole) || !is_number(decimals) {
        return None;
    }
    let Ok(seconds) = whole.parse() else { return Some(Duration::MAX) };
    let (millis, rest) = decimals.split_at(decimals.len().min(3));
    let begun = u64::from(rest.bytes().any(|digit| digit != b'0'));
    let millis = format!("{millis:0<3}").parse().unwrap_or(0_u64).saturating_add(begun);
    Some(Duration::from_secs(seconds).saturating_add(Duration::from_millis(millis)))
}

/// Parses a date, including the two forms that `httpdate` leaves to its caller: a leap second and a year of
/// two digits.
fn date(text: &str, now: SystemTime) -> Option<SystemTime> {
    match text.split_once("23:59:60") {
        Some((before, after)) => {
            let second_before = two_digit_year(&format!("{before}23:59:59{after}"), now)?;
            second_before.checked_add(Duration::from_secs(1))
        }
        None => two_digit_year(text, now),
    }
}

/// Parses a date such as `Sunday, 06-Nov-94 08:49:37 GMT`, in the latest year that ends in these digits, has
/// that weekday and is at most 50 years ahead. Parses other forms as they are.
fn two_digit_year(text: &str, now: SystemTime) -> Option<SystemTime> {
    const YEAR: u64 = 31_556_952;
    let Some((weekday, day, month, year_and_time)) = rfc_850(text) else {
        return httpdate::parse_http_date(text).ok();
    };
    if year_and_time.find(' ') != Some(2) {
        return None;
    }
    let since_epoch = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let century = (since_epoch / YEAR).saturating_add(1970) / 100;
    let latest = now.checked_add(Duration::from_secs(50 * YEAR))?;
    (century.saturating_sub(1)..=century.saturating_add(1))
        .rev()
        .filter_map(|century| {
            let date = format!("{weekday}, {day} {month} {century:02}{year_and_time}");
            httpdate::parse_http_date(&date).ok()
        })
        .find(|&date| date <= latest)
}

/// Splits a date of RFC 850 into the weekday in three letters, the day, the month, and the rest, which begins
/// with the year.
fn rfc_850(text: &str) -> Option<(&str, &str, &str, &str)> {
    const WEEKDAYS: [&str; 7] =
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let (weekday, rest) = text.split_once(", ")?;
    let (day, rest) = rest.split_once('-')?;
    let (month, year_and_time) = rest.split_once('-')?;
    let short = weekday.get(..3).filter(|_| WEEKDAYS.contains(&weekday))?;
    Some((short, day, month, year_and_time))
}

#[cfg(test)]
mod odd_dates;

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    use ::http::StatusCode;
    use ::http::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};

    use super::{is_transient, retry_after};

    /// Sun, 06 Nov 1994 08:49:30 GMT: seven seconds before the date of the RFC's examples.
    const NOW: u64 = 784_111_770;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn hint_of(value: &[u8], now: SystemTime) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_bytes(value).unwrap());
        retry_after(&headers, now)
    }

    fn seconds_of(value: &str, now: u64) -> Option<u64> {
        hint_of(value.as_bytes(), at(now)).map(|hint| hint.as_secs())
    }

    #[test]
    fn statuses() {
        let transient: Vec<u16> =
            (100..1000).filter(|&status| is_transient(StatusCode::from_u16(status).unwrap())).collect();
        let permanent_of_5xx = [501, 505, 506, 507, 508, 510, 511];
        let expected: Vec<u16> = [408, 421, 425, 429]
            .into_iter()
            .chain((500..1000).filter(|status| !permanent_of_5xx.contains(status)))
            .collect();
        assert_eq!(transient, expected);
    }

    #[test]
    fn hints() {
        let vectors = [
            // Numbers of seconds.
            ("0", Some(0)),
            ("120", Some(120)),
            ("007", Some(7)),
            (" 120\t", Some(120)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", Some(u64::MAX)),
            ("99999999999999999999999999999999999999999", Some(u64::MAX)),
            // Dates: in the preferred form, in that of RFC 850 and in that of C's `asctime`.
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(7)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(7)),
            ("Sun Nov  6 08:49:37 1994", Some(7)),
            ("Wed Nov 16 08:49:30 1994", Some(864_000)),
            (" Sun, 06 Nov 1994 08:49:37 GMT ", Some(7)),
            ("Sun, 06 Nov 1994 08:49:30 GMT", Some(0)),
            // Dates in the past.
            ("Sun, 06 Nov 1994 08:49:29 GMT", Some(0)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Saturday, 06-Nov-93 08:49:37 GMT", Some(0)),
            // Malformed dates: letters of the wrong case, a wrong weekday, zone, day, or shape.
            ("sun, 06 nov 1994 08:49:37 gmt", None),
            ("SUN, 06 NOV 1994 08:49:37 GMT", None),
            ("sunday, 06-nov-94 08:49:37 gmt", None),
            ("Mon, 06 Nov 1994 08:49:37 GMT", None),
            ("Monday, 06-Nov-94 08:49:37 GMT", None),
            ("Sun, 06 Nov 1994 08:49:37 UTC", None),
            ("Sun, 06 Nov 1994 08:49:37 +0000", None),
            ("Sun, 06 Nov 1994 08:49:37", None),
            ("Thu, 31 Nov 1994 08:49:37 GMT", None),
            ("Sun, 06 Nov 1994 24:00:00 GMT", None),
            ("Sun, 06 Nov 1994 08:49:60 GMT", None),
            ("Sun, 6 Nov 1994 08:49:37 GMT", None),
            ("Sun, 06-Nov-94 08:49:37 GMT", None),
            ("1994-11-06T08:49:37Z", None),
            // Malformed numbers.
            ("-1", None),
            ("+1", None),
            ("1e3", None),
            ("NaN", None),
            ("inf", None),
            ("-0.5", None),
            ("+0.5", None),
            (".5", None),
            ("5.", None),
            (".", None),
            ("1.5.2", None),
            ("1. 5", None),
            ("1,5", None),
            ("1.5e3", None),
            ("1.5s", None),
            ("1_000", None),
            ("0x10", None),
            ("120s", None),
            ("1 2", None),
            ("\u{661}", None),
            ("soon", None),
            ("", None),
            (" ", None),
            // Lists, which the header does not allow.
            ("120, 240", None),
            ("120,", None),
            ("Sun, 06 Nov 1994 08:49:37 GMT, 120", None),
        ];
        for (value, expected) in vectors {
            assert_eq!(seconds_of(value, NOW), expected, "{value:?}");
        }
    }

    #[test]
    fn decimals_are_rounded_up_to_a_millisecond() {
        let forever = Duration::MAX.as_millis();
        for (value, millis) in [
            ("2.0", 2000),
            ("0.5", 500),
            ("1.5", 1500),
            ("0.25", 250),
            ("0.001", 1),
            ("0.0010", 1),
            ("0.0001", 1),
            ("1.0000000000000000000000000000000001", 1001),
            ("1.9990", 1999),
            ("1.9991", 2000),
            ("0.000", 0),
            ("007.5", 7500),
            (" 0.5\t", 500),
            ("18446744073709551616.5", forever),
            ("18446744073709551615.9999", forever),
        ] {
            assert_eq!(
                hint_of(value.as_bytes(), at(NOW)).map(|hint| hint.as_millis()),
                Some(millis),
                "{value:?}"
            );
        }
    }

    #[test]
    fn a_leap_second_is_the_one_before_midnight() {
        let half_past = 1_483_228_770; // Sat, 31 Dec 2016 23:59:30 GMT
        let vectors = [
            ("Sat, 31 Dec 2016 23:59:59 GMT", Some(29)),
            ("Sat, 31 Dec 2016 23:59:60 GMT", Some(30)),
            ("Saturday, 31-Dec-16 23:59:60 GMT", Some(30)),
            ("Sat Dec 31 23:59:60 2016", Some(30)),
            ("Sun, 01 Jan 2017 00:00:00 GMT", Some(30)),
            ("Sat, 31 Dec 2016 23:59:61 GMT", None),
            ("Sat, 31 Dec 2016 23:59:60 23:59:60 GMT", None),
            ("Sat, 31 Dec 2016 12:59:60 GMT", None),
        ];
        for (value, expected) in vectors {
            assert_eq!(seconds_of(value, half_past), expected, "{value:?}");
        }
    }

    #[test]
    fn a_year_of_two_digits_is_at_most_fifty_years_away() {
        const DAY: u64 = 86_400;
        let year = |year: u64| (year - 1970) * 31_556_952;
        let vectors = [
            ("Thursday, 01-Jan-26 00:00:00 GMT", year(2026) - 10 * DAY, true),
            ("Friday, 01-Nov-75 00:00:00 GMT", year(2026), true),
            ("Sunday, 01-Jan-78 00:00:00 GMT", year(2026), false),
            ("Sunday, 06-Nov-94 08:49:37 GMT", year(2026), false),
            ("Friday, 31-Dec-99 23:59:59 GMT", year(2026), false),
            // Dates on the other side of the turn of a century, in both directions.
            ("Saturday, 01-Jan-00 00:00:00 GMT", year(2000) - 10 * DAY, true),
            ("Friday, 31-Dec-99 23:59:59 GMT", year(2000) + 10 * DAY, false),
            ("Saturday, 01-Jan-05 00:00:00 GMT", year(1999), true),
            ("Thursday, 01-Jan-26 00:00:00 GMT", year(1980), true),
        ];
        for (value, now, is_ahead) in vectors {
            let hint = seconds_of(value, now).unwrap_or_else(|| panic!("{value:?}"));
            assert_eq!(hint > 0, is_ahead, "{value:?} from {now}: {hint} s");
        }
        // The day is a Saturday in 2094, which is too far ahead, but not in 1994.
        assert_eq!(seconds_of("Saturday, 06-Nov-94 08:49:37 GMT", year(2026)), None);
        assert!(seconds_of("Saturday, 06-Nov-94 08:49:37 GMT", year(2050)).is_some());
    }

    #[test]
    fn a_clock_out_of_range_does_no_harm() {
        let before_the_epoch = UNIX_EPOCH - Duration::from_secs(1 << 40);
        let far = UNIX_EPOCH.checked_add(Duration::from_secs(i64::MAX as u64)).unwrap();
        let values = ["120", "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "junk"];
        for value in values {
            let _ = hint_of(value.as_bytes(), before_the_epoch);
            let _ = hint_of(value.as_bytes(), far);
        }
        assert_eq!(hint_of(b"Sun, 06 Nov 1994 08:49:37 GMT", far), Some(Duration::ZERO));
        // In the year 19950, whose century and a digit are a year.
        assert_eq!(seconds_of("Saturday, 06-Nov-9 08:49:37 GMT", 567_394_000_000), None);
        assert_eq!(hint_of(b"Saturday, 30-Dec-00~08:49:37 GMT", far), None);
    }

    #[test]
    fn bytes_that_are_no_text_are_no_hint() {
        assert_eq!(hint_of(b"\xff\xfe", at(NOW)), None);
        assert_eq!(hint_of("１２".as_bytes(), at(NOW)), None);
    }

    #[test]
    fn the_header_stands_alone_and_under_any_case() {
        let mut headers = HeaderMap::new();
        assert_eq!(retry_after(&headers, at(NOW)), None);
        headers.append(HeaderName::from_bytes(b"RETRY-after").unwrap(), HeaderValue::from_static("3"));
        assert_eq!(retry_after(&headers, at(NOW)), Some(Duration::from_secs(3)));
        headers.append(RETRY_AFTER, HeaderValue::from_static("3"));
        assert_eq!(retry_after(&headers, at(NOW)), None);
    }
}
