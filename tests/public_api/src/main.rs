//! Lists the public items of a crate, one on each line, from the JSON that rustdoc writes: `public-surface JSON`.
//!
//! What a type implements by a blanket, or by itself as `Send`, is left out.

use std::env;
use std::error::Error;

use public_api::Builder;

fn main() -> Result<(), Box<dyn Error>> {
    let json = env::args().nth(1).ok_or("name the file with the JSON of rustdoc")?;
    let surface =
        Builder::from_rustdoc_json(json).omit_blanket_impls(true).omit_auto_trait_impls(true).build()?;
    print!("{surface}");
    Ok(())
}
