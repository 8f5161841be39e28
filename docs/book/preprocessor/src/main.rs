//! A preprocessor of mdbook: the pages of the book are those of docs.rs, which rustdoc gives titles and resolves links in.

mod headings;
mod links;
mod page;

use std::io::{Read, Write};
use std::process::ExitCode;

use serde_json::Value;

/// Answers `supports RENDERER`; else reads the context and the book, and writes the book.
fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("supports") {
        return ExitCode::SUCCESS;
    }
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input)?;
    let [_context, mut book]: [Value; 2] = serde_json::from_str::<Vec<Value>>(&input)?
        .try_into()
        .map_err(|_| "mdbook passes a context and a book")?;
    let mut mistakes = Vec::new();
    convert(&mut book, &mut mistakes);
    if !mistakes.is_empty() {
        return Err(mistakes.join("\n").into());
    }
    Ok(std::io::stdout().write_all(book.to_string().as_bytes())?)
}

/// Converts each chapter below `value`, which is an object with the name, the path and the text of a chapter.
fn convert(value: &mut Value, mistakes: &mut Vec<String>) {
    if let (Some(name), Some(path), Some(content)) =
        (value["name"].as_str(), value["path"].as_str(), value["content"].as_str())
    {
        match page::convert(name, path, content) {
            Ok(converted) => value["content"] = converted.into(),
            Err(mistake) => mistakes.push(format!("{path}: {mistake}")),
        }
    }
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| convert(value, mistakes)),
        Value::Object(fields) => fields.values_mut().for_each(|value| convert(value, mistakes)),
        _ => {}
    }
}
