//! Finds the lifetimes in a type.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{GenericArgument, GenericParam, Lifetime, Path, PathArguments, Type, TypeParamBound};

use super::types::unwrapped;

/// A lifetime in a type.
pub(super) struct Used {
    pub(super) place: TokenStream,
    /// The name; `None` if it is elided, as in `&T` or `'_`.
    pub(super) name: Option<String>,
    /// Whether only an exclusive borrow yields the type around it: `&'a mut T`, `IterMut<'a, T>`.
    pub(super) is_exclusive: bool,
}

impl Used {
    pub(super) fn new(lifetime: &Lifetime) -> Used {
        let name = Some(lifetime.ident.to_string()).filter(|name| name != "_");
        Used { place: lifetime.to_token_stream(), name, is_exclusive: false }
    }
}

/// Returns every lifetime in a type that can be one of the function's arguments.
pub(super) fn lifetimes(ty: &Type) -> Vec<Used> {
    let mut found = Lifetimes { bound: Vec::new(), found: Vec::new() };
    found.in_type(ty);
    found.found
}

struct Lifetimes {
    /// The names that an enclosing `for<…>` binds.
    bound: Vec<String>,
    found: Vec<Used>,
}

impl Lifetimes {
    fn add(&mut self, lifetime: &Lifetime, is_exclusive: bool) {
        let used = Used { is_exclusive, ..Used::new(lifetime) };
        if !used.name.as_ref().is_some_and(|name| self.bound.contains(name)) {
            self.found.push(used);
        }
    }

    fn in_type(&mut self, ty: &Type) {
        match unwrapped(ty) {
            Type::Reference(reference) => {
                let is_exclusive = reference.mutability.is_some();
                match &reference.lifetime {
                    Some(lifetime) => self.add(lifetime, is_exclusive),
                    None => {
                        let place = reference.and_token.to_token_stream();
                        self.found.push(Used { place, name: None, is_exclusive });
                    }
                }
                self.in_type(&reference.elem);
            }
            Type::Path(path) => {
                // `<T as Trait<'a>>::Item<'b>` is a type of its own, which can borrow only for its own arguments.
                let own = path.qself.as_ref().map_or(0, |qself| qself.position);
                self.in_path(&path.path, own);
            }
            Type::TraitObject(object) => object.bounds.iter().for_each(|bound| self.in_bound(bound)),
            Type::ImplTrait(opaque) => opaque.bounds.iter().for_each(|bound| self.in_bound(bound)),
            Type::Tuple(tuple) => tuple.elems.iter().for_each(|elem| self.in_type(elem)),
            Type::Array(array) => self.in_type(&array.elem),
            Type::Slice(slice) => self.in_type(&slice.elem),
            // A pointer borrows nothing. The lifetimes of a function pointer are those of its own arguments.
            _ => {}
        }
    }

    fn in_path(&mut self, path: &Path, from: usize) {
        for segment in path.segments.iter().skip(from) {
            // `Fn(&str) -> &str` binds its lifetimes as `fn(&str) -> &str` does.
            let PathArguments::AngleBracketed(arguments) = &segment.arguments else { continue };
            for argument in &arguments.args {
                match argument {
                    GenericArgument::Lifetime(lifetime) => {
                        self.add(lifetime, segment.ident.to_string().ends_with("Mut"));
                    }
                    GenericArgument::Type(ty) => self.in_type(ty),
                    GenericArgument::AssocType(assoc) => self.in_type(&assoc.ty),
                    GenericArgument::Constraint(constraint) => {
                        constraint.bounds.iter().for_each(|bound| self.in_bound(bound));
                    }
                    _ => {}
                }
            }
        }
    }

    fn in_bound(&mut self, bound: &TypeParamBound) {
        match bound {
            TypeParamBound::Lifetime(lifetime) => self.add(lifetime, false),
            TypeParamBound::Trait(bound) => {
                let before = self.bound.len();
                for parameter in bound.lifetimes.iter().flat_map(|bound| &bound.lifetimes) {
                    if let GenericParam::Lifetime(parameter) = parameter {
                        self.bound.push(parameter.lifetime.ident.to_string());
                    }
                }
                self.in_path(&bound.path, 0);
                self.bound.truncate(before);
            }
            // `use<'a>` allows a borrow and does not require one.
            _ => {}
        }
    }
}
