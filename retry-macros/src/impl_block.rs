//! `#[retry]` on an `impl` block: every method that can fail is retried, and none is skipped in silence.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Meta, ReturnType, Type};

use crate::args::RawArgs;
use crate::diagnostics::{Diagnostics, error};
use crate::expand;
use crate::item::{AnnotatedFn, ImplBlock, ImplItem};
use crate::model::{self, Retry};
use crate::plan::{Evaluated, Plan, Scope};
use crate::shape::{Shape, future_output};
use crate::slot::Origin;
use crate::validate;

/// The block with its methods retried, inside an anonymous constant that holds the values of the attribute: each is
/// evaluated, and reported, once for all methods.
pub(crate) fn expand(args: &RawArgs, mut block: ImplBlock, errors: &mut Diagnostics) -> TokenStream {
    refuse_skip(args, errors);
    check_clones_exist(args, &block, errors);
    let is_sound = errors.is_clean();
    let args = if is_sound { args.clone() } else { RawArgs::default() };
    let mut items = TokenStream::new();
    for item in &mut block.items {
        match item {
            ImplItem::Method(method) => {
                items.extend(self::method(&args, method, &block.generics, is_sound, errors));
            }
            ImplItem::Other(tokens) => items.extend(tokens.clone()),
        }
    }
    let ImplBlock { head, inner_attrs, braces, .. } = &block;
    let mut expanded = head.clone();
    braces.surround(&mut expanded, |inside| inside.extend(quote!(#(#inner_attrs)* #items)));
    match shared_values(&args, &block.generics) {
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

/// A method with its own attribute over that of the block.
fn method(
    block_args: &RawArgs,
    method: &mut AnnotatedFn,
    generics: &[Ident],
    is_sound: bool,
    errors: &mut Diagnostics,
) -> TokenStream {
    let own = take_attribute(&mut method.attrs, errors);
    if own.as_ref().is_some_and(|args| args.skip.is_set()) || !is_sound {
        return method.to_token_stream();
    }
    let Some(is_retried) = errors.ok(is_retried(method, own.is_some())) else {
        return method.to_token_stream();
    };
    if !is_retried {
        return method.to_token_stream();
    }
    let args = own.unwrap_or_default().or_inherit(block_args);
    let mut mistakes = Diagnostics::new();
    let mut shape = || {
        let shape = mistakes.ok(Shape::of(method))?;
        if args.has_own() {
            validate::arguments(&args, &mut mistakes);
        }
        Retry::new(&args, &mut method.sig, shape, generics, &mut mistakes)
    };
    let retry = shape();
    errors.absorb(mistakes);
    match retry {
        Some(retry) => expand::expand(method, &retry),
        None => method.to_token_stream(),
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
            errors.report(name, format!("no method here has an argument `{name}`; remove it"));
        }
    }
}

fn binds(input: &syn::FnArg, name: &Ident) -> bool {
    match input {
        syn::FnArg::Receiver(_) => name == "self",
        syn::FnArg::Typed(arg) => crate::body::mentions(&arg.pat.to_token_stream(), &name.to_string()),
    }
}

/// Removes the method's own `#[retry]` and reads it. Two of them are a mistake.
fn take_attribute(attrs: &mut Vec<Attribute>, errors: &mut Diagnostics) -> Option<RawArgs> {
    let is_ours =
        |attr: &Attribute| attr.path().segments.last().is_some_and(|segment| segment.ident == "retry");
    let (ours, others) = std::mem::take(attrs).into_iter().partition(is_ours);
    *attrs = others;
    let ours: Vec<Attribute> = ours;
    if let Some(second) = ours.get(1) {
        errors.report(second, "a method has one `#[retry]`; merge the two");
    }
    let tokens = match &ours.first()?.meta {
        Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    };
    Some(RawArgs::parse(tokens, errors))
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
            output.to_token_stream().to_string().replace(' ', ""),
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
            self.policy.origin(),
        ];
        origins.contains(&Some(Origin::Own))
    }
}
