//! A blocking function whose loop is in core. The function contains its body as a closure.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use super::expansion::Expansion;
use super::hygiene::{self, Locals};

impl Expansion<'_> {
    /// Makes the first attempt, and passes its error to core, which makes the others.
    ///
    /// The closure passes through `repeatable`, which requires that it can be called again: a value that the body moves out
    /// of the function is reported in the body. The conversion of the outcome is reported at the return type, which is
    /// wrong if it is no outcome.
    ///
    /// The `match` is in the function and not in core: only there does the compiler see that the success that it takes
    /// apart is the one that it puts together, and leaves it where it is.
    pub(super) fn run_in_core(&self) -> TokenStream {
        let place = self.return_place();
        let (never_fails, sum, used_up) =
            (self.success_never_fails(), self.sum_of_waits(), self.moved_clones());
        let Locals { attempt, value, error, .. } = &self.locals;
        let body = self.body_closure();
        let at_type = self.private_at(place);
        let (first, mut one) = (hygiene::at(place, attempt), Literal::u32_unsuffixed(1));
        one.set_span(place);
        let result = quote_spanned!(place=> #at_type::into_result(#first(#one)));
        let success = hygiene::at(place, value);
        let outcome = quote_spanned!(place=> #at_type::into_outcome(::core::result::Result::Ok(#success)));
        let (start, retry) = (self.start_if_timed(), self.retry_in_core());
        let control = self.control();
        quote_spanned! {Span::mixed_site()=>
            #never_fails
            #sum
            #control
            #used_up
            #start
            #body
            match #result {
                ::core::result::Result::Ok(#value) => return #outcome,
                ::core::result::Result::Err(#error) => return #retry,
            }
        }
    }

    /// Defines the body as a closure that can be called again. It has the span of the function's name, and the hygiene of
    /// the expansion: in every edition it captures fields, and not whole variables.
    pub(super) fn body_closure(&self) -> TokenStream {
        let (private, attempt) = (&self.retry.private, &self.locals.attempt);
        let (ret, body) = (self.body_type(), self.body());
        let number = self.retry.attempt.as_ref().map_or_else(|| quote!(_), ToTokens::to_token_stream);
        let closure = quote_spanned!(self.place()=> |#number: ::core::primitive::u32| -> #ret #body);
        quote_spanned!(Span::mixed_site()=> let mut #attempt = #private::repeatable(#closure);)
    }

    /// Defines the start of a call whose policy may have a deadline.
    fn start_if_timed(&self) -> Option<TokenStream> {
        let (private, site, started) = (&self.retry.private, &self.site, &self.locals.started);
        let is_timed = self.retry.policy.may_have_deadline() && !self.retry.control.has_handle();
        is_timed
            .then(|| quote_spanned!(Span::mixed_site()=> let #started = #private::Started::blocking(#site);))
    }

    /// Passes the error of the first attempt to core.
    fn retry_in_core(&self) -> TokenStream {
        let (private, site, wait) = (&self.retry.private, &self.site, self.wait_in_core());
        let Locals { attempt, error, started, .. } = &self.locals;
        let place = self.return_place();
        let again = hygiene::at(place, attempt);
        let again = quote_spanned!(place=> &mut #again);
        if self.retry.control.has_handle() {
            let (handle, rules) = (&self.locals.handle, self.rules());
            return quote_spanned! {Span::mixed_site()=>
                #private::retry_with_call(#wait, #site, &#handle, #rules, #error, #again)
            };
        }
        let started = if self.retry.policy.may_have_deadline() {
            started.to_token_stream()
        } else {
            quote!(#private::Started::UNTIMED)
        };
        if let Some(rules) = self.rules_closure() {
            return quote_spanned! {Span::mixed_site()=>
                #private::retry_by_rules(#wait, #site, #started, #rules, #error, #again)
            };
        }
        let probe = quote_spanned!(Span::mixed_site()=> #private::probe_error(&#error));
        let probe = self.borrow_aware(&probe);
        if let Some(label) = self.only_label() {
            let method = Ident::new("__reattempt_retry_by_default", place);
            return quote_spanned! {Span::mixed_site()=>
                #probe.__reattempt_probe().#method(#wait, #label, #error, #again)
            };
        }
        let method = Ident::new("__reattempt_retry", place);
        quote_spanned! {Span::mixed_site()=>
            #probe.__reattempt_probe().#method(#wait, #site, #started, #error, #again)
        }
    }

    /// Returns how core waits: on the thread's own timer, or by the user's `sleep`.
    fn wait_in_core(&self) -> TokenStream {
        let (private, delay) = (&self.retry.private, &self.locals.delay);
        match self.blocking_wait(self.retry.sleep.as_ref()) {
            None => self.at_name("Block"),
            Some(wait) => quote_spanned!(Span::mixed_site()=> #private::BlockBy(&mut |#delay| { #wait })),
        }
    }
}
