//! Parses durations of settings: `1m30s`, `1.5 s`, or a number of seconds.

/// The units, each with its length in seconds as a product and a quotient, so that the result is rounded once.
const UNITS: [(&str, f64, f64); 6] = [
    ("ns", 1.0, 1e9),
    ("us", 1.0, 1e6),
    ("ms", 1.0, 1e3),
    ("s", 1.0, 1.0),
    ("m", 60.0, 1.0),
    ("h", 3600.0, 1.0),
];

/// Parses a duration as the attribute spells it, with units in any case, or a number of seconds. Returns it in seconds, which
/// may be out of range.
pub(crate) fn seconds(text: &str) -> Option<f64> {
    let mut rest = text.trim();
    if let Ok(seconds) = rest.parse() {
        return Some(seconds);
    }
    let mut total = 0.0;
    loop {
        let (seconds, after) = part(rest)?;
        total += seconds;
        rest = after;
        if rest.is_empty() {
            return Some(total);
        }
    }
}

/// Parses a number and a unit, and returns the text after them.
fn part(text: &str) -> Option<(f64, &str)> {
    let is_number = |c: char| c.is_ascii_digit() || c == '.' || c == '_';
    let (number, text) = text.split_at(text.find(|c| !is_number(c))?);
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (unit, rest) = text.split_at(end);
    // As in the attribute, the next number begins with a digit.
    if rest.starts_with(['.', '_']) {
        return None;
    }
    let (_, times, parts) = UNITS.into_iter().find(|(name, ..)| name.eq_ignore_ascii_case(unit))?;
    Some((decimal(number)? * times / parts, rest.trim_start()))
}

/// Parses digits with at most one point between, before or after them. Underscores are skipped.
fn decimal(text: &str) -> Option<f64> {
    let (mut digits, mut length) = ([0; 64], 0_usize);
    for byte in text.bytes().filter(|byte| *byte != b'_') {
        *digits.get_mut(length)? = byte;
        length = length.saturating_add(1);
    }
    core::str::from_utf8(digits.get(..length)?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_of_seconds_or_numbers_with_units() {
        for (text, expected) in [
            ("30", 30.0),
            (" 0.25 ", 0.25),
            ("1e3", 1000.0),
            ("-1", -1.0),
            ("7ns", 7e-9),
            ("1.5us", 1.5e-6),
            ("250ms", 0.25),
            ("1s", 1.0),
            (".5s", 0.5),
            ("2.s", 2.0),
            (" 1.5 m ", 90.0),
            ("1_000ms", 1.0),
            ("0.25h", 900.0),
            ("0s", 0.0),
            ("1m30s", 90.0),
            ("2h 15m", 8100.0),
            ("1 h 2 m 3 s 4 ms", 3723.004),
            ("1.5m30s", 120.0),
            ("1M30S", 90.0),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn anything_else_is_no_duration() {
        let digits = std::format!("{}s", "9".repeat(400));
        for text in [
            "", " ", "s", ".s", "_s", "1.2.3s", "-1s", "1m-30s", "1m30", "10 sec", "5d", "1e3s", "1,5s",
            "1 2s", "1s.5s", "1s_5s", "é", "1é", "1s é", &digits,
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
