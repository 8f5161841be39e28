//! `#[retry]`: from the attribute and the item to the expansion, or to the errors and an item that breaks nobody else.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, ReturnType, Type};

use crate::diagnostics::Diagnostics;
use crate::expand::{Deferred, expand, expand_impl};
use crate::function::{AnnotatedFn, Item, Shape, future_output, refuse_lost_caller, unwrapped};
use crate::model::{CallNames, Plan, Retry, Scope, check_arguments, private, refuse_run_time_values};
use crate::name::Name;
use crate::parse::RawArgs;

pub(crate) fn retry(arguments: TokenStream, item: TokenStream, name: &Name) -> TokenStream {
    let mut errors = Diagnostics::new();
    let deferred = Deferred::parse(arguments.clone());
    let args =
        if deferred.is_some() { RawArgs::default() } else { RawArgs::parse(arguments.clone(), &mut errors) };
    let tokens = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Function(mut function)) => {
            if let Some(block) = deferred {
                block.expand(None, *function, &mut errors)
            } else if let Some(block) = Deferred::take(&mut function.attrs) {
                refuse_second(&mut function.attrs, name, &mut errors);
                block.expand(Some(args), *function, &mut errors)
            } else {
                check_arguments(&args, &mut errors);
                refuse_second(&mut function.attrs, name, &mut errors);
                self::function(&args, *function, &[], &mut errors)
            }
        }
        Ok(Item::Impl(mut block)) => {
            check_arguments(&args, &mut errors);
            refuse_second(&mut block.attrs, name, &mut errors);
            expand_impl(&args, arguments, block, name, &mut errors)
        }
        Err(mistake) => {
            errors.take(mistake);
            item
        }
    };
    let errors = errors.finish();
    quote!(#errors #tokens)
}

/// A second attribute below the first would retry the retries.
fn refuse_second(attrs: &mut Vec<Attribute>, name: &Name, errors: &mut Diagnostics) {
    attrs.retain(|attr| {
        if name.is_ours(attr) {
            errors.report(attr.path(), "`#[retry]` is given twice; keep one of the two");
        }
        !name.is_ours(attr)
    });
}

/// The retried function or, after a mistake, one with the same type.
pub(crate) fn function(
    args: &RawArgs,
    mut function: AnnotatedFn,
    outer_generics: &[Ident],
    errors: &mut Diagnostics,
) -> TokenStream {
    let constant = refuse_run_time_values(args, &CallNames::of(&function.sig), errors);
    let args = constant.as_ref().unwrap_or(args);
    let Some(shape) = errors.ok(Shape::of(&function)) else {
        return refused(args, &function, &TokenStream::new());
    };
    errors.ok(refuse_lost_caller(&function, &shape));
    match Retry::new(args, &mut function.sig, shape.clone(), outer_generics, errors) {
        Some(retry) => expand(&function, &retry),
        None => recover(args, function, shape, outer_generics),
    }
}

/// A function whose callers, and whose body, see nothing of the mistake. The body runs once, unless it fails with an
/// error of its own, which only the loop turns into the function's. The values of the attribute are still checked.
fn recover(args: &RawArgs, mut function: AnnotatedFn, shape: Shape, outer_generics: &[Ident]) -> TokenStream {
    let mut ignored = Diagnostics::new();
    let sound = args.for_recovery();
    let retry = if sound.error.is_set() {
        Retry::new(&sound, &mut function.sig, shape, outer_generics, &mut ignored)
    } else {
        None
    };
    let _ = ignored.finish();
    if let Some(retry) = retry {
        return expand(&function, &retry);
    }
    let values = Plan::values(args, &Scope { private: &private(args), generics: outer_generics });
    if args.error.is_set() {
        refused(args, &function, &values)
    } else {
        with_attempt(args, &function, &values)
    }
}

/// A function that cannot be retried. Its body fails with an error of its own under `error`, which only the loop turns
/// into the function's: then it is left out.
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

/// The function as it was, with the name that its body has for the attempt's number.
fn with_attempt(args: &RawArgs, function: &AnnotatedFn, values: &TokenStream) -> TokenStream {
    // Used, so that no warning stands beside the mistake.
    let attempt =
        args.attempt.value().map(|name| quote!(let #name: ::core::primitive::u32 = 1; let _ = #name;));
    match &function.body {
        Some(body) => {
            let body = &body.tokens;
            function.with_body(&quote!(#values #attempt #body))
        }
        None => function.into_token_stream(),
    }
}
