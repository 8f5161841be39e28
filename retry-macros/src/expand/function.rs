//! One retried function or, after a mistake, a function of the same type.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{ReturnType, Type};

use super::policy::PolicyTokens;
use super::retry_loop::expand;
use crate::diagnostics::Diagnostics;
use crate::function::{AnnotatedFn, Shape, future_output, refuse_lost_caller, unwrapped};
use crate::model::{
    CallNames, Enclosing, Policy, Retry, check_block_values_exist, check_run_time_values, private,
};
use crate::parse::RawArgs;

/// Expands a function or, after a mistake, returns a function of the same type.
pub(crate) fn expand_function(
    args: &RawArgs,
    mut function: AnnotatedFn,
    block: &Enclosing,
    errors: &mut Diagnostics,
) -> TokenStream {
    let names = CallNames::of(&function.sig, block);
    let sound = check_run_time_values(args, &names, errors);
    let args = sound.as_ref().unwrap_or(args);
    check_block_values_exist(args, &function.sig, &names, errors);
    let Some(shape) = errors.ok(Shape::of(&function)) else {
        return refused(args, &function, &TokenStream::new());
    };
    errors.ok(refuse_lost_caller(&function, &shape));
    match Retry::new(args, &mut function.sig, shape.clone(), &block.generics, &names, errors) {
        Some(retry) => expand(&function, &retry),
        None => recover(args, function, shape, &block.generics, &names),
    }
}

/// Returns a function whose callers and body cause no further errors. Its body runs once, unless it fails with the
/// error type of `error`, which only the loop converts into the function's. The values of the attribute are still
/// checked.
fn recover(
    args: &RawArgs,
    mut function: AnnotatedFn,
    shape: Shape,
    outer_generics: &[Ident],
    names: &CallNames,
) -> TokenStream {
    let mut ignored = Diagnostics::new();
    let sound = args.for_recovery();
    let retry = if sound.error.is_set() {
        Retry::new(&sound, &mut function.sig, shape, outer_generics, names, &mut ignored)
    } else {
        None
    };
    let _ = ignored.finish();
    if let Some(retry) = retry {
        return expand(&function, &retry);
    }
    let values = PolicyTokens::checks(Policy::new(args, outer_generics, names), &private(args));
    if args.error.is_set() {
        refused(args, &function, &values)
    } else {
        with_attempt(args, &function, &values)
    }
}

/// Returns a function that cannot be retried. Under `error` its body is left out: it fails with that error type, which
/// only the loop converts into the function's.
fn refused(args: &RawArgs, function: &AnnotatedFn, values: &TokenStream) -> TokenStream {
    if !args.error.is_set() || function.body.is_none() {
        return with_attempt(args, function, values);
    }
    let never = quote!(::core::unreachable!("a function that does not compile is not called"));
    let body = match &function.sig.output {
        ReturnType::Type(_, ret) if function.sig.asyncness.is_none() && future_output(ret).is_some() => {
            match unwrapped(ret) {
                Type::ImplTrait(_) => quote!(async move { #never }),
                _ => quote!(::std::boxed::Box::pin(async move { #never })),
            }
        }
        _ => never,
    };
    function.with_body(&quote!(#values #body))
}

/// Returns the function as it was, with the body's names for the attempt's number and the handle of the call.
fn with_attempt(args: &RawArgs, function: &AnnotatedFn, values: &TokenStream) -> TokenStream {
    // The names are used, so that no warning accompanies the mistake.
    let number =
        args.attempt.value().map(|name| quote!(let #name: ::core::primitive::u32 = 1; let _ = #name;));
    let private = private(args);
    let call = args.call.value().map(|name| {
        // A function and not a macro: no warning about what comes after it accompanies the mistake either.
        quote!(let #name: &#private::Call = #private::unreached(); let _ = #name;)
    });
    let attempt = quote!(#number #call);
    match &function.body {
        Some(body) => {
            let body = &body.tokens;
            function.with_body(&quote!(#values #attempt #body))
        }
        None => function.into_token_stream(),
    }
}
