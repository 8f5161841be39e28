//! Backoff and jitter by the words that settings have for them: those of the attribute, with seconds for a width.

use core::time::Duration;

use crate::config::JitterConfig;
use crate::jitter::Jitter;

#[cfg(feature = "serde")]
pub(crate) use written::{BACKOFF_NAMES, Word, backoff};

/// What a jitter may be written as.
pub(crate) const JITTERS: &str = "`true`, `false`, a fraction from 0 to 1, `none`, `full`, `equal`, `decorrelated`, \
     `spread(0.1)` or `up_to(1)` in seconds";

const KINDS: [(&str, Jitter); 4] = [
    ("none", Jitter::None),
    ("full", Jitter::Full),
    ("equal", Jitter::Equal),
    ("decorrelated", Jitter::Decorrelated),
];

/// The jitter of that name, in whatever case; its number need not be in range.
pub(crate) fn jitter(text: &str) -> Option<JitterConfig> {
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
    let (word, argument) = text.strip_suffix(')')?.split_once('(')?;
    let argument = number(argument)?;
    let jitter = match word {
        "spread" => Jitter::Spread(argument),
        "up_to" => Jitter::UpTo(Duration::try_from_secs_f64(argument).ok()?),
        _ => return None,
    };
    Some(JitterConfig::Kind(jitter))
}

/// What only files have: words that are written, and backoffs.
#[cfg(feature = "serde")]
mod written {
    use core::fmt::{self, Display, Formatter};

    use super::KINDS;
    use crate::backoff::Backoff;
    use crate::jitter::Jitter;

    const BACKOFFS: [(&str, Backoff); 4] = [
        ("exponential", Backoff::Exponential),
        ("linear", Backoff::Linear),
        ("constant", Backoff::Constant),
        ("fibonacci", Backoff::Fibonacci),
    ];

    /// What a backoff may be written as.
    pub(crate) const BACKOFF_NAMES: &str = "`exponential`, `linear`, `constant` or `fibonacci`";

    /// The backoff of that name.
    pub(crate) fn backoff(text: &str) -> Option<Backoff> {
        BACKOFFS.iter().find(|(word, _)| *word == text).map(|(_, backoff)| *backoff)
    }

    /// Displays as the word that is read as the value.
    pub(crate) struct Word<T>(pub(crate) T);

    impl Display for Word<Backoff> {
        fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
            let word = BACKOFFS.iter().find(|(_, backoff)| *backoff == self.0);
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
