//! The pages of the book that the crate's documentation does not have: each block of Rust is compiled and run.

/// Makes a module of each page, whose text is its documentation.
macro_rules! pages {
    ($($name:ident = $path:literal;)*) => {$(
        #[doc = include_str!(concat!("../../../docs/book/src/", $path))]
        mod $name {}
    )*};
}

pages! {
    introduction = "introduction.md";
    questions = "questions.md";
    playground = "playground.md";
    attempts = "concepts/attempts.md";
    backoff = "concepts/backoff.md";
    jitter = "concepts/jitter.md";
    deadlines = "concepts/deadlines.md";
    errors = "concepts/errors.md";
    idempotency = "concepts/idempotency.md";
    first_function = "guides/first-function.md";
    client = "guides/client.md";
    hedging = "guides/hedging.md";
    recipes = "recipes.md";
    events = "reference/events.md";
    comparison = "comparison.md";
}
