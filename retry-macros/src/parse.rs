//! Tokens → arguments: parses the parentheses of the attribute.

mod argument;
mod arguments;
mod backoff;
mod delays;
mod duration;
mod expression;
mod hedge;
mod hint;
mod jitter;
mod label;
mod log_level;
mod names;
mod nearest;
mod preset;
mod selector;
mod slot;
mod source;
mod spec;
mod suggest;
mod table;
mod value;

pub(crate) use delays::{Delays, DelaysForm};
pub(crate) use expression::{
    closure, first_and_last_span, first_span, is_constant, is_lower_case, is_static, literal, respanned,
    ungrouped,
};
pub(crate) use hedge::Hedge;
pub(crate) use jitter::{Jitter, JitterForm, not_a_jitter};
pub(crate) use label::{format_arguments, placeholders};
pub(crate) use log_level::LogLevel;
#[cfg(test)]
pub(crate) use names::all_keys;
pub(crate) use preset::Preset;
#[cfg(test)]
pub(crate) use preset::all_presets;
pub(crate) use selector::{PRIMITIVES, Selector};
pub(crate) use slot::{Given, Origin, Slot};
pub(crate) use source::source;
pub(crate) use table::RawArgs;
pub(crate) use value::{Max, Number, Start, Time, TimeForm};
