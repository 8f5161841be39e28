//! The wait before the next attempt.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;

use super::expansion::Expansion;
use super::hygiene::Locals;
use super::underline::Place;

impl Expansion<'_> {
    /// A blocking function waits; an async one says how to.
    pub(super) fn planned_wait(&self) -> TokenStream {
        let (private, Locals { planned, delay, .. }) = (&self.retry.private, &self.locals);
        match (self.retry.shape.is_async, &self.retry.sleep) {
            (false, None) => quote_spanned!(Span::mixed_site()=> #private::Planned::block(&#planned);),
            (true, _) => quote_spanned!(Span::mixed_site()=> #private::Planned::wait(&#planned)),
            (false, sleep) => {
                let wait = self.blocking_wait(sleep.as_ref());
                quote_spanned!(Span::mixed_site()=> let #delay = #private::Planned::wait(&#planned); #wait)
            }
        }
    }

    /// The caller's sleep on this thread.
    pub(super) fn blocking_wait(&self, sleep: Option<&Expr>) -> Option<TokenStream> {
        let (sleep, delay) = (sleep?, &self.locals.delay);
        let call = self.call(Place::of(sleep), "block_with", quote!(#sleep, #delay));
        Some(quote!(#call;))
    }

    /// The wait of an async step.
    pub(super) fn wait(&self) -> TokenStream {
        let (private, delay) = (&self.retry.private, &self.locals.delay);
        let Some(sleep) = &self.retry.sleep else {
            return quote_spanned!(Span::mixed_site()=> #delay.await;);
        };
        let function = if self.shares_sleep() {
            let sleep = &self.locals.sleep;
            quote!(&#sleep)
        } else {
            sleep.to_token_stream()
        };
        let arguments = quote!(#function, #private::Delay::duration(#delay));
        let future = self.call(Place::of(sleep), "wait_with", arguments);
        Place::of(sleep).awaited(&future)
    }

    /// Whether the user's sleep serves twice, as the wait and as the limit, and so is evaluated beforehand.
    pub(super) fn shares_sleep(&self) -> bool {
        self.retry.sleep.is_some() && self.retry.policy.has_attempt_timeout()
    }

    pub(super) fn shared_sleep(&self) -> Option<TokenStream> {
        let sleep = self.retry.sleep.as_ref().filter(|_| self.shares_sleep())?;
        let name = &self.locals.sleep;
        Some(quote_spanned!(Span::mixed_site()=> let #name = #sleep;))
    }
}
