//! After a failed attempt: what is seen of the error, the decision, the hooks, the end.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Expr;

use super::expansion::{Expansion, awaited, placed};
use super::hygiene::{self, Names};
use crate::parse::Selector;

impl Expansion<'_> {
    /// Core decides, tells and, where it can, waits.
    pub(super) fn at_once(&self) -> TokenStream {
        let (outcome, step, restore) = (self.outcome(), self.step(), self.restore_self());
        let Names { delay, next: position, progress, step: end, outcome: last, .. } = &self.names;
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
        let (progress, outcome) = (&self.names.progress, hygiene::at(place, &self.names.outcome));
        let (step, arguments) = match (self.retry.shape.is_async, &self.retry.sleep) {
            (true, _) => ("step", quote!(#site, &mut #progress)),
            (false, None) => ("step_blocking", quote!(#private::Block, #site, #progress)),
            (false, Some(_)) => ("step_blocking", quote!(#private::BlockBy, #site, #progress)),
        };
        let reference = quote_spanned!(place=> &);
        match self.rules() {
            Some(rules) => {
                let judge = self.at(place, "rules", &quote!(#reference #outcome, #rules));
                self.at(place, step, &quote!(#arguments, #judge, #outcome))
            }
            None => {
                let known = self.at(place, "known", &quote!(#reference #outcome));
                let known = self.on_its_floor(&known);
                let method = format_ident!("reattempt_{step}", span = place);
                quote_spanned!(place=> #known.#method(#arguments, #outcome))
            }
        }
    }

    /// A closure that says what the function's own arguments come to, if they say anything.
    fn rules(&self) -> Option<TokenStream> {
        let (prepared, seen) = self.told_of_error()?;
        let (private, name) = (&self.retry.private, self.filled_name());
        let Names { ask, error, .. } = &self.names;
        Some(quote_spanned! {Span::mixed_site()=>
            |#error, #ask| match #error {
                ::core::option::Option::Some(#error) => {
                    #prepared
                    #private::Ask::after(#ask, &#seen)
                }
                ::core::option::Option::None => #private::Ask::recovered(#ask, #name),
            }
        })
    }

    /// Core decides; hooks and endings of the function's own have their say before it goes on.
    pub(super) fn in_steps(&self) -> TokenStream {
        let restore = self.restore_self();
        let (plan, on_retry, give_up) = (self.plan(), self.on_retry(), self.give_up());
        let Names { plan: next, planned, given_up, .. } = &self.names;
        let announce = self.announce(&quote!(Planned), planned);
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

    /// A blocking function waits; an async one says how to.
    pub(super) fn planned_wait(&self) -> TokenStream {
        let (private, Names { planned, delay, .. }) = (&self.retry.private, &self.names);
        match (self.retry.shape.is_async, &self.retry.sleep) {
            (false, None) => quote_spanned!(Span::mixed_site()=> #private::Planned::block(&#planned);),
            (true, _) => quote_spanned!(Span::mixed_site()=> #private::Planned::wait(&#planned)),
            (false, sleep) => {
                let wait = self.blocking_wait(sleep.as_ref());
                quote_spanned!(Span::mixed_site()=> let #delay = #private::Planned::wait(&#planned); #wait)
            }
        }
    }

    /// The caller's sleep on this thread.
    fn blocking_wait(&self, sleep: Option<&Expr>) -> Option<TokenStream> {
        let (sleep, delay) = (sleep?, &self.names.delay);
        let call = placed(sleep, &quote!(block_with), &quote!(#sleep, #delay), &self.retry.private);
        Some(quote!(#call;))
    }

    /// The wait of an async step.
    pub(super) fn wait(&self) -> TokenStream {
        let (private, delay) = (&self.retry.private, &self.names.delay);
        let Some(sleep) = &self.retry.sleep else {
            return quote_spanned!(Span::mixed_site()=> #delay.await;);
        };
        let function = if self.shares_sleep() {
            let sleep = &self.names.sleep;
            quote!(&#sleep)
        } else {
            sleep.to_token_stream()
        };
        let arguments = quote!(#function, #private::Delay::duration(#delay));
        let future = placed(sleep, &quote!(wait_with), &arguments, private);
        awaited(sleep, &future)
    }

    pub(super) fn plan(&self) -> TokenStream {
        let (private, site) = (&self.retry.private, &self.site);
        let (prepared, seen) = self.seen();
        let (function, refused_value, own_error) = self.planning();
        let tell = if self.retry.announces() { quote!(Later) } else { quote!(Now) };
        let refused = quote_spanned!(Span::mixed_site()=> #private::Refused);
        let refused = match &self.retry.selection.retry_ok {
            Some(_) => self.told(&refused, false, false),
            None => refused,
        };
        let Names { plan, result, progress, error, .. } = &self.names;
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
                        #private::#function(#site, &mut #progress, &#seen, #private::Tell::#tell #own_error)
                    }
                };
                (#plan, #result)
            };
        }
    }

    /// Tells the log after a hook; without one it was told with the decision.
    pub(super) fn announce(&self, ty: &TokenStream, step: &Ident) -> Option<TokenStream> {
        let private = &self.retry.private;
        self.retry.announces().then(|| quote_spanned!(Span::mixed_site()=> #private::#ty::announce(&#step);))
    }

    fn on_retry(&self) -> Option<TokenStream> {
        let told = self.told_of_retry()?;
        let keep = self.retry.shape.is_async.then(|| {
            // The wait needs no result; an async hook had to give it back all the same.
            let result = &self.names.result;
            quote_spanned!(Span::mixed_site()=> ::core::mem::drop(#result);)
        });
        Some(quote!(#told #keep))
    }

    /// Tells the hook before a wait.
    pub(super) fn told_of_retry(&self) -> Option<TokenStream> {
        let hook = self.retry.before_wait.as_ref()?;
        Some(self.hook(hook, &self.names.planned, "on_retry", &quote!(tell_retry)))
    }

    /// Tells a hook of a step. In an async function it may take its time: the result is then moved through it, so
    /// that it is held across its awaits and across no other.
    fn hook(&self, hook: &Expr, step: &Ident, key: &str, tell: &TokenStream) -> TokenStream {
        let private = &self.retry.private;
        let Names { result, hook: heard, told, answer, future, .. } = &self.names;
        if !self.retry.shape.is_async {
            let call = placed(hook, tell, &quote!(&#step, &#result, #hook), private);
            return quote!(#call;);
        }
        let typed = match crate::parse::ungrouped(hook) {
            Expr::Closure(closure) => {
                let is_async = if closure.asyncness.is_some() { "async_" } else { "" };
                let typed = proc_macro2::Ident::new(&format!("typed_{is_async}{key}"), Span::mixed_site());
                placed(hook, &typed.into_token_stream(), &quote!(&#result, #hook), private)
            }
            _ => hook.to_token_stream(),
        };
        let place = Span::mixed_site().located_at(crate::parse::first_span(hook));
        let tell = Ident::new("reattempt_tell", place);
        let (told, probes) = (hygiene::label(told), self.probes(key));
        quote_spanned! {Span::mixed_site()=>
            let (#heard, #result) = {
                let #result = #result;
                let #heard = #typed;
                (#heard, #result)
            };
            let #result = #told: {
                #probes
                let #answer = #private::Hook::new(&#step, #result, #heard).#tell();
                let #future = match ::core::convert::identity(#answer) {
                    #private::Answer::Now(#result) => break #told #result,
                    #private::Answer::Later(#future) => #future,
                };
                #future.await
            };
        }
    }

    /// The end of the call: the hook, the log, then the last value, the fallback or the last error.
    pub(super) fn give_up(&self) -> TokenStream {
        let hook = self.retry.ending.on_give_up.as_ref();
        let told =
            hook.map(|hook| self.hook(hook, &self.names.given_up, "on_give_up", &quote!(tell_give_up)));
        let announce = self.announce(&quote!(GivenUp), &self.names.given_up);
        let (last, end) = (self.last(), self.end());
        quote_spanned! {Span::mixed_site()=>
            #told
            #announce
            #last
            #end
        }
    }

    /// The last error, as the caller is told of it; a last value ends the call. Moved as a whole, so that no part of
    /// the result is held across the fallback's awaits.
    fn last(&self) -> TokenStream {
        let (private, leave) = (&self.retry.private, &self.leave);
        if let (Some(error), Some(_)) = (&self.retry.ending.error, &self.retry.sharing.breaker) {
            return self.last_if_any(error);
        }
        let Names { last: end, error: found, known, given_up, result, value, same, .. } = &self.names;
        let question = self.on_its_floor(&quote!(#private::known_of(&#found)));
        let last = match &self.retry.ending.error {
            None => quote_spanned!(Span::mixed_site()=> let #end = #found;),
            Some(_) => quote_spanned! {Span::mixed_site()=>
                let #end = {
                    let #found = #found;
                    let #known = #question.reattempt_known();
                    #private::RetryError::new(&#given_up, ::core::option::Option::Some(#found), #known)
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

    fn end(&self) -> TokenStream {
        let (private, leave) = (&self.retry.private, &self.leave);
        let Names { last, same, told, answer, future, outcome, .. } = &self.names;
        let Some(fallback) = &self.retry.ending.fallback else {
            return match &self.retry.ending.error {
                None => quote_spanned!(Span::mixed_site()=> #leave #same.err(#last);),
                Some(error) => {
                    let converted = placed(error, &quote!(converted), &quote!(#last), private);
                    quote_spanned!(Span::mixed_site()=> #leave #same.err(#converted);)
                }
            };
        };
        if !self.retry.shape.is_async {
            let given = placed(fallback, &quote!(give_outcome), &quote!(#same, #last, #fallback), private);
            return quote_spanned!(Span::mixed_site()=> #leave #given;);
        }
        let given = placed(fallback, &quote!(give), &quote!(#last, #fallback), private);
        let ret = super::attempt::without_impl_trait(&self.retry.shape.ret);
        // Underlined from the first token of the fallback to the last.
        let (first, end) = crate::parse::ends(fallback.to_token_stream());
        let (first, end) = (Span::mixed_site().located_at(first), Span::mixed_site().located_at(end));
        let (whole, dot) = (hygiene::at(first, outcome), quote_spanned!(end=> .));
        let mut only = proc_macro2::Literal::usize_unsuffixed(0);
        only.set_span(end);
        let (told, probes) = (hygiene::label(told), self.probes("returned"));
        quote_spanned! {Span::mixed_site()=>
            let #outcome = (#told: {
                #probes
                let #answer = #private::Returned::new(#given).reattempt_answer();
                let #future = match ::core::convert::identity(#answer) {
                    #private::Answer::Now(#outcome) => break #told #outcome,
                    #private::Answer::Later(#future) => #future,
                };
                #future.await
            },);
            let #outcome: #ret = #whole #dot #only;
            #leave #same.outcome(#outcome);
        }
    }

    /// The error as core sees it: what has to be worked out first, and an expression that may borrow from it.
    fn seen(&self) -> (TokenStream, TokenStream) {
        self.told_of_error().unwrap_or_else(|| (TokenStream::new(), self.bare()))
    }

    /// The error as its type tells of it.
    fn bare(&self) -> TokenStream {
        let (private, error) = (&self.retry.private, &self.names.error);
        let known = self.on_its_floor(&quote_spanned!(Span::mixed_site()=> #private::known_of(#error)));
        quote_spanned!(Span::mixed_site()=> #known.reattempt_known().see(#error))
    }

    /// The question about an error, from the floor on that sees whether its type may borrow.
    pub(super) fn on_its_floor(&self, question: &TokenStream) -> TokenStream {
        if self.retry.may_borrow {
            quote_spanned!(Span::mixed_site()=> #question.reattempt_borrowing())
        } else {
            question.clone()
        }
    }

    /// The types of `ask`, and those of `on` that have a classification: they are asked where they stand in the chain
    /// of an error that has none.
    fn asked(&self) -> Option<TokenStream> {
        let (private, selection) = (&self.retry.private, &self.retry.selection);
        let Names { find, search: found_by, .. } = &self.names;
        let asked = selection.ask.iter().flatten().map(|ty| {
            let (first, last) = crate::parse::ends(ty.to_token_stream());
            let (first, last) = (Span::mixed_site().located_at(first), Span::mixed_site().located_at(last));
            let ask = proc_macro2::Ident::new("ask_for", first);
            let call = quote_spanned!(last=> ());
            quote!(#private::#ask::<#ty> #call)
        });
        let selected = selection.on.iter().flatten().filter_map(|item| match item {
            Selector::Type(ty) => {
                let search = self.search(ty);
                let place = Span::mixed_site().located_at(crate::parse::first_span(ty));
                let arguments = quote!(&#find, &#found_by, #private::known_as::<#ty>().reattempt_known());
                let classifier = self.at(place, "classifier", &arguments);
                Some(quote_spanned!(Span::mixed_site()=> { #search #classifier }))
            }
            Selector::Text(..) | Selector::Pattern(..) => None,
        });
        let all: Vec<_> = asked.chain(selected).collect();
        (!all.is_empty()).then(|| quote!(#(#all),*))
    }

    /// The question whether the error is or has a `ty`, and the way to look for it.
    fn search(&self, ty: &syn::Type) -> TokenStream {
        let (private, probes) = (&self.retry.private, self.probes("find"));
        let Names { error, find, search, .. } = &self.names;
        let references = if self.retry.may_borrow { quote!(&&&&&) } else { quote!(&&&&&&&) };
        quote_spanned! {Span::mixed_site()=>
            #probes
            let #find = #private::Find::<#ty, _>::new(#error);
            let #search = (#references #find).reattempt_search();
        }
    }

    /// The same with what the function's arguments say of it, if they say anything.
    fn told_of_error(&self) -> Option<(TokenStream, TokenStream)> {
        if !self.retry.judges_errors() {
            return None;
        }
        let Names { error, timed_out, seen, judged: verdict, hint: hinted, also, .. } = &self.names;
        let private = &self.retry.private;
        let asked = self.asked().map(|asked| quote!(let #also = [#asked];));
        let asking = asked.is_some().then(|| quote!(.asking(&#also)));
        let bare = self.bare();
        let bare = quote!(#bare #asking);
        let hint = match &self.retry.selection.retry_after {
            Some(hint) => Some(placed(hint, &quote!(hint), &quote!(#error, #hint), private)),
            // An error that stands for a timeout is not asked for a hint either.
            None if self.retry.policy.has_attempt_timeout() => Some(quote_spanned! {Span::mixed_site()=>
                if #timed_out { ::core::option::Option::None } else { #private::Failure::hint(&#seen) }
            }),
            None => None,
        };
        let has_hint = hint.is_some();
        let hint = hint.map(|hint| quote_spanned!(Span::mixed_site()=> let #hinted = #hint;));
        let Some(judged) = self.judged(error) else {
            let (asked, told) = match &asked {
                Some(asked) => (
                    Some(quote!(#asked let #seen = #bare;)),
                    self.told(&seen.to_token_stream(), false, has_hint),
                ),
                None => (None, self.told(&bare, false, has_hint)),
            };
            return Some((quote!(#asked #hint), told));
        };
        let told = self.told(&seen.to_token_stream(), true, has_hint);
        let prepared = quote_spanned! {Span::mixed_site()=>
            #asked
            let #seen = #bare;
            let #verdict = #judged;
            #hint
        };
        Some((prepared, told))
    }

    /// A failure with what the function's arguments say of it, if they say anything.
    fn told(&self, failure: &TokenStream, is_judged: bool, has_hint: bool) -> TokenStream {
        let private = &self.retry.private;
        let format = self.retry.operation.format.as_ref();
        let sums_waits = self.retry.policy.sums_waits();
        if !is_judged && !has_hint && format.is_none() && !sums_waits {
            return failure.clone();
        }
        let Names { judged, hint, waited, .. } = &self.names;
        let some = |value: TokenStream| quote!(::core::option::Option::Some(#value));
        let none = || quote!(::core::option::Option::None);
        let is_retryable = if is_judged { some(judged.to_token_stream()) } else { none() };
        let hint = if has_hint { some(hint.to_token_stream()) } else { none() };
        let operation = match format {
            Some(text) => some(quote!(::core::format_args!(#text))),
            None => quote!(::core::option::Option::None::<&::core::primitive::str>),
        };
        let waited = if sums_waits { some(quote!(&#waited)) } else { none() };
        quote_spanned! {Span::mixed_site()=>
            #private::Told {
                failure: #failure,
                is_retryable: #is_retryable,
                hint: #hint,
                operation: #operation,
                waited: #waited,
            }
        }
    }

    /// Whether the error is retried, where that is not the error's word alone.
    fn judged(&self, error: &Ident) -> Option<TokenStream> {
        let (private, Names { timed_out, seen, .. }) = (&self.retry.private, &self.names);
        let selection = &self.retry.selection;
        let has_timeout = self.retry.policy.has_attempt_timeout();
        let own = if has_timeout {
            quote_spanned!(Span::mixed_site()=> #timed_out || #private::Seen::own(&#seen))
        } else {
            quote_spanned!(Span::mixed_site()=> #private::Seen::own(&#seen))
        };
        if selection.on.is_none() && selection.unless.is_none() && selection.when.is_none() {
            return has_timeout.then_some(own);
        }
        let unless = match &selection.unless {
            Some(items) => {
                let matched = self.matched(items, error);
                quote_spanned!(Span::mixed_site()=> #matched.matches())
            }
            None => quote!(false),
        };
        let on = match &selection.on {
            Some(items) => self.matched(items, error),
            None => quote_spanned!(Span::mixed_site()=> #private::On::Type),
        };
        let when = match &selection.when {
            Some(when) => {
                let asked = placed(when, &quote!(judge), &quote!(#error, #when), private);
                quote!(::core::option::Option::Some(#asked))
            }
            None => quote!(::core::option::Option::None),
        };
        Some(quote_spanned!(Span::mixed_site()=> #private::classify(|| #unless, || #on, || #when, || #own)))
    }

    /// What the items say of the error.
    fn matched(&self, items: &[Selector], error: &Ident) -> TokenStream {
        let (private, Names { find, search: found_by, .. }) = (&self.retry.private, &self.names);
        let mut matched = items.iter().map(|item| match item {
            Selector::Type(ty) => {
                // Underlined from the first token of the type to the last.
                let (first, last) = crate::parse::ends(ty.to_token_stream());
                let (first, last) =
                    (Span::mixed_site().located_at(first), Span::mixed_site().located_at(last));
                let search = hygiene::at(last, found_by);
                let reference = quote_spanned!(first=> &);
                let finds = hygiene::import(first);
                let mut arguments = proc_macro2::Group::new(
                    proc_macro2::Delimiter::Parenthesis,
                    quote!(&#find, #reference #search, #error),
                );
                arguments.set_span(last);
                let found = quote!({ use #private::finds as #finds; #finds #arguments });
                let way = self.search(ty);
                quote_spanned! {Span::mixed_site()=> {
                    #way
                    #private::On::by_type(#found)
                }}
            }
            Selector::Text(text, guard) => {
                let guard = guard
                    .as_ref()
                    .map(|guard| quote!(&& ::core::convert::identity::<::core::primitive::bool>(#guard)));
                let place = Span::mixed_site().located_at(text.span());
                let error = hygiene::at(place, error);
                let is_text = self.at(place, "is_text", &quote!(#error, #text));
                quote_spanned!(Span::mixed_site()=> #private::On::by_pattern(#is_text #guard))
            }
            Selector::Pattern(pattern, guard) => {
                let guard = guard.as_ref().map(|guard| quote!(if #guard));
                quote_spanned! {Span::mixed_site()=>
                    #private::On::by_pattern(
                        match #error { #pattern #guard => true, _ => false }
                    )
                }
            }
        });
        let first = matched.next().unwrap_or_else(|| quote!(#private::On::Nothing));
        matched.fold(first, |all, next| quote_spanned!(Span::mixed_site()=> #all.or(|| #next)))
    }

    /// The traits of one question, in the block that asks it: a method of one of them is used there in any case.
    fn probes(&self, question: &str) -> TokenStream {
        let (private, question) = (&self.retry.private, Ident::new(question, Span::mixed_site()));
        quote_spanned!(Span::mixed_site()=> use #private::probes::#question::*;)
    }
}
