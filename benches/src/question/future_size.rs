//! How large the future of a call is.

use crate::contender::Contender;
use crate::table::Table;

pub(crate) const COLUMNS: [&str; 3] = ["64 bytes", "1024 bytes", "argument"];

/// The figure for each column.
pub(crate) fn sizes(contender: &Contender) -> [Option<f64>; 3] {
    let sizes = contender.asynchronous.as_ref().map(|asynchronous| &asynchronous.sizes);
    [sizes.map(|s| s.small), sizes.map(|s| s.large), sizes.map(|s| s.argument)]
        .map(|size| size.map(|size| size as f64))
}

pub(crate) fn show(contenders: &[Contender]) {
    let mut table = Table::new(
        "Bytes of the future around an operation of 64 and of 1024 bytes, and with a 256-byte argument by value.",
        &COLUMNS,
    );
    for contender in contenders {
        table.row(contender.name, sizes(contender).to_vec());
    }
    table.print();
}
