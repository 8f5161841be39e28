//! The attribute's grammar: tokens → [`RawArgs`].

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Lit, LitStr, Path, Token};

use crate::diagnostics::{Diagnostics, bail, error};
use crate::option_name::{self as name, OptionName};
use crate::slot::{Origin, Slot};
use crate::value::{Backoff, Jitter, Number, Time, literal};

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
    pub(crate) name: Slot<LitStr>,
    pub(crate) policy: Slot<Expr>,
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
                args.separator(input, errors);
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
            name: self.name.or_inherit(&outer.name),
            policy: self.policy.or_inherit(&outer.policy),
            clone: self.clone.or_inherit(&outer.clone),
            sleep: self.sleep.or_inherit(&outer.sleep),
            facade: self.facade.or_inherit(&outer.facade),
            skip: self.skip,
        }
    }

    /// Whether the `impl` block says all there is to say of the policy, so that its constant serves.
    pub(crate) fn is_policy_inherited(&self) -> bool {
        let origins = [
            self.max.origin(),
            self.base.origin(),
            self.factor.origin(),
            self.backoff.origin(),
            self.max_delay.origin(),
            self.jitter.origin(),
            self.deadline.origin(),
            self.attempt_timeout.origin(),
            self.within.origin(),
            self.policy.origin(),
        ];
        origins.contains(&Some(Origin::Impl)) && !origins.contains(&Some(Origin::Own))
    }

    fn separator(&self, input: ParseStream<'_>, errors: &mut Diagnostics) {
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
        match key.to_string().as_str() {
            "max" => self.max.set(key.clone(), Max::Attempts(attempts(input, &key)?), errors),
            "unlimited" => self.max.set(flag(input, key, name::UNLIMITED)?, Max::Unlimited, errors),
            "base" => self.base.set(key.clone(), with_unit(input, &key, name::BASE)?, errors),
            "base_ms" => self.base.set(key.clone(), in_millis(input, &key, name::BASE_MS)?, errors),
            "factor" => {
                let written = value(input, &key, name::FACTOR)?;
                let number = Number::parse(&key, "2", &written)?;
                self.factor.set(key, (written, number), errors);
            }
            "backoff" => {
                let written = value(input, &key, name::BACKOFF)?;
                self.backoff.set(key, Backoff::parse(&written)?, errors);
            }
            "max_delay" => self.max_delay.set(key.clone(), with_unit(input, &key, name::MAX_DELAY)?, errors),
            "max_delay_ms" => self.max_delay.set(key.clone(), in_millis(input, &key, name::MAX_DELAY_MS)?, errors),
            "jitter" => {
                let written = value(input, &key, name::JITTER)?;
                self.jitter.set(key.clone(), Jitter::parse(&key, written)?, errors);
            }
            "deadline" => self.deadline.set(key.clone(), with_unit(input, &key, name::DEADLINE)?, errors),
            "deadline_ms" => self.deadline.set(key.clone(), in_millis(input, &key, name::DEADLINE_MS)?, errors),
            "attempt_timeout" => {
                self.attempt_timeout.set(key.clone(), with_unit(input, &key, name::ATTEMPT_TIMEOUT)?, errors);
            }
            "attempt_timeout_ms" => {
                self.attempt_timeout.set(key.clone(), in_millis(input, &key, name::ATTEMPT_TIMEOUT_MS)?, errors);
            }
            "within" => self.within.set(key.clone(), with_unit(input, &key, name::WITHIN)?, errors),
            "within_ms" => self.within.set(key.clone(), in_millis(input, &key, name::WITHIN_MS)?, errors),
            "name" => self.name.set(key.clone(), text(input, &key)?, errors),
            "policy" => self.policy.set(key.clone(), value(input, &key, name::POLICY)?, errors),
            "clone" => self.clone.set(key.clone(), list(input, &key)?, errors),
            "sleep" => self.sleep.set(key.clone(), value(input, &key, name::SLEEP)?, errors),
            "crate" => self.facade.set(key.clone(), path(input, &key)?, errors),
            "skip" => self.skip.set(flag(input, key, name::SKIP)?, (), errors),
            unknown => return Err(unknown_argument(&key, unknown)),
        }
        Ok(())
    }
}

fn unknown_argument(key: &Ident, unknown: &str) -> syn::Error {
    match name::nearest(unknown) {
        Some(option) => error!(key, "`{unknown}` is no argument of `#[retry]`; write `{}`", option.example),
        None => error!(key, "`{unknown}` is no argument of `#[retry]`; there are {}", name::all()),
    }
}

fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        let _ = input.parse::<TokenTree>();
    }
}

/// `= VALUE` after the key.
fn value(input: ParseStream<'_>, key: &Ident, option: OptionName) -> syn::Result<Expr> {
    equals(input, key, option)?;
    let start = input.fork();
    input.parse::<Expr>().map_err(|_| match start.parse::<TokenTree>() {
        Ok(token) => error!(token, "the value of `{key}` cannot be read; write `{}`", option.example),
        Err(_) => no_value(key, option),
    })
}

fn equals(input: ParseStream<'_>, key: &Ident, option: OptionName) -> syn::Result<()> {
    if input.peek(syn::token::Paren) || !input.peek(Token![=]) || input.peek(Token![==]) {
        return Err(no_value(key, option));
    }
    input.parse::<Token![=]>()?;
    if input.is_empty() || input.peek(Token![,]) {
        return Err(no_value(key, option));
    }
    Ok(())
}

fn no_value(key: &Ident, option: OptionName) -> syn::Error {
    error!(key, "`{key}` takes a value after `=`; write `{}`", option.example)
}

fn attempts(input: ParseStream<'_>, key: &Ident) -> syn::Result<Expr> {
    let written = value(input, key, name::MAX)?;
    match literal(&written) {
        Some(Lit::Int(_)) | None => Ok(written),
        Some(other) => {
            let other = other.to_token_stream();
            bail!(written, "`{other}` is no number of attempts; write `max = 5`, or `unlimited` alone")
        }
    }
}

fn with_unit(input: ParseStream<'_>, key: &Ident, option: OptionName) -> syn::Result<Time> {
    Time::with_unit(key, value(input, key, option)?)
}

fn in_millis(input: ParseStream<'_>, key: &Ident, option: OptionName) -> syn::Result<Time> {
    Time::in_millis(key, value(input, key, option)?)
}

/// A key without a value.
fn flag(input: ParseStream<'_>, key: Ident, option: OptionName) -> syn::Result<Ident> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(key);
    }
    let key_alone = option.example;
    bail!(key, "`{key}` takes no value; write `{key_alone}`")
}

fn text(input: ParseStream<'_>, key: &Ident) -> syn::Result<LitStr> {
    let written = value(input, key, name::NAME)?;
    match literal(&written) {
        Some(Lit::Str(text)) => Ok(text.clone()),
        _ => bail!(written, "`name` is a string literal; write `{}`", name::NAME.example),
    }
}

fn path(input: ParseStream<'_>, key: &Ident) -> syn::Result<Path> {
    equals(input, key, name::CRATE)?;
    let start = input.fork();
    input.call(Path::parse_mod_style).map_err(|_| match start.parse::<TokenTree>() {
        Ok(token) => error!(token, "`{token}` is no path; write `{}`", name::CRATE.example),
        Err(_) => no_value(key, name::CRATE),
    })
}

/// `clone(a, b, self)`.
fn list(input: ParseStream<'_>, key: &Ident) -> syn::Result<Vec<Ident>> {
    if !input.peek(syn::token::Paren) {
        bail!(key, "`clone` lists arguments in parentheses; write `{}`", name::CLONE.example)
    }
    let names;
    syn::parenthesized!(names in input);
    let mut list = Vec::<Ident>::new();
    while !names.is_empty() {
        if !names.peek(Ident::peek_any) {
            let token: TokenTree = names.parse()?;
            bail!(token, "`{token}` is no argument's name; write `{}`", name::CLONE.example)
        }
        let argument = Ident::parse_any(&names)?;
        if list.contains(&argument) {
            bail!(argument, "`{argument}` is listed twice; keep one of the two")
        }
        list.push(argument);
        names.parse::<Option<Token![,]>>()?;
    }
    if list.is_empty() {
        bail!(key, "`clone` lists no argument; write `{}` or remove it", name::CLONE.example)
    }
    Ok(list)
}
