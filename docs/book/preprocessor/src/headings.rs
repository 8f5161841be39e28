//! Titles: a page of rustdoc has none of its own, and its sections begin at the first level.

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag};

use crate::page::Edit;

/// Gives the page its title, unless it begins with one, and moves the sections below the title.
pub(crate) fn edits(title: &str, text: &str) -> Vec<Edit> {
    let headings: Vec<_> = Parser::new(text)
        .into_offset_iter()
        .filter_map(|(event, range)| match event {
            Event::Start(Tag::Heading { level, .. }) => Some((level, range.start)),
            _ => None,
        })
        .collect();
    let has_title = headings
        .first()
        .is_some_and(|(level, start)| *level == HeadingLevel::H1 && text[..*start].trim().is_empty());
    let sections = &headings[usize::from(has_title)..];
    let mut edits = Vec::new();
    if !has_title {
        edits.push((0..0, format!("# {title}\n\n")));
    }
    if sections.iter().any(|(level, _)| *level == HeadingLevel::H1) {
        edits.extend(sections.iter().map(|(_, start)| (*start..*start, "#".to_owned())));
    }
    edits
}

#[cfg(test)]
mod tests {
    use crate::page::convert;

    #[test]
    fn a_page_without_a_title_gets_one() {
        assert_eq!(convert("Steps", "a.md", "Text.\n").unwrap(), "# Steps\n\nText.\n");
    }

    #[test]
    fn sections_of_the_first_level_move_below_the_title() {
        let text = "Text.\n\n# One\n\n## Two\n";
        assert_eq!(convert("Steps", "a.md", text).unwrap(), "# Steps\n\nText.\n\n## One\n\n### Two\n");
        let text = "# Title\n\n# One\n";
        assert_eq!(convert("Steps", "a.md", text).unwrap(), "# Title\n\n## One\n");
    }

    #[test]
    fn a_page_with_one_title_stays_as_it_is() {
        let text = "# Title\n\n## One\n";
        assert_eq!(convert("Steps", "a.md", text).unwrap(), text);
    }
}
