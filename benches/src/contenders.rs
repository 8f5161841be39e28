//! One file for each way to retry.

pub(crate) mod attribute;
pub(crate) mod bare;
pub(crate) mod by_hand;
pub(crate) mod run;
