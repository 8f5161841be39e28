#![doc = include_str!("../README.md")]

// In the order of a call's way through: attribute → raw arguments → checked model → tokens.
mod option_name;
mod slot;
mod diagnostics;
mod source;
mod duration;
mod value;
mod select;
mod preset;
mod suggest;
mod args;
mod name;
mod item;
mod attributes;
mod pattern;
mod body;
mod borrow;
mod hygiene;
mod shape;
mod error_type;
mod plan;
mod run_time;
mod validate;
mod model;
mod expand;
mod impl_block;
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
