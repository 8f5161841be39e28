//! Displays a policy as a sentence or a table.

use core::fmt::{self, Display, Formatter};
use core::time::Duration;

use super::backoff::Backoff;
use super::jitter::Jitter;
use super::nanos::{FOREVER, Nanos, from_duration, to_duration};
use super::policy::Policy;

/// Displays the policy as one sentence, or with `{:#}` as a table.
///
/// The table has the earliest and the latest start of each attempt, if every attempt fails at once. It leaves out rows
/// beyond the twelfth attempt.
///
/// ```
/// use std::time::Duration;
/// use retry_core::{Policy, preset};
///
/// let policy = preset::S3_UPLOAD.deadline(Duration::from_secs(60));
/// assert_eq!(
///     policy.to_string(),
///     "5 attempts, after delays of 1s that grow by a factor of 2 up to 30s, each with up to 1s more by chance; none \
///      starts later than 60s after the first"
/// );
/// ```
impl Display for Policy {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if f.alternate() { self.table(f) } else { self.sentence(f) }
    }
}

impl Policy {
    fn sentence(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.max_attempts() {
            Some(1) => return f.write_str("1 attempt, without a retry"),
            Some(attempts) => write!(f, "{attempts} attempts")?,
            None => f.write_str("unlimited attempts")?,
        }
        f.write_str(", after delays ")?;
        self.delays_in_words(f)?;
        if self.has_deadline() {
            write!(f, "; none starts later than {:?} after the first", to_duration(self.deadline))?;
        }
        Ok(())
    }

    fn delays_in_words(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (base, max_delay) = (to_duration(self.backoff.base), to_duration(self.max_delay));
        if let Jitter::Decorrelated = self.jitter.kind {
            return write!(f, "between {base:?} and three times the one before, up to {max_delay:?}");
        }
        match (self.backoff.kind(), self.backoff.factor) {
            (Backoff::Exponential, ..=1.0) | (Backoff::Constant, _) => write!(f, "of {base:?}")?,
            (Backoff::Exponential, factor) => write!(f, "of {base:?} that grow by a factor of {factor}")?,
            (Backoff::Linear, _) => write!(f, "of {base:?} that grow by as much each time")?,
            (Backoff::LinearBy(step), _) => write!(f, "of {base:?} that grow by {step:?} each time")?,
            (Backoff::Fibonacci, _) => write!(f, "of {base:?} that grow like the Fibonacci numbers")?,
            (Backoff::List(list), _) => self.list_in_words(f, list)?,
        }
        match self.ceiling() {
            FOREVER if self.is_listed() => f.write_str(", ")?,
            _ => write!(f, " up to {max_delay:?}, ")?,
        }
        match self.jitter.kind {
            Jitter::Additive(fraction) => write!(f, "each with up to {} more by chance", Percent(fraction)),
            Jitter::Spread(fraction) => write!(f, "each up to {} more or less by chance", Percent(fraction)),
            Jitter::UpTo(width) => write!(f, "each with up to {width:?} more by chance"),
            Jitter::Full => f.write_str("each cut by chance to anything from nothing to all of it"),
            Jitter::Equal => f.write_str("each cut by chance to anything from half to all of it"),
            Jitter::None | Jitter::Decorrelated => f.write_str("without jitter"),
        }
    }

    /// Writes the items of a list. It leaves out items beyond the eighth.
    fn list_in_words(&self, f: &mut Formatter<'_>, list: &[Duration]) -> fmt::Result {
        /// The maximum number of items in the sentence.
        const ITEMS: usize = 8;
        let Some((end, before)) = list.split_last() else { return f.write_str("of 0ns") };
        f.write_str("of ")?;
        for item in before.iter().take(ITEMS) {
            write!(f, "{item:?}, ")?;
        }
        if before.len() > ITEMS {
            f.write_str("…, ")?;
        }
        write!(f, "{end:?}")?;
        let repeats = self.attempt_limit() as usize > list.len().saturating_add(1);
        if repeats && !before.is_empty() { f.write_str(" repeatedly") } else { Ok(()) }
    }

    fn table(&self, f: &mut Formatter<'_>) -> fmt::Result {
        /// The maximum number of attempts in the table.
        const ROWS: u32 = 12;
        writeln!(f, "{:>7}{:>12}{:>12}", "attempt", "earliest", "latest")?;
        let (mut earliest, mut latest) = (Duration::ZERO, Duration::ZERO);
        for attempt in 1..=self.attempt_limit().min(ROWS) {
            if attempt > 1 {
                let (shortest, longest) = self.delay_bounds(attempt.saturating_sub(1));
                (earliest, latest) = (earliest.saturating_add(shortest), latest.saturating_add(longest));
            }
            writeln!(f, "{attempt:>7}{:>12?}{:>12?}", Rounded(earliest), Rounded(latest))?;
        }
        match self.max_attempts() {
            Some(attempts) if attempts <= ROWS => Ok(()),
            Some(attempts) => writeln!(f, "      …  up to attempt {attempts}"),
            None => writeln!(f, "      …  without end"),
        }
    }
}

/// A fraction that is displayed in percent.
struct Percent(f64);

impl Display for Percent {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        // Rounding to two decimals hides the errors of binary arithmetic.
        let hundredths = (self.0 * 10_000.0 + 0.5) as u32;
        write!(f, "{} %", f64::from(hundredths) / 100.0)
    }
}

/// A duration that is rounded to the millisecond, unless it is shorter than a millisecond.
struct Rounded(Duration);

impl fmt::Debug for Rounded {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        const MILLISECOND: Nanos = 1_000_000;
        let nanos = from_duration(self.0);
        match nanos {
            0 => f.pad("0s"),
            1..MILLISECOND => self.0.fmt(f),
            _ => {
                let rounded = nanos.saturating_add(MILLISECOND / 2) / MILLISECOND;
                to_duration(rounded.saturating_mul(MILLISECOND)).fmt(f)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Policy = Policy::new().jitter(Jitter::None);

    #[test]
    fn every_backoff_is_described() {
        for (backoff, words) in [
            (Backoff::Exponential, "of 1s that grow by a factor of 2"),
            (Backoff::Linear, "of 1s that grow by as much each time"),
            (Backoff::Constant, "of 1s"),
            (Backoff::Fibonacci, "of 1s that grow like the Fibonacci numbers"),
        ] {
            let expected = format!("3 attempts, after delays {words} up to 60s, without jitter");
            assert_eq!(PLAIN.backoff(backoff).to_string(), expected);
        }
        let constant = PLAIN.factor(1.0).to_string();
        assert_eq!(constant, "3 attempts, after delays of 1s up to 60s, without jitter");
    }

    #[test]
    fn a_step_and_a_list_are_described() {
        const LIST: &[Duration] =
            &[Duration::from_millis(100), Duration::from_secs(1), Duration::from_secs(90)];
        const LONG: &[Duration] = &[Duration::from_secs(1); 20];
        let step = PLAIN.backoff(Backoff::LinearBy(Duration::from_millis(500))).to_string();
        assert_eq!(
            step,
            "3 attempts, after delays of 1s that grow by 500ms each time up to 60s, without jitter"
        );
        let listed = PLAIN.list(LIST);
        for (policy, sentence) in [
            (listed, "4 attempts, after delays of 100ms, 1s, 90s, without jitter"),
            (listed.max(9), "9 attempts, after delays of 100ms, 1s, 90s repeatedly, without jitter"),
            (
                listed.max_delay(Duration::from_secs(30)),
                "4 attempts, after delays of 100ms, 1s, 90s up to 30s, without jitter",
            ),
            (
                listed.jitter(Jitter::Additive(0.3)),
                "4 attempts, after delays of 100ms, 1s, 90s, each with up to 30 % more by chance",
            ),
            (PLAIN.list(&LIST[..1]).max(3), "3 attempts, after delays of 100ms, without jitter"),
            (PLAIN.list(&[]), "1 attempt, without a retry"),
            (PLAIN.list(&[]).max(2), "2 attempts, after delays of 0ns, without jitter"),
            (
                PLAIN.list(LONG),
                "21 attempts, after delays of 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, …, 1s, without jitter",
            ),
        ] {
            assert_eq!(policy.to_string(), sentence);
        }
        let table = format!("{listed:#}");
        let rows: Vec<&str> = table.lines().map(str::trim).collect();
        assert_eq!(
            rows[1..],
            [
                "1          0s          0s",
                "2       100ms       100ms",
                "3        1.1s        1.1s",
                "4       91.1s       91.1s"
            ]
        );
    }

    #[test]
    fn every_jitter_is_described() {
        for (jitter, words) in [
            (Jitter::Additive(0.3), "each with up to 30 % more by chance"),
            (Jitter::Spread(0.125), "each up to 12.5 % more or less by chance"),
            (Jitter::UpTo(Duration::from_millis(1500)), "each with up to 1.5s more by chance"),
            (Jitter::Full, "each cut by chance to anything from nothing to all of it"),
            (Jitter::Equal, "each cut by chance to anything from half to all of it"),
            (Jitter::None, "without jitter"),
        ] {
            let expected =
                format!("3 attempts, after delays of 1s that grow by a factor of 2 up to 60s, {words}");
            assert_eq!(Policy::new().jitter(jitter).to_string(), expected);
        }
        assert_eq!(
            Policy::new().jitter(Jitter::Decorrelated).unlimited().to_string(),
            "unlimited attempts, after delays between 1s and three times the one before, up to 60s"
        );
    }

    #[test]
    fn a_single_attempt_has_no_delays() {
        assert_eq!(Policy::new().max(1).to_string(), "1 attempt, without a retry");
        assert_eq!(format!("{:#}", Policy::new().max(1)).lines().count(), 2);
    }

    #[test]
    fn a_long_table_ends_with_a_summary_line() {
        let last = |policy: Policy| format!("{policy:#}").lines().last().unwrap().trim().to_string();
        assert_eq!(last(PLAIN.max(12)), "12        363s        363s");
        assert_eq!(last(PLAIN.max(13)), "…  up to attempt 13");
        assert_eq!(last(PLAIN.unlimited()), "…  without end");
    }

    #[test]
    fn extreme_policies_can_be_displayed() {
        for policy in [
            PLAIN.max(u32::MAX).base(Duration::MAX).max_delay(Duration::MAX),
            PLAIN.unlimited().base(Duration::from_nanos(1)).deadline(Duration::ZERO),
            PLAIN.factor(f64::MAX).jitter(Jitter::UpTo(Duration::MAX)),
        ] {
            assert!(!format!("{policy}{policy:#}").is_empty());
        }
    }
}
