//! Programs that are generated, to see what the compiler makes of them.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::contender::Source;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The service, and what the programs ask it with.
const LIBRARY: &str = concat!(include_str!("service.rs"), include_str!("program_library.rs"));

/// Directory of this build, where the programs go too.
pub(crate) fn directory() -> PathBuf {
    let program = std::env::current_exe().expect("this program has a path");
    let target = program.ancestors().nth(2).expect("it stands in a profile of a target directory");
    target.join("benches")
}

/// A package in the making.
pub(crate) struct Package {
    path: PathBuf,
    dependencies: BTreeSet<String>,
    has_library: bool,
}

impl Package {
    /// A package with the service in it.
    pub(crate) fn new(name: &str) -> Package {
        let mut package = Package::bare(name);
        package.has_library = true;
        package.dependencies.insert(
            r#"tokio = { version = "1.38", default-features = false, features = ["rt", "time"] }"#.to_owned(),
        );
        package.dependencies.insert(r#"tracing = "0.1.40""#.to_owned());
        package.file("src/lib.rs", &LIBRARY.replace("pub(crate)", "pub"));
        package
    }

    /// A package with nothing in it.
    pub(crate) fn bare(name: &str) -> Package {
        let path = directory().join(name);
        // Programs of an earlier run are not this one's.
        let _ = fs::remove_dir_all(&path);
        Package { path, dependencies: BTreeSet::new(), has_library: false }
    }

    pub(crate) fn depend(&mut self, source: &Source) {
        let lines = source.dependencies.lines().filter(|line| !line.starts_with("tracing"));
        self.dependencies.extend(lines.map(|line| line.replace("$root", ROOT)));
    }

    pub(crate) fn file(&self, path: &str, text: &str) {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().expect("a file is in a directory"))
            .expect("a directory to write to");
        fs::write(path, text).expect("a directory to write to");
    }

    /// Makes a file look new.
    pub(crate) fn touch(&self, path: &str) {
        let path = self.path.join(path);
        let text = fs::read(&path).expect("the file is there");
        fs::write(path, text).expect("a directory to write to");
    }

    /// Runs cargo; returns the target directory.
    pub(crate) fn build(&self, arguments: &[&str]) -> PathBuf {
        self.cargo(arguments);
        self.target()
    }

    /// The target directory: one for all packages with the service, so that dependencies are built once.
    fn target(&self) -> PathBuf {
        if self.has_library { directory().join("target") } else { self.path.join("target") }
    }

    pub(crate) fn clean(&self) {
        let _ = fs::remove_dir_all(self.target());
    }

    /// How many crates the package depends on by such edges.
    pub(crate) fn tree(&self, edges: &str) -> f64 {
        let output = self.cargo(&["tree", "--prefix", "none", "--edges", edges]);
        let crates: BTreeSet<_> = output.lines().map(|line| line.trim_end_matches(" (*)")).collect();
        (crates.len() - 1) as f64
    }

    fn cargo(&self, arguments: &[&str]) -> String {
        self.write_manifest();
        let output = Command::new("cargo")
            .args(arguments)
            .current_dir(&self.path)
            .env("CARGO_TARGET_DIR", self.target())
            // What was checked a moment ago is checked again.
            .env("CARGO_INCREMENTAL", "0")
            .output()
            .expect("cargo is installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn write_manifest(&self) {
        let dependencies: Vec<_> = self.dependencies.iter().map(String::as_str).collect();
        let manifest = format!(
            "[package]\nname = \"programs\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{}\n\n[workspace]\n",
            dependencies.join("\n"),
        );
        // Written once: cargo takes a new manifest for a new package.
        let path = self.path.join("Cargo.toml");
        if fs::read_to_string(&path).is_ok_and(|text| text == manifest) {
            return;
        }
        self.file("Cargo.toml", &manifest);
        // The versions of this repository.
        fs::copy(Path::new(ROOT).join("Cargo.lock"), self.path.join("Cargo.lock")).expect("a lock file");
    }
}

/// A name as an identifier.
pub(crate) fn identifier(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

/// A program with `count` functions, all of them called.
pub(crate) fn with_main(source: &Source, function: &str, count: usize, is_async: bool) -> String {
    let mut text = format!("#![allow(unused_imports)]\nuse programs::*;\n{}\n", source.prelude);
    let mut table = String::new();
    for number in 0..count {
        let number_text = number.to_string();
        writeln!(text, "{}", function.replace("$i", &number_text)).expect("a string takes everything");
        let call = if is_async {
            format!("|service| finish(std::pin::pin!(f{number}(service)))")
        } else {
            format!("f{number}")
        };
        writeln!(table, "    {call},").expect("a string takes everything");
    }
    format!(
        "{text}static FUNCTIONS: &[fn(&Service) -> Answer] = &[\n{table}];\n\nfn main() {{\n    let service = \
         Service::new(0);\n    for function in std::hint::black_box(FUNCTIONS) {{\n        let _ = \
         std::hint::black_box(function(&service));\n    }}\n}}\n"
    )
}
