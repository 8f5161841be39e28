//! How long files and functions may be.

use crate::{Crate, Table};

/// The most lines of a file.
pub const MAX_FILE: usize = 400;
/// The most lines of a function, from `fn` to the closing brace.
pub const MAX_FUNCTION: usize = 50;

/// Finds the files that are too long.
#[must_use]
pub fn long_files(krate: &Crate) -> Vec<String> {
    let long = krate.files.iter().enumerate().filter(|(_, file)| file.lines > MAX_FILE);
    long.map(|(index, file)| {
        let (path, lines) = (krate.full_path(index), file.lines);
        format!(
            "{path}:{}: the file has {lines} lines; a file has at most {MAX_FILE}: give one of its ideas a file of its own",
            MAX_FILE + 1
        )
    })
    .collect()
}

/// Finds the functions that are too long and that the table does not name; and names of the table that nothing needs.
#[must_use]
pub fn long_functions(krate: &Crate, table: &Table) -> Vec<String> {
    let mut found = Vec::new();
    let mut needed = vec![false; table.functions.len()];
    for (index, file) in krate.files.iter().enumerate() {
        for function in &file.functions {
            let lines = function.last_line + 1 - function.first_line;
            if lines <= MAX_FUNCTION {
                continue;
            }
            let exception =
                table.functions.iter().position(|long| long.file == file.path && long.name == function.name);
            if let Some(exception) = exception {
                needed[exception] = true;
                continue;
            }
            let (path, line, name) = (krate.full_path(index), function.first_line, &function.name);
            found.push(format!(
                "{path}:{line}: `fn {name}` has {lines} lines; a function has at most {MAX_FUNCTION}: give its parts \
                 names, or name it in tests/rooms/src/table.rs with the reason if it is a table"
            ));
        }
    }
    for (long, _) in table.functions.iter().zip(needed).filter(|(_, needed)| !needed) {
        found.push(format!(
            "tests/rooms/src/table.rs: no function `{}` of {}/src/{} is too long; remove the exception",
            long.name, krate.folder, long.file
        ));
    }
    found
}
