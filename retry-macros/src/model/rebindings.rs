//! The arguments that each attempt binds anew.

use proc_macro2::Ident;
use syn::{FnArg, Generics, Signature};

use super::receiver::is_reference;
use crate::diagnostics::Diagnostics;
use crate::function::{
    Binding, Rebind, Rebinding, Shape, is_reference_type, rebind_without_clone, unclonable,
};
use crate::parse::{Origin, RawArgs, source};

/// Returns the bindings that each attempt makes anew: arguments to clone, and `mut` arguments, whose changes must not
/// reach the next attempt. Removes the `mut` from the signature, where it would be unused.
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
        } else if let Some(how) = binding.ty.and_then(rebind_without_clone) {
            how
        } else {
            if !binding.is_repeated {
                errors.report(&*binding.pattern, would_leak(binding, &generics, args.hedge.get().is_some()));
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

/// Returns the message for a `mut` argument that cannot be bound anew. The copies of a hedged attempt cannot share it by a
/// `&mut`.
fn would_leak(binding: &Binding<'_>, generics: &Generics, is_hedged: bool) -> String {
    let name = &binding.pattern.ident;
    let wrong = format!("changes to `{name}` in one attempt would leak into the next");
    let Some(found) = binding.ty.and_then(|ty| unclonable(ty, generics)) else {
        return format!("{wrong}; write `clone({name})`");
    };
    if is_hedged {
        return if found.can_be_bounded {
            format!("{wrong}; add the bound `Clone` and write `clone({name})`")
        } else {
            format!("{wrong}, and `hedge` lends it to no copy; take a `&`, or a value that each copy clones")
        };
    }
    let ty = source(&found.shared);
    let share = if binding.is_whole { format!("write `{name}: {ty}`") } else { format!("take it as `{ty}`") };
    if found.can_be_bounded {
        format!("{wrong}; {share} to share it, or add the bound `Clone` and write `clone({name})`")
    } else {
        format!("{wrong}; {share} to share it")
    }
}

/// Refuses a `mut self` that is not cloned.
fn check_mut_self(clones: &[Ident], sig: &Signature, errors: &mut Diagnostics) {
    let Some(FnArg::Receiver(receiver)) = sig.inputs.first() else { return };
    if receiver.mutability.is_some() && !is_reference(receiver) && !clones.iter().any(|name| name == "self") {
        let message = "changes to `self` in one attempt would leak into the next; write `clone(self)`";
        errors.report(receiver, message);
    }
}
