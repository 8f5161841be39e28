//! One file for each way to retry, and one that only shows what another attribute costs.

mod attribute;
mod backoff;
mod backon;
mod backon_macros;
mod bare;
mod by_hand;
pub(crate) mod instrument;
mod retry;
mod retrying;
mod run;
mod tokio_retry2;
mod tower;
mod tryhard;

use crate::contender::Contender;

/// Returns all contenders in the order of the tables.
pub(crate) fn all() -> Vec<Contender> {
    vec![
        bare::contender(),
        by_hand::contender(),
        attribute::contender(),
        run::contender(),
        backon::contender(),
        backon_macros::contender(),
        retry::contender(),
        tokio_retry2::contender(),
        tryhard::contender(),
        backoff::contender(),
        tower::contender(),
        retrying::contender(),
    ]
}

/// Returns the contenders of these names, which are separated by bars.
pub(crate) fn named(names: &str) -> Vec<Contender> {
    let mut contenders = all();
    contenders.retain(|contender| names.split('|').any(|name| name == contender.name));
    contenders
}

/// Returns the names of these contenders, as [`named`] takes them.
pub(crate) fn names(contenders: &[Contender]) -> String {
    let names: Vec<_> = contenders.iter().map(|contender| contender.name).collect();
    names.join("|")
}
