//! Policies of the caller's own.

use std::cell::RefCell;
use std::time::Duration;

use reattempt::{Jitter, Policy, preset, retry, testing};

use crate::support::{Down, Flaky, finish, secs};

const SECOND: Duration = Duration::from_secs(1);
const STEADY: Policy = Policy::new().max(4).base(Duration::from_secs(2)).factor(1.0).jitter(Jitter::None);

/// The waits of a call that never succeeds.
fn waits<T>(call: impl FnOnce(&Flaky) -> Result<T, Down>) -> Vec<Duration> {
    let guard = testing::no_wait();
    assert!(call(&Flaky::broken()).is_err());
    guard.delays()
}

mod presets {
    pub(super) const STEADY: reattempt::Policy = super::STEADY.max(3);
}

#[retry(policy = STEADY)]
fn by_constant(flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[retry(policy = STEADY)]
async fn by_constant_async(flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[retry(policy = presets::STEADY)]
fn by_path(flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[retry(policy = STEADY, max = 2)]
fn with_fewer_attempts(flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[retry(policy = STEADY, base = "3s", factor = 2)]
fn with_other_delays(flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[retry(policy = policy)]
fn by_argument(policy: Policy, flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[retry(policy = policy, max = 5, max_delay = "3s")]
async fn by_argument_with_overrides(policy: Policy, flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[test]
fn a_constant_policy_counts() {
    assert_eq!(waits(by_constant), secs([2, 2, 2]));
    assert_eq!(waits(|flaky| finish(by_constant_async(flaky))), secs([2, 2, 2]));
    assert_eq!(waits(by_path), secs([2, 2]));
}

#[test]
fn other_arguments_override_a_constant_policy() {
    assert_eq!(waits(with_fewer_attempts), secs([2]));
    assert_eq!(waits(with_other_delays), secs([3, 6, 12]));
}

#[test]
fn a_policy_of_an_argument_counts() {
    assert_eq!(waits(|flaky| by_argument(STEADY, flaky)), secs([2, 2, 2]));
    assert_eq!(waits(|flaky| by_argument(STEADY.max(1), flaky)), []);
}

#[test]
fn other_arguments_override_a_policy_known_at_run_time() {
    let policy = STEADY.factor(2.0);
    assert_eq!(waits(|flaky| finish(by_argument_with_overrides(policy, flaky))), secs([2, 3, 3, 3]));
}

#[test]
fn an_associated_constant_counts() {
    trait Service {
        const POLICY: Policy;

        #[retry(policy = Self::POLICY)]
        fn call(&self, flaky: &Flaky) -> Result<u32, Down> {
            flaky.call()
        }
    }

    struct Patient;
    struct Hasty;

    impl Service for Patient {
        const POLICY: Policy = STEADY.max(6);
    }

    impl Service for Hasty {
        const POLICY: Policy = STEADY.max(2).base(SECOND);
    }

    assert_eq!(waits(|flaky| Patient.call(flaky)), secs([2; 5]));
    assert_eq!(waits(|flaky| Hasty.call(flaky)), secs([1]));
}

struct Client {
    policy: Policy,
    log: RefCell<Vec<&'static str>>,
}

impl Client {
    fn new(policy: Policy) -> Client {
        Client { policy, log: RefCell::default() }
    }

    fn policy(&self) -> Policy {
        self.log.borrow_mut().push("policy");
        self.policy
    }

    #[retry(policy = self.policy())]
    fn call(&self) -> Result<(), ()> {
        self.log.borrow_mut().push("attempt");
        Err(())
    }

    #[retry(policy = self.policy())]
    async fn call_async(&self) -> Result<(), ()> {
        self.log.borrow_mut().push("attempt");
        Err(())
    }

    #[retry(policy = self.policy)]
    fn change_policy(&mut self) -> Result<(), ()> {
        self.policy = self.policy.base(self.policy.delay_bounds(1).0 * 10).max(1);
        Err(())
    }
}

#[test]
fn a_policy_is_evaluated_once_and_before_the_first_attempt() {
    let _guard = testing::no_wait();
    let client = Client::new(STEADY.max(3));
    assert_eq!(client.call(), Err(()));
    assert_eq!(client.log.take(), ["policy", "attempt", "attempt", "attempt"]);
    assert_eq!(finish(client.call_async()), Err(()));
    assert_eq!(client.log.take(), ["policy", "attempt", "attempt", "attempt"]);
}

#[test]
fn a_policy_that_changes_in_an_attempt_counts_from_the_next_call_on() {
    let guard = testing::no_wait();
    let mut client = Client::new(STEADY);
    assert_eq!(client.change_policy(), Err(()));
    assert_eq!(guard.delays(), secs([2, 2, 2]));
    assert_eq!(client.change_policy(), Err(()));
    assert_eq!(guard.delays().len(), 3);
}

#[test]
fn values_that_contradict_each_other_saturate_at_the_ceiling() {
    const ABOVE: Policy = STEADY.base(Duration::from_secs(90));
    const LOW_CEILING: Policy = STEADY.max_delay(SECOND);

    #[retry(policy = ABOVE)]
    fn base_above_ceiling(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(policy = LOW_CEILING)]
    fn ceiling_below_base(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(policy = LOW_CEILING, base = "1h")]
    fn override_above_ceiling(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(policy = STEADY, max_delay = "1s")]
    fn override_below_base(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    assert_eq!(waits(base_above_ceiling), secs([60; 3]));
    assert_eq!(waits(ceiling_below_base), secs([1; 3]));
    assert_eq!(waits(override_above_ceiling), secs([1; 3]));
    assert_eq!(waits(override_below_base), secs([1; 3]));
}

#[test]
fn jitter_wider_than_the_ceiling_stays_below_it() {
    #[retry(policy = STEADY, max = 100, max_delay = "1s", jitter = up_to("1h"))]
    fn wide(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    let waits = waits(wide);
    assert!(waits.iter().all(|&wait| wait < SECOND), "{waits:?}");
    assert_ne!(waits.iter().min(), waits.iter().max());
}

#[test]
fn a_base_at_or_beyond_the_deadline_allows_one_attempt() {
    let policy = STEADY.deadline(2 * SECOND);
    assert!(policy.validate().is_err());
    assert_eq!(waits(|flaky| by_argument(policy, flaky)), []);
}

#[test]
fn without_arguments_the_default_preset_counts() {
    assert_eq!(Policy::new(), preset::DEFAULT);
    assert_eq!(Policy::default(), preset::DEFAULT);
    assert_eq!(preset::DEFAULT.max_attempts(), Some(3));
    let ceiling = preset::DEFAULT.delay_bounds(u32::MAX).1;
    assert!((Duration::from_nanos(59_999_999_998)..=60 * SECOND).contains(&ceiling), "{ceiling:?}");
}
