//! The code that builds a policy: one item for each value, so that the compiler reports a wrong value under that value.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Expr, Path};

use super::hygiene;
use super::underline::Place;
use super::values::{argument, delays_tokens, jitter_tokens, number_tokens, time_tokens, value_tokens};
use crate::model::{Evaluated, Policy};
use crate::parse::{Given, Origin, Preset, Slot, Start, Time, is_constant};

/// The code that builds a policy.
pub(super) struct PolicyTokens {
    /// Constants with the values, each with its check, then the rules between them.
    pub(super) items: Option<TokenStream>,
    /// Locals with the values that are known only at run time.
    pub(super) locals: TokenStream,
    /// An expression for the policy, naming items and locals; `None` for the default policy.
    pub(super) policy: Option<TokenStream>,
    /// An expression for the limit on one attempt.
    pub(super) attempt_timeout: Option<TokenStream>,
}

impl PolicyTokens {
    pub(super) fn new(policy: Policy<'_>, private: &Path) -> PolicyTokens {
        if policy.args.is_policy_default() {
            let locals = TokenStream::new();
            return PolicyTokens { items: None, locals, policy: None, attempt_timeout: None };
        }
        Builder::new(policy, private).build()
    }

    /// Returns the constant values and their checks, for a function that is not expanded.
    pub(super) fn checks(policy: Policy<'_>, private: &Path) -> TokenStream {
        if policy.is_inline {
            return TokenStream::new();
        }
        let mut builder = Builder::new(policy, private);
        builder.values();
        let items = builder.items;
        quote!(const _: () = { #items };)
    }
}

pub(super) struct Builder<'a> {
    pub(super) private: &'a Path,
    /// The path of core's checks.
    pub(super) checks: Path,
    // Streams grow by whole streams, in arrays: `extend` takes a stream itself apart, token by token.
    items: TokenStream,
    /// The setters with constant values.
    setters: TokenStream,
    /// The locals with values that are known only at run time, each with its place: first those of the `impl` block, in
    /// the order in which they are written.
    locals: Vec<(bool, usize, TokenStream)>,
    /// The setters with these values.
    late_setters: TokenStream,
    pub(super) policy: Policy<'a>,
}

impl<'a> Builder<'a> {
    fn new(policy: Policy<'a>, private: &'a Path) -> Self {
        let mut checks = private.clone();
        checks.segments.push(Ident::new("check", Span::call_site()).into());
        Builder {
            private,
            checks,
            items: TokenStream::new(),
            setters: TokenStream::new(),
            locals: Vec::new(),
            late_setters: TokenStream::new(),
            policy,
        }
    }

    /// Defines and checks each value. Returns the limits that are not part of the policy.
    fn values(&mut self) -> (Option<Ident>, Option<Ident>) {
        let (private, args) = (self.private, self.policy.args);
        // The list sets the number of attempts, unless `max` does after it.
        self.delays();
        self.max();
        self.time(&args.base, "BASE", "base");
        if let Some(given) = args.factor.get() {
            let (written, number) = &given.value;
            let value = number_tokens(number, private);
            let definition = quote!(::core::primitive::f64 = #value);
            let value = Value::new("FACTOR", definition, given, number.expression(), written);
            self.set("factor_or_one", Value { check: Some("factor"), ..value });
        }
        self.backoff();
        self.time(&args.max_delay, "MAX_DELAY", "max_delay");
        if let Some(given) = args.jitter.get() {
            let jitter = &given.value;
            let value = jitter_tokens(jitter, private);
            let definition = quote!(#private::Jitter = #value);
            let value = Value::new("JITTER", definition, given, jitter.expression(), &jitter.written);
            self.set("jitter_or_nearest", Value { check: Some("jitter"), ..value });
        }
        self.time(&args.deadline, "DEADLINE", "deadline");
        self.time(&args.max_hint, "MAX_HINT", "max_hint");
        if let Some(mode) = args.hint.value() {
            let variant = mode.variant();
            self.setters.extend([quote!(.hint(#private::HintMode::#variant))]);
        }
        (self.attempt_timeout(), self.within())
    }

    fn build(mut self) -> PolicyTokens {
        let (attempt_timeout, within) = self.values();
        let attempt_timeout = attempt_timeout.map(ToTokens::into_token_stream);
        let private = self.private;
        if let Some(within) = &within {
            let timeout = attempt_timeout.clone().unwrap_or_else(|| quote!(#private::Duration::ZERO));
            self.setters.extend([quote!(.with_within(#within, #timeout))]);
        }
        let rules = self.rules(attempt_timeout.as_ref(), within.as_ref());
        let policy = match self.policy.evaluated {
            Evaluated::Call => self.policy_of_call(&rules, attempt_timeout.as_ref()),
            _ => self.constant_policy(&rules),
        };
        let Builder { items, mut locals, .. } = self;
        locals.sort_by_key(|(is_own, position, _)| (*is_own, *position));
        let locals = locals.into_iter().map(|(_, _, local)| local).collect();
        PolicyTokens { items: Some(items), locals, policy: Some(policy), attempt_timeout }
    }

    /// Defines the policy that has the constant values, unless the `impl` block does, and returns its name.
    fn constant_policy(&mut self, rules: &TokenStream) -> TokenStream {
        let (private, name) = (self.private, self.name("POLICY"));
        if self.is_inline() || !self.policy.args.is_policy_inherited() {
            let (keyword, start, setters) = (self.keyword(), self.start(), &self.setters);
            self.items.extend([quote!(#keyword #name: #private::Policy = #start #setters; #rules)]);
        }
        name.into_token_stream()
    }

    /// Returns a policy with values that are known only at run time. As in a policy of the caller's own, the ceiling takes
    /// precedence over them.
    fn policy_of_call(&mut self, rules: &TokenStream, attempt_timeout: Option<&TokenStream>) -> TokenStream {
        let private = self.private;
        let args = self.policy.args;
        let start = if self.starts_in_call() {
            let (start, setters) = (self.start_in_call(), &self.setters);
            quote!(#start #setters)
        } else if self.items.is_empty() && self.setters.is_empty() && !args.start.is_set() {
            self.start()
        } else {
            let constant = self.constant_policy(rules);
            if self.is_inline() {
                let timeout = attempt_timeout.filter(|_| !self.is_late(&args.attempt_timeout));
                let timeout_or_zero = timeout.cloned().unwrap_or_else(|| quote!(#private::Duration::ZERO));
                let timeout = timeout.cloned().unwrap_or_else(|| quote!(_));
                let items = &self.items;
                self.items = quote! {
                    let (#constant, #timeout): (#private::Policy, #private::Duration) =
                        const { #items (#constant, #timeout_or_zero) };
                };
            }
            constant
        };
        let late_setters = &self.late_setters;
        quote!(#start #late_setters)
    }

    fn max(&mut self) {
        let Some(given) = self.policy.args.max.get() else { return };
        let Some(written) = given.value.expression() else {
            self.setters.extend([quote!(.unlimited())]);
            return;
        };
        let value = value_tokens(written, self.private);
        let definition = quote!(::core::primitive::u32 = #value);
        let value = Value::new("MAX", definition, given, Some(written), written);
        self.set("max_or_one", Value { check: Some("max"), ..value });
    }

    fn delays(&mut self) {
        let Some(given) = self.policy.args.delays.get() else { return };
        let (private, keyword, name) = (self.private, self.keyword(), self.name("DELAY"));
        let value = delays_tokens(&given.value, (&keyword, &name), private);
        // Only a constant may borrow a list for the rest of the program.
        let value = if self.is_inline() { quote!(const { #value }) } else { value };
        let definition = quote!(&'static [#private::Duration] = #value);
        let value = Value::new("DELAYS", definition, given, None, &given.value.written);
        self.set("list", Value { check: Some("delays"), ..value });
    }

    fn backoff(&mut self) {
        let (private, Some(given)) = (self.private, self.policy.args.backoff.get()) else { return };
        let variant = given.value.variant();
        let Some(step) = &given.value.step else {
            self.setters.extend([quote!(.backoff(#private::Backoff::#variant))]);
            return;
        };
        let definition = time_tokens(step, private);
        let definition = quote!(#private::Duration = #definition);
        let value = Value::new("STEP", definition, given, Some(&step.written), &step.written);
        let (name, is_late) = self.define(value);
        self.setters(is_late).extend([quote!(.backoff(#private::Backoff::#variant(#name)))]);
    }

    fn time(&mut self, slot: &Slot<Time>, name: &'static str, setter: &str) {
        if let Some(value) = self.duration(slot, name) {
            self.set(setter, value);
        }
    }

    /// Defines the limit on one attempt.
    fn attempt_timeout(&mut self) -> Option<Ident> {
        let slot = &self.policy.args.attempt_timeout;
        let value = self.duration(slot, "ATTEMPT_TIMEOUT")?;
        let private = self.private;
        let (name, is_late) = self.define(Value { check: Some("attempt_timeout"), ..value });
        if let (true, Some((_, _, local))) = (is_late, self.locals.last_mut()) {
            local.extend([quote!(let #name = #private::unlimited_if_zero(#name);)]);
        }
        Some(name)
    }

    fn within(&mut self) -> Option<Ident> {
        let value = self.duration(&self.policy.args.within, "WITHIN")?;
        Some(self.define(value).0)
    }

    fn duration<'v>(&self, slot: &'v Slot<Time>, name: &'static str) -> Option<Value<'v>> {
        let (private, given) = (self.private, slot.get()?);
        let (value, written) = (time_tokens(&given.value, private), &given.value.written);
        Some(Value::new(name, quote!(#private::Duration = #value), given, Some(written), written))
    }

    /// Defines a value and sets it in the policy.
    fn set(&mut self, setter: &str, value: Value<'_>) {
        let setter = Ident::new(setter, Span::call_site());
        let (name, is_late) = self.define(value);
        self.setters(is_late).extend([quote!(.#setter(#name))]);
    }

    fn setters(&mut self, is_late: bool) -> &mut TokenStream {
        if is_late { &mut self.late_setters } else { &mut self.setters }
    }

    /// Defines a value, unless it is a constant of the `impl` block. Returns its name, and whether it is known only at run
    /// time.
    fn define(&mut self, value: Value<'_>) -> (Ident, bool) {
        let Value { name, definition, check, place, expression, origin, position } = value;
        if self.policy.is_known_late(expression, origin) {
            let name = hygiene::local(&name.to_lowercase());
            self.locals.push((origin == Origin::Own, position, quote!(let #name: #definition;)));
            return (name, true);
        }
        let name = self.name(name);
        if origin == Origin::Own || self.is_inline() {
            let keyword = self.keyword();
            let check = check.map(|check| {
                let check = Ident::new(check, Span::mixed_site());
                self.required(place, &quote!(#check(#name)))
            });
            let mut item = quote!(#keyword #name: #definition; #check);
            if self.is_inline() && self.starts_in_call() {
                item = quote!(let #name = const { #item #name };);
            }
            self.items.extend([item]);
        }
        (name, false)
    }

    fn is_inline(&self) -> bool {
        self.policy.is_inline
    }

    pub(super) fn is_late(&self, slot: &Slot<Time>) -> bool {
        slot.get().is_some_and(|given| self.policy.is_known_late(Some(&given.value.written), given.origin))
    }

    /// Returns the name of a constant value. The name of a local is in lower case: in capitals it would be resolved to the
    /// constant of an `impl` block.
    pub(super) fn name(&self, name: &str) -> Ident {
        if self.is_inline() { hygiene::local(&name.to_lowercase()) } else { hygiene::constant(name) }
    }

    fn keyword(&self) -> Ident {
        Ident::new(if self.is_inline() { "let" } else { "const" }, Span::call_site())
    }

    /// Returns a check whose panic the compiler reports under the whole of `place`.
    pub(super) fn required(&self, place: &Expr, check: &TokenStream) -> TokenStream {
        let module = &self.checks;
        self.placed(place, "require", quote!(#module::#check))
    }

    /// Returns a check by one of core's functions that panic.
    pub(super) fn placed(&self, place: &Expr, require: &str, arguments: TokenStream) -> TokenStream {
        let call = Place::of(place).call(&self.checks, require, arguments);
        if self.is_inline() { quote!(#call;) } else { quote!(const _: () = #call;) }
    }

    /// Returns whether the policy that the setters change is known only at run time.
    fn starts_in_call(&self) -> bool {
        self.policy.args.policy().is_some_and(|policy| !is_constant(policy))
    }

    /// Returns the policy that the setters change, a constant.
    fn start(&self) -> TokenStream {
        let private = self.private;
        match self.policy.args.start.value() {
            Some(Start::Policy(policy)) => argument(policy, "policy", private),
            Some(Start::Preset(Preset { constant })) => quote!(#private::preset::#constant),
            None => quote!(#private::Policy::new()),
        }
    }

    /// Evaluates the policy that the setters change. Beside other values it is a local, in its place among them.
    fn start_in_call(&mut self) -> TokenStream {
        let Some(Given { value: Start::Policy(policy), origin, position, .. }) = self.policy.args.start.get()
        else {
            return self.start();
        };
        let policy = Place::of(policy).call(self.private, "into_policy", policy);
        if self.locals.is_empty() {
            return policy;
        }
        let name = hygiene::local("start");
        self.locals.push((*origin == Origin::Own, *position, quote!(let #name = #policy;)));
        name.into_token_stream()
    }
}

/// A value of the policy.
struct Value<'v> {
    name: &'static str,
    /// Its type and its value, as `TYPE = VALUE`.
    definition: TokenStream,
    /// The name of a check in core.
    check: Option<&'static str>,
    /// The code under which a wrong value is reported.
    place: &'v Expr,
    /// The expression that determines the value, if it is no literal.
    expression: Option<&'v Expr>,
    origin: Origin,
    position: usize,
}

impl<'v> Value<'v> {
    /// Returns a value without a check.
    fn new<T>(
        name: &'static str,
        definition: TokenStream,
        given: &Given<T>,
        expression: Option<&'v Expr>,
        place: &'v Expr,
    ) -> Value<'v> {
        let Given { origin, position, .. } = *given;
        Value { name, definition, check: None, place, expression, origin, position }
    }
}
