//! The values of arguments, as expressions.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Expr, Path, ReturnType};

use super::hygiene;
use super::underline::Place;
use crate::function::has_control_flow;
use crate::parse::{Delays, DelaysForm, Jitter, JitterForm, Number, Time, TimeForm, closure, respanned};

/// Returns the value of an expression, or that of the closure that it is.
pub(super) fn value_tokens(written: &Expr, private: &Path) -> TokenStream {
    let Some(closure) = closure(written) else { return written.to_token_stream() };
    let body = closure.body.to_token_stream();
    // Clippy would ask for the body where it could stand alone.
    if matches!(closure.output, ReturnType::Default) && !has_control_flow(&body) {
        body
    } else {
        Place::of(written).call(private, "evaluated", written)
    }
}

pub(super) fn time_tokens(time: &Time, private: &Path) -> TokenStream {
    let written = value_tokens(&time.written, private);
    match &time.form {
        TimeForm::Literal(duration) => {
            let (seconds, nanos) = (duration.as_secs(), duration.subsec_nanos());
            quote!(#private::Duration::new(#seconds, #nanos))
        }
        TimeForm::Millis => {
            let name = hygiene::local("millis");
            quote!({ let #name: ::core::primitive::u64 = #written; #private::Duration::from_millis(#name) })
        }
        TimeForm::Expression => written,
    }
}

/// Returns a list of delays. Each item is defined by itself, so that the compiler reports each that is no duration.
pub(super) fn delays_tokens(
    delays: &Delays,
    (keyword, name): (&Ident, &Ident),
    private: &Path,
) -> TokenStream {
    let item = |item: &Time| match item.form {
        TimeForm::Expression => {
            let written = &item.written;
            quote!({ #keyword #name: #private::Duration = #written; #name })
        }
        _ => time_tokens(item, private),
    };
    match &delays.form {
        DelaysForm::Items(items) => {
            let items = items.iter().map(item);
            quote!(&[#(#items),*])
        }
        DelaysForm::Repeated(repeated, length) => {
            let item = item(repeated);
            quote!(&[#item; #length])
        }
        DelaysForm::Expression => value_tokens(&delays.written, private),
    }
}

pub(super) fn number_tokens(number: &Number, private: &Path) -> TokenStream {
    match number {
        Number::Literal(literal) => literal.to_token_stream(),
        Number::Expression(expression) => argument(expression, "number", private),
    }
}

pub(super) fn jitter_tokens(jitter: &Jitter, private: &Path) -> TokenStream {
    let written = &jitter.written;
    match &jitter.form {
        JitterForm::Word(variant) => {
            let variant = Ident::new(variant, Span::mixed_site());
            quote!(#private::Jitter::#variant)
        }
        JitterForm::Additive(fraction) => quote!(#private::Jitter::Additive(#fraction)),
        JitterForm::Spread(fraction) => {
            let fraction = number_tokens(fraction, private);
            quote!(#private::Jitter::Spread(#fraction))
        }
        JitterForm::UpTo(width) => {
            let width = time_tokens(width, private);
            quote!(#private::Jitter::UpTo(#width))
        }
        JitterForm::Expression => argument(written, "jitter", private),
    }
}

/// Converts a value of one of several types into ours by a method, reported at the value.
pub(super) fn argument(written: &Expr, method: &str, private: &Path) -> TokenStream {
    let place = Place::of(written);
    // Its own name could hide a type of the user's in the value.
    let constructor = respanned(quote!(__ReattemptArgument), place.first);
    let (given, nothing) =
        (place.arguments(value_tokens(written, private)), place.arguments(TokenStream::new()));
    let (dot, method) = (respanned(quote!(.), place.last), Ident::new(method, place.last));
    quote!({ use #private::Argument as #constructor; #constructor #given #dot #method #nothing })
}
