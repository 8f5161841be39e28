//! `Retry-After`: an input is a time in seconds since 1970, a space and the value of the header.
//!
//! The answer is that of a model which knows the forms of RFC 9110 and nothing else.

use std::time::{Duration, UNIX_EPOCH};

use http::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use retry_core::adapter::http::retry_after;

const WEEKDAYS: [&str; 7] = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY: u64 = 86_400;
/// Fifty years of 365.2425 days.
const FIFTY_YEARS: u64 = 50 * 31_556_952;

/// Compares the answer with that of the model. Returns whether the input had a time and a value.
pub fn check(data: &[u8]) -> bool {
    let Some((now, value)) = parts(data) else { return false };
    let Ok(header) = HeaderValue::from_bytes(value) else { return false };
    let mut headers = HeaderMap::new();
    headers.insert(RETRY_AFTER, header);
    let answer = retry_after(&headers, UNIX_EPOCH + Duration::from_secs(now));
    let expected = str::from_utf8(value).ok().and_then(|text| model(text.trim_matches([' ', '\t']), now));
    assert_eq!(answer, expected, "{} at {now}", value.escape_ascii());
    true
}

fn parts(data: &[u8]) -> Option<(u64, &[u8])> {
    let space = data.iter().position(|byte| *byte == b' ')?;
    let now = str::from_utf8(&data[..space]).ok()?.parse().ok()?;
    // Clocks that are set wrongly may be far ahead.
    (now < 1_000_000_000_000).then_some((now, &data[space + 1..]))
}

fn model(text: &str, now: u64) -> Option<Duration> {
    if !text.is_ascii() || text.bytes().any(|byte| byte.is_ascii_control() && byte != b'\t') {
        return None;
    }
    seconds(text).or_else(|| date(text, now).map(|at| Duration::from_secs(at.saturating_sub(now))))
}

/// Reads digits one by one; a part of a millisecond counts as a whole one.
fn seconds(text: &str) -> Option<Duration> {
    let (mut whole, mut nanos, mut scale) = (0_u128, 0_u128, None);
    let mut is_rest = false;
    for c in text.chars() {
        let digit = u128::from(c.to_digit(10).unwrap_or(10));
        match (c, scale) {
            ('.', None) if !text.starts_with('.') && !text.ends_with('.') => scale = Some(100_000_000),
            ('0'..='9', None) => whole = (whole * 10 + digit).min(1 << 64),
            ('0'..='9', Some(unit)) if unit >= 1_000_000 => {
                nanos += digit * unit;
                scale = Some(unit / 10);
            }
            ('0'..='9', Some(_)) => is_rest |= digit > 0,
            _ => return None,
        }
    }
    let millis = nanos / 1_000_000 + u128::from(is_rest);
    match u64::try_from(whole) {
        _ if text.is_empty() => None,
        Err(_) => Some(Duration::MAX),
        Ok(whole) => Some(Duration::from_secs(whole).saturating_add(Duration::from_millis(millis as u64))),
    }
}

/// Reads a date in one of the three forms, as seconds since 1970.
fn date(text: &str, now: u64) -> Option<u64> {
    let words: Vec<&str> = text.split(' ').collect();
    let (weekday, time, year, month, day, is_short) = match *words {
        [weekday, day, month, year, time, "GMT"] if day.len() == 2 && year.len() == 4 => {
            (weekday.strip_suffix(',')?, time, number(year)?, month, number(day)?, true)
        }
        [weekday, date, time, "GMT"] => {
            let [day, month, year] = date.split('-').collect::<Vec<_>>().try_into().ok()?;
            let weekday = weekday.strip_suffix(',')?;
            if day.len() != 2 || year.len() != 2 {
                return None;
            }
            return latest((weekday, time, month, number(day)?), number(year)?, now);
        }
        // A day of one digit stands behind two spaces.
        [weekday, month, "", day, time, year] if day.len() == 1 && year.len() == 4 => {
            (weekday, time, number(year)?, month, number(day)?, true)
        }
        [weekday, month, day, time, year] if day.len() == 2 && year.len() == 4 => {
            (weekday, time, number(year)?, month, number(day)?, true)
        }
        _ => return None,
    };
    moment(weekday, is_short, (year, month, day), time)
}

/// Returns the latest moment in a year that ends in two digits and is at most 50 years ahead. Years are those of this
/// century and of its neighbours.
fn latest((weekday, time, month, day): (&str, &str, &str, u64), ending: u64, now: u64) -> Option<u64> {
    let of_year = |year| moment(weekday, false, (year, month, day), time);
    let century = (1970 + now / (FIFTY_YEARS / 50)) / 100;
    let years = (century - 1..=century + 1).rev().map(|century| century * 100 + ending);
    years.filter_map(of_year).find(|moment| *moment <= now + FIFTY_YEARS)
}

fn moment(weekday: &str, is_short: bool, (year, month, day): (u64, &str, u64), time: &str) -> Option<u64> {
    let month = MONTHS.iter().position(|name| *name == month)?;
    let is_leap =
        |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let length = |month| match month {
        1 => 28 + u64::from(is_leap(year)),
        3 | 5 | 8 | 10 => 30,
        _ => 31,
    };
    if !(1970..=9999).contains(&year) || day == 0 || day > length(month) {
        return None;
    }
    let leap_days = |year: u64| year / 4 - year / 100 + year / 400;
    let years = (year - 1970) * 365 + leap_days(year - 1) - leap_days(1969);
    let days = years + (0..month).map(length).sum::<u64>() + day - 1;
    let name = WEEKDAYS[(days % 7) as usize];
    if weekday != if is_short { &name[..3] } else { name } {
        return None;
    }
    let [hour, minute, second] = time.split(':').collect::<Vec<_>>().try_into().ok()?;
    if [hour, minute, second].iter().any(|part: &&str| part.len() != 2) {
        return None;
    }
    let (hour, minute, second) = (number(hour)?, number(minute)?, number(second)?);
    let is_leap_second = (hour, minute, second) == (23, 59, 60);
    let is_possible = hour < 24 && minute < 60 && (second < 60 || is_leap_second);
    is_possible.then_some(days * DAY + hour * 3600 + minute * 60 + second)
}

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}
