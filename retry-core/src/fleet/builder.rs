//! [`Fleet`]: who takes part, and by which settings.

use core::fmt::{self, Formatter};
use core::time::Duration;
use std::format;
use std::string::{String, ToString};
use std::sync::Arc;
use std::vec::Vec;

use super::handle::FleetMember;
use super::held::Held;
use super::links;
use super::member::{Member, Settings, runtime_runs};
use super::rules::Rules;
use super::runner;
use super::store::{IntoStore, Store};
use crate::breaker::CircuitBreaker;
use crate::budget::RetryBudget;
use crate::policy::nanos::from_duration;

/// A fleet that is about to be joined: processes that share the circuits of breakers and the reserves of budgets through a
/// store.
///
/// A breaker that has joined opens when the calls of all processes together reach its rate, or when enough processes have
/// opened by their own rules. While the circuit is half-open, all processes together run [`trials`](CircuitBreaker::trials).
/// A process whose own rules open its breaker is open for itself at once. A budget that has joined gets its reserve from the
/// fleet. The values are used as before: the attribute, the methods and the tests do not change.
///
/// A call never waits for the store while the circuit is closed or open. Where the store is away, every process follows its
/// own rules, as without a fleet.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// # let redis = retry_core::fleet::MemoryStore::new();
/// use std::time::Duration;
/// use retry_core::{CircuitBreaker, RetryBudget, fleet::Fleet};
///
/// static SEARCH: CircuitBreaker =
///     CircuitBreaker::new().name("search").failure_rate(0.5).open_for(Duration::from_secs(10));
/// static BUDGET: RetryBudget = RetryBudget::new().name("search").ratio(0.1).reserve_per_second(20);
///
/// let _fleet = Fleet::on(redis).name("shop").quorum(2).join(&SEARCH).join(&BUDGET).start();
/// # }
/// ```
#[must_use = "a fleet is joined by `start`"]
pub struct Fleet {
    store: Arc<dyn Store>,
    name: String,
    settings: Settings,
    breakers: Vec<(Held<CircuitBreaker>, String)>,
    budgets: Vec<(Held<RetryBudget>, &'static str)>,
}

/// A value that can [join](Fleet::join) a fleet: a breaker or a budget that is `static` or in an [`Arc`].
pub trait Join: sealed::Join {}

impl<T: sealed::Join> Join for T {}

mod sealed {
    use super::{Arc, CircuitBreaker, Fleet, Held, RetryBudget, name_of_breaker, name_of_budget};

    pub trait Join {
        fn join(self, fleet: &mut Fleet);
    }

    impl Join for &'static CircuitBreaker {
        #[track_caller]
        fn join(self, fleet: &mut Fleet) {
            fleet.add_breaker(Held::Static(self), name_of_breaker(self));
        }
    }

    impl Join for Arc<CircuitBreaker> {
        #[track_caller]
        fn join(self, fleet: &mut Fleet) {
            let name = name_of_breaker(&self);
            fleet.add_breaker(Held::Shared(self), name);
        }
    }

    impl Join for &'static RetryBudget {
        #[track_caller]
        fn join(self, fleet: &mut Fleet) {
            fleet.add_budget(Held::Static(self), name_of_budget(self));
        }
    }

    impl Join for Arc<RetryBudget> {
        #[track_caller]
        fn join(self, fleet: &mut Fleet) {
            let name = name_of_budget(&self);
            fleet.add_budget(Held::Shared(self), name);
        }
    }
}

#[track_caller]
#[expect(clippy::panic, reason = "documented at `Fleet::join`")]
fn name_of_breaker(breaker: &CircuitBreaker) -> String {
    let Some(name) = breaker.name_in_fleet() else {
        panic!(
            "a breaker without a name cannot join a fleet; write `CircuitBreaker::new().name(\"search\")`"
        );
    };
    name.to_string()
}

#[track_caller]
#[expect(clippy::panic, reason = "documented at `Fleet::join`")]
fn name_of_budget(budget: &RetryBudget) -> &'static str {
    let Some(name) = budget.name_in_fleet() else {
        panic!("a budget without a name cannot join a fleet; write `RetryBudget::new().name(\"search\")`");
    };
    name
}

impl Fleet {
    /// Creates a fleet whose records are in `store`: a connection to Redis (feature `fleet-redis`), or any
    /// [`Store`].
    pub fn on<Kind>(store: impl IntoStore<Kind>) -> Fleet {
        let settings = Settings {
            quorum: 2,
            sync_every: Duration::from_secs(1),
            patience: Duration::from_millis(100),
            runs_inline: false,
        };
        let (breakers, budgets) = (Vec::new(), Vec::new());
        Fleet { store: store.into_store(), name: "default".to_string(), settings, breakers, budgets }
    }

    /// Sets the name of the fleet, which is a part of the keys in the store; `default` if not set. Processes with the same
    /// name in the same store are one fleet.
    pub fn name(mut self, name: impl Into<String>) -> Fleet {
        self.name = name.into();
        self
    }

    /// Sets the number of processes in which calls fail that open a circuit; 2 if not set. Where fewer processes are live, all
    /// of them are enough. With 1, one process can open the circuit for all.
    ///
    /// A process counts if half of the breaker's rate of its calls have failed or were slow since its last report, or if its
    /// own rules have opened its breaker. So a failure now and then does not count.
    ///
    /// # Panics
    /// If `processes` is not in `1..=32`.
    #[track_caller]
    pub fn quorum(mut self, processes: u32) -> Fleet {
        assert!(
            (1..=Rules::MAX_QUORUM).contains(&processes),
            "`quorum` is not in 1..=32; write `quorum(2)`, so that one bad process opens the circuit of no other"
        );
        self.settings.quorum = processes;
        self
    }

    /// Sets the time between two reports of a process that makes calls; 1 s if not set, and up to a tenth longer, so that
    /// processes do not report as one. After a failure, a report follows within 110 ms; in a fleet of more than a hundred
    /// processes, within 1.1 ms for each of them, and at most this time. A process without calls sends nothing.
    ///
    /// # Panics
    /// If `time` is below 10 ms.
    #[track_caller]
    pub fn sync_every(mut self, time: Duration) -> Fleet {
        assert!(
            time >= Duration::from_millis(10),
            "`sync_every` is below 10 ms; write a time such as `sync_every(Duration::from_secs(1))`"
        );
        self.settings.sync_every = time;
        self
    }

    /// Sets how long the store may take for an answer, and so the longest time that a call waits for it; 100 ms if not set.
    /// A store that takes longer is away.
    ///
    /// # Panics
    /// If `time` is 0.
    #[track_caller]
    pub fn patience(mut self, time: Duration) -> Fleet {
        assert!(
            !time.is_zero(),
            "`patience` is 0; write a time such as `patience(Duration::from_millis(100))`"
        );
        self.settings.patience = time;
        self
    }

    /// Adds a breaker or a budget.
    ///
    /// # Panics
    /// If it has no name, or the name of another breaker or budget of the fleet.
    #[track_caller]
    pub fn join(mut self, value: impl Join) -> Fleet {
        value.join(&mut self);
        self
    }

    /// Runs without a background task, for a function that is frozen between two calls, as in AWS Lambda. The loop of an async
    /// call itself reports its failures and asks for trials, and waits for the store for at most
    /// [`patience`](Fleet::patience). [`flush`](FleetMember::flush) sends what is left at the end of an invocation.
    pub fn inline(mut self) -> Fleet {
        self.settings.runs_inline = true;
        self
    }

    /// Joins the fleet. The process leaves it when the value is dropped.
    ///
    /// A task of tokio's runtime talks to the store. Where none runs, a thread does, for blocking calls.
    ///
    /// # Panics
    /// If a breaker or a budget belongs to another fleet. The task panics in a runtime without `enable_time`.
    #[track_caller]
    #[expect(clippy::panic, reason = "documented")]
    pub fn start(self) -> FleetMember {
        let prefix = format!("reattempt:{}", self.name);
        let has_thread = !self.settings.runs_inline && !runtime_runs();
        let mut member = Member::new(self.settings, prefix, &self.name, self.store, has_thread);
        for (budget, name) in self.budgets {
            member.add_reserve(budget, name);
        }
        let member = Arc::new(member);
        for (joined, reserve) in member.reserves().iter().enumerate() {
            let answers_within = from_duration(member.grants_within());
            if !reserve.budget.join_fleet(links::waker(&member), answers_within) {
                for reserve in member.reserves().iter().take(joined) {
                    reserve.budget.leave_fleet();
                }
                panic!("the budget `{}` belongs to another fleet; drop that one first", reserve.name);
            }
        }
        for (breaker, name) in self.breakers {
            let has_joined = links::join_breaker(&member, breaker, name.clone());
            if !has_joined {
                member.unlink();
                panic!("the breaker `{name}` belongs to another fleet; drop that one first");
            }
        }
        runner::start(&member);
        FleetMember::new(member)
    }

    #[track_caller]
    fn add_breaker(&mut self, breaker: Held<CircuitBreaker>, name: String) {
        let is_taken = self.breakers.iter().any(|(_, other)| *other == name);
        assert!(!is_taken, "two breakers of the fleet have the name `{name}`; give each a name of its own");
        self.breakers.push((breaker, name));
    }

    #[track_caller]
    fn add_budget(&mut self, budget: Held<RetryBudget>, name: &'static str) {
        let is_taken = self.budgets.iter().any(|&(_, other)| other == name);
        assert!(!is_taken, "two budgets of the fleet have the name `{name}`; give each a name of its own");
        self.budgets.push((budget, name));
    }
}

impl fmt::Debug for Fleet {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fleet")
            .field("name", &self.name)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::super::memory::MemoryStore;
    use super::*;

    static BREAKER: CircuitBreaker = CircuitBreaker::new().name("search");
    static BUDGET: RetryBudget = RetryBudget::new().name("search");

    #[tokio::test(start_paused = true)]
    async fn static_and_shared_values_join_under_their_names() {
        let (breaker, budget) = (CircuitBreaker::new().name("orders"), RetryBudget::new().name("orders"));
        let (breaker, budget) = (Arc::new(breaker), Arc::new(budget));
        let fleet = Fleet::on(MemoryStore::new()).join(&BREAKER).join(&BUDGET);
        let member = fleet.join(Arc::clone(&breaker)).join(Arc::clone(&budget)).start();
        assert!(BREAKER.link().is_some() && breaker.link().is_some());
        assert!(BUDGET.wants_grant() && budget.wants_grant());
        drop(member);
        assert!(!BUDGET.wants_grant() && !budget.wants_grant());
    }

    #[test]
    fn a_name_is_that_of_one_value_of_a_kind() {
        let fleet = || Fleet::on(MemoryStore::new()).name("shop").join(&BREAKER).join(&BUDGET);
        let breaker = catch_unwind(|| fleet().join(Arc::new(CircuitBreaker::new().name("search"))));
        assert!(breaker.is_err());
        let budget = catch_unwind(|| fleet().join(Arc::new(RetryBudget::new().name("search"))));
        assert!(budget.is_err());
        let text = format!("{:?}", fleet());
        assert!(text.starts_with("Fleet { name: \"shop\", settings: Settings { quorum: 2, "), "{text}");
    }
}
