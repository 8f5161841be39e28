//! The items of `on` and `unless`: types and patterns.

use proc_macro2::{Ident, TokenTree};
use syn::parse::ParseStream;
use syn::{Expr, Pat, Token, Type};

use crate::diagnostics::bail;

/// What an error is compared with.
#[derive(Clone)]
pub(crate) enum Item {
    Type(Type),
    Pattern(Pat, Option<Expr>),
}

impl Item {
    /// The item with its guard changed.
    pub(crate) fn map(&self, change: impl FnOnce(&Expr) -> Expr) -> Item {
        match self {
            Item::Type(ty) => Item::Type(ty.clone()),
            Item::Pattern(pattern, guard) => Item::Pattern(pattern.clone(), guard.as_ref().map(change)),
        }
    }
}

/// `A | B(_) if …` or `[A, B(_) if …]`.
pub(crate) fn parse(input: ParseStream<'_>) -> syn::Result<Vec<Item>> {
    let mut items = Vec::new();
    if !input.peek(syn::token::Bracket) {
        alternatives(input, &mut items)?;
        return Ok(items);
    }
    let list;
    let brackets = syn::bracketed!(list in input);
    while !list.is_empty() {
        alternatives(&list, &mut items)?;
        if !list.is_empty() {
            list.parse::<Token![,]>()?;
        }
    }
    if items.is_empty() {
        return Err(syn::Error::new(brackets.span.join(), "the list is empty; name a type or a pattern"));
    }
    Ok(items)
}

/// Items with `|` between them; a guard ends the last.
fn alternatives(input: ParseStream<'_>, items: &mut Vec<Item>) -> syn::Result<()> {
    loop {
        let item = item(input)?;
        if input.peek(Token![if]) {
            let keyword = input.parse::<Token![if]>()?;
            let Item::Pattern(pattern, _) = item else {
                bail!(keyword, "`if` guards a pattern, not a type; write the type's condition as `when`")
            };
            items.push(Item::Pattern(pattern, Some(input.parse()?)));
            return Ok(());
        }
        items.push(item);
        if input.parse::<Option<Token![|]>>()?.is_none() {
            return Ok(());
        }
    }
}

fn item(input: ParseStream<'_>) -> syn::Result<Item> {
    if input.peek(Token![_]) {
        let wildcard: Token![_] = input.parse()?;
        bail!(wildcard, "`_` matches every error; remove it")
    }
    if input.parse::<Option<Token![type]>>()?.is_none() && is_pattern(input) {
        return Ok(Item::Pattern(Pat::parse_single(input)?, None));
    }
    Ok(Item::Type(Type::without_plus(input)?))
}

/// A path whose last segment but one begins with a capital, as a variant's does, and anything with parentheses,
/// braces or a literal. What begins with `<` is a type.
fn is_pattern(input: ParseStream<'_>) -> bool {
    if input.peek(Token![<]) {
        return false;
    }
    let rest = input.fork();
    let mut path = Vec::<Ident>::new();
    let mut depth = 0_u32;
    while !rest.is_empty() && !rest.peek(Token![|]) && !rest.peek(Token![,]) && !rest.peek(Token![if]) {
        match rest.parse::<TokenTree>() {
            Ok(TokenTree::Group(_) | TokenTree::Literal(_)) if depth == 0 => return true,
            Ok(TokenTree::Ident(segment)) if depth == 0 => path.push(segment),
            Ok(TokenTree::Punct(punct)) if punct.as_char() == '<' => depth += 1,
            Ok(TokenTree::Punct(punct)) if punct.as_char() == '>' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    let owner = path.len().checked_sub(2).and_then(|last_but_one| path.get(last_but_one));
    owner.is_some_and(|owner| owner.to_string().starts_with(char::is_uppercase))
}
