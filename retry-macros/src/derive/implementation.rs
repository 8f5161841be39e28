//! The implementation of `Retryable`: an arm for each marked variant.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{DeriveInput, Member, Path};

use super::marks::{Case, Classification};
use crate::expand::{Place, hygiene};
use crate::function::{mentions, parameters};
use crate::parse::first_span;

pub(super) fn implementation(input: &DeriveInput, facade: Option<&Path>, cases: &[Case<'_>]) -> TokenStream {
    let facade = facade.map_or_else(|| quote!(::reattempt), ToTokens::to_token_stream);
    let private = quote!(#facade::__private);
    let name = &input.ident;
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    let predicates = where_clause.map(|clause| clause.predicates.to_token_stream());
    let comma = where_clause.filter(|clause| !clause.predicates.empty_or_trailing()).map(|_| quote!(,));
    let delegated = delegated_bounds(input, cases, &private);
    let is_retryable = cases.iter().map(|case| case.is_retryable(&private));
    let retry_after = cases.iter().filter_map(|case| case.retry_after(&private));
    quote! {
        #[automatically_derived]
        impl #impl_generics #private::Retryable for #name #type_generics where #predicates #comma #delegated {
            fn is_retryable(&self) -> ::core::primitive::bool {
                match self {
                    #(#is_retryable,)*
                    _ => false,
                }
            }

            fn retry_after(&self) -> ::core::option::Option<#private::Duration> {
                match self {
                    #(#retry_after,)*
                    _ => ::core::option::Option::None,
                }
            }
        }
    }
}

/// Returns a bound for each wrapped error whose type depends on a parameter.
fn delegated_bounds(input: &DeriveInput, cases: &[Case<'_>], private: &TokenStream) -> TokenStream {
    let parameters = parameters(&input.generics);
    let depends = |ty: &TokenStream| parameters.iter().any(|name| mentions(ty, &name.to_string()));
    let types = cases.iter().filter_map(|case| match &case.classification {
        Classification::Delegate(_) => case.fields.iter().next().map(|field| field.ty.to_token_stream()),
        _ => None,
    });
    types.filter(depends).map(|ty| quote!(#ty: #private::Retryable,)).collect()
}

impl Case<'_> {
    fn is_retryable(&self, private: &TokenStream) -> TokenStream {
        let path = &self.path;
        match &self.classification {
            Classification::Permanent => quote!(#path { .. } => false),
            Classification::Retryable | Classification::After(_) => quote!(#path { .. } => true),
            Classification::Delegate(member) => {
                let (wrapped, call) = self.delegated_call(&quote!(is_retryable), private);
                self.arm(member, &wrapped, &call)
            }
        }
    }

    fn retry_after(&self, private: &TokenStream) -> Option<TokenStream> {
        match &self.classification {
            Classification::Permanent | Classification::Retryable => None,
            Classification::After(member) => {
                let span = Span::mixed_site().located_at(first_span(member));
                let wait = hygiene::at(span, &hygiene::local("wait"));
                let hint = quote_spanned!(span=> #private::Hint::hint(#wait));
                Some(self.arm(member, &wait, &hint))
            }
            Classification::Delegate(member) => {
                let (wrapped, call) = self.delegated_call(&quote!(retry_after), private);
                Some(self.arm(member, &wrapped, &call))
            }
        }
    }

    /// Returns the arm of a variant, in which `name` is a reference to the field. A field of a packed struct may not be
    /// aligned, so there it refers to a copy.
    fn arm(&self, member: &Member, name: &Ident, call: &TokenStream) -> TokenStream {
        let path = &self.path;
        if self.is_packed {
            quote!(#path { .. } => { let #name = &{ self.#member }; #call })
        } else {
            quote!(#path { #member: #name, .. } => #call)
        }
    }

    /// Returns a name for the wrapped error and a call of its method. The argument has the span of the field's type: a
    /// type that is not `Retryable` is reported there, once for both methods.
    fn delegated_call(&self, method: &TokenStream, private: &TokenStream) -> (Ident, TokenStream) {
        let ty = self.fields.iter().next().map(|field| field.ty.to_token_stream()).unwrap_or_default();
        let place = Place::of(&ty).in_expansion();
        let wrapped = hygiene::at(place.last, &hygiene::local("wrapped"));
        let reference = quote_spanned!(place.first=> &*);
        let arguments = place.arguments(quote!(#reference #wrapped));
        let call = quote_spanned!(place.first=> #private::Retryable::#method #arguments);
        (wrapped, call)
    }
}
