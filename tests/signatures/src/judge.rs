//! A batch of functions in one crate: compiled without the attribute, then with it, then run.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::compiler::{Diagnostic, Libraries, Output};
use crate::function::Function;
use crate::grammar::{Edition, Flavour, Refusal};

/// Functions of one edition, in a crate with one set of attributes at its top.
pub(crate) struct Batch {
    pub(crate) edition: Edition,
    pub(crate) flavour: &'static Flavour,
    pub(crate) functions: Vec<Function>,
}

/// The outcome of a batch.
#[derive(Default)]
pub(crate) struct Verdict {
    /// Functions that do not compile without the attribute: faults of the generator.
    pub(crate) dropped: Vec<Finding>,
    /// The messages by which the macro refused functions.
    pub(crate) refused: Vec<String>,
    pub(crate) findings: Vec<Finding>,
    /// The number of functions that compile and ran their body as often as expected.
    pub(crate) passed: usize,
}

/// A function that breaks the law.
pub(crate) struct Finding {
    pub(crate) function: Function,
    /// The text that findings of a kind have in common.
    pub(crate) kind: String,
    pub(crate) text: String,
}

/// The libraries, the compiler and the directory of all batches.
#[derive(Clone, Copy)]
pub(crate) struct Workshop<'a> {
    pub(crate) libraries: &'a Libraries,
    pub(crate) compiler: &'a str,
    pub(crate) directory: &'a Path,
}

/// A crate of the functions that are left.
struct Scratch<'a> {
    workshop: Workshop<'a>,
    batch: &'a Batch,
    directory: PathBuf,
    left: Vec<usize>,
}

impl Batch {
    pub(crate) fn judge(&self, workshop: Workshop<'_>) -> Verdict {
        let mut verdict = Verdict::default();
        let all = (0..self.functions.len()).collect();
        let mut plain = Scratch::new(workshop, self, false, all);
        let mut lints: HashMap<usize, HashMap<String, usize>> = HashMap::new();
        loop {
            let (errors, warnings, elsewhere) = plain.compile(Output::Metadata);
            lints.clear();
            for (index, diagnostic) in warnings {
                let lint = diagnostic.lint().unwrap_or("warning").to_owned();
                *lints.entry(index).or_default().entry(lint).or_default() += 1;
            }
            if errors.is_empty() && elsewhere.is_empty() {
                break;
            }
            for (index, diagnostic) in errors {
                if plain.remove(index) {
                    verdict.dropped.push(self.finding(index, &diagnostic));
                }
            }
            assert!(elsewhere.is_empty(), "without the attribute, and in no function: {elsewhere:?}");
        }
        let mut retried = Scratch::new(workshop, self, true, plain.left);
        for output in [Output::Metadata, Output::Program] {
            self.judge_retried(&mut retried, output, &lints, &mut verdict);
        }
        self.run(&mut retried, &mut verdict);
        verdict.passed = retried.left.len();
        verdict
    }

    /// Compiles until nothing is reported of a function any more: what is reported early hides what comes late.
    fn judge_retried(
        &self,
        scratch: &mut Scratch<'_>,
        output: Output,
        lints: &HashMap<usize, HashMap<String, usize>>,
        verdict: &mut Verdict,
    ) {
        loop {
            let (errors, warnings, elsewhere) = scratch.compile(output);
            let mut counts: HashMap<(usize, String), usize> = HashMap::new();
            let is_new = |(index, diagnostic): &(usize, Diagnostic)| {
                let lint = diagnostic.lint().unwrap_or("warning").to_owned();
                let before = lints.get(index).and_then(|lints| lints.get(&lint)).copied().unwrap_or(0);
                let count = counts.entry((*index, lint)).or_default();
                *count += 1;
                *count > before
            };
            let mut by_function: BTreeMap<usize, Vec<Diagnostic>> = BTreeMap::new();
            for (index, diagnostic) in errors.into_iter().chain(warnings.into_iter().filter(is_new)) {
                by_function.entry(index).or_default().push(diagnostic);
            }
            if by_function.is_empty() {
                if let Some(diagnostic) = elsewhere.first() {
                    verdict.findings.push(self.finding(scratch.left[0], diagnostic));
                    scratch.left.clear();
                }
                return;
            }
            for (index, diagnostics) in by_function {
                scratch.remove(index);
                self.settle(index, &diagnostics, verdict);
            }
        }
    }

    /// Records a refusal or a finding. A function that is refused stays as it was, so nothing else is reported of it.
    fn settle(&self, index: usize, diagnostics: &[Diagnostic], verdict: &mut Verdict) {
        let refusals = self.functions[index].refusals();
        let is_refusal = |diagnostic: &&Diagnostic| {
            let is_by_type = diagnostic.code.as_deref() == Some("E0277");
            let may_be =
                |refusal: &&Refusal| diagnostic.code.is_none() || (is_by_type && refusal.is_by_type());
            let mut possible = refusals.iter().filter(may_be);
            diagnostic.is_error && possible.any(|refusal| refusal.matches(&diagnostic.message))
        };
        let (expected, others): (Vec<&Diagnostic>, Vec<&Diagnostic>) =
            diagnostics.iter().partition(is_refusal);
        // After a refusal the compiler may warn of what is left, such as an argument that nothing uses.
        let other = others.iter().find(|other| expected.is_empty() || other.is_error);
        let Some(other) = other else {
            let messages = expected.iter().map(|refusal| refusal.message.clone());
            verdict.refused.extend(messages.take(1));
            return;
        };
        let mut finding = self.finding(index, other);
        if !expected.is_empty() {
            finding.kind += ", after a refusal";
        }
        finding.text = diagnostics.iter().map(|diagnostic| diagnostic.rendered.as_str()).collect();
        verdict.findings.push(finding);
    }

    /// Runs the program; each line that it prints is a finding.
    fn run(&self, scratch: &mut Scratch<'_>, verdict: &mut Verdict) {
        if scratch.left.is_empty() {
            return;
        }
        let program = scratch.root().with_extension("");
        let done = Command::new(&program).output().expect("what was compiled can be run");
        let text = String::from_utf8_lossy(&done.stdout);
        for line in text.lines() {
            let Some((id, text)) = line.split_once(": ") else { continue };
            let Some(index) = self.functions.iter().position(|function| function.id == id) else { continue };
            scratch.remove(index);
            let (function, kind) = (self.functions[index].clone(), format!("run: {text}"));
            verdict.findings.push(Finding { function, kind, text: text.to_owned() });
        }
        if !done.status.success() {
            let text = String::from_utf8_lossy(&done.stderr).into_owned();
            let (function, kind) = (self.functions[scratch.left[0]].clone(), "run: ended early".to_owned());
            verdict.findings.push(Finding { function, kind, text });
            scratch.left.clear();
        }
    }

    fn finding(&self, index: usize, diagnostic: &Diagnostic) -> Finding {
        let code = diagnostic.code.as_deref().unwrap_or("message");
        let kind = format!("{code}: {}", without_names(&diagnostic.message));
        Finding { function: self.functions[index].clone(), kind, text: diagnostic.rendered.clone() }
    }
}

/// Diagnostics of functions, by the function, and those of none.
type Reported = (Vec<(usize, Diagnostic)>, Vec<(usize, Diagnostic)>, Vec<Diagnostic>);

impl<'a> Scratch<'a> {
    fn new(workshop: Workshop<'a>, batch: &'a Batch, is_retried: bool, left: Vec<usize>) -> Self {
        let kind = if is_retried { "retried" } else { "plain" };
        let directory = workshop.directory.join(batch.edition.name()).join(batch.flavour.name).join(kind);
        fs::create_dir_all(&directory).expect("the target directory can be written");
        for index in &left {
            let function = &batch.functions[*index];
            let path = directory.join(format!("{}.rs", function.id));
            fs::write(path, function.source(is_retried)).expect("the target directory can be written");
        }
        Scratch { workshop, batch, directory, left }
    }

    fn root(&self) -> PathBuf {
        self.directory.join("program.rs")
    }

    /// Takes a function out, and returns whether it was there.
    fn remove(&mut self, index: usize) -> bool {
        let before = self.left.len();
        self.left.retain(|other| *other != index);
        self.left.len() < before
    }

    fn compile(&mut self, output: Output) -> Reported {
        let Batch { edition, flavour, functions } = self.batch;
        let mut root = flavour.head.to_owned();
        for index in &self.left {
            root += &format!("mod {};\n", functions[*index].id);
        }
        root += "const FUNCTIONS: &[::signatures::Checked] = &[\n";
        for index in &self.left {
            let function = &functions[*index];
            let (id, calls) = (&function.id, function.expected_calls());
            root += &format!("    (\"{id}\", {calls}, &{id}::CALLS, {id}::drive),\n");
        }
        root += "];\nfn main() {\n    ::signatures::check(FUNCTIONS);\n}\n";
        fs::write(self.root(), root).expect("the target directory can be written");
        let Workshop { libraries, compiler, .. } = self.workshop;
        let (diagnostics, is_compiled) = libraries.compile(compiler, &self.root(), *edition, output);
        let (mut errors, mut warnings, mut elsewhere) = (Vec::new(), Vec::new(), Vec::new());
        for diagnostic in diagnostics {
            let index = diagnostic
                .module
                .as_ref()
                .and_then(|module| functions.iter().position(|function| function.id == *module));
            match index {
                Some(index) if diagnostic.is_error => errors.push((index, diagnostic)),
                Some(index) => warnings.push((index, diagnostic)),
                None if diagnostic.is_error => elsewhere.push(diagnostic),
                // The crate's root is the same with the attribute and without it.
                None => {}
            }
        }
        assert!(
            is_compiled || !(errors.is_empty() && elsewhere.is_empty()),
            "the compiler failed without a word"
        );
        (errors, warnings, elsewhere)
    }
}

/// A message with `…` for everything in backticks, so that messages of a kind are equal.
fn without_names(message: &str) -> String {
    let pieces = message.split('`').enumerate();
    pieces.map(|(i, piece)| if i % 2 == 1 { "`…`" } else { piece }).collect()
}

/// The same for a report.
pub(crate) fn shape(message: &str) -> String {
    without_names(message)
}
