//! The files of `retry-core` that share state, with loom's atomics in the place of the real ones, and what has to hold
//! whatever the threads do. `tests/models.rs` runs it.
#![allow(dead_code, unreachable_pub, reason = "the files have more than is modelled, and other places")]
#![expect(clippy::missing_panics_doc, reason = "each says what holds")]

#[path = "../../../retry-core/src/policy/nanos.rs"]
mod nanos;
mod sync;

/// As in `retry-core`, without the rest of the room.
mod policy {
    pub(crate) use crate::nanos;
}

/// As in `retry-core`, without the rest of the room.
mod runtime {
    pub(crate) use crate::sync;
}

/// As in `retry-core`, without the settings.
pub mod budget {
    #[path = "../../../../retry-core/src/budget/pool.rs"]
    mod pool;
    #[path = "../../../../retry-core/src/budget/reserve.rs"]
    mod reserve;

    pub mod models;
}

/// As in `retry-core`, without the settings.
pub mod breaker {
    #[path = "../../../../retry-core/src/breaker/circuit.rs"]
    mod circuit;
    #[path = "../../../../retry-core/src/breaker/state.rs"]
    mod state;

    pub mod models;

    /// As in `retry-core`, without the choice between the two.
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

use loom::sync::Arc;
use loom::thread;

/// Runs all of `threads` at once on the same thing, under every interleaving; then looks at what came of it.
fn explore<S: std::fmt::Debug + 'static, R: 'static>(
    shared: impl Fn() -> S + Send + Sync + 'static,
    threads: &'static [fn(&S) -> R],
    check: impl Fn(&S, Vec<R>) + Send + Sync + 'static,
) {
    let mut model = loom::model::Builder::new();
    // Three switches that are not forced are enough for all known bugs of this kind, and end in seconds.
    model.preemption_bound = Some(3);
    model.check(move || {
        let shared = Arc::new(shared());
        // A look at all of it, so that its atomics are there before the threads are.
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
