//! One attempt: the body in the loop as it is, or in a closure or block that control cannot leave.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{GenericArgument, PathArguments, Type};

use super::expansion::Expansion;
use super::hygiene::{self, Locals};
use super::underline::Place;
use crate::function::{Rebind, Rebinding};
use crate::model::{ClonedSelf, Evaluated};
use crate::parse::first_span;

impl Expansion<'_> {
    /// Runs one attempt and defines `outcome`.
    pub(super) fn outcome(&self) -> TokenStream {
        let (keep_self, number, attempt) = (self.keep_self(), self.attempt_number(), self.attempt());
        let (start, copies, hint_of_attempt) =
            (self.attempt_start(), self.copy_handles(), self.hint_of_attempt());
        // Clippy lints the type here also in a method of a trait, which has to return it.
        let body_type = self.body_type_with(hygiene::of_expansion);
        let Locals { outcome, timed_out, .. } = &self.locals;
        let flag = self
            .policy
            .attempt_timeout
            .as_ref()
            .map(|_| quote_spanned!(Span::mixed_site()=> let mut #timed_out = false;));
        quote_spanned! {Span::mixed_site()=>
            #keep_self
            #number
            #flag
            #start
            #copies
            let #outcome: #body_type = #attempt;
            #hint_of_attempt
        }
    }

    /// Runs one attempt and defines `result`, and `same`, which converts results into the function's type.
    pub(super) fn split_outcome(&self) -> TokenStream {
        let (outcome, split, handle) = (self.outcome(), self.split(), self.named_handle());
        let (Locals { same, result, .. }, judge) = (&self.locals, self.judge_for_breaker());
        quote_spanned! {Span::mixed_site()=>
            #outcome
            #handle
            let (#same, #result) = #split;
            #judge
        }
    }

    /// Returns the type of the body: that of the function or, under `error = T`, a `Result` with the same success and
    /// that error.
    pub(super) fn body_type(&self) -> TokenStream {
        // Clippy lints the copy of a type, where it does not lint the original: the output of a future, and a long type in
        // a trait impl. The span of a short one lets the compiler report a missing value without naming the macro.
        let is_long = length(&self.retry.shape.ret.to_token_stream()) > LONGEST_SHORT_TYPE;
        let respan =
            if self.retry.shape.is_async || is_long { hygiene::of_expansion } else { |tokens| tokens };
        self.body_type_with(respan)
    }

    fn body_type_with(&self, respan: fn(TokenStream) -> TokenStream) -> TokenStream {
        let ret = respan(without_impl_trait(&self.retry.shape.ret).into_token_stream());
        match &self.retry.ending.error {
            None => ret,
            Some(error) => {
                let private = &self.retry.private;
                quote!(::core::result::Result<<#ret as #private::Outcome>::Ok, #error>)
            }
        }
    }

    /// Converts the outcome into a result. The conversion is reported at the return type, which is wrong if it has
    /// none.
    pub(super) fn split(&self) -> TokenStream {
        if self.retry.ending.error.is_some() {
            let ret = without_impl_trait(&self.retry.shape.ret);
            let (private, outcome) = (&self.retry.private, &self.locals.outcome);
            return quote_spanned!(Span::mixed_site()=> (#private::from_result::<#ret>(), #outcome));
        }
        let place = self.return_place();
        self.call(Place::at(place), "split", hygiene::at(place, &self.locals.outcome).into_token_stream())
    }

    /// Returns the span of the return type, where a type that is no outcome is reported.
    pub(super) fn return_place(&self) -> Span {
        Span::mixed_site().located_at(first_span(&self.retry.shape.ret))
    }

    /// Returns the body with the arguments that each attempt binds anew, in the user's own braces.
    pub(super) fn body(&self) -> TokenStream {
        let rebindings: TokenStream = self.retry.rebindings.iter().map(rebinding).collect();
        let (enter, handle) = (self.enter_attempt(), self.named_handle());
        self.braced(&self.body_after(&quote!(#enter #handle #rebindings)))
    }

    /// Returns these statements and the body. A body that begins with an item stays in a block of its own: Clippy reports
    /// items after statements.
    fn body_after(&self, statements: &TokenStream) -> TokenStream {
        let body = &self.retry.shape.attempt;
        if statements.is_empty() || !begins_with_item(body) {
            return quote!(#statements #body);
        }
        let block = self.braced(body);
        quote!(#statements #block)
    }

    fn attempt(&self) -> TokenStream {
        let rebindings: TokenStream = self.retry.rebindings.iter().map(rebinding).collect();
        let body_type = self.body_type();
        let has_timeout = self.retry.policy.has_attempt_timeout();
        let has_breaker = self.retry.sharing.breaker.is_some();
        let is_async = self.retry.shape.is_async;
        let is_hedged = self.retry.hedge.is_some();
        let has_span = self.retry.span.is_some();
        let must_be_future = is_async && (has_timeout || has_breaker || is_hedged || has_span);
        let private = &self.retry.private;
        if !must_be_future && !self.retry.shape.has_control_flow {
            let inside = self.body();
            return self.on_trial(
                quote_spanned!(Span::mixed_site()=> if false { #private::unreached() } else #inside),
            );
        }
        if !is_async {
            // It has the span of the function's name: moves into the closure would else be reported under the
            // attribute.
            let (inside, body_type) = (self.body(), self.body_type_with(hygiene::of_expansion));
            return self.on_trial(quote_spanned!(self.place()=> (|| -> #body_type #inside)()));
        }
        // The branch is never taken. It gives the compiler the type of the block before the body.
        let typed =
            quote_spanned!(Span::mixed_site()=> if false { return #private::unreached::<#body_type>(); });
        let handle = if is_hedged { self.named_try_handle() } else { self.named_handle() };
        let inside = self.braced(&self.body_after(&quote!(#typed #handle #rebindings)));
        let mut future = if is_hedged {
            self.hedged(&inside)
        } else {
            self.traced_attempt(quote_spanned!(self.place()=> async #inside))
        };
        if has_breaker && !is_hedged {
            let shared = &self.locals.shared;
            future = quote_spanned!(Span::mixed_site()=> #private::Shared::attempt(&#shared, #future));
        }
        if has_timeout { self.with_timeout(&future) } else { quote!(#future.await) }
    }

    /// Marks a blocking attempt as a trial of the breaker while it runs. An async attempt is marked when it is polled.
    fn on_trial(&self, attempt: TokenStream) -> TokenStream {
        if self.retry.sharing.breaker.is_none() {
            return attempt;
        }
        let (private, Locals { shared, running, .. }) = (&self.retry.private, &self.locals);
        quote_spanned! {Span::mixed_site()=> {
            let #running = #private::Shared::enter_trial(&#shared);
            #attempt
        }}
    }

    /// Moves the cloned arguments in a branch that is never taken: Clippy would suggest a reference for an argument
    /// that nothing moves.
    pub(super) fn moved_clones(&self) -> Option<TokenStream> {
        let moves = |rebinding: &Rebinding| {
            let Rebinding { name, how, conditions, .. } = rebinding;
            (*how == Rebind::Clone)
                .then(|| quote_spanned!(Span::mixed_site()=> #(#conditions)* ::core::mem::drop(#name);))
        };
        let moves: TokenStream = self.retry.rebindings.iter().filter_map(moves).collect();
        if moves.is_empty() {
            return None;
        }
        Some(
            quote_spanned!(Span::mixed_site()=> if false { #moves ::core::unreachable!("the branch is never taken") }),
        )
    }

    /// Returns the user's own braces around an attempt. The compiler reports a missing value where they close.
    fn braced(&self, inside: &TokenStream) -> TokenStream {
        let mut braces = Group::new(Delimiter::Brace, inside.clone());
        braces.set_span(self.retry.braces);
        braces.into_token_stream()
    }

    pub(super) fn place(&self) -> Span {
        Span::mixed_site().located_at(self.retry.place)
    }

    /// Returns an attempt with a limit on its time.
    fn with_timeout(&self, future: &TokenStream) -> TokenStream {
        let (private, site) = (&self.retry.private, &self.site);
        let (progress, Locals { timed_out, result, timeout: expiry, .. }) =
            (self.read_progress(), &self.locals);
        let timeout = match self.retry.policy.evaluated {
            Evaluated::InlineConst => self.locals.timeout.to_token_stream(),
            _ => self.policy.attempt_timeout.clone().unwrap_or_default(),
        };
        let limited = if let (true, Some(sleep)) = (self.shares_sleep(), &self.retry.sleep) {
            let shared = &self.locals.sleep;
            let arguments = quote!(#private::Site::policy(#site), #progress, #timeout, #future, &#shared);
            self.call(Place::of(sleep), "limit_with", arguments)
        } else {
            quote_spanned!(Span::mixed_site()=>
                #private::limit(#private::Site::policy(#site), #progress, #timeout, #future))
        };
        let expired = self.timeout_error();
        quote_spanned! {Span::mixed_site()=>
            match #limited.await {
                ::core::result::Result::Ok(#result) => #result,
                ::core::result::Result::Err(#expiry) => {
                    #timed_out = true;
                    #expired
                }
            }
        }
    }

    /// Returns the error of an attempt that ran out of time. It is reported at `attempt_timeout`.
    fn timeout_error(&self) -> TokenStream {
        let place = self.retry.policy.attempt_timeout_place().unwrap_or_else(Span::mixed_site);
        let place = Span::mixed_site().located_at(place);
        self.call(Place::at(place), "timed_out", hygiene::at(place, &self.locals.timeout).into_token_stream())
    }

    /// Defines the attempt's number under the user's name for it.
    fn attempt_number(&self) -> Option<TokenStream> {
        let (name, private) = (self.retry.attempt.as_ref()?, &self.retry.private);
        let progress = self.read_progress();
        Some(quote_spanned! {Span::mixed_site()=>
            let #name: ::core::primitive::u32 = #private::Progress::attempt(#progress);
        })
    }

    /// Clones `self` before an attempt consumes it.
    fn keep_self(&self) -> Option<TokenStream> {
        let ClonedSelf { name, conditions } = self.retry.cloned_self.as_ref()?;
        let (span, self_clone) = (Span::mixed_site().located_at(name.span()), &self.locals.self_clone);
        Some(quote_spanned!(span=> #(#conditions)* let #self_clone = ::core::clone::Clone::clone(&#name);))
    }

    /// Restores `self` after an attempt that may have consumed it.
    pub(super) fn restore_self(&self) -> Option<TokenStream> {
        let (ClonedSelf { name, conditions }, self_clone) =
            (self.retry.cloned_self.as_ref()?, &self.locals.self_clone);
        Some(quote_spanned!(Span::mixed_site()=> #(#conditions)* #name = #self_clone;))
    }
}

/// The number of tokens up to which Clippy calls no type complex: `Result<Vec<(String, u64)>, Box<dyn Error + Send>>`.
const LONGEST_SHORT_TYPE: usize = 24;

/// Returns the number of tokens, those in groups included.
fn length(tokens: &TokenStream) -> usize {
    let length = |token| match token {
        TokenTree::Group(group) => length(&group.stream()).saturating_add(2),
        _ => 1,
    };
    tokens.clone().into_iter().map(length).sum()
}

/// Returns whether statements may begin with an item: with one of these words, after attributes.
fn begins_with_item(statements: &TokenStream) -> bool {
    let is_of_attribute = |token: &TokenTree| match token {
        TokenTree::Punct(punct) => punct.as_char() == '#',
        TokenTree::Group(group) => group.delimiter() == Delimiter::Bracket,
        _ => false,
    };
    let first = statements.clone().into_iter().find(|token| !is_of_attribute(token));
    let is_word = |word: &str| {
        let words =
            "async const enum extern fn impl macro_rules mod pub static struct trait type union unsafe use";
        words.split(' ').any(|other| other == word)
    };
    matches!(first, Some(TokenTree::Ident(word)) if is_word(&word.to_string()))
}

fn rebinding(rebinding: &Rebinding) -> TokenStream {
    let Rebinding { pattern, name, how, attrs, conditions, is_used_before } = rebinding;
    let span = Span::mixed_site().located_at(name.span());
    let value = match how {
        Rebind::Clone => quote_spanned!(span=> ::core::clone::Clone::clone(&#name)),
        // The braces make `ref mut` borrow a copy instead of the argument.
        Rebind::Copy => quote_spanned!(span=> { #name }),
        Rebind::Reborrow => quote_spanned!(span=> &mut *#name),
        Rebind::ReborrowPin => quote_spanned!(span=> ::core::pin::Pin::as_mut(&mut #name)),
    };
    let used = is_used_before.then(|| quote_spanned!(span=> #(#conditions)* let _ = &#name;));
    quote_spanned!(span=> #(#attrs)* let #pattern = #value; #used)
}

/// Returns the type with `_` in place of `impl Trait`, which a `let` does not accept.
pub(super) fn without_impl_trait(ty: &Type) -> Type {
    let mut ty = ty.clone();
    infer_impl_trait(&mut ty);
    ty
}

fn infer_impl_trait(ty: &mut Type) {
    match ty {
        Type::ImplTrait(_) => *ty = syn::parse_quote!(_),
        Type::Path(path) => {
            for segment in &mut path.path.segments {
                let PathArguments::AngleBracketed(arguments) = &mut segment.arguments else { continue };
                for argument in &mut arguments.args {
                    if let GenericArgument::Type(ty) = argument {
                        infer_impl_trait(ty);
                    }
                }
            }
        }
        Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(infer_impl_trait),
        Type::Reference(reference) => infer_impl_trait(&mut reference.elem),
        Type::Array(array) => infer_impl_trait(&mut array.elem),
        Type::Paren(paren) => infer_impl_trait(&mut paren.elem),
        Type::Group(group) => infer_impl_trait(&mut group.elem),
        _ => {}
    }
}
