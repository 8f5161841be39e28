//! The arguments of a function: the names that patterns bind, and what each attempt must see anew.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Pat, PatIdent, Type};

/// A name that an argument's pattern binds, with the type written for it where that can be told.
pub(crate) struct Binding<'a> {
    pub(crate) pattern: &'a mut PatIdent,
    pub(crate) ty: Option<&'a Type>,
}

impl Binding<'_> {
    /// Whether the body may change what it is bound to: `mut x` or `ref mut x`, of a value.
    pub(crate) fn is_mutable(&self) -> bool {
        self.pattern.mutability.is_some()
    }

    /// `mut x` as written; the pattern keeps the bare name.
    pub(crate) fn take_mutability(&mut self) -> TokenStream {
        let (by_ref, mutability, name) =
            (self.pattern.by_ref.take(), self.pattern.mutability.take(), &self.pattern.ident);
        quote!(#by_ref #mutability #name)
    }
}

/// Calls `visit` for each name that `pattern` binds.
pub(crate) fn bindings(pattern: &mut Pat, ty: Option<&Type>, visit: &mut dyn FnMut(Binding<'_>)) {
    match pattern {
        Pat::Ident(ident) => {
            if let Some((_, inner)) = &mut ident.subpat {
                bindings(inner, ty, visit);
            }
            visit(Binding { pattern: ident, ty });
        }
        Pat::Tuple(tuple) => {
            let types = match ty {
                Some(Type::Tuple(types)) if types.elems.len() == tuple.elems.len() => Some(&types.elems),
                _ => None,
            };
            for (i, element) in tuple.elems.iter_mut().enumerate() {
                bindings(element, types.and_then(|types| types.get(i)), visit);
            }
        }
        Pat::Reference(reference) => {
            let inner = match ty {
                Some(Type::Reference(ty)) => Some(&*ty.elem),
                _ => None,
            };
            bindings(&mut reference.pat, inner, visit);
        }
        Pat::Paren(paren) => bindings(&mut paren.pat, ty, visit),
        Pat::TupleStruct(fields) => fields.elems.iter_mut().for_each(|field| bindings(field, None, visit)),
        Pat::Struct(fields) => {
            fields.fields.iter_mut().for_each(|field| bindings(&mut field.pat, None, visit));
        }
        Pat::Slice(elements) => elements.elems.iter_mut().for_each(|element| bindings(element, None, visit)),
        Pat::Or(cases) => cases.cases.iter_mut().for_each(|case| bindings(case, ty, visit)),
        _ => {}
    }
}

/// A name that each attempt binds anew.
#[derive(Clone)]
pub(crate) struct Rebinding {
    /// `x`, `mut x` or `ref mut x`.
    pub(crate) pattern: TokenStream,
    pub(crate) name: Ident,
    pub(crate) how: Rebind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rebind {
    /// Asked for: `clone(x)`.
    Clone,
    /// Its type is plainly `Copy`.
    Copy,
    /// `mut x: &mut T`.
    Reborrow,
}

/// How a `mut` binding of a type can be bound anew without being cloned, if it can.
pub(crate) fn free_rebind(ty: Option<&Type>) -> Option<Rebind> {
    match ty? {
        Type::Reference(reference) if reference.mutability.is_some() => Some(Rebind::Reborrow),
        ty => is_plainly_copy(ty).then_some(Rebind::Copy),
    }
}

pub(crate) const COPY_NAMES: [&str; 16] = [
    "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f32", "f64",
    "bool", "char",
];

fn is_plainly_copy(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => {
            path.qself.is_none()
                && path.path.get_ident().is_some_and(|name| COPY_NAMES.iter().any(|copy| name == copy))
        }
        Type::Reference(reference) => reference.mutability.is_none(),
        Type::Tuple(tuple) => tuple.elems.iter().all(is_plainly_copy),
        Type::Array(array) => is_plainly_copy(&array.elem),
        Type::Paren(paren) => is_plainly_copy(&paren.elem),
        Type::Group(group) => is_plainly_copy(&group.elem),
        Type::Ptr(_) | Type::FnPtr(_) => true,
        _ => false,
    }
}
