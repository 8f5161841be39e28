//! Tokens → arguments: what stands in the parentheses of the attribute.

mod arguments;
mod duration;
mod names;
mod preset;
mod selector;
mod slot;
mod source;
mod suggest;
mod value;

pub(crate) use arguments::{Max, RawArgs, Start};
pub(crate) use preset::Preset;
pub(crate) use selector::{PRIMITIVES, Selector};
pub(crate) use slot::{Given, Origin, Slot};
pub(crate) use source::source;
pub(crate) use value::{
    Backoff, Jitter, JitterForm, Number, Time, TimeForm, ends, first_span, is_constant, is_lower_case,
    literal, located, no_jitter, ungrouped,
};
