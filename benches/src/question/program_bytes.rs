//! How many bytes of program a retried function adds.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::contender::{Contender, Source};
use crate::program::{self, Package};
use crate::table::Table;

const COUNTS: [usize; 3] = [1, 10, 100];

/// A program's bytes: its code, and all of it that is loaded.
#[derive(Clone, Copy)]
pub(crate) struct Bytes {
    pub(crate) code: f64,
    pub(crate) all: f64,
}

/// The programs of one contender, by the number of their functions.
type Programs = BTreeMap<usize, Bytes>;

/// The programs of everybody, sync or async.
pub(crate) struct Sizes(BTreeMap<&'static str, Programs>);

/// Where the text of a function is.
type Text = fn(&Source) -> Option<&'static str>;

/// Which bytes count.
type Part = fn(Bytes) -> f64;

/// The two kinds of function.
pub(crate) const KINDS: [(&str, Text); 2] =
    [("sync", |source| source.blocking), ("async", |source| source.asynchronous)];

/// The two ways to count bytes.
pub(crate) const PARTS: [(&str, Part); 2] = [("of code", |bytes| bytes.code), ("loaded", |bytes| bytes.all)];

impl Sizes {
    /// Builds all programs of a kind.
    pub(crate) fn of(contenders: &[Contender], kind: &str, text: Text) -> Sizes {
        let mut package = Package::new(&format!("bytes-{}", contenders.len()));
        let mut names = Vec::new();
        for contender in contenders {
            let Some(source) = &contender.source else { continue };
            let Some(function) = text(source) else { continue };
            package.depend(source);
            for count in COUNTS {
                let program = format!("{}_{kind}_{count}", program::identifier(contender.name));
                package.file(
                    &format!("src/bin/{program}.rs"),
                    &program::with_main(source, function, count, kind == "async"),
                );
                names.push((contender.name, count, program));
            }
        }
        let built = package.build(&["build", "--release", "--bins"]);
        let mut sizes: BTreeMap<_, Programs> = BTreeMap::new();
        for (name, count, program) in names {
            sizes.entry(name).or_default().insert(count, measure(&built.join("release").join(program)));
        }
        Sizes(sizes)
    }

    /// Bytes that each of `count` functions has over the bare one.
    pub(crate) fn over_bare(&self, name: &str, count: usize, which: Part) -> Option<f64> {
        let size = |name| Some(which(*self.0.get(name)?.get(&count)?));
        Some((size(name)? - size("bare function")?) / count as f64)
    }

    /// The same for each of the last ninety of a hundred functions: what all share is in the first ten.
    pub(crate) fn over_bare_each(&self, name: &str, which: Part) -> Option<f64> {
        let all = |count: usize| Some(self.over_bare(name, count, which)? * count as f64);
        Some((all(100)? - all(10)?) / 90.0)
    }
}

/// Asks binutils' `size`.
fn measure(program: &Path) -> Bytes {
    let output = Command::new("size").arg("-A").arg(program).output().expect("binutils are installed");
    let mut bytes = Bytes { code: 0.0, all: 0.0 };
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let mut words = line.split_whitespace();
        let (Some(section), Some(size)) = (words.next(), words.next().and_then(|size| size.parse().ok()))
        else {
            continue;
        };
        let is_loaded =
            [".text", ".rodata", ".data", ".eh_frame", ".gcc_except_table", ".rela", ".got", ".init_array"]
                .iter()
                .any(|loaded| section.starts_with(loaded));
        if section == ".text" {
            bytes.code = size;
        }
        if is_loaded {
            bytes.all += size;
        }
    }
    bytes
}

pub(crate) fn show(contenders: &[Contender]) {
    for (kind, text) in KINDS {
        let sizes = Sizes::of(contenders, kind, text);
        for (what, which) in PARTS {
            let mut table = Table::new(
                format!(
                    "Bytes {what} that each {kind} function adds over a bare one, of 1, 10 and 100 in a program, \
                     and each of the last ninety of these."
                ),
                &["of 1", "of 10", "of 100", "the last ninety"],
            );
            for contender in contenders.iter().filter(|contender| contender.retries()) {
                let mut figures: Vec<_> =
                    COUNTS.iter().map(|&count| sizes.over_bare(contender.name, count, which)).collect();
                figures.push(sizes.over_bare_each(contender.name, which));
                table.row(contender.name, figures);
            }
            table.print();
        }
    }
}
