//! Expansions that differ from a simpler one, as diffs: what each argument adds to a function, and what its shape does.
//!
//! A block is an attribute and its item, as in the tables of messages. An attribute with arguments is compared with one
//! without, any other with that of a plain function. After a change of an expansion, `INSTA_UPDATE=always cargo test`
//! writes the diffs anew; read them before you commit them.

use std::fmt::Write;

use proc_macro2::TokenStream;
use similar::{ChangeTag, TextDiff};

use super::messages::{Block, blocks};
use super::pretty;

mod control;
mod deferred;
mod types;
mod async_trait;
mod patterns;
mod derives;
mod functions;
mod hedging;
mod impl_blocks;
mod policies;
mod selection;
mod shared;

/// Returns each block of a table with the lines that its expansion has and the simpler one has not, and the reverse.
fn changes(table: &str) -> String {
    let mut text = String::new();
    for source in blocks(table) {
        let block = Block::parse(source);
        let (simple, expansion) =
            (block.simpler().as_ref().map(readable).unwrap_or_default(), readable(&block.expansion()));
        let _ = writeln!(text, "{}", block.text);
        for change in TextDiff::from_lines(&simple, &expansion).iter_all_changes() {
            if change.tag() != ChangeTag::Equal {
                let _ = write!(text, "{}{change}", change.tag());
            }
        }
        text.push_str("\n\n");
    }
    text
}

/// Formats an expansion without its long paths and prefixes, which other tests check.
fn readable(tokens: &TokenStream) -> String {
    let long = [
        ":: reattempt :: __private :: ",
        ":: core :: result :: Result :: ",
        ":: core :: option :: Option :: ",
        ":: core :: primitive :: ",
    ];
    let text = long.iter().fold(tokens.to_string(), |text, path| text.replace(path, ""));
    let text = text.replace("__reattempt_", "__").replace("__REATTEMPT_", "__");
    pretty(text.parse().unwrap())
}

impl Block {
    /// Returns the expansion to compare with.
    fn simpler(&self) -> Option<TokenStream> {
        let bare = Block::parse("#[retry]".to_owned());
        match self.attribute.name.as_str() {
            "derive" => None,
            _ if self.attribute.arguments.is_empty() => Some(bare.expansion()),
            _ => Some(Block { item: self.item.clone(), ..bare }.expansion()),
        }
    }
}
