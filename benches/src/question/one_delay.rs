//! What one delay with jitter costs: the mean of the first eight of a call.

use crate::callgrind::{Case, Costs};
use crate::contender::Contender;
use crate::table::Table;

fn key(name: &str) -> String {
    format!("eight delays: {name}")
}

pub(crate) fn cases(contenders: &[Contender]) -> Vec<Case> {
    let delays = contenders.iter().filter_map(|contender| Some((contender.name, contender.delays?)));
    delays.map(|(name, delays)| Case::new(key(name), delays)).collect()
}

pub(crate) fn show(contenders: &[Contender], costs: &Costs) {
    let mut table = Table::new(
        "Instructions of one delay with jitter: the mean of eight, what they are drawn from included.",
        &["instructions"],
    );
    for contender in contenders {
        let cost = costs.get(&key(contender.name));
        table.row(contender.name, vec![cost.map(|cost| cost.instructions / 8.0)]);
    }
    table.print();
}
