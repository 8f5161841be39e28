//! Wraps loom's atomics so that they can be created in a `const`, like those of `core`.

use std::sync::OnceLock;

pub(crate) use loom::sync::atomic::{Ordering, fence};

macro_rules! atomics {
    ($($name:ident: $value:ty;)*) => {$(
        /// An atomic of loom that is created at its first use, because only then is there a model that it can
        /// belong to.
        pub(crate) struct $name {
            initial: $value,
            cell: OnceLock<loom::sync::atomic::$name>,
        }

        impl $name {
            pub(crate) const fn new(initial: $value) -> $name {
                $name { initial, cell: OnceLock::new() }
            }
        }

        /// Formats the value, which is a use too.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(&**self, f)
            }
        }

        impl std::ops::Deref for $name {
            type Target = loom::sync::atomic::$name;

            fn deref(&self) -> &Self::Target {
                self.cell.get_or_init(|| loom::sync::atomic::$name::new(self.initial))
            }
        }
    )*};
}

atomics! {
    AtomicBool: bool;
    AtomicU64: u64;
}
