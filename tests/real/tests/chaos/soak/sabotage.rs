//! Leaks and losses made on purpose: each has to be found, by the assertion that is there for it.

use std::{fs::File, future::pending, mem, thread};

/// What goes wrong with an operation now and then.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Sabotage {
    /// A task never ends.
    Task,
    /// A descriptor is never closed.
    Descriptor,
    /// A thread never ends.
    Thread,
    /// Memory is never freed.
    Memory,
    /// A write is acknowledged and never made.
    Loss,
}

/// One operation in so many.
const RATE: u64 = 20;
/// What is never freed of one operation, in bytes.
const LEAK: usize = 1 << 19;

impl Sabotage {
    pub(crate) const ALL: [Sabotage; 5] =
        [Sabotage::Task, Sabotage::Descriptor, Sabotage::Thread, Sabotage::Memory, Sabotage::Loss];

    /// How the violations begin that it has to cause: all of them, and no others.
    pub(crate) fn causes(self) -> &'static [&'static str] {
        match self {
            Sabotage::Task => &["tasks"],
            Sabotage::Descriptor => &["descriptors"],
            Sabotage::Thread => &["threads"],
            Sabotage::Memory => &["memory"],
            Sabotage::Loss => &["http: lost", "redis: lost"],
        }
    }

    /// Spoils one operation in so many. Returns whether to leave it out and acknowledge it.
    pub(crate) fn spoil(self, number: u64) -> bool {
        // The workers have every fourth number each.
        if !(number / 4).is_multiple_of(RATE) {
            return false;
        }
        match self {
            Sabotage::Task => drop(tokio::spawn(pending::<()>())),
            Sabotage::Descriptor => mem::forget(File::open("/dev/null")),
            Sabotage::Thread => drop(thread::spawn(thread::park)),
            Sabotage::Memory => mem::forget(vec![1_u8; LEAK]),
            Sabotage::Loss => return true,
        }
        false
    }
}
