//! Attempts that get a copy beside them when they do not answer.
//!
//! The body is a closure that creates a future, so that a copy of it can run beside the first one. Core polls them and asks a
//! second closure whether a result ends the attempt, by the same rules as the decision afterwards.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use super::error_rules::ErrorView;
use super::expansion::Expansion;
use super::hygiene::{self, Locals};
use super::shared::borrow;
use super::underline::Place;
use super::values::time_tokens;
use crate::function::mentions;
use crate::parse::Hedge;

impl Expansion<'_> {
    /// Defines the use that the call makes of its hedge.
    pub(super) fn hedging(&self) -> Option<TokenStream> {
        let (private, site) = (&self.retry.private, &self.site);
        let Locals { hedge: lent, hedging, .. } = &self.locals;
        let (define, hedge) = match self.retry.hedge.as_ref()? {
            Hedge::After(time) => {
                let (name, delay) = (hygiene::constant("HEDGE"), hygiene::constant("HEDGE_DELAY"));
                let value = time_tokens(time, private);
                let check = Place::of(&time.written).call(&quote!(#private::check), "hedge", &delay);
                let define = quote_spanned! {Span::mixed_site()=>
                    const #delay: #private::Duration = #value;
                    const _: () = #check;
                    static #name: #private::Hedge = #private::hedge_after(#delay);
                };
                (define, quote!(::core::option::Option::Some(&#name)))
            }
            Hedge::Shared(given) => {
                let (define, name) = borrow(given, lent);
                let lent = self.call(Place::at(name.span()), "lend_hedge", name.to_token_stream());
                (define, lent)
            }
        };
        Some(quote_spanned! {Span::mixed_site()=>
            #define
            let #hedging = #private::Hedging::new(#hedge, #site);
        })
    }

    /// Returns the future of an attempt with its copies. The body has its arguments bound anew.
    pub(super) fn hedged(&self, body: &TokenStream) -> TokenStream {
        let (private, Locals { hedging, shared, own, .. }) = (&self.retry.private, &self.locals);
        let (start, judge, progress) = (self.start_try(body), self.judge(), self.read_progress());
        let shared =
            self.retry.sharing.may_refuse_the_call().then(|| quote_spanned!(Span::mixed_site()=> &#shared));
        let shared = shared.unwrap_or_else(|| quote!(()));
        let handles = self.retry.control.call.as_ref().map(|_| quote_spanned!(Span::mixed_site()=> &#own));
        let handles = handles.unwrap_or_else(|| quote!(()));
        let arguments = quote_spanned! {Span::mixed_site()=>
            &#hedging, #private::Progress::attempt(#progress), #shared, #handles, #start, #judge
        };
        match &self.retry.sleep {
            None => quote_spanned!(Span::mixed_site()=> #private::Hedging::attempt(#arguments)),
            Some(sleep) => {
                let shared_sleep = &self.locals.sleep;
                self.call(Place::of(sleep), "hedged_with", quote!(#arguments, &#shared_sleep))
            }
        }
    }

    /// Defines the handles of the copies of an attempt, if the body has a handle.
    pub(super) fn copy_handles(&self) -> Option<TokenStream> {
        let (private, Locals { own, handle, .. }) = (&self.retry.private, &self.locals);
        self.retry.hedge.as_ref().and(self.retry.control.call.as_ref())?;
        Some(quote_spanned!(Span::mixed_site()=> let #own = #private::CopyHandles::new(&#handle);))
    }

    /// Keeps the wait that the attempt asked for through its handle, also if it ran into its limit.
    pub(super) fn hint_of_attempt(&self) -> Option<TokenStream> {
        let (private, Locals { hedging, handle, .. }) = (&self.retry.private, &self.locals);
        self.retry.hedge.as_ref().and(self.retry.control.call.as_ref())?;
        Some(quote_spanned! {Span::mixed_site()=>
            #private::Hedging::ended(&#hedging, ::core::option::Option::Some(&#handle));
        })
    }

    /// Returns the closure that creates the first try or a copy, each with a handle of its own.
    fn start_try(&self, body: &TokenStream) -> TokenStream {
        let own = &self.locals.own;
        let future = self.traced_attempt(quote_spanned!(self.place()=> async #body));
        match &self.retry.control.call {
            None => quote_spanned!(self.place()=> |()| #future),
            // The body has it under the user's name: the future borrows the handle itself, not the closure's argument.
            Some(_) => quote_spanned!(self.place()=> |#own| #future),
        }
    }

    /// Defines the handle of a try under the user's name for it.
    pub(super) fn named_try_handle(&self) -> Option<TokenStream> {
        let (private, name, own) = (&self.retry.private, self.retry.control.call.as_ref()?, &self.locals.own);
        Some(quote_spanned! {Span::mixed_site()=>
            let #name: &#private::Call = &*#own;
            let _ = #name;
        })
    }

    /// Returns the closure that decides whether a result ends the attempt while other tries run.
    fn judge(&self) -> TokenStream {
        let (private, ErrorView { prepared, view }) = (&self.retry.private, self.judged_error_view());
        let Locals { outcome, question, error, value, timed_out, hedging, hint, .. } = &self.locals;
        // The closure would borrow a handle that it only names.
        let rules = quote!(#prepared #view);
        let handle = self.named_handle().filter(|_| {
            let accepts = self.retry.success_rule.to_token_stream();
            self.retry.control.call.as_ref().is_some_and(|name| {
                [&rules, &accepts].into_iter().any(|tokens| mentions(tokens, &name.to_string()))
            })
        });
        let not_timed_out = self
            .policy
            .attempt_timeout
            .as_ref()
            .map(|_| quote_spanned!(Span::mixed_site()=> let #timed_out = false;));
        let accepts = match &self.retry.success_rule {
            None => quote_spanned!(Span::mixed_site()=> |_| true),
            Some(refuses) => {
                let refuses = self.call(Place::of(refuses), "call_predicate", quote!(#value, #refuses));
                let read = self.retry.success_hint.as_ref().map(|read| {
                    let read = self.call(Place::of(read), "call_hint", quote!(#value, #read));
                    quote_spanned! {Span::mixed_site()=>
                        let #hint = #read;
                        #private::Hedging::hinted(#hedging, #hint);
                    }
                });
                quote_spanned!(Span::mixed_site()=> |#value| { if #refuses { #read false } else { true } })
            }
        };
        let trace = &self.locals.trace;
        let is_final = match self.retry.span {
            Some(_) => {
                quote_spanned!(Span::mixed_site()=> #private::Trace::is_final(#trace, #hedging, &#view))
            }
            None => quote_spanned!(Span::mixed_site()=> #private::Hedging::is_final(#hedging, &#view)),
        };
        // The closure gets the use of the hedge as an argument under the same name: it need not borrow it.
        quote_spanned! {Span::mixed_site()=> |#outcome, #question, #hedging| {
            #handle
            #not_timed_out
            #private::judge(#outcome, #question, #accepts, |#error| {
                #prepared
                #is_final
            })
        }}
    }

    /// Returns a failure with the longest hint of all tries, which ends hedging for the call.
    pub(super) fn hedge_watch(&self, view: TokenStream) -> TokenStream {
        if self.retry.hedge.is_none() {
            return view;
        }
        let (private, hedging) = (&self.retry.private, &self.locals.hedging);
        quote_spanned!(Span::mixed_site()=> #private::Hedging::watch(&#hedging, #view))
    }
}
