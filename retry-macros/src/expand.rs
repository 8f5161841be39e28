//! The model → tokens. Sync and async differ in how an attempt is run and how it waits, nowhere else.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{GenericArgument, PathArguments, Type};

use crate::body::{MARKER, has_control_flow};
use crate::item::AnnotatedFn;
use crate::model::Retry;
use crate::pattern::{Rebind, Rebinding};
use crate::plan::Evaluated;
use crate::value::ends;

/// The function with its body in a loop.
pub(crate) fn expand(function: &AnnotatedFn, retry: &Retry) -> TokenStream {
    let expansion = Expansion { retry, site: retry.site_name() };
    let (site, repeated) = (expansion.site_definition(), expansion.call());
    let rest = retry.shape.frame.fill(&repeated);
    let function = function.with_body(&quote!(#site #rest));
    // Every attempt consumes a clone, so the argument itself is never consumed.
    let clones = retry.rebindings.iter().any(|rebinding| rebinding.how == Rebind::Clone);
    if clones { quote!(#[allow(clippy::needless_pass_by_value)] #function) } else { function }
}

impl Retry {
    fn site_name(&self) -> TokenStream {
        match self.plan.evaluated {
            Evaluated::Const => quote!(__REATTEMPT_SITE),
            Evaluated::InlineConst => hygienic(&quote!(site)),
            Evaluated::Call => hygienic(&quote!(&site)),
        }
    }
}

/// Gives locals a span in which the user's names neither see them nor are seen.
fn hygienic(tokens: &TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    tokens
        .clone()
        .into_iter()
        .map(|mut token| {
            token.set_span(span);
            token
        })
        .collect()
}

struct Expansion<'a> {
    retry: &'a Retry,
    /// An expression for a reference to the site.
    site: TokenStream,
}

impl Expansion<'_> {
    /// Name and policy, built once: in a constant where they can be.
    fn site_definition(&self) -> TokenStream {
        let Retry { private, operation, plan, .. } = self.retry;
        let (label, items, policy) = (&operation.label, &plan.items, &plan.policy);
        let marker = format_ident!("{MARKER}", span = Span::mixed_site());
        let name = quote!(const #marker: &::core::primitive::str = #label;);
        match plan.evaluated {
            Evaluated::Const => quote_spanned! {Span::mixed_site()=>
                #name
                #items
                const __REATTEMPT_SITE: &#private::Site = &#private::Site::new(#marker, #policy);
            },
            Evaluated::InlineConst => {
                let timeout =
                    plan.attempt_timeout.clone().unwrap_or_else(|| quote!(#private::Duration::ZERO));
                quote_spanned! {Span::mixed_site()=>
                    #name
                    let (site, timeout): (&'static #private::Site, #private::Duration) =
                        const { #items (&#private::Site::new(#marker, #policy), #timeout) };
                }
            }
            Evaluated::Call => quote_spanned! {Span::mixed_site()=>
                #name
                #items
                let site = #private::Site::new(#marker, #policy);
            },
        }
    }

    /// The loop, an expression that yields what the function returns.
    fn call(&self) -> TokenStream {
        let private = &self.retry.private;
        let site = &self.site;
        let (begin, step) = if self.retry.shape.is_async {
            (quote!(asynchronous), self.async_step())
        } else {
            (quote!(blocking), self.blocking_step())
        };
        let sleep = self.shared_sleep();
        quote_spanned! {Span::mixed_site()=>
            #sleep
            let mut progress = #private::Progress::#begin(#private::Site::policy(#site));
            loop { #step }
        }
    }

    fn blocking_step(&self) -> TokenStream {
        let (private, site, seen, restore) =
            (&self.retry.private, &self.site, self.seen(), self.restore_self());
        let (outcome, probes) = (self.outcome(), self.probes());
        let recovered = self.recovered(&quote!(recovered_blocking));
        let failed = match &self.retry.sleep {
            None => quote_spanned! {Span::mixed_site()=>
                if !#private::retry_blocking(#site, &mut progress, &#seen) {
                    break same.err(error);
                }
                #restore
            },
            Some(sleep) => quote_spanned! {Span::mixed_site()=>
                let delay = #private::retry_blocking_after(#site, &mut progress, &#seen);
                let ::core::option::Option::Some(delay) = delay else { break same.err(error) };
                #restore
                #private::block_with(#sleep, delay);
            },
        };
        quote_spanned! {Span::mixed_site()=>
            #outcome
            match result {
                ::core::result::Result::Ok(value) => {
                    #recovered
                    break same.ok(value);
                }
                ::core::result::Result::Err(error) => {
                    #probes
                    #failed
                }
            }
        }
    }

    /// The error is dropped, and the attempt's memory free, before the wait begins.
    fn async_step(&self) -> TokenStream {
        let (private, site, seen, restore) =
            (&self.retry.private, &self.site, self.seen(), self.restore_self());
        let (outcome, probes) = (self.outcome(), self.probes());
        let recovered = self.recovered(&quote!(recovered_async));
        let (retry, wait) = match &self.retry.sleep {
            None => (quote!(retry_async), quote!(wait.await)),
            Some(sleep) => {
                let sleep =
                    if self.shares_sleep() { hygienic(&quote!(&sleep)) } else { sleep.to_token_stream() };
                (quote!(retry_async_after), quote!(#private::wait_with(#sleep, wait).await))
            }
        };
        let wait = hygienic_locals(&wait);
        quote_spanned! {Span::mixed_site()=>
            let wait = {
                #outcome
                match result {
                    ::core::result::Result::Ok(value) => {
                        #recovered
                        break same.ok(value);
                    }
                    ::core::result::Result::Err(error) => {
                        #probes
                        let wait = #private::#retry(#site, &mut progress, &#seen);
                        let ::core::option::Option::Some(wait) = wait else { break same.err(error) };
                        #restore
                        wait
                    }
                }
            };
            #wait;
        }
    }

    /// Runs one attempt: defines `result`, and `same`, which turns results back into the function's type.
    fn outcome(&self) -> TokenStream {
        let (private, ret) = (&self.retry.private, &self.retry.shape.ret);
        let (keep_self, attempt) = (self.keep_self(), self.attempt());
        let inferred = without_impl_trait(ret);
        let (first, _) = ends(ret.to_token_stream());
        let split = quote_spanned!(Span::mixed_site().located_at(first)=> #private::split(result));
        quote_spanned! {Span::mixed_site()=>
            #keep_self
            let result: #inferred = #attempt;
            #[allow(unreachable_code)]
            let (same, result) = #split;
        }
    }

    fn attempt(&self) -> TokenStream {
        let rebindings: TokenStream = self.retry.rebindings.iter().map(rebinding).collect();
        let body = &self.retry.shape.attempt;
        let ret = without_impl_trait(&self.retry.shape.ret);
        let has_timeout = self.retry.plan.attempt_timeout.is_some();
        if !has_timeout && !has_control_flow(body) {
            return quote!({ #rebindings #body });
        }
        if !self.retry.shape.is_async {
            return quote_spanned!(Span::mixed_site()=> (|| -> #ret { #rebindings #body })());
        }
        // The branch is never taken; it tells the compiler what the block returns before it reads the body.
        let future = quote_spanned! {Span::mixed_site()=>
            async {
                if let ::core::option::Option::Some(result) = ::core::option::Option::None::<#ret> {
                    return result;
                }
                #rebindings
                #body
            }
        };
        if has_timeout { self.limited(&future) } else { quote!(#future.await) }
    }

    /// An attempt under `attempt_timeout`.
    fn limited(&self, future: &TokenStream) -> TokenStream {
        let (private, site) = (&self.retry.private, &self.site);
        let timeout = match self.retry.plan.evaluated {
            Evaluated::InlineConst => hygienic(&quote!(timeout)),
            _ => self.retry.plan.attempt_timeout.clone().unwrap_or_default(),
        };
        let limited = if self.shares_sleep() {
            quote_spanned!(Span::mixed_site()=>
                #private::limit_with(#private::Site::policy(#site), &progress, #timeout, #future, &sleep))
        } else {
            quote_spanned!(Span::mixed_site()=>
                #private::limit(#private::Site::policy(#site), &progress, #timeout, #future))
        };
        quote_spanned! {Span::mixed_site()=>
            match #limited.await {
                ::core::result::Result::Ok(result) => result,
                ::core::result::Result::Err(timeout) => #private::timed_out(timeout),
            }
        }
    }

    /// Whether the user's sleep serves twice, as the wait and as the limit, and so is evaluated beforehand.
    fn shares_sleep(&self) -> bool {
        self.retry.sleep.is_some() && self.retry.plan.attempt_timeout.is_some()
    }

    fn shared_sleep(&self) -> Option<TokenStream> {
        let sleep = self.retry.sleep.as_ref().filter(|_| self.shares_sleep())?;
        Some(quote_spanned!(Span::mixed_site()=> let sleep = #sleep;))
    }

    /// Keeps a clone of `self` while an attempt uses it up.
    fn keep_self(&self) -> Option<TokenStream> {
        let name = self.retry.cloned_self.as_ref()?;
        Some(quote_spanned!(Span::mixed_site()=> let unspent = ::core::clone::Clone::clone(&#name);))
    }

    /// Gives `self` back after an attempt that may have used it up.
    fn restore_self(&self) -> Option<TokenStream> {
        let name = self.retry.cloned_self.as_ref()?;
        Some(quote_spanned!(Span::mixed_site()=> #name = unspent;))
    }

    /// The error as the runtime sees it.
    fn seen(&self) -> TokenStream {
        let private = &self.retry.private;
        let named =
            self.retry.operation.format.as_ref().map(|text| quote!(.named(::core::format_args!(#text))));
        quote_spanned! {Span::mixed_site()=>
            #private::Seen::new(&error, (&&&#private::Probe::new(&error)).reattempt_description())#named
        }
    }

    /// The traits whose methods [`seen`](Self::seen) looks up.
    fn probes(&self) -> TokenStream {
        let private = &self.retry.private;
        quote_spanned!(Span::mixed_site()=> use #private::{ProbeDebug as _, ProbeDisplay as _, ProbeName as _};)
    }

    fn recovered(&self, function: &TokenStream) -> TokenStream {
        let (private, site) = (&self.retry.private, &self.site);
        let operation = match &self.retry.operation.format {
            Some(text) => quote!(::core::option::Option::Some(&::core::format_args!(#text))),
            None => quote!(::core::option::Option::None),
        };
        quote_spanned! {Span::mixed_site()=>
            if #private::Progress::has_retried(&progress) {
                #private::#function(#site, &progress, #operation);
            }
        }
    }
}

/// Only the tokens that are locals of ours; a user's expression keeps its spans.
fn hygienic_locals(tokens: &TokenStream) -> TokenStream {
    tokens
        .clone()
        .into_iter()
        .map(|mut token| {
            if matches!(&token, proc_macro2::TokenTree::Ident(ident) if ident == "wait") {
                token.set_span(Span::mixed_site());
            }
            token
        })
        .collect()
}

fn rebinding(Rebinding { pattern, name, how }: &Rebinding) -> TokenStream {
    match how {
        Rebind::Clone => {
            quote_spanned!(Span::mixed_site()=> let #pattern = ::core::clone::Clone::clone(&#name);)
        }
        Rebind::Copy => quote_spanned!(Span::mixed_site()=> let #pattern = #name;),
        Rebind::Reborrow => quote_spanned!(Span::mixed_site()=> let #pattern = &mut *#name;),
    }
}

/// The type with `_` where it has `impl Trait`, which cannot stand in a `let`.
fn without_impl_trait(ty: &Type) -> Type {
    let mut ty = ty.clone();
    infer_impl_trait(&mut ty);
    ty
}

fn infer_impl_trait(ty: &mut Type) {
    match ty {
        Type::ImplTrait(_) => *ty = syn::parse_quote!(_),
        Type::Path(path) => {
            for segment in &mut path.path.segments {
                let PathArguments::AngleBracketed(arguments) = &mut segment.arguments else { continue };
                for argument in &mut arguments.args {
                    if let GenericArgument::Type(ty) = argument {
                        infer_impl_trait(ty);
                    }
                }
            }
        }
        Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(infer_impl_trait),
        Type::Reference(reference) => infer_impl_trait(&mut reference.elem),
        Type::Array(array) => infer_impl_trait(&mut array.elem),
        Type::Paren(paren) => infer_impl_trait(&mut paren.elem),
        Type::Group(group) => infer_impl_trait(&mut group.elem),
        _ => {}
    }
}
