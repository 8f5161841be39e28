//! The level at which the events of one function are logged.

use crate::decision::GiveUpReason;

/// The level of a log event, from the least to the most severe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogLevel {
    /// No event is logged.
    Off,
    /// The level `trace`.
    Trace,
    /// The level `debug`.
    Debug,
    /// The level `info`.
    Info,
    /// The level `warn`.
    Warn,
    /// The level `error`.
    Error,
}

/// The arguments `log` and `log_after` of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogRules {
    /// The level of retries and give-ups, or `None` for the usual levels.
    level: Option<LogLevel>,
    /// The number of first retries that are logged at `debug`.
    after: u32,
}

impl LogRules {
    /// The rules of a function without `log` and `log_after`.
    pub const USUAL: LogRules = LogRules { level: None, after: 0 };

    /// Sets the level of retries and give-ups.
    #[must_use]
    pub const fn level(mut self, level: LogLevel) -> LogRules {
        self.level = Some(level);
        self
    }

    /// Keeps the first `retries` at `debug`.
    #[must_use]
    pub const fn after(mut self, retries: u32) -> LogRules {
        self.after = retries;
        self
    }

    /// Returns the level of a retry after attempt `attempt`, counted from 1 or from the last restart.
    pub(crate) fn of_retry(self, attempt: u32) -> LogLevel {
        let level = self.level.unwrap_or(LogLevel::Warn);
        if attempt <= self.after { level.min(LogLevel::Debug) } else { level }
    }

    /// Returns the level of a success after a failure of attempt `attempt − 1`.
    pub(crate) fn of_recovery(self, attempt: u32) -> LogLevel {
        self.of_retry(attempt.saturating_sub(1)).min(LogLevel::Info)
    }

    /// Returns the level of a copy that starts or wins, of whichever attempt.
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    pub(crate) fn of_hedge(self) -> LogLevel {
        self.level.unwrap_or(LogLevel::Debug).min(LogLevel::Debug)
    }

    /// Returns the level of a give-up after `attempts` in all. A final failure of the first attempt is the business of
    /// the caller alone: nothing was retried.
    pub(crate) fn of_give_up(self, attempts: u32, reason: GiveUpReason) -> LogLevel {
        let usual = match reason {
            GiveUpReason::NotRetryable | GiveUpReason::Stopped if attempts <= 1 => LogLevel::Debug,
            GiveUpReason::Cancelled => LogLevel::Info,
            _ => LogLevel::Error,
        };
        self.level.map_or(usual, |level| usual.min(level))
    }
}

#[cfg(test)]
mod tests {
    use super::LogLevel::{Debug, Error, Info, Off, Trace, Warn};
    use super::*;

    #[test]
    fn levels_of_retries() {
        let usual = LogRules::USUAL;
        for (rules, expected) in [
            (usual, [Warn, Warn, Warn]),
            (usual.after(2), [Debug, Debug, Warn]),
            (usual.level(Info), [Info, Info, Info]),
            (usual.level(Info).after(1), [Debug, Info, Info]),
            (usual.level(Error).after(u32::MAX), [Debug, Debug, Debug]),
            (usual.level(Trace).after(1), [Trace, Trace, Trace]),
            (usual.level(Off).after(1), [Off, Off, Off]),
        ] {
            assert_eq!([1, 2, 3].map(|attempt| rules.of_retry(attempt)), expected, "{rules:?}");
        }
    }

    #[test]
    fn a_recovery_is_not_louder_than_the_retry_before_it() {
        let usual = LogRules::USUAL;
        for (rules, expected) in [
            (usual, [Info, Info]),
            (usual.after(1), [Debug, Info]),
            (usual.level(Error), [Info, Info]),
            (usual.level(Debug), [Debug, Debug]),
            (usual.level(Off), [Off, Off]),
        ] {
            assert_eq!([2, 3].map(|attempt| rules.of_recovery(attempt)), expected, "{rules:?}");
        }
    }

    #[test]
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    fn a_copy_is_quiet() {
        let usual = LogRules::USUAL;
        for (rules, expected) in [
            (usual, Debug),
            (usual.after(1), Debug),
            (usual.level(Error), Debug),
            (usual.level(Trace), Trace),
            (usual.level(Off), Off),
        ] {
            assert_eq!(rules.of_hedge(), expected, "{rules:?}");
        }
    }

    #[test]
    fn a_final_failure_of_the_first_attempt_is_quiet() {
        use GiveUpReason::{Cancelled, MaxAttempts, NotRetryable, Stopped};
        let usual = LogRules::USUAL;
        for (rules, attempts, reason, expected) in [
            (usual, 1, NotRetryable, Debug),
            (usual, 1, Stopped, Debug),
            (usual, 2, NotRetryable, Error),
            (usual, 2, Stopped, Error),
            (usual, 3, MaxAttempts, Error),
            (usual, 1, MaxAttempts, Error),
            (usual, 3, Cancelled, Info),
            (usual.level(Warn), 3, MaxAttempts, Warn),
            (usual.level(Warn), 1, NotRetryable, Debug),
            (usual.level(Trace), 1, NotRetryable, Trace),
            (usual.level(Error), 3, Cancelled, Info),
            (usual.level(Off), 3, MaxAttempts, Off),
            (usual.level(Off), 3, Cancelled, Off),
        ] {
            assert_eq!(rules.of_give_up(attempts, reason), expected, "{rules:?} {attempts} {reason}");
        }
    }
}
