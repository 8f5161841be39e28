//! The report: findings by kind, then the counts.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use crate::coverage::Coverage;
use crate::judge::{Finding, Verdict, shape};

/// The percentage of functions that may fail to compile without the attribute.
const DROPPED_PERCENT: usize = 4;

pub(crate) fn print(
    generated: usize,
    coverage: &Coverage,
    verdicts: &[Verdict],
    directory: &Path,
) -> ExitCode {
    let dropped: Vec<&Finding> = verdicts.iter().flat_map(|verdict| &verdict.dropped).collect();
    let findings: Vec<&Finding> = verdicts.iter().flat_map(|verdict| &verdict.findings).collect();
    let refused: Vec<&str> =
        verdicts.iter().flat_map(|verdict| &verdict.refused).map(String::as_str).collect();
    let passed: usize = verdicts.iter().map(|verdict| verdict.passed).sum();
    for (kind, of_kind) in by_kind(&dropped) {
        println!("no Rust without the attribute either ({}): {kind}", of_kind.len());
        println!("{}\n", of_kind[0].text);
    }
    for (kind, of_kind) in by_kind(&findings) {
        println!("== finding ({} functions): {kind}", of_kind.len());
        let ids: Vec<&str> = of_kind.iter().map(|finding| finding.function.id.as_str()).collect();
        println!("in {}\n", ids.join(" "));
        show(of_kind[0]);
    }
    println!("{generated} functions from {} parts, {} pairs of them", coverage.parts(), coverage.pairs());
    println!("{} are no Rust without the attribute either", dropped.len());
    println!("{passed} compile and run as they should");
    println!("{} are refused by the macro:", refused.len());
    let mut messages: BTreeMap<String, usize> = BTreeMap::new();
    for message in &refused {
        *messages.entry(shape(message)).or_default() += 1;
    }
    for (message, count) in messages {
        println!("  {count:4}  {message}");
    }
    println!("{} findings; the sources are in {}", findings.len(), directory.display());
    let too_many = dropped.len() * 100 > generated * DROPPED_PERCENT;
    if too_many {
        println!("the generator has to be mended: more than {DROPPED_PERCENT} % are no Rust");
    }
    if findings.is_empty() && !too_many { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn by_kind<'a>(findings: &[&'a Finding]) -> BTreeMap<&'a str, Vec<&'a Finding>> {
    let mut kinds: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        kinds.entry(&finding.kind).or_default().push(finding);
    }
    // The shortest function of a kind shows it best.
    for of_kind in kinds.values_mut() {
        of_kind.sort_by_key(|finding| finding.function.source(true).len());
    }
    kinds
}

fn show(finding: &Finding) {
    let function = &finding.function;
    println!("edition {}, crate {}", function.edition.name(), function.flavour.name);
    println!("{}\n{}", function.source(true), finding.text);
}
