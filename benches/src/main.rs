//! What `reattempt` costs, beside a loop written by hand and beside its peers: one table for each question.
//!
//! - `cargo run --release -p benches` asks every question; `-- --quick` those that compile nothing; `-- future-size`
//!   that one.
//! - `-- storm` shows what clients make of an overloaded server; what follows it are arguments of its own.
//! - `--features fleet -- fleet` shows what a fleet asks of its store. The feature is off elsewhere, as it is for users.
//! - `--features services -- services` shows what a layer of tower costs.
//! - `-- gate` holds what is deterministic to `recorded.toml`; `-- record` writes that file anew.

mod arguments;
mod callgrind;
mod contender;
mod contenders;
mod gate;
// The library's file once more, as a part of this binary.
#[path = "../layouts/src/lib.rs"]
#[expect(unreachable_pub, reason = "in the library it is reachable")]
mod layouts_in_binary;
mod process;
mod program;
mod question;
mod service;
mod storm;
mod table;

use callgrind::Case;
use contender::Contender;
use question::{
    arguments as argument_costs, check_time, dependencies, first_try, future_size, layouts, many_tasks,
    one_delay, per_retry, program_bytes, shared_state,
};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => ask(&QUESTIONS),
        ["--quick"] => ask(&QUESTIONS[..QUICK]),
        [storm::NAME, ref rest @ ..] => storm::run(rest),
        #[cfg(feature = "fleet")]
        ["fleet"] => question::fleet::show(),
        #[cfg(not(feature = "fleet"))]
        ["fleet"] => eprintln!("write `cargo run --release -p benches --features fleet -- fleet`"),
        #[cfg(feature = "services")]
        ["services"] => question::services::show(),
        #[cfg(not(feature = "services"))]
        ["services"] => eprintln!("write `cargo run --release -p benches --features services -- services`"),
        ["gate"] => gate::check(),
        ["record"] => gate::record(),
        // What this program asks of itself.
        [callgrind::ARGUMENT, layouts::NAME] => callgrind::run_watched(&layouts::cases()),
        #[cfg(feature = "services")]
        [callgrind::ARGUMENT, question::services::NAME] => {
            callgrind::run_watched(&question::services::cases());
        }
        [callgrind::ARGUMENT, argument_costs::NAME] => argument_costs::run_watched(),
        [callgrind::ARGUMENT, names] => callgrind::run_watched(&cases(&contenders::named(names))),
        [many_tasks::ARGUMENT, name] => many_tasks::run(name),
        _ => ask_named(&arguments),
    }
}

/// A question by its name.
type Question = (&'static str, fn(&[Contender]));

/// All questions, the quick ones first.
const QUESTIONS: [Question; 9] = [
    ("calls", calls),
    (layouts::NAME, |_| layouts::show()),
    (argument_costs::NAME, |_| argument_costs::show()),
    ("future-size", future_size::show),
    ("tasks", many_tasks::show),
    ("shared-state", |_| shared_state::show()),
    ("program-bytes", program_bytes::show),
    ("check-time", check_time::show),
    ("dependencies", |_| dependencies::show()),
];

/// How many of them compile nothing.
const QUICK: usize = 6;

fn ask(questions: &[Question]) {
    let everybody = contenders::all();
    for (_, show) in questions {
        show(&everybody);
    }
}

fn ask_named(names: &[&str]) {
    let asked: Vec<Question> = QUESTIONS.into_iter().filter(|(name, _)| names.contains(name)).collect();
    if asked.len() < names.len() {
        let known = QUESTIONS.map(|(name, _)| name).join(" ");
        eprintln!(
            "usage: cargo run --release -p benches [-- --quick | storm | gate | record | names of questions: {known}]"
        );
        std::process::exit(2);
    }
    ask(&asked);
}

/// Everything that callgrind counts.
fn cases(contenders: &[Contender]) -> Vec<Case> {
    [first_try::cases(contenders), per_retry::cases(contenders), one_delay::cases(contenders)]
        .into_iter()
        .flatten()
        .collect()
}

/// The questions that one run of callgrind answers.
fn calls(contenders: &[Contender]) {
    let costs = callgrind::measure(&contenders::names(contenders), &cases(contenders));
    first_try::show(contenders, &costs);
    per_retry::show(contenders, &costs);
    one_delay::show(contenders, &costs);
}
