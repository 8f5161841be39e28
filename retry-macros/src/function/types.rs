//! Analyses types by their spelling: the macro sees tokens and cannot resolve names.

use syn::{GenericArgument, Path, PathArguments, Type};

use crate::parse::PRIMITIVES;

/// Returns a type without parentheses and the invisible groups of `macro_rules`.
pub(crate) fn unwrapped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => unwrapped(&group.elem),
        Type::Paren(paren) => unwrapped(&paren.elem),
        ty => ty,
    }
}

/// Returns the types in the angle brackets of a path's last segment.
pub(crate) fn type_arguments(path: &Path) -> impl DoubleEndedIterator<Item = &Type> {
    let arguments = match path.segments.last().map(|last| &last.arguments) {
        Some(PathArguments::AngleBracketed(arguments)) => Some(&arguments.args),
        _ => None,
    };
    arguments.into_iter().flatten().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// Returns whether a type consists of names alone, such as `Result<u32, io::Error>`. No lifetime, `impl` or `dyn` has to
/// be searched in it.
pub(super) fn has_only_names(ty: &Type) -> bool {
    let is_name =
        |argument: &GenericArgument| matches!(argument, GenericArgument::Type(ty) if has_only_names(ty));
    match ty {
        Type::Path(path) if path.qself.is_none() => {
            path.path.segments.iter().all(|segment| match &segment.arguments {
                PathArguments::None => true,
                PathArguments::AngleBracketed(arguments) => arguments.args.iter().all(is_name),
                PathArguments::Parenthesized(_) => false,
            })
        }
        Type::Tuple(tuple) => tuple.elems.iter().all(has_only_names),
        _ => false,
    }
}

/// Returns whether a type is a reference, pinned or not. Each attempt borrows the referent again.
pub(crate) fn is_reference_type(ty: &Type) -> bool {
    matches!(unwrapped(ty), Type::Reference(_)) || pinned(ty).is_some()
}

/// Returns the reference in `Pin<&T>` or `Pin<&mut T>`.
pub(super) fn pinned(ty: &Type) -> Option<&syn::TypeReference> {
    let Type::Path(path) = unwrapped(ty) else { return None };
    path.path.segments.last().filter(|segment| segment.ident == "Pin")?;
    match unwrapped(type_arguments(&path.path).next()?) {
        Type::Reference(reference) => Some(reference),
        _ => None,
    }
}

pub(super) fn is_plainly_copy(ty: &Type) -> bool {
    if pinned(ty).is_some_and(|reference| reference.mutability.is_none()) {
        return true;
    }
    match unwrapped(ty) {
        Type::Path(path) => {
            path.qself.is_none()
                && path.path.get_ident().is_some_and(|name| PRIMITIVES.contains(&&*name.to_string()))
        }
        Type::Reference(reference) => reference.mutability.is_none(),
        Type::Tuple(tuple) => tuple.elems.iter().all(is_plainly_copy),
        Type::Array(array) => is_plainly_copy(&array.elem),
        Type::Ptr(_) | Type::FnPtr(_) => true,
        _ => false,
    }
}
