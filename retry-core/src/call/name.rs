//! The name of an operation that is no annotated function.

use core::fmt::{self, Display, Formatter};
use core::panic::Location;

/// The name of an operation: written, or the place of its call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Name {
    Written(&'static str),
    Location(&'static Location<'static>),
}

impl Name {
    #[track_caller]
    pub(crate) const fn caller() -> Name {
        Name::Location(Location::caller())
    }

    /// Returns the name without the line, for metrics.
    pub(crate) fn label(&self) -> &'static str {
        match self {
            Name::Written(label) => label,
            Name::Location(location) => location.file(),
        }
    }
}

impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Name::Written(name) => f.write_str(name),
            Name::Location(location) => location.fmt(f),
        }
    }
}
