//! Crates of a few lines, in which each rule finds its violation.

use std::collections::BTreeMap;

use crate::table::{Circle, LongFunction, Upward};
use crate::{Crate, Table, picture, rules, sizes};

const TABLE: Table =
    Table { folder: "tiny", rooms: &["low", "high", "lib"], upward: &[], circles: &[], functions: &[] };

fn krate(sources: &[(&str, &str)]) -> Crate {
    let mut all = BTreeMap::from([
        ("../README.md".to_owned(), "A tiny crate. It is a test.".to_owned()),
        ("lib.rs".to_owned(), "#![doc = include_str!(\"../README.md\")]\nmod low;\nmod high;".to_owned()),
        ("low.rs".to_owned(), "//! Numbers.".to_owned()),
        ("high.rs".to_owned(), "//! Calls.".to_owned()),
    ]);
    all.extend(sources.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    Crate::parse("tiny", &all).unwrap()
}

/// The imports of a file: the line, the path and the file that is imported.
fn imports(krate: &Crate, from: &str) -> Vec<(usize, String, String)> {
    let of_file =
        krate.imports.iter().filter(|import| krate.files[import.from].path == from && !import.is_reexport);
    of_file.map(|import| (import.line, import.path.clone(), krate.files[import.to].path.clone())).collect()
}

#[track_caller]
fn assert_imports(sources: &[(&str, &str)], from: &str, expected: &[(usize, &str, &str)]) {
    let expected: Vec<_> =
        expected.iter().map(|(line, path, to)| (*line, (*path).to_owned(), (*to).to_owned())).collect();
    assert_eq!(imports(&krate(sources), from), expected);
}

#[test]
fn a_sound_crate_passes() {
    let krate = krate(&[
        ("high.rs", "//! Calls.\nuse crate::low::add;"),
        ("low.rs", "//! Numbers.\npub fn add() {}"),
    ]);
    for found in [
        rules::rows(&krate, &TABLE),
        rules::upward(&krate, &TABLE),
        rules::circles(&krate, &TABLE),
        sizes::long_files(&krate),
        sizes::long_functions(&krate, &TABLE),
    ] {
        assert_eq!(found, [""; 0]);
    }
}

#[test]
fn an_import_of_a_later_room_is_found() {
    let krate =
        krate(&[("low/deep.rs", "\nuse crate::high::Call;"), ("high.rs", "//! Calls.\npub struct Call;")]);
    assert_eq!(
        rules::upward(&krate, &TABLE),
        [
            "tiny/src/low/deep.rs:2: `crate::high::Call` imports high.rs, of the room `high`; `low` may import no room: \
             move what it needs down, or the code that needs it up"
        ]
    );
}

#[test]
fn an_exception_allows_one_name_and_must_be_needed() {
    const CALL: Upward = Upward { file: "low.rs", room: "high", name: "Call", reason: "a test" };
    let table = Table { upward: &[CALL], ..TABLE };
    let sources = [("low.rs", "//! Numbers.\nuse crate::high::{Call, Site};")];
    let found = rules::upward(&krate(&sources), &table);
    assert!(matches!(&found[..], [one] if one.contains("`crate::high::Site`")), "{found:?}");
    let found = rules::upward(&krate(&[]), &table);
    assert!(matches!(&found[..], [one] if one.contains("remove the exception")), "{found:?}");
}

#[test]
fn a_circle_is_found_and_may_be_a_type_with_its_impls() {
    const FILES: Circle = Circle { files: &["low/a.rs", "low/b.rs", "low/c.rs"], reason: "a test" };
    let sources = [
        ("low/a.rs", "use super::b::B;\npub struct A;"),
        ("low/b.rs", "use super::c;\npub struct B;"),
        ("low/c.rs", "fn f() { crate::low::a::A; }"),
        ("low/d.rs", "use super::a::A;"),
    ];
    assert_eq!(
        rules::circles(&krate(&sources), &TABLE),
        [concat!(
            "tiny/src: low/a.rs, low/b.rs, low/c.rs import each other in a circle; files of a room import one way: ",
            "move what they share into a file below them\n",
            "    tiny/src/low/a.rs:1: imports low/b.rs for `super::b::B`\n",
            "    tiny/src/low/b.rs:1: imports low/c.rs for `super::c`\n",
            "    tiny/src/low/c.rs:1: imports low/a.rs for `crate::low::a::A`",
        )]
    );
    let table = Table { circles: &[FILES], ..TABLE };
    assert_eq!(rules::circles(&krate(&sources), &table), [""; 0]);
    assert_eq!(rules::circles(&krate(&[]), &table).len(), 1);
}

#[test]
fn a_reexport_is_no_circle_unless_the_front_door_uses_it() {
    let part = ("low/part.rs", "use super::Whole;\npub struct Part;");
    let door = "//! Numbers.\nmod part;\npub use part::Part;\npub struct Whole;\n";
    assert_eq!(rules::circles(&krate(&[part, ("low.rs", door)]), &TABLE), [""; 0]);
    let uses = format!("{door}fn f(_: Part) {{}}");
    let found = rules::circles(&krate(&[part, ("low.rs", &uses)]), &TABLE);
    assert!(
        matches!(&found[..], [one] if one.contains("low.rs:5: imports low/part.rs for `Part`")),
        "{found:?}"
    );
}

#[test]
fn a_name_is_found_through_reexports() {
    let sources = [
        ("lib.rs", "mod low; mod high; pub use low::Part as Piece;"),
        (
            "low.rs",
            "mod part; mod other; pub use part::*; pub(crate) use self::other::{Other, self as another};",
        ),
        ("low/part.rs", "pub struct Part;"),
        ("low/other.rs", "pub struct Other;"),
        (
            "low/user.rs",
            "use super::Part;\nuse crate::low::{Other, another::Other as Same};\nuse super::super::Piece;",
        ),
    ];
    assert_imports(
        &sources,
        "low/user.rs",
        &[
            (1, "super::Part", "low/part.rs"),
            (2, "crate::low::Other", "low/other.rs"),
            (2, "crate::low::another::Other", "low/other.rs"),
            (3, "super::super::Piece", "low/part.rs"),
        ],
    );
}

#[test]
fn a_path_of_a_module_and_of_an_imported_module_is_an_import() {
    let sources = [
        ("low.rs", "mod part;\nfn f() -> part::Part { part::new::<crate::high::Call>() }"),
        ("low/part.rs", "pub struct Part;"),
        (
            "low/user.rs",
            "use crate::low;\nimpl low::Part {}\nfn f() { use super::part as p; p::new(); std::mem::take() }",
        ),
    ];
    assert_imports(
        &sources,
        "low.rs",
        &[
            (2, "crate::high::Call", "high.rs"),
            (2, "part::Part", "low/part.rs"),
            (2, "part::new", "low/part.rs"),
        ],
    );
    assert_imports(
        &sources,
        "low/user.rs",
        &[(2, "low::Part", "low.rs"), (3, "p::new", "low/part.rs"), (3, "super::part", "low/part.rs")],
    );
}

#[test]
fn tokens_of_macros_are_read() {
    let text = "
macro_rules! make {
    ($name:ident) => {
        pub(in crate::high) fn $name() { $crate::high::call::<$name::X>(); }
    };
}
make!(super::high::Call, ::high::Not, <A as crate::high::Trait>::f);
make! { use crate::high::{self, hook::Hook}; }
fn f() { println!(\"{}\", self::part::X) }
";
    let sources = [("low.rs", text), ("low/part.rs", ""), ("high/hook.rs", "")];
    assert_imports(
        &sources,
        "low.rs",
        &[
            (4, "crate::high::call", "high.rs"),
            (7, "crate::high::Trait", "high.rs"),
            (7, "super::high::Call", "high.rs"),
            (8, "crate::high", "high.rs"),
            (8, "crate::high::hook::Hook", "high/hook.rs"),
            (9, "self::part::X", "low/part.rs"),
        ],
    );
    assert_eq!(rules::upward(&krate(&sources), &TABLE).len(), 5);
}

#[test]
fn tests_documentation_and_visibility_do_not_count() {
    let text = "
//! [`crate::high::Call`]
mod low_tests;
/// crate::high::Call, [`super::high`]
pub(in crate::high) struct Low;
#[cfg(test)]
mod tests { use crate::high::Call; }
#[cfg(all(test, feature = \"std\"))]
fn f() { crate::high::f() }
#[cfg(test)]
mod more;
";
    let more = ["use crate::high::Call;\nfn f() {", &"\n".repeat(60), "}"].concat();
    let sources =
        [("low.rs", text), ("low/more.rs", more.as_str()), ("low/more/deep.rs", "use crate::high::Call;")];
    let krate = krate(&sources);
    assert_eq!(rules::upward(&krate, &TABLE), [""; 0]);
    assert_eq!(sizes::long_functions(&krate, &TABLE), [""; 0]);
    assert_eq!(imports(&krate, "low/more.rs"), []);
}

#[test]
fn inline_modules_belong_to_their_file() {
    let sources = [
        ("low.rs", "mod part;\nmod inner {\n    use super::part::X;\n    use super::super::high::Call;\n}"),
        ("low/part.rs", ""),
    ];
    assert_imports(
        &sources,
        "low.rs",
        &[(3, "super::part::X", "low/part.rs"), (4, "super::super::high::Call", "high.rs")],
    );
}

#[test]
fn a_star_imports_what_is_reexported() {
    let sources = [
        ("low.rs", "mod a; mod b; pub use a::A; use b::B;"),
        ("low/a.rs", "pub struct A;"),
        ("low/b.rs", "pub struct B;"),
        ("low/c.rs", "use super::*;\nfn f() { b::g() }"),
    ];
    assert_imports(
        &sources,
        "low/c.rs",
        &[(1, "super::*", "low.rs"), (1, "super::*", "low/a.rs"), (2, "b::g", "low/b.rs")],
    );
}

#[test]
fn a_long_file_is_found() {
    let text = "//! Numbers.\n".to_owned() + &"\n".repeat(sizes::MAX_FILE);
    assert_eq!(
        sizes::long_files(&krate(&[("low.rs", &text)])),
        [
            "tiny/src/low.rs:401: the file has 401 lines; a file has at most 400: give one of its ideas a file of its own"
        ]
    );
}

#[test]
fn a_long_function_is_found() {
    const UNNEEDED: LongFunction = LongFunction { file: "high.rs", name: "a", reason: "a test" };
    const LONG: LongFunction = LongFunction { file: "low.rs", name: "a", reason: "a test" };
    let body = "\n".repeat(sizes::MAX_FUNCTION);
    let text = format!(
        "fn a() {{{body}}}\nimpl X {{ pub fn b() {{{body}}} }}\ntrait T {{ fn c() {{{body}}} fn short(); }}\n\
         macro_rules! m {{ ($n:ident) => {{ fn $n() {{{body}}} }} }}\nfn short() -> fn(u32) {{ {} }}",
        "\n".repeat(sizes::MAX_FUNCTION - 1)
    );
    let krate = krate(&[("low.rs", &text)]);
    let found = sizes::long_functions(&krate, &TABLE);
    let names: Vec<&str> = found.iter().filter_map(|text| text.split('`').nth(1)).collect();
    assert_eq!(names, ["fn a", "fn b", "fn c", "fn n"]);
    assert!(
        found[0].starts_with("tiny/src/low.rs:1: `fn a` has 51 lines; a function has at most 50"),
        "{}",
        found[0]
    );
    let found = sizes::long_functions(&krate, &Table { functions: &[LONG, UNNEEDED], ..TABLE });
    assert_eq!(found.len(), 4);
    assert!(found[3].ends_with("remove the exception"), "{}", found[3]);
}

#[test]
fn rooms_and_rows_belong_together() {
    let krate = krate(&[
        ("attic.rs", ""),
        ("low.rs", "use core::fmt;"),
        ("high.rs", "//! Calls: attempts\n//! and waits."),
        ("cellar/wine.rs", ""),
    ]);
    let table = Table { rooms: &["low", "middle", "high", "lib"], ..TABLE };
    let found = rules::rows(&krate, &table);
    assert_eq!(found.len(), 5, "{found:?}");
    assert!(found[0].starts_with("tiny/src/attic.rs: the room `attic` is in no row"), "{}", found[0]);
    assert!(found[1].starts_with("tiny/src/cellar.rs: the room `cellar` is in no row"), "{}", found[1]);
    assert!(found[2].starts_with("tiny/src/low.rs:1: the first line of the front door"), "{}", found[2]);
    assert!(found[3].starts_with("tiny/src/middle.rs: the room `middle`"), "{}", found[3]);
    assert!(found[4].starts_with("tiny/src/high.rs:1: the first line of the front door"), "{}", found[4]);
}

#[test]
fn the_picture_has_one_arrow_where_two_ways_lead() {
    let krate = krate(&[
        ("lib.rs", "//! The \"door\".\nmod low; mod high;\npub use low::Low;\npub use high::Call;"),
        ("low.rs", "//! Numbers.\nuse crate::high::Call;"),
        ("high.rs", "//! Calls.\nuse crate::low::Low;"),
    ]);
    assert_eq!(
        picture::draw(&[(krate, &TABLE)]),
        r#"
`tiny/src`:

```mermaid
flowchart TD
    room_lib["<b>lib</b><br>The #quot;door#quot;."]
    room_high["<b>high</b><br>Calls."]
    room_low["<b>low</b><br>Numbers."]
    room_high --> room_low
    room_lib --> room_high
    room_low -. "Call" .-> room_high
```
"#
    );
}

#[test]
fn the_picture_goes_between_its_markers() {
    let document = "a\n<!-- `cargo run -p rooms` writes from here -->\nold\n<!-- to here -->\nb\n";
    let new = picture::insert(document, "new").unwrap();
    assert_eq!(new, document.replace("old", "new"));
    assert!(picture::insert("a", "new").is_err());
}
