//! The error for core: the properties of its type, and the decisions of the arguments about it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, LitStr, Type};

use super::expansion::Expansion;
use super::hygiene::{self, Locals};
use super::underline::Place;
use crate::model::{Classifier, HintRule, RetryableRule, Selection};
use crate::parse::{Selector, first_span};

/// The code that hands an error to core.
pub(super) struct ErrorView {
    /// Statements that are needed first.
    pub(super) prepared: TokenStream,
    /// An expression, which may borrow from the statements.
    pub(super) view: TokenStream,
}

/// What a failure has beside the answers whether it is retried and whether it has a hint.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// The name of the operation, the sum of the waits and the function's own delay.
    All,
    /// The same without the delay.
    NoDelay,
    Nothing,
}

impl Expansion<'_> {
    /// Returns the error with all that core needs of it.
    pub(super) fn error_view(&self) -> ErrorView {
        self.error_view_with(Rest::All)
    }

    /// Returns the error with what decides whether it is retried, and its hint. A closure around it borrows nothing else.
    pub(super) fn judged_error_view(&self) -> ErrorView {
        self.error_view_with(Rest::Nothing)
    }

    fn error_view_with(&self, rest: Rest) -> ErrorView {
        let rules = &self.retry.error_rules;
        let Locals { view: named_view, is_retryable: verdict, hint, classifiers: named_classifiers, .. } =
            &self.locals;
        let classifiers = (!rules.classifiers.is_empty()).then(|| {
            let classifiers = rules.classifiers.iter().map(|classifier| self.classifier(classifier));
            quote!(let #named_classifiers = [#(#classifiers),*];)
        });
        let asking = classifiers.is_some().then(|| quote!(.asking(&#named_classifiers)));
        let by_type = self.view_by_type();
        let by_type = quote!(#by_type #asking);
        let (is_retryable, found_hint) = (self.is_retryable(), self.hint());
        let needs_name = classifiers.is_some() || is_retryable.is_some();
        let (named, view) = if needs_name {
            (Some(quote!(let #named_view = #by_type;)), named_view.to_token_stream())
        } else {
            (None, by_type)
        };
        let view = self.overridden(&view, is_retryable.is_some(), found_hint.is_some(), rest);
        let view = self.hedge_watch(view);
        let is_retryable = is_retryable.map(|value| quote!(let #verdict = #value;));
        let found_hint = found_hint.map(|value| quote!(let #hint = #value;));
        let own_delay = self.own_delay().filter(|_| rest == Rest::All);
        ErrorView { prepared: quote!(#classifiers #named #is_retryable #found_hint #own_delay), view }
    }

    /// Defines the delay by the user's function, which core calls if there is a wait.
    fn own_delay(&self) -> Option<TokenStream> {
        let delay = self.retry.error_rules.delay.as_ref()?;
        let Locals { error, own_delay, .. } = &self.locals;
        let call = self.call(Place::of(delay), "call_delay", quote!(#error, #delay));
        Some(quote_spanned!(Span::mixed_site()=> let #own_delay = #call;))
    }

    /// Returns the error as its type describes it.
    pub(super) fn view_by_type(&self) -> TokenStream {
        let (private, error) = (&self.retry.private, &self.locals.error);
        let known = self.borrow_aware(&quote_spanned!(Span::mixed_site()=> #private::probe_error(#error)));
        quote_spanned!(Span::mixed_site()=> #known.__reattempt_probe().__reattempt_known().see(#error))
    }

    /// Starts a probe of the error's type where types that may borrow are distinguished, if this type may.
    pub(super) fn borrow_aware(&self, probe: &TokenStream) -> TokenStream {
        if self.retry.may_borrow {
            quote_spanned!(Span::mixed_site()=> #probe.__reattempt_borrowing())
        } else {
            probe.clone()
        }
    }

    /// Returns a classifier. Core uses it on the sources of an error that has no classification.
    fn classifier(&self, classifier: &Classifier) -> TokenStream {
        let (private, Locals { find, search, .. }) = (&self.retry.private, &self.locals);
        match classifier {
            Classifier::Required(ty) => {
                let place = Place::of(ty).in_expansion();
                let (ask, call) = (Ident::new("ask_for", place.first), place.arguments(quote!()));
                quote!(#private::#ask::<#ty> #call)
            }
            Classifier::Optional(ty) => {
                let way = self.search(ty);
                let place = Place::at(first_span(ty)).in_expansion();
                let arguments = quote!(&#find, &#search, #private::probe_type::<#ty>().__reattempt_probe().__reattempt_known());
                let classifier = self.call(place, "classifier", arguments);
                quote_spanned!(Span::mixed_site()=> { #way #classifier })
            }
        }
    }

    /// Defines how to find out whether the error is a `ty` or contains one.
    fn search(&self, ty: &Type) -> TokenStream {
        let (private, probes) = (&self.retry.private, self.probes("find"));
        let Locals { error, find, search, .. } = &self.locals;
        // The impls in core's `error/find.rs` are for references to `Find`, the first ones for most references. Method lookup
        // starts at the impl that has one reference less than this, since `&self` adds one, and goes on to those with fewer.
        let references = if self.retry.may_borrow { quote!(&&&&&) } else { quote!(&&&&&&&) };
        quote_spanned! {Span::mixed_site()=>
            #probes
            let #find = #private::Find::<#ty, _>::new(#error);
            let #search = (#references #find).__reattempt_search();
        }
    }

    /// Returns a pattern for a value that was refused by `retry_ok`, the statement that reads its hint, and the value
    /// with the decisions of the arguments about any failure.
    pub(super) fn refused_value(&self) -> (TokenStream, Option<TokenStream>, TokenStream) {
        let (private, Locals { value, hint, .. }) = (&self.retry.private, &self.locals);
        let refused = quote_spanned!(Span::mixed_site()=> #private::RejectedValue);
        if self.retry.success_rule.is_none() {
            return (quote!(_), None, refused);
        }
        match &self.retry.success_hint {
            None => {
                let refused = self.hedge_watch(self.overridden(&refused, false, false, Rest::NoDelay));
                (quote!(_), None, refused)
            }
            Some(read) => {
                let call = self.call(Place::of(read), "call_hint", quote!(#value, #read));
                let read = quote_spanned!(Span::mixed_site()=> let #hint = #call;);
                let refused = self.hedge_watch(self.overridden(&refused, false, true, Rest::NoDelay));
                (value.to_token_stream(), Some(read), refused)
            }
        }
    }

    /// Returns a failure with the decisions of the arguments, if there are any.
    fn overridden(
        &self,
        failure: &TokenStream,
        has_verdict: bool,
        has_hint: bool,
        rest: Rest,
    ) -> TokenStream {
        let (private, rules) = (&self.retry.private, &self.retry.error_rules);
        let has_delay = rest == Rest::All && rules.delay.is_some();
        let name = rules.name.as_ref().filter(|_| rest != Rest::Nothing);
        let sums_waits = rest != Rest::Nothing && rules.sums_waits;
        if !has_verdict && !has_hint && !has_delay && name.is_none() && !sums_waits {
            return failure.clone();
        }
        let Locals { is_retryable: verdict, hint, waited, own_delay, .. } = &self.locals;
        let option = |value: Option<TokenStream>| match value {
            Some(value) => quote!(::core::option::Option::Some(#value)),
            None => quote!(::core::option::Option::None),
        };
        let is_retryable = option(has_verdict.then(|| verdict.to_token_stream()));
        let hint = option(has_hint.then(|| hint.to_token_stream()));
        let operation = match name {
            Some(text) => quote!(::core::option::Option::Some(::core::format_args!(#text))),
            None => quote!(::core::option::Option::None::<&::core::primitive::str>),
        };
        let waited = option(sums_waits.then(|| quote!(&#waited)));
        let own_delay = option(has_delay.then(|| quote!(&#own_delay)));
        quote_spanned! {Span::mixed_site()=>
            #private::Overridden {
                failure: #failure,
                is_retryable: #is_retryable,
                hint: #hint,
                operation: #operation,
                waited: #waited,
                own_delay: #own_delay,
            }
        }
    }

    /// Returns the delay that the error asks for, where its type alone does not decide on it.
    fn hint(&self) -> Option<TokenStream> {
        let (private, Locals { error, timed_out, view, .. }) = (&self.retry.private, &self.locals);
        match &self.retry.error_rules.hint {
            HintRule::Type => None,
            HintRule::TypeUnlessTimeout => Some(quote_spanned! {Span::mixed_site()=>
                if #timed_out { ::core::option::Option::None } else { #private::Failure::hint(&#view) }
            }),
            HintRule::Function(hint) => Some(self.call(Place::of(hint), "call_hint", quote!(#error, #hint))),
        }
    }

    /// Returns whether the error is retried, where its type alone does not decide on it.
    fn is_retryable(&self) -> Option<TokenStream> {
        let (private, Locals { timed_out, view, .. }) = (&self.retry.private, &self.locals);
        let by_type = quote_spanned!(Span::mixed_site()=> #private::ErrorView::own(&#view));
        let by_timeout_or_type = quote_spanned!(Span::mixed_site()=> #timed_out || #by_type);
        match &self.retry.error_rules.retryable {
            RetryableRule::Type => None,
            RetryableRule::TimeoutOrType => Some(by_timeout_or_type),
            RetryableRule::Selection(selection) => {
                let otherwise = if selection.has_timeout { by_timeout_or_type } else { by_type };
                Some(self.classified(selection, &otherwise))
            }
        }
    }

    /// Classifies the error by the selection, and else by `otherwise`. Core defines the order.
    fn classified(&self, selection: &Selection, otherwise: &TokenStream) -> TokenStream {
        let (private, error) = (&self.retry.private, &self.locals.error);
        let unless = match &selection.unless {
            Some(selectors) => {
                let matched = self.matched(selectors);
                quote_spanned!(Span::mixed_site()=> #matched.matches())
            }
            None => quote!(false),
        };
        let on = match &selection.on {
            Some(selectors) => self.matched(selectors),
            None => quote_spanned!(Span::mixed_site()=> #private::Selection::Type),
        };
        let when = match &selection.when {
            Some(when) => {
                let asked = self.call(Place::of(when), "call_predicate", quote!(#error, #when));
                quote!(::core::option::Option::Some(#asked))
            }
            None => quote!(::core::option::Option::None),
        };
        quote_spanned! {Span::mixed_site()=>
            #private::classify(|| #unless, || #on, || #when, || #otherwise)
        }
    }

    /// Returns whether one of the selectors matches the error, and which kind of selector.
    fn matched(&self, selectors: &[Selector]) -> TokenStream {
        let private = &self.retry.private;
        let mut matched = selectors.iter().map(|selector| match selector {
            Selector::Type(ty) => self.has_type(ty),
            Selector::Text(text, guard) => self.is_text(text, guard.as_ref()),
            Selector::Pattern(pattern, guard) => {
                let error = &self.locals.error;
                let guard = guard.as_ref().map(|guard| quote!(if #guard));
                quote_spanned! {Span::mixed_site()=>
                    #private::Selection::by_pattern(
                        match #error { #pattern #guard => true, _ => false }
                    )
                }
            }
        });
        let first = matched.next().unwrap_or_else(|| quote!(#private::Selection::Nothing));
        matched.fold(first, |all, next| quote_spanned!(Span::mixed_site()=> #all.or(|| #next)))
    }

    fn has_type(&self, ty: &Type) -> TokenStream {
        let (private, Locals { find, search, error, .. }) = (&self.retry.private, &self.locals);
        let place = Place::of(ty).in_expansion();
        let (reference, named_search) = (quote_spanned!(place.first=> &), hygiene::at(place.last, search));
        let found = self.call(place, "finds", quote!(&#find, #reference #named_search, #error));
        let way = self.search(ty);
        quote_spanned! {Span::mixed_site()=> {
            #way
            #private::Selection::by_type(#found)
        }}
    }

    fn is_text(&self, text: &LitStr, guard: Option<&Expr>) -> TokenStream {
        let private = &self.retry.private;
        let guard =
            guard.map(|guard| quote!(&& ::core::convert::identity::<::core::primitive::bool>(#guard)));
        let place = Place::at(text.span()).in_expansion();
        let error = hygiene::at(place.first, &self.locals.error);
        let is_text = self.call(place, "is_text", quote!(#error, #text));
        quote_spanned!(Span::mixed_site()=> #private::Selection::by_pattern(#is_text #guard))
    }

    /// Imports the traits of one probe into the block that uses them, so that none of the imports is unused.
    pub(super) fn probes(&self, question: &str) -> TokenStream {
        let (private, question) = (&self.retry.private, Ident::new(question, Span::mixed_site()));
        quote_spanned!(Span::mixed_site()=> use #private::probes::#question::*;)
    }
}
