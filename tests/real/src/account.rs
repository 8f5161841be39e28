use std::{fs, io, path::Path};

/// Returns the user and the group with this name, which a package has made for a server that does not run as root.
pub(crate) fn account(name: &str, package: &str) -> io::Result<(u32, u32)> {
    let users = fs::read_to_string(Path::new("/etc/passwd"))?;
    let numbers = users.lines().find_map(|line| {
        let mut parts = line.strip_prefix(name)?.strip_prefix(':')?.split(':').skip(1);
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    });
    numbers.ok_or_else(|| {
        io::Error::other(format!(
            "the server does not run as root, and there is no user `{name}`; install `{package}`, or run this as another user"
        ))
    })
}
