//! Finds the arguments from which the result borrows, by the rules of lifetime elision.
//!
//! A result that borrows from a `&mut` argument keeps it borrowed, so the compiler allows no second attempt, in a
//! hand-written loop either.

use syn::{FnArg, Lifetime, ReceiverKind, Signature, Type, WherePredicate};

use super::lifetimes::{Used, lifetimes};
use super::types::{type_arguments, unwrapped};
use crate::diagnostics::bail;
use crate::parse::source;

/// Refuses a result that can only borrow from a `&mut` argument.
pub(crate) fn refuse_exclusive(sig: &Signature, ret: &Type) -> syn::Result<()> {
    let borrowed = lifetimes(ret);
    if borrowed.is_empty() {
        return Ok(());
    }
    let inputs = Inputs::of(sig);
    for used in borrowed {
        match inputs.exclusive_source(&used) {
            None => {}
            Some(Exclusive::Only(source)) => bail!(
                used.place,
                "the result borrows from `{source}`, which the next attempt needs; return an owned value"
            ),
            Some(Exclusive::OneOf(source)) => bail!(
                used.place,
                "the result may borrow from `{source}`, which the next attempt needs; give `{source}` another lifetime, \
                 or return an owned value"
            ),
        }
    }
    Ok(())
}

/// An argument that is borrowed exclusively and from which the result borrows.
#[derive(Debug, PartialEq, Eq)]
enum Exclusive<'a> {
    Only(&'a str),
    /// The result may borrow from another argument of the same lifetime, but a shared borrow cannot yield its type.
    OneOf(&'a str),
}

/// A lifetime of the arguments: named, or elided in an argument.
#[derive(Clone, PartialEq, Eq)]
enum Region {
    Named(String),
    Anonymous(usize),
}

/// An occurrence of a lifetime in the arguments.
struct Input {
    region: Region,
    /// The argument, if it is borrowed exclusively for this lifetime.
    exclusive: Option<String>,
}

struct Inputs {
    all: Vec<Input>,
    /// The lifetime for which an elided lifetime in the return type stands.
    elided: Option<Region>,
    /// The bounds `'a: 'b`, as pairs of the longer and the shorter lifetime.
    outlives: Vec<(String, String)>,
}

impl Inputs {
    fn of(sig: &Signature) -> Inputs {
        let mut inputs = Inputs { all: Vec::new(), elided: None, outlives: outlives(sig) };
        let mut receiver = None;
        for input in &sig.inputs {
            match input {
                FnArg::Receiver(argument) => {
                    let text = source(argument);
                    receiver = match &argument.kind {
                        ReceiverKind::Reference(_, lifetime, mutability) => {
                            Some(inputs.add(lifetime.as_ref().map(Used::new), mutability.map(|_| text)))
                        }
                        ReceiverKind::Typed(_, ty) => inputs.add_receiver(ty, &text),
                        _ => None,
                    };
                }
                FnArg::Typed(argument) => inputs.add_argument(&argument.ty, || source(&argument.pat)),
            }
        }
        // Elision uses the lifetime of `self`, or the only lifetime of the arguments.
        inputs.elided = receiver.or_else(|| {
            let first = inputs.all.first()?.region.clone();
            inputs.all.iter().all(|input| input.region == first).then_some(first)
        });
        inputs
    }

    fn add(&mut self, used: Option<Used>, exclusive: Option<String>) -> Region {
        let region = match used.and_then(|used| used.name) {
            Some(name) => Region::Named(name),
            None => Region::Anonymous(self.all.len()),
        };
        self.all.push(Input { region: region.clone(), exclusive });
        region
    }

    /// Adds the lifetimes of an argument. A reference is borrowed for the first of them.
    fn add_argument(&mut self, ty: &Type, name: impl Fn() -> String) {
        let is_exclusive = borrowed_by(ty).is_some_and(|reference| reference.mutability.is_some());
        for (i, used) in lifetimes(ty).into_iter().enumerate() {
            self.add(Some(used), (is_exclusive && i == 0).then(&name));
        }
    }

    /// Adds the lifetime of the reference in `self: &Self`, `self: Pin<&mut Self>` and the like.
    fn add_receiver(&mut self, ty: &Type, text: &str) -> Option<Region> {
        let Some(reference) = reference_in(ty) else {
            self.add_argument(ty, || text.to_owned());
            return None;
        };
        let used = reference.lifetime.as_ref().map(Used::new);
        Some(self.add(used, reference.mutability.map(|_| text.to_owned())))
    }

    /// Returns the argument from which a lifetime in the return type borrows, if that is borrowed exclusively.
    fn exclusive_source(&self, used: &Used) -> Option<Exclusive<'_>> {
        let region = match &used.name {
            Some(name) if name == "static" => return None,
            Some(name) => Region::Named(name.clone()),
            None => self.elided.clone()?,
        };
        let is_source = |input: &&Input| self.can_be(&input.region, &region);
        let exclusive = self.all.iter().filter(is_source).find_map(|input| input.exclusive.as_deref())?;
        let is_only = self.all.iter().filter(is_source).all(|input| input.exclusive.is_some());
        if is_only {
            return Some(Exclusive::Only(exclusive));
        }
        // The value may come from the argument with the shared borrow. The compiler sees the body and decides.
        used.is_exclusive.then_some(Exclusive::OneOf(exclusive))
    }

    /// Returns whether a borrow for `longer` can be returned for `shorter`.
    fn can_be(&self, longer: &Region, shorter: &Region) -> bool {
        let (Region::Named(longer), Region::Named(shorter)) = (longer, shorter) else {
            return longer == shorter;
        };
        let (mut reached, mut next) = (vec![longer], 0_usize);
        while let Some(name) = reached.get(next).copied() {
            let shorter =
                self.outlives.iter().filter(|(longer, _)| longer == name).map(|(_, shorter)| shorter);
            let new: Vec<_> = shorter.filter(|name| !reached.contains(name)).collect();
            reached.extend(new);
            next = next.saturating_add(1);
        }
        reached.contains(&shorter)
    }
}

/// Returns the bounds between lifetimes, of the parameters and of the `where` clause.
fn outlives(sig: &Signature) -> Vec<(String, String)> {
    let parameters = sig.generics.lifetimes().map(|parameter| (&parameter.lifetime, &parameter.bounds));
    let clause = sig.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let predicates = clause.filter_map(|predicate| match predicate {
        WherePredicate::Lifetime(predicate) => Some((&predicate.lifetime, &predicate.bounds)),
        _ => None,
    });
    let pairs = |(longer, shorter): (&Lifetime, _)| {
        let shorter: &syn::punctuated::Punctuated<Lifetime, _> = shorter;
        let longer = longer.ident.to_string();
        shorter.iter().map(|shorter| (longer.clone(), shorter.ident.to_string())).collect::<Vec<_>>()
    };
    parameters.chain(predicates).flat_map(pairs).collect()
}

fn reference_in(ty: &Type) -> Option<&syn::TypeReference> {
    match unwrapped(ty) {
        Type::Reference(reference) => Some(reference),
        Type::Path(path) => type_arguments(&path.path).find_map(reference_in),
        _ => None,
    }
}

/// Returns the reference in an argument of type `&T` or `Pin<&T>`.
fn borrowed_by(ty: &Type) -> Option<&syn::TypeReference> {
    match unwrapped(ty) {
        Type::Reference(reference) => Some(reference),
        Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Pin") => {
            type_arguments(&path.path).next().and_then(borrowed_by)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the argument in the error message.
    fn refused(head: &str) -> Option<String> {
        let sig: Signature = syn::parse_str(head).unwrap_or_else(|error| panic!("{head}: {error}"));
        let syn::ReturnType::Type(_, ret) = &sig.output else { panic!("{head}") };
        let message = refuse_exclusive(&sig, ret).err()?.to_string();
        Some(message.split('`').nth(1)?.to_owned())
    }

    #[test]
    fn a_borrow_of_an_exclusive_argument_is_refused() {
        for (head, argument) in [
            ("fn f(&mut self) -> Result<&str, E>", "&mut self"),
            ("fn f(&mut self) -> Result<Ref<'_, T>, E>", "&mut self"),
            ("fn f(&mut self, name: &str) -> Option<&T>", "&mut self"),
            ("fn f<'a>(&'a mut self) -> Result<(u8, [&'a str; 2]), E>", "&'a mut self"),
            ("fn f(self: &mut Self) -> Option<&T>", "self: &mut Self"),
            ("fn f(self: Pin<&mut Self>) -> Option<&T>", "self: Pin<&mut Self>"),
            ("fn f(buffer: &mut Vec<u8>) -> Option<&u8>", "buffer"),
            ("fn f<'a>(buffer: &'a mut Vec<u8>) -> Option<&u8>", "buffer"),
            ("fn f<'a>(buffer: &'a mut Vec<u8>, name: &str) -> Option<&'a u8>", "buffer"),
            ("fn f<'a>(&self, buffer: &'a mut Vec<u8>) -> Option<&'a u8>", "buffer"),
            ("fn f<'a, 'b: 'a>(buffer: &'b mut Vec<u8>) -> Option<&'a u8>", "buffer"),
            ("fn f<'a, 'b, 'c>(b: &'c mut T) -> Option<&'a u8> where 'c: 'b, 'b: 'a", "b"),
            ("fn f<'a>(a: &'a mut T, b: &'a mut T) -> Option<&'a u8>", "a"),
            ("fn f<'a>(a: &'a mut T, b: Pin<&'a mut T>) -> Option<&'a u8>", "a"),
            ("fn f(buffer: Pin<&mut Vec<u8>>) -> Option<&u8>", "buffer"),
            ("fn f(self, buffer: &mut Vec<u8>) -> Option<&u8>", "buffer"),
            ("fn f(self: Arc<Self>, buffer: &mut Vec<u8>) -> Option<&u8>", "buffer"),
            ("fn f(f: impl Fn(&str), buffer: &mut Vec<u8>) -> Option<&u8>", "buffer"),
            ("fn f(&mut self) -> Result<Box<dyn Iterator<Item = u8> + '_>, E>", "&mut self"),
            ("fn f(&mut self) -> Result<Box<dyn Iterator<Item = &u8> + '_>, E>", "&mut self"),
            ("fn f(&mut self) -> Result<impl Iterator<Item = u8> + '_, E>", "&mut self"),
            ("fn f(&mut self) -> Result<<T as Source>::Item<'_>, E>", "&mut self"),
            ("fn f(&mut self) -> Result<Box<dyn for<'a> Visit<'a, Out = &T>>, E>", "&mut self"),
            ("fn f(&mut self) -> Result<fn(&str), &str>", "&mut self"),
            ("async fn f(&mut self) -> Result<&mut T, E>", "&mut self"),
        ] {
            assert_eq!(refused(head).as_deref(), Some(argument), "{head}");
        }
    }

    #[test]
    fn a_lifetime_that_an_exclusive_argument_shares_is_refused_with_a_way_out() {
        for head in [
            "fn f<'a>(&'a self, buffer: &'a mut Vec<u8>) -> Option<&'a mut u8>",
            "fn f<'a>(text: &'a str, buffer: &'a mut Vec<u8>) -> Option<slice::IterMut<'a, u8>>",
            "fn f<'a>(parser: Parser<'a>, buffer: &'a mut Log) -> Option<(u32, &'a mut str)>",
            "fn f<'a, 'b: 'a>(text: &'a str, buffer: &'b mut Log) -> Option<&'a mut str>",
        ] {
            let sig: Signature = syn::parse_str(head).unwrap();
            let syn::ReturnType::Type(_, ret) = &sig.output else { panic!("{head}") };
            let message = refuse_exclusive(&sig, ret).unwrap_err().to_string();
            assert!(message.contains("give `buffer` another lifetime"), "{head}: {message}");
        }
    }

    #[test]
    fn any_other_result_is_not() {
        for head in [
            "fn f(&mut self) -> Result<String, E>",
            "fn f(&mut self) -> Result<&'static str, E>",
            "fn f(&mut self) -> Result<fn(&str) -> usize, E>",
            "fn f(&mut self) -> Result<for<'a> fn(&'a str) -> &'a str, E>",
            "fn f(&mut self) -> Result<unsafe extern \"C\" fn(*const &u8, fn(&u8)), E>",
            "fn f(&mut self) -> Result<Box<dyn Fn(&str) -> &str>, E>",
            "fn f(&mut self) -> Result<Box<dyn for<'a> Fn(&'a str) -> &'a str + Send>, E>",
            "fn f(&mut self) -> Result<Box<dyn for<'a> Visit<'a, Out = &'a T>>, E>",
            "fn f(&mut self) -> Result<impl Fn(&str) -> bool, E>",
            "fn f(&mut self) -> Result<impl AsyncFn(&'_ str), E>",
            "fn f(&mut self) -> Result<impl Iterator<Item = u8>, E>",
            "fn f(&mut self) -> Result<impl Iterator<Item = u8> + use<'_>, E>",
            "fn f(&mut self) -> Result<Vec<Box<dyn FnMut(&mut [u8])>>, E>",
            "fn f(&mut self) -> Result<Option<fn(&u32) -> bool>, E>",
            "fn f(&mut self) -> Result<*const &u8, E>",
            "fn f(&mut self) -> Result<[u8; { 1 & 3 }], E>",
            "fn f(&mut self) -> Result<Flags<{ A & B }>, E>",
            "fn f(&mut self) -> Result<<&T as Source>::Item, E>",
            "fn f<'a>(&mut self, name: &'a str) -> Result<&'a str, E>",
            "fn f<'a>(&self, buffer: &'a mut Vec<u8>) -> Option<&u8>",
            "fn f(&self, buffer: &mut Vec<u8>) -> Option<&u8>",
            "fn f(self: &Self, buffer: &mut Vec<u8>) -> Option<&u8>",
            "fn f(self: &Arc<Self>, buffer: &mut Vec<u8>) -> Option<&u8>",
            "fn f(self: Pin<&Self>, buffer: &mut Vec<u8>) -> Option<&u8>",
            "fn f<'a>(&'a self, buffer: &'a mut Vec<u8>) -> Option<&'a u8>",
            "fn f<'a>(text: &'a str, buffer: &'a mut Vec<u8>) -> Option<&'a str>",
            "fn f<'a>(parser: Parser<'a>, log: &'a mut Log) -> Option<&'a str>",
            "fn f<'a, 'b>(text: &'a str, log: &'b mut Log) -> Option<&'a str>",
            "fn f<'a: 'b, 'b>(text: &'a str, log: &'b mut Log) -> Option<&'a str>",
            "fn f<'a>(items: &mut Iter<'a, u8>) -> Option<&'a u8>",
            "fn f<'a>(text: &mut &'a str) -> Option<&'a str>",
            "fn f(buffer: &'static mut [u8]) -> Result<u8, &'static str>",
            "fn f(count: &mut u32) -> Option<fn(&u32) -> bool>",
        ] {
            assert_eq!(refused(head), None, "{head}");
        }
    }
}
