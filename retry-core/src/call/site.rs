//! A retried function as it is written: its name, its policy and the environment that may override the policy.

use crate::policy::Policy;
use crate::runtime::{self, installed};

/// A retried function: its name and its policy, as written.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    pub(super) operation: &'static str,
    policy: Policy,
    env: Option<&'static Environment>,
}

/// How the environment overrides a policy, and under which prefix. Behind a pointer, so that only a program with such a
/// function has the code that reads settings.
#[derive(Debug)]
pub struct Environment {
    prefix: &'static str,
    over: fn(Policy, &'static str) -> Policy,
}

impl Environment {
    /// That with settings under `prefix`.
    #[inline]
    #[must_use]
    pub const fn new(prefix: &'static str) -> Environment {
        Environment { prefix, over: Policy::with_env }
    }
}

impl Site {
    /// A function called `operation` in events.
    #[inline]
    #[must_use]
    pub const fn new(operation: &'static str, policy: Policy) -> Site {
        Site { operation, policy, env: None }
    }

    /// The same, its policy open to the environment.
    #[inline]
    #[must_use]
    pub const fn with_env(mut self, env: &'static Environment) -> Site {
        self.env = Some(env);
        // What may be overridden is looked at in full.
        self.policy.is_plain = false;
        self
    }

    /// Its policy.
    #[inline]
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Whether something else than the policy may count, once an attempt has failed: before that, nobody looks at the
    /// environment, or for a test's guard, which may say how many attempts there are.
    #[inline]
    fn is_overridden(&self) -> bool {
        self.env.is_some() || installed::has_test_context()
    }

    /// The policy that counts once an attempt has failed.
    pub(super) fn policy_now(&self) -> Policy {
        if self.is_overridden() { self.override_policy() } else { self.policy }
    }

    #[cold]
    #[inline(never)]
    fn override_policy(&self) -> Policy {
        let policy = match self.env {
            Some(Environment { prefix, over }) => over(self.policy, prefix),
            None => self.policy,
        };
        match runtime::current() {
            Some(context) => context.limit(policy),
            None => policy,
        }
    }
}
