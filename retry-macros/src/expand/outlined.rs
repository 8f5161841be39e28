//! A blocking function that takes part after a failure, with a closure as its body: the first attempt in the function, and
//! the loop that carries out core's plans in a closure that is called out of line.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use super::attempt::without_impl_trait;
use super::expansion::Expansion;
use super::hygiene::{self, Locals};
use super::underline::Place;

impl Expansion<'_> {
    /// Makes the first attempt, and passes what is no success to the loop.
    pub(super) fn run_outlined(&self) -> TokenStream {
        let (never_fails, sum, used_up) =
            (self.success_never_fails(), self.sum_of_waits(), self.moved_clones());
        let (shared, begin, body) = (self.shared(), self.start_progress(), self.body_closure());
        let (first, again) = (self.first_attempt(), self.outlined_loop());
        self.traced_call(quote_spanned! {Span::mixed_site()=>
            #never_fails
            #sum
            #used_up
            #shared
            #begin
            #body
            #first
            return #again;
        })
    }

    /// Returns a success of the first attempt, and defines `result` otherwise.
    fn first_attempt(&self) -> TokenStream {
        let (place, Locals { result, value, is_final, .. }) = (self.return_place(), &self.locals);
        let (at_type, success) = (self.private_at(place), hygiene::at(place, value));
        let made = self.result_of(&quote!(1));
        let outcome = quote_spanned!(place=> #at_type::into_outcome(::core::result::Result::Ok(#success)));
        let record_success = self.record_success();
        if self.retry.success_rule.is_none() {
            return quote_spanned! {Span::mixed_site()=>
                let #result = match #made {
                    ::core::result::Result::Ok(#value) => {
                        #record_success
                        return #outcome;
                    }
                    #result => #result,
                };
            };
        }
        let final_check = self.final_check();
        quote_spanned! {Span::mixed_site()=>
            let #result = #made;
            let (#is_final, #result) = #final_check;
            let #result = match #result {
                ::core::result::Result::Ok(#value) if #is_final => {
                    #record_success
                    return #outcome;
                }
                #result => #result,
            };
        }
    }

    /// Returns the call of the loop, which begins after a failed attempt.
    fn outlined_loop(&self) -> TokenStream {
        let (private, place) = (&self.retry.private, self.return_place());
        let Locals { attempt, result, failed, value, is_final, same, progress, .. } = &self.locals;
        let ret = hygiene::of_expansion(without_impl_trait(&self.retry.shape.ret).into_token_stream());
        let called = hygiene::at(place, attempt);
        let conversion = self.call(Place::at(place), "from_result_of", quote_spanned!(place=> &#called));
        let made = self.result_of(&quote!(#private::Progress::attempt(&#progress)));
        let (step, final_check) = (self.planned_step(), self.final_check());
        let (record_success, recovered) = (self.record_success(), self.emit_recovered());
        quote_spanned! {Span::mixed_site()=>
            #private::out_of_line(|| -> #ret {
                let #same = #conversion;
                let mut #failed = #result;
                loop {
                    let #result = #failed;
                    #step
                    let #result = #made;
                    let (#is_final, #result) = #final_check;
                    #failed = match #result {
                        ::core::result::Result::Ok(#value) if #is_final => {
                            #record_success
                            #recovered
                            return #same.ok(#value);
                        }
                        #result => #result,
                    };
                }
            })
        }
    }

    /// Returns the result of the attempt `number`.
    fn result_of(&self, number: &TokenStream) -> TokenStream {
        let place = self.return_place();
        let called = hygiene::at(place, &self.locals.attempt);
        let at_type = self.private_at(place);
        quote_spanned!(place=> #at_type::into_result(#called(#number)))
    }
}
