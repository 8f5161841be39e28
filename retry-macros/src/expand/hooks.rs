//! Hooks, and the events that are emitted after them.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;

use super::expansion::Expansion;
use super::hygiene::{self, Locals};
use super::underline::Place;
use crate::parse::{first_span, ungrouped};

impl Expansion<'_> {
    /// Emits the event after a hook. Without hooks core emits it with the decision.
    pub(super) fn emit_event(&self, ty: &TokenStream, step: &Ident) -> Option<TokenStream> {
        let private = &self.retry.private;
        self.retry.emits_late().then(|| quote_spanned!(Span::mixed_site()=> #private::#ty::emit(&#step);))
    }

    pub(super) fn retry_hook(&self) -> Option<TokenStream> {
        let call_hook = self.call_retry_hook()?;
        let keep = self.retry.shape.is_async.then(|| {
            // The wait needs no result, but an async hook has to return it.
            let result = &self.locals.result;
            quote_spanned!(Span::mixed_site()=> ::core::mem::drop(#result);)
        });
        Some(quote!(#call_hook #keep))
    }

    /// Calls the hook before a wait.
    pub(super) fn call_retry_hook(&self) -> Option<TokenStream> {
        let hook = self.retry.before_wait.as_ref()?;
        Some(self.hook(hook, &self.locals.planned, "on_retry", "call_on_retry"))
    }

    /// Returns what a hook sees of a value that `retry_ok` refused. The type of the event contains that of the value, which
    /// a function, named by its path, need not name: it sees none.
    fn refused_in(&self, hook: &Expr, step: &Ident) -> TokenStream {
        let private = &self.retry.private;
        let is_end = *step == self.locals.given_up;
        match self.retry.success_rule {
            Some(_) if !matches!(ungrouped(hook), Expr::Closure(_)) => quote!(#private::NoValue),
            None => quote!(#private::NoValue),
            Some(_) if is_end && self.may_make_no_attempt() => quote!(#private::OptionalValue),
            Some(_) => quote!(#private::AnyValue),
        }
    }

    /// Calls a hook with a step. An async hook may await: the result is moved through it, so that it is held across the
    /// awaits of the hook and no others.
    pub(super) fn hook(&self, hook: &Expr, step: &Ident, key: &str, tell: &str) -> TokenStream {
        let (private, refused) = (&self.retry.private, self.refused_in(hook, step));
        let Locals { result, hook: heard, answered, answer, future, .. } = &self.locals;
        if !self.retry.shape.is_async {
            let call = self.call(Place::of(hook), tell, quote!(&#step, #refused, &#result, #hook));
            return quote!(#call;);
        }
        let typed = match ungrouped(hook) {
            Expr::Closure(closure) => {
                let is_async = if closure.asyncness.is_some() { "async_" } else { "" };
                let typed = format!("typed_{is_async}{key}");
                self.call(Place::of(hook), &typed, quote!(#refused, &#result, #hook))
            }
            _ => hook.to_token_stream(),
        };
        let place = Span::mixed_site().located_at(first_span(hook));
        let tell = Ident::new("__reattempt_call", place);
        let (answered, probes) = (hygiene::label(answered), self.probes(key));
        quote_spanned! {Span::mixed_site()=>
            let (#heard, #result) = {
                let #result = #result;
                let #heard = #typed;
                (#heard, #result)
            };
            let #result = #answered: {
                #probes
                let #answer = #private::Hook::new(&#step, #refused, #result, #heard).#tell();
                let #future = match ::core::convert::identity(#answer) {
                    #private::Answer::Now(#result) => break #answered #result,
                    #private::Answer::Later(#future) => #future,
                };
                #future.await
            };
        }
    }
}
