//! The wait before the next attempt.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;

use super::expansion::Expansion;
use super::hygiene::Locals;
use super::underline::Place;

impl Expansion<'_> {
    /// Waits in a blocking function. In an async function, returns the delay to await.
    pub(super) fn planned_wait(&self) -> TokenStream {
        let (private, Locals { planned, delay, .. }) = (&self.retry.private, &self.locals);
        match (self.retry.shape.is_async, &self.retry.sleep) {
            (true, _) => quote_spanned!(Span::mixed_site()=> #private::Planned::wait(&#planned)),
            (false, None) => {
                let planned_type = self.at_name("Planned");
                self.traced_block(quote_spanned!(self.place()=> #planned_type::block(&#planned);))
            }
            (false, sleep) => {
                let wait = self.blocking_wait(sleep.as_ref());
                self.traced_block(
                    quote_spanned!(Span::mixed_site()=> let #delay = #private::Planned::wait(&#planned); #wait),
                )
            }
        }
    }

    /// Returns an item that blocks the thread. It stands at the function's name: on a target that cannot block one, the
    /// compiler refuses the function there.
    pub(super) fn at_name(&self, item: &str) -> TokenStream {
        let place = self.place();
        let (private, item) = (self.private_at(place), Ident::new(item, place));
        quote_spanned!(place=> #private::#item)
    }

    /// Calls the user's `sleep` in a blocking function.
    pub(super) fn blocking_wait(&self, sleep: Option<&Expr>) -> Option<TokenStream> {
        let (sleep, delay) = (sleep?, &self.locals.delay);
        let call = self.call(Place::of(sleep), "block_with", quote!(#sleep, #delay));
        Some(quote!(#call;))
    }

    /// Awaits the delay of a step.
    pub(super) fn wait(&self) -> TokenStream {
        let delay = &self.locals.delay;
        match &self.retry.sleep {
            None if self.retry.span.is_some() => {
                let wait = self.wait_future();
                quote_spanned!(Span::mixed_site()=> #wait.await;)
            }
            None => quote_spanned!(Span::mixed_site()=> #delay.await;),
            Some(sleep) => Place::of(sleep).awaited(&self.traced_wait(self.sleeping(sleep))),
        }
    }

    /// Returns the future of the delay of a step.
    pub(super) fn wait_future(&self) -> TokenStream {
        let delay = &self.locals.delay;
        self.traced_wait(match &self.retry.sleep {
            None => quote_spanned!(Span::mixed_site()=> ::core::future::IntoFuture::into_future(#delay)),
            Some(sleep) => self.sleeping(sleep),
        })
    }

    /// Returns the future of the user's `sleep`.
    fn sleeping(&self, sleep: &Expr) -> TokenStream {
        let (private, delay) = (&self.retry.private, &self.locals.delay);
        let function = if self.shares_sleep() {
            let sleep = &self.locals.sleep;
            quote!(&#sleep)
        } else {
            sleep.to_token_stream()
        };
        let arguments = quote!(#function, #private::Delay::duration(#delay));
        self.call(Place::of(sleep), "wait_with", arguments)
    }

    /// Returns whether the user's `sleep` is used twice, for the wait and for the limit on an attempt, so that it is
    /// evaluated beforehand.
    pub(super) fn shares_sleep(&self) -> bool {
        self.retry.sleep.is_some() && (self.retry.policy.has_attempt_timeout() || self.retry.hedge.is_some())
    }

    pub(super) fn shared_sleep(&self) -> Option<TokenStream> {
        let sleep = self.retry.sleep.as_ref().filter(|_| self.shares_sleep())?;
        let name = &self.locals.sleep;
        Some(quote_spanned!(Span::mixed_site()=> let #name = #sleep;))
    }
}
