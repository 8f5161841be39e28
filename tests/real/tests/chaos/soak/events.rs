//! Counts of what retries, breakers, budgets, throttles, hedges and fleets report.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use reattempt::{
    CircuitState, Observer,
    observe::{
        AnyRetryEvent, BudgetEvent, CircuitEvent, CircuitRefusalEvent, FleetEvent, HedgeEvent, ThrottleEvent,
    },
};

#[derive(Debug, Default)]
pub(crate) struct Events {
    retries: AtomicU64,
    opened: AtomicU64,
    refused: AtomicU64,
    unpaid: AtomicU64,
    throttled: AtomicU64,
    copies: AtomicU64,
    won: AtomicU64,
    lost: AtomicU64,
    found: AtomicU64,
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Relaxed);
}

impl Observer for Events {
    fn retry_scheduled(&self, _: &AnyRetryEvent<'_>) {
        count(&self.retries);
    }

    fn circuit_changed(&self, event: &CircuitEvent<'_>) {
        if event.to() == CircuitState::Open {
            count(&self.opened);
        }
    }

    fn circuit_refused(&self, _: &CircuitRefusalEvent<'_>) {
        count(&self.refused);
    }

    fn budget_refused(&self, _: &BudgetEvent<'_>) {
        count(&self.unpaid);
    }

    fn throttled(&self, _: &ThrottleEvent<'_>) {
        count(&self.throttled);
    }

    fn hedge_started(&self, _: &HedgeEvent<'_>) {
        count(&self.copies);
    }

    fn hedge_won(&self, _: &HedgeEvent<'_>) {
        count(&self.won);
    }

    fn fleet_lost(&self, _: &FleetEvent<'_>) {
        count(&self.lost);
    }

    fn fleet_found(&self, _: &FleetEvent<'_>) {
        count(&self.found);
    }
}

impl Events {
    /// What a soak has to have met, so that its other findings mean something.
    pub(crate) fn missing(&self) -> Vec<String> {
        let counters = [
            (&self.retries, "retry"),
            (&self.opened, "open circuit"),
            (&self.unpaid, "retry without budget"),
            (&self.throttled, "throttled call"),
            (&self.copies, "hedge"),
            (&self.lost, "loss of the store of the fleet"),
        ];
        let missing = counters.into_iter().filter(|(counter, _)| counter.load(Relaxed) == 0);
        missing.map(|(_, what)| format!("no {what} was met")).collect()
    }

    /// The most important counts, on part of a line.
    pub(crate) fn in_short(&self) -> String {
        let number = |counter: &AtomicU64| counter.load(Relaxed);
        let [retries, opened, copies] = [&self.retries, &self.opened, &self.copies].map(number);
        format!("{retries} retries, {opened} open circuits, {copies} hedges")
    }
}

impl fmt::Display for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |counter: &AtomicU64| counter.load(Relaxed);
        write!(
            f,
            "{} retries; circuits opened {} times and refused {} times; budgets refused {} retries; throttles refused \
             {} calls or retries; hedges started {} copies, of which {} won; the fleet lost its store {} times and \
             found it {} times",
            number(&self.retries),
            number(&self.opened),
            number(&self.refused),
            number(&self.unpaid),
            number(&self.throttled),
            number(&self.copies),
            number(&self.won),
            number(&self.lost),
            number(&self.found),
        )
    }
}
