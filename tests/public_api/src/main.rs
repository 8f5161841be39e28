//! Lists the public items of a crate, one on each line, from the JSON that rustdoc writes: `public-surface JSON`.
//!
//! The traits that a type implements by itself, such as `Send`, and by a blanket implementation are left out, and so are the
//! pages of the book.

use std::env;
use std::error::Error;

use public_api::Builder;

/// The module of the facade that has the pages. It exists in the documentation alone.
const PAGES: &str = "pub mod reattempt::_documentation";

fn main() -> Result<(), Box<dyn Error>> {
    let json = env::args().nth(1).ok_or("name the file with the JSON of rustdoc")?;
    let surface =
        Builder::from_rustdoc_json(json).omit_blanket_impls(true).omit_auto_trait_impls(true).build()?;
    for item in surface.items().map(ToString::to_string).filter(|item| !item.starts_with(PAGES)) {
        println!("{item}");
    }
    Ok(())
}
