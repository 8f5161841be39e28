//! The text of `name`, with arguments of the function in braces.

use proc_macro2::Ident;
use syn::LitStr;

use crate::diagnostics::error;

/// Refuses a text with a placeholder that cannot be an argument's name.
pub(super) fn check_placeholders(key: &Ident, label: &LitStr) -> syn::Result<()> {
    let text = label.value();
    match places(&text).find(|place| !is_argument_name(place)) {
        Some(place) => Err(no_argument_name(key, label, &text, place)),
        None => Ok(()),
    }
}

/// Returns the text in each pair of braces, up to a `:`. The compiler reports malformed braces.
fn places(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let (_, after) = rest.split_once('{')?;
            if let Some(escaped) = after.strip_prefix('{') {
                rest = escaped;
                continue;
            }
            let (place, after) = after.split_once('}')?;
            rest = after;
            return Some(place.split(':').next().unwrap_or_default());
        }
    })
}

fn is_argument_name(place: &str) -> bool {
    let place = place.trim_end();
    !place.starts_with(|c: char| c.is_ascii_digit())
        && !place.is_empty()
        && place.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// Reports a placeholder that is no name: a field, an expression, a number or nothing.
fn no_argument_name(key: &Ident, label: &LitStr, text: &str, place: &str) -> syn::Error {
    let last = place.trim().rsplit(['.', '#']).next().unwrap_or_default();
    let name = if is_argument_name(last) { last } else { "argument" };
    let better = text.replacen(&format!("{{{place}"), &format!("{{{name}"), 1);
    error!(
        label,
        "`{{{place}}}` is no argument of the function; write `{key} = {better:?}` with `{name}` one of its arguments, or \
         leave the place out"
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
        for name in ["get {id}", "get {type} {é}", "get {id:?} {{x.y}} {r:>8}", "{self}", "{{}}", "{", "}"] {
            assert_eq!(messages_of(&format!("name = {name:?}")), [""; 0], "{name}");
        }
        for (name, place, better, argument) in [
            ("get {self.id}", "{self.id}", "get {id}", "id"),
            ("get {self.id:?} of {x}", "{self.id}", "get {id:?} of {x}", "id"),
            ("get {}", "{}", "get {argument}", "argument"),
            ("get {0}", "{0}", "get {argument}", "argument"),
            ("get {:?}", "{}", "get {argument:?}", "argument"),
            ("get {pair.0}", "{pair.0}", "get {argument}", "argument"),
            ("get {id + 1}", "{id + 1}", "get {argument}", "argument"),
            ("get {id()}", "{id()}", "get {argument}", "argument"),
            ("{{}} {id} {a.b}", "{a.b}", "{{}} {id} {b}", "b"),
            ("get {r#type}", "{r#type}", "get {type}", "type"),
        ] {
            let message = format!(
                "`{place}` is no argument of the function; write `name = {better:?}` with `{argument}` one of its \
                 arguments, or leave the place out"
            );
            assert_eq!(messages_of(&format!("name = {name:?}")), [message], "{name}");
        }
    }
}
