//! What 100,000 tasks take that wait at the same time, each of them twice: a process of its own for each contender.

use std::process::Command;

use tokio::task::LocalSet;

use crate::contender::Contender;
use crate::contenders;
use crate::process::{cpu_time, memory_now, memory_peak};
use crate::question::per_retry::paused;
use crate::service::Service;
use crate::table::Table;

/// The argument by which this program knows that it is to run the tasks of one contender.
pub(crate) const ARGUMENT: &str = "many-tasks";

const TASKS: usize = 100_000;

/// Runs the tasks; prints the memory of a task in bytes, and the time of all in nanoseconds.
pub(crate) fn run(name: &str) {
    let contenders = contenders::named(name);
    let asynchronous = contenders[0].asynchronous.as_ref().expect("an async contender");
    let services: &'static [Service] = Vec::leak((0..TASKS).map(|_| Service::new(2)).collect());
    let runtime = paused();
    let tasks = LocalSet::new();
    let (memory, time) = (memory_now(), cpu_time());
    tasks.block_on(&runtime, async {
        let tasks: Vec<_> = services.iter().map(asynchronous.plain.spawn).collect();
        for task in tasks {
            task.await.expect("no task panics").expect("the third attempt succeeds");
        }
    });
    println!("{} {}", (memory_peak() - memory) / TASKS as u64, cpu_time() - time);
}

pub(crate) fn show(contenders: &[Contender]) {
    let mut table = Table::new(
        "100,000 tasks that retry twice: the peak of memory, in bytes a task, and milliseconds of processor time.",
        &["bytes a task", "milliseconds"],
    );
    for contender in contenders.iter().filter(|contender| contender.retries()) {
        if contender.asynchronous.is_none() {
            continue;
        }
        let [memory, time] = measure(contender.name);
        table.row(contender.name, vec![Some(memory), Some(time / 1e6)]);
    }
    table.print();
}

fn measure(name: &str) -> [f64; 2] {
    let program = std::env::current_exe().expect("this program has a path");
    let output = Command::new(program).args([ARGUMENT, name]).output().expect("this program starts");
    let text = String::from_utf8_lossy(&output.stdout);
    let mut figures = text.split_whitespace().map(|figure| figure.parse().expect("a number"));
    let mut next = || figures.next().unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    [next(), next()]
}
