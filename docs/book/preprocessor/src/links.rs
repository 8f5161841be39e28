//! Links that rustdoc resolves: `crate::_documentation::x` is a page of the book, other items are on docs.rs.

use std::ops::Range;

use pulldown_cmark::{BrokenLink, CowStr, Event, LinkType, Parser, Tag};

use crate::page::Edit;

/// Where docs.rs has the crate.
const DOCS: &str = "https://docs.rs/reattempt/latest/reattempt/";

/// The items that are not structs. Other types are structs.
const ENUMS: &[&str] = &[
    "Backoff",
    "CircuitState",
    "FailureKind",
    "GiveUpReason",
    "HintMode",
    "InvalidPolicy",
    "Jitter",
    "JitterConfig",
    "LogLevel",
    "Record",
];
const TRAITS: &[&str] = &["Observer", "Outcome", "Retryable", "Store"];
const MODULES: &[&str] = &["observe", "preset"];

/// Modules whose text is a page of the book.
const PAGES: &[(&str, &str)] = &[
    ("testing", "testing"),
    ("fleet", "fleet-state"),
    ("macro@retry", "attribute"),
    ("derive@Retryable", "derive"),
];

/// Returns the replacements of the links in `text`, the page at `path`.
pub(crate) fn edits(path: &str, text: &str) -> Result<Vec<Edit>, String> {
    let unknown = |link: BrokenLink<'_>| {
        let item = link.reference.trim_matches('`').to_owned();
        is_item(&item).then(|| (CowStr::from(item), CowStr::from("")))
    };
    let parser = Parser::new_with_broken_link_callback(text, pulldown_cmark::Options::all(), Some(unknown));
    let mut edits = Vec::new();
    for (_, definition) in parser.reference_definitions().iter() {
        push(&mut edits, path, text, &definition.dest, definition.span.clone())?;
    }
    for (event, range) in parser.into_offset_iter() {
        if let Event::Start(Tag::Link { link_type, dest_url, .. }) = event {
            match link_type {
                LinkType::Inline => push(&mut edits, path, text, &dest_url, range)?,
                LinkType::ShortcutUnknown => {
                    edits.push((range.end..range.end, format!("({})", target(path, &dest_url)?)));
                }
                _ => {}
            }
        }
    }
    Ok(edits)
}

/// Replaces the destination at the end of a link or of a definition.
fn push(
    edits: &mut Vec<Edit>,
    path: &str,
    text: &str,
    dest: &str,
    range: Range<usize>,
) -> Result<(), String> {
    if is_item(dest) {
        let start = range.start
            + text[range.clone()].rfind(dest).ok_or_else(|| format!("no `{dest}` in its link"))?;
        edits.push((start..start + dest.len(), target(path, dest)?));
    }
    Ok(())
}

fn is_item(dest: &str) -> bool {
    let (_, item) = dest.split_once('@').unwrap_or(("", dest));
    item.starts_with("crate::") || item.starts_with("std::") || dest.starts_with("trait@")
}

/// Returns the address of an item, as seen from the page at `path`.
fn target(path: &str, dest: &str) -> Result<String, String> {
    let (item, anchor) = dest.split_once('#').map_or((dest, ""), |(item, anchor)| (item, anchor));
    let (kind, item) = item.split_once('@').unwrap_or(("", item));
    if let Some(item) = item.strip_prefix("std::") {
        return Ok(format!("https://doc.rust-lang.org/std/{}", place(kind, item)?));
    }
    let item = item.strip_prefix("crate::").unwrap_or(item);
    let anchor = if anchor.is_empty() { String::new() } else { format!("#{anchor}") };
    match page_of(kind, item, &anchor) {
        Some(page) => Ok(format!("{}{page}", "../".repeat(path.matches('/').count()))),
        None => Ok(format!("{DOCS}{}{anchor}", place(kind, item)?)),
    }
}

/// Returns the page of the book that is the text of an item.
fn page_of(kind: &str, item: &str, anchor: &str) -> Option<String> {
    if let Some(page) = item.strip_prefix("_documentation::") {
        return Some(match anchor.strip_prefix('#') {
            Some(recipe) if page == "recipes" => format!("cookbook/{recipe}.md"),
            _ => format!("{}.md{anchor}", page.replace('_', "-")),
        });
    }
    let name = if kind.is_empty() || kind == "mod" { item.to_owned() } else { format!("{kind}@{item}") };
    PAGES.iter().find(|(known, _)| *known == name).map(|(_, page)| format!("{page}.md{anchor}"))
}

/// Returns the path of an item below the documentation of its crate.
fn place(kind: &str, item: &str) -> Result<String, String> {
    let item = item.trim_end_matches("()");
    let parts: Vec<&str> = item.split("::").collect();
    let first_type = parts.iter().position(|part| part.starts_with(char::is_uppercase));
    let (modules, rest) = parts.split_at(first_type.unwrap_or(parts.len() - 1));
    let folder: String = modules.iter().flat_map(|module| [module, "/"]).collect();
    let page = |name: &str| format!("{folder}{}.{name}.html", kind_of(kind, &folder, name));
    match rest {
        [name] if MODULES.contains(name) || kind == "mod" => Ok(format!("{folder}{name}/index.html")),
        [name] => Ok(page(name)),
        [name, method] if ENUMS.contains(name) && method.starts_with(char::is_uppercase) => {
            Ok(format!("{}#variant.{method}", page(name)))
        }
        [name, method] if TRAITS.contains(name) => Ok(format!("{}#tymethod.{method}", page(name))),
        [name, method] => Ok(format!("{}#method.{method}", page(name))),
        _ => Err(format!(
            "`{item}` is no item with an address; write a module, a type, a function or a method"
        )),
    }
}

fn kind_of<'a>(kind: &'a str, folder: &str, name: &str) -> &'a str {
    match kind {
        "macro" => "attr",
        "" if !name.starts_with(char::is_uppercase) => "fn",
        "" if TRAITS.contains(&name) || folder == "error/" => "trait",
        "" if ENUMS.contains(&name) => "enum",
        "" => "struct",
        known => known,
    }
}

#[cfg(test)]
mod tests {
    use crate::page::convert;

    fn link(path: &str, text: &str) -> String {
        convert("A", path, &format!("# A\n\n{text}")).unwrap()[5..].to_owned()
    }

    #[test]
    fn a_page_is_linked_from_where_the_link_stands() {
        assert_eq!(link("a.md", "[a](crate::_documentation::real_systems#x)"), "[a](real-systems.md#x)");
        assert_eq!(link("adapters/a.md", "[a](macro@crate::retry#hedge)"), "[a](../attribute.md#hedge)");
        assert_eq!(link("a.md", "[a](crate::_documentation::recipes#polling)"), "[a](cookbook/polling.md)");
    }

    #[test]
    fn an_item_is_linked_on_docs_rs() {
        let docs = |place: &str| format!("[a](https://docs.rs/reattempt/latest/reattempt/{place})");
        assert_eq!(link("a.md", "[a](crate::Policy)"), docs("struct.Policy.html"));
        assert_eq!(link("a.md", "[a](crate::Policy::new)"), docs("struct.Policy.html#method.new"));
        assert_eq!(link("a.md", "[a](trait@crate::Retryable)"), docs("trait.Retryable.html"));
        assert_eq!(link("a.md", "[a](crate::testing::scope())"), docs("testing/fn.scope.html"));
        assert_eq!(link("a.md", "[a](crate::fleet::Store)"), docs("fleet/trait.Store.html"));
        assert_eq!(link("a.md", "[a](crate::preset)"), docs("preset/index.html"));
    }

    #[test]
    fn an_item_of_std_needs_no_definition() {
        assert_eq!(
            link("a.md", "[`std::io::Error`] is"),
            "[`std::io::Error`](https://doc.rust-lang.org/std/io/struct.Error.html) is"
        );
    }

    #[test]
    fn a_definition_is_replaced_where_it_stands() {
        assert_eq!(link("a.md", "[a]\n\n[a]: crate::_documentation::web\n"), "[a]\n\n[a]: web.md\n");
    }
}
