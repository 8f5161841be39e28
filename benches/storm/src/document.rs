//! Replaces the tables in a Markdown file.

use std::path::Path;
use std::{fs, io};

/// Replaces the text between the comments `<!-- storm: name -->` and `<!-- end -->`, if the file has them.
pub(crate) fn replace(file: &Path, name: &str, text: &str) -> io::Result<()> {
    let old = fs::read_to_string(file)?;
    let begin = format!("<!-- storm: {name} -->\n");
    let Some((before, rest)) = old.split_once(&begin) else { return Ok(()) };
    let (_, after) =
        rest.split_once("<!-- end -->").ok_or_else(|| io::Error::other(format!("{begin} has no end")))?;
    fs::write(file, format!("{before}{begin}\n{text}\n<!-- end -->{after}"))
}
