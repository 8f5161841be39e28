//! The rules between arguments, and between arguments and function. The rules on values are core's.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Expr, FnArg, Generics, Lit, Signature, Type};

use crate::diagnostics::Diagnostics;
use crate::function::{
    Binding, Rebind, Rebinding, Shape, free_rebind, is_reference_type, readable, type_arguments, typed,
    unclonable,
};
use crate::parse::{Backoff, JitterForm, Max, Origin, RawArgs, is_constant, literal, source, ungrouped};

/// Every rule that concerns the arguments alone.
pub(crate) fn check_arguments(args: &RawArgs, errors: &mut Diagnostics) {
    check_factor_has_effect(args, errors);
    check_decorrelated_stands_alone(args, errors);
    check_within_can_be_proven(args, errors);
    check_budget_has_effect(args, errors);
    check_shared_outlives_the_call(args, errors);
}

/// Every rule that concerns the arguments and the function that they stand on.
pub(crate) fn check_function(args: &RawArgs, sig: &Signature, shape: &Shape, errors: &mut Diagnostics) {
    check_attempt_timeout_is_async(args, sig, shape, errors);
    check_option_needs_no_error(args, sig, shape, errors);
    check_skip_stands_alone(args, errors);
    check_clones_are_arguments(args, sig, shape, errors);
    check_futures_of_hooks_borrow_nothing(args, shape, errors);
    check_success_never_fails(args, shape, errors);
}

/// The event lives only as long as the call of the hook, and the future that a closure returns longer.
fn check_futures_of_hooks_borrow_nothing(args: &RawArgs, shape: &Shape, errors: &mut Diagnostics) {
    for hook in [args.on_retry.get(), args.on_give_up.get()].into_iter().flatten() {
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

/// A failure in the success would end the call. The types are asked in the expansion, except where `impl Trait` keeps
/// them from being named.
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

/// Whether a type is called `Result`, or is an `Option` of one that is.
fn is_result(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    match path.path.segments.last() {
        Some(last) if last.ident == "Option" => type_arguments(&path.path).next().is_some_and(is_result),
        last => last.is_some_and(|last| last.ident == "Result"),
    }
}

/// Only an exponential backoff has a factor.
fn check_factor_has_effect(args: &RawArgs, errors: &mut Diagnostics) {
    if let (Some(factor), Some(backoff)) = (args.factor.get(), args.backoff.get()) {
        if backoff.value != Backoff::Exponential {
            let word = format!("{:?}", backoff.value).to_lowercase();
            let message = format!("`factor` has no effect with `backoff = {word}`; remove one of the two");
            errors.report(&factor.key, message);
        }
    }
}

/// Decorrelated jitter takes each delay from the one before; the backoff plays no part.
fn check_decorrelated_stands_alone(args: &RawArgs, errors: &mut Diagnostics) {
    let is_decorrelated =
        matches!(args.jitter.value(), Some(j) if matches!(j.form, JitterForm::Word("Decorrelated")));
    if !is_decorrelated {
        return;
    }
    let without_effect =
        [args.factor.get().map(|given| &given.key), args.backoff.get().map(|given| &given.key)];
    for key in without_effect.into_iter().flatten() {
        errors.report(
            key,
            format!("`{key}` has no effect with `jitter = decorrelated`; remove one of the two"),
        );
    }
}

/// A worst case that is known at compile time needs a limit on attempts, and a policy that is known then.
fn check_within_can_be_proven(args: &RawArgs, errors: &mut Diagnostics) {
    let Some(within) = args.within.get() else { return };
    if matches!(args.max.value(), Some(Max::Unlimited)) {
        let message =
            format!("`{}` cannot hold for unlimited attempts; write `max = 5` or use `deadline`", within.key);
        errors.report(&within.key, message);
    }
    if let Some(policy) = args.policy().filter(|policy| !is_constant(policy)) {
        let message = format!(
            "`{}` is proven at compile time, and `{}` is known at run time; name a constant or use `deadline`",
            within.key,
            policy.to_token_stream()
        );
        errors.report(&within.key, message);
    }
    if let Some(env) = args.env.get() {
        let message = format!(
            "`{}` is proven at compile time, and `{}` changes the policy at run time; remove one or use `deadline`",
            within.key, env.key
        );
        errors.report(&within.key, message);
    }
}

/// Only a retry is paid for.
fn check_budget_has_effect(args: &RawArgs, errors: &mut Diagnostics) {
    let (Some(budget), Some(Max::Attempts(max))) = (args.budget.get(), args.max.value()) else { return };
    let is_one = matches!(literal(max), Some(Lit::Int(number)) if number.base10_digits() == "1");
    if is_one && args.max.origin() == Some(budget.origin) {
        let message = "`budget` pays for retries, and with `max = 1` there is none; remove one of the two";
        errors.report(&budget.key, message);
    }
}

/// What is shared is not made anew for each call.
fn check_shared_outlives_the_call(args: &RawArgs, errors: &mut Diagnostics) {
    for (slot, ty) in [(&args.budget, "RetryBudget"), (&args.breaker, "CircuitBreaker")] {
        let Some(given) = slot.get().filter(|given| is_made(ungrouped(&given.value), ty)) else { continue };
        let (key, name) = (&given.key, given.key.to_string().to_uppercase());
        let message = format!(
            "a `{ty}` made here is new at every call and remembers nothing; put it into a `static`, write `{key} = {name}`"
        );
        errors.report(&given.value, message);
    }
}

/// Whether an expression calls a constructor of `ty`, and maybe setters after it.
fn is_made(value: &Expr, ty: &str) -> bool {
    match value {
        Expr::MethodCall(call) => is_made(&call.receiver, ty),
        Expr::Reference(reference) => is_made(&reference.expr, ty),
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => path.path.segments.iter().rev().nth(1).is_some_and(|owner| owner.ident == ty),
            _ => false,
        },
        _ => false,
    }
}

/// Nobody can cancel an attempt that blocks. An `impl` block is checked as a whole.
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

/// What gives an error to the caller has none to give in an `Option`.
fn check_option_needs_no_error(args: &RawArgs, sig: &Signature, shape: &Shape, errors: &mut Diagnostics) {
    if !matches!(&shape.ret, Type::Path(path) if is_called(path, "Option")) {
        return;
    }
    let name = &sig.ident;
    // A fallback takes the error in its place.
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

/// `skip` exempts a method; alone it says nothing.
fn check_skip_stands_alone(args: &RawArgs, errors: &mut Diagnostics) {
    if let Some(skip) = args.skip.get() {
        let message = "`skip` exempts a method from `#[retry]` on its `impl` block; remove the attribute";
        errors.report(&skip.key, message);
    }
}

/// What is cloned is an argument, and one of which an attempt could leave nothing.
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

pub(crate) fn is_reference(receiver: &syn::Receiver) -> bool {
    match &receiver.kind {
        syn::ReceiverKind::Reference(..) => true,
        syn::ReceiverKind::Typed(_, ty) => is_reference_type(ty),
        _ => false,
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

/// Every name that stands for an argument in the body.
fn argument_names(sig: &Signature, shape: &Shape) -> Vec<Ident> {
    let mut names = Vec::new();
    shape.clone().bindings(&mut sig.clone(), &mut |binding| {
        names.push(binding.pattern.ident.clone());
        false
    });
    names
}

/// What each attempt binds anew: arguments to clone, and `mut` bindings, whose changes must not reach the next
/// attempt. Takes the `mut` from the signature, which would be unused there.
pub(crate) fn rebindings(
    args: &RawArgs,
    sig: &mut Signature,
    shape: &mut Shape,
    errors: &mut Diagnostics,
) -> Vec<Rebinding> {
    let clones = args.clone.value().cloned().unwrap_or_default();
    let is_inherited = args.clone.origin() == Some(Origin::Impl);
    let mut rebindings = Vec::new();
    let generics = sig.generics.clone();
    shape.bindings(sig, &mut |binding| {
        let name = binding.pattern.ident.clone();
        let is_borrowed = binding.ty.is_some_and(is_reference_type);
        let how = if clones.contains(&name) && !(is_inherited && is_borrowed) {
            Rebind::Clone
        } else if !binding.is_mutable() {
            return false;
        } else if let Some(how) = free_rebind(binding.ty) {
            how
        } else {
            if !binding.is_repeated {
                errors.report(&*binding.pattern, would_leak(binding, &generics));
            }
            return false;
        };
        let rebinding = binding.rebind(how);
        if !binding.is_repeated {
            rebindings.push(rebinding);
        }
        true
    });
    check_mut_self(&clones, sig, errors);
    rebindings
}

/// What is wrong with a `mut` binding, and what to write instead.
fn would_leak(binding: &Binding<'_>, generics: &Generics) -> String {
    let name = &binding.pattern.ident;
    let wrong = format!("changes to `{name}` in one attempt would leak into the next");
    let Some(found) = binding.ty.and_then(|ty| unclonable(ty, generics)) else {
        return format!("{wrong}; write `clone({name})`");
    };
    let ty = readable(found.shared);
    let share = if binding.is_whole { format!("write `{name}: {ty}`") } else { format!("take it as `{ty}`") };
    if found.can_be_bounded {
        format!("{wrong}; {share} to share it, or add the bound `Clone` and write `clone({name})`")
    } else {
        format!("{wrong}; {share} to share it")
    }
}

/// The same for `mut self`.
fn check_mut_self(clones: &[Ident], sig: &Signature, errors: &mut Diagnostics) {
    let Some(FnArg::Receiver(receiver)) = sig.inputs.first() else { return };
    if receiver.mutability.is_some() && !is_reference(receiver) && !clones.iter().any(|name| name == "self") {
        let message = "changes to `self` in one attempt would leak into the next; write `clone(self)`";
        errors.report(receiver, message);
    }
}
