//! What it takes to see a retried program on real servers: servers that are started, killed and started again, a proxy
//! that breaks connections, faults in an order that a seed repeats, and a ledger of what became of each operation.
//!
//! `tests/real/run` installs the servers and runs all of it. The programs in `examples/` are the worked systems, and
//! `tests/chaos` has the tests.

mod account;
mod chaos;
mod daemon;
mod guards;
mod in_process;
mod ledger;
mod port;
mod postgres_store;
mod proxy;
mod schedule;
pub mod servers;
mod twin;

pub use chaos::{Chaos, Server};
pub use daemon::{Daemon, Greeting, Program};
pub use guards::Guards;
pub use in_process::InProcess;
pub use ledger::{Ledger, Operation, Totals};
pub use port::free_port;
pub use postgres_store::{PostgresStore, Traced};
pub use proxy::{Mode, Proxy};
pub use schedule::{Fault, Schedule, Strike};
pub use twin::Twin;
