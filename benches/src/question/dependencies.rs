//! What depending on each brings with it: crates, and the time to build them.

use crate::contender::Source;
use crate::process::children_time;
use crate::program::Package;
use crate::table::Table;

/// What is built: its name, and what stands in the manifest.
const BUILDS: [(&str, &str); 14] = [
    ("reattempt, default", r#"reattempt = { path = "$root" }"#),
    (
        "reattempt, std+macros",
        r#"reattempt = { path = "$root", default-features = false, features = ["std", "macros"] }"#,
    ),
    ("reattempt, minimal", r#"reattempt = { path = "$root", default-features = false }"#),
    ("backon, default", r#"backon = "1.6""#),
    ("backon, minimal", r#"backon = { version = "1.6", default-features = false }"#),
    ("backon-macros", "backon = \"1.6\"\nbackon-macros = \"1\""),
    ("retry", r#"retry = "2.2""#),
    ("retry, minimal", r#"retry = { version = "2.2", default-features = false }"#),
    ("tokio-retry2", r#"tokio-retry2 = { version = "0.9", features = ["jitter"] }"#),
    ("tryhard", r#"tryhard = "0.5""#),
    ("backoff, tokio", r#"backoff = { version = "0.4", features = ["tokio"] }"#),
    ("backoff, minimal", r#"backoff = "0.4""#),
    (
        "tower, retry",
        r#"tower = { version = "0.5", default-features = false, features = ["retry", "util"] }"#,
    ),
    ("retrying, tokio", r#"retrying = { version = "0.1", features = ["tokio"] }"#),
];

pub(crate) fn show() {
    let mut table = Table::new(
        "Crates in the tree: those that run, and all that are built; and a clean release build of them, in seconds \
         of processor time.",
        &["that run", "built", "seconds"],
    );
    for (name, manifest) in BUILDS {
        let mut package = Package::bare("dependencies");
        package.depend(&Source { dependencies: manifest, ..Source::NONE });
        package.file("src/lib.rs", "");
        let run = package.tree("normal,no-proc-macro");
        let built = package.tree("normal,build");
        package.clean();
        let before = children_time();
        package.build(&["build", "--release"]);
        let time = children_time() - before;
        table.row(name, vec![Some(run), Some(built), Some(time)]);
    }
    table.print();
}
