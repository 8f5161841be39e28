//! Whether the body of a blocking function can be a closure, beside the expressions of the attribute that use the same
//! arguments. Where it cannot, the body is in a loop with them.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Expr, FnArg, GenericArgument, LitStr, PathArguments, ReceiverKind, Signature, Type};

use crate::function::{Rebinding, Shape, mentions, parameters, unwrapped};
use crate::parse::{PRIMITIVES, RawArgs, Selector};

/// Types of the standard library whose values contain no `&mut`.
const OWNED: [&str; 8] =
    ["Duration", "Instant", "IpAddr", "OsString", "PathBuf", "SocketAddr", "String", "SystemTime"];

/// Types of the standard library whose values contain no `&mut`, unless their parameters do.
const OWNED_WITH_PARAMETERS: [&str; 10] =
    ["Arc", "BTreeMap", "BTreeSet", "Box", "HashMap", "HashSet", "Option", "Rc", "Vec", "VecDeque"];

/// Returns whether the body can be a closure: the function is blocking, the expressions of the attribute need nothing that
/// a loop defines for the body, and none of them borrows what the body changes or consumes.
pub(super) fn can_be_closure(
    args: &RawArgs,
    sig: &Signature,
    shape: &Shape,
    rebindings: &[Rebinding],
) -> bool {
    if shape.is_async || shape.has_caller || args.attempt_timeout.is_set() {
        return false;
    }
    let (rules, plans) = (Words::of_rules(args), Words::of_plans(args));
    let numbers = args.attempt.value().is_some_and(|number| rules.contain(number) || plans.contain(number));
    !numbers
        && !is_rebound(rebindings, &rules, &plans)
        && !is_shared_with_rule(&rules, args, sig)
        && !is_shared_with_plan(&plans, sig, &shape.attempt)
}

/// Returns whether an expression uses an argument that each attempt binds anew, and may change or consume it.
fn is_rebound(rebindings: &[Rebinding], rules: &Words, plans: &Words) -> bool {
    rebindings.iter().any(|rebinding| {
        plans.contain(&rebinding.name)
            || (rules.contain(&rebinding.name) && mentions(&rebinding.pattern, "mut"))
    })
}

/// Returns whether a rule uses an argument that the body may borrow exclusively. The body and the rule then cannot be
/// closures that exist at the same time.
fn is_shared_with_rule(rules: &Words, args: &RawArgs, sig: &Signature) -> bool {
    if rules.0.is_empty() {
        return false;
    }
    let generics = parameters(&sig.generics);
    let is_cloned = |name: &Ident| args.clone.value().into_iter().flatten().any(|cloned| cloned == name);
    sig.inputs.iter().any(|input| match input {
        FnArg::Receiver(receiver) => {
            !is_shared_receiver(&receiver.kind) && rules.contain(&receiver.self_token)
        }
        FnArg::Typed(argument) => {
            let names = identifiers(argument.pat.to_token_stream());
            names.iter().any(|name| !is_cloned(name) && rules.contain(name))
                && !is_without_exclusive_borrow(&argument.ty, &generics)
        }
    })
}

/// Returns whether the body and an expression that is evaluated after an attempt both use an argument that either may
/// change or consume.
fn is_shared_with_plan(plans: &Words, sig: &Signature, body: &TokenStream) -> bool {
    if plans.0.is_empty() {
        return false;
    }
    let body = Words::of(body.clone());
    let is_shared = |name: &Ident| plans.contain(name) && body.contain(name);
    sig.inputs.iter().any(|input| match input {
        FnArg::Receiver(receiver) => {
            let name = &receiver.self_token;
            !is_shared_receiver(&receiver.kind) && plans.contain(name) && body.contain(name)
        }
        FnArg::Typed(argument) => {
            !is_shared_reference(&argument.ty)
                && identifiers(argument.pat.to_token_stream()).iter().any(is_shared)
        }
    })
}

/// The names that expressions use, among them the placeholders of their strings.
struct Words(Vec<String>);

impl Words {
    /// Returns the names in the user's rules for errors, in `sleep` and in the name for events.
    fn of_rules(args: &RawArgs) -> Words {
        let guards = [&args.on, &args.unless].into_iter().filter_map(|slot| slot.value()).flatten();
        let guards = guards.filter_map(|selector| match selector {
            Selector::Type(_) => None,
            Selector::Text(_, guard) | Selector::Pattern(_, guard) => guard.as_ref(),
        });
        let whole = [&args.when, &args.retry_after, &args.delay, &args.sleep]
            .into_iter()
            .filter_map(|slot| slot.value());
        let mut words = Words::of_all(guards.chain(whole));
        if let Some(name) = args.name.value() {
            words.add_placeholders(name);
        }
        words
    }

    /// Returns the names in the expressions that a function evaluates while it carries out a plan.
    fn of_plans(args: &RawArgs) -> Words {
        let slots = [
            &args.on_retry,
            &args.on_give_up,
            &args.fallback,
            &args.retry_ok,
            &args.retry_after_ok,
            &args.budget,
        ];
        Words::of_all(slots.into_iter().filter_map(|slot| slot.value()))
    }

    fn of_all<'a>(expressions: impl Iterator<Item = &'a Expr>) -> Words {
        let mut words = Words(Vec::new());
        expressions.for_each(|expression| words.add(expression.to_token_stream()));
        words
    }

    fn of(tokens: TokenStream) -> Words {
        let mut words = Words(Vec::new());
        words.add(tokens);
        words
    }

    fn add(&mut self, tokens: TokenStream) {
        let mut dots = 0_u32;
        for token in tokens {
            match &token {
                // A name after one dot is a field or a method, and after two the end of a range.
                TokenTree::Ident(name) if dots != 1 => self.0.push(name.unraw().to_string()),
                TokenTree::Group(group) => self.add(group.stream()),
                TokenTree::Literal(_) => {
                    if let Ok(text) = syn::parse2::<LitStr>(token.to_token_stream()) {
                        self.add_placeholders(&text);
                    }
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
            let is_dot = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '.');
            dots = if is_dot { dots.saturating_add(1) } else { 0 };
        }
    }

    /// Adds the words in the braces of a format string.
    fn add_placeholders(&mut self, text: &LitStr) {
        let text = text.value();
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        for placeholder in text.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
            self.0.extend(placeholder.split(|c| !is_part(c)).map(str::to_owned));
        }
    }

    fn contain(&self, name: &(impl ToTokens + ?Sized)) -> bool {
        let name = name.to_token_stream().to_string();
        self.0.iter().any(|word| word == name.trim_start_matches("r#"))
    }
}

fn is_shared_receiver(kind: &ReceiverKind) -> bool {
    match kind {
        ReceiverKind::Reference(_, _, mutability) => mutability.is_none(),
        ReceiverKind::Typed(_, ty) => is_shared_reference(ty),
        _ => false,
    }
}

fn is_shared_reference(ty: &Type) -> bool {
    matches!(unwrapped(ty), Type::Reference(reference) if reference.mutability.is_none())
}

/// Returns whether the spelling of a type shows that a value of it contains no `&mut`. Any other path may be an alias, or a
/// struct whose lifetime is not written. A type of the user's that is imported under a name of the standard library is not
/// distinguished; the compiler then reports the second borrow.
fn is_without_exclusive_borrow(ty: &Type, generics: &[Ident]) -> bool {
    match unwrapped(ty) {
        Type::Reference(reference) => reference.mutability.is_none(),
        Type::ImplTrait(_) => true,
        Type::Tuple(tuple) => tuple.elems.iter().all(|ty| is_without_exclusive_borrow(ty, generics)),
        Type::Array(array) => is_without_exclusive_borrow(&array.elem, generics),
        Type::Path(path) => {
            let mut segments = path.path.segments.iter();
            let (Some(last), owner) = (segments.next_back(), segments.next()) else { return false };
            if owner.is_some_and(|owner| owner.ident != "std" && owner.ident != "core") {
                return false;
            }
            let name = last.ident.to_string();
            match &last.arguments {
                PathArguments::None => {
                    PRIMITIVES.contains(&&*name) || OWNED.contains(&&*name) || generics.contains(&last.ident)
                }
                PathArguments::AngleBracketed(arguments) => {
                    let is_owned = |argument: &GenericArgument| match argument {
                        GenericArgument::Type(ty) => is_without_exclusive_borrow(ty, generics),
                        _ => false,
                    };
                    OWNED_WITH_PARAMETERS.contains(&&*name) && arguments.args.iter().all(is_owned)
                }
                PathArguments::Parenthesized(_) => false,
            }
        }
        _ => false,
    }
}

/// Returns all identifiers of a pattern, among them the names that it binds.
fn identifiers(pattern: TokenStream) -> Vec<Ident> {
    let mut found = Vec::new();
    for token in pattern {
        match token {
            TokenTree::Ident(name) => found.push(name),
            TokenTree::Group(group) => found.extend(identifiers(group.stream())),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;
    use crate::diagnostics::Diagnostics;
    use crate::function::AnnotatedFn;

    fn is_closure(arguments: TokenStream, function: TokenStream) -> bool {
        let mut errors = Diagnostics::new();
        let args = RawArgs::parse(arguments, &mut errors);
        assert!(errors.finish().is_empty(), "the arguments are well formed");
        let function: AnnotatedFn = syn::parse2(function).expect("a function");
        let shape = Shape::of(&function).expect("a function that can be retried");
        can_be_closure(&args, &function.sig, &shape, &[])
    }

    #[test]
    fn a_rule_must_not_use_what_the_body_may_change() {
        let function = |inputs: TokenStream| quote!(fn f(#inputs) -> Result<(), E> { g(x) });
        for (inputs, expected) in [
            (quote!(x: &str), true),
            (quote!(x: u32), true),
            (quote!(x: Option<Vec<String>>), true),
            (quote!(x: impl Fn()), true),
            (quote!((x, y): (u32, &str)), true),
            (quote!(x: &mut u32), false),
            (quote!(x: Option<&mut u32>), false),
            (quote!(x: Client), false),
            (quote!(x: std::time::Instant), true),
            (quote!(x: clock::Instant), false),
            (quote!(x: Vec<Client>), false),
            (quote!(Client { x, .. }: Client), false),
        ] {
            let found = is_closure(quote!(when = |_| x.is_new()), function(inputs.clone()));
            assert_eq!(found, expected, "{inputs}");
        }
        let cloned = is_closure(quote!(clone(x), when = |_| x.is_new()), function(quote!(x: Client)));
        assert!(cloned, "each attempt changes a clone");
    }

    #[test]
    fn names_are_found_where_they_are_used() {
        let function = || {
            quote!(
                fn f(r#type: &mut u32) -> Result<(), E> {
                    g(r#type)
                }
            )
        };
        for (arguments, expected) in [
            (quote!(when = |e| e.type_id() == 1), true),
            (quote!(when = |e| e.r#type == 1), true),
            (quote!(when = |e| (0..*r#type).contains(e)), false),
            (quote!(sleep = |_| log(r#type)), false),
            (quote!(on = E::A(n) if n < *r#type), false),
            (quote!(name = "get the type"), true),
            (quote!(name = "get {type}"), false),
            (quote!(when = |_| println!("{type:?}")), false),
            (quote!(attempt = n, when = |_| true), true),
            (quote!(attempt = n, when = |_| n < 3), false),
            (quote!(attempt = n, name = "page {n}"), false),
            (quote!(attempt = n, fallback = |_| n), false),
            (quote!(on_retry = |_| r#type), false),
        ] {
            let found = is_closure(arguments.clone(), function());
            assert_eq!(found, expected, "{arguments}");
        }
    }
}
