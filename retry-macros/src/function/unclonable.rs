//! Arguments that cannot be cloned for each attempt, as far as their types show.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Generics, Type, TypeParamBound, TypePath, WherePredicate};

use super::types::{type_arguments, unwrapped};

/// An argument that attempts cannot clone, as far as its type shows.
pub(crate) struct Unclonable {
    /// The type by which all attempts share the argument.
    pub(crate) shared: TokenStream,
    /// Whether an additional bound would make it `Clone`.
    pub(crate) can_be_bounded: bool,
}

/// Returns an argument that is known only by its traits, without `Clone` among them: a closure, a stream, a reader.
pub(crate) fn unclonable(ty: &Type, generics: &Generics) -> Option<Unclonable> {
    let ty = unwrapped(ty);
    match ty {
        Type::ImplTrait(bounded) => {
            let bounds: Vec<_> = bounded.bounds.iter().collect();
            let shared = if bounds.len() == 1 { quote!(&mut #ty) } else { quote!(&mut (#ty)) };
            bounded_without_clone(&bounds, shared)
        }
        Type::Path(path) => match path.path.get_ident() {
            Some(parameter) => bounded_without_clone(&bounds_of(parameter, generics)?, quote!(&mut #ty)),
            None => {
                is_boxed_object(path).then(|| Unclonable { shared: quote!(&mut #ty), can_be_bounded: false })
            }
        },
        _ => None,
    }
}

fn bounded_without_clone(bounds: &[&TypeParamBound], shared: TokenStream) -> Option<Unclonable> {
    let has = |is_one: fn(&str) -> bool| {
        bounds.iter().any(|bound| match bound {
            TypeParamBound::Trait(bound) => {
                bound.path.segments.last().is_some_and(|name| is_one(&name.ident.to_string()))
            }
            _ => false,
        })
    };
    let is_closure = has(|name| ["FnOnce", "FnMut", "AsyncFnOnce", "AsyncFnMut"].contains(&name));
    let has_clone = has(|name| ["Clone", "Copy"].contains(&name));
    (!has_clone).then_some(Unclonable { shared, can_be_bounded: !is_closure })
}

/// Returns the bounds of a type parameter, in its list and in the `where` clause.
fn bounds_of<'a>(name: &Ident, generics: &'a Generics) -> Option<Vec<&'a TypeParamBound>> {
    let parameter = generics.type_params().find(|parameter| parameter.ident == *name)?;
    let predicates = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let clause = predicates.filter_map(|predicate| match predicate {
        WherePredicate::Type(bounded) => match &bounded.bounded_ty {
            Type::Path(path) if path.path.is_ident(name) => Some(&bounded.bounds),
            _ => None,
        },
        _ => None,
    });
    Some(parameter.bounds.iter().chain(clause.flatten()).collect())
}

/// Returns whether a type is `Box<dyn …>`.
fn is_boxed_object(path: &TypePath) -> bool {
    let is_box = path.path.segments.last().is_some_and(|segment| segment.ident == "Box");
    is_box
        && type_arguments(&path.path)
            .next()
            .is_some_and(|object| matches!(unwrapped(object), Type::TraitObject(_)))
}
