//! The attribute's grammar: tokens → [`RawArgs`].

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Expr, Lit, LitStr, Path, Token, Type};

use super::names::{self as name, OptionName};
use super::preset::Preset;
use super::selector::{self, Selector};
use super::slot::{Origin, Slot};
use super::source::source;
use super::suggest::{self, instead, unknown_argument};
use super::value::{Backoff, Jitter, Number, Time, is_negative, literal, ungrouped};
use crate::diagnostics::{Diagnostics, bail, error};

/// The arguments as they were written, each in a slot of its own.
#[derive(Clone, Default)]
pub(crate) struct RawArgs {
    pub(crate) max: Slot<Max>,
    pub(crate) base: Slot<Time>,
    pub(crate) factor: Slot<(Expr, Number)>,
    pub(crate) backoff: Slot<Backoff>,
    pub(crate) max_delay: Slot<Time>,
    pub(crate) jitter: Slot<Jitter>,
    pub(crate) deadline: Slot<Time>,
    pub(crate) attempt_timeout: Slot<Time>,
    pub(crate) within: Slot<Time>,
    pub(crate) on: Slot<Vec<Selector>>,
    pub(crate) unless: Slot<Vec<Selector>>,
    pub(crate) ask: Slot<Vec<Type>>,
    pub(crate) when: Slot<Expr>,
    pub(crate) retry_ok: Slot<Expr>,
    pub(crate) retry_after: Slot<Expr>,
    pub(crate) error: Slot<Type>,
    pub(crate) attempt: Slot<Ident>,
    pub(crate) fallback: Slot<Expr>,
    pub(crate) on_retry: Slot<Expr>,
    pub(crate) on_give_up: Slot<Expr>,
    pub(crate) name: Slot<LitStr>,
    pub(crate) start: Slot<Start>,
    pub(crate) env: Slot<LitStr>,
    pub(crate) budget: Slot<Expr>,
    pub(crate) breaker: Slot<Expr>,
    pub(crate) clone: Slot<Vec<Ident>>,
    pub(crate) sleep: Slot<Expr>,
    pub(crate) facade: Slot<Path>,
    pub(crate) skip: Slot<()>,
}

#[derive(Clone)]
pub(crate) enum Max {
    Attempts(Expr),
    Unlimited,
}

/// What the other arguments override.
#[derive(Clone)]
pub(crate) enum Start {
    /// `policy = EXPR`.
    Policy(Expr),
    /// `preset = api_call`.
    Preset(Preset),
}

impl RawArgs {
    /// Reads all arguments; a mistake in one does not hide the others.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Diagnostics) -> RawArgs {
        let mut args = RawArgs::default();
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if let Err(mistake) = args.argument(input, errors) {
                    errors.take(mistake);
                    skip_to_comma(input);
                }
                Self::separator(input, errors);
            }
            Ok(())
        };
        let parsed = parser.parse2(tokens);
        errors.ok(parsed);
        args
    }

    /// These arguments, and where they are silent those of the `impl` block.
    pub(crate) fn or_inherit(self, outer: &RawArgs) -> RawArgs {
        RawArgs {
            max: self.max.or_inherit(&outer.max),
            base: self.base.or_inherit(&outer.base),
            factor: self.factor.or_inherit(&outer.factor),
            backoff: self.backoff.or_inherit(&outer.backoff),
            max_delay: self.max_delay.or_inherit(&outer.max_delay),
            jitter: self.jitter.or_inherit(&outer.jitter),
            deadline: self.deadline.or_inherit(&outer.deadline),
            attempt_timeout: self.attempt_timeout.or_inherit(&outer.attempt_timeout),
            within: self.within.or_inherit(&outer.within),
            on: self.on.or_inherit(&outer.on),
            unless: self.unless.or_inherit(&outer.unless),
            ask: self.ask.or_inherit(&outer.ask),
            when: self.when.or_inherit(&outer.when),
            retry_ok: self.retry_ok.or_inherit(&outer.retry_ok),
            retry_after: self.retry_after.or_inherit(&outer.retry_after),
            error: self.error.or_inherit(&outer.error),
            attempt: self.attempt.or_inherit(&outer.attempt),
            fallback: self.fallback.or_inherit(&outer.fallback),
            on_retry: self.on_retry.or_inherit(&outer.on_retry),
            on_give_up: self.on_give_up.or_inherit(&outer.on_give_up),
            name: self.name.or_inherit(&outer.name),
            start: self.start.or_inherit(&outer.start),
            env: self.env.or_inherit(&outer.env),
            budget: self.budget.or_inherit(&outer.budget),
            breaker: self.breaker.or_inherit(&outer.breaker),
            clone: self.clone.or_inherit(&outer.clone),
            sleep: self.sleep.or_inherit(&outer.sleep),
            facade: self.facade.or_inherit(&outer.facade),
            skip: self.skip,
        }
    }

    /// What is left after a mistake: what the types of the function and its body depend on.
    pub(crate) fn for_recovery(&self) -> RawArgs {
        RawArgs {
            error: self.error.clone(),
            attempt: self.attempt.clone(),
            clone: self.clone.clone(),
            facade: self.facade.clone(),
            ..RawArgs::default()
        }
    }

    /// The keys of all arguments, as written.
    pub(crate) fn keys(&self) -> Vec<&Ident> {
        let RawArgs {
            max, base, factor, backoff, max_delay, jitter, deadline, attempt_timeout, within, ..
        } = self;
        let RawArgs { on, unless, ask, when, retry_ok, retry_after, error, attempt, fallback, .. } = self;
        let RawArgs { on_retry, on_give_up, name, start, env, budget, breaker, .. } = self;
        let RawArgs { clone, sleep, facade, skip, .. } = self;
        let policy_keys = [max.key(), base.key(), factor.key(), backoff.key(), max_delay.key(), jitter.key()];
        let limit_keys = [deadline.key(), attempt_timeout.key(), within.key(), start.key()];
        let selection_keys =
            [on.key(), unless.key(), ask.key(), when.key(), retry_ok.key(), retry_after.key()];
        let ending_keys = [error.key(), attempt.key(), fallback.key(), on_retry.key(), on_give_up.key()];
        let shared_keys = [budget.key(), breaker.key()];
        let other_keys = [name.key(), env.key(), clone.key(), sleep.key(), facade.key(), skip.key()];
        let keys = policy_keys.into_iter().chain(limit_keys).chain(selection_keys);
        keys.chain(ending_keys).chain(shared_keys).chain(other_keys).flatten().collect()
    }

    /// The policy of the caller's own that the others override.
    pub(crate) fn policy(&self) -> Option<&Expr> {
        match self.start.value()? {
            Start::Policy(policy) => Some(policy),
            Start::Preset(_) => None,
        }
    }

    /// Whether the `impl` block says all there is to say of the policy, so that its constant serves.
    pub(crate) fn is_policy_inherited(&self) -> bool {
        let origins = self.policy_origins();
        origins.contains(&Some(Origin::Impl)) && !origins.contains(&Some(Origin::Own))
    }

    /// Whether nothing is said of the policy, here or on an `impl` block.
    pub(crate) fn is_policy_default(&self) -> bool {
        self.policy_origins().iter().all(Option::is_none)
    }

    fn policy_origins(&self) -> [Option<Origin>; 10] {
        [
            self.max.origin(),
            self.base.origin(),
            self.factor.origin(),
            self.backoff.origin(),
            self.max_delay.origin(),
            self.jitter.origin(),
            self.deadline.origin(),
            self.attempt_timeout.origin(),
            self.within.origin(),
            self.start.origin(),
        ]
    }

    fn separator(input: ParseStream<'_>, errors: &mut Diagnostics) {
        if !input.is_empty() && input.parse::<Option<Token![,]>>().is_ok_and(|comma| comma.is_none()) {
            let next: TokenTree = input.fork().parse().expect("there is a token");
            errors.report(&next, format!("unexpected `{next}`; write a `,` between two arguments"));
            if !matches!(next, TokenTree::Ident(_)) {
                skip_to_comma(input);
                let _ = input.parse::<Option<Token![,]>>();
            }
        }
    }

    fn argument(&mut self, input: ParseStream<'_>, errors: &mut Diagnostics) -> syn::Result<()> {
        if !input.peek(Ident::peek_any) {
            let found: TokenTree = input.parse()?;
            bail!(found, "`{found}` is no argument; write a name first, such as `max = 5`")
        }
        let key = Ident::parse_any(input)?;
        if input.peek(Token![::]) {
            return Err(path_as_argument(key, input)?);
        }
        let Some(option) = name::find(&key) else { return Err(unknown_argument(&key, input)) };
        let argument = Argument { input, key: &key, option };
        match option {
            name::MAX => self.max.set(&key, argument.attempts()?, errors),
            name::UNLIMITED => self.max.set(&key, argument.flag(Max::Unlimited)?, errors),
            name::BASE => self.base.set(&key, argument.with_unit()?, errors),
            name::BASE_MS => self.base.set(&key, argument.in_millis()?, errors),
            name::FACTOR => self.factor.set(&key, argument.number()?, errors),
            name::BACKOFF => self.backoff.set(&key, Backoff::parse(&argument.value()?)?, errors),
            name::MAX_DELAY => self.max_delay.set(&key, argument.with_unit()?, errors),
            name::MAX_DELAY_MS => self.max_delay.set(&key, argument.in_millis()?, errors),
            name::JITTER => self.jitter.set(&key, Jitter::parse(argument.value()?)?, errors),
            name::DEADLINE => self.deadline.set(&key, argument.with_unit()?, errors),
            name::DEADLINE_MS => self.deadline.set(&key, argument.in_millis()?, errors),
            name::ATTEMPT_TIMEOUT => self.attempt_timeout.set(&key, argument.with_unit()?, errors),
            name::ATTEMPT_TIMEOUT_MS => self.attempt_timeout.set(&key, argument.in_millis()?, errors),
            name::WITHIN => self.within.set(&key, argument.with_unit()?, errors),
            name::WITHIN_MS => self.within.set(&key, argument.in_millis()?, errors),
            name::ON => self.on.set(&key, argument.items()?, errors),
            name::UNLESS => self.unless.set(&key, argument.items()?, errors),
            name::ASK => self.ask.set(&key, argument.types()?, errors),
            name::WHEN => self.when.set(&key, argument.value()?, errors),
            name::RETRY_OK => self.retry_ok.set(&key, argument.value()?, errors),
            name::RETRY_AFTER => self.retry_after.set(&key, argument.value()?, errors),
            name::ERROR => self.error.set(&key, argument.ty()?, errors),
            name::ATTEMPT => self.attempt.set(&key, argument.binding()?, errors),
            name::FALLBACK => self.fallback.set(&key, argument.fallback()?, errors),
            name::ON_RETRY => self.on_retry.set(&key, argument.value()?, errors),
            name::ON_GIVE_UP => self.on_give_up.set(&key, argument.value()?, errors),
            name::NAME => self.name.set(&key, argument.label()?, errors),
            name::PRESET => self.start.set(&key, Start::Preset(Preset::parse(&argument.value()?)?), errors),
            name::POLICY => self.start.set(&key, Start::Policy(argument.policy()?), errors),
            name::ENV => self.env.set(&key, argument.prefix()?, errors),
            name::BUDGET => self.budget.set(&key, argument.value()?, errors),
            name::BREAKER => self.breaker.set(&key, argument.value()?, errors),
            name::CLONE => self.clone.set(&key, argument.list()?, errors),
            name::SLEEP => self.sleep.set(&key, argument.value()?, errors),
            name::CRATE => self.facade.set(&key, argument.path()?, errors),
            name::SKIP => self.skip.set(&key, argument.flag(())?, errors),
            _ => return Err(unknown_argument(&key, input)),
        }
        Ok(())
    }
}

/// A path where an argument's name should stand: the name with a path before it, or the second of several errors.
fn path_as_argument(first: Ident, input: ParseStream<'_>) -> syn::Result<syn::Error> {
    let (mut path, mut last) = (first.to_string(), first);
    while input.parse::<Option<Token![::]>>()?.is_some() {
        last = Ident::parse_any(input)?;
        path = format!("{path}::{last}");
    }
    Ok(match name::nearest(&last.unraw().to_string()) {
        Some((option, carry)) => {
            error!(last, "the name of an argument is no path; write {}", instead(option, carry, input))
        }
        None if path.contains(char::is_uppercase) => error!(
            last,
            "`{path}` is no argument of `#[retry]`; several errors stand in a list, write `on = [A, {path}]`"
        ),
        None => error!(last, "`{path}` is no argument of `#[retry]`; there are {}", name::all()),
    })
}

/// `None`, `Ok(…)`, `Err(…)` or `Some(…)`.
fn is_outcome(expression: &Expr) -> bool {
    let (path, names) = match ungrouped(expression) {
        Expr::Path(path) => (path, &["None"][..]),
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => (path, &["Ok", "Err", "Some"][..]),
            _ => return false,
        },
        _ => return false,
    };
    path.path.segments.last().is_some_and(|last| names.iter().any(|name| last.ident == name))
}

/// `RetryError` without its parameter.
fn is_bare_retry_error(path: &Path) -> bool {
    path.segments.last().is_some_and(|last| last.ident == "RetryError" && last.arguments.is_none())
}

/// The names in the next argument's value: `= a`, `= (a, b)`, `= [a, b]`.
fn names_ahead(input: ParseStream<'_>) -> Vec<String> {
    let ahead = input.fork();
    if ahead.parse::<Token![=]>().is_err() {
        return Vec::new();
    }
    let names = |tokens: TokenStream| {
        let names = tokens.into_iter().filter_map(|token| match token {
            TokenTree::Ident(name) => Some(name.to_string()),
            _ => None,
        });
        names.collect()
    };
    match ahead.parse::<TokenTree>() {
        Ok(TokenTree::Group(group)) => names(group.stream()),
        Ok(name) => names(name.into()),
        Err(_) => Vec::new(),
    }
}

/// What stands between the braces of a format string, up to a `:`. What is wrong with the braces themselves the compiler
/// reports.
fn places(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let (_, after) = rest.split_once('{')?;
            if let Some(escaped) = after.strip_prefix('{') {
                rest = escaped;
                continue;
            }
            let (place, after) = after.split_once('}')?;
            rest = after;
            return Some(place.split(':').next().unwrap_or_default());
        }
    })
}

fn is_argument_name(place: &str) -> bool {
    let place = place.trim_end();
    !place.starts_with(|c: char| c.is_ascii_digit())
        && !place.is_empty()
        && place.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// A place that holds no name: a field, an expression, a number or nothing.
fn no_argument_name(key: &Ident, label: &LitStr, text: &str, place: &str) -> syn::Error {
    let last = place.trim().rsplit(['.', '#']).next().unwrap_or_default();
    let name = if is_argument_name(last) { last } else { "argument" };
    let better = text.replacen(&format!("{{{place}"), &format!("{{{name}"), 1);
    error!(
        label,
        "`{{{place}}}` is no argument of the function; write `{key} = {better:?}` with `{name}` one of its arguments, or \
         leave the place out"
    )
}

/// Whether an environment variable is called so by custom.
fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// Skips what is left of an argument. A closure has commas of its own.
fn skip_to_comma(input: ParseStream<'_>) {
    let value = input.fork();
    let is_value = value.parse::<Token![=]>().is_ok() && value.parse::<Expr>().is_ok();
    if is_value && (value.is_empty() || value.peek(Token![,])) {
        input.advance_to(&value);
        return;
    }
    while !input.is_empty() && !input.peek(Token![,]) {
        let _ = input.parse::<TokenTree>();
    }
}

/// An argument whose name was read.
struct Argument<'a> {
    input: ParseStream<'a>,
    key: &'a Ident,
    option: OptionName,
}

impl Argument<'_> {
    fn is_at_end(&self) -> bool {
        self.input.is_empty() || self.input.peek(Token![,])
    }

    /// `= VALUE` after the key.
    fn value(&self) -> syn::Result<Expr> {
        self.read(Parse::parse)
    }

    fn read<T>(&self, parse: impl FnOnce(ParseStream<'_>) -> syn::Result<T>) -> syn::Result<T> {
        self.equals()?;
        let start = self.input.fork();
        parse(self.input).map_err(|_| match start.parse::<TokenTree>() {
            Ok(token) => {
                error!(token, "the value of `{}` cannot be read; write `{}`", self.key, self.option.example)
            }
            Err(_) => self.has_no_value(),
        })
    }

    fn ty(&self) -> syn::Result<Type> {
        let ty = self.read(Parse::parse)?;
        match &ty {
            Type::TraitObject(_) => bail!(ty, "a trait object has no size; write `Box<dyn Error>`"),
            Type::Path(path) if is_bare_retry_error(&path.path) => bail!(
                ty,
                "`{}` is made of the body's error, which `{}` names; write `{}` and return \
                 `Result<_, reattempt::RetryError<MyError>>`",
                source(&ty),
                self.key,
                self.option.example
            ),
            _ => Ok(ty),
        }
    }

    /// A name for the body to use.
    fn binding(&self) -> syn::Result<Ident> {
        self.read(Parse::parse)
    }

    fn items(&self) -> syn::Result<Vec<Selector>> {
        self.equals()?;
        selector::parse(self.input)
    }

    /// Types, and no patterns.
    fn types(&self) -> syn::Result<Vec<Type>> {
        let types = self.items()?.into_iter().map(|item| match item {
            Selector::Type(ty) => Ok(ty),
            Selector::Text(text, _) => {
                bail!(text, "`{}` takes types, not values; write `{}`", self.key, self.option.example)
            }
            Selector::Pattern(pattern, _) => {
                // The reference in front of a path is ours, and stands nowhere.
                let written = match &pattern {
                    syn::Pat::Reference(reference) => &*reference.pat,
                    pattern => pattern,
                };
                bail!(written, "`{}` takes types, not patterns; write `{}`", self.key, self.option.example)
            }
        });
        types.collect()
    }

    fn equals(&self) -> syn::Result<()> {
        if !self.input.peek(Token![=]) || self.input.peek(Token![==]) {
            return Err(self.has_no_value());
        }
        self.input.parse::<Token![=]>()?;
        if self.is_at_end() { Err(self.has_no_value()) } else { Ok(()) }
    }

    fn has_no_value(&self) -> syn::Error {
        if let Some(written) = suggest::after_equals(self.option, self.input) {
            return error!(self.key, "`{}` takes its value after `=`; write {written}", self.key);
        }
        error!(self.key, "`{}` takes a value after `=`; write `{}`", self.key, self.option.example)
    }

    fn attempts(&self) -> syn::Result<Max> {
        let written = self.value()?;
        match literal(&written) {
            Some(Lit::Int(number)) if number.suffix().is_empty() && number.base10_parse::<u32>().is_err() => {
                bail!(written, "`{number}` is more than a `u32` holds; write `unlimited`")
            }
            Some(Lit::Int(_)) => Ok(Max::Attempts(written)),
            None if !is_negative(&written) => Ok(Max::Attempts(written)),
            other => {
                let other = other.map_or_else(|| source(&written), source);
                bail!(written, "`{other}` is no number of attempts; write `max = 5`, or `unlimited` alone")
            }
        }
    }

    /// A function, which an outcome is not.
    fn fallback(&self) -> syn::Result<Expr> {
        let fallback = self.value()?;
        if is_outcome(&fallback) {
            bail!(
                fallback,
                "`{}` takes a function of the last error; write `{} = |_| {}`",
                self.key,
                self.key,
                source(&fallback)
            )
        }
        Ok(fallback)
    }

    /// An expression, which no literal can be.
    fn policy(&self) -> syn::Result<Expr> {
        let policy = self.value()?;
        if literal(&policy).is_some() {
            let preset =
                Preset::guess(&policy).map_or("preset = api_call".into(), |name| format!("preset = {name}"));
            bail!(
                policy,
                "`{}` is no policy; write `{preset}`, or `{}`",
                source(&policy),
                self.option.example
            )
        }
        Ok(policy)
    }

    fn with_unit(&self) -> syn::Result<Time> {
        Time::with_unit(self.key, self.value()?)
    }

    fn in_millis(&self) -> syn::Result<Time> {
        Time::in_millis(self.key, self.value()?)
    }

    fn number(&self) -> syn::Result<(Expr, Number)> {
        let written = self.value()?;
        let number = Number::parse(&written, self.option.example)?;
        Ok((written, number))
    }

    /// A key without a value, which means `meaning`.
    fn flag<T>(&self, meaning: T) -> syn::Result<T> {
        if self.is_at_end() {
            return Ok(meaning);
        }
        let value: TokenTree = self.input.fork().parse()?;
        bail!(value, "`{}` takes no value; write `{}`", self.key, self.option.example)
    }

    fn text(&self) -> syn::Result<LitStr> {
        let written = self.value()?;
        match literal(&written) {
            Some(Lit::Str(text)) if text.value().is_empty() => {
                bail!(written, "`{}` is empty; write `{}`", self.key, self.option.example)
            }
            Some(Lit::Str(text)) => Ok(text.clone()),
            _ => {
                let other = source(&written);
                bail!(written, "`{other}` is no string literal; write `{}`", self.option.example)
            }
        }
    }

    /// A text with places for arguments.
    fn label(&self) -> syn::Result<LitStr> {
        let label = self.text()?;
        let text = label.value();
        match places(&text).find(|place| !is_argument_name(place)) {
            Some(place) => Err(no_argument_name(self.key, &label, &text, place)),
            None => Ok(label),
        }
    }

    /// What the names of environment variables begin with, up to the `_` after it.
    fn prefix(&self) -> syn::Result<LitStr> {
        let prefix = self.text()?;
        let text = prefix.value();
        let bare = text.trim_end_matches('_');
        let upper = bare.to_uppercase().replace(['-', '.', ' '], "_");
        let nearest = if is_variable(&upper) {
            format!("{} = \"{upper}\"", self.key)
        } else {
            self.option.example.to_owned()
        };
        if !is_variable(bare) {
            bail!(
                prefix,
                "a prefix has capitals, digits and `_`, and begins with a letter; write `{nearest}`"
            )
        }
        if bare != text {
            bail!(prefix, "the `_` after the prefix is added; write `{nearest}`")
        }
        Ok(prefix)
    }

    fn path(&self) -> syn::Result<Path> {
        self.read(|input| input.call(Path::parse_mod_style))
    }

    /// `clone(a, b, self)`.
    fn list(&self) -> syn::Result<Vec<Ident>> {
        let (key, example) = (self.key, self.option.example);
        if !self.input.peek(syn::token::Paren) {
            let names = names_ahead(self.input);
            let written =
                if names.is_empty() { example.to_owned() } else { format!("{key}({})", names.join(", ")) };
            bail!(key, "`{key}` lists arguments in parentheses; write `{written}`")
        }
        let names;
        syn::parenthesized!(names in self.input);
        // Read to its end whatever is in it: what is left over would be reported by the parser too.
        let list = self.names(&names);
        names.parse::<proc_macro2::TokenStream>()?;
        list
    }

    fn names(&self, names: ParseStream<'_>) -> syn::Result<Vec<Ident>> {
        let (key, example) = (self.key, self.option.example);
        let mut list = Vec::<Ident>::new();
        while !names.is_empty() {
            if !names.peek(Ident::peek_any) {
                let token: TokenTree = names.parse()?;
                bail!(token, "`{token}` is no argument's name; write `{example}`")
            }
            let argument = Ident::parse_any(names)?;
            if names.peek(Token![.]) {
                bail!(argument, "an argument is cloned as a whole; write `{key}({argument})`")
            }
            if list.contains(&argument) {
                bail!(argument, "`{argument}` is listed twice; keep one of the two")
            }
            list.push(argument);
            if !names.is_empty() && names.parse::<Option<Token![,]>>()?.is_none() {
                let next: TokenTree = names.parse()?;
                bail!(next, "unexpected `{next}`; write a `,` between two arguments")
            }
        }
        if list.is_empty() {
            bail!(key, "`{key}` lists no argument; write `{example}` or remove it")
        }
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of the arguments, without the places.
    fn said(arguments: &str) -> Vec<String> {
        let mut errors = Diagnostics::new();
        RawArgs::parse(arguments.parse().unwrap_or_else(|error| panic!("{arguments}: {error}")), &mut errors);
        errors.messages()
    }

    #[test]
    fn a_place_in_a_name_holds_an_argument() {
        for name in ["get {id}", "get {type} {é}", "get {id:?} {{x.y}} {r:>8}", "{self}", "{{}}", "{", "}"] {
            assert_eq!(said(&format!("name = {name:?}")), [""; 0], "{name}");
        }
        for (name, place, better, argument) in [
            ("get {self.id}", "{self.id}", "get {id}", "id"),
            ("get {self.id:?} of {x}", "{self.id}", "get {id:?} of {x}", "id"),
            ("get {}", "{}", "get {argument}", "argument"),
            ("get {0}", "{0}", "get {argument}", "argument"),
            ("get {:?}", "{}", "get {argument:?}", "argument"),
            ("get {pair.0}", "{pair.0}", "get {argument}", "argument"),
            ("get {id + 1}", "{id + 1}", "get {argument}", "argument"),
            ("get {id()}", "{id()}", "get {argument}", "argument"),
            ("{{}} {id} {a.b}", "{a.b}", "{{}} {id} {b}", "b"),
            ("get {r#type}", "{r#type}", "get {type}", "type"),
        ] {
            let message = format!(
                "`{place}` is no argument of the function; write `name = {better:?}` with `{argument}` one of its \
                 arguments, or leave the place out"
            );
            assert_eq!(said(&format!("name = {name:?}")), [message], "{name}");
        }
    }
}
