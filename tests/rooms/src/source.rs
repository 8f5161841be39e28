//! The files of a crate.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::imports;
use crate::imports::Import;
use crate::parse::Reading;

/// A crate whose source has been read.
#[derive(Debug)]
pub struct Crate {
    /// The crate's folder.
    pub folder: String,
    /// The files below `src`.
    pub files: Vec<File>,
    /// The imports between these files, without those of tests.
    pub imports: Vec<Import>,
}

/// A file of a crate.
#[derive(Debug)]
pub struct File {
    /// The path from `src`: `policy/policy.rs`.
    pub path: String,
    /// The path of the module that it is: `policy`, `policy`.
    pub module: Vec<String>,
    /// The number of its lines.
    pub lines: usize,
    /// The first sentence of the first line of its `//!`.
    pub summary: Option<String>,
    /// Its functions, without those of tests.
    pub functions: Vec<Function>,
    /// Whether it is compiled for tests alone.
    pub is_test: bool,
}

/// A function with a body.
#[derive(Debug)]
pub struct Function {
    /// The name.
    pub name: String,
    /// The line of `fn`.
    pub first_line: usize,
    /// The line of the closing brace.
    pub last_line: usize,
}

impl Crate {
    /// Reads the crate in `folder`, which is a folder of `root`.
    ///
    /// # Errors
    /// If a file cannot be read or parsed.
    pub fn read(root: &Path, folder: &str) -> io::Result<Crate> {
        let mut sources = BTreeMap::new();
        let crate_folder = root.join(folder);
        read_folder(&crate_folder.join("src"), &PathBuf::new(), &mut sources)?;
        if let Ok(text) = fs::read_to_string(crate_folder.join("README.md")) {
            sources.insert("../README.md".to_owned(), text);
        }
        Crate::parse(folder, &sources).map_err(io::Error::other)
    }

    /// Parses the sources of a crate, by their paths from `src`.
    ///
    /// # Errors
    /// If a file cannot be parsed.
    pub fn parse(folder: &str, sources: &BTreeMap<String, String>) -> Result<Crate, String> {
        let mut reading = Reading::default();
        for (path, text) in sources.iter().filter(|(path, _)| is_rust(Path::new(path))) {
            let tree = syn::parse_file(text)
                .map_err(|error| format!("{folder}/src/{path}:{}: {error}", error.span().start().line))?;
            reading.read(path, text, &tree, sources);
        }
        reading.leave_out_tests();
        let imports = imports::find(&reading);
        Ok(Crate { folder: folder.to_owned(), files: reading.files, imports })
    }

    /// Returns a file's path from the root of the repository.
    #[must_use]
    pub fn full_path(&self, file: usize) -> String {
        format!("{}/src/{}", self.folder, self.files[file].path)
    }

    /// Returns the front door of a room: `policy.rs`.
    #[must_use]
    pub fn front_door(&self, room: &str) -> Option<&File> {
        self.files.iter().find(|file| match file.module.as_slice() {
            [] => room == "lib",
            [name] => room == name,
            _ => false,
        })
    }
}

impl File {
    /// Returns the room of the file: the first name of its path.
    #[must_use]
    pub fn room(&self) -> &str {
        self.module.first().map_or("lib", String::as_str)
    }
}

/// Returns the path of the module that a file is.
pub(crate) fn module_of(path: &str) -> Vec<String> {
    let mut names: Vec<String> = path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if names == ["lib"] || names.last().is_some_and(|name| name == "mod") {
        names.pop();
    }
    names
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}

fn read_folder(root: &Path, below: &Path, sources: &mut BTreeMap<String, String>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            read_folder(root, &path, sources)?;
        } else if is_rust(&path) {
            let names: Vec<_> = path.iter().map(|name| name.to_string_lossy()).collect();
            sources.insert(names.join("/"), fs::read_to_string(root.join(&path))?);
        }
    }
    Ok(())
}
