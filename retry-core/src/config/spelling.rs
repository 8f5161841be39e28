//! Parses the backoff, the jitter and the hint mode of settings.
//!
//! Settings use the words of the attribute in any case. A width without a unit is in seconds.

use core::time::Duration;

#[cfg(feature = "serde")]
pub(crate) use written::{BACKOFF_NAMES, Word, backoff};

use super::duration::seconds;
use super::jitter::JitterConfig;
use crate::policy::{HintMode, Jitter};

const HINTS: [(&str, HintMode); 2] = [("at_least", HintMode::AtLeast), ("exact", HintMode::Exact)];

/// Parses the name of a hint mode in any case.
pub(crate) fn hint(text: &str) -> Option<HintMode> {
    let named = HINTS.iter().find(|(word, _)| word.eq_ignore_ascii_case(text.trim()));
    named.map(|(_, mode)| *mode)
}

/// The allowed values of a jitter, for messages.
pub(crate) const JITTERS: &str = "`true`, `false`, a fraction from 0 to 1, `none`, `full`, `equal`, `decorrelated`, \
     `spread(0.1)` or `up_to(1)` in seconds";

const KINDS: [(&str, Jitter); 4] = [
    ("none", Jitter::None),
    ("full", Jitter::Full),
    ("equal", Jitter::Equal),
    ("decorrelated", Jitter::Decorrelated),
];

/// Parses a jitter in any case. Its number may be out of range.
pub(crate) fn jitter(text: &str) -> Option<JitterConfig> {
    let text = text.trim();
    let is = |word: &str| word.eq_ignore_ascii_case(text);
    if is("true") || is("false") {
        return Some(JitterConfig::from(is("true")));
    }
    if let Some((_, jitter)) = KINDS.iter().find(|(word, _)| is(word)) {
        return Some(JitterConfig::Kind(*jitter));
    }
    let number = |text: &str| text.trim().parse::<f64>().ok();
    if let Some(fraction) = number(text) {
        return Some(JitterConfig::from(fraction));
    }
    let (word, argument) = call(text)?;
    let is = |name: &str| name.eq_ignore_ascii_case(word);
    let jitter = if is("spread") {
        Jitter::Spread(number(argument)?)
    } else if is("up_to") {
        Jitter::UpTo(width(argument)?)
    } else {
        return None;
    };
    Some(JitterConfig::Kind(jitter))
}

/// Splits `word(argument)`.
fn call(text: &str) -> Option<(&str, &str)> {
    let (word, argument) = text.strip_suffix(')')?.split_once('(')?;
    Some((word.trim_end(), argument))
}

/// Parses a width as the attribute spells it, `1m30s` or `"1m30s"`, or a number of seconds.
fn width(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds(text.trim().trim_matches('"'))?).ok()
}

/// The spellings that only files use: backoffs, and words to write.
#[cfg(feature = "serde")]
mod written {
    use core::fmt::{self, Display, Formatter};

    use super::{HINTS, KINDS, call, width};
    use crate::policy::{Backoff, HintMode, Jitter};

    const BACKOFFS: [(&str, Backoff); 4] = [
        ("exponential", Backoff::Exponential),
        ("linear", Backoff::Linear),
        ("constant", Backoff::Constant),
        ("fibonacci", Backoff::Fibonacci),
    ];

    /// The allowed values of a backoff, for messages.
    pub(crate) const BACKOFF_NAMES: &str =
        "`exponential`, `linear`, `linear(1)` in seconds, `constant` or `fibonacci`";

    /// Parses the name of a backoff in any case, or `linear` with a step.
    pub(crate) fn backoff(text: &str) -> Option<Backoff> {
        let text = text.trim();
        if let Some((_, backoff)) = BACKOFFS.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)) {
            return Some(*backoff);
        }
        let (_, step) = call(text).filter(|(word, _)| word.eq_ignore_ascii_case("linear"))?;
        width(step).map(Backoff::LinearBy)
    }

    /// A value that displays as the word that parses to the value.
    pub(crate) struct Word<T>(pub(crate) T);

    impl Display for Word<Backoff> {
        fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
            if let Backoff::LinearBy(step) = self.0 {
                return write!(f, "linear({})", step.as_secs_f64());
            }
            let word = BACKOFFS.iter().find(|(_, backoff)| *backoff == self.0);
            f.write_str(word.map_or("", |(word, _)| word))
        }
    }

    impl Display for Word<HintMode> {
        fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
            let word = HINTS.iter().find(|(_, mode)| *mode == self.0);
            f.write_str(word.map_or("", |(word, _)| word))
        }
    }

    impl Display for Word<Jitter> {
        fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
            match self.0 {
                Jitter::Additive(fraction) => write!(f, "{fraction}"),
                Jitter::Spread(fraction) => write!(f, "spread({fraction})"),
                Jitter::UpTo(width) => write!(f, "up_to({})", width.as_secs_f64()),
                jitter => {
                    let word = KINDS.iter().find(|(_, kind)| *kind == jitter);
                    f.write_str(word.map_or("", |(word, _)| word))
                }
            }
        }
    }
}
