//! The check that a success of the function cannot contain a failure, which would never be retried.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Path, Type};

use super::expansion::Expansion;
use super::underline::Place;
use crate::function::{type_arguments, unwrapped};
use crate::parse::PRIMITIVES;

impl Expansion<'_> {
    /// Refuses a success type that can hold a failure, under the whole return type, unless `retry_ok` decides on
    /// successes.
    ///
    /// The compiler resolves the type, also behind an alias. It is not asked where the spelling is clear, since the
    /// two method lookups are a tenth of its time for a function. A type with `impl Trait` cannot be written
    /// here: [`model`](crate::model) checks its spelling.
    pub(super) fn success_never_fails(&self) -> Option<TokenStream> {
        let ret = &self.retry.shape.ret;
        let is_clear = self.retry.success_rule.is_some() || has_plain_success(ret);
        if is_clear || self.retry.shape.has_impl_trait() {
            return None;
        }
        let place = Place::of(ret).in_expansion();
        Some(if self.retry.is_path_written { self.named_check(place) } else { self.check(place) })
    }

    /// Returns the check with all its tokens at the return type.
    fn check(&self, place: Place) -> TokenStream {
        let (ret, first) = (&self.retry.shape.ret, place.first);
        let private = self.private_at(first);
        let end = place.arguments(TokenStream::new());
        let arguments = place.arguments(quote_spanned! {first=>
            &#private::success::<#ret>().__reattempt_success().__reattempt_nested #end
        });
        quote_spanned!(first=> #private::never_fails #arguments;)
    }

    /// Returns the check with a path of the user's, which is not at the return type. The answer is named, so that the
    /// argument is.
    fn named_check(&self, place: Place) -> TokenStream {
        let (private, ret) = (&self.retry.private, &self.retry.shape.ret);
        let (reference, answer) =
            (quote_spanned!(place.first=> &), Ident::new("__reattempt_answer", place.last));
        let never_fails = self.call(place, "never_fails", quote!(#reference #answer));
        quote_spanned! {Span::mixed_site()=> {
            let __reattempt_answer = #private::success::<#ret>().__reattempt_success().__reattempt_nested();
            #never_fails
        }}
    }
}

/// Returns whether a return type has the name `Result` or `Option`, and a success that is plain.
fn has_plain_success(ret: &Type) -> bool {
    let Type::Path(path) = unwrapped(ret) else { return false };
    let is_known =
        path.path.segments.last().is_some_and(|last| last.ident == "Result" || last.ident == "Option");
    path.qself.is_none() && is_known && type_arguments(&path.path).next().is_some_and(is_plain)
}

/// Returns whether the spelling of a type shows that it is no `Outcome`. Only the user's own types can be one.
fn is_plain(ty: &Type) -> bool {
    match unwrapped(ty) {
        Type::Tuple(_) | Type::Array(_) | Type::Slice(_) => true,
        Type::Reference(reference) => is_plain(&reference.elem),
        Type::Path(path) if path.qself.is_none() => is_plain_path(&path.path),
        _ => false,
    }
}

fn is_plain_path(path: &Path) -> bool {
    let Some(segment) = path.segments.first().filter(|_| path.segments.len() == 1) else { return false };
    let name = segment.ident.to_string();
    match &*name {
        "String" | "Vec" | "str" => true,
        "Option" => type_arguments(path).next().is_some_and(is_plain),
        name => PRIMITIVES.contains(&name),
    }
}
