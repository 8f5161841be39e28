//! The parsers of values, one method for each kind.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, Lit, LitStr, Path, Token, Type};

use super::backoff::Backoff;
use super::delays::{Delays, instead_of_function};
use super::expression::{is_negative, literal, ungrouped};
use super::hedge::Hedge;
use super::hint::HintMode;
use super::jitter::Jitter;
use super::label::check_placeholders;
use super::log_level::LogLevel;
use super::preset::Preset;
use super::selector::{self, Selector};
use super::source::source;
use super::spec::ArgumentSpec;
use super::value::{Max, Number, Start, Time, check_closure, check_facade};
use crate::diagnostics::{bail, error};

/// An argument whose key has been read.
pub(super) struct Argument<'a> {
    pub(super) input: ParseStream<'a>,
    pub(super) key: &'a Ident,
    pub(super) spec: &'static ArgumentSpec,
}

impl Argument<'_> {
    fn is_at_end(&self) -> bool {
        self.input.is_empty() || self.input.peek(Token![,])
    }

    /// Parses `= VALUE`.
    fn value(&self) -> syn::Result<Expr> {
        self.read(Parse::parse)
    }

    fn read<T>(&self, parse: impl FnOnce(ParseStream<'_>) -> syn::Result<T>) -> syn::Result<T> {
        self.equals()?;
        let start = self.input.fork();
        parse(self.input).map_err(|_| match start.parse::<TokenTree>() {
            Ok(token) => {
                error!(token, "the value of `{}` cannot be read; write `{}`", self.key, self.spec.example)
            }
            Err(_) => self.has_no_value(),
        })
    }

    pub(super) fn ty(&self) -> syn::Result<Type> {
        let ty = self.read(Parse::parse)?;
        match &ty {
            Type::TraitObject(_) => bail!(ty, "a trait object has no size; write `Box<dyn Error>`"),
            Type::Path(path) if is_bare_retry_error(&path.path) => bail!(
                ty,
                "`{}` is made of the body's error, which `{}` names; write `{}` and return \
                 `Result<_, reattempt::RetryError<MyError>>`",
                source(&ty),
                self.key,
                self.spec.example
            ),
            _ => Ok(ty),
        }
    }

    /// Parses a name that the body uses.
    pub(super) fn binding(&self) -> syn::Result<Ident> {
        self.read(Parse::parse)
    }

    pub(super) fn selectors(&self) -> syn::Result<Vec<Selector>> {
        self.equals()?;
        selector::parse(self.input)
    }

    /// Parses types, and refuses patterns.
    pub(super) fn types(&self) -> syn::Result<Vec<Type>> {
        let types = self.selectors()?.into_iter().map(|item| match item {
            Selector::Type(ty) => Ok(ty),
            Selector::Text(text, _) => {
                bail!(text, "`{}` takes types, not values; write `{}`", self.key, self.spec.example)
            }
            Selector::Pattern(pattern, _) => {
                // The reference in front of a path was added by the parser and has no place.
                let written = match &pattern {
                    syn::Pat::Reference(reference) => &*reference.pat,
                    pattern => pattern,
                };
                bail!(written, "`{}` takes types, not patterns; write `{}`", self.key, self.spec.example)
            }
        });
        types.collect()
    }

    pub(super) fn has_equals(&self) -> bool {
        self.input.peek(Token![=]) && !self.input.peek(Token![==])
    }

    fn equals(&self) -> syn::Result<()> {
        if !self.has_equals() {
            return Err(self.has_no_value());
        }
        self.input.parse::<Token![=]>()?;
        if self.is_at_end() { Err(self.has_no_value()) } else { Ok(()) }
    }

    pub(super) fn has_no_value(&self) -> syn::Error {
        error!(self.key, "`{}` takes a value after `=`; write `{}`", self.key, self.spec.example)
    }

    pub(super) fn attempts(&self) -> syn::Result<Max> {
        let written = self.value()?;
        check_closure(&written)?;
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

    /// Parses a function of the last error, and refuses an outcome such as `None`.
    pub(super) fn fallback(&self) -> syn::Result<Expr> {
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

    /// Parses a policy, which is an expression and no literal.
    pub(super) fn policy(&self) -> syn::Result<Start> {
        let policy = self.value()?;
        if literal(&policy).is_some() {
            let preset =
                Preset::guess(&policy).map_or("preset = api_call".into(), |name| format!("preset = {name}"));
            bail!(policy, "`{}` is no policy; write `{preset}`, or `{}`", source(&policy), self.spec.example)
        }
        Ok(Start::Policy(policy))
    }

    pub(super) fn duration(&self) -> syn::Result<Time> {
        Time::with_unit(self.key, self.value()?)
    }

    pub(super) fn millis(&self) -> syn::Result<Time> {
        Time::in_millis(self.key, self.value()?)
    }

    pub(super) fn factor(&self) -> syn::Result<(Expr, Number)> {
        let written = self.value()?;
        let number = Number::parse(&written, self.spec.example)?;
        Ok((written, number))
    }

    pub(super) fn backoff(&self) -> syn::Result<Backoff> {
        Backoff::parse(&self.value()?)
    }

    pub(super) fn delays(&self) -> syn::Result<Delays> {
        Delays::parse(self.key, self.value()?)
    }

    pub(super) fn hint(&self) -> syn::Result<HintMode> {
        HintMode::parse(self.key, &self.value()?)
    }

    pub(super) fn jitter(&self) -> syn::Result<Jitter> {
        Jitter::parse(self.value()?)
    }

    pub(super) fn preset(&self) -> syn::Result<Start> {
        Preset::parse(&self.value()?).map(Start::Preset)
    }

    /// Parses the function that computes each delay, and refuses a duration.
    pub(super) fn delay_function(&self) -> syn::Result<Expr> {
        let delay = self.value()?;
        match instead_of_function(&delay) {
            None => Ok(delay),
            Some(instead) => bail!(
                delay,
                "`{}` takes a function of the error and its attempt; write {instead} for a first delay",
                self.key
            ),
        }
    }

    /// Parses what ends a call, and refuses a literal.
    pub(super) fn cancel(&self) -> syn::Result<Expr> {
        let cancel = self.value()?;
        if literal(&cancel).is_some() {
            bail!(cancel, "`{}` cannot end a call; write `{}`", source(&cancel), self.spec.example)
        }
        Ok(cancel)
    }

    pub(super) fn log_level(&self) -> syn::Result<LogLevel> {
        LogLevel::parse(&self.value()?)
    }

    /// Parses the number of first retries that are logged at `debug`.
    pub(super) fn log_after(&self) -> syn::Result<Expr> {
        let written = self.value()?;
        match literal(&written) {
            Some(Lit::Int(number)) if number.base10_parse::<u32>().is_ok() => Ok(written),
            None if !is_negative(&written) => Ok(written),
            _ => bail!(
                written,
                "`{}` is no number of retries; write `{}`",
                source(&written),
                self.spec.example
            ),
        }
    }

    /// Parses a function: a closure or a path.
    pub(super) fn function(&self) -> syn::Result<Expr> {
        self.value()
    }

    /// Parses a budget, a breaker or a throttle.
    pub(super) fn shared(&self) -> syn::Result<Expr> {
        self.value()
    }

    pub(super) fn hedge(&self) -> syn::Result<Hedge> {
        Hedge::parse(self.key, self.value()?)
    }

    pub(super) fn hedge_millis(&self) -> syn::Result<Hedge> {
        Hedge::in_millis(self.key, self.value()?)
    }

    pub(super) fn unlimited(&self) -> syn::Result<Max> {
        self.flag(Max::Unlimited)
    }

    pub(super) fn set(&self) -> syn::Result<()> {
        self.flag(())
    }

    /// Returns `meaning` for a key without a value.
    fn flag<T>(&self, meaning: T) -> syn::Result<T> {
        if self.is_at_end() {
            return Ok(meaning);
        }
        let value: TokenTree = self.input.fork().parse()?;
        bail!(value, "`{}` takes no value; write `{}`", self.key, self.spec.example)
    }

    fn text(&self) -> syn::Result<LitStr> {
        let written = self.value()?;
        match literal(&written) {
            Some(Lit::Str(text)) if text.value().is_empty() => {
                bail!(written, "`{}` is empty; write `{}`", self.key, self.spec.example)
            }
            Some(Lit::Str(text)) => Ok(text.clone()),
            _ => {
                let other = source(&written);
                bail!(written, "`{other}` is no string literal; write `{}`", self.spec.example)
            }
        }
    }

    /// Parses a text with placeholders for arguments.
    pub(super) fn label(&self) -> syn::Result<LitStr> {
        let label = self.text()?;
        check_placeholders(self.key, &label)?;
        Ok(label)
    }

    /// Parses the common prefix of environment variables, without the `_` at its end.
    pub(super) fn prefix(&self) -> syn::Result<LitStr> {
        let prefix = self.text()?;
        let text = prefix.value();
        let bare = text.trim_end_matches('_');
        let upper = bare.to_uppercase().replace(['-', '.', ' '], "_");
        let nearest = if is_variable(&upper) {
            format!("{} = \"{upper}\"", self.key)
        } else {
            self.spec.example.to_owned()
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

    pub(super) fn path(&self) -> syn::Result<Path> {
        let path = self.read(|input| input.call(Path::parse_mod_style))?;
        check_facade(&path, self.spec.example).map(|()| path)
    }

    /// Parses `clone(a, b, self)`.
    pub(super) fn names(&self) -> syn::Result<Vec<Ident>> {
        let (key, example) = (self.key, self.spec.example);
        if !self.input.peek(syn::token::Paren) {
            let names = names_ahead(self.input);
            let written =
                if names.is_empty() { example.to_owned() } else { format!("{key}({})", names.join(", ")) };
            bail!(key, "`{key}` lists arguments in parentheses; write `{written}`")
        }
        let names;
        syn::parenthesized!(names in self.input);
        // The list is read to its end even after a mistake: the parser would report the remaining tokens too.
        let list = self.names_in(&names);
        names.parse::<TokenStream>()?;
        list
    }

    fn names_in(&self, names: ParseStream<'_>) -> syn::Result<Vec<Ident>> {
        let (key, example) = (self.key, self.spec.example);
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

/// Returns whether an expression is `None`, `Ok(…)`, `Err(…)` or `Some(…)`.
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

/// Returns whether a path is `RetryError` without its parameter.
fn is_bare_retry_error(path: &Path) -> bool {
    path.segments.last().is_some_and(|last| last.ident == "RetryError" && last.arguments.is_none())
}

/// Returns the names in the value that follows: `= a`, `= (a, b)`, `= [a, b]`.
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

/// Returns whether a name is in the usual form of environment variables.
fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}
