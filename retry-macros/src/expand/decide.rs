//! The decision after a failed attempt.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use super::error_rules::ErrorView;
use super::expansion::Expansion;
use super::hygiene::{self, Locals};
use super::underline::Place;

impl Expansion<'_> {
    /// Decides in one call of core, which also emits the event and, in a blocking function, waits.
    pub(super) fn single_step(&self) -> TokenStream {
        let (outcome, step, restore) = (self.outcome(), self.step(), self.restore_self());
        let Locals { delay, next: position, progress, step: end, outcome: last, .. } = &self.locals;
        let leave = &self.leave;
        let next = match (self.retry.shape.is_async, &self.retry.sleep) {
            (true, _) => {
                quote_spanned!(Span::mixed_site()=> ::core::ops::ControlFlow::Continue(#delay) => {
                    #restore
                    #delay
                })
            }
            (false, None) => quote_spanned! {Span::mixed_site()=>
                ::core::ops::ControlFlow::Continue((#position, ())) => { #restore #progress = #position; }
            },
            (false, sleep) => {
                let wait = self.blocking_wait(sleep.as_ref());
                quote_spanned! {Span::mixed_site()=>
                    ::core::ops::ControlFlow::Continue((#position, #delay)) => {
                        #restore
                        #wait
                        #progress = #position;
                    }
                }
            }
        };
        quote_spanned! {Span::mixed_site()=>
            #outcome
            let #end = #step;
            match #end {
                #next
                ::core::ops::ControlFlow::Break(#last) => #leave #last,
            }
        }
    }

    /// Calls core after an attempt. The call is reported at the return type, which is wrong if it is no outcome.
    fn step(&self) -> TokenStream {
        let (private, site, place) = (&self.retry.private, &self.site, self.return_place());
        let (progress, outcome) = (&self.locals.progress, hygiene::at(place, &self.locals.outcome));
        let (step, arguments) = match (self.retry.shape.is_async, &self.retry.sleep) {
            (true, _) => ("step", quote!(#site, &mut #progress)),
            (false, None) => ("step_blocking", quote!(#private::Block, #site, #progress)),
            (false, Some(_)) => ("step_blocking", quote!(#private::BlockBy, #site, #progress)),
        };
        let reference = quote_spanned!(place=> &);
        match self.rules_closure() {
            Some(rules) => {
                let after = self.call(Place::at(place), "rules", quote!(#reference #outcome, #rules));
                self.call(Place::at(place), step, quote!(#arguments, #after, #outcome))
            }
            None => {
                let probe = self.call(Place::at(place), "probe", quote!(#reference #outcome));
                let probe = self.borrow_aware(&probe);
                let method = format_ident!("__reattempt_{step}", span = place);
                quote_spanned!(place=> #probe.#method(#arguments, #outcome))
            }
        }
    }

    /// Returns the closure with the decisions of the arguments, if there are any.
    fn rules_closure(&self) -> Option<TokenStream> {
        if self.retry.error_rules.is_empty() {
            return None;
        }
        let ErrorView { prepared, view } = self.error_view();
        let (private, name) = (&self.retry.private, self.filled_name());
        let Locals { decider, error, .. } = &self.locals;
        Some(quote_spanned! {Span::mixed_site()=>
            |#error, #decider| match #error {
                ::core::option::Option::Some(#error) => {
                    #prepared
                    #private::Decider::after_failure(#decider, &#view)
                }
                ::core::option::Option::None => #private::Decider::after_recovery(#decider, #name),
            }
        })
    }

    /// Decides in a plan that core returns. Hooks and endings of the function run before the wait or the end.
    pub(super) fn planned_step(&self) -> TokenStream {
        let restore = self.restore_self();
        let (plan, on_retry, give_up) = (self.plan(), self.retry_hook(), self.give_up());
        let Locals { plan: next, planned, given_up, .. } = &self.locals;
        let emit = self.emit_event(&quote!(Planned), planned);
        let wait = self.planned_wait();
        quote_spanned! {Span::mixed_site()=>
            #restore
            #plan
            match #next {
                ::core::result::Result::Ok(#planned) => {
                    #on_retry
                    #emit
                    #wait
                }
                ::core::result::Result::Err(#given_up) => { #give_up }
            }
        }
    }

    pub(super) fn plan(&self) -> TokenStream {
        let (private, site) = (&self.retry.private, &self.site);
        let ErrorView { prepared, view } = self.error_view();
        let (function, refused_value, own_error) = self.plan_call();
        let tell = if self.retry.emits_late() { quote!(Later) } else { quote!(Now) };
        let refused = self.refused_value();
        let Locals { plan, result, progress, error, .. } = &self.locals;
        quote_spanned! {Span::mixed_site()=>
            // The result is borrowed in a scope of its own and moved out of it. The compiler considers a local that was
            // borrowed to be alive across every later await.
            let (#plan, #result) = {
                let #result = #result;
                let #plan = match &#result {
                    ::core::result::Result::Ok(_) => {
                        #private::#function(#site, &mut #progress, &#refused, #private::Emit::#tell #refused_value)
                    }
                    ::core::result::Result::Err(#error) => {
                        #prepared
                        #private::#function(#site, &mut #progress, &#view, #private::Emit::#tell #own_error)
                    }
                };
                (#plan, #result)
            };
        }
    }
}
