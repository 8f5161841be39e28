//! The code that builds a policy: one item for each value, so that the compiler reports a wrong value under that value.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Expr, Path};

use super::hygiene;
use super::underline::Place;
use super::values::{delays_tokens, jitter_tokens, number_tokens, time_tokens};
use crate::model::{Evaluated, Policy};
use crate::parse::{Given, Max, Origin, Preset, RawArgs, Slot, Start, Time};

/// The code that builds a policy.
pub(super) struct PolicyTokens {
    /// Constants with the values, each with its check, then the rules between them.
    pub(super) items: Option<TokenStream>,
    /// An expression for the policy, naming the items; `None` for the default policy.
    pub(super) policy: Option<TokenStream>,
    /// An expression for the limit on one attempt.
    pub(super) attempt_timeout: Option<TokenStream>,
}

impl PolicyTokens {
    pub(super) fn new(policy: Policy<'_>, private: &Path) -> PolicyTokens {
        if policy.args.is_policy_default() {
            return PolicyTokens { items: None, policy: None, attempt_timeout: None };
        }
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
    /// The path of core's checks.
    checks: Path,
    // Both grow by whole streams, in arrays: `extend` takes a stream itself apart, token by token.
    items: TokenStream,
    setters: TokenStream,
    evaluated: Evaluated,
    is_inline: bool,
}

impl<'a> Builder<'a> {
    fn new(policy: Policy<'_>, private: &'a Path) -> Self {
        let Policy { evaluated, is_inline, .. } = policy;
        let mut checks = private.clone();
        checks.segments.push(Ident::new("check", Span::call_site()).into());
        Builder {
            private,
            checks,
            items: TokenStream::new(),
            setters: TokenStream::new(),
            evaluated,
            is_inline,
        }
    }

    /// Defines and checks each value. Returns the limits that are not part of the policy.
    fn values(&mut self, args: &RawArgs) -> (Option<Ident>, Option<Ident>) {
        let private = self.private;
        // The list sets the number of attempts, unless `max` does after it.
        self.delays(args);
        self.max(args);
        self.time(&args.base, "BASE", "base");
        if let Some(Given { value: (written, number), origin, .. }) = args.factor.get() {
            let value = number_tokens(number, private);
            let definition = quote!(::core::primitive::f64 = #value);
            let name = self.constant("FACTOR", &definition, written, Some("factor"), *origin);
            self.set("factor_or_one", name);
        }
        self.backoff(args);
        self.time(&args.max_delay, "MAX_DELAY", "max_delay");
        if let Some(Given { value: jitter, origin, .. }) = args.jitter.get() {
            let value = jitter_tokens(jitter, private);
            let definition = quote!(#private::Jitter = #value);
            let name = self.constant("JITTER", &definition, &jitter.written, Some("jitter"), *origin);
            self.set("jitter_or_nearest", name);
        }
        self.time(&args.deadline, "DEADLINE", "deadline");
        self.time(&args.max_hint, "MAX_HINT", "max_hint");
        if let Some(mode) = args.hint.value() {
            let variant = mode.variant();
            self.set("hint", quote!(#private::HintMode::#variant));
        }
        let attempt_timeout = self.limit(&args.attempt_timeout, "ATTEMPT_TIMEOUT", Some("attempt_timeout"));
        let within = self.limit(&args.within, "WITHIN", None);
        (attempt_timeout, within)
    }

    fn build(mut self, args: &RawArgs) -> PolicyTokens {
        let private = self.private;
        let (attempt_timeout, within) = self.values(args);
        let attempt_timeout = attempt_timeout.map(ToTokens::into_token_stream);
        if let Some(within) = &within {
            let timeout = attempt_timeout.clone().unwrap_or_else(|| quote!(#private::Duration::ZERO));
            self.setters.extend([quote!(.with_within(#within, #timeout))]);
        }
        let rules = self.rules(args, attempt_timeout.as_ref(), within.as_ref());
        let name = self.name("POLICY");
        let mut policy = self.start(args);
        policy.extend([self.setters]);
        let mut items = self.items;
        let policy = match self.evaluated {
            Evaluated::Call => policy,
            Evaluated::Const if args.is_policy_inherited() => name.into_token_stream(),
            _ => {
                let keyword = keyword(self.is_inline);
                items.extend([quote!(#keyword #name: #private::Policy = #policy; #rules)]);
                name.into_token_stream()
            }
        };
        PolicyTokens { items: Some(items), policy: Some(policy), attempt_timeout }
    }

    fn max(&mut self, args: &RawArgs) {
        match args.max.get() {
            Some(Given { value: Max::Attempts(written), origin, .. }) => {
                let definition = quote!(::core::primitive::u32 = #written);
                let name = self.constant("MAX", &definition, written, Some("max"), *origin);
                self.set("max_or_one", name);
            }
            Some(Given { value: Max::Unlimited, .. }) => self.setters.extend([quote!(.unlimited())]),
            None => {}
        }
    }

    fn delays(&mut self, args: &RawArgs) {
        if let Some(Given { value: delays, origin, .. }) = args.delays.get() {
            let (private, value) = (self.private, delays_tokens(delays, self.private));
            // Only a constant may borrow a list for the rest of the program.
            let value = if self.is_inline { quote!(const { #value }) } else { value };
            let definition = quote!(&'static [#private::Duration] = #value);
            let name = self.constant("DELAYS", &definition, &delays.written, Some("delays"), *origin);
            self.set("list", name);
        }
    }

    fn backoff(&mut self, args: &RawArgs) {
        let Some(Given { value: backoff, origin, .. }) = args.backoff.get() else { return };
        let (private, variant) = (self.private, backoff.variant());
        let step = backoff.step.as_ref().map(|step| {
            let value = time_tokens(step, private);
            let definition = quote!(#private::Duration = #value);
            let name = self.constant("STEP", &definition, &step.written, None, *origin);
            quote!((#name))
        });
        self.set("backoff", quote!(#private::Backoff::#variant #step));
    }

    fn time(&mut self, slot: &Slot<Time>, name: &str, setter: &str) {
        if let Some(name) = self.limit(slot, name, None) {
            self.set(setter, name);
        }
    }

    /// Defines a duration.
    fn limit(&mut self, slot: &Slot<Time>, name: &str, check: Option<&str>) -> Option<Ident> {
        let Given { value: time, origin, .. } = slot.get()?;
        let (private, value) = (self.private, time_tokens(time, self.private));
        let definition = quote!(#private::Duration = #value);
        Some(self.constant(name, &definition, &time.written, check, *origin))
    }

    fn set(&mut self, setter: &str, value: impl ToTokens) {
        let setter = Ident::new(setter, Span::call_site());
        self.setters.extend([quote!(.#setter(#value))]);
    }

    /// Defines a constant as `TYPE = VALUE`, unless the `impl` block does, and returns its name. `check` is the name of a
    /// check in core.
    fn constant(
        &mut self,
        name: &str,
        definition: &TokenStream,
        place: &Expr,
        check: Option<&str>,
        origin: Origin,
    ) -> Ident {
        let name = self.name(name);
        if origin == Origin::Own || self.is_inline {
            let keyword = keyword(self.is_inline);
            let check = check.map(|check| {
                let check = Ident::new(check, Span::mixed_site());
                self.required(place, &quote!(#check(#name)))
            });
            self.items.extend([quote!(#keyword #name: #definition; #check)]);
        }
        name
    }

    /// Returns the name of a value. The name of a local is in lower case: in capitals it would be resolved to the
    /// constant of an `impl` block.
    fn name(&self, name: &str) -> Ident {
        if self.is_inline { hygiene::local(&name.to_lowercase()) } else { hygiene::constant(name) }
    }

    /// Returns a check whose panic the compiler reports under the whole of `place`.
    fn required(&self, place: &Expr, check: &TokenStream) -> TokenStream {
        let module = &self.checks;
        self.placed(place, "require", quote!(#module::#check))
    }

    /// Returns a check by one of core's functions that panic.
    fn placed(&self, place: &Expr, require: &str, arguments: TokenStream) -> TokenStream {
        let call = Place::of(place).call(&self.checks, require, arguments);
        if self.is_inline { quote!(#call;) } else { quote!(const _: () = #call;) }
    }

    /// Returns the policy that the setters change.
    fn start(&self, args: &RawArgs) -> TokenStream {
        let private = self.private;
        match args.policy() {
            Some(policy) => {
                let name = hygiene::local("policy");
                quote!({ let #name: #private::Policy = #policy; #name })
            }
            None => self.preset(args),
        }
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
    fn rules(&self, args: &RawArgs, timeout: Option<&TokenStream>, within: Option<&Ident>) -> TokenStream {
        let mut rules = TokenStream::new();
        let policy = self.name("POLICY");
        let (base, max_delay) = (args.base.value(), args.max_delay.value());
        if args.policy().is_none() {
            let has_preset = args.start.is_set();
            let (has_base, has_max_delay) = (args.base.is_set(), args.max_delay.is_set());
            let mut rule = |place: &Expr, check: &str| {
                let (module, check) = (&self.checks, Ident::new(check, Span::mixed_site()));
                let arguments = quote!(#has_preset, (#has_base, #has_max_delay), #module::#check(&#policy));
                rules.extend([self.placed(place, "require_over", arguments)]);
            };
            if let Some(time) = max_delay.or(base) {
                rule(&time.written, "base_below_ceiling");
            }
            let width =
                max_delay.map(|time| &time.written).or(args.jitter.value().map(|jitter| &jitter.written));
            if let Some(place) = width {
                rule(place, "width_below_ceiling");
            }
            if let Some(deadline) = args.deadline.value() {
                let first = args.delays.value().map(|delays| &delays.written);
                let place = base.map(|time| &time.written).or(first).unwrap_or(&deadline.written);
                rule(place, "base_below_deadline");
            }
        }
        if let (Some(given), Some(within)) = (args.within.value(), within) {
            let private = self.private;
            let timeout = timeout.cloned().unwrap_or_else(|| quote!(#private::Duration::ZERO));
            let check = quote!(within(&#policy, #timeout, #within));
            rules.extend([self.required(&given.written, &check)]);
        }
        rules
    }
}

fn keyword(is_inline: bool) -> Ident {
    Ident::new(if is_inline { "let" } else { "const" }, Span::call_site())
}
