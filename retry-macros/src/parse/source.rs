//! Prints the user's code in messages, from which it can be copied.
//!
//! The tokens are printed here because `TokenStream::to_string` prints them in other ways in other compilers and,
//! without a compiler, with a space between any two tokens. Their source text is not available in tests or where a
//! macro generated them.

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};
use quote::ToTokens;

/// Returns code as its author would write it, with the usual spaces.
pub(crate) fn source(tokens: &impl ToTokens) -> String {
    let mut text = String::new();
    let mut writer = Source { text: &mut text, before: Before::Nothing, is_in_closure: false };
    writer.stream(tokens.to_token_stream());
    text
}

/// The operators of several characters. Tokens may touch without being an operator, as `&` and `'` in `&'a`.
const OPERATORS: [&str; 15] =
    ["==", "=>", "->", "!=", "&&", "||", "<=", ">=", "+=", "-=", "::", "..", "..=", "...", "<-"];

/// Prints tokens one by one.
struct Source<'a> {
    text: &'a mut String,
    before: Before,
    /// Whether the arguments of a closure are open.
    is_in_closure: bool,
}

/// The token before the current one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Word,
    /// A group, after which an operator is binary.
    Group,
    Operator,
    /// A token that is followed by a space.
    Gap,
}

impl Source<'_> {
    fn stream(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(group) => self.group(&group),
                TokenTree::Punct(first) => {
                    let mut operator = String::from(first.as_char());
                    let mut last = first;
                    while let (Spacing::Joint, Some(TokenTree::Punct(next))) = (last.spacing(), tokens.peek())
                    {
                        let longer = format!("{operator}{next}");
                        if !OPERATORS.contains(&&*longer) {
                            break;
                        }
                        (operator, last) = (longer, next.clone());
                        tokens.next();
                    }
                    self.operator(&operator);
                }
                word => self.word(&word.to_string()),
            }
        }
    }

    fn word(&mut self, word: &str) {
        let has_gap = matches!(self.before, Before::Word | Before::Group | Before::Gap);
        self.push(if has_gap { " " } else { "" }, word, Before::Word);
    }

    fn group(&mut self, group: &Group) {
        let (open, close) = match group.delimiter() {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::Brace => ("{ ", " }"),
            Delimiter::None => ("", ""),
        };
        let has_gap = self.before == Before::Gap
            || self.is_after_keyword()
            || (group.delimiter() == Delimiter::Brace && matches!(self.before, Before::Word | Before::Group));
        let before = if close.is_empty() { self.before } else { Before::Nothing };
        self.push(if has_gap { " " } else { "" }, open, before);
        let is_in_closure = core::mem::take(&mut self.is_in_closure);
        self.stream(group.stream());
        self.is_in_closure = is_in_closure;
        if !close.is_empty() {
            self.push("", close, Before::Group);
        }
    }

    fn operator(&mut self, operator: &str) {
        let has_operand = matches!(self.before, Before::Word | Before::Group) && !self.is_after_keyword();
        match operator {
            "," | ";" | ":" => self.push("", operator, Before::Gap),
            "|" if self.is_in_closure => {
                self.is_in_closure = false;
                self.push("", operator, Before::Gap);
            }
            "|" | "||" if !has_operand => {
                self.is_in_closure = operator == "|";
                let gap = if self.text.is_empty() || self.text.ends_with('(') { "" } else { " " };
                self.push(gap, operator, if self.is_in_closure { Before::Operator } else { Before::Gap });
            }
            "+" | "=" | "=>" | "->" | "==" | "!=" | "&&" | "||" | "<=" | ">=" | "+=" | "-=" => {
                self.push(" ", operator, Before::Gap);
            }
            "|" | "*" | "/" | "%" | "-" | "^" | "&" if has_operand => {
                self.push(" ", operator, Before::Gap);
            }
            _ => {
                let is_lifetime = operator == "'" && self.before == Before::Word;
                let gap = if self.before == Before::Gap || is_lifetime || self.is_after_keyword() {
                    " "
                } else {
                    ""
                };
                self.push(gap, operator, Before::Operator);
            }
        }
    }

    fn is_after_keyword(&self) -> bool {
        let last = self.text.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        self.before == Before::Word
            && ["move", "async", "if", "in", "dyn", "impl", "return", "mut"].contains(&last)
    }

    fn push(&mut self, gap: &str, text: &str, before: Before) {
        self.text.push_str(gap);
        self.text.push_str(text);
        self.before = before;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_written_with_the_customary_spaces() {
        for text in [
            "max",
            "-1.5",
            "Result<Vec<u8>, std::io::Error>",
            "Box<dyn Fn(&str) -> usize + 'a>",
            "&'a mut [u8; 4]",
            "Option<&'static str>",
            "impl Iterator<Item = u8>",
            "&mut (impl FnMut(&str) -> Result<u32, String> + Send)",
            "|e| e.is_transient()",
            "|e: &Error| matches!(e, A | B)",
            "move |_, n| n + 1",
            "|| 5",
            "async |event| log(event).await",
            "|e| { e.code() == 5 && !e.done }",
            "MyError::Status(500..=599) | Busy { .. }",
            "Duration::from_secs(N as u64 * 2)",
            "<T as Backend>::Error",
            "x.map(|y| *y)",
            "A(code) if *code >= 500",
            "&\"no\"",
            "if a { b } else { c }",
        ] {
            let tokens: TokenStream = text.parse().unwrap();
            assert_eq!(source(&tokens), text);
        }
    }
}
