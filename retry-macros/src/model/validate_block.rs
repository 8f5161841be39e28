//! The rules between arguments and the `impl` block that they stand on.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{FnArg, Type};

use super::receiver::is_reference;
use crate::diagnostics::Diagnostics;
use crate::function::{ImplBlock, ImplItem, mentions, unwrapped};
use crate::parse::RawArgs;

/// Checks every rule that concerns the arguments of a block as a whole.
pub(crate) fn check_block(args: &RawArgs, block: &ImplBlock, errors: &mut Diagnostics) {
    refuse_skip(args, errors);
    check_clones_exist(args, block, errors);
}

/// Refuses other arguments beside `skip` on a method.
pub(crate) fn check_skip_on_method(args: Option<&RawArgs>, skip: &Ident, errors: &mut Diagnostics) {
    for key in args.into_iter().flat_map(RawArgs::keys).filter(|key| *key != skip) {
        errors.report(key, format!("`{key}` has no effect with `skip`; remove one of the two"));
    }
}

/// Refuses `attempt_timeout` and `hedge` if a method is not async: an attempt that blocks cannot be cancelled, and its
/// copies cannot run beside it.
pub(crate) fn check_no_method_blocks(args: &RawArgs, blocking: &[String], errors: &mut Diagnostics) {
    if blocking.is_empty() {
        return;
    }
    let names = blocking.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if let Some(hedge) = args.hedge.get() {
        let key = &hedge.key;
        let message = format!(
            "`{key}` cannot run copies of {names} beside each other, not being async; write `async fn`, or `{key}` on the \
             async methods alone"
        );
        errors.report(key, message);
    }
    if let Some(timeout) = args.attempt_timeout.get() {
        let key = &timeout.key;
        let message = format!(
            "`{key}` cannot cancel {names}, not being async; write `async fn`, or `{key}` on the async methods alone \
             (`deadline` limits only when attempts start)"
        );
        errors.report(key, message);
    }
}

/// Refuses `skip` on a block, where it would skip every method.
fn refuse_skip(args: &RawArgs, errors: &mut Diagnostics) {
    if let Some(skip) = args.skip.get() {
        errors
            .report(&skip.key, "`skip` exempts a single method; remove the attribute from the `impl` block");
    }
}

/// Refuses to clone an argument that no method has by value.
fn check_clones_exist(args: &RawArgs, block: &ImplBlock, errors: &mut Diagnostics) {
    for name in args.clone.value().into_iter().flatten() {
        let has_it = |item: &ImplItem| match item {
            ImplItem::Method(method) => method.sig.inputs.iter().any(|input| binds(input, name)),
            ImplItem::Other(_) => false,
        };
        if !block.items.iter().any(has_it) {
            let what = if name == "self" { "takes `self` by value" } else { "has such an argument by value" };
            errors.report(name, format!("`{name}` is never used up, no method here {what}; remove it"));
        }
    }
}

fn binds(input: &FnArg, name: &Ident) -> bool {
    match input {
        FnArg::Receiver(receiver) => name == "self" && !is_reference(receiver),
        FnArg::Typed(arg) => {
            !matches!(unwrapped(&arg.ty), Type::Reference(_))
                && mentions(&arg.pat.to_token_stream(), &name.to_string())
        }
    }
}
