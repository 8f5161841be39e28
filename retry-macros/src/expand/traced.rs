//! The spans of a call. Core makes and fills them; here they are placed.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use super::attempt::without_impl_trait;
use super::expansion::Expansion;
use super::hygiene::{self, Locals};
use super::underline::Place;

impl Expansion<'_> {
    /// Returns the call in a span: a blocking one enters it, and a future is polled and dropped in it.
    pub(super) fn traced_call(&self, call: TokenStream) -> TokenStream {
        let Some(place) = self.retry.span else { return call };
        let (private, site, name) = (&self.retry.private, &self.site, self.filled_name());
        let Locals { trace, traced, .. } = &self.locals;
        let check =
            Place::at(place).in_expansion().call(&quote!(#private::check), "span", TokenStream::new());
        let start = quote_spanned! {Span::mixed_site()=>
            const _: () = #check;
            let #trace = &#private::Trace::start(#site, #name);
        };
        if !self.retry.shape.is_async {
            return quote_spanned! {Span::mixed_site()=>
                #start
                let #traced = #private::Trace::enter(#trace);
                #call
            };
        }
        let ret = hygiene::of_expansion(without_impl_trait(&self.retry.shape.ret).into_token_stream());
        let traced = quote_spanned! {Span::mixed_site()=>
            #private::Trace::around::<#ret, _>(#trace, async move { #call }).await
        };
        if self.retry.shape.frame.ends_function() {
            quote_spanned!(Span::mixed_site()=> #start return #traced;)
        } else {
            quote!(#start #traced)
        }
    }

    /// Enters the span of a blocking attempt.
    pub(super) fn enter_attempt(&self) -> Option<TokenStream> {
        let (private, Locals { trace, traced, .. }) = (&self.retry.private, &self.locals);
        let is_blocking = self.retry.span.is_some() && !self.retry.shape.is_async;
        is_blocking.then(
            || quote_spanned!(Span::mixed_site()=> let #traced = #private::Trace::enter_attempt(#trace);),
        )
    }

    /// Returns the future of an attempt in a span.
    pub(super) fn traced_attempt(&self, attempt: TokenStream) -> TokenStream {
        let (private, trace) = (&self.retry.private, &self.locals.trace);
        match self.retry.span {
            Some(_) => quote_spanned!(Span::mixed_site()=> #private::Trace::attempt(#trace, #attempt)),
            None => attempt,
        }
    }

    /// Returns a wait in a span: statements or an expression that blocks.
    pub(super) fn traced_block(&self, wait: TokenStream) -> TokenStream {
        let (private, Locals { trace, traced, .. }) = (&self.retry.private, &self.locals);
        match self.retry.span {
            Some(_) => quote_spanned! {Span::mixed_site()=> {
                let #traced = #private::Trace::enter_wait(#trace);
                #wait
            }},
            None => wait,
        }
    }

    /// Returns the future of a wait in a span.
    pub(super) fn traced_wait(&self, wait: TokenStream) -> TokenStream {
        let (private, trace) = (&self.retry.private, &self.locals.trace);
        match self.retry.span {
            Some(_) => quote_spanned!(Span::mixed_site()=> #private::Trace::wait(#trace, #wait)),
            None => wait,
        }
    }

    /// Fills in the failure of an attempt that is retried.
    pub(super) fn fill_failure(&self) -> Option<TokenStream> {
        let planned = self.locals.planned.to_token_stream();
        self.filled("failed", &quote!(, &#planned))
    }

    /// Fills in the end of a call that gave up.
    pub(super) fn fill_end(&self) -> Option<TokenStream> {
        let given_up = self.locals.given_up.to_token_stream();
        self.filled("gave_up", &quote!(, &#given_up))
    }

    /// Fills in the success of a call.
    pub(super) fn fill_success(&self) -> Option<TokenStream> {
        self.filled("succeeded", &TokenStream::new())
    }

    fn filled(&self, how: &str, with: &TokenStream) -> Option<TokenStream> {
        let (private, trace) = (&self.retry.private, &self.locals.trace);
        let how = proc_macro2::Ident::new(how, Span::mixed_site());
        let is_traced = self.retry.span.is_some();
        is_traced.then(|| quote_spanned!(Span::mixed_site()=> #private::Trace::#how(#trace #with);))
    }
}
