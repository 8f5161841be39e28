//! Analyses the tokens of a body: the last `async` block, and what other attribute macros have made of it.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};

/// The name of a local in every expansion, which shows that a function is already retried.
pub(crate) const MARKER: &str = "__reattempt_error";

/// Returns whether any token, at any depth, is this identifier.
pub(crate) fn mentions(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => mentions(&group.stream(), name),
        _ => false,
    })
}

/// Returns whether `#[tokio::main]` or `#[tokio::test]` has wrapped the body. The function then blocks, and so would
/// its waits.
///
/// Both attributes begin the body with `let body = async { … };` and end it with a block that has attributes and
/// returns the value of the runtime: `#[allow(…)] { … return … .block_on(body); }`.
pub(crate) fn is_blocked_on(tokens: &TokenStream) -> bool {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let [start @ .., TokenTree::Punct(hash), TokenTree::Group(attribute), TokenTree::Group(block)] =
        &tokens[..]
    else {
        return false;
    };
    starts_with(start, &["let", "body", "=", "async"])
        && hash.as_char() == '#'
        && attribute.delimiter() == Delimiter::Bracket
        && block.delimiter() == Delimiter::Brace
        && returns_block_on(block.stream())
}

fn returns_block_on(block: TokenStream) -> bool {
    let tokens: Vec<TokenTree> = block.into_iter().collect();
    let [
        start @ ..,
        TokenTree::Punct(dot),
        TokenTree::Ident(method),
        TokenTree::Group(arguments),
        TokenTree::Punct(end),
    ] = &tokens[..]
    else {
        return false;
    };
    let is_word = |token: &TokenTree, word: &str| token.to_string() == word;
    start.iter().any(|token| is_word(token, "return"))
        && dot.as_char() == '.'
        && method == "block_on"
        && arguments.to_string() == "(body)"
        && end.as_char() == ';'
}

fn starts_with(tokens: &[TokenTree], words: &[&str]) -> bool {
    tokens.len() >= words.len() && tokens.iter().zip(words).all(|(token, word)| token.to_string() == *word)
}

/// Tokens with a hole in them.
#[derive(Clone)]
pub(crate) enum Frame {
    Hole,
    Around { before: TokenStream, group: Group, inside: Box<Frame>, after: TokenStream },
}

impl Frame {
    /// Returns the tokens with the hole filled.
    pub(crate) fn fill(&self, hole: &TokenStream) -> TokenStream {
        match self {
            Frame::Hole => hole.clone(),
            Frame::Around { before, group, inside, after } => {
                let mut filled = Group::new(group.delimiter(), inside.fill(hole));
                filled.set_span(group.span());
                quote!(#before #filled #after)
            }
        }
    }

    fn around(mut tokens: Vec<TokenTree>, at: usize, inside: Frame) -> Option<Frame> {
        let after = tokens.split_off(at.saturating_add(1)).into_iter().collect();
        let Some(TokenTree::Group(group)) = tokens.pop() else { return None };
        Some(Frame::Around { before: tokens.into_iter().collect(), group, inside: Box::new(inside), after })
    }
}

/// Returns the frame and the content of the `async` block that a body ends with: bare, in a call such as `Box::pin(…)`,
/// or before `.boxed()`.
#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "the positions are those of tokens"
)]
pub(crate) fn async_tail(tokens: &TokenStream) -> Option<(Frame, TokenStream)> {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let last = tokens.iter().rposition(|token| matches!(token, TokenTree::Group(_)))?;
    // Only a comma may follow. After a `;` the block is no tail.
    let follows_nothing =
        tokens[last + 1..].iter().all(|t| matches!(t, TokenTree::Punct(p) if p.as_char() == ','));
    if !follows_nothing {
        return None;
    }
    let TokenTree::Group(group) = &tokens[last] else { return None };
    let inside = group.stream();
    match group.delimiter() {
        Delimiter::Brace if is_async_before(&tokens[..last]) => {
            Some((Frame::around(tokens, last, Frame::Hole)?, inside))
        }
        Delimiter::Parenthesis if inside.is_empty() => {
            // In `.boxed()` the block is before the dot.
            let dot = tokens.iter().rposition(|t| matches!(t, TokenTree::Punct(p) if p.as_char() == '.'))?;
            let (frame, content) = async_tail(&tokens[..dot].iter().cloned().collect())?;
            let suffix: TokenStream = tokens[dot..].iter().cloned().collect();
            Some((frame.followed_by(&suffix), content))
        }
        Delimiter::Parenthesis => {
            let (frame, content) = async_tail(&inside)?;
            Some((Frame::around(tokens, last, frame)?, content))
        }
        _ => None,
    }
}

impl Frame {
    fn followed_by(self, suffix: &TokenStream) -> Frame {
        match self {
            Frame::Hole => Frame::Hole,
            Frame::Around { before, group, inside, after } => {
                Frame::Around { before, group, inside, after: quote!(#after #suffix) }
            }
        }
    }

    /// Returns whether the value of the hole is that of the function, or of the `async` block around it.
    pub(crate) fn ends_function(&self) -> bool {
        match self {
            Frame::Hole => true,
            Frame::Around { before, inside, .. } => match &**inside {
                Frame::Hole => is_async_before(&before.clone().into_iter().collect::<Vec<_>>()),
                Frame::Around { .. } => inside.ends_function(),
            },
        }
    }

    /// Puts the frame `inner` into the hole.
    pub(crate) fn with_inner(self, inner: Frame) -> Frame {
        match self {
            Frame::Hole => inner,
            Frame::Around { before, group, inside, after } => {
                Frame::Around { before, group, inside: Box::new(inside.with_inner(inner)), after }
            }
        }
    }
}

fn is_async_before(tokens: &[TokenTree]) -> bool {
    let is = |token: Option<&TokenTree>, word: &str| matches!(token, Some(TokenTree::Ident(ident)) if ident == word);
    let last = tokens.last();
    is(last, "async") || (is(last, "move") && is(tokens.iter().rev().nth(1), "async"))
}

/// The content of the block that `#[async_trait]` generates: statements that move the arguments, then `let __ret: Ret =
/// { BODY }; __ret`.
pub(crate) struct AsyncTraitBlock {
    /// The statements before the last `let`.
    pub(crate) moves: TokenStream,
    binding: Vec<TokenTree>,
    braces: Group,
    after: TokenStream,
}

impl AsyncTraitBlock {
    #[expect(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "the positions are those of tokens, and of the two in a window; a `;` has a token before it"
    )]
    pub(crate) fn parse(content: &TokenStream) -> Option<AsyncTraitBlock> {
        let tokens: Vec<TokenTree> = content.clone().into_iter().collect();
        let is_ret = |token: &TokenTree| matches!(token, TokenTree::Ident(ident) if ident == "__ret");
        if !tokens.last().is_some_and(is_ret) {
            return None;
        }
        let start = tokens.windows(2).rposition(|pair| {
            matches!(&pair[0], TokenTree::Ident(ident) if ident == "let") && is_ret(&pair[1])
        })?;
        let end = start
            + tokens[start..].iter().position(|t| matches!(t, TokenTree::Punct(p) if p.as_char() == ';'))?;
        let TokenTree::Group(braces) = &tokens[end - 1] else { return None };
        Some(AsyncTraitBlock {
            moves: tokens[..start].iter().cloned().collect(),
            binding: tokens[start..end - 1].to_vec(),
            braces: braces.clone(),
            after: tokens[end..].iter().cloned().collect(),
        })
    }

    pub(crate) fn body(&self) -> TokenStream {
        self.braces.stream()
    }

    /// Returns the frame around the body, with `moves` as the statements before it.
    pub(crate) fn frame(&self, moves: &TokenStream) -> Frame {
        let mut before = moves.to_token_stream();
        before.extend(self.binding.iter().cloned());
        Frame::Around {
            before,
            group: self.braces.clone(),
            inside: Box::new(Frame::Hole),
            after: self.after.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_of_a_runtimes_attribute_is_known_by_its_start_and_its_end() {
        let wrapped = "let body = async { f().await }; #[allow(x)] { return runtime().block_on(body); }";
        let is_wrapped = |text: &str| is_blocked_on(&text.parse().unwrap());
        assert!(is_wrapped(wrapped));
        for (part, other) in [
            ("let body", "let task"),
            ("#", "!"),
            ("[allow(x)]", "(allow(x))"),
            ("{ return runtime().block_on(body); }", "(return runtime().block_on(body);)"),
            ("return ", ""),
            (".block_on", ";block_on"),
            ("block_on", "run"),
            ("(body)", "(task)"),
            ("(body);", "(body),"),
            ("{ return runtime().block_on(body); }", "{ return body; }"),
            ("body = async { f().await };", ""),
            (wrapped, "block_on(body)"),
            (wrapped, ""),
        ] {
            let text = wrapped.replacen(part, other, 1);
            assert!(!is_wrapped(&text), "{text}");
        }
    }

    #[test]
    fn an_async_block_is_a_tail_wherever_it_is_wrapped() {
        for (text, content) in [
            ("async { f() }", Some("f ()")),
            ("async move { f() }", Some("f ()")),
            ("let a = 1; Box::pin(async move { f() })", Some("f ()")),
            ("Box::pin(async move { f() },)", Some("f ()")),
            ("async { f() }.boxed()", Some("f ()")),
            ("wrap(async { f() }.boxed())", Some("f ()")),
            ("async { f() };", None),
            ("move { f() }", None),
            ("other move { f() }", None),
            ("unsafe { f() }", None),
            ("f()", None),
            ("a.f(1)", None),
            ("[async { f() }]", None),
            ("f", None),
        ] {
            let found = async_tail(&text.parse().unwrap()).map(|(_, content)| content.to_string());
            assert_eq!(found.as_deref(), content, "{text}");
        }
    }

    #[test]
    fn a_frame_ends_the_function_if_its_hole_is_the_value() {
        for (text, ends_function) in [("async { f() }", true), ("wrap(async { f() })", true)] {
            let (frame, _) = async_tail(&text.parse().unwrap()).unwrap();
            assert_eq!(frame.ends_function(), ends_function, "{text}");
        }
        let block = "let key = key; let __ret: Ret = { f() }; __ret".parse().unwrap();
        let block = AsyncTraitBlock::parse(&block).unwrap();
        assert_eq!(block.moves.to_string(), "let key = key ;");
        assert_eq!(block.body().to_string(), "f ()");
        let (outer, _) = async_tail(&"Box::pin(async move { x })".parse().unwrap()).unwrap();
        assert!(!outer.with_inner(block.frame(&block.moves)).ends_function());
        for other in [
            "let __ret = { f() }; ret",
            "__ret",
            "f(); __ret",
            "let __ret = f; __ret",
            "let ret = { f() }; __ret",
        ] {
            assert!(AsyncTraitBlock::parse(&other.parse().unwrap()).is_none(), "{other}");
        }
    }
}
