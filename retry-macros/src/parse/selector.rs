//! The items of `on` and `unless`: types and patterns.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Expr, Lit, LitStr, Pat, Token, Type, parse_quote};

use crate::diagnostics::{bail, error};

/// The primitive types: they have no variants.
pub(crate) const PRIMITIVES: [&str; 16] = [
    "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f32", "f64",
    "bool", "char",
];

/// A type, pattern or text that selects errors.
#[derive(Clone)]
pub(crate) enum Selector {
    Type(Type),
    Pattern(Pat, Option<Expr>),
    /// A string literal, which is compared and not matched: the pattern `"busy"` lacks a reference for `&&str`.
    Text(LitStr, Option<Expr>),
}

impl Selector {
    /// Returns the selector with its guard changed.
    pub(crate) fn map(&self, change: impl FnOnce(&Expr) -> Expr) -> Selector {
        match self {
            Selector::Type(ty) => Selector::Type(ty.clone()),
            Selector::Pattern(pattern, guard) => {
                Selector::Pattern(pattern.clone(), guard.as_ref().map(change))
            }
            Selector::Text(text, guard) => Selector::Text(text.clone(), guard.as_ref().map(change)),
        }
    }
}

/// Parses `A | B(_) if …` or `[A, B(_) if …]`.
pub(crate) fn parse(input: ParseStream<'_>) -> syn::Result<Vec<Selector>> {
    let mut items = Vec::new();
    if !input.peek(syn::token::Bracket) {
        alternatives(input, &mut items)?;
        return Ok(items);
    }
    let list;
    let brackets = syn::bracketed!(list in input);
    // The list is read to its end even after a mistake: the parser would report the remaining tokens too.
    let read = in_list(&list, &mut items);
    list.parse::<TokenStream>()?;
    read?;
    if items.is_empty() {
        return Err(syn::Error::new(brackets.span.join(), "the list is empty; name a type or a pattern"));
    }
    Ok(items)
}

fn in_list(list: ParseStream<'_>, items: &mut Vec<Selector>) -> syn::Result<()> {
    while !list.is_empty() {
        alternatives(list, items)?;
        if !list.is_empty() && list.parse::<Option<Token![,]>>()?.is_none() {
            let next: TokenTree = list.parse()?;
            bail!(next, "unexpected `{next}`; write a `,` between two items")
        }
    }
    Ok(())
}

/// Parses selectors with `|` between them. A guard ends the last of them.
fn alternatives(input: ParseStream<'_>, items: &mut Vec<Selector>) -> syn::Result<()> {
    let bar = input.parse::<Option<Token![|]>>()?;
    if let (Some(bar), true) = (bar, is_closure_argument(input)) {
        bail!(bar, "a closure is no type or pattern; write `when = |error| …`")
    }
    loop {
        let item = item(input)?;
        if input.peek(Token![if]) {
            let keyword = input.parse::<Token![if]>()?;
            if matches!(item, Selector::Type(_)) {
                bail!(keyword, "`if` guards a pattern, not a type; write the type's condition as `when`")
            }
            if is_at_end(input) {
                bail!(keyword, "nothing follows `if`; write a condition, or remove it")
            }
            let guard = Some(parse_or_explain(input, "condition", Parse::parse)?);
            items.push(match item {
                Selector::Pattern(pattern, _) => Selector::Pattern(pattern, guard),
                Selector::Text(text, _) => Selector::Text(text, guard),
                ty @ Selector::Type(_) => ty,
            });
            return Ok(());
        }
        items.push(item);
        if input.peek(Token![||]) {
            let bars: Token![||] = input.parse()?;
            bail!(bars, "`||` joins conditions; write `|` between two items")
        }
        let Some(bar) = input.parse::<Option<Token![|]>>()? else { return Ok(()) };
        if is_at_end(input) {
            bail!(bar, "nothing follows `|`; write another type or pattern, or remove it")
        }
    }
}

fn is_at_end(input: ParseStream<'_>) -> bool {
    input.is_empty() || input.peek(Token![,])
}

/// Parses, or returns an error under the first token.
fn parse_or_explain<T>(
    input: ParseStream<'_>,
    what: &str,
    parse: fn(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<T> {
    let start = input.fork();
    parse(input).map_err(|error| match start.parse::<TokenTree>() {
        Ok(token) => {
            error!(token, "`{token}` begins no {what}; write `MyError`, `MyError::Busy` or `[A, B]`")
        }
        Err(_) => error,
    })
}

/// Returns whether `e|` or `_|` follows a bar. Arguments of closures are in lower case, types are not.
fn is_closure_argument(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let is_argument = match ahead.parse::<TokenTree>() {
        Ok(TokenTree::Ident(name)) => !name.to_string().starts_with(char::is_uppercase),
        _ => false,
    };
    is_argument && (ahead.peek(Token![|]) || (ahead.peek(Token![:]) && !ahead.peek(Token![::])))
}

fn item(input: ParseStream<'_>) -> syn::Result<Selector> {
    if input.peek(Token![_]) {
        let wildcard: Token![_] = input.parse()?;
        bail!(wildcard, "`_` matches every error; remove it")
    }
    if input.peek(Token![!]) {
        let not: Token![!] = input.parse()?;
        bail!(not, "`!` negates conditions; write `unless = …` for errors that are not retried")
    }
    if input.peek(syn::Ident) && input.peek2(Token![!]) && input.fork().parse::<Ident>()? == "matches" {
        bail!(
            input.parse::<Ident>()?,
            "`matches!` is a condition; write its pattern alone, or `when = |error| …`"
        )
    }
    if input.parse::<Option<Token![type]>>()?.is_none() && is_pattern(input) {
        let mut pattern = parse_or_explain(input, "pattern", Pat::parse_single)?;
        if let Some(text) = text(&pattern) {
            return Ok(Selector::Text(text.clone(), None));
        }
        add_reference(&mut pattern);
        return Ok(Selector::Pattern(pattern, None));
    }
    Ok(Selector::Type(parse_or_explain(input, "type or pattern", Type::without_plus)?))
}

/// Returns the string literal that a pattern is.
fn text(pattern: &Pat) -> Option<&LitStr> {
    match pattern {
        Pat::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text),
            _ => None,
        },
        Pat::Paren(paren) => text(&paren.pat),
        _ => None,
    }
}

/// Adds the missing reference to a string or a constant that is matched against the error itself. A path that looks
/// like a constant may be a variant, for which the reference makes no difference.
fn add_reference(pattern: &mut Pat) {
    match pattern {
        Pat::Lit(literal) if matches!(literal.lit, Lit::Str(_) | Lit::ByteStr(_) | Lit::CStr(_)) => {
            *pattern = parse_quote!(&#literal);
        }
        Pat::Path(path) => *pattern = parse_quote!(&#path),
        Pat::Paren(paren) => add_reference(&mut paren.pat),
        Pat::Or(cases) => cases.cases.iter_mut().for_each(add_reference),
        Pat::Ident(binding) => {
            if let Some((_, pattern)) = &mut binding.subpat {
                add_reference(pattern);
            }
        }
        _ => {}
    }
}

/// Returns whether a pattern follows: a path whose last segment but one begins with a capital, as the type of a variant
/// does, or anything with parentheses, braces or a literal. Tokens that begin with `<` are a type.
fn is_pattern(input: ParseStream<'_>) -> bool {
    is_pattern_ahead(&input.fork())
}

fn is_pattern_ahead(rest: ParseStream<'_>) -> bool {
    if rest.peek(Token![<]) {
        return false;
    }
    let mut path = Vec::<Ident>::new();
    let mut depth = 0_u32;
    while !rest.is_empty() && !rest.peek(Token![|]) && !rest.peek(Token![,]) && !rest.peek(Token![if]) {
        match rest.parse::<TokenTree>() {
            // The group that `macro_rules` adds is invisible: its content counts.
            Ok(TokenTree::Group(group)) if depth == 0 && group.delimiter() == Delimiter::None => {
                let ahead = |inside: ParseStream<'_>| {
                    let answer = is_pattern_ahead(inside);
                    inside.parse::<TokenStream>()?;
                    Ok(answer)
                };
                return ahead.parse2(group.stream()).unwrap_or(false);
            }
            Ok(TokenTree::Group(_) | TokenTree::Literal(_)) if depth == 0 => return true,
            Ok(TokenTree::Ident(word)) if depth == 0 && (word == "true" || word == "false") => return true,
            Ok(TokenTree::Ident(segment)) if depth == 0 => path.push(segment),
            Ok(TokenTree::Punct(punct)) if punct.as_char() == '<' => depth = depth.saturating_add(1),
            Ok(TokenTree::Punct(punct)) if punct.as_char() == '>' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    let owner = path.len().checked_sub(2).and_then(|last_but_one| path.get(last_but_one));
    // `i32::MAX` is a constant: a primitive type contains no types.
    owner.is_some_and(|owner| {
        let owner = owner.to_string();
        owner.starts_with(char::is_uppercase) || PRIMITIVES.contains(&&*owner)
    })
}
