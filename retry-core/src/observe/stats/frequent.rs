//! Counts the most frequent errors in bounded memory.

/// The number of different errors that are kept.
pub(super) const KEPT: usize = 16;

/// An error and the number of times that it occurred.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorCount {
    /// The text of the error, or the beginning of the text.
    pub error: String,
    /// The number of occurrences, or up to `overcount` more than that.
    pub count: u64,
    /// The most occurrences of other errors that `count` may include. It is zero as long as there were no
    /// more than [`Stats::MAX_ERRORS`](super::Stats::MAX_ERRORS) different errors.
    pub overcount: u64,
}

/// Counts an error. If there is no room, the error replaces the rarest error and continues its count. The
/// algorithm is "space saving" (Metwally and others, 2005): an error that makes up more than a sixteenth of
/// all errors is always among the sixteen that are kept.
pub(super) fn count_error(errors: &mut Vec<ErrorCount>, error: String) {
    if let Some(known) = errors.iter_mut().find(|known| known.error == error) {
        known.count = known.count.saturating_add(1);
    } else if errors.len() < KEPT {
        errors.push(ErrorCount { error, count: 1, overcount: 0 });
    } else if let Some(rarest) = errors.iter_mut().min_by_key(|known| known.count) {
        *rarest = ErrorCount { error, count: rarest.count.saturating_add(1), overcount: rarest.count };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(errors: impl IntoIterator<Item = String>) -> Vec<ErrorCount> {
        let mut counts = Vec::new();
        for error in errors {
            count_error(&mut counts, error);
        }
        counts
    }

    fn find<'a>(counts: &'a [ErrorCount], error: &str) -> &'a ErrorCount {
        counts.iter().find(|count| count.error == error).expect("it is kept")
    }

    #[test]
    fn as_long_as_there_is_room_counts_are_exact() {
        let counts = counted((0..160).map(|n| (n % 16).to_string()));
        assert_eq!(counts.len(), 16);
        assert!(counts.iter().all(|count| (count.count, count.overcount) == (10, 0)), "{counts:?}");
    }

    #[test]
    fn a_frequent_error_that_comes_late_is_found_among_many_rare_ones() {
        let rare = |range: core::ops::Range<u32>| range.map(|n| format!("request {n} failed"));
        let frequent = (0..400).flat_map(|n| [format!("late {n}"), "disk full".to_owned()]);
        let counts = counted(rare(0..1000).chain(frequent).chain(rare(1000..1100)));
        assert_eq!(counts.len(), KEPT);
        let found = find(&counts, "disk full");
        assert!(found.count >= 400 && found.count - found.overcount <= 400, "{found:?}");
        assert!(found.overcount <= 1900 / 16, "{found:?}");
    }
}
