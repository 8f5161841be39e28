//! What the first try costs with each argument of the attribute, beside a loop by hand.

use tokio::runtime::Builder;

use crate::arguments::{self, Argument};
use crate::callgrind::{self, Case, Costs};
use crate::layouts_in_binary::word;
use crate::table::{REFERENCE, Table};

/// The name of this question.
pub(crate) const NAME: &str = "arguments";

pub(crate) const COLUMNS: [&str; 2] = ["sync", "async"];

/// The rows that other rows are compared with: two loops by hand, of which the cheaper one counts.
const BY_HAND: [&str; 2] = ["by hand, borrows", "by hand, moves"];

fn key(column: &str, argument: &str) -> String {
    format!("{column}, {argument}")
}

/// The loops by hand, as if they had arguments.
fn by_hand() -> [Argument; 2] {
    let [[_, sync_borrows, sync_moves, _], _, [_, borrows, moves, _], _] = word::CALLS;
    [
        Argument { name: BY_HAND[0], sync: Some(sync_borrows), asynchronous: borrows },
        Argument { name: BY_HAND[1], sync: Some(sync_moves), asynchronous: moves },
    ]
}

pub(crate) fn cases() -> Vec<Case> {
    arguments::prepare();
    let mut cases = Vec::new();
    for Argument { name, sync, asynchronous } in by_hand().into_iter().chain(arguments::all()) {
        for (column, call) in COLUMNS.into_iter().zip([sync, Some(asynchronous)]) {
            let Some(call) = call else { continue };
            cases.push(Case::new(key(column, name), call));
        }
    }
    cases
}

/// Runs the cases on a thread of a runtime, which `attempt_timeout` needs.
pub(crate) fn run_watched() {
    let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
    let _guard = runtime.enter();
    callgrind::run_watched(&cases());
}

/// The instructions of a call, sync and async.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) figures: [Option<f64>; 2],
}

/// Runs callgrind. The first row is the loop by hand.
pub(crate) fn measure() -> Vec<Row> {
    let costs = callgrind::measure(NAME, &cases());
    let by_hand = BY_HAND.map(|name| row(name, &costs));
    let cheaper = |column: usize| by_hand.iter().filter_map(|row| row.figures[column]).reduce(f64::min);
    let mut rows = vec![Row { name: REFERENCE, figures: [cheaper(0), cheaper(1)] }];
    rows.extend(arguments::all().iter().map(|argument| row(argument.name, &costs)));
    rows
}

fn row(name: &'static str, costs: &Costs) -> Row {
    let figures = COLUMNS.map(|column| Some(costs.get(&key(column, name))?.instructions.round()));
    Row { name, figures }
}

pub(crate) fn show() {
    let mut table = Table::new(
        "Instructions of a call that succeeds at once, with one argument each; its result is one word.",
        &COLUMNS,
    );
    for Row { name, figures } in measure() {
        table.row(name, figures.to_vec());
    }
    table.print();
}
