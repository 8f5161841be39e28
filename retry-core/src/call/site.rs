//! A retried function as written: its name, its policy and the environment that may override the policy.

use crate::observe::LogRules;
use crate::policy::Policy;
use crate::runtime::{self, installed};

/// The policy of every function whose attribute sets none.
static DEFAULT: Policy = Policy::new();

/// The name and the policy of a retried function, as written. Functions with the same policy share it.
#[derive(Clone, Copy, Debug)]
pub struct Site<'p> {
    pub(super) operation: &'static str,
    policy: &'p Policy,
    env: Option<&'static Environment>,
    pub(super) log: LogRules,
    /// Whether the written policy allows one attempt and no retry. It is here, so that the compiler knows it where it
    /// knows the site.
    is_only_attempt: bool,
}

/// The prefix of the variables that override a policy, and the function that reads them. The function is
/// behind a pointer, so that only programs with such a policy contain its code.
#[derive(Debug)]
pub struct Environment {
    prefix: &'static str,
    over: fn(Policy, &'static str) -> Policy,
}

impl Environment {
    /// Creates an environment with settings under `prefix`.
    #[inline]
    #[must_use]
    pub const fn new(prefix: &'static str) -> Environment {
        Environment { prefix, over: Policy::with_env }
    }
}

impl Site<'static> {
    /// Creates the site of a function with the default policy.
    #[inline]
    #[must_use]
    pub const fn with_default(operation: &'static str) -> Site<'static> {
        let is_only_attempt = Policy::DEFAULT.attempt_limit() == 1;
        Site { operation, policy: &DEFAULT, env: None, log: LogRules::USUAL, is_only_attempt }
    }
}

impl<'p> Site<'p> {
    /// Creates the site of a function that is named `operation` in events.
    #[inline]
    #[must_use]
    pub const fn new(operation: &'static str, policy: &'p Policy) -> Site<'p> {
        let is_only_attempt = policy.attempt_limit() == 1;
        Site { operation, policy, env: None, log: LogRules::USUAL, is_only_attempt }
    }

    /// Returns the site with a policy that the environment may override.
    #[inline]
    #[must_use]
    pub const fn with_env(mut self, env: &'static Environment) -> Site<'p> {
        self.env = Some(env);
        self
    }

    /// Returns the site with the levels of its log events.
    #[inline]
    #[must_use]
    pub const fn with_log(mut self, log: LogRules) -> Site<'p> {
        self.log = log;
        self
    }

    /// Returns the policy as written.
    #[inline]
    #[must_use]
    pub const fn policy(&self) -> &'p Policy {
        self.policy
    }

    /// Returns whether the written policy applies and is plain.
    #[inline]
    pub(super) fn is_plain(&self) -> bool {
        self.policy.is_plain && self.env.is_none()
    }

    /// Returns whether the environment, a test context or disabled retries may override the policy after a failed
    /// attempt. The latter two set the number of attempts. None is read before an attempt has failed.
    #[inline]
    fn is_overridden(&self) -> bool {
        self.env.is_some() || installed::limits_attempts()
    }

    /// Returns whether the policy allows one attempt and no retry, unless a test context changes that. Without an
    /// environment this is known at compile time.
    #[inline]
    pub(super) fn is_only_attempt(&self) -> bool {
        match self.env {
            Some(Environment { prefix, over }) => over(*self.policy, prefix).attempt_limit() == 1,
            None => self.is_only_attempt,
        }
    }

    /// Returns whether a policy with a limit of one attempt, or without a limit, allows one attempt and no retry in the
    /// test context, and if retries are disabled.
    pub(super) fn is_only_attempt_now(is_only_attempt: bool) -> bool {
        static UNLIMITED: Policy = Policy::new().unlimited();
        static ONE: Policy = Policy::new().max(1);
        let site = Site::new("", if is_only_attempt { &ONE } else { &UNLIMITED });
        site.overridden().map_or(is_only_attempt, |policy| policy.attempt_limit() == 1)
    }

    /// Returns the policy that applies after a failed attempt instead of the written one, if it is overridden.
    #[inline]
    pub(super) fn overridden(&self) -> Option<Policy> {
        self.is_overridden().then(|| self.override_policy())
    }

    /// Returns the limit on attempts that applies after a failed attempt.
    pub(super) fn max_attempts(&self) -> Option<u32> {
        self.overridden().as_ref().unwrap_or(self.policy).max_attempts()
    }

    #[cold]
    #[inline(never)]
    fn override_policy(&self) -> Policy {
        if !runtime::enabled::is_enabled() {
            return self.policy.max(1);
        }
        let policy = match self.env {
            Some(Environment { prefix, over }) => over(*self.policy, prefix),
            None => *self.policy,
        };
        match runtime::current() {
            Some(context) => context.limit(policy),
            None => policy,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_that_the_environment_may_override_is_not_plain() {
        static ENV: Environment = Environment::new("APP");
        let site = Site::with_default("connect");
        assert!(site.is_plain());
        assert!(!site.with_env(&ENV).is_plain());
    }

    #[test]
    fn a_policy_with_one_attempt_allows_no_retry() {
        static ONE: Policy = Policy::new().max(1);
        assert!(Site::new("connect", &ONE).is_only_attempt());
        assert!(!Site::new("connect", &DEFAULT).is_only_attempt());
        assert!(!Site::with_default("connect").is_only_attempt());
    }
}
