//! A breaker or a budget that takes part, for as long as the member needs it.

use std::sync::Arc;

/// A value that is static, or shared.
#[derive(Debug)]
pub(super) enum Held<T: 'static> {
    Static(&'static T),
    Shared(Arc<T>),
}

impl<T> core::ops::Deref for Held<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self {
            Held::Static(value) => value,
            Held::Shared(value) => value,
        }
    }
}
