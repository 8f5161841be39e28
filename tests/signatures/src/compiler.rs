//! Calls `rustc` directly, against libraries that Cargo has built, and reads its diagnostics.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::grammar::Edition;

/// The libraries that generated programs link.
#[derive(Clone)]
pub(crate) struct Libraries {
    externs: Vec<String>,
    directory: PathBuf,
}

/// The product of a compilation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    /// Checked alone, as `cargo check` does.
    Metadata,
    Program,
}

/// One error or warning.
#[derive(Clone, Debug)]
pub(crate) struct Diagnostic {
    pub(crate) is_error: bool,
    /// `E0308`, or the name of a lint.
    pub(crate) code: Option<String>,
    pub(crate) message: String,
    pub(crate) rendered: String,
    /// The module that it stands in, if it stands in one.
    pub(crate) module: Option<String>,
}

impl Libraries {
    /// Has Cargo build the support library, and reads where it put that and `reattempt`.
    pub(crate) fn build() -> Libraries {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let output = Command::new(cargo)
            .args(["build", "--quiet", "-p", "signatures", "--lib", "--message-format=json"])
            .stderr(Stdio::inherit())
            .output()
            .expect("cargo runs, since it runs this");
        assert!(output.status.success(), "the support library does not build");
        let text = String::from_utf8_lossy(&output.stdout);
        let artifacts: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let file_of = |name: &str| {
            let is_it = |artifact: &&Value| {
                artifact["reason"] == "compiler-artifact" && artifact["target"]["name"] == name
            };
            let files =
                artifacts.iter().filter(is_it).filter_map(|artifact| artifact["filenames"].as_array());
            let mut names = files.flatten().filter_map(Value::as_str);
            names.find(|name| Path::new(name).extension().is_some_and(|it| it == "rlib")).map(PathBuf::from)
        };
        let built = ["signatures", "reattempt"].map(|name| (name, file_of(name)));
        let files = built.map(|(name, file)| (name, file.expect("cargo lists every library that it built")));
        let directory = files[1].1.parent().expect("a file has a directory").to_owned();
        let directory = if directory.ends_with("deps") { directory } else { directory.join("deps") };
        let externs = files.iter().map(|(name, file)| format!("{name}={}", file.display())).collect();
        Libraries { externs, directory }
    }

    /// Compiles the crate at `root`, and returns what was reported and whether it compiled.
    pub(crate) fn compile(
        &self,
        compiler: &str,
        root: &Path,
        edition: Edition,
        output: Output,
    ) -> (Vec<Diagnostic>, bool) {
        let mut command = Command::new(compiler);
        command.arg(root).args(["--crate-type", "bin", "--error-format", "json"]);
        command.args(["--edition", edition.name(), "-C", "debuginfo=0", "-C", "codegen-units=2"]);
        command.arg("-L").arg(format!("dependency={}", self.directory.display()));
        for library in &self.externs {
            command.arg("--extern").arg(library);
        }
        let stem = root.with_extension("");
        match output {
            Output::Metadata => {
                command.arg("--emit").arg(format!("metadata={}", stem.with_extension("rmeta").display()));
            }
            Output::Program => {
                command.arg("-o").arg(stem);
            }
        }
        // It writes the long names of types into files where it stands.
        command.current_dir(root.parent().expect("a crate's root is in its directory"));
        // The generated crates are nobody's package; variables of the one that runs must not reach them.
        command.env_remove("CARGO_PKG_NAME").env_remove("RUSTC_WRAPPER");
        let done = command.output().expect("the compiler can be started");
        let text = String::from_utf8_lossy(&done.stderr);
        let diagnostics = text.lines().filter_map(Diagnostic::parse).collect();
        (diagnostics, done.status.success())
    }
}

impl Diagnostic {
    fn parse(line: &str) -> Option<Diagnostic> {
        let Ok(value) = serde_json::from_str::<Value>(line) else {
            // The compiler itself failed.
            return line.contains("panicked").then(|| Diagnostic {
                is_error: true,
                code: None,
                message: line.to_owned(),
                rendered: line.to_owned(),
                module: None,
            });
        };
        let level = value["level"].as_str()?;
        let message = value["message"].as_str()?.to_owned();
        let spans = value["spans"].as_array()?;
        let is_summary = spans.is_empty()
            && (message.starts_with("aborting due to")
                || message.ends_with("emitted")
                || level == "failure-note");
        if is_summary {
            return None;
        }
        let place = spans.iter().find(|span| span["is_primary"] == true);
        Some(Diagnostic {
            is_error: level.starts_with("error"),
            code: value["code"]["code"].as_str().map(str::to_owned),
            message,
            rendered: value["rendered"].as_str().unwrap_or_default().to_owned(),
            module: place.and_then(module),
        })
    }

    /// Whether it is a lint: one that the crate denies is an error all the same.
    pub(crate) fn lint(&self) -> Option<&str> {
        let code = self.code.as_deref()?;
        let is_number = code.len() == 5 && code.starts_with('E') && code[1..].parse::<u32>().is_ok();
        (!is_number).then_some(code)
    }
}

/// Returns the generated module in which a span stands; for the code of a macro, that of its call.
fn module(span: &Value) -> Option<String> {
    let mut outermost = span;
    while !outermost["expansion"].is_null() {
        outermost = &outermost["expansion"]["span"];
    }
    let file = Path::new(outermost["file_name"].as_str()?);
    let stem = file.file_stem()?.to_str()?;
    (stem.starts_with('f') && stem[1..].parse::<u32>().is_ok()).then(|| stem.to_owned())
}
