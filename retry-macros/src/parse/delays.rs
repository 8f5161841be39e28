//! The values of `delays`.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Expr, Lit};

use super::expression::{is_negative, literal, ungrouped};
use super::source::source;
use super::value::Time;
use crate::diagnostics::{bail, error};

/// A list of delays as it is written.
#[derive(Clone)]
pub(crate) struct Delays {
    pub(crate) written: Expr,
    pub(crate) form: DelaysForm,
}

#[derive(Clone)]
pub(crate) enum DelaysForm {
    /// `["100ms", "1s"]`.
    Items(Vec<Time>),
    /// `["1s"; 3]`.
    Repeated(Box<Time>, Box<Expr>),
    /// A constant list.
    Expression,
}

impl Delays {
    /// Parses a list, and reports every item that is no duration.
    pub(crate) fn parse(key: &Ident, written: Expr) -> syn::Result<Delays> {
        let form = match list(&written) {
            Expr::Array(array) if array.elems.is_empty() => bail!(
                written,
                "`{key}` is empty; write `{key} = [\"100ms\", \"1s\"]`, or `max = 1` for no retry"
            ),
            Expr::Array(array) => DelaysForm::Items(items(array.elems.iter())?),
            Expr::Repeat(repeat) => {
                let item = Time::item((*repeat.expr).clone())?;
                DelaysForm::Repeated(Box::new(item), repeat.len.clone())
            }
            Expr::Paren(one) => return Err(no_list(key, &written, &one.expr)),
            Expr::Tuple(tuple) => {
                let list = source(&tuple.elems);
                bail!(written, "`{}` is no list; write `{key} = [{list}]`", source(&written))
            }
            one if literal(one).is_some() || is_negative(one) => return Err(no_list(key, &written, one)),
            _ => DelaysForm::Expression,
        };
        Ok(Delays { written, form })
    }

    /// Returns the expressions of which the list is made.
    pub(crate) fn parts(&self) -> Vec<&Expr> {
        match &self.form {
            DelaysForm::Items(items) => items.iter().map(|item| &item.written).collect(),
            DelaysForm::Repeated(item, length) => vec![&item.written, length],
            DelaysForm::Expression => vec![&self.written],
        }
    }
}

/// Returns the list behind a `&`.
fn list(written: &Expr) -> &Expr {
    match ungrouped(written) {
        Expr::Reference(reference) if reference.mutability.is_none() => match ungrouped(&reference.expr) {
            list @ (Expr::Array(_) | Expr::Repeat(_)) => list,
            _ => written,
        },
        list => list,
    }
}

fn items<'a>(written: impl Iterator<Item = &'a Expr>) -> syn::Result<Vec<Time>> {
    let (mut items, mut mistakes) = (Vec::new(), None::<syn::Error>);
    for item in written {
        match (Time::item(item.clone()), &mut mistakes) {
            (Ok(item), _) => items.push(item),
            (Err(mistake), None) => mistakes = Some(mistake),
            (Err(mistake), Some(mistakes)) => mistakes.combine(mistake),
        }
    }
    mistakes.map_or(Ok(items), Err)
}

/// Reports one delay in the place of a list.
fn no_list(key: &Ident, written: &Expr, one: &impl ToTokens) -> syn::Error {
    let text = source(one);
    let is_text = matches!(literal(written), Some(Lit::Str(_)));
    let item = if is_text { text } else { "\"1s\"".to_owned() };
    error!(written, "`{}` is no list; write `{key} = [{item}]`", source(written))
}

/// Returns what to write for a duration or a list that is given as the function in `delay`.
pub(super) fn instead_of_function(delay: &Expr) -> Option<String> {
    match (literal(delay), ungrouped(delay)) {
        (Some(Lit::Str(text)), _) => Some(format!("`base = {}`", source(text))),
        (Some(Lit::Int(number)), _) => {
            let number = number.base10_digits();
            Some(format!("`base_ms = {number}` or `base = \"{number}s\"`"))
        }
        (Some(_), _) => Some("`base = \"1s\"`".to_owned()),
        (None, Expr::Array(list)) => {
            Some(format!("`delays = {}` for a list, or `base = \"1s\"`", source(list)))
        }
        (None, Expr::Call(call)) => match &*call.func {
            Expr::Path(path) if path.path.segments.iter().any(|segment| segment.ident == "Duration") => {
                Some(format!("`base = {}`", source(delay)))
            }
            _ => None,
        },
        _ => None,
    }
}
