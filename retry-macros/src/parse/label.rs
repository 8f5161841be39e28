//! The text of `name`, with arguments of the function and their fields in braces.

use proc_macro2::{Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::LitStr;
use unicode_ident::{is_xid_continue, is_xid_start};

use super::expression::respanned;
use crate::diagnostics::error;

/// Refuses a text with a placeholder that cannot be an argument or a field.
pub(super) fn check_placeholders(key: &Ident, label: &LitStr) -> syn::Result<()> {
    let text = label.value();
    match places(&text).find(|(_, place)| !is_field_path(place)) {
        Some((start, place)) => Err(no_argument_name(key, label, &text, start, place)),
        None => Ok(()),
    }
}

/// Returns the argument in each placeholder.
pub(crate) fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    places(text).filter_map(|(_, place)| place.split('.').next()).map(str::trim_end)
}

/// Returns the arguments of `format_args!` for a text. A placeholder for a field, which `format_args!` does not accept,
/// gets a name and a value. `renames_self` is whether `self` has the name `__self` in the body.
pub(crate) fn format_arguments(label: &LitStr, renames_self: bool) -> TokenStream {
    let text = label.value();
    let is_replaced = |place: &str| place.contains('.') || (renames_self && place.trim_end() == "self");
    let fields = places(&text).filter(|(_, place)| is_replaced(place)).enumerate();
    let (mut rewritten, mut end, mut values) = (String::new(), 0, TokenStream::new());
    for (i, (start, place)) in fields {
        let name = Ident::new(&format!("__reattempt_{i}"), label.span());
        rewritten.push_str(text.get(end..start).unwrap_or_default());
        rewritten.push_str(&name.to_string());
        end = start.saturating_add(place.len());
        let value = field(place.trim_end(), label.span(), renames_self);
        values.extend([quote!(, #name = #value)]);
    }
    if end == 0 {
        return label.to_token_stream();
    }
    rewritten.push_str(text.get(end..).unwrap_or_default());
    let rewritten = LitStr::new(&rewritten, label.span());
    quote!(#rewritten #values)
}

/// Returns `self.user.0` as an expression at `place`.
fn field(path: &str, place: Span, renames_self: bool) -> TokenStream {
    let segments = path.split('.').enumerate().map(|(i, segment)| match segment.parse::<u32>() {
        Ok(index) => TokenTree::from(Literal::u32_unsuffixed(index)),
        Err(_) if i == 0 && segment == "self" => {
            Ident::new(if renames_self { "__self" } else { "self" }, place).into()
        }
        // A keyword is a raw identifier, as it is in `format_args!`.
        Err(_) if syn::parse_str::<Ident>(segment).is_err() => Ident::new_raw(segment, place).into(),
        Err(_) => Ident::new(segment, place).into(),
    });
    respanned(quote!(#(#segments).*), place)
}

/// Returns the text in each pair of braces, up to a `:`, and its place in the whole. The compiler reports malformed
/// braces.
fn places(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let (_, after) = rest.split_once('{')?;
            if let Some(escaped) = after.strip_prefix('{') {
                rest = escaped;
                continue;
            }
            let start = text.len().saturating_sub(after.len());
            let (place, after) = after.split_once('}')?;
            rest = after;
            return Some((start, place.split(':').next().unwrap_or_default()));
        }
    })
}

/// Returns whether a placeholder is an argument's name, or a field of an argument.
fn is_field_path(place: &str) -> bool {
    let place = place.trim_end();
    let Some((argument, fields)) = place.split_once('.') else { return is_argument_name(place) };
    let is_name = |segment: &str| {
        is_argument_name(segment) && !["self", "Self", "super", "crate", "_"].contains(&segment)
    };
    let is_index = |segment: &str| segment.parse::<u32>().is_ok() && !segment.starts_with('+');
    (argument == "self" || is_name(argument))
        && fields.split('.').all(|field| is_name(field) || is_index(field))
}

/// Returns whether a text is a name, or a keyword. `Ident::new` panics with any other text.
fn is_argument_name(text: &str) -> bool {
    text.starts_with(|c| c == '_' || is_xid_start(c)) && text.chars().all(is_xid_continue)
}

/// Reports a placeholder that is no name and no field: an expression, a number or nothing.
fn no_argument_name(key: &Ident, label: &LitStr, text: &str, start: usize, place: &str) -> syn::Error {
    let last = place.trim().rsplit(['.', '#']).next().unwrap_or_default();
    let name = if is_argument_name(last) { last } else { "argument" };
    let (before, rest) = text.split_at(start);
    let better = format!("{before}{name}{}", rest.strip_prefix(place).unwrap_or_default());
    error!(
        label,
        "`{{{place}}}` is no argument of the function and no field of one; write `{key} = {better:?}` with `{name}` one of \
         its arguments, or leave the place out"
    )
}

#[cfg(test)]
mod tests {
    use super::super::table::RawArgs;
    use crate::diagnostics::Diagnostics;

    fn messages_of(arguments: &str) -> Vec<String> {
        let mut errors = Diagnostics::new();
        RawArgs::parse(arguments.parse().unwrap_or_else(|error| panic!("{arguments}: {error}")), &mut errors);
        errors.messages()
    }

    #[test]
    fn a_place_in_a_name_holds_an_argument() {
        for name in [
            "get {id}",
            "get {type} {é}",
            "get {id:?} {{x.y()}} {r:>8}",
            "{self}",
            "{{}}",
            "{",
            "}",
            "{self.id} {pair.0.1:?} {self.type }",
        ] {
            assert_eq!(messages_of(&format!("name = {name:?}")), [""; 0], "{name}");
        }
        for (name, place, better, argument) in [
            ("get {self.id()}", "{self.id()}", "get {argument}", "argument"),
            ("get {self.:?} of {x}", "{self.}", "get {argument:?} of {x}", "argument"),
            ("get {self. id}", "{self. id}", "get {argument}", "argument"),
            ("get {a.self}", "{a.self}", "get {self}", "self"),
            ("get {crate.a}", "{crate.a}", "get {a}", "a"),
            ("get {a.+1}", "{a.+1}", "get {argument}", "argument"),
            ("get {}", "{}", "get {argument}", "argument"),
            ("{a.b:?} {}", "{}", "{a.b:?} {argument}", "argument"),
            ("get {0}", "{0}", "get {argument}", "argument"),
            ("get {:?}", "{}", "get {argument:?}", "argument"),
            ("get {0.pair}", "{0.pair}", "get {pair}", "pair"),
            ("get {id + 1}", "{id + 1}", "get {argument}", "argument"),
            ("get {id()}", "{id()}", "get {argument}", "argument"),
            ("{{}} {id} {a().b}", "{a().b}", "{{}} {id} {b}", "b"),
            ("get {r#type}", "{r#type}", "get {type}", "type"),
            ("{op .x}", "{op .x}", "{x}", "x"),
            ("{op.x .y}", "{op.x .y}", "{y}", "y"),
            ("{op\t.x\n}", "{op\t.x\n}", "{x}", "x"),
            ("{a.0 .b}", "{a.0 .b}", "{b}", "b"),
            ("{\u{b2}}", "{\u{b2}}", "{argument}", "argument"),
            ("{a.\u{b2}}", "{a.\u{b2}}", "{argument}", "argument"),
            ("{a.\u{661}b}", "{a.\u{661}b}", "{argument}", "argument"),
        ] {
            let message = format!(
                "`{place}` is no argument of the function and no field of one; write `name = {better:?}` with `{argument}` one of its \
                 arguments, or leave the place out"
            );
            assert_eq!(messages_of(&format!("name = {name:?}")), [message], "{name}");
        }
    }

    #[test]
    fn a_field_is_an_argument_of_the_formatting() {
        let arguments = |text: &str, renames_self| {
            let label = syn::LitStr::new(text, proc_macro2::Span::call_site());
            super::format_arguments(&label, renames_self).to_string()
        };
        for (text, renames_self, expected) in [
            ("get {id} {{x.y}}", true, r#""get {id} {{x.y}}""#),
            ("get {self}", false, r#""get {self}""#),
            ("get {self}", true, r#""get {__reattempt_0}" , __reattempt_0 = __self"#),
            ("get {self }", true, r#""get {__reattempt_0}" , __reattempt_0 = __self"#),
            ("get {self.id:?}", false, r#""get {__reattempt_0:?}" , __reattempt_0 = self . id"#),
            (
                "{{self.a}} {a.0.1:>5} {a} {self.type }!",
                true,
                r#""{{self.a}} {__reattempt_0:>5} {a} {__reattempt_1}!" , __reattempt_0 = a . 0 . 1 , __reattempt_1 = __self . r#type"#,
            ),
            (
                "{a.b} {a.b}",
                false,
                r#""{__reattempt_0} {__reattempt_1}" , __reattempt_0 = a . b , __reattempt_1 = a . b"#,
            ),
        ] {
            assert_eq!(arguments(text, renames_self), expected, "{text}");
        }
    }
}
