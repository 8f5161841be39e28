//! What the attribute stands on: a function, its arguments, its body and its return type.

mod attributes;
mod body;
mod borrow;
mod error_type;
mod item;
mod pattern;
mod shape;

pub(crate) use attributes::{conditions, divide};
pub(crate) use body::{MARKER, has_control_flow, mentions};
pub(crate) use error_type::{may_borrow, mentions_lifetime};
pub(crate) use item::{AnnotatedFn, ImplBlock, ImplItem, Item, parameters};
pub(crate) use pattern::{
    Binding, Rebind, Rebinding, bindings, free_rebind, is_reference_type, readable, unclonable, unwrapped,
};
pub(crate) use shape::{Shape, future_output, refuse_lost_caller, type_arguments, typed};
