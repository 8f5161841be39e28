//! The storm, a program of a workspace of its own: its peers build for minutes, and need newer compilers.

use std::process::Command;

/// The argument that starts it; those after it are its own.
pub(crate) const NAME: &str = "storm";

/// Builds and runs the storm, and ends this program if it fails.
pub(crate) fn run(arguments: &[&str]) {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let target = std::env::var("CARGO_TARGET_DIR")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../target").to_owned());
    let status = Command::new(cargo)
        .args(["run", "--release", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/storm/Cargo.toml"))
        .arg("--")
        .args(arguments)
        .env("CARGO_TARGET_DIR", target)
        .status()
        .expect("cargo runs");
    if !status.success() {
        std::process::exit(status.code().unwrap_or(1));
    }
}
