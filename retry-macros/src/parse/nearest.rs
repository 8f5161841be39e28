//! The nearest of several words to a misspelt one.

/// The entry whose name is nearest to `word`, if one is near at all: up to a third of its letters apart.
pub(crate) fn nearest_of<T>(word: &str, entries: impl Iterator<Item = (&'static str, T)>) -> Option<T> {
    entries
        .map(|(name, entry)| (strsim::osa_distance(word, name), name.len(), entry))
        .filter(|(distance, length, _)| *distance <= (length / 3).max(1))
        .min_by_key(|(distance, ..)| *distance)
        .map(|(.., entry)| entry)
}
