//! The rendered book: `mdbook build docs/book` first, which `.ci/run book` does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use html5gum::{Token, Tokenizer};

/// The ids and the links of a page.
#[derive(Default)]
struct Page {
    ids: BTreeSet<String>,
    links: Vec<String>,
}

#[test]
#[ignore = "needs the rendered book"]
fn every_link_has_a_target() {
    let folder = resolve(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/book"));
    let pages: BTreeMap<PathBuf, Page> =
        html_files(&folder).into_iter().map(|file| (file.clone(), page(&file))).collect();
    assert!(pages.len() > 60, "the book is in {}", folder.display());
    let links = pages.values().map(|page| page.links.len()).sum::<usize>();
    assert!(links > 2000, "{links} links");
    let broken: Vec<_> = pages
        .iter()
        .flat_map(|(file, page)| page.links.iter().map(move |link| (file, link)))
        .filter(|(file, link)| is_broken(file, link, &pages))
        .map(|(file, link)| format!("{}: {link}", file.strip_prefix(&folder).unwrap().display()))
        .collect();
    assert!(broken.is_empty(), "{} broken links:\n{}", broken.len(), broken.join("\n"));
}

/// Whether a link inside the book leads nowhere. Other sites are not asked.
fn is_broken(file: &Path, link: &str, pages: &BTreeMap<PathBuf, Page>) -> bool {
    if link.starts_with("https://") || link.starts_with("mailto:") {
        return false;
    }
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = if path.is_empty() { file.to_owned() } else { resolve(&file.parent().unwrap().join(path)) };
    match pages.get(&target) {
        Some(page) => !anchor.is_empty() && !page.ids.contains(anchor),
        None => !target.is_file() || target.extension().is_some_and(|extension| extension == "md"),
    }
}

/// Removes `..` from a path.
fn resolve(path: &Path) -> PathBuf {
    let mut resolved = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => assert!(resolved.pop()),
            component => resolved.push(component),
        }
    }
    resolved
}

fn page(file: &Path) -> Page {
    let text = fs::read_to_string(file).unwrap();
    let mut page = Page::default();
    for token in Tokenizer::new(&text) {
        let Ok(Token::StartTag(tag)) = token else { continue };
        for (name, value) in &tag.attributes {
            let value = String::from_utf8_lossy(value).into_owned();
            match &name[..] {
                b"id" => drop(page.ids.insert(value)),
                b"href" | b"src" => page.links.push(value),
                _ => {}
            }
        }
    }
    page
}

/// Returns the pages below a folder, but those that repeat the others: `print.html` and `toc.html`.
fn html_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let (folders, files): (Vec<_>, Vec<_>) =
        entries.map(|entry| resolve(&entry.unwrap().path())).partition(|path| path.is_dir());
    let is_page = |file: &PathBuf| {
        file.extension().is_some_and(|extension| extension == "html")
            && !["print.html", "toc.html", "404.html"].iter().any(|name| file.ends_with(name))
    };
    files.into_iter().filter(is_page).chain(folders.iter().flat_map(|folder| html_files(folder))).collect()
}
