//! Recognises this attribute on functions and methods. It may be imported under another name, and it may stand in a
//! `cfg_attr`.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Path, Token};

use crate::diagnostics::Diagnostics;
use crate::parse::RawArgs;

const NAME: &str = "retry";

/// The attribute's name in the user's code.
#[derive(Clone, Debug)]
pub(crate) struct Name(String);

impl Default for Name {
    fn default() -> Self {
        Name(NAME.to_owned())
    }
}

impl Name {
    /// Reads the name from the text of the invocation, `#[path::to::again(max = 5)]`. Returns the default name where a
    /// macro that generates the attribute hides the text.
    pub(crate) fn of_invocation(text: Option<String>) -> Name {
        let name = text.and_then(|text| match plain_segment(&text) {
            Some(segment) => Some(segment.to_owned()),
            None => last_segment(text.parse().ok()?),
        });
        name.map_or_else(Name::default, Name)
    }

    /// Returns whether an attribute has this name.
    pub(crate) fn is_ours(&self, attr: &Attribute) -> bool {
        self.names(attr.path())
    }

    fn names(&self, path: &Path) -> bool {
        let mut segments = path.segments.iter().rev();
        let Some(last) = segments.next() else { return false };
        // Where this attribute has another name, `retry` alone may be another crate's.
        let is_of_this_crate = segments.next().is_some_and(|owner| owner.ident == "reattempt");
        last.ident == self.0 || (last.ident == NAME && is_of_this_crate)
    }

    /// Returns whether an attribute may be this one, so that only the compiler can decide: it stands in a `cfg_attr`,
    /// or it has an unknown name and arguments that are ours.
    pub(crate) fn may_be_ours(&self, attr: &Attribute) -> bool {
        !self.is_ours(attr) && self.may_be(&attr.meta)
    }

    fn may_be(&self, meta: &Meta) -> bool {
        let Meta::List(list) = meta else { return self.names(meta.path()) };
        if list.path.is_ident("cfg_attr") {
            let parser = Punctuated::<Meta, Token![,]>::parse_terminated;
            return parser
                .parse2(list.tokens.clone())
                .is_ok_and(|all| all.iter().skip(1).any(|m| self.may_be(m)));
        }
        self.names(&list.path) || has_our_arguments(list.tokens.clone())
    }
}

/// Returns whether all arguments are ours. `name` alone does not count, since other attributes have it too.
fn has_our_arguments(tokens: TokenStream) -> bool {
    let mut errors = Diagnostics::new();
    let args = RawArgs::parse(tokens, &mut errors);
    let is_clean = errors.is_clean();
    let _ = errors.finish();
    is_clean && args.keys().any(|key| key != "name")
}

/// Returns the last segment of the path that an attribute begins with, if the path contains nothing but names. The text
/// of most attributes is read in this way: the compiler's lexer would read the arguments too.
fn plain_segment(text: &str) -> Option<&str> {
    let text = text.strip_prefix("#[").unwrap_or(text);
    let path = text.split(['(', '[', '{', ']']).next()?;
    let is_plain =
        path.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b' '));
    path.rsplit(':').next().map(str::trim).filter(|name| is_plain && !name.is_empty())
}

/// Returns the last segment of the path that an attribute begins with.
fn last_segment(tokens: TokenStream) -> Option<String> {
    let mut last = None;
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '#' && last.is_none() => {}
            TokenTree::Punct(punct) if punct.as_char() == ':' => {}
            TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket && last.is_none() => {
                return last_segment(group.stream());
            }
            TokenTree::Ident(segment) => last = Some(segment.to_string()),
            TokenTree::Group(_) => return last,
            _ => return None,
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(text: &str) -> Attribute {
        let parsed = Attribute::parse_outer.parse_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        parsed.into_iter().next().unwrap()
    }

    #[test]
    fn the_name_is_that_of_the_invocation() {
        for (text, name) in [
            ("#[retry]", "retry"),
            ("#[again(max = 3)]", "again"),
            ("#[ crate::net :: again (\n// why\nmax = 3) ]", "again"),
            ("again(skip)", "again"),
            ("#[net::again]", "again"),
            ("#[again /* (b) */ (max = 3)]", "again"),
            ("#[net::again /* (b) */ (max = 3)]", "again"),
            ("#[::net::again /* (b) */]", "again"),
            ("#[again /* (b) */ [max = 3]]", "again"),
            ("#[r#try]", "r#try"),
            ("#[again = 3]", "retry"),
            ("#[$($t)*]", "retry"),
            ("#[$attribute(max = 3)]", "retry"),
            ("", "retry"),
        ] {
            assert_eq!(Name::of_invocation(Some(text.to_owned())).0, name, "{text}");
        }
        assert_eq!(Name::of_invocation(None).0, "retry");
    }

    #[test]
    fn an_attribute_is_known_by_its_name_and_by_its_arguments() {
        let (retry, again) = (Name::default(), Name("again".to_owned()));
        for (text, by_retry, by_again) in [
            ("#[retry]", (true, false), (false, false)),
            ("#[reattempt::retry(skip)]", (true, false), (true, false)),
            ("#[::reattempt::retry(max = 2)]", (true, false), (true, false)),
            ("#[other::retry(times = 2)]", (true, false), (false, false)),
            ("#[again]", (false, false), (true, false)),
            ("#[again(skip)]", (false, true), (true, false)),
            ("#[net::again(max = 2, name = \"x\")]", (false, true), (true, false)),
            ("#[instrument(name = \"x\")]", (false, false), (false, false)),
            ("#[instrument(skip(self), err)]", (false, false), (false, false)),
            ("#[inline(always)]", (false, false), (false, false)),
            ("#[doc = \"retry\"]", (false, false), (false, false)),
            ("#[cfg_attr(test, retry(skip))]", (false, true), (false, true)),
            ("#[cfg_attr(test, inline, reattempt::retry)]", (false, true), (false, true)),
            ("#[cfg_attr(test, again)]", (false, false), (false, true)),
            ("#[cfg_attr(a, cfg_attr(all(b, c), again(skip)))]", (false, true), (false, true)),
            ("#[cfg_attr(test, inline)]", (false, false), (false, false)),
            ("#[cfg(test)]", (false, false), (false, false)),
        ] {
            let attr = attributes(text);
            assert_eq!((retry.is_ours(&attr), retry.may_be_ours(&attr)), by_retry, "{text}");
            assert_eq!((again.is_ours(&attr), again.may_be_ours(&attr)), by_again, "{text}");
        }
    }
}
