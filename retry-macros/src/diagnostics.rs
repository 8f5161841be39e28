//! The mistakes in one attribute, each with its place.

use std::fmt::Display;

use proc_macro2::TokenStream;
use quote::ToTokens;

/// Collects mistakes, so that one compilation reports all of them. Panics if it is dropped before it is finished.
#[derive(Debug)]
pub(crate) struct Diagnostics {
    errors: Vec<syn::Error>,
    is_finished: bool,
}

impl Diagnostics {
    pub(crate) fn new() -> Self {
        Diagnostics { errors: Vec::new(), is_finished: false }
    }

    /// Reports `message` under `place`.
    pub(crate) fn report(&mut self, place: impl ToTokens, message: impl Display) {
        self.errors.push(syn::Error::new_spanned(place, message));
    }

    /// Adds a mistake that has a place already, or several that were combined.
    pub(crate) fn add(&mut self, error: syn::Error) {
        self.errors.extend(error);
    }

    /// Adds all mistakes of another collection.
    pub(crate) fn append(&mut self, mut other: Diagnostics) {
        other.is_finished = true;
        self.errors.append(&mut other.errors);
    }

    /// Removes each mistake that another collection has in the same words.
    pub(crate) fn remove(&mut self, mut other: Diagnostics) {
        other.is_finished = true;
        let texts: Vec<String> = other.errors.iter().map(ToString::to_string).collect();
        self.errors.retain(|error| !texts.contains(&error.to_string()));
    }

    /// Returns the value, or adds the error and returns `None`.
    pub(crate) fn ok<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.add(error)).ok()
    }

    /// Returns whether nothing has been reported.
    pub(crate) fn is_clean(&self) -> bool {
        self.errors.is_empty()
    }

    /// Returns the text of each mistake.
    #[cfg(test)]
    pub(crate) fn messages(mut self) -> Vec<String> {
        self.is_finished = true;
        std::mem::take(&mut self.errors).iter().map(ToString::to_string).collect()
    }

    /// Returns a `compile_error!` for each mistake.
    pub(crate) fn finish(mut self) -> TokenStream {
        self.is_finished = true;
        std::mem::take(&mut self.errors).iter().map(syn::Error::to_compile_error).collect()
    }
}

impl Drop for Diagnostics {
    fn drop(&mut self) {
        assert!(self.is_finished || std::thread::panicking(), "mistakes were collected and never reported");
    }
}

/// Makes an error under `$place`. The place comes first, so that no error lacks one.
macro_rules! error {
    ($place:expr, $($message:tt)*) => { syn::Error::new_spanned(&$place, format!($($message)*)) };
}

/// Returns such an error.
macro_rules! bail {
    ($place:expr, $($message:tt)*) => { return Err($crate::diagnostics::error!($place, $($message)*)) };
}

pub(crate) use {bail, error};
