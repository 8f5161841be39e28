//! Draws the rooms in ARCHITECTURE.md. `cargo run -p rooms -- list` prints every file with its imports.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::{fs, io};

use rooms::{Crate, TABLES, picture, rules};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let result = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => write_picture(),
        ["list"] => list(),
        _ => Err(io::Error::other("write nothing, or `list`")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn write_picture() -> io::Result<()> {
    let mut crates = Vec::new();
    for table in TABLES {
        crates.push((Crate::read(root(), table.folder)?, table));
    }
    // A picture of a broken order would look like a permitted exception.
    let broken: Vec<String> = crates
        .iter()
        .flat_map(|(krate, table)| [rules::rows(krate, table), rules::upward(krate, table)])
        .flatten()
        .collect();
    if !broken.is_empty() {
        return Err(io::Error::other(format!("the picture is not drawn\n{}", broken.join("\n"))));
    }
    let path = root().join("ARCHITECTURE.md");
    let document = fs::read_to_string(&path)?;
    fs::write(&path, picture::insert(&document, &picture::draw(&crates)).map_err(io::Error::other)?)
}

fn list() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for table in TABLES {
        let krate = Crate::read(root(), table.folder)?;
        for (index, file) in krate.files.iter().enumerate() {
            writeln!(out, "{}  {} lines", krate.full_path(index), file.lines)?;
            for import in krate.imports.iter().filter(|import| import.from == index) {
                let kind = if import.is_reexport { "  (re-export)" } else { "" };
                writeln!(out, "{:>8}  {}  {}{kind}", import.line, krate.files[import.to].path, import.path)?;
            }
        }
    }
    Ok(())
}
