//! What a retry costs: calls that fail twice, less what they cost when they succeed at once.

use std::hint::black_box;
use std::rc::Rc;

use tokio::runtime::{Builder, Runtime};

use crate::callgrind::{Case, Costs};
use crate::contender::{Contender, Polled};
use crate::service::Service;
use crate::table::Table;

const FAILURES: u32 = 2;

const COLUMNS: [&str; 3] = ["sync, no-op sleep", "async, no-op sleep", "async, paused clock"];

fn key(column: &str, failures: u32, name: &str) -> String {
    format!("{failures} retries, {column}: {name}")
}

/// A runtime whose clock leaps over every wait.
pub(crate) fn paused() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime")
}

type Calls = Box<dyn Fn(&Service)>;

/// The function for each column.
fn calls(contender: &Contender) -> [Option<Calls>; 3] {
    let blocking = contender.blocking.as_ref().and_then(|blocking| blocking.napping);
    let asynchronous = contender.asynchronous.as_ref();
    let napping = asynchronous.and_then(|asynchronous| asynchronous.napping.as_ref());
    let sleeping = asynchronous.filter(|_| contender.retries()).map(|asynchronous| &asynchronous.plain);
    [
        blocking.map(|call| Box::new(move |service: &Service| drop(black_box(call(service)))) as Calls),
        napping.map(|polled| here(polled)),
        sleeping.map(|polled| on_a_runtime(polled)),
    ]
}

fn here(polled: &Polled) -> Calls {
    let call = polled.here;
    Box::new(move |service| drop(black_box(call(service))))
}

fn on_a_runtime(polled: &Polled) -> Calls {
    let (call, runtime) = (polled.on, Rc::new(paused()));
    Box::new(move |service| drop(black_box(call(&runtime, service))))
}

pub(crate) fn cases(contenders: &[Contender]) -> Vec<Case> {
    let mut cases = Vec::new();
    for contender in contenders {
        for failures in [0, FAILURES] {
            for (column, call) in COLUMNS.into_iter().zip(calls(contender)) {
                let Some(call) = call else { continue };
                let service = Service::new(0);
                cases.push(Case::new(key(column, failures, contender.name), move || {
                    service.fail(failures);
                    call(black_box(&service));
                }));
            }
        }
    }
    cases
}

pub(crate) fn show(contenders: &[Contender], costs: &Costs) {
    let table = |title: &str, figure: &dyn Fn(&str) -> Option<f64>| {
        let mut table = Table::new(title, &COLUMNS);
        for contender in contenders {
            let figures = COLUMNS.map(|column| {
                let with = figure(&key(column, FAILURES, contender.name))?;
                let without = figure(&key(column, 0, contender.name))?;
                Some((with - without) / f64::from(FAILURES))
            });
            table.row(contender.name, figures.to_vec());
        }
        table.print();
    };
    table(
        "Instructions of a retry. A contender that takes no sleep waits for zero seconds instead; under the paused \
         clock most is tokio's timer.",
        &|key| costs.get(key).map(|cost| cost.instructions),
    );
    table("Allocations of the same.", &|key| costs.get(key).map(|cost| cost.allocations));
}
