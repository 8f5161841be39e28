//! The item under the attribute: its signature, its body and its return type.

mod attributes;
mod body;
mod borrow;
mod contents;
mod fallible;
mod future;
mod types;
mod unclonable;
mod error_type;
mod item;
mod lifetimes;
mod pattern;
mod shape;

pub(crate) use attributes::{cfg_conditions, divide_attributes};
pub(crate) use body::mentions;
pub(crate) use contents::has_control_flow;
pub(crate) use error_type::{may_borrow, mentions_lifetime};
pub(crate) use fallible::{ReturnKind, return_kind};
pub(crate) use future::future_output;
pub(crate) use item::{AnnotatedFn, ImplBlock, ImplItem, Item, parameters};
pub(crate) use pattern::{Binding, Rebind, Rebinding, bindings, rebind_without_clone};
pub(crate) use shape::{Shape, refuse_lost_caller, typed};
pub(crate) use types::{is_reference_type, type_arguments, unwrapped};
pub(crate) use unclonable::unclonable;
