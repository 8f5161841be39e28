//! The counts of what calls share: circuit breakers, retry budgets and throttles.

use super::limits::{self, beginning};
use crate::breaker::CircuitState;
#[cfg(feature = "fleet")]
use crate::observe::FleetEvent;
use crate::observe::{BudgetEvent, CircuitEvent, CircuitRefusalEvent, ThrottleEvent};

/// The counts of one circuit breaker, or of all breakers with the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BreakerStats {
    /// The name of the breaker, or `unnamed`.
    pub breaker: String,
    /// The state after the last change.
    pub state: CircuitState,
    /// Changes of the state, by the state after the change, the most frequent state first.
    pub changes: Vec<(CircuitState, u64)>,
    /// Calls and retries that the breaker refused.
    pub refused: u64,
}

impl BreakerStats {
    /// Returns how often the circuit has opened, by its own rules.
    #[must_use]
    pub fn opened(&self) -> u64 {
        self.changes.iter().find(|(to, _)| *to == CircuitState::Open).map_or(0, |(_, count)| *count)
    }
}

/// The counts of one retry budget, or of all budgets with the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BudgetStats {
    /// The name of the budget, or `unnamed`.
    pub budget: String,
    /// The whole tokens that were left after the last retry that was paid for or refused.
    pub balance: u64,
    /// Retries that the budget paid for.
    pub withdrawn: u64,
    /// Retries that the budget refused.
    pub refused: u64,
}

/// The counts of one throttle, or of all throttles with the same name.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ThrottleStats {
    /// The name of the throttle, or `unnamed`.
    pub throttle: String,
    /// Calls and retries that the throttle refused.
    pub refused: u64,
    /// The probability of a refusal at the last refusal, from 0 to 1.
    pub probability: f64,
}

/// The counts of one fleet that this process has joined.
#[cfg(feature = "fleet")]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FleetStats {
    /// The name of the fleet.
    pub fleet: String,
    /// Whether its store is away, so that this process follows its own rules.
    pub is_away: bool,
    /// How often the process has lost the store.
    pub lost: u64,
    /// How often it has found the store again.
    pub found: u64,
}

/// The counts of all breakers, budgets, throttles and fleets, each sorted by name.
#[derive(Debug, Default)]
pub(super) struct SharedCounts {
    pub(super) breakers: Vec<BreakerStats>,
    pub(super) budgets: Vec<BudgetStats>,
    pub(super) throttles: Vec<ThrottleStats>,
    #[cfg(feature = "fleet")]
    pub(super) fleets: Vec<FleetStats>,
}

#[expect(clippy::arithmetic_side_effects, reason = "64 bits count an event in every nanosecond of 584 years")]
impl SharedCounts {
    pub(super) const fn new() -> SharedCounts {
        SharedCounts {
            breakers: Vec::new(),
            budgets: Vec::new(),
            throttles: Vec::new(),
            #[cfg(feature = "fleet")]
            fleets: Vec::new(),
        }
    }

    pub(super) fn changed(&mut self, event: &CircuitEvent<'_>) {
        let breaker = self.breaker(event.breaker(), event.to());
        breaker.state = event.to();
        match breaker.changes.iter_mut().find(|(to, _)| *to == event.to()) {
            Some((_, count)) => *count += 1,
            None => breaker.changes.push((event.to(), 1)),
        }
    }

    pub(super) fn refused(&mut self, event: &CircuitRefusalEvent<'_>) {
        self.breaker(event.breaker(), event.state()).refused += 1;
    }

    fn breaker(&mut self, name: &str, state: CircuitState) -> &mut BreakerStats {
        let new = |breaker| BreakerStats { breaker, state, changes: Vec::new(), refused: 0 };
        entry(&mut self.breakers, name, |breaker| &breaker.breaker, new)
    }

    /// Returns the counts of a budget, with the balance of the event.
    pub(super) fn budget(&mut self, event: &BudgetEvent<'_>) -> &mut BudgetStats {
        let new = |budget| BudgetStats { budget, balance: 0, withdrawn: 0, refused: 0 };
        let budget = entry(&mut self.budgets, event.budget(), |budget| &budget.budget, new);
        budget.balance = event.balance();
        budget
    }

    pub(super) fn throttled(&mut self, event: &ThrottleEvent<'_>) {
        let new = |throttle| ThrottleStats { throttle, refused: 0, probability: 0.0 };
        let throttle = entry(&mut self.throttles, event.throttle(), |throttle| &throttle.throttle, new);
        throttle.refused += 1;
        throttle.probability = event.probability();
    }

    /// Counts that a process has lost the store of its fleet, or has found it.
    #[cfg(feature = "fleet")]
    pub(super) fn fleet(&mut self, event: &FleetEvent<'_>, is_away: bool) {
        let new = |fleet| FleetStats { fleet, is_away, lost: 0, found: 0 };
        let fleet = entry(&mut self.fleets, event.fleet(), |fleet| &fleet.fleet, new);
        fleet.is_away = is_away;
        fleet.lost += u64::from(is_away);
        fleet.found += u64::from(!is_away);
    }
}

/// Returns the counts under `name`, or under [`OTHERS`](limits::OTHERS) if the name is new and there is no room. Names are found
/// without an allocation, because an outage refuses many calls.
#[expect(clippy::indexing_slicing, reason = "the position was found, or is that of the new entry")]
fn entry<'a, S>(
    counts: &'a mut Vec<S>,
    name: &str,
    name_of: impl Fn(&S) -> &str,
    new: impl FnOnce(String) -> S,
) -> &'a mut S {
    let find = |name| counts.binary_search_by(|counted| name_of(counted).cmp(name));
    let mut name = beginning(name, limits::BYTES);
    let mut found = find(name);
    if found.is_err() && counts.len() >= limits::COUNTED {
        name = limits::OTHERS;
        found = find(name);
    }
    let position = found.unwrap_or_else(|position| {
        counts.insert(position, new(name.to_owned()));
        position
    });
    &mut counts[position]
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;
    use crate::observe::{Observer, Stats};

    fn change(stats: &Stats, breaker: &str, from: CircuitState, to: CircuitState) {
        stats.circuit_changed(&CircuitEvent { breaker, from, to });
    }

    fn refuse(stats: &Stats, breaker: &str) {
        let retry_in = Duration::ZERO;
        stats.circuit_refused(&CircuitRefusalEvent { breaker, state: CircuitState::Open, retry_in });
    }

    #[test]
    fn a_breaker_has_its_last_state_and_its_changes_by_target() {
        use CircuitState::{Closed, HalfOpen, Open};
        let stats = Stats::new();
        refuse(&stats, "opened before");
        for (from, to) in
            [(Closed, Open), (Open, HalfOpen), (HalfOpen, Open), (Open, HalfOpen), (HalfOpen, Open)]
        {
            change(&stats, "db", from, to);
        }
        refuse(&stats, "db");
        change(&stats, "db", Open, HalfOpen);
        change(&stats, "db", HalfOpen, Closed);
        let [db, before] = &*stats.snapshot().breakers else { panic!("two breakers") };
        assert_eq!((&*db.breaker, db.state, db.refused, db.opened()), ("db", Closed, 1, 3));
        assert_eq!(db.changes, [(Open, 3), (HalfOpen, 3), (Closed, 1)]);
        assert_eq!((&*before.breaker, before.state, before.refused), ("opened before", Open, 1));
        assert_eq!((before.opened(), before.changes.len()), (0, 0));
    }

    #[test]
    fn budgets_and_throttles_have_their_last_value() {
        let stats = Stats::new();
        for balance in [2, 1, 0] {
            stats.budget_withdrawn(&BudgetEvent { budget: "retries", balance });
        }
        stats.budget_refused(&BudgetEvent { budget: "retries", balance: 0 });
        stats.budget_refused(&BudgetEvent { budget: "other", balance: 3 });
        for probability in [0.5, 0.25] {
            stats.throttled(&ThrottleEvent { throttle: "search", probability });
        }
        let snapshot = stats.snapshot();
        let budget = |budget: &str, balance, withdrawn, refused| BudgetStats {
            budget: budget.to_owned(),
            balance,
            withdrawn,
            refused,
        };
        assert_eq!(snapshot.budgets, [budget("other", 3, 0, 1), budget("retries", 0, 3, 1)]);
        let throttle = ThrottleStats { throttle: "search".to_owned(), refused: 2, probability: 0.25 };
        assert_eq!(snapshot.throttles, [throttle]);
    }

    #[test]
    #[cfg(feature = "fleet")]
    fn a_fleet_has_whether_its_store_is_away() {
        let stats = Stats::new();
        let event = |fleet, error| FleetEvent { fleet, store: "redis", error };
        stats.fleet_lost(&event("shop", Some("connection refused")));
        stats.fleet_found(&event("shop", None));
        stats.fleet_lost(&event("shop", Some("no answer within 100ms")));
        stats.fleet_lost(&event("mail", Some("connection refused")));
        stats.fleet_found(&event("mail", None));
        let counts =
            |fleet: &str, is_away, lost, found| FleetStats { fleet: fleet.to_owned(), is_away, lost, found };
        assert_eq!(stats.snapshot().fleets, [counts("mail", false, 1, 1), counts("shop", true, 2, 1)]);
        let table = stats.to_string();
        assert!(
            table.ends_with(
                "\n\nfleet  store  lost  found\nmail   there     1      1\nshop    away     2      1\n"
            ),
            "{table}"
        );
    }

    #[test]
    fn breakers_beyond_the_limit_are_counted_together_and_long_names_are_cut() {
        let stats = Stats::new();
        let names: Vec<_> = (0..300).map(|n| format!("host-{n:03}")).collect();
        for name in names.iter().chain(&names) {
            refuse(&stats, name);
        }
        let breakers = stats.snapshot().breakers;
        assert_eq!(breakers.len(), Stats::MAX_OPERATIONS + 1);
        assert!(breakers.is_sorted_by_key(|counted| counted.breaker.clone()));
        let count_of = |name: &str| breakers.iter().find(|one| one.breaker == name).map(|one| one.refused);
        assert_eq!((count_of("host-000"), count_of("host-255")), (Some(2), Some(2)));
        assert_eq!((count_of("host-256"), count_of(Stats::OTHERS)), (None, Some(2 * 44)));

        let stats = Stats::new();
        refuse(&stats, &"é".repeat(150));
        refuse(&stats, &"é".repeat(120));
        let [cut] = &*stats.snapshot().breakers else { panic!("their first 200 bytes are the same") };
        assert_eq!((&cut.breaker, cut.refused), (&"é".repeat(100), 2));
    }

    #[test]
    fn a_table_of_each_kind_follows_the_operations() {
        let stats = Stats::new();
        assert_eq!(stats.to_string().lines().count(), 1, "the headings of operations");
        refuse(&stats, "db");
        change(&stats, "search", CircuitState::Closed, CircuitState::Open);
        stats.budget_withdrawn(&BudgetEvent { budget: "retries", balance: 12 });
        stats.throttled(&ThrottleEvent { throttle: "search", probability: 0.256 });
        let expected = "
operation  retried  retries  recovered  gave up  mean delay

breaker  state  opened  refused
db        open       0        1
search    open       1        0

budget   balance  withdrawn  refused
retries       12          1        0

throttle  refused  probability
search          1          26%
";
        assert_eq!(stats.to_string(), expected.trim_start());
    }
}
