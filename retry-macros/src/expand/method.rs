//! One method of an `impl` block, with its own arguments over those of the block.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ReturnType;

use super::function::expand_function;
use crate::diagnostics::{Diagnostics, error};
use crate::function::{AnnotatedFn, ReturnKind, Shape, future_output, return_kind};
use crate::model::{Enclosing, check_arguments, check_skip_on_method};
use crate::parse::{RawArgs, source};

/// The treatment of a method.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Retried,
    Skipped,
    /// It cannot fail, or its return type is unclear.
    LeftAlone,
}

/// Expands a method with its own arguments, if it has an attribute, and those of the block.
pub(super) fn expand_method(
    own: Option<RawArgs>,
    outer: &RawArgs,
    block: &Enclosing,
    method: AnnotatedFn,
    errors: &mut Diagnostics,
) -> (TokenStream, Fate) {
    if let Some(skip) = own.as_ref().and_then(|args| args.skip.get()) {
        check_skip_on_method(own.as_ref(), &skip.key, errors);
        return (method.into_token_stream(), Fate::Skipped);
    }
    match errors.ok(is_retried(&method, own.is_some())) {
        Some(true) => {}
        _ => return (method.into_token_stream(), Fate::LeftAlone),
    }
    let has_own = own.is_some();
    let args = own.unwrap_or_default().or_inherit(outer);
    let mut mistakes = Diagnostics::new();
    if has_own {
        // The block's own mistakes are reported at the block, and hide no mistake of a method.
        let mut of_block = Diagnostics::new();
        check_arguments(outer, &mut of_block);
        check_arguments(&args, &mut mistakes);
        mistakes.remove(of_block);
    }
    let tokens = expand_function(&args, method, block, &mut mistakes);
    errors.append(mistakes);
    (tokens, Fate::Retried)
}

/// Returns the name of a method that the block's `attempt_timeout` cannot cancel, or that its `hedge` cannot copy: it is
/// retried, has no such argument of its own, and is not async.
pub(super) fn blocking(own: Option<&RawArgs>, outer: &RawArgs, method: &AnnotatedFn) -> Option<String> {
    let concerns = |args: &RawArgs, is_outer: bool| {
        (is_outer == args.attempt_timeout.is_set() && outer.attempt_timeout.is_set())
            || (is_outer == args.hedge.is_set() && outer.hedge.is_set())
    };
    let is_blocking = concerns(outer, true)
        && own.is_none_or(|args| !args.skip.is_set() && concerns(args, false))
        && is_retried(method, own.is_some()).is_ok_and(|is_retried| is_retried)
        && Shape::of(method).is_ok_and(|shape| !shape.is_async);
    is_blocking.then(|| method.sig.ident.to_string())
}

/// Returns whether a method is retried: if it returns a `Result` or has its own attribute. Reports a return type that
/// may be a `Result` under another name.
pub(super) fn is_retried(method: &AnnotatedFn, says_so: bool) -> syn::Result<bool> {
    let ReturnType::Type(_, ret) = &method.sig.output else { return Ok(says_so) };
    if says_so {
        return Ok(true);
    }
    let output = future_output(ret).unwrap_or(ret);
    match return_kind(output) {
        ReturnKind::Result => Ok(true),
        ReturnKind::Other => Ok(false),
        ReturnKind::Unknown => Err(error!(
            output,
            "`{}` may be a `Result` by another name; put `#[retry]` or `#[retry(skip)]` on `{}`",
            source(output),
            method.sig.ident
        )),
    }
}
