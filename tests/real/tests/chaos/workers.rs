use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{task::JoinSet, time::sleep};

/// How many use a server at the same time.
const WORKERS: u64 = 4;

/// Tasks that use a server until they are told to stop. Dropped, they end at once.
pub(crate) struct Workers {
    stop: Stop,
    tasks: JoinSet<Vec<u64>>,
}

/// Whether to stop.
#[derive(Clone, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Workers {
    /// Each gets the numbers of its operations: no two workers have the same.
    pub(crate) fn start<F>(work: impl Fn(Numbers) -> F) -> Workers
    where
        F: Future<Output = Vec<u64>> + Send + 'static,
    {
        let stop = Stop::default();
        let mut tasks = JoinSet::new();
        for worker in 0..WORKERS {
            tasks.spawn(work(Numbers { next: worker, stop: stop.clone() }));
        }
        Workers { stop, tasks }
    }

    /// Lets each finish its operation, and returns what was acknowledged to any of them.
    pub(crate) async fn finish(self) -> Vec<u64> {
        self.stop.0.store(true, Ordering::Relaxed);
        self.tasks.join_all().await.concat()
    }
}

/// The numbers of one worker's operations.
pub(crate) struct Numbers {
    next: u64,
    stop: Stop,
}

impl Numbers {
    /// The next one, a moment after the one before; none when it is time to stop.
    pub(crate) async fn next(&mut self) -> Option<u64> {
        // Real users pause as well, and an end of the test that has to look at a million operations helps nobody.
        sleep(Duration::from_millis(2)).await;
        if self.stop.0.load(Ordering::Relaxed) {
            return None;
        }
        let number = self.next;
        self.next += WORKERS;
        Some(number)
    }
}
