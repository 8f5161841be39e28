//! The parts of a body that decide where its loop can stand. One walk over the parser's buffer finds them all: reading
//! a group of a token stream calls the compiler.

use proc_macro2::{TokenStream, TokenTree};
use syn::buffer::{Cursor, TokenBuffer};

use super::body::MARKER;

/// The parts that occur in a body, at any depth.
#[derive(Clone, Copy, Default)]
pub(crate) struct Contents {
    /// Control may leave the body before its end: by `return`, `?`, `break`, `continue`, or by a macro, which may
    /// contain them. A body without them can be put into the loop as it is. Where it is uncertain, this is `true`.
    pub(crate) has_control_flow: bool,
    /// The body is already in a loop of ours.
    pub(super) is_retried: bool,
    /// The body names the method by which a runtime blocks.
    pub(super) has_block_on: bool,
}

impl Contents {
    /// Returns the contents of all tokens from this one on.
    pub(super) fn at(start: Cursor<'_>) -> Contents {
        let mut contents = Contents::default();
        contents.add(start);
        contents
    }

    fn add(&mut self, mut next: Cursor<'_>) {
        let mut follows_name = false;
        loop {
            if let Some((inside, _, _, after)) = next.any_group() {
                self.add(inside);
                (next, follows_name) = (after, false);
                continue;
            }
            let Some((token, after)) = next.token_tree() else { return };
            match &token {
                TokenTree::Ident(name) => self.add_name(&name.to_string()),
                TokenTree::Punct(punct) => {
                    let is_macro = punct.as_char() == '!' && follows_name;
                    self.has_control_flow |= punct.as_char() == '?' || is_macro;
                }
                _ => {}
            }
            (next, follows_name) = (after, matches!(token, TokenTree::Ident(_)));
        }
    }

    fn add_name(&mut self, name: &str) {
        match name {
            "return" | "break" | "continue" | "yield" => self.has_control_flow = true,
            "block_on" => self.has_block_on = true,
            MARKER => self.is_retried = true,
            _ => {}
        }
    }
}

/// Returns whether control may leave these tokens before their end.
pub(crate) fn has_control_flow(tokens: &TokenStream) -> bool {
    Contents::at(TokenBuffer::new2(tokens.clone()).begin()).has_control_flow
}
