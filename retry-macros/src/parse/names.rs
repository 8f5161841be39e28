//! Finds the argument that was most likely meant by another name.

use super::nearest::nearest_of;
use super::spec::{ArgumentSpec, Conversion, Kind};
use super::table::{KEYS, find};

/// The endings that name a unit of time. An ending comes after all longer endings that contain it.
const UNITS: [(&str, &str); 17] = [
    ("_milliseconds", "ms"),
    ("_millis", "ms"),
    ("_msecs", "ms"),
    ("_msec", "ms"),
    ("_ms", "ms"),
    ("_microseconds", "us"),
    ("_micros", "us"),
    ("_us", "us"),
    ("_nanos", "ns"),
    ("_seconds", "s"),
    ("_secs", "s"),
    ("_sec", "s"),
    ("_s", "s"),
    ("_minutes", "m"),
    ("_mins", "m"),
    ("_hours", "h"),
    ("_h", "h"),
];

/// Returns the argument that was most likely meant by `word`, and how its value is converted.
pub(super) fn nearest(word: &str) -> Option<(&'static ArgumentSpec, Conversion)> {
    let lower = word.to_lowercase();
    if let Some(found) = by_other_key(&lower) {
        return Some(found);
    }
    let with_unit = |(ending, unit): &(&str, &'static str)| {
        let (spec, _) = nearest_key(lower.strip_suffix(ending)?)?;
        // `backoff_ms` and `delay_millis` mean a delay.
        let spec = if ["backoff", "delay"].contains(&spec.key) { find("base")? } else { spec };
        (spec.kind == Kind::Duration).then_some((spec, Conversion::Unit(unit)))
    };
    UNITS.iter().find_map(with_unit).or_else(|| nearest_key(&lower))
}

fn nearest_key(word: &str) -> Option<(&'static ArgumentSpec, Conversion)> {
    let by_key = || nearest_of(word, KEYS.iter().map(|spec| (spec.key, (spec, Conversion::Unchanged))));
    by_other_key(word).or_else(by_key)
}

fn by_other_key(word: &str) -> Option<(&'static ArgumentSpec, Conversion)> {
    KEYS.iter().find_map(|spec| {
        let (_, conversion) = spec.other_keys.iter().find(|(other, _)| *other == word)?;
        Some((spec, *conversion))
    })
}

/// Returns all keys, for a word that is near none of them.
pub(crate) fn all_keys() -> String {
    let keys = KEYS.iter().filter(|spec| !spec.key.ends_with("_ms"));
    keys.map(|spec| format!("`{}`", spec.key)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_keys_are_listed_once_and_without_units() {
        let keys = all_keys();
        assert!(keys.starts_with("`max`, `unlimited`, `base`, `factor`, "), "{keys}");
        assert!(!keys.contains("_ms`"), "{keys}");
    }
}
