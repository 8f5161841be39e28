//! Values of `Retry-After` that are nearly dates.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ::http::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use proptest::prelude::*;

use super::retry_after;

const PARTS: [&str; 24] = [
    "Sun, ", "Sunday, ", "Sun ", "06", "6", "0", "31", "-", " ", "Nov", "Feb", "94", "4", "1994", "9999",
    "99999", "-1", "08:49:37", "23:59:60", "24:60:61", " GMT", " UTC", "é", ".5",
];

fn waits(text: &str, now: SystemTime) -> Option<Duration> {
    let mut headers = HeaderMap::new();
    headers.insert(RETRY_AFTER, HeaderValue::from_bytes(text.as_bytes()).unwrap());
    retry_after(&headers, now)
}

#[test]
fn a_year_of_another_length_is_no_date() {
    let now = UNIX_EPOCH + Duration::from_secs(784_111_770);
    for text in [
        "Sunday, 06-Nov-4 08:49:37 GMT",
        "Sunday, 06-Nov- 08:49:37 GMT",
        "Sunday, 06-Nov-é 08:49:37 GMT",
        "Sunday, --",
    ] {
        assert_eq!(waits(text, now), None, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn no_date_panics(parts in prop::collection::vec(prop::sample::select(PARTS.to_vec()), 0..9), now in 0..=u64::MAX >> 1) {
        for now in [UNIX_EPOCH.checked_add(Duration::from_secs(now)), Some(UNIX_EPOCH), UNIX_EPOCH.checked_sub(Duration::from_secs(now))] {
            let _ = now.map(|now| waits(&parts.concat(), now));
        }
    }

    #[test]
    fn no_text_around_a_date_panics(weekday in "(Sun|Sunday|Mon|)", day in "[0-9]{0,3}", month in "(Nov|Feb|nov|)", year in "[0-9]{0,5}", time in "[0-9:]{0,9}") {
        for text in [format!("{weekday}, {day}-{month}-{year} {time} GMT"), format!("{weekday}, {day} {month} {year} {time} GMT"), format!("{weekday} {month} {day} {time} {year}")] {
            let _ = waits(&text, UNIX_EPOCH);
        }
    }
}
