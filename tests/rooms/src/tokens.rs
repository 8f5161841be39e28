//! Paths and functions in tokens that are not parsed: the arguments of a macro, and the rules of one.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use syn::UseTree;
use syn::parse::Parser;

use crate::source::Function;

/// A path in tokens.
pub(crate) enum TokenPath {
    /// `crate::a::b`.
    Plain { segments: Vec<String>, line: usize },
    /// `crate::a::{b, c}`.
    Tree(UseTree),
}

/// Finds the paths of at least two names that do not begin with `::`.
pub(crate) fn paths(tokens: TokenStream) -> Vec<TokenPath> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token {
            TokenTree::Ident(head) => {
                let end = end_of_path(&tokens, at);
                if !is_inside_path(&tokens, at, head) {
                    found.extend(path(&tokens, at, end));
                }
                at = end;
            }
            // `pub(in crate::breaker)` is no import.
            TokenTree::Group(group) if !is_visibility(&tokens, at) => {
                found.extend(paths(group.stream()));
                at += 1;
            }
            _ => at += 1,
        }
    }
    found
}

/// Finds the functions that have a body.
pub(crate) fn functions(tokens: TokenStream) -> Vec<Function> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => found.extend(functions(group.stream())),
            TokenTree::Ident(keyword) if keyword == "fn" => {
                found.extend(function(keyword, &tokens[at + 1..]));
            }
            _ => {}
        }
    }
    found
}

fn function(keyword: &Ident, rest: &[TokenTree]) -> Option<Function> {
    // `fn name` or, in the rules of a macro, `fn $name`; `fn(u32)` is a type.
    let name = rest.iter().take(2).find_map(|token| match token {
        TokenTree::Ident(name) => Some(name.to_string()),
        _ => None,
    })?;
    let mut before_end = rest.iter().take_while(|token| !is_punct(Some(token), ';'));
    let body = before_end.find_map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group),
        _ => None,
    })?;
    let last_line = body.span_close().end().line;
    Some(Function { name, first_line: keyword.span().start().line, last_line })
}

fn path(tokens: &[TokenTree], start: usize, end: usize) -> Option<TokenPath> {
    let segments: Vec<String> = tokens[start..end].iter().filter_map(ident).map(Ident::to_string).collect();
    let line = tokens[start].span().start().line;
    if is_colons(tokens, end)
        && let Some(TokenTree::Group(group)) = tokens.get(end + 2)
        && group.delimiter() == Delimiter::Brace
    {
        let tree = tokens[start..end + 3].iter().cloned().collect();
        let parse = |input: syn::parse::ParseStream| input.parse::<UseTree>();
        if let Ok(tree) = parse.parse2(tree) {
            return Some(TokenPath::Tree(tree));
        }
    }
    (segments.len() > 1).then_some(TokenPath::Plain { segments, line })
}

/// Returns the place after the last name of the path that begins at `start`.
fn end_of_path(tokens: &[TokenTree], start: usize) -> usize {
    let mut end = start + 1;
    while is_colons(tokens, end) && tokens.get(end + 2).and_then(ident).is_some() {
        end += 3;
    }
    end
}

/// Whether the name at `at` is no start of a path: after `::`, or the name of a macro's argument.
fn is_inside_path(tokens: &[TokenTree], at: usize, head: &Ident) -> bool {
    let is_argument = at >= 1 && is_punct(tokens.get(at - 1), '$') && head != "crate";
    is_argument || at >= 2 && is_colons(tokens, at - 2)
}

fn is_visibility(tokens: &[TokenTree], at: usize) -> bool {
    at >= 1 && tokens.get(at - 1).and_then(ident).is_some_and(|name| name == "pub")
}

fn is_colons(tokens: &[TokenTree], at: usize) -> bool {
    is_punct(tokens.get(at), ':') && is_punct(tokens.get(at + 1), ':')
}

fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

fn ident(token: &TokenTree) -> Option<&Ident> {
    match token {
        TokenTree::Ident(name) => Some(name),
        _ => None,
    }
}
