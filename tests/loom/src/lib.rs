//! Checks the shared state of `retry-core` in every interleaving: includes its files with loom's atomics.
//!
//! `tests/models.rs` runs the models.
#![allow(dead_code, unreachable_pub, reason = "the models use a part of the files, in other modules")]
#![expect(clippy::missing_panics_doc, reason = "a model panics if its property does not hold")]

#[path = "../../../retry-core/src/runtime/counters.rs"]
mod counters;
#[path = "../../../retry-core/src/policy/nanos.rs"]
mod nanos;
mod sync;
#[path = "../../../retry-core/src/runtime/tenths.rs"]
mod tenths;

/// The module of `retry-core`, without its other files.
mod policy {
    pub(crate) use crate::nanos;
}

/// The module of `retry-core`, without its other files.
mod runtime {
    #[cfg(test)]
    pub(crate) use crate::tenths;
    pub(crate) use crate::{counters, sync};
}

/// The module of `retry-core`, without the settings.
pub mod budget {
    #[path = "../../../../retry-core/src/budget/pool.rs"]
    mod pool;
    #[path = "../../../../retry-core/src/budget/reserve.rs"]
    mod reserve;

    pub mod models;
}

/// The module of `retry-core`, without the settings.
pub mod breaker {
    #[path = "../../../../retry-core/src/breaker/circuit.rs"]
    mod circuit;
    #[path = "../../../../retry-core/src/breaker/recovery.rs"]
    mod recovery;
    #[path = "../../../../retry-core/src/breaker/state.rs"]
    mod state;

    pub mod fleet;
    pub mod models;

    /// The module of `retry-core`, without the choice between the two windows.
    pub mod window {
        #[path = "../../../../../retry-core/src/breaker/window/calls.rs"]
        mod calls;
        #[path = "../../../../../retry-core/src/breaker/window/tally.rs"]
        mod tally;
        #[path = "../../../../../retry-core/src/breaker/window/time.rs"]
        mod time;

        pub mod models;

        use tally::{CallResult, Tally};
    }
}

/// The module of `retry-core`, without the settings.
pub mod throttle {
    #[path = "../../../../retry-core/src/throttle/window.rs"]
    mod window;

    pub mod models;
}

use loom::sync::Arc;
use loom::thread;

/// Runs all `threads` at once on the same shared value, in every interleaving, then checks the value and the
/// results.
fn explore<S: std::fmt::Debug + 'static, R: 'static>(
    shared: impl Fn() -> S + Send + Sync + 'static,
    threads: &'static [fn(&S) -> R],
    check: impl Fn(&S, Vec<R>) + Send + Sync + 'static,
) {
    let mut model = loom::model::Builder::new();
    // Three switches of threads that are not forced are enough for all known bugs of this kind, and the
    // models end in seconds.
    model.preemption_bound = Some(3);
    model.check(move || {
        let shared = Arc::new(shared());
        // Formatting reads every atomic, so that loom has registered all of them before the threads start.
        let _ = format!("{shared:?}");
        let (here, others) = threads.split_first().expect("a thread");
        let others: Vec<_> = others
            .iter()
            .map(|run| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || run(&shared))
            })
            .collect();
        let mut results = vec![here(&shared)];
        results.extend(others.into_iter().map(|thread| thread.join().expect("no thread panics")));
        check(&shared, results);
    });
}
