//! Generated functions, compiled and run with `#[retry]` and without it.
//!
//! A function that compiles without the attribute has to compile with it, with the same warnings, or be refused by a
//! message of the macro's own for a reason that is in the function; and one that compiles has to run its body once for
//! each attempt, with the arguments as the caller passed them. Everything else is a finding.
//!
//! `cargo run -p signatures -- --functions 1000 --seed 1`

#![expect(clippy::format_push_string, reason = "sources are short, and written once")]

mod compiler;
mod coverage;
mod draw;
mod drawing;
mod function;
mod grammar;
mod judge;
mod report;
mod source;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::thread;

use compiler::Libraries;
use coverage::Coverage;
use draw::Draw;
use grammar::{CLIPPY_FLAVOURS, EDITIONS, FLAVOURS};
use judge::{Batch, Verdict, Workshop};

/// The arguments of the command line.
struct Wanted {
    functions: usize,
    seed: u64,
    /// Whether Clippy reads the crates, in the place of the compiler alone.
    with_clippy: bool,
}

impl Wanted {
    fn parse() -> Result<Wanted, String> {
        let mut wanted = Wanted { functions: 1000, seed: 1, with_clippy: false };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("`{word}` has no value"));
            match word.as_str() {
                "--functions" => wanted.functions = number(&value()?)?,
                "--seed" => wanted.seed = number(&value()?)?,
                "--clippy" => wanted.with_clippy = true,
                _ => return Err(format!("`{word}` is unknown")),
            }
        }
        Ok(wanted)
    }
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("`{text}` is no number"))
}

fn main() -> ExitCode {
    let wanted = match Wanted::parse() {
        Ok(wanted) => wanted,
        Err(mistake) => {
            eprintln!("{mistake}; write `cargo run -p signatures -- --functions 1000 --seed 1`");
            return ExitCode::from(2);
        }
    };
    let mut coverage = Coverage::default();
    let batches = batches(&wanted, &mut coverage);
    let libraries = Libraries::build();
    let directory = target_directory();
    let _ = std::fs::remove_dir_all(&directory);
    // The libraries are built by whatever compiler Cargo was told to use.
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let compiler = if wanted.with_clippy { "clippy-driver".to_owned() } else { rustc };
    let workshop = Workshop { libraries: &libraries, compiler: &compiler, directory: &directory };
    let verdicts = judge(&batches, workshop);
    report::print(wanted.functions, &coverage, &verdicts, &directory)
}

/// Draws the functions, spread evenly over editions and kinds of crates.
fn batches(wanted: &Wanted, coverage: &mut Coverage) -> Vec<Batch> {
    let flavours = if wanted.with_clippy { CLIPPY_FLAVOURS } else { FLAVOURS };
    let mut draw = Draw::new(wanted.seed);
    let mut batches: Vec<Batch> = EDITIONS
        .iter()
        .flat_map(|edition| {
            flavours.iter().map(|flavour| Batch { edition: *edition, flavour, functions: Vec::new() })
        })
        .collect();
    for number in 0..wanted.functions {
        let index = number % batches.len();
        let batch = &mut batches[index];
        let id = format!("f{number:04}");
        batch.functions.push(coverage.draw(&id, batch.edition, batch.flavour, &mut draw));
    }
    batches.retain(|batch| !batch.functions.is_empty());
    batches
}

/// Judges the batches, as many at a time as there are cores. Returns the verdicts in the order of the batches.
fn judge(batches: &[Batch], workshop: Workshop<'_>) -> Vec<Verdict> {
    let queue = Mutex::new(batches.iter().enumerate());
    let verdicts = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let batch = queue.lock().expect("no thread panics with it").next();
                    let Some((index, batch)) = batch else { return };
                    let verdict = batch.judge(workshop);
                    verdicts.lock().expect("no thread panics with it").push((index, verdict));
                }
            });
        }
    });
    let mut verdicts = verdicts.into_inner().expect("no thread panics with it");
    verdicts.sort_by_key(|(index, _)| *index);
    verdicts.into_iter().map(|(_, verdict)| verdict).collect()
}

/// Returns the directory of the generated crates.
fn target_directory() -> PathBuf {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map(|root| root.join("target"));
    let named = std::env::var_os("CARGO_TARGET_DIR").and_then(|target| std::path::absolute(target).ok());
    named.or_else(default).expect("the package stands two directories below the workspace").join("signatures")
}
