//! Tests every message of the macros themselves: its exact words, its exact place, and the item in the expansion.
//!
//! A table is text, in blocks that blank lines separate. A block is an attribute and its item, as a user writes them.
//! Under a line of code stand the mistakes in it: carets under the tokens, then the message.
//!
//! ```text
//! #[retry(max = 3, max = 5)]
//!                  ^^^ `max` is given twice; keep one of the two
//! fn fetch() -> Result<u32, String> { Ok(1) }
//! ```
//!
//! A block without an item stands on the function `fetch` above. The order of the mistakes in one line is the order of
//! the errors. `{all keys}` stands for the list of all keys and `{all presets}` for that of all presets, so that a new one changes no
//! table. Cases that depend on the compiler, such as follow-on errors and `cfg_attr`, are in `tests/ui`.

use std::fmt::Write;

use proc_macro2::{Group, LineColumn, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::{DeriveInput, Expr, File, ImplItem, Item, LitStr, Macro, Signature, Stmt, Token, Type};

use crate::name::Name;
use crate::parse::{all_keys, all_presets};

mod arguments;
mod conflict;
mod control;
mod derive;
mod duplicate;
mod errors;
mod hedge;
mod item;
mod malformed;
mod pointless;
mod run_time;
mod schedules;
mod unknown;
mod values;

/// The function of a block that has none.
const FETCH: &str = "fn fetch() -> Result<u32, String> { Ok(1) }";

/// Checks each block of a table, and reports all blocks that differ.
fn check(table: &str) {
    let mut failures = String::new();
    for text in blocks(table) {
        let block = Block::parse(text);
        let (mistakes, rest) = split(block.expansion());
        let found = block.annotated(mistakes);
        if found == block.text {
            block.check_recovery(&rest);
        } else {
            let _ = write!(failures, "\nthe table has\n\n{}\nthe macro gives\n\n{found}", block.text);
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// Splits a table at its blank lines, and removes its indentation.
pub(super) fn blocks(table: &str) -> Vec<String> {
    let is_blank = |line: &str| line.trim().is_empty();
    let lines = table.lines().filter(|line| !is_blank(line));
    let indentation = lines.map(|line| line.len() - line.trim_start().len()).min();
    let indentation = indentation.expect("a table has at least one block");
    let mut blocks = vec![String::new()];
    for line in table.lines() {
        match blocks.last_mut() {
            Some(block) if !is_blank(line) => block.extend([&line[indentation..], "\n"]),
            _ => blocks.push(String::new()),
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

/// An attribute, its item and the mistakes that the table expects.
pub(super) struct Block {
    /// The code, with a line of carets for each mistake.
    pub(super) text: String,
    /// The code alone.
    pub(super) source: String,
    pub(super) attribute: Attribute,
    pub(super) item: TokenStream,
}

/// The attribute that a block starts with.
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) arguments: TokenStream,
    start: Span,
    end: Span,
}

/// A mistake with its place in the code of its block.
struct Mistake {
    message: String,
    start: LineColumn,
    end: LineColumn,
}

impl Block {
    pub(super) fn parse(mut text: String) -> Block {
        let is_code = |line: &&str| !line.trim_start().starts_with('^');
        if text.lines().rfind(is_code).is_some_and(|line| line.ends_with(']')) {
            text.extend([FETCH, "\n"]);
        }
        let source: String = text.lines().filter(is_code).flat_map(|line| [line, "\n"]).collect();
        let tokens: TokenStream = source.parse().unwrap_or_else(|error| panic!("{error} in\n{source}"));
        let mut tokens = tokens.into_iter();
        let (Some(hash), Some(TokenTree::Group(brackets))) = (tokens.next(), tokens.next()) else {
            panic!("a block starts with an attribute, not with\n{source}")
        };
        Block { attribute: Attribute::parse(&hash, &brackets), item: tokens.collect(), text, source }
    }

    /// Returns the code with mistakes under it.
    fn annotated(&self, mistakes: Vec<Mistake>) -> String {
        let mistakes: Vec<Mistake> = mistakes.into_iter().map(|mistake| self.placed(mistake)).collect();
        let is_sorted = mistakes.is_sorted_by_key(|mistake| mistake.start.line);
        assert!(
            is_sorted,
            "a table cannot show mistakes that are not reported line by line, as in\n{}",
            self.source
        );
        let mut text = String::new();
        for (number, line) in (1..).zip(self.source.lines()) {
            text.extend([line, "\n"]);
            for mistake in mistakes.iter().filter(|mistake| mistake.start.line == number) {
                let column = mistake.start.column;
                let carets = "^".repeat(mistake.end.column - column);
                let message = mistake.message.replace(&all_keys(), "{all keys}");
                let message = message.replace(&all_presets(), "{all presets}");
                let _ = writeln!(text, "{:column$}{carets} {message}", "");
            }
        }
        text
    }

    pub(super) fn expansion(&self) -> TokenStream {
        let Attribute { name, arguments, .. } = &self.attribute;
        match name.as_str() {
            "retry" => crate::retry::retry(arguments.clone(), self.item.clone(), &Name::default()),
            "derive" => crate::derive::derive(self.item.clone()),
            _ => panic!("a block starts with `#[retry]` or `#[derive(Retryable)]`, not with `{name}`"),
        }
    }

    /// Places a mistake without a place of its own under the whole attribute, as the compiler does.
    fn placed(&self, mistake: Mistake) -> Mistake {
        let Mistake { message, mut start, mut end } = mistake;
        if start == end {
            (start, end) = (self.attribute.start.start(), self.attribute.end.end());
        }
        assert_eq!(start.line, end.line, "a table cannot show `{message}`, which is under several lines");
        Mistake { message, start, end }
    }

    /// Checks that the mistakes do not concern callers of the function, or users of the type.
    fn check_recovery(&self, expansion: &TokenStream) {
        let source = &self.source;
        let after = items(expansion);
        if self.attribute.name == "derive" {
            let input: DeriveInput = syn::parse2(self.item.clone()).unwrap();
            let is_implemented = after.iter().any(|item| implements(item) == Some(input.ident.to_string()));
            assert!(is_implemented, "the expansion has no implementation for\n{source}");
            return;
        }
        let before = signatures(&items(&self.item));
        assert_eq!(before, signatures(&after), "the expansion has other functions than\n{source}");
        if before.is_empty() {
            let text = |tokens: &TokenStream| tokens.to_string().replace(' ', "");
            assert_eq!(text(&self.item), text(expansion), "an item that is not retried stays as it is");
        }
    }
}

impl Attribute {
    fn parse(hash: &TokenTree, brackets: &Group) -> Attribute {
        let mut tokens = brackets.stream().into_iter();
        let name = tokens.next().map(|name| name.to_string()).unwrap_or_default();
        let arguments = match tokens.next() {
            Some(TokenTree::Group(arguments)) => arguments.stream(),
            _ => TokenStream::new(),
        };
        Attribute { name, arguments, start: hash.span(), end: brackets.span() }
    }
}

/// Separates the mistakes at the front of an expansion from the code that follows them.
fn split(expansion: TokenStream) -> (Vec<Mistake>, TokenStream) {
    let parser = |input: ParseStream<'_>| {
        let mut mistakes = Vec::new();
        while input.peek(Token![::]) {
            let invocation: Macro = input.parse()?;
            let message: LitStr = invocation.parse_body()?;
            let start = invocation.path.leading_colon.unwrap().spans[0].start();
            mistakes.push(Mistake { message: message.value(), start, end: message.span().end() });
        }
        Ok((mistakes, input.parse()?))
    };
    parser.parse2(expansion).unwrap()
}

fn items(tokens: &TokenStream) -> Vec<Item> {
    let file = syn::parse2::<File>(tokens.clone());
    file.unwrap_or_else(|error| panic!("{error} in {tokens}")).items
}

/// Returns the name of the type that an `impl` block is for.
fn implements(item: &Item) -> Option<String> {
    match item {
        Item::Impl(block) => match &*block.self_ty {
            Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// Returns the signatures of all functions and methods, those in the anonymous constant of an `impl` block included.
fn signatures(items: &[Item]) -> Vec<String> {
    let text = |signature: &Signature| signature.to_token_stream().to_string();
    let method = |item: &ImplItem| match item {
        ImplItem::Fn(method) => Some(text(&method.sig)),
        _ => None,
    };
    let inner = |statement: &Stmt| match statement {
        Stmt::Item(item) => Some(item.clone()),
        _ => None,
    };
    let of_item = |item: &Item| match item {
        Item::Fn(function) => vec![text(&function.sig)],
        Item::Impl(block) => block.items.iter().filter_map(method).collect(),
        Item::Const(constant) => match &*constant.expr {
            Expr::Block(block) => signatures(&block.block.stmts.iter().filter_map(inner).collect::<Vec<_>>()),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    items.iter().flat_map(of_item).collect()
}
