//! The rules between arguments and the function that they stand on.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Expr, Signature, Type};

use super::receiver::is_reference;
use super::validate_hedge::check_hedge;
use crate::diagnostics::Diagnostics;
use crate::function::{Shape, is_reference_type, type_arguments, typed, unwrapped};
use crate::parse::{Origin, RawArgs, source, ungrouped};

/// Checks every rule that concerns the arguments and their function.
pub(crate) fn check_function(args: &RawArgs, sig: &Signature, shape: &Shape, errors: &mut Diagnostics) {
    check_attempt_timeout_is_async(args, sig, shape, errors);
    check_hedge(args, sig, shape, errors);
    check_option_needs_no_error(args, sig, shape, errors);
    check_skip_stands_alone(args, errors);
    check_clones_are_arguments(args, sig, shape, errors);
    check_handle_hides_nothing(args, sig, shape, errors);
    check_futures_of_hooks_borrow_nothing(args, shape, errors);
    check_success_never_fails(args, shape, errors);
}

/// Refuses a hook whose future borrows the event: the event ends with the call of the hook, and the future lives
/// longer.
fn check_futures_of_hooks_borrow_nothing(args: &RawArgs, shape: &Shape, errors: &mut Diagnostics) {
    for hook in [args.on_retry.get(), args.on_give_up.get(), args.on_success.get()].into_iter().flatten() {
        let Expr::Closure(closure) = ungrouped(&hook.value) else { continue };
        let (Some(syn::Pat::Ident(event)), Expr::Async(future)) = (closure.inputs.first(), &*closure.body)
        else {
            continue;
        };
        let name = &event.ident;
        if shape.is_async && crate::function::mentions(&future.block.to_token_stream(), &name.to_string()) {
            let message = format!(
                "the future cannot borrow `{name}`, which ends with the call of `{}`; write `async |{name}| {{ … }}`",
                hook.key
            );
            errors.report(future.async_token, message);
        }
    }
}

/// Refuses a success type that is a `Result`, since a failure in it would end the call. The expansion checks the types
/// themselves, except where `impl Trait` keeps them from being written.
fn check_success_never_fails(args: &RawArgs, shape: &Shape, errors: &mut Diagnostics) {
    let Some(success) = shape.success().filter(|ty| shape.has_impl_trait() && is_result(ty)) else { return };
    if !args.retry_ok.is_set() {
        let message = format!(
            "a failure in `{}` would count as a success; return one `Result`, or write `retry_ok` to choose which \
             successes are retried",
            source(success)
        );
        errors.report(success, message);
    }
}

/// Returns whether a type has the name `Result`, or is an `Option` of one.
fn is_result(ty: &Type) -> bool {
    let Type::Path(path) = unwrapped(ty) else { return false };
    match path.path.segments.last() {
        Some(last) if last.ident == "Option" => type_arguments(&path.path).next().is_some_and(is_result),
        last => last.is_some_and(|last| last.ident == "Result"),
    }
}

/// Refuses `attempt_timeout` on a function that is not async: an attempt that blocks cannot be cancelled. An `impl`
/// block is checked as a whole.
fn check_attempt_timeout_is_async(args: &RawArgs, sig: &Signature, shape: &Shape, errors: &mut Diagnostics) {
    let Some(timeout) = args.attempt_timeout.get().filter(|given| given.origin == Origin::Own) else {
        return;
    };
    if !shape.is_async {
        let (key, name) = (&timeout.key, &sig.ident);
        let message = format!(
            "`{key}` cannot cancel `{name}`, which is not async; write `async fn`, or set a timeout on the client that it \
             calls (`deadline` limits only when attempts start)"
        );
        errors.report(key, message);
    }
}

/// Refuses arguments that return an error to the caller of a function that returns an `Option`.
fn check_option_needs_no_error(args: &RawArgs, sig: &Signature, shape: &Shape, errors: &mut Diagnostics) {
    if !matches!(unwrapped(&shape.ret), Type::Path(path) if is_called(path, "Option")) {
        return;
    }
    let name = &sig.ident;
    // A fallback receives the error instead of the caller.
    let error = args.error.get();
    if let Some(error) = error.filter(|_| !args.fallback.is_set()) {
        let (key, ty) = (&error.key, source(&error.value));
        let message = format!(
            "`{key}` hands a `RetryError` to the caller, and `{name}` returns an `Option`, which has no error; return \
             `Result<_, reattempt::RetryError<{ty}>>`"
        );
        errors.report(key, message);
    } else if let Some(timeout) = args.attempt_timeout.get().filter(|_| shape.is_async && error.is_none()) {
        let key = &timeout.key;
        let message = format!(
            "`{key}` fails an attempt with an error, and `{name}` returns an `Option`, which has none; return a `Result`"
        );
        errors.report(key, message);
    }
}

fn is_called(path: &syn::TypePath, name: &str) -> bool {
    path.path.segments.last().is_some_and(|last| last.ident == name)
}

/// Refuses `skip` on a function outside an `impl` block.
fn check_skip_stands_alone(args: &RawArgs, errors: &mut Diagnostics) {
    if let Some(skip) = args.skip.get() {
        let message = "`skip` exempts a method from `#[retry]` on its `impl` block; remove the attribute";
        errors.report(&skip.key, message);
    }
}

/// Refuses a name of the handle that hides an argument, or the attempt's number, from the body.
fn check_handle_hides_nothing(args: &RawArgs, sig: &Signature, shape: &Shape, errors: &mut Diagnostics) {
    let Some(name) = args.call.value() else { return };
    if argument_names(sig, shape).contains(name) {
        let message = format!(
            "`{name}` is an argument of `{}`; write another name, such as `call = handle`",
            sig.ident
        );
        errors.report(name, message);
    } else if args.attempt.value() == Some(name) {
        let message =
            format!("`attempt = {name}` has this name; write another name, such as `call = handle`");
        errors.report(name, message);
    }
}

/// Refuses to clone a name that is no argument, or an argument that an attempt cannot consume.
fn check_clones_are_arguments(args: &RawArgs, sig: &Signature, shape: &Shape, errors: &mut Diagnostics) {
    let Some(clones) = args.clone.get().filter(|clones| clones.origin == Origin::Own) else { return };
    let names = argument_names(sig, shape);
    for clone in &clones.value {
        if clone == "self" {
            match sig.receiver() {
                None => errors.report(clone, format!("`{}` has no `self` to clone; remove it", sig.ident)),
                Some(receiver) if is_reference(receiver) => {
                    let message = "every attempt borrows `self` anew, there is nothing to clone; remove it";
                    errors.report(clone, message);
                }
                Some(_) => {}
            }
        } else if !names.iter().any(|name| name == clone) {
            errors.report(clone, no_such_argument(clone, &names, &sig.ident));
        } else if typed(sig).any(|arg| is_bound_to_reference(arg, clone)) {
            let message = format!("`{clone}` is a reference, which every attempt borrows anew; remove it");
            errors.report(clone, message);
        }
    }
}

fn is_bound_to_reference(arg: &syn::PatType, name: &Ident) -> bool {
    matches!(&*arg.pat, syn::Pat::Ident(ident) if ident.ident == *name) && is_reference_type(&arg.ty)
}

fn no_such_argument(name: &Ident, names: &[Ident], function: &Ident) -> String {
    let distance = |other: &&Ident| strsim::osa_distance(&other.to_string(), &name.to_string());
    match names.iter().min_by_key(distance) {
        None => format!("`{function}` has no arguments to clone; remove `clone`"),
        Some(near) if distance(&near) <= 2 => {
            format!("`{name}` is no argument of `{function}`; write `clone({near})`")
        }
        Some(_) => {
            let all = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            format!("`{name}` is no argument of `{function}`; there are {all}")
        }
    }
}

/// Returns the names of all arguments in the body.
fn argument_names(sig: &Signature, shape: &Shape) -> Vec<Ident> {
    let mut names = Vec::new();
    shape.clone().bindings(&mut sig.clone(), &mut |binding| {
        names.push(binding.pattern.ident.clone());
        false
    });
    names
}
