//! Compares errors with the string literals among the items of `on` and `unless`.

/// An error that is a text, such as `&str`, `String` or `Cow<str>`.
#[diagnostic::on_unimplemented(
    message = "no string matches an error of type `{Self}`, which is no text",
    label = "matches errors such as `&str` and `String`",
    note = "write a pattern of `{Self}`, or a condition such as `when = |error| error.to_string() == \"…\"`"
)]
pub trait Text {
    /// Returns whether the error equals `text`.
    fn is(&self, text: &str) -> bool;
}

#[diagnostic::do_not_recommend]
impl<T: AsRef<str> + ?Sized> Text for T {
    fn is(&self, text: &str) -> bool {
        self.as_ref() == text
    }
}

/// Returns whether an error equals `text`.
pub fn is_text<E: Text + ?Sized>(error: &E, text: &str) -> bool {
    error.is(text)
}
