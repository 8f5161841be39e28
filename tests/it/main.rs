//! Behaviour, one module a topic.

mod support;

#[cfg(feature = "reqwest")]
mod adapters;
mod async_shapes;
mod async_trait;
mod attempts;
mod breakers;
mod budgets;
mod cancellation;
mod chain;
mod closure_steps;
mod control;
mod control_limits;
mod deadline;
mod delays;
mod derive;
mod endings;
mod exclusive;
mod hints;
mod hooks;
mod hygiene;
mod impl_blocks;
mod lints;
mod names;
mod nested_breakers;
mod policies;
mod presets;
mod readme;
mod retry_ok;
mod run;
mod schedules;
mod selection;
mod sendness;
mod shapes;
mod sleeps;
mod starvation;
mod steps;
mod testing_guard;
mod testing_scope;
mod through_breaker;
mod through_budget;
mod timeouts;
mod with_others;
