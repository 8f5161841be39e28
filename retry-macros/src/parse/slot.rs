//! Arguments that can be given once.

use proc_macro2::Ident;

use crate::diagnostics::Diagnostics;

/// An argument as it was given.
#[derive(Clone)]
pub(crate) struct Given<T> {
    pub(crate) key: Ident,
    pub(crate) value: T,
    pub(crate) origin: Origin,
    /// The number of arguments before it in its attribute.
    pub(crate) position: usize,
}

/// The attribute on which an argument stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The function's.
    Own,
    /// That of the `impl` block, whose expansion defines the value for all methods.
    Impl,
}

/// The place of an argument: empty, or filled once.
#[derive(Clone)]
pub(crate) struct Slot<T>(Option<Given<T>>);

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Slot(None)
    }
}

impl<T> Slot<T> {
    /// Fills the slot. Filling it again is a mistake and changes nothing.
    pub(crate) fn set(&mut self, key: &Ident, position: usize, value: T, errors: &mut Diagnostics) {
        match &self.0 {
            None => self.0 = Some(Given { key: key.clone(), value, origin: Origin::Own, position }),
            Some(first) if first.key == *key => {
                errors.report(key, format!("`{key}` is given twice; keep one of the two"));
            }
            Some(first) => {
                let message = format!("`{key}` contradicts `{}`; keep one of the two", first.key);
                errors.report(key, message);
            }
        }
    }

    pub(crate) fn get(&self) -> Option<&Given<T>> {
        self.0.as_ref()
    }

    pub(crate) fn value(&self) -> Option<&T> {
        self.0.as_ref().map(|given| &given.value)
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.is_some()
    }

    pub(crate) fn origin(&self) -> Option<Origin> {
        self.0.as_ref().map(|given| given.origin)
    }

    /// Empties the slot, unless the argument is the function's own.
    pub(super) fn keep_own(&mut self) {
        if self.origin() == Some(Origin::Impl) {
            self.0 = None;
        }
    }

    /// Returns this slot or, if it is empty, that of the `impl` block.
    pub(crate) fn or_inherit(self, outer: &Slot<T>) -> Slot<T>
    where
        T: Clone,
    {
        let inherited = || outer.0.clone().map(|given| Given { origin: Origin::Impl, ..given });
        Slot(self.0.or_else(inherited))
    }
}
