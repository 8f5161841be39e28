//! Return types that are futures, and the output of the future.

use syn::{GenericArgument, Path, PathArguments, Type, TypeParamBound};

use super::types::{type_arguments, unwrapped};

/// Returns the output of a future: of `impl Future<Output = T>`, `Pin<Box<dyn Future<Output = T>>>`, or an alias with
/// the name `BoxFuture` or `LocalBoxFuture`.
pub(crate) fn future_output(ty: &Type) -> Option<&Type> {
    match unwrapped(ty) {
        Type::ImplTrait(future) => future.bounds.iter().find_map(bound_output),
        Type::TraitObject(future) => future.bounds.iter().find_map(bound_output),
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            let argument = type_arguments(&path.path).next_back()?;
            match last.ident.to_string().as_str() {
                "Pin" | "Box" => future_output(argument),
                "BoxFuture" | "LocalBoxFuture" => Some(argument),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Returns whether a type has the name of a future: `Self::Future`, `impl Future`, `Pin<Box<dyn SendFuture>>`.
pub(super) fn is_called_future(ty: &Type) -> bool {
    let is_future =
        |path: &Path| path.segments.last().is_some_and(|last| last.ident.to_string().ends_with("Future"));
    let is_bound = |bound: &TypeParamBound| match bound {
        TypeParamBound::Trait(bound) => is_future(&bound.path),
        _ => false,
    };
    match unwrapped(ty) {
        Type::ImplTrait(future) => future.bounds.iter().any(is_bound),
        Type::TraitObject(future) => future.bounds.iter().any(is_bound),
        Type::Path(path) => {
            let is_box =
                path.path.segments.last().is_some_and(|last| last.ident == "Pin" || last.ident == "Box");
            let is_boxed = || type_arguments(&path.path).next_back().is_some_and(is_called_future);
            is_future(&path.path) || (is_box && is_boxed())
        }
        _ => false,
    }
}

fn bound_output(bound: &TypeParamBound) -> Option<&Type> {
    let TypeParamBound::Trait(bound) = bound else { return None };
    let last = bound.path.segments.last().filter(|segment| segment.ident == "Future")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(output) if output.ident == "Output" => Some(&output.ty),
        _ => None,
    })
}
