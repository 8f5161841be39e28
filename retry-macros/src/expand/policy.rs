//! The code that builds a policy: one item for each value, so that the compiler reports a wrong value under that value.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Expr, Path};

use super::hygiene;
use super::underline::Place;
use super::values::{jitter_tokens, number_tokens, time_tokens};
use crate::model::{Evaluated, Policy};
use crate::parse::{Given, Max, Origin, Preset, RawArgs, Slot, Start, Time};

/// The code that builds a policy.
pub(super) struct PolicyTokens {
    /// Constants with the values, each with its check, then the rules between them.
    pub(super) items: TokenStream,
    /// An expression for the policy, naming the items.
    pub(super) policy: TokenStream,
    /// An expression for the limit on one attempt.
    pub(super) attempt_timeout: Option<TokenStream>,
}

impl PolicyTokens {
    pub(super) fn new(policy: Policy<'_>, private: &Path) -> PolicyTokens {
        Builder::new(policy, private).build(policy.args)
    }

    /// Returns the values and their checks, for a function that is not expanded.
    pub(super) fn checks(policy: Policy<'_>, private: &Path) -> TokenStream {
        if policy.is_inline {
            return TokenStream::new();
        }
        let mut builder = Builder::new(policy, private);
        builder.values(policy.args);
        let items = builder.items;
        quote!(const _: () = { #items };)
    }
}

struct Builder<'a> {
    private: &'a Path,
    items: TokenStream,
    setters: TokenStream,
    evaluated: Evaluated,
    is_inline: bool,
}

impl<'a> Builder<'a> {
    fn new(policy: Policy<'_>, private: &'a Path) -> Self {
        let Policy { evaluated, is_inline, .. } = policy;
        Builder { private, items: TokenStream::new(), setters: TokenStream::new(), evaluated, is_inline }
    }

    /// Defines and checks each value. Returns the limits that are not part of the policy.
    fn values(&mut self, args: &RawArgs) -> (Option<TokenStream>, Option<TokenStream>) {
        let private = self.private;
        self.max(args);
        self.time(&args.base, "BASE", &quote!(base));
        if let Some(Given { value: (written, number), origin, .. }) = args.factor.get() {
            let value = number_tokens(number, private);
            let ty = quote!(::core::primitive::f64);
            let name = self.constant("FACTOR", &ty, &value, written, Some("factor"), *origin);
            self.set(&quote!(factor_or_one), &name);
        }
        if let Some(backoff) = args.backoff.value() {
            let variant = backoff.variant();
            self.set(&quote!(backoff), &quote!(#private::Backoff::#variant));
        }
        self.time(&args.max_delay, "MAX_DELAY", &quote!(max_delay));
        if let Some(Given { value: jitter, origin, .. }) = args.jitter.get() {
            let value = jitter_tokens(jitter, private);
            let ty = quote!(#private::Jitter);
            let name = self.constant("JITTER", &ty, &value, &jitter.written, Some("jitter"), *origin);
            self.set(&quote!(jitter_or_nearest), &name);
        }
        self.time(&args.deadline, "DEADLINE", &quote!(deadline));
        let attempt_timeout = self.limit(&args.attempt_timeout, "ATTEMPT_TIMEOUT", Some("attempt_timeout"));
        let within = self.limit(&args.within, "WITHIN", None);
        (attempt_timeout, within)
    }

    fn build(mut self, args: &RawArgs) -> PolicyTokens {
        let private = self.private;
        let (attempt_timeout, within) = self.values(args);
        if let Some(within) = &within {
            let timeout = attempt_timeout.clone().unwrap_or_else(|| quote!(#private::Duration::ZERO));
            self.setters.extend(quote!(.with_within(#within, #timeout)));
        }
        let policy = self.policy(args);
        let rules = self.rules(args, attempt_timeout.as_ref(), within.as_ref());
        let name = self.name("POLICY");
        let mut items = self.items;
        let policy = match self.evaluated {
            Evaluated::Call => policy,
            // No rule needs a name for it.
            Evaluated::Const if args.is_policy_default() => policy,
            Evaluated::Const if args.is_policy_inherited() => name,
            _ => {
                let keyword = keyword(self.is_inline);
                items.extend(quote!(#keyword #name: #private::Policy = #policy; #rules));
                name
            }
        };
        PolicyTokens { items, policy, attempt_timeout }
    }

    fn max(&mut self, args: &RawArgs) {
        match args.max.get() {
            Some(Given { value: Max::Attempts(written), origin, .. }) => {
                let value = written.to_token_stream();
                let name = self.constant(
                    "MAX",
                    &quote!(::core::primitive::u32),
                    &value,
                    written,
                    Some("max"),
                    *origin,
                );
                self.set(&quote!(max_or_one), &name);
            }
            Some(Given { value: Max::Unlimited, .. }) => self.setters.extend(quote!(.unlimited())),
            None => {}
        }
    }

    fn time(&mut self, slot: &Slot<Time>, name: &str, setter: &TokenStream) {
        if let Some(name) = self.limit(slot, name, None) {
            self.set(setter, &name);
        }
    }

    /// Defines a duration.
    fn limit(&mut self, slot: &Slot<Time>, name: &str, check: Option<&str>) -> Option<TokenStream> {
        let Given { value: time, origin, .. } = slot.get()?;
        let private = self.private;
        let value = time_tokens(time, private);
        Some(self.constant(name, &quote!(#private::Duration), &value, &time.written, check, *origin))
    }

    fn set(&mut self, setter: &TokenStream, value: &TokenStream) {
        self.setters.extend(quote!(.#setter(#value)));
    }

    /// Defines a constant, unless the `impl` block does, and returns its name. `check` is the name of a check in core.
    fn constant(
        &mut self,
        name: &str,
        ty: &TokenStream,
        value: &TokenStream,
        place: &Expr,
        check: Option<&str>,
        origin: Origin,
    ) -> TokenStream {
        let name = self.name(name);
        if origin == Origin::Own || self.is_inline {
            let keyword = keyword(self.is_inline);
            self.items.extend(quote!(#keyword #name: #ty = #value;));
            if let Some(check) = check {
                let check = Ident::new(check, Span::mixed_site());
                let checked = self.required(place, &quote!(#check(#name)));
                self.items.extend(checked);
            }
        }
        name
    }

    /// Returns the name of a value. The name of a local is in lower case: in capitals it would be resolved to the
    /// constant of an `impl` block.
    fn name(&self, name: &str) -> TokenStream {
        let name =
            if self.is_inline { hygiene::local(&name.to_lowercase()) } else { hygiene::constant(name) };
        name.into_token_stream()
    }

    /// Returns a check whose panic the compiler reports under the whole of `place`.
    fn required(&self, place: &Expr, check: &TokenStream) -> TokenStream {
        let private = self.private;
        self.placed(place, "require", quote!(#private::check::#check))
    }

    /// Returns a check by one of core's functions that panic.
    fn placed(&self, place: &Expr, require: &str, arguments: TokenStream) -> TokenStream {
        let private = self.private;
        let call = Place::of(place).call(&quote!(#private::check), require, arguments);
        if self.is_inline { quote!(#call;) } else { quote!(const _: () = #call;) }
    }

    fn policy(&self, args: &RawArgs) -> TokenStream {
        let (private, setters) = (self.private, &self.setters);
        let start = match args.policy() {
            Some(policy) => {
                let name = hygiene::local("policy");
                quote!({ let #name: #private::Policy = #policy; #name })
            }
            None => self.preset(args),
        };
        quote!(#start #setters)
    }

    /// Returns the policy of the preset or, without one, the default policy.
    fn preset(&self, args: &RawArgs) -> TokenStream {
        let private = self.private;
        match args.start.value() {
            Some(Start::Preset(Preset { constant })) => quote!(#private::preset::#constant),
            _ => quote!(#private::Policy::new()),
        }
    }

    /// Returns the rules between values, each under the value that is most likely wrong. They do not apply to a policy
    /// of the caller's own, in which the ceiling takes precedence.
    fn rules(
        &self,
        args: &RawArgs,
        timeout: Option<&TokenStream>,
        within: Option<&TokenStream>,
    ) -> TokenStream {
        let mut rules = TokenStream::new();
        let policy = self.name("POLICY");
        let (base, max_delay) = (args.base.value(), args.max_delay.value());
        if args.policy().is_none() {
            let has_preset = args.start.is_set();
            let (has_base, has_max_delay) = (args.base.is_set(), args.max_delay.is_set());
            let mut rule = |place: &Expr, check: &str| {
                let private = self.private;
                let check = Ident::new(check, Span::mixed_site());
                let arguments =
                    quote!(#has_preset, (#has_base, #has_max_delay), #private::check::#check(&#policy));
                rules.extend(self.placed(place, "require_over", arguments));
            };
            if let Some(time) = max_delay.or(base) {
                rule(&time.written, "base_below_ceiling");
            }
            let width =
                max_delay.map(|time| &time.written).or(args.jitter.value().map(|jitter| &jitter.written));
            if let Some(place) = width {
                rule(place, "width_below_ceiling");
            }
            if let (Some(deadline), place) = (args.deadline.value(), base) {
                rule(&place.unwrap_or(deadline).written, "base_below_deadline");
            }
        }
        if let (Some(given), Some(within)) = (args.within.value(), within) {
            let private = self.private;
            let timeout = timeout.cloned().unwrap_or_else(|| quote!(#private::Duration::ZERO));
            let check = quote!(within(&#policy, #timeout, #within));
            rules.extend(self.required(&given.written, &check));
        }
        rules
    }
}

fn keyword(is_inline: bool) -> TokenStream {
    if is_inline { quote!(let) } else { quote!(const) }
}
