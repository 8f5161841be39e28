//! Arguments and function → model: checks the rules between them, and collects the parts of an expansion.

mod control;
mod error_rules;
mod exclusive;
mod model;
mod policy;
mod rebindings;
mod receiver;
mod run_time;
mod validate;
mod validate_block;
mod validate_function;
mod validate_hedge;
mod validate_run_time;

pub(crate) use error_rules::{Classifier, HintRule, RetryableRule, Selection};
pub(crate) use model::{Retry, private};
pub(crate) use policy::{Evaluated, Policy};
pub(crate) use receiver::{ClonedSelf, rename_self};
pub(crate) use run_time::{CallNames, Enclosing};
pub(crate) use validate::check_arguments;
pub(crate) use validate_block::{check_block, check_no_method_blocks, check_skip_on_method};
pub(crate) use validate_run_time::{check_block_values_exist, check_run_time_values};
