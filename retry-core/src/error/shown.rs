//! Texts of values whose `Display` or `Debug` may fail, at which `to_string` and `format!` panic.

use core::fmt::{self, Debug, Display, Formatter};
use std::string::{String, ToString};

/// What follows the text that was written before the failure.
const FAILED: &str = "[failed to display]";

/// A value that is displayed without an error: where its own `Display` fails, a remark takes the place of the rest. Only an
/// error of the formatter remains.
pub(crate) struct Shown<T>(pub(crate) T);

impl<T: Display> Display for Shown<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        end(self.0.fmt(f), f)
    }
}

impl<T: Debug> Debug for Shown<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        end(self.0.fmt(f), f)
    }
}

/// Ends a text. An error is that of the value if the formatter still takes the remark.
pub(crate) fn end(written: fmt::Result, f: &mut Formatter<'_>) -> fmt::Result {
    written.or_else(|_| f.write_str(FAILED))
}

/// Returns the text of a value, as `to_string` does.
pub(crate) fn text_of(value: &(impl Display + ?Sized)) -> String {
    Shown(value).to_string()
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    /// A value whose texts fail after a few letters.
    struct Torn;

    impl Display for Torn {
        fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
            f.write_str("half a ")?;
            Err(fmt::Error)
        }
    }

    impl Debug for Torn {
        fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
            f.write_str("Half { ")?;
            Err(fmt::Error)
        }
    }

    #[test]
    fn a_text_that_fails_ends_with_a_remark() {
        assert_eq!(text_of(&Torn), "half a [failed to display]");
        assert_eq!(format!("{:?}", Shown(Torn)), "Half { [failed to display]");
        assert_eq!(format!("{:?}", Shown("whole")), "\"whole\"");
    }
}
