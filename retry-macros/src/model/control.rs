//! What controls a call while it runs, and the levels of its log events.

use proc_macro2::Ident;
use syn::Expr;

use crate::parse::{LogLevel, RawArgs, Time};

/// What controls a call while it runs.
#[derive(Default)]
pub(crate) struct Control {
    /// The body's name for the handle of the call.
    pub(crate) call: Option<Ident>,
    /// The duration after which an attempt that fails has made progress.
    pub(crate) restart_after: Option<Time>,
    /// The future, or in a blocking function the function, that ends the call.
    pub(crate) cancel: Option<Expr>,
}

impl Control {
    pub(crate) fn new(args: &RawArgs, in_body: impl Fn(&Expr) -> Expr) -> Control {
        let restart_after = args
            .restart_after
            .value()
            .map(|time| Time { written: in_body(&time.written), form: time.form.clone() });
        Control { call: args.call.value().cloned(), restart_after, cancel: args.cancel.value().map(in_body) }
    }

    /// Returns whether the call has a handle, which keeps its progress.
    pub(crate) fn has_handle(&self) -> bool {
        self.call.is_some() || self.restart_after.is_some()
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.has_handle() && self.cancel.is_none()
    }

    /// Returns whether the function itself takes part after a failed attempt.
    pub(crate) fn needs_plan(&self) -> bool {
        self.restart_after.is_some() || self.cancel.is_some()
    }
}

/// The levels of the log events of a function.
pub(crate) struct Log {
    pub(crate) level: Option<LogLevel>,
    /// The number of first retries at `debug`.
    pub(crate) after: Option<Expr>,
}

impl Log {
    pub(crate) fn new(args: &RawArgs) -> Log {
        Log { level: args.log.value().copied(), after: args.log_after.value().cloned() }
    }

    pub(crate) fn is_usual(&self) -> bool {
        self.level.is_none() && self.after.is_none()
    }
}
