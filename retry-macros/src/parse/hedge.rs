//! The values of `hedge`.

use proc_macro2::Ident;
use syn::Expr;

use super::expression::{is_constant, literal, ungrouped};
use super::source::source;
use super::value::Time;
use crate::diagnostics::bail;

/// When a slow attempt gets a copy beside it.
#[derive(Clone)]
pub(crate) enum Hedge {
    /// After this time, with a budget of the function's own.
    After(Box<Time>),
    /// By a `Hedge` that calls share.
    Shared(Box<Expr>),
}

impl Hedge {
    /// Parses the value of `hedge = value`.
    pub(super) fn parse(key: &Ident, written: Expr) -> syn::Result<Hedge> {
        if is_duration(&written) {
            let time = source(&written);
            bail!(
                written,
                "`{time}` is a time and no `Hedge`; write `{key} = \"50ms\"`, or `Hedge::after({time})` in a `static`"
            )
        }
        match literal(&written) {
            Some(_) => Ok(Hedge::After(Box::new(Time::with_unit(key, written)?))),
            None => Ok(Hedge::Shared(Box::new(written))),
        }
    }

    /// Applies `change` to an expression that is evaluated in the function.
    pub(crate) fn map(&self, change: impl Fn(&Expr) -> Expr) -> Hedge {
        match self {
            Hedge::Shared(shared) => Hedge::Shared(Box::new(change(shared))),
            Hedge::After(time) => Hedge::After(time.clone()),
        }
    }

    /// Parses the value of `hedge_ms = value`. A static of the function contains it.
    pub(super) fn in_millis(key: &Ident, written: Expr) -> syn::Result<Hedge> {
        let time = Time::in_millis(key, written)?;
        if literal(&time.written).is_none() && !is_constant(&time.written) {
            bail!(
                time.written,
                "`{}` is known at run time, and the calls of a function share one hedge; put a `Hedge` beside it, and \
                 write `hedge = self.hedge`",
                source(&time.written)
            )
        }
        Ok(Hedge::After(Box::new(time)))
    }
}

/// Returns whether an expression is made by a function of `Duration`, such as `Duration::from_millis(50)`.
fn is_duration(expression: &Expr) -> bool {
    let Expr::Call(call) = ungrouped(expression) else { return false };
    let Expr::Path(function) = ungrouped(&call.func) else { return false };
    function.path.segments.iter().rev().nth(1).is_some_and(|ty| ty.ident == "Duration")
}
