//! After a failed attempt: what is seen of the error, the decision, the hooks, the end.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use super::error_rules::ErrorView;
use super::expansion::Expansion;
use super::hygiene::{self, Locals};
use super::underline::Place;

impl Expansion<'_> {
    /// Core decides, tells and, where it can, waits.
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

    /// What follows the attempt. Placed at the return type, which is at fault if it is no outcome.
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
                let judge = self.call(Place::at(place), "rules", quote!(#reference #outcome, #rules));
                self.call(Place::at(place), step, quote!(#arguments, #judge, #outcome))
            }
            None => {
                let known = self.call(Place::at(place), "known", quote!(#reference #outcome));
                let known = self.borrow_aware(&known);
                let method = format_ident!("reattempt_{step}", span = place);
                quote_spanned!(place=> #known.#method(#arguments, #outcome))
            }
        }
    }

    /// A closure that says what the function's own arguments come to, if they say anything.
    fn rules_closure(&self) -> Option<TokenStream> {
        if self.retry.error_rules.is_empty() {
            return None;
        }
        let ErrorView { prepared, view } = self.error_view();
        let (private, name) = (&self.retry.private, self.filled_name());
        let Locals { ask, error, .. } = &self.locals;
        Some(quote_spanned! {Span::mixed_site()=>
            |#error, #ask| match #error {
                ::core::option::Option::Some(#error) => {
                    #prepared
                    #private::Ask::after(#ask, &#view)
                }
                ::core::option::Option::None => #private::Ask::recovered(#ask, #name),
            }
        })
    }

    /// Core decides; hooks and endings of the function's own have their say before it goes on.
    pub(super) fn planned_step(&self) -> TokenStream {
        let restore = self.restore_self();
        let (plan, on_retry, give_up) = (self.plan(), self.retry_hook(), self.give_up());
        let Locals { plan: next, planned, given_up, .. } = &self.locals;
        let announce = self.emit_event(&quote!(Planned), planned);
        let wait = self.planned_wait();
        quote_spanned! {Span::mixed_site()=>
            #restore
            #plan
            match #next {
                ::core::result::Result::Ok(#planned) => {
                    #on_retry
                    #announce
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
            // Borrowed in a scope of its own and handed out: a local that was borrowed counts as alive ever after,
            // also across an await that it is not used beyond.
            let (#plan, #result) = {
                let #result = #result;
                let #plan = match &#result {
                    ::core::result::Result::Ok(_) => {
                        #private::#function(#site, &mut #progress, &#refused, #private::Tell::#tell #refused_value)
                    }
                    ::core::result::Result::Err(#error) => {
                        #prepared
                        #private::#function(#site, &mut #progress, &#view, #private::Tell::#tell #own_error)
                    }
                };
                (#plan, #result)
            };
        }
    }
}
