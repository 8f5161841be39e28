//! The arguments of a function: the names that patterns bind, and what each attempt must see anew.

use proc_macro2::{Delimiter, Ident, Spacing, Span, TokenStream, TokenTree};
use quote::quote;
use syn::{
    Attribute, GenericArgument, Generics, Pat, PatIdent, PatParen, PathArguments, Token, Type,
    TypeParamBound, TypePath, WherePredicate,
};

use super::attributes;
use crate::parse::PRIMITIVES;

/// A name that an argument's pattern binds, with the type written for it where that can be told.
pub(crate) struct Binding<'a> {
    pub(crate) pattern: &'a mut PatIdent,
    pub(crate) ty: Option<&'a Type>,
    /// The attributes of the argument.
    attrs: &'a [Attribute],
    /// Whether the argument is this name and nothing else, so that what concerns the one concerns the other.
    pub(crate) is_whole: bool,
    /// Whether it stands for a name that was visited already, in an earlier alternative of the pattern.
    pub(crate) is_repeated: bool,
    /// Whether the argument itself is used, too, by what stands before the attempts.
    is_used_before: bool,
}

impl Binding<'_> {
    /// Whether the body may change what it is bound to: `mut x` or `ref mut x`, of a value.
    pub(crate) fn is_mutable(&self) -> bool {
        self.pattern.mutability.is_some()
    }

    /// Has each attempt bind the name anew.
    ///
    /// The `let` gets `x` or `mut x` as written, so that the compiler's lints see what the body makes of it. The argument
    /// gets a `mut` of the expansion, which no lint reports: the user could not remove it, and to Clippy the `let`
    /// shadows nothing.
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
            attrs: attributes::divide(self.attrs, self.is_whole && !self.is_used_before).binding,
            conditions: attributes::conditions(self.attrs),
            is_used_before: self.is_used_before,
        }
    }
}

/// Makes a name `mut` by the expansion.
fn make_mutable(mutability: &mut Option<Token![mut]>, name: &Ident) {
    let place = mutability.map_or(name.span(), |keyword| keyword.span);
    *mutability = Some(Token![mut](Span::mixed_site().located_at(place)));
}

/// Binds anew what `visit` chooses, and leaves the argument with the attributes that concern it. With `is_used_before`
/// statements before the attempts use the argument, too, as it is written.
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
        silence(pattern, &rebound);
    } else {
        *pattern = bare;
    }
    *attrs = attributes::divide(attrs, is_whole && !is_used_before).argument;
}

/// Silences the lints on those of `names` that `pattern` binds.
pub(crate) fn silence(pattern: &mut Pat, names: &[Ident]) {
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
        Pat::Reference(reference) => {
            let inner = match ty {
                Some(Type::Reference(ty)) => Some(&*ty.elem),
                _ => None,
            };
            let is_exclusive = reference.mutability.is_some();
            bindings(&mut reference.pat, inner, &mut |binding| {
                let pattern = binding.pattern;
                // `ref mut x` borrows from what the argument refers to, and not from the argument.
                let is_reborrow = is_exclusive && pattern.by_ref.is_some();
                let mutability = pattern.mutability.take_if(|_| is_reborrow);
                visit(Binding { pattern: &mut *pattern, ..binding });
                if is_reborrow {
                    pattern.mutability = mutability;
                }
            });
            // `&mut x` would be another pattern than `&(mut x)`.
            if matches!(&*reference.pat, Pat::Ident(ident) if ident.mutability.is_some()) {
                let pat = reference.pat.clone();
                *reference.pat = Pat::Paren(PatParen {
                    attrs: Vec::new(),
                    paren_token: syn::token::Paren::default(),
                    pat,
                });
            }
        }
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

/// A name that each attempt binds anew.
#[derive(Clone)]
pub(crate) struct Rebinding {
    /// `x`, `mut x` or `ref mut x`.
    pub(crate) pattern: TokenStream,
    pub(crate) name: Ident,
    pub(crate) how: Rebind,
    /// The attributes of the `let`.
    pub(crate) attrs: Vec<Attribute>,
    /// Those that decide whether the argument exists.
    pub(crate) conditions: Vec<Attribute>,
    /// Whether statements before the attempts use the argument, so that an attempt need not.
    pub(crate) is_used_before: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rebind {
    /// Asked for: `clone(x)`.
    Clone,
    /// Its type is plainly `Copy`.
    Copy,
    /// `mut x: &mut T`.
    Reborrow,
    /// `mut x: Pin<&mut T>`.
    ReborrowPin,
}

/// How a `mut` binding of a type can be bound anew without being cloned, if it can.
pub(crate) fn free_rebind(ty: Option<&Type>) -> Option<Rebind> {
    match ty? {
        Type::Reference(reference) if reference.mutability.is_some() => Some(Rebind::Reborrow),
        Type::Paren(paren) => free_rebind(Some(&paren.elem)),
        Type::Group(group) => free_rebind(Some(&group.elem)),
        ty if pinned(ty).is_some_and(|reference| reference.mutability.is_some()) => Some(Rebind::ReborrowPin),
        ty => is_plainly_copy(ty).then_some(Rebind::Copy),
    }
}

/// Whether a type is a reference, pinned or not: the next attempt borrows again what it refers to.
pub(crate) fn is_reference_type(ty: &Type) -> bool {
    match ty {
        Type::Reference(_) => true,
        Type::Paren(paren) => is_reference_type(&paren.elem),
        Type::Group(group) => is_reference_type(&group.elem),
        ty => pinned(ty).is_some(),
    }
}

/// The reference in `Pin<&T>` or `Pin<&mut T>`.
fn pinned(ty: &Type) -> Option<&syn::TypeReference> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == "Pin")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(Type::Reference(reference)) => Some(reference),
        _ => None,
    }
}

fn is_plainly_copy(ty: &Type) -> bool {
    if pinned(ty).is_some_and(|reference| reference.mutability.is_none()) {
        return true;
    }
    match ty {
        Type::Path(path) => {
            path.qself.is_none()
                && path.path.get_ident().is_some_and(|name| PRIMITIVES.iter().any(|copy| name == copy))
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

/// An argument that no attempt can have a clone of, as far as its type tells.
pub(crate) struct Unclonable {
    /// The type by which all attempts share it.
    pub(crate) shared: TokenStream,
    /// Whether it would be known to be `Clone` by another bound.
    pub(crate) can_be_bounded: bool,
}

/// What is only known by its traits, without `Clone` among them: a closure, a stream, a reader.
pub(crate) fn unclonable(ty: &Type, generics: &Generics) -> Option<Unclonable> {
    match ty {
        Type::Paren(paren) => unclonable(&paren.elem, generics),
        Type::Group(group) => unclonable(&group.elem, generics),
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

/// The bounds of a type parameter, in its list and in the `where` clause.
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

/// `Box<dyn …>`.
fn is_boxed_object(path: &TypePath) -> bool {
    let Some(last) = path.path.segments.last().filter(|segment| segment.ident == "Box") else { return false };
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return false };
    matches!(arguments.args.first(), Some(GenericArgument::Type(Type::TraitObject(_))))
}

/// A type as its author would write it.
pub(crate) fn readable(tokens: TokenStream) -> String {
    let mut text = String::new();
    let mut is_joined = false;
    for token in tokens {
        let token_text = match &token {
            TokenTree::Group(group) => {
                let inside = readable(group.stream());
                match group.delimiter() {
                    Delimiter::Parenthesis => format!("({inside})"),
                    Delimiter::Bracket => format!("[{inside}]"),
                    Delimiter::Brace => format!("{{{inside}}}"),
                    Delimiter::None => inside,
                }
            }
            token => token.to_string(),
        };
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let is_apart =
            text.ends_with(is_word) && token_text.starts_with(|c| is_word(c) || c == '&' || c == '\'');
        match &token {
            TokenTree::Punct(punct) => {
                let is_last = punct.spacing() == Spacing::Alone;
                match punct.as_char() {
                    '-' => text.push_str(" -"),
                    '>' if text.ends_with(" -") => text.push_str("> "),
                    '+' => text.push_str(" + "),
                    '=' => text.push_str(" = "),
                    ',' => text.push_str(", "),
                    ':' if is_last && !is_joined => text.push_str(": "),
                    c if is_apart => text.extend([' ', c]),
                    c => text.push(c),
                }
                is_joined = !is_last;
            }
            _ => {
                if is_apart || text.ends_with("&mut") {
                    text.push(' ');
                }
                text.push_str(&token_text);
                is_joined = false;
            }
        }
    }
    text
}

/// A type without parentheses and the invisible groups of `macro_rules`.
pub(crate) fn unwrapped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => unwrapped(&group.elem),
        Type::Paren(paren) => unwrapped(&paren.elem),
        ty => ty,
    }
}
