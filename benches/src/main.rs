//! What `reattempt` costs, beside a loop written by hand and beside its peers: one table for each question.
//!
//! - `cargo run --release -p benches` asks every question; `-- --quick` those that compile nothing.
//! - `-- gate` holds what is deterministic to `recorded.toml`; `-- record` writes that file anew.

mod callgrind;
mod contender;
mod contenders;
mod gate;
mod process;
mod program;
mod question;
mod service;
mod table;

use callgrind::Case;
use contender::Contender;
use question::{
    check_time, dependencies, first_try, future_size, many_tasks, one_delay, per_retry, program_bytes,
};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let everybody = contender::all();
    match arguments[..] {
        [] => {
            ask_at_once(&everybody);
            ask_the_compiler(&everybody);
        }
        ["--quick"] => ask_at_once(&everybody),
        ["gate"] => gate::check(),
        ["record"] => gate::record(),
        // What this program asks of itself.
        [callgrind::ARGUMENT, names] => callgrind::run_watched(&cases(&contender::named(names))),
        [many_tasks::ARGUMENT, name] => many_tasks::run(name),
        _ => {
            eprintln!("usage: cargo run --release -p benches [-- --quick | gate | record]");
            std::process::exit(2);
        }
    }
}

/// Everything that callgrind counts.
fn cases(contenders: &[Contender]) -> Vec<Case> {
    [first_try::cases(contenders), per_retry::cases(contenders), one_delay::cases(contenders)]
        .into_iter()
        .flatten()
        .collect()
}

fn ask_at_once(everybody: &[Contender]) {
    let costs = callgrind::measure(everybody, &cases(everybody));
    first_try::show(everybody, &costs);
    per_retry::show(everybody, &costs);
    one_delay::show(everybody, &costs);
    future_size::show(everybody);
    many_tasks::show(everybody);
}

fn ask_the_compiler(everybody: &[Contender]) {
    program_bytes::show(everybody);
    check_time::show(everybody);
    dependencies::show();
}
