//! The rendered book. `.ci/run book` renders it and the documentation of the crate before these tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use html5gum::{Token, Tokenizer};

/// Where docs.rs has the crate.
const DOCS: &str = "https://docs.rs/reattempt/latest/reattempt/";

/// The ids and the links of a page.
#[derive(Default)]
struct Page {
    ids: BTreeSet<String>,
    links: Vec<String>,
}

/// Returns a folder below `target`.
fn rendered(folder: &str) -> PathBuf {
    resolve(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target").join(folder))
}

/// Returns the pages of the book by their files.
fn pages() -> BTreeMap<PathBuf, Page> {
    let pages: BTreeMap<_, _> =
        html_files(&rendered("book")).into_iter().map(|file| (file.clone(), page(&file))).collect();
    assert!(pages.len() > 60, "{} pages", pages.len());
    pages
}

/// Fails for each link that is broken.
fn assert_whole(pages: &BTreeMap<PathBuf, Page>, is_broken: impl Fn(&Path, &str) -> bool) {
    let links = pages.iter().flat_map(|(file, page)| page.links.iter().map(move |link| (file, link)));
    let broken: Vec<_> = links
        .filter(|(file, link)| is_broken(file, link))
        .map(|(file, link)| format!("{}: {link}", file.strip_prefix(rendered("book")).unwrap().display()))
        .collect();
    assert!(broken.is_empty(), "{} broken links:\n{}", broken.len(), broken.join("\n"));
}

#[test]
#[ignore = "needs the rendered book"]
fn every_link_has_a_target() {
    let pages = pages();
    let links = pages.values().map(|page| page.links.len()).sum::<usize>();
    assert!(links > 2000, "{links} links");
    assert_whole(&pages, |file, link| {
        if link.starts_with("https://") || link.starts_with("mailto:") {
            return false;
        }
        let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
        let target =
            if path.is_empty() { file.to_owned() } else { resolve(&file.parent().unwrap().join(path)) };
        match pages.get(&target) {
            Some(page) => !anchor.is_empty() && !page.ids.contains(anchor),
            None => !target.is_file() || target.extension().is_some_and(|extension| extension == "md"),
        }
    });
}

#[test]
#[ignore = "needs the rendered book, and the documentation of the crate"]
fn every_link_to_docs_rs_is_an_item() {
    let documentation = rendered("doc/reattempt");
    assert!(documentation.join("index.html").is_file(), "no documentation in {}", documentation.display());
    assert_whole(&pages(), |_, link| {
        let Some(item) = link.strip_prefix(DOCS) else { return false };
        let (path, anchor) = item.split_once('#').unwrap_or((item, ""));
        let file = documentation.join(path);
        !file.is_file() || !anchor.is_empty() && !page(&file).ids.contains(anchor)
    });
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
