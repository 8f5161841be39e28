//! The function around the loop, and the loop around an attempt where the function contains it.

use proc_macro2::Span;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::expansion::{Expansion, additions, site_item};
use super::hygiene::Locals;
use super::underline::Place;
use crate::function::AnnotatedFn;
use crate::model::{Evaluated, Retry, rename_self};

/// Returns the function with its body in a loop.
pub(super) fn expand(function: &AnnotatedFn, retry: &Retry<'_>) -> TokenStream {
    let expansion = Expansion::new(retry);
    let (mut body, mut repeated) = (expansion.site_definition(), expansion.repeated());
    // In arrays: `extend` takes a stream itself apart, token by token.
    if let Some(evaluated) = expansion.policy_of_call() {
        if retry.shape.renames_self() {
            // Where `#[async_trait]` has moved the arguments into its block, a value is read there.
            let (evaluated, loops) = (rename_self(evaluated), repeated);
            repeated = quote!(#evaluated #loops);
        } else {
            body.extend([evaluated]);
        }
    }
    body.extend([retry.shape.frame.fill(&repeated)]);
    function.with_body(&body)
}

impl Expansion<'_> {
    /// Defines the operation's name and policy, at compile time if possible.
    fn site_definition(&self) -> TokenStream {
        let Retry { private, operation, .. } = self.retry;
        let Locals { timeout: limit, policy: given, .. } = &self.locals;
        let (label, items) = (&operation.label, &self.policy.items);
        let Some(policy) = &self.policy.policy else { return self.default_site() };
        let (env, name) = (additions(self.retry), site_item());
        match self.retry.policy.evaluated {
            Evaluated::Const => quote_spanned! {Span::mixed_site()=>
                #items
                static #name: #private::Site<'static> = #private::Site::new(#label, &#policy)#env;
            },
            Evaluated::InlineConst => {
                let timeout =
                    self.policy.attempt_timeout.clone().unwrap_or_else(|| quote!(#private::Duration::ZERO));
                quote_spanned! {Span::mixed_site()=>
                    const #name: &::core::primitive::str = #label;
                    let (#given, #limit): (&'static #private::Policy, #private::Duration) =
                        const { #items (&{ #policy }, #timeout) };
                }
            }
            Evaluated::Call => quote_spanned! {Span::mixed_site()=>
                const #name: &::core::primitive::str = #label;
                #items
            },
        }
    }

    /// Evaluates the values of the policy that are known only at run time, and defines the policy with them.
    fn policy_of_call(&self) -> Option<TokenStream> {
        let (locals, given) = (&self.policy.locals, &self.locals.policy);
        let policy =
            self.policy.policy.as_ref().filter(|_| self.retry.policy.evaluated == Evaluated::Call)?;
        Some(quote_spanned!(Span::mixed_site()=> #locals let #given = #policy;))
    }

    /// Defines the site of a function whose attribute does not set a policy.
    fn default_site(&self) -> TokenStream {
        if self.only_label().is_some() {
            return TokenStream::new();
        }
        let (private, label) = (&self.retry.private, &self.retry.operation.label);
        let (env, name) = (additions(self.retry), site_item());
        quote_spanned!(Span::mixed_site()=>
            static #name: #private::Site<'static> = #private::Site::with_default(#label)#env;)
    }

    /// Returns the loop, an expression of the function's type.
    fn repeated(&self) -> TokenStream {
        if self.retry.runs_in_core() {
            return self.run_in_core();
        }
        if self.retry.outlines_plan() {
            return self.run_outlined();
        }
        let (begin, sleep) = (self.start_progress(), self.shared_sleep());
        let used_up = self.moved_clones();
        let step = if self.retry.shape.is_async { self.async_step() } else { self.unshared_step() };
        let sum = self.sum_of_waits();
        let (never_fails, shared, control) = (self.success_never_fails(), self.shared(), self.control());
        let hedging = self.hedging();
        self.traced_call(quote_spanned! {Span::mixed_site()=>
            #never_fails
            #sleep
            #sum
            #control
            #shared
            #hedging
            #begin
            #used_up
            loop { #step }
        })
    }

    /// Defines the sum of the call's waits, if a rule limits it.
    pub(super) fn sum_of_waits(&self) -> Option<TokenStream> {
        let (private, waited) = (&self.retry.private, &self.locals.waited);
        let sums = self.retry.error_rules.sums_waits;
        sums.then(|| quote_spanned!(Span::mixed_site()=> let #waited = #private::Cell::new(0_u64);))
    }

    /// Starts the progress. It reads the clock only where the duration of the call is needed.
    pub(super) fn start_progress(&self) -> Option<TokenStream> {
        let (progress, start) = (&self.locals.progress, self.progress_at_start());
        let is_own = !self.retry.control.has_handle();
        is_own.then(|| quote_spanned!(Span::mixed_site()=> let mut #progress = #start;))
    }

    /// Returns the progress at the start of a call.
    pub(super) fn progress_at_start(&self) -> TokenStream {
        let (private, site) = (&self.retry.private, &self.site);
        let begin = match (self.retry.shape.is_async, self.retry.is_timed()) {
            (false, true) => quote!(blocking_timed()),
            (true, true) => quote!(asynchronous_timed()),
            _ if !self.retry.policy.may_have_deadline() => quote!(untimed()),
            (false, false) => quote!(blocking(#site)),
            (true, false) => quote!(asynchronous(#site)),
        };
        quote_spanned!(Span::mixed_site()=> #private::Progress::#begin)
    }

    fn unshared_step(&self) -> TokenStream {
        if !self.retry.needs_plan() {
            return self.single_step();
        }
        if self.retry.has_other_ends() {
            return self.several_ends_step();
        }
        let (attempt, failed) = (self.attempt_or_return(), self.planned_step());
        quote!(#attempt #failed)
    }

    /// Runs one attempt, and returns from the function if it succeeds.
    pub(super) fn attempt_or_return(&self) -> TokenStream {
        let private = &self.retry.private;
        let (outcome, recovered) = (self.split_outcome(), self.emit_recovered());
        let (final_check, record_success) = (self.final_check(), self.record_success());
        let (Locals { is_final, result, same, value, .. }, leave) = (&self.locals, &self.leave);
        if self.retry.on_success.is_some() {
            // The hook borrows the result, or holds it across its awaits. It then has no error, which might not be `Send`.
            return quote_spanned! {Span::mixed_site()=>
                #outcome
                let (#is_final, #result) = #final_check;
                if #is_final {
                    #record_success
                    let #result = #private::only_success(#result);
                    #recovered
                    let ::core::result::Result::Ok(#value) = #result;
                    #leave #same.ok(#value);
                }
            };
        }
        quote_spanned! {Span::mixed_site()=>
            #outcome
            let (#is_final, #result) = #final_check;
            if #is_final {
                if let ::core::result::Result::Ok(#value) = ::core::convert::identity(#result) {
                    #record_success
                    #recovered
                    #leave #same.ok(#value);
                }
                ::core::unreachable!("a result that ends the call is a success")
            }
        }
    }

    /// Takes a step in a scope of its own: the error is dropped and the attempt's memory free before the wait.
    fn async_step(&self) -> TokenStream {
        if self.retry.has_other_ends() {
            return self.several_ends_step();
        }
        let (step, wait, delay) = (self.unshared_step(), self.wait(), &self.locals.delay);
        quote_spanned! {Span::mixed_site()=>
            let #delay = { #step };
            #wait
        }
    }

    /// Returns whether the result ends the call, and the result itself. It is moved through the call: the compiler
    /// considers a local that was borrowed to be alive across every later await.
    pub(super) fn final_check(&self) -> TokenStream {
        let (private, Locals { result, value, handle, .. }) = (&self.retry.private, &self.locals);
        match &self.retry.success_rule {
            // A success of an attempt that has stopped its call stays one.
            Some(refuses) if self.retry.control.call.is_some() => {
                let refuses = self.call(Place::of(refuses), "call_predicate", quote!(#value, #refuses));
                quote_spanned! {Span::mixed_site()=>
                    #private::is_final(#result, |#value| !#private::Call::is_stopped(&#handle) && #refuses)
                }
            }
            Some(refuses) => self.call(Place::of(refuses), "is_final", quote!(#result, #refuses)),
            None => quote!(#private::is_final(#result, |_| false)),
        }
    }

    /// Emits the event of a success after a retry.
    pub(super) fn emit_recovered(&self) -> TokenStream {
        let (private, site, progress) = (&self.retry.private, &self.site, &self.locals.progress);
        let recovered =
            if self.retry.shape.is_async { quote!(recovered_async) } else { quote!(recovered_blocking) };
        let operation = self.filled_name();
        if self.retry.on_success.is_some() || self.retry.control.has_handle() {
            return self.emit_recovered_and_call(&operation);
        }
        quote_spanned! {Span::mixed_site()=>
            if #private::Progress::has_retried(&#progress) {
                #private::#recovered(#site, &#progress, #operation);
            }
        }
    }

    /// Emits the event of a success like `emit_recovered`, and calls the hook with its facts. The result is moved through
    /// the hook.
    fn emit_recovered_and_call(&self, operation: &TokenStream) -> TokenStream {
        let (private, site, clock) = (&self.retry.private, &self.site, self.clock());
        let Locals { progress, recovered, result, .. } = &self.locals;
        let (kept, call, hook) = (self.kept_progress(), self.handle_if_any(), self.success_hook());
        let read = self.read_progress();
        let facts = quote_spanned! {Span::mixed_site()=> {
            #kept
            #private::recovered_controlled(#clock, #site, &mut #progress, #call, #operation)
        }};
        if hook.is_none() {
            return quote_spanned! {Span::mixed_site()=>
                if #private::Progress::has_retried(#read) { let _ = #facts; }
            };
        }
        quote_spanned! {Span::mixed_site()=>
            let #result = if #private::Progress::has_retried(#read) {
                let #recovered = #facts;
                #hook
                #result
            } else {
                #result
            };
        }
    }
}
