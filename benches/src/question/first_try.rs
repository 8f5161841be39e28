//! What a call costs that succeeds at the first attempt.

use std::hint::black_box;
use std::time::Instant;

use crate::callgrind::{Case, Cost, Costs};
use crate::contender::{Call, Contender};
use crate::service::Service;
use crate::table::Table;

/// The columns, and which function of a contender each is about.
fn calls(contender: &Contender) -> [(&'static str, Option<Call>); 4] {
    let blocking = contender.blocking.as_ref();
    let asynchronous = contender.asynchronous.as_ref();
    [
        ("sync", blocking.map(|blocking| blocking.plain)),
        ("sync ?", blocking.and_then(|blocking| blocking.question)),
        ("async", asynchronous.map(|asynchronous| asynchronous.plain.here)),
        (
            "async ?",
            asynchronous.and_then(|asynchronous| asynchronous.question.as_ref()).map(|polled| polled.here),
        ),
    ]
}

const COLUMNS: [&str; 4] = ["sync", "sync ?", "async", "async ?"];

fn key(column: &str, name: &str) -> String {
    format!("first try, {column}: {name}")
}

pub(crate) fn cases(contenders: &[Contender]) -> Vec<Case> {
    let mut cases = Vec::new();
    for contender in contenders {
        for (column, call) in calls(contender) {
            let Some(call) = call else { continue };
            cases.push(Case::new(key(column, contender.name), calling(call)));
        }
    }
    cases
}

fn calling(call: Call) -> impl Fn() {
    let service = Service::new(0);
    move || drop(black_box(call(black_box(&service))))
}

pub(crate) fn show(contenders: &[Contender], costs: &Costs) {
    let table = |title: &str, figure: &dyn Fn(&str, Call, &'static str) -> f64| {
        let mut table = Table::new(title, &COLUMNS);
        for contender in contenders {
            let figures = calls(contender);
            let figures =
                figures.into_iter().map(|(column, call)| Some(figure(column, call?, contender.name)));
            table.row(contender.name, figures.collect());
        }
        table.print();
    };
    let cost = |column: &str, name: &str| -> Cost { costs[&key(column, name)] };
    table("Instructions of a call that succeeds at once. `?`: the body uses it.", &|column, _, name| {
        cost(column, name).instructions
    });
    table("The same in nanoseconds: the best of 20 rounds, and noisy.", &|_, call, _| nanoseconds(call));
    table("Allocations of the same.", &|column, _, name| cost(column, name).allocations);
}

#[expect(clippy::disallowed_methods, reason = "time is what is measured")]
fn nanoseconds(call: Call) -> f64 {
    const CALLS: u32 = 200_000;
    let run = calling(call);
    let round = || {
        let start = Instant::now();
        for _ in 0..CALLS {
            run();
        }
        start.elapsed().as_nanos() as f64 / f64::from(CALLS)
    };
    (0..20).map(|_| round()).fold(f64::INFINITY, f64::min)
}
