//! One page.

use std::ops::Range;

use crate::{headings, links};

/// A replacement of a range of the text.
pub(crate) type Edit = (Range<usize>, String);

/// Converts the text of a page with its title and its path.
pub(crate) fn convert(title: &str, path: &str, text: &str) -> Result<String, String> {
    let mut edits = links::edits(path, text)?;
    edits.extend(headings::edits(title, text));
    edits.sort_by_key(|(range, _)| range.start);
    let mut converted = text.to_owned();
    for (range, replacement) in edits.into_iter().rev() {
        converted.replace_range(range, &replacement);
    }
    Ok(converted)
}

#[cfg(test)]
mod tests {
    use super::convert;

    #[test]
    fn code_stays_as_it_is() {
        let text = "# Title\n\n```text\n[a](crate::Policy)\n# heading\n```\n";
        assert_eq!(convert("Title", "a.md", text).unwrap(), text);
    }
}
