//! The names that the patterns of arguments bind, and how each attempt binds them anew.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{Attribute, Pat, PatIdent, PatParen, PatReference, Token, Type};

use super::attributes;
use super::types::{is_plainly_copy, pinned, unwrapped};

/// A name that an argument's pattern binds, with its type if the spelling shows it.
pub(crate) struct Binding<'a> {
    pub(crate) pattern: &'a mut PatIdent,
    pub(crate) ty: Option<&'a Type>,
    /// The attributes of the argument.
    attrs: &'a [Attribute],
    /// Whether the argument binds only this name, so that its attributes concern the name.
    pub(crate) is_whole: bool,
    /// Whether an earlier alternative of the pattern binds the same name.
    pub(crate) is_repeated: bool,
    /// Whether statements before the attempts use the argument too.
    is_used_before: bool,
}

impl Binding<'_> {
    /// Returns whether the body can change the value: `mut x` or `ref mut x`.
    pub(crate) fn is_mutable(&self) -> bool {
        self.pattern.mutability.is_some()
    }

    /// Binds the name anew for each attempt.
    ///
    /// The `let` has `x` or `mut x` as it is written, so that the compiler's lints apply to its use in the body. The
    /// argument gets a `mut` that belongs to the expansion. No lint reports that one, which the user could not remove,
    /// and Clippy does not report the `let` as shadowing.
    pub(crate) fn rebind(&mut self, how: Rebind) -> Rebinding {
        let PatIdent { by_ref, mutability, ident, .. } = &mut *self.pattern;
        let (by_ref, mut written, name) = (by_ref.take(), *mutability, ident.clone());
        make_mutable(mutability, ident);
        if self.is_used_before && written.is_some() {
            make_mutable(&mut written, ident);
        }
        Rebinding {
            pattern: quote!(#by_ref #written #name),
            name,
            how,
            attrs: attributes::divide_attributes(self.attrs, self.is_whole && !self.is_used_before).binding,
            conditions: attributes::cfg_conditions(self.attrs),
            is_used_before: self.is_used_before,
        }
    }
}

/// Makes a name `mut`, with a `mut` that belongs to the expansion.
fn make_mutable(mutability: &mut Option<Token![mut]>, name: &Ident) {
    let place = mutability.map_or(name.span(), |keyword| keyword.span);
    *mutability = Some(Token![mut](Span::mixed_site().located_at(place)));
}

/// Binds the names anew that `visit` chooses, and leaves the argument with the attributes that concern it. With
/// `is_used_before`, statements before the attempts use the argument as it is written.
pub(crate) fn rebind_in(
    pattern: &mut Pat,
    ty: Option<&Type>,
    attrs: &mut Vec<Attribute>,
    is_used_before: bool,
    visit: &mut dyn FnMut(&mut Binding<'_>) -> bool,
) {
    let is_whole = is_whole(pattern);
    let (mut bare, mut rebound) = (pattern.clone(), Vec::new());
    bindings(&mut bare, ty, &mut |binding| {
        let mut binding = Binding { attrs: attrs.as_slice(), is_whole, is_used_before, ..binding };
        if visit(&mut binding) {
            rebound.push(binding.pattern.ident.clone());
        }
    });
    if rebound.is_empty() {
        return;
    }
    if is_used_before {
        silence_lints(pattern, &rebound);
    } else {
        *pattern = bare;
    }
    *attrs = attributes::divide_attributes(attrs, is_whole && !is_used_before).argument;
}

/// Silences the lints on those of `names` that `pattern` binds.
pub(crate) fn silence_lints(pattern: &mut Pat, names: &[Ident]) {
    bindings(pattern, None, &mut |Binding { pattern, .. }| {
        if names.contains(&pattern.ident) {
            make_mutable(&mut pattern.mutability, &pattern.ident);
        }
    });
}

fn is_whole(pattern: &Pat) -> bool {
    matches!(pattern, Pat::Ident(ident) if ident.subpat.is_none())
}

/// Calls `visit` for each name that `pattern` binds.
pub(crate) fn bindings(pattern: &mut Pat, ty: Option<&Type>, visit: &mut dyn FnMut(Binding<'_>)) {
    let ty = ty.map(unwrapped);
    match pattern {
        Pat::Ident(ident) => {
            if let Some((_, inner)) = &mut ident.subpat {
                bindings(inner, ty, visit);
            }
            visit(Binding {
                pattern: ident,
                ty,
                attrs: &[],
                is_whole: false,
                is_repeated: false,
                is_used_before: false,
            });
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
        Pat::Reference(reference) => bindings_behind_reference(reference, ty, visit),
        Pat::Paren(paren) => bindings(&mut paren.pat, ty, visit),
        Pat::TupleStruct(fields) => fields.elems.iter_mut().for_each(|field| bindings(field, None, visit)),
        Pat::Struct(fields) => {
            fields.fields.iter_mut().for_each(|field| bindings(&mut field.pat, None, visit));
        }
        Pat::Slice(elements) => elements.elems.iter_mut().for_each(|element| bindings(element, None, visit)),
        Pat::Or(cases) => {
            for (i, case) in cases.cases.iter_mut().enumerate() {
                bindings(case, ty, &mut |binding| {
                    let is_repeated = binding.is_repeated || i > 0;
                    visit(Binding { is_repeated, ..binding });
                });
            }
        }
        _ => {}
    }
}

fn bindings_behind_reference(
    reference: &mut PatReference,
    ty: Option<&Type>,
    visit: &mut dyn FnMut(Binding<'_>),
) {
    let inner = match ty {
        Some(Type::Reference(ty)) => Some(&*ty.elem),
        _ => None,
    };
    let is_exclusive = reference.mutability.is_some();
    bindings(&mut reference.pat, inner, &mut |binding| {
        let pattern = binding.pattern;
        // `ref mut x` borrows from the referent of the argument.
        let is_reborrow = is_exclusive && pattern.by_ref.is_some();
        let mutability = pattern.mutability.take_if(|_| is_reborrow);
        visit(Binding { pattern: &mut *pattern, ..binding });
        if is_reborrow {
            pattern.mutability = mutability;
        }
    });
    // `&mut x` is another pattern than `&(mut x)`.
    if matches!(&*reference.pat, Pat::Ident(ident) if ident.mutability.is_some()) {
        let pat = reference.pat.clone();
        *reference.pat =
            Pat::Paren(PatParen { attrs: Vec::new(), paren_token: syn::token::Paren::default(), pat });
    }
}

/// A name that each attempt binds anew.
#[derive(Clone)]
pub(crate) struct Rebinding {
    /// `x`, `mut x` or `ref mut x`.
    pub(crate) pattern: TokenStream,
    pub(crate) name: Ident,
    pub(crate) how: Rebind,
    /// The attributes of the `let`.
    pub(crate) attrs: Vec<Attribute>,
    /// The attributes that decide whether the argument exists.
    pub(crate) conditions: Vec<Attribute>,
    /// Whether statements before the attempts use the argument. An attempt may then leave it unused.
    pub(crate) is_used_before: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rebind {
    /// A clone, as `clone(x)` asks for.
    Clone,
    /// A copy: the type is certainly `Copy`.
    Copy,
    /// A reborrow of `mut x: &mut T`.
    Reborrow,
    /// A reborrow of `mut x: Pin<&mut T>`.
    ReborrowPin,
}

/// Returns how a `mut` binding of a type can be bound anew without a clone.
pub(crate) fn rebind_without_clone(ty: &Type) -> Option<Rebind> {
    match unwrapped(ty) {
        Type::Reference(reference) if reference.mutability.is_some() => Some(Rebind::Reborrow),
        ty if pinned(ty).is_some_and(|reference| reference.mutability.is_some()) => Some(Rebind::ReborrowPin),
        ty => is_plainly_copy(ty).then_some(Rebind::Copy),
    }
}
