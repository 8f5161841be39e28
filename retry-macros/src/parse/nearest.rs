//! Finds the word that is nearest to a misspelt one.

/// Returns the entry whose name is nearest to `word`, if they differ in at most a third of its letters.
pub(crate) fn nearest_of<T>(word: &str, entries: impl Iterator<Item = (&'static str, T)>) -> Option<T> {
    entries
        .map(|(name, entry)| (strsim::osa_distance(word, name), name.len(), entry))
        .filter(|(distance, length, _)| *distance <= (length / 3).max(1))
        .min_by_key(|(distance, ..)| *distance)
        .map(|(.., entry)| entry)
}
