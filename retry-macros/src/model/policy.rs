//! The policy of a function, as the code that builds it: one item for each value, so that the compiler's word on a
//! wrong value stands under that value.

use crate::expand::hygiene;
use crate::function::mentions;
use crate::parse::{
    Given, Jitter, JitterForm, Max, Number, Origin, Preset, RawArgs, Slot, Start, Time, TimeForm, ends,
    first_span, is_constant, located,
};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Expr, Path};

/// How the policy comes to be.
#[derive(Clone)]
pub(crate) struct Plan {
    /// Constants with the values, each with its check, then the rules between them.
    pub(crate) items: TokenStream,
    /// An expression for the policy, naming the items.
    pub(crate) policy: TokenStream,
    /// An expression for the limit on one attempt.
    pub(crate) attempt_timeout: Option<TokenStream>,
    /// Where that limit is asked for.
    pub(crate) attempt_timeout_place: Option<Span>,
    pub(crate) evaluated: Evaluated,
    /// Whether the policy may have a deadline: its own, or that of what it starts from.
    pub(crate) may_have_deadline: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Evaluated {
    /// In constants, for a static site.
    Const,
    /// In an inline constant: a value names `Self` or a parameter, which items cannot.
    InlineConst,
    /// When the function is called: `policy = self.policy`.
    Call,
}

/// Where the facade's hidden module is, and what generics are in reach.
pub(crate) struct Scope<'a> {
    pub(crate) private: &'a Path,
    pub(crate) generics: &'a [Ident],
}

impl Plan {
    pub(crate) fn new(args: &RawArgs, scope: &Scope<'_>) -> Plan {
        Builder::new(args, scope).build(args)
    }

    /// The values and their checks alone, for a function that is not expanded: they are wrong or right by themselves.
    pub(crate) fn values(args: &RawArgs, scope: &Scope<'_>) -> TokenStream {
        let mut builder = Builder::new(args, scope);
        if builder.is_inline {
            return TokenStream::new();
        }
        builder.values(args);
        let items = builder.items;
        quote!(const _: () = { #items };)
    }
}

struct Builder<'a> {
    private: &'a Path,
    generics: &'a [Ident],
    items: TokenStream,
    setters: TokenStream,
    evaluated: Evaluated,
    is_inline: bool,
}

impl<'a> Builder<'a> {
    fn new(args: &RawArgs, scope: &Scope<'a>) -> Self {
        let mut builder = Builder {
            private: scope.private,
            generics: scope.generics,
            items: TokenStream::new(),
            setters: TokenStream::new(),
            evaluated: Evaluated::Const,
            is_inline: false,
        };
        if builder.needs_inline(args) {
            (builder.evaluated, builder.is_inline) = (Evaluated::InlineConst, true);
        }
        if args.policy().is_some_and(|policy| !is_constant(policy)) {
            builder.evaluated = Evaluated::Call;
        }
        builder
    }

    fn needs_inline(&self, args: &RawArgs) -> bool {
        let times = [&args.base, &args.max_delay, &args.deadline, &args.attempt_timeout, &args.within];
        let mut written: Vec<TokenStream> =
            times.iter().filter_map(|time| time.value()).map(|time| time.written.to_token_stream()).collect();
        written.extend(args.jitter.value().map(|jitter| jitter.written.to_token_stream()));
        written.extend(args.factor.value().map(|(written, _)| written.to_token_stream()));
        written.extend(args.policy().filter(|policy| is_constant(policy)).map(ToTokens::to_token_stream));
        if let Some(Max::Attempts(attempts)) = args.max.value() {
            written.push(attempts.to_token_stream());
        }
        written.iter().any(|tokens| self.names_generics(tokens))
    }

    /// A path of a single capital is taken for a parameter too: that of an `impl` block does not show on a method.
    fn names_generics(&self, tokens: &TokenStream) -> bool {
        let is_letter = |token: TokenTree| match token {
            TokenTree::Ident(ident) => {
                ident.to_string().len() == 1 && ident.to_string().starts_with(char::is_uppercase)
            }
            _ => false,
        };
        tokens.clone().into_iter().any(is_letter)
            || mentions(tokens, "Self")
            || self.generics.iter().any(|parameter| mentions(tokens, &parameter.to_string()))
    }

    /// Defines and checks each value by itself; returns the limits that are not in the policy.
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

    fn build(mut self, args: &RawArgs) -> Plan {
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
            // No rule has to name it.
            Evaluated::Const if args.is_policy_default() => policy,
            Evaluated::Const if args.is_policy_inherited() => name,
            _ => {
                let keyword = keyword(self.is_inline);
                items.extend(quote!(#keyword #name: #private::Policy = #policy; #rules));
                name
            }
        };
        let evaluated = self.evaluated;
        let attempt_timeout_place = args.attempt_timeout.value().map(|time| first_span(&time.written));
        let may_have_deadline = args.deadline.is_set() || args.start.is_set();
        Plan { items, policy, attempt_timeout, attempt_timeout_place, evaluated, may_have_deadline }
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

    /// A duration that is no value of the policy's own.
    fn limit(&mut self, slot: &Slot<Time>, name: &str, check: Option<&str>) -> Option<TokenStream> {
        let Given { value: time, origin, .. } = slot.get()?;
        let private = self.private;
        let value = time_tokens(time, private);
        Some(self.constant(name, &quote!(#private::Duration), &value, &time.written, check, *origin))
    }

    fn set(&mut self, setter: &TokenStream, value: &TokenStream) {
        self.setters.extend(quote!(.#setter(#value)));
    }

    /// Defines a constant, unless the `impl` block has; returns its name. Its check is one of core's, by name.
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

    /// Returns the name of a value. A local has no capitals, since the constant of an `impl` block would be taken for the
    /// pattern.
    fn name(&self, name: &str) -> TokenStream {
        let name =
            if self.is_inline { hygiene::local(&name.to_lowercase()) } else { hygiene::constant(name) };
        name.into_token_stream()
    }

    /// A check whose panic the compiler reports under the whole of `place`.
    fn required(&self, place: &Expr, check: &TokenStream) -> TokenStream {
        let private = self.private;
        self.placed(place, "require", quote!(#private::check::#check))
    }

    /// The same, by the function that knows what to say.
    fn placed(&self, place: &Expr, require: &str, arguments: TokenStream) -> TokenStream {
        let (first, last) = ends(place.to_token_stream());
        let private = self.private;
        let (require, name) = (Ident::new(require, first), hygiene::import(first));
        let mut arguments = Group::new(Delimiter::Parenthesis, arguments);
        arguments.set_span(last);
        let call = quote!({ use #private::check::#require as #name; #name #arguments });
        if self.is_inline { quote!(#call;) } else { quote!(const _: () = #call;) }
    }

    fn policy(&self, args: &RawArgs) -> TokenStream {
        let (private, setters) = (self.private, &self.setters);
        let start = match args.policy() {
            Some(policy) => {
                let name = hygiene::local("policy");
                quote!({ let #name: #private::Policy = #policy; #name })
            }
            None => self.preset(args).1,
        };
        quote!(#start #setters)
    }

    /// The preset's name, which is empty for that of all who name none, and its policy.
    fn preset(&self, args: &RawArgs) -> (&'static str, TokenStream) {
        let private = self.private;
        match args.start.value() {
            Some(Start::Preset(Preset { name, constant })) => (name, quote!(#private::preset::#constant)),
            _ => ("", quote!(#private::Policy::new())),
        }
    }

    /// The rules between values, each under the value that is most likely wrong. A policy of the caller's own has no
    /// place for them: there the ceiling wins.
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
            let (preset, _) = self.preset(args);
            let (has_base, has_max_delay) = (args.base.is_set(), args.max_delay.is_set());
            let mut rule = |place: &Expr, check: &str| {
                let private = self.private;
                let check = Ident::new(check, Span::mixed_site());
                let arguments =
                    quote!(#preset, (#has_base, #has_max_delay), &#policy, #private::check::#check(&#policy));
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

fn time_tokens(time: &Time, private: &Path) -> TokenStream {
    let written = &time.written;
    match &time.form {
        TimeForm::Literal(duration) => {
            let (seconds, nanos) = (duration.as_secs(), duration.subsec_nanos());
            quote!(#private::Duration::new(#seconds, #nanos))
        }
        TimeForm::Millis => {
            let name = hygiene::local("millis");
            quote!({ let #name: ::core::primitive::u64 = #written; #private::Duration::from_millis(#name) })
        }
        TimeForm::Expression => written.to_token_stream(),
    }
}

fn number_tokens(number: &Number, private: &Path) -> TokenStream {
    match number {
        Number::Literal(literal) => literal.to_token_stream(),
        Number::Expression(expression) => argument(expression, "number", private),
    }
}

fn jitter_tokens(jitter: &Jitter, private: &Path) -> TokenStream {
    let written = &jitter.written;
    match &jitter.form {
        JitterForm::Word(variant) => {
            let variant = Ident::new(variant, Span::mixed_site());
            quote!(#private::Jitter::#variant)
        }
        JitterForm::Additive(fraction) => quote!(#private::Jitter::Additive(#fraction)),
        JitterForm::Spread(fraction) => {
            let fraction = number_tokens(fraction, private);
            quote!(#private::Jitter::Spread(#fraction))
        }
        JitterForm::UpTo(width) => {
            let width = time_tokens(width, private);
            quote!(#private::Jitter::UpTo(#width))
        }
        JitterForm::Expression => argument(written, "jitter", private),
    }
}

/// A value whose type is the user's choice, turned into ours by a method; placed where it stands.
fn argument(written: &Expr, method: &str, private: &Path) -> TokenStream {
    let (first, last) = ends(written.to_token_stream());
    // Under its own name it would hide a type of the user's in the value.
    let constructor = located(quote!(__ReattemptArgument), first);
    let mut given = Group::new(Delimiter::Parenthesis, written.to_token_stream());
    given.set_span(last);
    let method = Ident::new(method, last);
    let mut nothing = Group::new(Delimiter::Parenthesis, TokenStream::new());
    nothing.set_span(last);
    let dot = located(quote!(.), last);
    quote!({ use #private::Argument as #constructor; #constructor #given #dot #method #nothing })
}
