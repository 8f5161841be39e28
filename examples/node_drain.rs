//! Drains a cluster's nodes. Errors say of themselves whether another attempt may help; a node that cannot be
//! drained does not stop the others.
//!
//! Run it with `cargo run --example node_drain`. It takes a fraction of a second.

use std::cell::Cell;
use std::fmt;

use reattempt::{Retryable, retry};

#[derive(Debug)]
struct ClusterError {
    message: &'static str,
    is_retriable: bool,
}

impl ClusterError {
    /// Retriable, as most errors of a cluster are.
    fn new(message: &'static str) -> Self {
        ClusterError { message, is_retriable: true }
    }

    fn permanent(message: &'static str) -> Self {
        ClusterError { message, is_retriable: false }
    }
}

impl fmt::Display for ClusterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl Retryable for ClusterError {
    fn is_retryable(&self) -> bool {
        self.is_retriable
    }
}

struct Cluster {
    calls: Cell<u32>,
}

impl Cluster {
    /// Waits 10 ms, then 20 ms and so on, and up to 30 % more. In the end the answer is `Ok(false)`.
    #[retry(
        max = 4,
        base_ms = 10,
        jitter = 0.3,
        name = "drain node {node}",
        on_retry = |event| println!("  {}: again in {:?}", event.operation(), event.delay()),
        on_give_up = |event| println!("  {}: {}", event.reason(), event.error().unwrap()),
        fallback = |_| Ok(false),
    )]
    fn drain(&self, node: &str) -> Result<bool, ClusterError> {
        self.evict(node).map(|()| true)
    }

    /// The worker is busy twice, the database never lets go, and the third node is not there.
    fn evict(&self, node: &str) -> Result<(), ClusterError> {
        self.calls.set(self.calls.get() + 1);
        match (node, self.calls.get()) {
            ("worker-1", 1 | 2) => Err(ClusterError::new("a pod is being evicted")),
            ("worker-1", _) => Ok(()),
            ("database-0", _) => Err(ClusterError::new("a disruption budget forbids it")),
            _ => Err(ClusterError::permanent("no such node")),
        }
    }
}

fn main() {
    for (node, is_drained, calls) in [("worker-1", true, 3), ("database-0", false, 4), ("worker-9", false, 1)]
    {
        let cluster = Cluster { calls: Cell::new(0) };
        println!("{node}");
        assert_eq!(cluster.drain(node).unwrap(), is_drained);
        assert_eq!(cluster.calls.get(), calls);
        println!("  {} after {calls} calls", if is_drained { "drained" } else { "left alone" });
    }
}
