//! `#[retry]` on an `impl` block: every method that can fail is retried, and none is skipped in silence.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Meta, ReturnType, Type};

use crate::args::RawArgs;
use crate::body::mentions;
use crate::diagnostics::{Diagnostics, error};
use crate::item::{AnnotatedFn, ImplBlock, ImplItem};
use crate::model;
use crate::plan::{Evaluated, Plan, Scope};
use crate::retry;
use crate::shape::{Shape, future_output};
use crate::slot::Origin;
use crate::source::source;
use crate::validate::{self, is_reference};

/// The block with its methods retried, inside an anonymous constant that holds the values of the attribute: each is
/// evaluated, and reported, once for all methods.
pub(crate) fn expand(args: &RawArgs, mut block: ImplBlock, errors: &mut Diagnostics) -> TokenStream {
    refuse_skip(args, errors);
    check_clones_exist(args, &block, errors);
    let mut methods = Methods { args, generics: &block.generics, retried: 0, blocking: Vec::new(), errors };
    let mut items = TokenStream::new();
    for item in std::mem::take(&mut block.items) {
        match item {
            ImplItem::Method(method) => items.extend(methods.method(*method)),
            ImplItem::Other(tokens) => items.extend(tokens),
        }
    }
    let (retried, blocking) = (methods.retried, methods.blocking);
    check_attempt_timeout_is_async(args, &blocking, errors);
    if retried == 0 && errors.is_clean() {
        errors.report(
            block.keyword,
            "no method here returns a `Result`; put `#[retry]` on the methods that may fail",
        );
    }
    let ImplBlock { attrs, head, inner_attrs, braces, .. } = &block;
    let mut expanded = quote!(#(#attrs)* #head);
    braces.surround(&mut expanded, |inside| inside.extend(quote!(#(#inner_attrs)* #items)));
    match shared_values(args, &block.generics) {
        Some(values) => quote!(const _: () = { #values #expanded };),
        None => expanded,
    }
}

/// The constants that all methods share, if the attribute has values at all.
fn shared_values(args: &RawArgs, generics: &[Ident]) -> Option<TokenStream> {
    if !RawArgs::default().or_inherit(args).is_policy_inherited() {
        return None;
    }
    let plan = Plan::new(args, &Scope { private: &model::private(args), generics });
    (plan.evaluated != Evaluated::InlineConst).then_some(plan.items)
}

/// The methods of a block, on their way through.
struct Methods<'a> {
    args: &'a RawArgs,
    generics: &'a [Ident],
    /// How many are retried.
    retried: usize,
    /// Which of them are not async.
    blocking: Vec<String>,
    errors: &'a mut Diagnostics,
}

impl Methods<'_> {
    /// A method with its own attribute over that of the block.
    fn method(&mut self, mut method: AnnotatedFn) -> TokenStream {
        let own = take_attribute(&mut method.attrs, self.errors);
        if let Some(skip) = own.as_ref().and_then(|args| args.skip.get()) {
            self.retried += 1;
            check_skip_stands_alone(own.as_ref(), &skip.key, self.errors);
            return method.into_token_stream();
        }
        match self.errors.ok(is_retried(&method, own.is_some())) {
            Some(true) => {}
            _ => return method.into_token_stream(),
        }
        self.retried += 1;
        let args = own.unwrap_or_default().or_inherit(self.args);
        let mut mistakes = Diagnostics::new();
        if args.has_own() {
            validate::arguments(&args, &mut mistakes);
        }
        if Shape::of(&method).is_ok_and(|shape| !shape.is_async) {
            self.blocking.push(method.sig.ident.to_string());
        }
        let tokens = retry::function(&args, method, self.generics, &mut mistakes);
        self.errors.absorb(mistakes);
        tokens
    }
}

/// Nothing has an effect on a method that is skipped.
fn check_skip_stands_alone(args: Option<&RawArgs>, skip: &Ident, errors: &mut Diagnostics) {
    for key in args.into_iter().flat_map(RawArgs::keys).filter(|key| *key != skip) {
        errors.report(key, format!("`{key}` has no effect with `skip`; remove one of the two"));
    }
}

/// Nobody can cancel an attempt that blocks.
fn check_attempt_timeout_is_async(args: &RawArgs, blocking: &[String], errors: &mut Diagnostics) {
    if let (Some(timeout), false) = (args.attempt_timeout.get(), blocking.is_empty()) {
        let names = blocking.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let key = &timeout.key;
        let message = format!(
            "`{key}` cannot cancel {names}, not being async; write `#[retry(skip)]` there, or `deadline`"
        );
        errors.report(key, message);
    }
}

/// `skip` on the block would skip everything.
fn refuse_skip(args: &RawArgs, errors: &mut Diagnostics) {
    if let Some(skip) = args.skip.get() {
        errors
            .report(&skip.key, "`skip` exempts a single method; remove the attribute from the `impl` block");
    }
}

/// An argument that the block asks to clone is one of some method.
fn check_clones_exist(args: &RawArgs, block: &ImplBlock, errors: &mut Diagnostics) {
    for name in args.clone.value().into_iter().flatten() {
        let has_it = |item: &ImplItem| match item {
            ImplItem::Method(method) => method.sig.inputs.iter().any(|input| binds(input, name)),
            ImplItem::Other(_) => false,
        };
        if !block.items.iter().any(has_it) {
            let what = if name == "self" { "takes `self` by value" } else { "has such an argument by value" };
            errors.report(name, format!("`{name}` is never used up, no method here {what}; remove it"));
        }
    }
}

fn binds(input: &syn::FnArg, name: &Ident) -> bool {
    match input {
        syn::FnArg::Receiver(receiver) => name == "self" && !is_reference(receiver),
        syn::FnArg::Typed(arg) => {
            !matches!(*arg.ty, Type::Reference(_)) && mentions(&arg.pat.to_token_stream(), &name.to_string())
        }
    }
}

/// Removes the method's own `#[retry]` and reads it. Two of them are a mistake.
fn take_attribute(attrs: &mut Vec<Attribute>, errors: &mut Diagnostics) -> Option<RawArgs> {
    let (ours, others): (Vec<_>, Vec<_>) = std::mem::take(attrs).into_iter().partition(retry::is_ours);
    *attrs = others;
    if let Some(second) = ours.get(1) {
        errors.report(second.path(), "`#[retry]` is given twice; keep one of the two");
    }
    match &ours.first()?.meta {
        Meta::List(list) => Some(RawArgs::parse(list.tokens.clone(), errors)),
        Meta::Path(_) => Some(RawArgs::default()),
        Meta::NameValue(pair) => {
            let value = &pair.value;
            errors.report(value, "`#[retry]` takes its arguments in parentheses; write `#[retry(max = 5)]`");
            Some(RawArgs::default())
        }
    }
}

/// Whether a method is retried: it is, if it returns a `Result` or says so itself. Where the name of the return type
/// does not tell, the author has to.
fn is_retried(method: &AnnotatedFn, says_so: bool) -> syn::Result<bool> {
    let ReturnType::Type(_, ret) = &method.sig.output else { return Ok(says_so) };
    if says_so {
        return Ok(true);
    }
    let output = future_output(ret).unwrap_or(ret);
    match kind(output) {
        Kind::Result => Ok(true),
        Kind::Other => Ok(false),
        Kind::Unknown => Err(error!(
            output,
            "`{}` may be a `Result` by another name; put `#[retry]` or `#[retry(skip)]` on `{}`",
            source(output),
            method.sig.ident
        )),
    }
}

enum Kind {
    Result,
    Other,
    Unknown,
}

/// Types of the standard library that are known by name and are no `Result`.
const STANDARD: [&str; 44] = [
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "usize",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "isize",
    "f32",
    "f64",
    "bool",
    "char",
    "str",
    "Self",
    "Option",
    "String",
    "Vec",
    "VecDeque",
    "HashMap",
    "HashSet",
    "BTreeMap",
    "BTreeSet",
    "Box",
    "Rc",
    "Arc",
    "Weak",
    "Cell",
    "RefCell",
    "Mutex",
    "RwLock",
    "Cow",
    "PathBuf",
    "OsString",
    "CString",
    "Duration",
    "Instant",
    "SystemTime",
    "Ordering",
    "PhantomData",
    "NonZero",
];

fn kind(ty: &Type) -> Kind {
    match ty {
        Type::Path(path) => {
            let Some(last) = path.path.segments.last() else { return Kind::Unknown };
            if last.ident == "Result" {
                Kind::Result
            } else if path.qself.is_none() && STANDARD.iter().any(|name| last.ident == name) {
                Kind::Other
            } else {
                Kind::Unknown
            }
        }
        Type::Group(group) => kind(&group.elem),
        Type::Paren(paren) => kind(&paren.elem),
        Type::Macro(_) | Type::Infer(_) | Type::Verbatim(_) => Kind::Unknown,
        // References, tuples, arrays, pointers, `!`, `impl Trait`, trait objects: none can be a `Result`.
        _ => Kind::Other,
    }
}

impl RawArgs {
    /// Whether any argument that another could contradict stands on the method itself.
    fn has_own(&self) -> bool {
        let origins = [
            self.max.origin(),
            self.factor.origin(),
            self.backoff.origin(),
            self.jitter.origin(),
            self.within.origin(),
            self.start.origin(),
            self.env.origin(),
            self.budget.origin(),
            self.breaker.origin(),
        ];
        origins.contains(&Some(Origin::Own))
    }
}
