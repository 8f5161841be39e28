//! The entry point of `#[derive(Retryable)]`: marks on variants → an implementation of the trait.

mod implementation;
mod marks;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::diagnostics::Diagnostics;
use implementation::implementation;
use marks::cases;

pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(mistake) => return mistake.to_compile_error(),
    };
    let mut errors = Diagnostics::new();
    let (facade, cases) = cases(&input, &mut errors);
    let is_sound = errors.is_clean();
    let errors = errors.finish();
    // After a mistake the trait is implemented all the same, so that code that uses it compiles.
    let cases = if is_sound { cases } else { Vec::new() };
    let implementation = implementation(&input, facade.as_ref(), &cases);
    quote!(#errors #implementation)
}
