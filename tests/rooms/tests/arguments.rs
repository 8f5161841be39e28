//! The tables of `docs/book/src/arguments.md`, and the sections of `docs/book/src/attribute.md`, against the code.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{FnArg, ImplItem, Item, ReceiverKind, ReturnType, Type, Visibility};

type Names = BTreeSet<String>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(root().join(&path))
        .unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()))
}

#[track_caller]
fn assert_same(what: &str, documented: &Names, code: &Names) {
    let missing: Vec<_> = code.difference(documented).collect();
    let unknown: Vec<_> = documented.difference(code).collect();
    assert!(
        missing.is_empty() && unknown.is_empty(),
        "{what}: missing {missing:?}, not in the code {unknown:?}"
    );
}

/// The cells of a column, in all tables of the page that have it.
fn column(heading: &str) -> Vec<String> {
    let page = read("docs/book/src/arguments.md").replace("\\|", "");
    let mut index = None;
    let mut cells = Vec::new();
    for line in page.lines() {
        let Some(row) = line.strip_prefix("| ") else {
            if !line.starts_with("|--") {
                index = None;
            }
            continue;
        };
        let row: Vec<&str> = row.split('|').map(str::trim).collect();
        match index {
            None => index = Some(row.iter().position(|cell| cell.trim_matches('`') == heading)),
            Some(Some(index)) => cells.push(row[index].to_owned()),
            Some(None) => {}
        }
    }
    assert!(!cells.is_empty(), "docs/book/src/arguments.md has a column {heading}");
    cells
}

/// What stands in backticks in the cells of a column.
fn spans(heading: &str) -> Vec<String> {
    column(heading)
        .iter()
        .flat_map(|cell| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// The name that a text begins with.
fn leading(text: &str) -> String {
    text.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect()
}

/// The methods in a column: names after a dot.
fn methods(heading: &str) -> Names {
    spans(heading).iter().filter_map(|span| span.strip_prefix('.')).map(leading).collect()
}

/// The keys in the table of arguments: in each row, a literal, `=`, the name of its parser, and its kind in parentheses.
fn keys(tokens: TokenStream, found: &mut Names) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for window in trees.windows(4) {
        if let [TokenTree::Literal(key), TokenTree::Punct(equals), TokenTree::Ident(_), TokenTree::Group(_)] =
            window
            && equals.as_char() == '='
        {
            found.insert(key.to_string().trim_matches('"').to_owned());
        }
    }
    for tree in trees {
        if let TokenTree::Group(group) = tree {
            keys(group.stream(), found);
        }
    }
}

fn keys_of_the_attribute() -> Names {
    let file = syn::parse_file(&read("retry-macros/src/parse/table.rs")).expect("the table can be parsed");
    let mut found = Names::new();
    for item in file.items {
        if let Item::Macro(item) = item
            && item.mac.path.is_ident("arguments")
        {
            keys(item.mac.tokens, &mut found);
        }
    }
    assert!(found.len() > 30, "{found:?}");
    found
}

/// The source files in a folder of the core, and in its folders.
fn sources(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(fs::read_to_string(&path).expect("the file can be read"));
        }
    }
    files
}

/// The methods of `Policy` that return a policy made of it: public, and with `self` by value.
fn setters(folder: &str) -> Names {
    let mut found = Names::new();
    for source in sources(&root().join("retry-core/src").join(folder)) {
        let file = syn::parse_file(&source).expect("the file can be parsed");
        for item in file.items {
            let Item::Impl(item) = item else { continue };
            if item.trait_.is_none() && is_policy(&item.self_ty) {
                found.extend(item.items.iter().filter_map(setter));
            }
        }
    }
    found
}

fn is_policy(of: &Type) -> bool {
    matches!(of, Type::Path(of) if of.path.segments.last().is_some_and(|of| of.ident == "Policy"))
}

fn setter(item: &ImplItem) -> Option<String> {
    let ImplItem::Fn(method) = item else { return None };
    let is_hidden = method
        .attrs
        .iter()
        .any(|attribute| attribute.path().is_ident("doc") && attribute.meta.require_list().is_ok());
    let Some(FnArg::Receiver(receiver)) = method.sig.inputs.first() else { return None };
    let ReturnType::Type(_, output) = &method.sig.output else { return None };
    let is_setter = matches!(receiver.kind, ReceiverKind::Value) && is_policy(output);
    let is_public = matches!(method.vis, Visibility::Public(_)) && !is_hidden;
    (is_setter && is_public).then(|| method.sig.ident.to_string())
}

/// The public methods with `self` by value, also those in the rules of a macro: `pub fn NAME … (self …)`.
fn steps(tokens: TokenStream, found: &mut Names) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for (index, window) in trees.windows(3).enumerate() {
        let [TokenTree::Ident(public), TokenTree::Ident(function), TokenTree::Ident(name)] = window else {
            continue;
        };
        if public != "pub" || function != "fn" {
            continue;
        }
        // A bound such as `Fn(&E)` has parentheses too, before those of the arguments.
        let is_consuming = trees[index..]
            .iter()
            .map_while(|tree| match tree {
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => None,
                TokenTree::Group(group) => Some(group.stream()),
                _ => Some(TokenStream::new()),
            })
            .filter_map(|tokens| tokens.into_iter().find(|token| token.to_string() != "mut"))
            .any(|first| first.to_string() == "self");
        if is_consuming {
            found.insert(name.to_string());
        }
    }
    for tree in trees {
        if let TokenTree::Group(group) = tree {
            steps(group.stream(), found);
        }
    }
}

#[test]
fn every_key_of_the_attribute_is_in_the_tables() {
    let documented: Names = spans("attribute").iter().map(|span| leading(span)).collect();
    assert_same("docs/book/src/arguments.md, column `attribute`", &documented, &keys_of_the_attribute());
}

#[test]
fn every_setter_of_a_policy_is_in_the_tables() {
    let mut of_the_code = setters("policy");
    of_the_code.append(&mut setters("config"));
    assert!(of_the_code.remove("checked"), "{of_the_code:?}");
    assert_same("docs/book/src/arguments.md, column `Policy`", &methods("Policy"), &of_the_code);
}

#[test]

fn every_step_of_a_call_is_in_the_tables() {
    let mut of_the_code = Names::new();
    for source in sources(&root().join("retry-core/src/call/closure")) {
        steps(source.parse().expect("the file is Rust"), &mut of_the_code);
    }
    for end in ["run", "run_or_explain", "boxed"] {
        of_the_code.remove(end);
    }
    assert_same("docs/book/src/arguments.md, column `step`", &methods("step"), &of_the_code);
}

#[test]
fn every_field_of_a_config_is_in_the_tables() {
    let file = syn::parse_file(&read("retry-core/src/config/config.rs")).expect("the file can be parsed");
    let fields: Names = file
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Struct(item) if item.ident == "PolicyConfig" => Some(&item.fields),
            _ => None,
        })
        .flatten()
        .filter_map(|field| field.ident.as_ref().map(ToString::to_string))
        .collect();
    let documented: Names = spans("config").into_iter().collect();
    assert_same("docs/book/src/arguments.md, column `config`", &documented, &fields);
}

#[test]
fn every_variable_is_in_the_tables() {
    let source = read("retry-core/src/config/environment.rs");
    let (table, _) = source.split_once("#[cfg(test)]").expect("its tests come last");
    let of_the_code: Names = table
        .split('"')
        .skip(1)
        .step_by(2)
        .filter(|text| {
            text.len() > 1 && text.chars().all(|character| character.is_ascii_uppercase() || character == '_')
        })
        .filter(|text| !["DEPLOYMENT", "PREFIX"].contains(text))
        .map(str::to_owned)
        .collect();
    assert!(of_the_code.contains("MAX_ATTEMPTS"), "{of_the_code:?}");
    let documented: Names = spans("environment")
        .iter()
        .filter_map(|span| span.strip_prefix("PREFIX_"))
        .map(str::to_owned)
        .collect();
    assert_same("docs/book/src/arguments.md, column `environment`", &documented, &of_the_code);
}

#[test]
fn every_key_has_a_section_with_the_five_parts() {
    let page = read("docs/book/src/attribute.md");
    let mut documented = Names::new();
    for section in page.split("\n# `").skip(1) {
        let (heading, text) = section.split_once('\n').expect("a section has a text");
        let text = text.split("\n# ").next().unwrap_or(text);
        if !heading.ends_with('`') {
            continue;
        }
        documented.extend(heading.split(", ").map(|key| key.trim_matches('`').to_owned()));
        let parts = ["**Form.**", "**Default.**", "**Effect.**", "**Equivalent code.**", "**Conflicts.**"];
        let places: Vec<_> = parts.iter().map(|part| text.find(&format!("\n{part}"))).collect();
        assert!(
            places.iter().all(Option::is_some) && places.is_sorted(),
            "docs/book/src/attribute.md, `{heading}: {places:?}"
        );
    }
    // A value in milliseconds has the section of the duration.
    let keys: Names =
        keys_of_the_attribute().iter().map(|key| key.strip_suffix("_ms").unwrap_or(key).to_owned()).collect();
    assert_same("docs/book/src/attribute.md", &documented, &keys);
}
