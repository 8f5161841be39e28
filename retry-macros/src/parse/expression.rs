//! Expressions and tokens as they are written: their kind and their place.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::{Expr, ExprClosure, Lit};

/// Returns an expression without the invisible groups that `macro_rules` adds.
pub(crate) fn ungrouped(expression: &Expr) -> &Expr {
    match expression {
        Expr::Group(group) => ungrouped(&group.expr),
        expression => expression,
    }
}

/// Returns the literal that an expression is.
pub(crate) fn literal(expression: &Expr) -> Option<&Lit> {
    match ungrouped(expression) {
        Expr::Lit(literal) => Some(&literal.lit),
        _ => None,
    }
}

/// Returns the closure that an expression is. A value in a closure is evaluated at run time.
pub(crate) fn closure(expression: &Expr) -> Option<&ExprClosure> {
    match ungrouped(expression) {
        Expr::Closure(closure) => Some(closure),
        _ => None,
    }
}

/// Returns whether an expression is a literal with a minus.
pub(crate) fn is_negative(expression: &Expr) -> bool {
    match ungrouped(expression) {
        Expr::Unary(unary) => matches!(unary.op, syn::UnOp::Neg(_)) && literal(&unary.expr).is_some(),
        _ => false,
    }
}

/// Returns whether the last segment of a path is in capitals, as the names of constants are.
pub(crate) fn is_constant(expression: &Expr) -> bool {
    let Expr::Path(path) = ungrouped(expression) else { return false };
    path.path.segments.last().is_some_and(|segment| {
        let name = segment.ident.to_string();
        name.chars().any(char::is_uppercase) && !name.chars().any(char::is_lowercase)
    })
}

/// Returns whether an expression names an item in capitals that is a `static` or a `const` and belongs to no type.
pub(crate) fn is_static(expression: &Expr) -> bool {
    let Expr::Path(path) = ungrouped(expression) else { return false };
    let is_module = |name: &Ident| !name.to_string().starts_with(char::is_uppercase);
    let owners = path.path.segments.iter().rev().skip(1);
    path.qself.is_none() && is_constant(expression) && owners.into_iter().all(|owner| is_module(&owner.ident))
}

pub(crate) fn is_lower_case(word: &Ident) -> bool {
    !word.to_string().chars().any(char::is_uppercase)
}

pub(crate) fn first_span(tokens: &impl ToTokens) -> Span {
    tokens.to_token_stream().into_iter().next().map_or_else(Span::call_site, |token| token.span())
}

/// Returns the spans of the first and the last token. An error that starts at the one and ends at the other underlines
/// all.
pub(crate) fn first_and_last_span(tokens: TokenStream) -> (Span, Span) {
    let mut spans = tokens.into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    (first, spans.last().unwrap_or(first))
}

/// Returns the tokens at `span`, resolved as names at that span are.
pub(crate) fn respanned(tokens: TokenStream, span: Span) -> TokenStream {
    let relocate = |mut token: proc_macro2::TokenTree| {
        token.set_span(span);
        token
    };
    tokens.into_iter().map(relocate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_with_a_minus_is_negative() {
        for (written, expected) in [
            ("-1", true),
            ("-1.5", true),
            ("-OFFSET", false),
            ("-offset()", false),
            ("!1", false),
            ("1", false),
        ] {
            assert_eq!(is_negative(&syn::parse_str(written).unwrap()), expected, "{written}");
        }
    }
}
