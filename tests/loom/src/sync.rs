//! Loom's atomics in the shape of those of `core`: they can be made in a `const`.

use std::sync::OnceLock;

pub(crate) use loom::sync::atomic::{Ordering, fence};

macro_rules! atomics {
    ($($name:ident: $value:ty;)*) => {$(
        /// Loom's own, from its first use on: only then is there a model that it can belong to.
        pub(crate) struct $name {
            initial: $value,
            cell: OnceLock<loom::sync::atomic::$name>,
        }

        impl $name {
            pub(crate) const fn new(initial: $value) -> $name {
                $name { initial, cell: OnceLock::new() }
            }
        }

        /// A look, which is a use too.
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
