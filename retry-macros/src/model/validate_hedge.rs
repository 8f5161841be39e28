//! The rules between `hedge` and the function that it stands on: copies of the body run beside each other.

use proc_macro2::Ident;
use syn::{FnArg, GenericArgument, PathArguments, Receiver, ReceiverKind, Signature, Type};

use super::receiver::is_reference;
use crate::diagnostics::Diagnostics;
use crate::function::{Shape, unwrapped};
use crate::parse::{Origin, RawArgs, source};

/// Checks that copies of the body of a function can run beside each other.
pub(super) fn check_hedge(args: &RawArgs, sig: &Signature, shape: &Shape, errors: &mut Diagnostics) {
    let Some(hedge) = args.hedge.get() else { return };
    let (key, name) = (&hedge.key, &sig.ident);
    if !shape.is_async {
        // An `impl` block is checked as a whole.
        if hedge.origin == Origin::Own {
            let message = format!(
                "`{key}` runs copies of an attempt beside it, and `{name}` is not async; write `async fn`, or remove it"
            );
            errors.report(key, message);
        }
        return;
    }
    for input in &sig.inputs {
        check_input(input, key, errors);
    }
    let is_cloned = |name: &&Ident| **name == "self";
    let cloned = args.clone.value().into_iter().flatten().find(is_cloned);
    if let Some(cloned) = cloned.filter(|_| !shape.renames_self()) {
        if sig.receiver().is_some_and(|receiver| !is_reference(receiver)) {
            let message = format!(
                "`{key}` runs copies of `{name}` beside each other, which share `self`; take `&self`"
            );
            errors.report(cloned, message);
        }
    }
}

/// Refuses an argument that lends something to one copy alone.
fn check_input(input: &FnArg, key: &Ident, errors: &mut Diagnostics) {
    match input {
        FnArg::Receiver(receiver) if is_exclusive_receiver(receiver) => {
            let message = format!(
                "`{key}` runs copies of an attempt beside it, and `{}` can be lent to only one; take `&self`",
                source(receiver)
            );
            errors.report(receiver, message);
        }
        FnArg::Typed(argument) if is_exclusive(&argument.ty) => {
            let message = format!(
                "`{key}` runs copies of an attempt beside it, and `{}` can be lent to only one; take a `&`, or a value \
                 that each copy clones",
                source(&argument.ty)
            );
            errors.report(&argument.ty, message);
        }
        _ => {}
    }
}

fn is_exclusive_receiver(receiver: &Receiver) -> bool {
    match &receiver.kind {
        ReceiverKind::Reference(_, _, mutability) => mutability.is_some(),
        ReceiverKind::Typed(_, ty) => is_exclusive(ty),
        _ => false,
    }
}

/// Returns whether the spelling of a type shows a `&mut` that a value of it contains.
fn is_exclusive(ty: &Type) -> bool {
    match unwrapped(ty) {
        Type::Reference(reference) => reference.mutability.is_some() || is_exclusive(&reference.elem),
        Type::Tuple(tuple) => tuple.elems.iter().any(is_exclusive),
        Type::Array(array) => is_exclusive(&array.elem),
        Type::Slice(slice) => is_exclusive(&slice.elem),
        Type::Path(path) => path.path.segments.iter().any(|segment| match &segment.arguments {
            PathArguments::AngleBracketed(arguments) => arguments
                .args
                .iter()
                .any(|argument| matches!(argument, GenericArgument::Type(ty) if is_exclusive(ty))),
            _ => false,
        }),
        _ => false,
    }
}
