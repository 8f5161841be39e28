#![doc = include_str!("../README.md")]
// No input of a caller causes a panic, but for those listed under "What can panic" in `docs/book/src/operating.md`.
#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::unwrap_in_result,
        clippy::get_unwrap,
        clippy::panic,
        clippy::panic_in_result_fn,
        clippy::unreachable,
        clippy::todo,
        clippy::unimplemented,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::arithmetic_side_effects,
        clippy::exit
    )
)]

// In the order of an expansion. A room imports those before it, and none after it.
mod diagnostics; // The mistakes, each with its place.
mod parse; // Tokens → arguments.
mod name; // The attribute's own name in the user's code.
mod function; // The item under the attribute.
mod model; // Arguments and function → model, with the rules between them.
mod expand; // Model → tokens.
mod retry; // The entry point of `#[retry]`.
mod derive; // The entry point of `#[derive(Retryable)]`.
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
