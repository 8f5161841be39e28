//! Functions with a budget, a breaker or a throttle, and functions whose wait can end the call.
//!
//! Core asks the budget when it decides. A breaker and a throttle can refuse a call before the first attempt. A breaker
//! can refuse it again after each wait, and `cancel` can end it during a wait. The ways to give up meet before the end, with
//! the last error, which is kept across a wait that can end the call.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;

use super::expansion::Expansion;
use super::hygiene::{self, Locals};
use super::underline::Place;
use crate::parse::{first_span, is_static};

impl Expansion<'_> {
    /// Evaluates budget, breaker and throttle once, deposits into the budget, and acquires a permit and a pass.
    pub(super) fn shared(&self) -> Option<TokenStream> {
        let (private, sharing) = (&self.retry.private, &self.retry.sharing);
        let Locals { shared, refused, wait, .. } = &self.locals;
        if sharing.is_empty() {
            return None;
        }
        let (budget, lent_budget) =
            self.borrowed("lend_budget", &self.locals.budget, sharing.budget.as_ref());
        let (breaker, lent_breaker) =
            self.borrowed("lend_breaker", &self.locals.breaker, sharing.breaker.as_ref());
        let (throttle, lent_throttle) =
            self.borrowed("lend_throttle", &self.locals.throttle, sharing.throttle.as_ref());
        let admit = quote_spanned!(Span::mixed_site()=> #private::Shared::admit(&mut #shared));
        let admit = match sharing.breaker {
            Some(_) if self.retry.shape.is_async => quote_spanned! {Span::mixed_site()=>
                let mut #refused = #admit;
                if let ::core::option::Option::Some(#wait) = #private::Shared::after_refusal(&#shared, #refused.as_ref()) {
                    #wait.await;
                    #refused = #admit;
                }
            },
            Some(_) => quote_spanned! {Span::mixed_site()=>
                let mut #refused = #admit;
                if #private::Shared::block_after_refusal(&#shared, #refused.as_ref()) {
                    #refused = #admit;
                }
            },
            None if sharing.may_refuse_the_call() => {
                quote_spanned!(Span::mixed_site()=> let #refused = #admit;)
            }
            None => quote_spanned!(Span::mixed_site()=> let _ = #admit;),
        };
        let begin = quote_spanned! {Span::mixed_site()=>
            let mut #shared = #private::Shared::new(#lent_budget, #lent_breaker, #lent_throttle);
            #admit
        };
        Some(quote!(#budget #breaker #throttle #begin))
    }

    /// Borrows the value of an argument for the duration of the call.
    fn borrowed(
        &self,
        function: &str,
        name: &Ident,
        given: Option<&Expr>,
    ) -> (Option<TokenStream>, TokenStream) {
        let Some(given) = given else { return (None, quote!(::core::option::Option::None)) };
        let (define, name) = borrow(given, name);
        let lent = self.call(Place::at(name.span()), function, name.to_token_stream());
        (Some(define), lent)
    }

    /// Reports the outcome of an attempt to the breaker by `breaker_failure`. The result is moved through the call, because
    /// the compiler considers a local that was borrowed to be alive across every later await.
    pub(super) fn judge_for_breaker(&self) -> Option<TokenStream> {
        let (rule, private) = (self.retry.sharing.breaker_failure.as_ref()?, &self.retry.private);
        let (Locals { shared, result, error, .. }, view) = (&self.locals, self.view_by_type());
        let is_refusal = quote_spanned!(Span::mixed_site()=> |#error| #private::Failure::is_refusal(&#view));
        let arguments = quote!(&mut #shared, #result, #is_refusal, #rule);
        let judged = self.call(Place::of(rule), "judge_by", arguments);
        Some(quote_spanned!(Span::mixed_site()=> let #result = #judged;))
    }

    /// Records a success that ends the call.
    pub(super) fn record_success(&self) -> Option<TokenStream> {
        let (private, shared) = (&self.retry.private, &self.locals.shared);
        let is_shared = !self.retry.sharing.is_empty();
        let recorded = is_shared
            .then(|| quote_spanned!(Span::mixed_site()=> #private::Shared::succeeded(&mut #shared);));
        let filled = self.fill_success();
        (recorded.is_some() || filled.is_some()).then(|| quote!(#recorded #filled))
    }

    /// Returns the function of core that plans the next step, and its additional arguments for a refused value and for
    /// an error.
    pub(super) fn plan_call(&self) -> (TokenStream, TokenStream, TokenStream) {
        let private = &self.retry.private;
        let is_async = self.retry.shape.is_async;
        let is_controlled = !self.retry.control.is_empty();
        if self.retry.sharing.is_empty() {
            let function = match (is_controlled, is_async) {
                (true, _) => quote!(plan_controlled),
                (false, true) => quote!(plan_async),
                (false, false) => quote!(plan_blocking),
            };
            return (function, TokenStream::new(), TokenStream::new());
        }
        let function = match (is_controlled, is_async) {
            (true, _) => quote!(plan_controlled_shared),
            (false, true) => quote!(plan_async_shared),
            (false, false) => quote!(plan_blocking_shared),
        };
        let Locals { shared, timed_out, .. } = &self.locals;
        let ended = match self.policy.attempt_timeout {
            Some(_) => quote_spanned!(Span::mixed_site()=> #private::Ended::error(#timed_out)),
            None => quote!(#private::Ended::Error),
        };
        (function, quote!(, &mut #shared, #private::Ended::Value), quote!(, &mut #shared, #ended))
    }

    /// Runs one attempt if it is not refused, and waits after it. The breaker and `cancel` can end the call after the wait.
    pub(super) fn several_ends_step(&self) -> TokenStream {
        let (attempt, restore, fill) = (self.attempt_or_return(), self.restore_self(), self.fill_failure());
        let (plan, on_retry, give_up) = (self.plan(), self.call_retry_hook(), self.give_up());
        let emit = self.emit_event(&quote!(Planned), &self.locals.planned);
        let (keep, kept) = self.kept_result();
        let after_wait = self.after_wait(&kept);
        let Locals { same, given_up, result, refused: refusal, open, plan: planning, planned, .. } =
            &self.locals;
        let last = self.optional(result);
        let step = quote_spanned! {Span::mixed_site()=>
            #attempt
            #restore
            #plan
            match #planning {
                ::core::result::Result::Ok(#planned) => {
                    #fill
                    #on_retry
                    #emit
                    #keep
                    #after_wait
                }
                ::core::result::Result::Err(#given_up) => (#same, #given_up, #last),
            }
        };
        let step = if self.retry.sharing.may_refuse_the_call() {
            let refused = self.rejected_call();
            quote_spanned! {Span::mixed_site()=>
                match #refusal {
                    ::core::option::Option::Some(#open) => { #refused }
                    ::core::option::Option::None => { #step }
                }
            }
        } else {
            quote_spanned!(Span::mixed_site()=> { #step })
        };
        quote_spanned! {Span::mixed_site()=>
            let (#same, #given_up, #result) = #step;
            #give_up
        }
    }

    /// Waits, and goes on with the next attempt unless `cancel` or the breaker ends the call.
    fn after_wait(&self, kept: &TokenStream) -> TokenStream {
        let (private, Locals { same, given_up, planned, shared, delay, wait, .. }) =
            (&self.retry.private, &self.locals);
        let is_async = self.retry.shape.is_async;
        let reacquire = if is_async { quote!(reacquire) } else { quote!(reacquire_blocking) };
        let wait_for_fleet = is_async.then(|| {
            quote_spanned! {Span::mixed_site()=>
                if let ::core::option::Option::Some(#wait) = #private::Shared::before_retry(&#shared) {
                    #wait.await;
                }
            }
        });
        let next = match self.retry.sharing.breaker {
            None => quote!(continue),
            Some(_) => quote_spanned! {Span::mixed_site()=>
                #wait_for_fleet
                match #private::Shared::#reacquire(&mut #shared, &#planned) {
                    ::core::result::Result::Ok(()) => continue,
                    ::core::result::Result::Err(#given_up) => (#same, #given_up, #kept),
                }
            },
        };
        if self.retry.control.cancel.is_some() {
            let wait = self.wait_or_cancel();
            return quote_spanned! {Span::mixed_site()=>
                if #wait {
                    (#same, #private::Planned::cancelled(&#planned), #kept)
                } else {
                    #next
                }
            };
        }
        let mut wait = self.planned_wait();
        if self.retry.shape.is_async {
            let awaited = self.wait();
            wait = quote_spanned!(Span::mixed_site()=> let #delay = #wait; #awaited);
        }
        quote_spanned!(Span::mixed_site()=> #wait #next)
    }

    /// Ends a call that was refused before the first attempt. With `error = T` there is no last error. Otherwise one is
    /// made.
    fn rejected_call(&self) -> TokenStream {
        let (private, site, name) = (&self.retry.private, &self.site, self.filled_name());
        let Locals { open, given_up, outcome, same, result, .. } = &self.locals;
        let refused = quote_spanned!(Span::mixed_site()=> #private::GivenUp::refused(#site, #name, &#open));
        if self.retry.ending.error.is_some() {
            let ret = super::attempt::without_impl_trait(&self.retry.shape.ret);
            return quote_spanned! {Span::mixed_site()=>
                (#private::from_result::<#ret>(), #refused, ::core::result::Result::Ok(::core::option::Option::None))
            };
        }
        let (made, ret, split) = (self.made_of_refusal(), self.body_type(), self.split());
        quote_spanned! {Span::mixed_site()=>
            let #given_up = #refused;
            let #outcome: #ret = #made;
            let (#same, #result) = #split;
            (#same, #given_up, #result)
        }
    }

    /// Makes the result of a refusal. A type that cannot be made of it is reported at the argument that refuses.
    fn made_of_refusal(&self) -> TokenStream {
        let (private, sharing) = (&self.retry.private, &self.retry.sharing);
        let Locals { open, .. } = &self.locals;
        let arm = |argument: &Option<Expr>, variant: &str, function: &str| {
            let variant = Ident::new(variant, Span::mixed_site());
            let Some(argument) = argument else {
                return quote_spanned!(Span::mixed_site()=> #private::Refusal::#variant(_) => #private::unreached(),);
            };
            let place = Span::mixed_site().located_at(first_span(argument));
            let made = self.call(Place::at(place), function, hygiene::at(place, open).into_token_stream());
            quote_spanned!(Span::mixed_site()=> #private::Refusal::#variant(#open) => #made,)
        };
        let (by_breaker, by_throttle) =
            (arm(&sharing.breaker, "Open", "refused"), arm(&sharing.throttle, "Throttled", "throttled"));
        quote_spanned!(Span::mixed_site()=> match #open { #by_breaker #by_throttle })
    }

    /// Keeps the error of an attempt across the wait, or the whole result where a value can also end the call. A result that
    /// the end does not need is dropped before the wait.
    fn kept_result(&self) -> (TokenStream, TokenStream) {
        let (private, Locals { kept, result, .. }) = (&self.retry.private, &self.locals);
        if !self.retry.can_end_in_wait() {
            let drop = quote_spanned!(Span::mixed_site()=> ::core::mem::drop(#result););
            return (drop, TokenStream::new());
        }
        if self.retry.success_rule.is_some() {
            let keep = quote_spanned!(Span::mixed_site()=> let #kept = #result;);
            return (keep, self.optional(kept));
        }
        let keep = quote_spanned!(Span::mixed_site()=> let #kept = #private::only_error(#result););
        (keep, quote!(::core::result::Result::Err(#kept)))
    }

    /// Returns a result. Its value is optional where there may have been no attempt.
    fn optional(&self, result: &Ident) -> TokenStream {
        if self.may_make_no_attempt() {
            quote!(::core::result::Result::map(#result, ::core::option::Option::Some))
        } else {
            result.to_token_stream()
        }
    }
}

/// Borrows what calls share, and returns the definition of the reference and its name. What an item in capitals lends has to
/// live as long as the process: a `const` would be made anew for each call, and would count nothing.
pub(super) fn borrow(given: &Expr, name: &Ident) -> (TokenStream, Ident) {
    let place = Span::mixed_site().located_at(first_span(given));
    let (name, reference) = (hygiene::at(place, name), quote_spanned!(place=> &));
    let ty = is_static(given).then(|| quote_spanned!(place=> : &'static _));
    (quote_spanned!(Span::mixed_site()=> let #name #ty = #reference #given;), name)
}
