//! A blocking function whose loop is in core. The function contains its body as a closure.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use super::expansion::Expansion;
use super::hygiene;
use super::underline::Place;

impl Expansion<'_> {
    /// Defines the body as a closure and passes it to core, which calls it at once and, out of line, after each failure.
    ///
    /// The closure passes through `attempts`, which requires that it can be called again: a value that the body moves out
    /// of the function is reported in the body. The call is reported at the return type, which is wrong if it is no
    /// outcome.
    pub(super) fn run_in_core(&self) -> TokenStream {
        let (private, site, place) = (&self.retry.private, &self.site, self.return_place());
        let (never_fails, sum) = (self.success_never_fails(), self.sum_of_waits());
        let (used_up, ret, body) = (self.moved_clones(), self.body_type(), self.body());
        let number = self.retry.attempt.as_ref().map_or_else(|| quote!(_), ToTokens::to_token_stream);
        let attempt = &self.locals.attempt;
        let closure = quote_spanned!(self.place()=> |#number: ::core::primitive::u32| -> #ret #body);
        let (reference, value) = (quote_spanned!(place=> &), hygiene::at(place, attempt));
        let wait = self.wait_in_core();
        let run = match self.rules_closure() {
            Some(rules) => {
                let rules = self.call(Place::at(place), "rules_of", quote!(#reference #value, #rules));
                self.call(Place::at(place), "run_with_rules", quote!(#wait, #site, #rules, #value))
            }
            None => {
                let probe = self.call(Place::at(place), "probe_attempts", quote!(#reference #value));
                let probe = self.borrow_aware(&probe);
                quote_spanned!(place=> #probe.__reattempt_run(#wait, #site, #value))
            }
        };
        quote_spanned! {Span::mixed_site()=>
            #never_fails
            #sum
            #used_up
            let #attempt = #private::attempts(#closure);
            #run
        }
    }

    /// Returns how core waits: on the thread's own timer, or by the user's `sleep`.
    fn wait_in_core(&self) -> TokenStream {
        let (private, delay) = (&self.retry.private, &self.locals.delay);
        match self.blocking_wait(self.retry.sleep.as_ref()) {
            None => quote!(#private::Block),
            Some(wait) => quote_spanned!(Span::mixed_site()=> #private::BlockBy(&mut |#delay| { #wait })),
        }
    }
}
