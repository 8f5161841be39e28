//! The handle of a call, a new start after progress, and `cancel`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use super::expansion::Expansion;
use super::hygiene::{self, Locals};
use super::underline::Place;
use super::values::time_tokens;
use crate::parse::TimeForm;

impl Expansion<'_> {
    /// Returns the clock of the function.
    pub(super) fn clock(&self) -> TokenStream {
        let private = &self.retry.private;
        let clock =
            Ident::new(if self.retry.shape.is_async { "Async" } else { "Blocking" }, Span::mixed_site());
        quote!(#private::Clock::#clock)
    }

    /// Defines the handle, the limit for a new start and `cancel`, which are evaluated once.
    pub(super) fn control(&self) -> TokenStream {
        let (private, control) = (&self.retry.private, &self.retry.control);
        let Locals { handle, restart_limit, cancel, ends, .. } = &self.locals;
        let call = control.has_handle().then(|| {
            let (site, clock, start) = (&self.site, self.clock(), self.progress_at_start());
            // The compiler reports a handle that outlives its attempt at the span of the local.
            let place = control.call.as_ref().map_or_else(Span::mixed_site, Ident::span);
            let handle = hygiene::at(Span::mixed_site().located_at(place), handle);
            quote_spanned!(Span::mixed_site()=> let #handle = #private::Call::new(#site, &#start, #clock);)
        });
        let limit = control.restart_after.as_ref().filter(|time| !is_literal(&time.form)).map(|time| {
            let value = time_tokens(time, private);
            quote_spanned!(Span::mixed_site()=> let #restart_limit: #private::Duration = #value;)
        });
        let cancel = control.cancel.as_ref().map(|given| {
            let place = Place::of(given);
            if self.retry.shape.is_async {
                let future = self.call(place, "async_cancel", quote!(#given));
                quote_spanned! {Span::mixed_site()=>
                    let (#cancel, #ends) = #future;
                    let mut #cancel = ::core::pin::pin!(#cancel);
                }
            } else {
                let typed = self.call(place, "blocking_cancel", quote!(#given));
                quote_spanned!(Span::mixed_site()=> let (#cancel, #ends) = #typed;)
            }
        });
        quote!(#call #limit #cancel)
    }

    /// Defines the handle under the user's name for it. Each scope that needs the name has its own: a reference that lives
    /// through the loop would be a part of the future.
    pub(super) fn named_handle(&self) -> Option<TokenStream> {
        let (private, name, handle) =
            (&self.retry.private, self.retry.control.call.as_ref()?, &self.locals.handle);
        Some(quote_spanned! {Span::mixed_site()=>
            let #name: &#private::Call = &#handle;
            let _ = #name;
        })
    }

    /// Takes the time at the start of an attempt that may be a new start of the call.
    pub(super) fn attempt_start(&self) -> Option<TokenStream> {
        let (private, clock, begun) = (&self.retry.private, self.clock(), &self.locals.begun);
        let restarts = self.retry.control.restart_after.is_some();
        restarts
            .then(|| quote_spanned!(Span::mixed_site()=> let #begun = #private::AttemptStart::now(#clock);))
    }

    /// Starts the call anew if the attempt that failed has run for long enough.
    pub(super) fn restart(&self) -> Option<TokenStream> {
        let time = self.retry.control.restart_after.as_ref()?;
        let private = &self.retry.private;
        let Locals { handle, restart_limit, begun, .. } = &self.locals;
        let limit =
            if is_literal(&time.form) { time_tokens(time, private) } else { restart_limit.to_token_stream() };
        Some(quote_spanned! {Span::mixed_site()=>
            #private::Call::restart_after(&#handle, #limit, #begun);
        })
    }

    /// Defines the progress of a call that its handle keeps, for a step that needs it.
    pub(super) fn kept_progress(&self) -> Option<TokenStream> {
        let (private, Locals { handle, progress, .. }) = (&self.retry.private, &self.locals);
        let has_handle = self.retry.control.has_handle();
        has_handle.then(
            || quote_spanned!(Span::mixed_site()=> let mut #progress = #private::Call::progress(&#handle);),
        )
    }

    /// Returns a reference to the progress, where it is only read.
    pub(super) fn read_progress(&self) -> TokenStream {
        let (private, Locals { handle, progress, .. }) = (&self.retry.private, &self.locals);
        if self.retry.control.has_handle() {
            quote_spanned!(Span::mixed_site()=> &#private::Call::progress(&#handle))
        } else {
            quote_spanned!(Span::mixed_site()=> &#progress)
        }
    }

    /// Asks `cancel` whether the call is to end, after an attempt that did not end it.
    pub(super) fn ask_to_cancel(&self) -> Option<TokenStream> {
        self.retry.control.cancel.as_ref()?;
        let (private, Locals { cancel, cancelled, ends, .. }) = (&self.retry.private, &self.locals);
        let asked = if self.retry.shape.is_async {
            let cancel = self.pinned_cancel();
            quote_spanned!(Span::mixed_site()=> #private::is_cancelled(#cancel, #ends).await)
        } else {
            quote_spanned!(Span::mixed_site()=> #ends(&#cancel, #private::Duration::ZERO))
        };
        Some(quote_spanned!(Span::mixed_site()=> let #cancelled = #asked;))
    }

    fn pinned_cancel(&self) -> TokenStream {
        let cancel = &self.locals.cancel;
        quote_spanned!(Span::mixed_site()=> ::core::pin::Pin::as_mut(&mut #cancel))
    }

    /// Returns the argument of core that contains what controls the call, if anything does.
    pub(super) fn controls(&self) -> Option<TokenStream> {
        let (private, control) = (&self.retry.private, &self.retry.control);
        if control.is_empty() {
            return None;
        }
        let (call, clock) = (self.handle_if_any(), self.clock());
        let is_cancelled = match control.cancel {
            Some(_) => self.locals.cancelled.to_token_stream(),
            None => quote!(false),
        };
        Some(quote_spanned! {Span::mixed_site()=>
            , #clock, #private::Controls { call: #call, is_cancelled: #is_cancelled }
        })
    }

    /// Returns an optional reference to the handle.
    pub(super) fn handle_if_any(&self) -> TokenStream {
        let handle = &self.locals.handle;
        if self.retry.control.has_handle() {
            quote_spanned!(Span::mixed_site()=> ::core::option::Option::Some(&#handle))
        } else {
            quote!(::core::option::Option::None)
        }
    }

    /// Waits for the planned delay, and returns whether `cancel` has ended the wait.
    pub(super) fn wait_or_cancel(&self) -> TokenStream {
        let (private, Locals { cancel, ends, planned, delay, .. }) = (&self.retry.private, &self.locals);
        if self.retry.shape.is_async {
            let (cancel, wait) = (self.pinned_cancel(), self.wait_future());
            return quote_spanned! {Span::mixed_site()=> {
                let #delay = #private::Planned::wait(&#planned);
                #private::wait_or_cancel(#cancel, #ends, #wait).await
            }};
        }
        let rest = match self.blocking_wait(self.retry.sleep.as_ref()) {
            Some(wait) => quote_spanned!(Span::mixed_site()=> |#delay| { #wait }),
            None => self.at_name("block_rest"),
        };
        self.traced_block(quote_spanned! {Span::mixed_site()=>
            #private::block_or_cancel(&|#delay| #ends(&#cancel, #delay), #private::Planned::wait(&#planned), #rest)
        })
    }

    /// Calls the hook of a success after a failed attempt.
    pub(super) fn success_hook(&self) -> Option<TokenStream> {
        let hook = self.retry.on_success.as_ref()?;
        Some(self.hook(hook, &self.locals.recovered, "on_success", "call_on_success"))
    }
}

fn is_literal(form: &TimeForm) -> bool {
    matches!(form, TimeForm::Literal(_))
}
