//! The attribute's grammar: tokens → [`RawArgs`].

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Token};

use super::argument::Argument;
use super::names::{all_keys, nearest};
use super::spec::Kind;
use super::suggest::{instead, unknown_argument, without_equals};
use super::table::{RawArgs, find};
use crate::diagnostics::{Diagnostics, bail, error};

impl RawArgs {
    /// Reads all arguments. A mistake in one argument does not hide those in others.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Diagnostics) -> RawArgs {
        let mut args = RawArgs::default();
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if let Err(mistake) = args.argument(input, errors) {
                    errors.add(mistake);
                    skip_to_comma(input);
                }
                Self::separator(input, errors);
            }
            Ok(())
        };
        let parsed = parser.parse2(tokens);
        errors.ok(parsed);
        args
    }

    fn separator(input: ParseStream<'_>, errors: &mut Diagnostics) {
        if !input.is_empty() && input.parse::<Option<Token![,]>>().is_ok_and(|comma| comma.is_none()) {
            let Ok(next) = input.fork().parse::<TokenTree>() else { return };
            errors.report(&next, format!("unexpected `{next}`; write a `,` between two arguments"));
            if !matches!(next, TokenTree::Ident(_)) {
                skip_to_comma(input);
                let _ = input.parse::<Option<Token![,]>>();
            }
        }
    }

    fn argument(&mut self, input: ParseStream<'_>, errors: &mut Diagnostics) -> syn::Result<()> {
        if !input.peek(Ident::peek_any) {
            let found: TokenTree = input.parse()?;
            bail!(found, "`{found}` is no argument; write a name first, such as `max = 5`")
        }
        let key = Ident::parse_any(input)?;
        if input.peek(Token![::]) {
            return Err(path_as_argument(key, input)?);
        }
        let Some(spec) = find(&key.to_string()) else { return Err(unknown_argument(&key, input)) };
        let argument = Argument { input, key: &key, spec };
        if spec.kind != Kind::WithoutEquals && !argument.has_equals() {
            return Err(without_equals(&argument));
        }
        self.read(&argument, errors)
    }
}

/// Reports a path in the place of a key: a key with a path before it, or the second of several errors.
fn path_as_argument(first: Ident, input: ParseStream<'_>) -> syn::Result<syn::Error> {
    let (mut path, mut last) = (first.to_string(), first);
    while input.parse::<Option<Token![::]>>()?.is_some() {
        last = Ident::parse_any(input)?;
        path = format!("{path}::{last}");
    }
    Ok(match nearest(&last.unraw().to_string()) {
        Some((spec, conversion)) => {
            error!(last, "the name of an argument is no path; write {}", instead(spec, conversion, input))
        }
        None if path.contains(char::is_uppercase) => error!(
            last,
            "`{path}` is no argument of `#[retry]`; several errors stand in a list, write `on = [A, {path}]`"
        ),
        None => error!(last, "`{path}` is no argument of `#[retry]`; there are {}", all_keys()),
    })
}

/// Skips the rest of an argument. The commas of a closure belong to it.
fn skip_to_comma(input: ParseStream<'_>) {
    let value = input.fork();
    let is_value = value.parse::<Token![=]>().is_ok() && value.parse::<Expr>().is_ok();
    if is_value && (value.is_empty() || value.peek(Token![,])) {
        input.advance_to(&value);
        return;
    }
    while !input.is_empty() && !input.peek(Token![,]) {
        let _ = input.parse::<TokenTree>();
    }
}
