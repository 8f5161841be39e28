//! The error as core sees it: what its type reports, and what the arguments decide about it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Type;

use super::expansion::Expansion;
use super::hygiene::{self, Names};
use super::underline::Place;
use crate::parse::{Selector, first_span};

impl Expansion<'_> {
    /// The error as core sees it: what has to be worked out first, and an expression that may borrow from it.
    pub(super) fn seen(&self) -> (TokenStream, TokenStream) {
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
            let place = Place::of(ty).in_expansion();
            let (ask, call) = (Ident::new("ask_for", place.first), place.arguments(quote!()));
            quote!(#private::#ask::<#ty> #call)
        });
        let selected = selection.on.iter().flatten().filter_map(|item| match item {
            Selector::Type(ty) => {
                let search = self.search(ty);
                let place = Span::mixed_site().located_at(first_span(ty));
                let arguments = quote!(&#find, &#found_by, #private::known_as::<#ty>().reattempt_known());
                let classifier = self.call(Place::at(place), "classifier", arguments);
                Some(quote_spanned!(Span::mixed_site()=> { #search #classifier }))
            }
            Selector::Text(..) | Selector::Pattern(..) => None,
        });
        let all: Vec<_> = asked.chain(selected).collect();
        (!all.is_empty()).then(|| quote!(#(#all),*))
    }

    /// The question whether the error is or has a `ty`, and the way to look for it.
    fn search(&self, ty: &Type) -> TokenStream {
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
    pub(super) fn told_of_error(&self) -> Option<(TokenStream, TokenStream)> {
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
            Some(hint) => Some(self.call(Place::of(hint), "hint", quote!(#error, #hint))),
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
    pub(super) fn told(&self, failure: &TokenStream, is_judged: bool, has_hint: bool) -> TokenStream {
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
                let asked = self.call(Place::of(when), "judge", quote!(#error, #when));
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
                let place = Place::of(ty).in_expansion();
                let reference = quote_spanned!(place.first=> &);
                let search = hygiene::at(place.last, found_by);
                let found = self.call(place, "finds", quote!(&#find, #reference #search, #error));
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
                let is_text = self.call(Place::at(place), "is_text", quote!(#error, #text));
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
    pub(super) fn probes(&self, question: &str) -> TokenStream {
        let (private, question) = (&self.retry.private, Ident::new(question, Span::mixed_site()));
        quote_spanned!(Span::mixed_site()=> use #private::probes::#question::*;)
    }
}
