//! The checked result: what expansion needs, and the rules that lead there.

mod model;
mod policy;
mod run_time;
mod validate;

pub(crate) use model::{ClonedSelf, Retry, private};
pub(crate) use policy::{Evaluated, Policy};
pub(crate) use run_time::{CallNames, refuse_run_time_values};
pub(crate) use validate::{check_arguments, is_reference};
