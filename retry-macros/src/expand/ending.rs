//! The end of a call that gave up.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;

use super::attempt::without_impl_trait;
use super::expansion::Expansion;
use super::hygiene::{self, Locals};
use super::underline::Place;

impl Expansion<'_> {
    /// Ends the call: calls the hook, emits the event, then returns the last value, the fallback's or the last error.
    pub(super) fn give_up(&self) -> TokenStream {
        let hook = self.retry.ending.on_give_up.as_ref();
        let call_hook =
            hook.map(|hook| self.hook(hook, &self.locals.given_up, "on_give_up", "call_on_give_up"));
        let emit = self.emit_event(&quote!(GivenUp), &self.locals.given_up);
        let (fill, last, end) = (self.fill_end(), self.last(), self.end());
        quote_spanned! {Span::mixed_site()=>
            #fill
            #call_hook
            #emit
            #last
            #end
        }
    }

    /// Defines the error for the caller. A last value ends the call instead. The result is moved as a whole, so that no
    /// part of it is held across the fallback's awaits.
    fn last(&self) -> TokenStream {
        let (private, leave) = (&self.retry.private, &self.leave);
        if let Some(error) = &self.retry.ending.error {
            if self.may_make_no_attempt() || self.retry.success_rule.is_some() {
                return self.last_if_any(error);
            }
        }
        let Locals { last: end, error: found, known, given_up, result, value, same, .. } = &self.locals;
        let question = self.borrow_aware(&quote!(#private::probe_error(&#found)));
        let last = match &self.retry.ending.error {
            None => quote_spanned!(Span::mixed_site()=> let #end = #found;),
            Some(_) => quote_spanned! {Span::mixed_site()=>
                let #end = {
                    let #found = #found;
                    let #known = #question.__reattempt_probe().__reattempt_known();
                    #private::GivenUp::retry_error(&#given_up, ::core::option::Option::Some(#found), #known)
                };
            },
        };
        quote_spanned! {Span::mixed_site()=>
            let #found = match ::core::convert::identity(#result) {
                ::core::result::Result::Ok(#value) => #leave #same.ok(#value),
                ::core::result::Result::Err(#found) => #found,
            };
            #last
        }
    }

    /// Returns whether a call may end without an attempt, and its result is optional: it may be refused, and the
    /// error for the caller needs no error of an attempt.
    pub(super) fn may_make_no_attempt(&self) -> bool {
        self.retry.ending.error.is_some() && self.retry.sharing.may_refuse_the_call()
    }

    /// Defines the error for the caller of a call that may end without an error of its own: it made no attempt, or its
    /// last value was refused.
    fn last_if_any(&self, error: &Type) -> TokenStream {
        let private = &self.retry.private;
        let Locals { last, result, known, given_up, error: found, .. } = &self.locals;
        let none = self.borrow_aware(&quote!(#private::probe_type::<#error>()));
        let some = self.borrow_aware(&quote!(#private::probe_error(&#found)));
        quote_spanned! {Span::mixed_site()=>
            let #last = match ::core::convert::identity(#result) {
                ::core::result::Result::Ok(_) => {
                    let #known = #none.__reattempt_probe().__reattempt_known();
                    #private::GivenUp::retry_error(&#given_up, ::core::option::Option::None, #known)
                }
                ::core::result::Result::Err(#found) => {
                    let #known = #some.__reattempt_probe().__reattempt_known();
                    #private::GivenUp::retry_error(&#given_up, ::core::option::Option::Some(#found), #known)
                }
            };
        }
    }

    fn end(&self) -> TokenStream {
        let (private, leave) = (&self.retry.private, &self.leave);
        let Locals { last, same, answered, answer, future, outcome, .. } = &self.locals;
        let Some(fallback) = &self.retry.ending.fallback else {
            return match &self.retry.ending.error {
                None => quote_spanned!(Span::mixed_site()=> #leave #same.err(#last);),
                Some(error) => {
                    let error = self.call(Place::of(error), "into_caller_error", quote!(#last));
                    quote_spanned!(Span::mixed_site()=> #leave #same.err(#error);)
                }
            };
        };
        if !self.retry.shape.is_async {
            let given = self.call(Place::of(fallback), "call_for_outcome", quote!(#same, #last, #fallback));
            return quote_spanned!(Span::mixed_site()=> #leave #given;);
        }
        let given = self.call(Place::of(fallback), "call_with", quote!(#last, #fallback));
        let ret = without_impl_trait(&self.retry.shape.ret);
        let place = Place::of(fallback).in_expansion();
        let (whole, dot) = (hygiene::at(place.first, outcome), quote_spanned!(place.last=> .));
        let mut only = proc_macro2::Literal::usize_unsuffixed(0);
        only.set_span(place.last);
        let (answered, probes) = (hygiene::label(answered), self.probes("returned"));
        quote_spanned! {Span::mixed_site()=>
            let #outcome = (#answered: {
                #probes
                let #answer = #private::Returned::new(#given).__reattempt_answer();
                let #future = match ::core::convert::identity(#answer) {
                    #private::Answer::Now(#outcome) => break #answered #outcome,
                    #private::Answer::Later(#future) => #future,
                };
                #future.await
            },);
            let #outcome: #ret = #whole #dot #only;
            #leave #same.outcome(#outcome);
        }
    }
}
