#![doc = include_str!("../README.md")]

mod diagnostics;
mod parse;
mod name;
mod function;
mod model;
mod expand;
mod retry;
mod derive;
#[cfg(test)]
mod tests;

#[expect(missing_docs, reason = "the facade attaches the reference, and this text would follow it")]
#[proc_macro_attribute]
pub fn retry(arguments: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let name = name::Name::of_invocation(proc_macro::Span::call_site().source_text());
    retry::retry(arguments.into(), item.into(), &name).into()
}

#[expect(missing_docs, reason = "the facade attaches the reference, and this text would follow it")]
#[proc_macro_derive(Retryable, attributes(retryable))]
pub fn derive_retryable(item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    derive::derive(item.into()).into()
}
