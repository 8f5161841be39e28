//! The words of inputs: keys and examples from the macros' own table, and values that people write.

use std::sync::LazyLock;

use proc_macro2::{TokenStream, TokenTree};

const TABLE: &str = include_str!("../../../retry-macros/src/parse/table.rs");

/// The texts of the table of arguments: keys, other keys and examples.
pub(super) static TABLE_TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut texts = Vec::new();
    collect(TABLE.parse().unwrap_or_default(), &mut texts);
    texts
});

fn collect(tokens: TokenStream, texts: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => collect(group.stream(), texts),
            TokenTree::Literal(literal) => {
                if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                    texts.push(text.value());
                }
            }
            _ => {}
        }
    }
}

/// Values of arguments.
pub(super) const VALUES: &[&str] = &[
    "0", "1", "5", "-1", "+1", "4294967296", "18446744073709551616", "5u8", "0x5", "1_000", "0.5", "1.5f32", "1e400", "1e-9",
    "\"1s\"", "\"1.5h\"", "\"100ms\"", "\"1 s\"", "\"-1s\"", "\"\"", "\" \"", "\"1\"", "\"99999999999999999999d\"", "\"1é\"",
    "\"1m30s\"", "\"µs\"", "\".5s\"", "\"1e3s\"", "\"ns\"", "\"{user_a}\"", "\"{user_a.user_b}\"", "\"{0}\"", "\"{\"", "\"}\"",
    "\"{{}}\"", "\"{user_a:?}\"", "\"{op .x}\"", "\"{self.user_b}\"", "\"{r#fn}\"", "\"{}\"", "\"{é}\"", "\"{a b}\"", "\"FETCH\"",
    "\"fetch\"", "\"FETCH_\"", "r\"a\"", "r#\"a\"#", "b\"a\"", "b'a'", "'a'", "c\"a\"", "true", "false", "None", "Some(1)",
    "Ok(1)", "Err(user_a)", "user_a", "USER", "self", "Self", "crate::A", "self.user_b", "user_a.user_f()", "USER.get(user_a)",
    "|e| e.f()", "|_| None", "|e, n| f(e, n)", "|| user_f()", "async |e| f(e).await", "async move |e| f(e)", "move |e| f(e)",
    "|&e| e", "|e: &E| -> bool { e.f() }", "|mut e| { return e }", "E", "io::Error", "[E]", "[io::Error, E::A(_)]", "[]", "[,]",
    "E::Status(500..=599)", "\"23505\"", "[\"a\", \"b\"]", "Box<dyn Error>", "dyn Error", "&'a E", "(E, F)", "_", "!", "E | F",
    "RetryError", "RetryError<E>", "fn(E) -> F", "exponential", "linear", "fixed", "fibonacci", "full", "none", "equal",
    "spread(0.5)", "spread(50)", "up_to(\"1s\")", "up_to(\"1x\")", "full()", "spread", "decorrelated", "[\"100ms\", \"1s\"]",
    "[100, 200]", "[\"1s\", 5]", "\"100ms, 1s\"", "Duration::from_secs(1)", "api_call", "database", "respect", "ignore", "at_least",
    "at_most", "info", "off", "\"info\"", "Level::INFO", "log::Level::Warn", "token.cancelled()", "if a { 1 } else { 2 }",
    "match a { _ => 1 }", "{ 1 }", "{}", "loop { break 1 }", "return", "break", "user_a?", "user_a.await", "&user_a", "*user_a",
    "user_a = 1", "a..b", "..", "a as u8", "-user_a", "(1)", "((\"1s\"))", "a < b", "a::<B>()", "vec![1]", "m!{}", "S { a: 1 }",
    "unsafe { 1 }", "const { 1 }", "'l: loop {}", "let Some(x) = y", "#[a] 1", "[0; 3]", "a[0]", "|", "()", "reattempt",
    "::reattempt", "crate", "super::x", "std::time::Duration", "r#type", "async", "fn", "where", "dyn", "become", "gen {}",
];

/// Punctuation, and pieces that belong nowhere in particular.
pub(super) const PIECES: &[&str] = &[
    ",", "=", "==", ";", ":", "::", ".", "..", "..=", "...", "->", "=>", "|", "||", "&", "&&", "!", "?", "#", "$", "@", "~", "<",
    ">", "+", "-", "*", "/", "_", "'a", "'static", "()", "[]", "{}", "(", ")", "[", "]", "{", "}", "<>", "(,)", "fn", "async",
    "unsafe", "const", "extern \"C\"", "pub", "pub(crate)", "pub(in a::b)", "default", "impl", "for", "where", "mut", "ref", "dyn",
    "self", "&self", "&mut self", "mut self", "self: Pin<&mut Self>", "self: &Rc<Self>", "Self", "return", "loop {", "while",
    "break", "continue", "await", ".await", "?;", "let", "if", "else", "match", "move", "static", "type", "use", "mod", "trait",
    "struct", "enum", "union", "macro_rules!", "r#fn", "r#user_a", "user_a", "user_b", "user_f", "/* c */", "// c\n", "/// doc\n",
    "//! doc\n", "#[cfg(a)]", "#[cfg_attr(a, retry)]", "#[cfg_attr(a, retry(skip))]", "#[retry]", "#[retry(skip)]",
    "#[retry(max = 2)]", "#[reattempt::retry]", "#[retry = 1]", "#[inline]", "#[must_use]", "#[async_trait]", "#![allow(a)]",
    "#[doc = \"a\"]", "#[instrument(name = \"a\")]", "#[deny(warnings)]", "#[retryable]", "#[retryable()]", "#[retryable(after = 0)]",
    "#[retryable(after = user_a)]", "#[retryable(after = \"user_a\")]", "#[retryable(delegate)]", "#[retryable = true]",
    "#[retryable(crate = a::b)]", "#[retryable(after)]", "#[retryable(delegate, after = 0)]", "#[repr(C, packed)]",
    "#[repr(packed(2))]", "#[non_exhaustive]", "#[source]", "<T>", "<T:>", "<'a>", "<'a: 'static, T: 'a + Clone = u8>",
    "<const N: usize>", "<const N: usize = { 1 }>", "where T: Clone", "where T:,", "where for<'a> &'a T: A", "where", "impl Trait",
    "impl Future<Output = Result<u8, E>>", "impl Future<Output = Result<u8, E>> + Send + 'a", "Result<u8, E>", "Result<(), E>",
    "Result<impl Sized, E>", "io::Result<u8>", "Option<u8>", "Result<u8, Box<dyn Error>>", "Result<u8, &'a str>", "Result<u8>",
    "Pin<Box<dyn Future<Output = Result<u8, E>> + Send + '_>>", "BoxFuture<'a, Result<u8, E>>", "Poll<Result<u8, E>>",
    "ControlFlow<u8, E>", "Result<Option<u8>, E>", "!", "()", "u8", "[u8; N]", "&[u8]", "&mut [u8]", "Vec<u8>", "Box<dyn Fn(u8)>",
];

/// Statements of bodies.
pub(super) const STATEMENTS: &[&str] = &[
    "user_g(user_a)?;", "user_a += 1;", "return Ok(1);", "let user_c = user_a?;", "user_a.push(1);", "drop(user_a);",
    "async { user_h().await }", "async move { user_h().await }", "Box::pin(async move { user_h(user_a).await })", "Ok(1)",
    "user_g().await?;", "loop { break }", "'user: loop { continue 'user }", "for x in y { return Err(x) }", "while a {}",
    "user_m!(user_a)", "user_m! { return }", "let f = || { return 1 };", "struct User;", "fn user_i() { return }", "const A: u8 = 1;",
    "if let Some(x) = user_a { x } else { return None }", "match user_a { Ok(x) => x?, Err(e) => return Err(e) }", "call.attempt();",
    "attempt + 1", "return;", "yield 1;", "user_a", "?", "#[cfg(a)] user_x();", "unsafe { user_y() }", "todo!()", "self.user_z()?",
    "Self::user_z()", "|x| x?", "async || user_h()?", "let x: u8 = user_a else { return };", "return return", "break 'a",
    "user_a = user_b;", "mem::take(&mut user_a)", "Err::<(), _>(user_e)", "try { user_a? }", "{ user_q() }", "user_r() as u8", ";",
];
