//! Durations as strings: `"1s"`, `"1.5 m"`, `"250ms"`.

use std::time::Duration;

/// The units, each with its length in nanoseconds.
const UNITS: [(&str, u128); 6] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Parses numbers, with or without decimals, each with its unit. Returns an explanation if the text is anything else.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let (mut rest, mut total) = (text.trim(), 0_u64);
    loop {
        let (nanos, after) = part(text, rest)?;
        total = total.checked_add(nanos).ok_or_else(|| too_long(text))?;
        rest = after;
        if rest.is_empty() {
            return Ok(Duration::from_nanos(total));
        }
    }
}

/// Parses the first number and unit of `rest`, the end of `text`. Returns their length in nanoseconds and the text after them.
fn part<'a>(text: &str, rest: &'a str) -> Result<(u64, &'a str), String> {
    let Part { number, unit, after } = Part::first(rest);
    let digits = Decimal::parse(&number).filter(|_| !unit.is_empty() || after.is_empty());
    let Some(digits) = digits else {
        return Err(format!("`{text:?}` is no duration; write a number and a unit, such as `\"1.5s\"`"));
    };
    if unit.is_empty() {
        let before = text.trim().strip_suffix(rest).unwrap_or_default();
        return Err(format!(
            "`{text:?}` has no unit; write `\"{before}{number}ms\"` or `\"{before}{number}s\"`"
        ));
    }
    let Some((_, nanos)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err(match normalized(text) {
            Some(normal) => format!("`{unit}` is no unit of time; write `{normal:?}`"),
            None => format!("`{unit}` is no unit of time; write `ns`, `us`, `ms`, `s`, `m` or `h`"),
        });
    };
    let nanos = digits.times(*nanos).map_err(|problem| match problem {
        Problem::TooLong => too_long(text),
        Problem::TooFine => format!("`{text:?}` is finer than a nanosecond; write fewer decimals"),
    })?;
    Ok((nanos, after))
}

fn too_long(text: &str) -> String {
    format!("`{text:?}` is too long; the longest duration is about 584 years")
}

/// A number without its underscores, the word after it, and the text after both.
struct Part<'a> {
    number: String,
    unit: &'a str,
    after: &'a str,
}

impl Part<'_> {
    fn first(text: &str) -> Part<'_> {
        let split = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_').unwrap_or(text.len());
        let (number, after) = text.split_at(split);
        let after = after.trim_start();
        let end = after.find(|c: char| c.is_ascii_digit() || c.is_whitespace()).unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        Part { number: number.replace('_', ""), unit, after: after.trim_start() }
    }
}

/// Other names of units, each with one of ours and how many of it they are.
const OTHER_UNITS: [(&[&str], &str, u128); 7] = [
    (&["nano", "nanos", "nanosecond", "nanoseconds"], "ns", 1),
    (&["\u{b5}s", "\u{3bc}s", "micro", "micros", "usec", "microsecond", "microseconds"], "us", 1),
    (&["milli", "millis", "msec", "msecs", "millisecond", "milliseconds"], "ms", 1),
    (&["sec", "secs", "second", "seconds"], "s", 1),
    (&["min", "mins", "minute", "minutes"], "m", 1),
    (&["hr", "hrs", "hour", "hours"], "h", 1),
    (&["d", "day", "days"], "h", 24),
];

/// Rewrites a duration that has an unknown unit, such as `10 sec`.
pub(crate) fn normalized(text: &str) -> Option<String> {
    let (mut rest, mut total, mut parts) = (text.trim(), 0_u64, Vec::new());
    while !rest.is_empty() {
        let Part { number, unit, after } = Part::first(rest);
        let unit = unit.to_lowercase();
        let ours = UNITS.iter().find(|(name, _)| *name == unit).map(|(name, _)| (*name, 1));
        let other = || OTHER_UNITS.iter().find(|(names, ..)| names.contains(&&*unit));
        let (name, times) = ours.or_else(|| other().map(|(_, name, times)| (*name, *times)))?;
        let length = UNITS.iter().find(|(other, _)| *other == name)?.1.checked_mul(times)?;
        total = total.checked_add(Decimal::parse(&number)?.times(length).ok()?)?;
        parts.push((number, name, times));
        rest = after;
    }
    match &*parts {
        [] => None,
        [(number, name, 1)] => Some(format!("{number}{name}")),
        _ => {
            let total = u128::from(total);
            let (name, length) =
                UNITS.iter().rev().find(|(_, length)| total.checked_rem(*length) == Some(0))?;
            Some(format!("{}{name}", total.checked_div(*length)?))
        }
    }
}

enum Problem {
    TooLong,
    TooFine,
}

/// The number `digits · 10^-decimals`.
struct Decimal {
    digits: u128,
    decimals: u32,
}

impl Decimal {
    fn parse(number: &str) -> Option<Decimal> {
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let fraction = fraction.trim_end_matches('0');
        let digits = format!("{whole}{fraction}");
        let is_number = !number.is_empty() && number != "." && digits.bytes().all(|b| b.is_ascii_digit());
        // Zeros before the number are none of its digits. Thirty digits fit a `u128` with room for the unit. A number with more
        // is too fine if it has decimals, and too long otherwise.
        let digits = digits.trim_start_matches('0');
        let is_too_fine = digits.len() > 30 && !fraction.is_empty();
        let decimals = if is_too_fine { u32::MAX } else { u32::try_from(fraction.len()).ok()? };
        let digits = if digits.is_empty() { 0 } else { digits.get(..30).unwrap_or(digits).parse().ok()? };
        is_number.then_some(Decimal { digits, decimals })
    }

    #[expect(clippy::arithmetic_side_effects, reason = "a power of ten is not 0")]
    fn times(&self, unit: u128) -> Result<u64, Problem> {
        let scale = 10_u128.checked_pow(self.decimals).ok_or(Problem::TooFine)?;
        let nanos = self.digits.checked_mul(unit).ok_or(Problem::TooLong)?;
        if nanos % scale != 0 {
            return Err(Problem::TooFine);
        }
        u64::try_from(nanos / scale).map_err(|_| Problem::TooLong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_with_and_without_decimals() {
        for (text, nanos) in [
            ("7ns", 7),
            ("1.5us", 1_500),
            ("250ms", 250_000_000),
            ("1s", 1_000_000_000),
            ("0.5s", 500_000_000),
            (".5s", 500_000_000),
            ("2.s", 2_000_000_000),
            (" 1.5 m ", 90_000_000_000),
            ("1_000ms", 1_000_000_000),
            ("0.25h", 900_000_000_000),
            ("0s", 0),
            ("1.500000000000000000s", 1_500_000_000),
            ("0000000000000000000000000000000000000001.5s", 1_500_000_000),
            ("1m30s", 90_000_000_000),
            (" 2h 15m ", 8_100_000_000_000),
            ("1 h 2 m 3 s 4 ms", 3_723_004_000_000),
            ("1s500ms", 1_500_000_000),
            ("1.5m30s", 120_000_000_000),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_nanos(nanos)), "{text}");
        }
    }

    #[test]
    fn anything_else_says_what_is_wrong() {
        for (text, message) in [
            ("", r#"`""` is no duration; write a number and a unit, such as `"1.5s"`"#),
            ("s", r#"`"s"` is no duration; write a number and a unit, such as `"1.5s"`"#),
            (".s", r#"`".s"` is no duration; write a number and a unit, such as `"1.5s"`"#),
            ("1.2.3s", r#"`"1.2.3s"` is no duration; write a number and a unit, such as `"1.5s"`"#),
            ("-1s", r#"`"-1s"` is no duration; write a number and a unit, such as `"1.5s"`"#),
            ("10", r#"`"10"` has no unit; write `"10ms"` or `"10s"`"#),
            ("10sec", r#"`sec` is no unit of time; write `"10s"`"#),
            ("1.5 Minutes", r#"`Minutes` is no unit of time; write `"1.5m"`"#),
            ("2 days", r#"`days` is no unit of time; write `"48h"`"#),
            ("5 weeks", "`weeks` is no unit of time; write `ns`, `us`, `ms`, `s`, `m` or `h`"),
            ("1m30", r#"`"1m30"` has no unit; write `"1m30ms"` or `"1m30s"`"#),
            ("1m30sec", r#"`sec` is no unit of time; write `"90s"`"#),
            ("1m -30s", r#"`"1m -30s"` is no duration; write a number and a unit, such as `"1.5s"`"#),
            ("1 2s", r#"`"1 2s"` is no duration; write a number and a unit, such as `"1.5s"`"#),
            ("1m s", r#"`"1m s"` is no duration; write a number and a unit, such as `"1.5s"`"#),
            (
                "5000000h 500000h",
                "`\"5000000h 500000h\"` is too long; the longest duration is about 584 years",
            ),
            ("0.5ns", "`\"0.5ns\"` is finer than a nanosecond; write fewer decimals"),
            (
                "1.0000000000000000000000000000000001s",
                "`\"1.0000000000000000000000000000000001s\"` is finer than a nanosecond; write fewer decimals",
            ),
            (
                "0.00000000000000000000000000000000001s",
                "`\"0.00000000000000000000000000000000001s\"` is finer than a nanosecond; write fewer decimals",
            ),
            ("99999999999999h", "`\"99999999999999h\"` is too long; the longest duration is about 584 years"),
        ] {
            assert_eq!(parse(text), Err(message.to_owned()), "{text}");
        }
        assert!(parse(&"9".repeat(400)).is_err());
        assert!(parse(&format!("{}s", "9".repeat(400))).is_err());
        assert!(parse(&format!("0.{}1s", "0".repeat(400))).is_err());
    }
}
