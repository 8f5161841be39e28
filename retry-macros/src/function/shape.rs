//! The shape of a function: the place of the loop, the code of an attempt, and its return type.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::{FnArg, Pat, ReturnType, Signature, Stmt, Type};

use super::attributes;
use super::body::{self, AsyncTraitBlock, Frame};
use super::borrow;
use super::contents::has_control_flow;
use super::future::{future_output, is_called_future};
use super::item::{AnnotatedFn, Body};
use super::pattern::{Binding, rebind_in, silence_lints};
use super::types::{has_only_names, type_arguments, unwrapped};
use crate::diagnostics::bail;
use crate::parse::source;

/// A function that can be retried.
#[derive(Clone)]
pub(crate) struct Shape {
    /// Whether an attempt is a future.
    pub(crate) is_async: bool,
    /// The type that an attempt returns.
    pub(crate) ret: Type,
    /// The tokens around the loop.
    pub(crate) frame: Frame,
    /// The code of one attempt.
    pub(crate) attempt: TokenStream,
    /// Whether control may leave it before its end.
    pub(crate) has_control_flow: bool,
    /// The span of the braces around it.
    pub(crate) braces: Span,
    /// Whether the function has `#[track_caller]`, which a closure cannot have.
    pub(crate) has_caller: bool,
    /// The statements by which `#[async_trait]` moves the arguments into its block.
    moves: Option<(AsyncTraitFrame, Vec<Stmt>)>,
}

/// The frame around the block and the block's content, between which the moves are.
#[derive(Clone)]
struct AsyncTraitFrame {
    outer: Frame,
    content: TokenStream,
}

impl Shape {
    /// Returns the shape of a function, or the reason why it cannot be retried.
    pub(crate) fn of(function: &AnnotatedFn) -> syn::Result<Shape> {
        let sig = &function.sig;
        if let Some(constness) = sig.constness {
            bail!(constness, "a `const fn` cannot wait; remove `const` or the attribute")
        }
        let Some(body) = &function.body else {
            bail!(
                sig.ident,
                "`{}` has no body to retry; put `#[retry]` on a function that has one",
                sig.ident
            )
        };
        if body.contents.is_retried {
            bail!(sig.ident, "`{}` is retried already; remove one of the two `#[retry]`", sig.ident)
        }
        let ReturnType::Type(_, ret) = &sig.output else {
            bail!(sig.ident, "`{}` returns nothing, so it cannot fail; return a `Result`", sig.ident)
        };
        if let Type::Never(never) = &**ret {
            bail!(never, "`{}` never returns, so it cannot fail; return a `Result`", sig.ident)
        }
        let shape = if sig.asyncness.is_some() {
            Shape::plain(true, ret, body)
        } else if let Some(output) = future_output(ret) {
            Shape::future(output, ret, body)?
        } else if is_called_future(ret) {
            bail!(
                ret,
                "`{}` hides what the future yields; write its type out, as `Pin<Box<dyn Future<Output = Result<…>>>>` or \
                 `impl Future<Output = Result<…>>`",
                source(&**ret)
            )
        } else if body.contents.has_block_on && body::is_blocked_on(&body.tokens) {
            bail!(
                sig.ident,
                "this order would block the runtime and wait for real; put `#[retry]` above the runtime's attribute"
            )
        } else {
            Shape::plain(false, ret, body)
        };
        borrow::refuse_exclusive(sig, &shape.ret)?;
        let has_caller = track_caller(function).is_some();
        Ok(Shape { has_caller, ..shape })
    }

    fn plain(is_async: bool, ret: &Type, body: &Body) -> Shape {
        Shape {
            is_async,
            ret: ret.clone(),
            frame: Frame::Hole,
            attempt: body.tokens.clone(),
            has_control_flow: body.contents.has_control_flow,
            braces: body.braces.span.join(),
            has_caller: false,
            moves: None,
        }
    }

    fn future(output: &Type, ret: &Type, body: &Body) -> syn::Result<Shape> {
        let Some((outer, content)) = body::async_tail(&body.tokens) else {
            bail!(
                ret,
                "only an `async` block at the end of the body can be retried; end it with `async move {{ … }}`"
            )
        };
        let mut shape = Shape {
            is_async: true,
            ret: output.clone(),
            frame: outer.clone(),
            attempt: content.clone(),
            has_control_flow: body.contents.has_control_flow,
            braces: body.braces.span.join(),
            has_caller: false,
            moves: None,
        };
        if let Some(block) = AsyncTraitBlock::parse(&content) {
            shape.attempt = block.body();
            shape.frame = outer.clone().with_inner(block.frame(&block.moves));
            if let Ok(statements) = syn::parse::Parser::parse2(syn::Block::parse_within, block.moves.clone())
            {
                shape.moves = Some((AsyncTraitFrame { outer, content }, statements));
            }
        }
        // The statements around the attempt are no part of it.
        shape.has_control_flow &= has_control_flow(&shape.attempt);
        Ok(shape)
    }

    /// Returns whether statements run once, before the future exists.
    fn has_setup(&self) -> bool {
        match &self.frame {
            Frame::Around { before, .. } => before.clone().into_iter().any(|t| t.to_string() == ";"),
            Frame::Hole => false,
        }
    }

    /// Returns whether the return type cannot be written in a body.
    pub(crate) fn has_impl_trait(&self) -> bool {
        !has_only_names(&self.ret) && body::mentions(&self.ret.to_token_stream(), "impl")
    }

    /// Returns the success type by its spelling: the first argument of `Result<T, E>`, `Option<T>` or an alias.
    pub(crate) fn success(&self) -> Option<&Type> {
        match unwrapped(&self.ret) {
            Type::Path(path) => type_arguments(&path.path).next(),
            _ => None,
        }
    }

    /// Returns whether `#[async_trait]` has renamed the body's `self`.
    pub(crate) fn renames_self(&self) -> bool {
        self.moves.is_some()
    }

    /// Calls `visit` for every name that an argument binds, at the place where the binding can be changed. `visit`
    /// returns whether it has changed the binding.
    pub(crate) fn bindings(&mut self, sig: &mut Signature, visit: &mut dyn FnMut(&mut Binding<'_>) -> bool) {
        let keep = self.has_setup() && self.moves.is_none();
        for input in &mut sig.inputs {
            let FnArg::Typed(arg) = input else { continue };
            let is_moved = self.moves.is_some() && !matches!(*arg.ty, Type::Reference(_));
            // Statements before the attempts may need the binding as it is written. Each attempt then shadows it.
            if keep || !is_moved {
                rebind_in(&mut arg.pat, Some(&arg.ty), &mut arg.attrs, keep, visit);
            }
        }
        let Some((frame, statements)) = &mut self.moves else { return };
        let mut rebound = Vec::new();
        let mut visit = |binding: &mut Binding<'_>| {
            let is_rebound = visit(binding);
            rebound.extend(is_rebound.then(|| binding.pattern.ident.clone()));
            is_rebound
        };
        for statement in &mut *statements {
            let Stmt::Local(local) = statement else { continue };
            let source =
                local.init.as_ref().map(|init| init.expr.to_token_stream().to_string()).unwrap_or_default();
            let named =
                |pat: &Pat| source.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| binds(pat, w));
            let ty = typed(sig).find(|arg| named(&arg.pat)).map(|arg| &*arg.ty);
            if source != "self" {
                rebind_in(&mut local.pat, ty, &mut local.attrs, false, &mut visit);
            }
        }
        for input in &mut sig.inputs {
            if let FnArg::Typed(arg) = input {
                silence_lints(&mut arg.pat, &rebound);
            }
        }
        let moves = statements.iter().map(ToTokens::to_token_stream).collect();
        let Some(block) = AsyncTraitBlock::parse(&frame.content) else { return };
        self.frame = frame.outer.clone().with_inner(block.frame(&moves));
    }
}

fn binds(pat: &Pat, word: &str) -> bool {
    matches!(pat, Pat::Ident(ident) if ident.ident == word)
}

pub(crate) fn typed(sig: &Signature) -> impl Iterator<Item = &syn::PatType> {
    sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(typed),
        FnArg::Receiver(_) => None,
    })
}

/// Refuses `#[track_caller]` where the function would lose it. After the report the function can still be expanded.
///
/// A closure cannot be `#[track_caller]`. An async function has no caller to report, with or without `#[retry]`.
pub(crate) fn refuse_lost_caller(function: &AnnotatedFn, shape: &Shape) -> syn::Result<()> {
    if shape.is_async || !shape.has_control_flow {
        return Ok(());
    }
    match track_caller(function) {
        None => Ok(()),
        Some(keyword) => bail!(
            keyword,
            "`#[track_caller]` is lost in a body with `?`, `return` or a macro, which becomes a closure; move that \
             body into a `#[track_caller]` function and call it here"
        ),
    }
}

fn track_caller(function: &AnnotatedFn) -> Option<Ident> {
    let attributes = [&function.attrs, &function.inner_attrs];
    attributes.into_iter().find_map(|attrs| attributes::track_caller(attrs))
}
