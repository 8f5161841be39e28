//! The decision after a failed attempt.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use super::error_rules::ErrorView;
use super::expansion::Expansion;
use super::hygiene::{self, Locals};
use crate::model::Evaluated;

impl Expansion<'_> {
    /// Ends the call with a success, or decides about a failure in one call of core, which also emits the event. The
    /// conversion of the outcome is reported at the return type, which is wrong if it is no outcome.
    pub(super) fn single_step(&self) -> TokenStream {
        let (outcome, restore, success) = (self.outcome(), self.restore_self(), self.success());
        let (place, leave) = (self.return_place(), &self.leave);
        let Locals { delay, outcome: last, value, error, .. } = &self.locals;
        let (private, failed, made) = (self.private_at(place), self.failed(), hygiene::at(place, last));
        let result = quote_spanned!(place=> #private::into_result(#made));
        let wait = self.wait_of_step();
        quote_spanned! {Span::mixed_site()=>
            #outcome
            match #result {
                ::core::result::Result::Ok(#value) => { #success }
                ::core::result::Result::Err(#error) => match #failed {
                    ::core::result::Result::Ok(#delay) => { #restore #wait }
                    ::core::result::Result::Err(#last) => #leave #last,
                },
            }
        }
    }

    /// Waits in a blocking function. In an async function, returns the delay to await.
    fn wait_of_step(&self) -> TokenStream {
        let delay = &self.locals.delay;
        match self.blocking_wait(self.retry.sleep.as_ref()) {
            _ if self.retry.shape.is_async => delay.to_token_stream(),
            Some(wait) => wait,
            None => {
                let block = self.at_name("block_for");
                quote!(#block(#delay);)
            }
        }
    }

    /// Ends a call with a success. Names with placeholders and sites that are no items are made only after a
    /// failure.
    fn success(&self) -> TokenStream {
        let (place, site, leave) = (self.return_place(), &self.site, &self.leave);
        let (private, value) = (self.private_at(place), hygiene::at(place, &self.locals.value));
        let progress = &self.locals.progress;
        if let Some(label) = self.only_label() {
            return quote_spanned!(place=> #leave #private::succeeded_by_default(#label, &#progress, #value););
        }
        let is_item = self.retry.policy.evaluated == Evaluated::Const;
        let has_handle = self.retry.control.has_handle();
        if self.retry.shape.is_async && is_item && self.retry.operation.format.is_none() && !has_handle {
            return quote_spanned!(place=> #leave #private::succeeded(#site, &#progress, #value););
        }
        let recovered = self.emit_recovered();
        let end = quote_spanned!(place=> #private::into_outcome(::core::result::Result::Ok(#value)));
        quote_spanned!(Span::mixed_site()=> #recovered #leave #end;)
    }

    /// Passes the error of an attempt to core, which returns the delay or the outcome of the call.
    fn failed(&self) -> TokenStream {
        let (private, site) = (&self.retry.private, &self.site);
        let Locals { progress, error, .. } = &self.locals;
        let is_async = self.retry.shape.is_async;
        if self.retry.control.has_handle() {
            let (rules, clock, handle) = (self.rules(), self.clock(), &self.locals.handle);
            return quote_spanned! {Span::mixed_site()=>
                #private::failed_with_call(#clock, #site, &#handle, #rules, #error)
            };
        }
        if !is_async || !self.retry.error_rules.is_empty() || self.retry.hedge.is_some() {
            let (rules, clock) = (self.rules(), if is_async { quote!(Async) } else { quote!(Blocking) });
            return quote_spanned! {Span::mixed_site()=>
                #private::failed_by_rules(#private::Clock::#clock, #site, &mut #progress, #rules, #error)
            };
        }
        let probe = quote_spanned!(Span::mixed_site()=> #private::probe_error(&#error));
        let probe = self.borrow_aware(&probe);
        if let Some(label) = self.only_label() {
            let method = Ident::new("__reattempt_failed_by_default", self.return_place());
            return quote_spanned! {Span::mixed_site()=>
                #probe.__reattempt_probe().#method(#label, &mut #progress, #error)
            };
        }
        let method = Ident::new("__reattempt_failed", self.return_place());
        quote_spanned!(Span::mixed_site()=> #probe.__reattempt_probe().#method(#site, &mut #progress, #error))
    }

    /// Returns the closure with the decisions of the arguments, if there are any.
    pub(super) fn rules_closure(&self) -> Option<TokenStream> {
        (!self.retry.error_rules.is_empty()).then(|| self.rules())
    }

    pub(super) fn rules(&self) -> TokenStream {
        let ErrorView { prepared, view } = self.error_view();
        let (private, name, handle) = (&self.retry.private, self.filled_name(), self.named_handle());
        let Locals { decider, error, .. } = &self.locals;
        quote_spanned! {Span::mixed_site()=>
            |#error, #decider| match #error {
                ::core::option::Option::Some(#error) => {
                    #handle
                    #prepared
                    #private::Decider::after_failure(#decider, &#view)
                }
                ::core::option::Option::None => #private::Decider::after_recovery(#decider, #name),
            }
        }
    }

    /// Decides in a plan that core returns. Hooks and endings of the function run before the wait or the end.
    pub(super) fn planned_step(&self) -> TokenStream {
        let (restore, fill) = (self.restore_self(), self.fill_failure());
        let (plan, on_retry, give_up) = (self.plan(), self.retry_hook(), self.give_up());
        let Locals { plan: next, planned, given_up, .. } = &self.locals;
        let emit = self.emit_event(&quote!(Planned), planned);
        let wait = self.planned_wait();
        quote_spanned! {Span::mixed_site()=>
            #restore
            #plan
            match #next {
                ::core::result::Result::Ok(#planned) => {
                    #fill
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
        let (asked, restart, kept, controls) =
            (self.ask_to_cancel(), self.restart(), self.kept_progress(), self.controls());
        let tell = if self.retry.emits_late() { quote!(Later) } else { quote!(Now) };
        let (success, hint, refused) = self.refused_value();
        let Locals { plan, result, progress, error, .. } = &self.locals;
        quote_spanned! {Span::mixed_site()=>
            #asked
            // The result is borrowed in a scope of its own and moved out of it. The compiler considers a local that was
            // borrowed to be alive across every later await.
            let (#plan, #result) = {
                let #result = #result;
                #restart
                #kept
                let #plan = match &#result {
                    ::core::result::Result::Ok(#success) => {
                        #hint
                        #private::#function(
                            #site, &mut #progress, &#refused, #private::Emit::#tell #controls #refused_value
                        )
                    }
                    ::core::result::Result::Err(#error) => {
                        #prepared
                        #private::#function(
                            #site, &mut #progress, &#view, #private::Emit::#tell #controls #own_error
                        )
                    }
                };
                (#plan, #result)
            };
        }
    }
}
