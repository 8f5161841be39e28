//! One file for each way to retry, and one that only shows what another attribute costs.

pub(crate) mod attribute;
pub(crate) mod backoff;
pub(crate) mod backon;
pub(crate) mod backon_macros;
pub(crate) mod bare;
pub(crate) mod by_hand;
pub(crate) mod instrument;
pub(crate) mod retry;
pub(crate) mod retrying;
pub(crate) mod run;
pub(crate) mod tokio_retry2;
pub(crate) mod tower;
pub(crate) mod tryhard;
