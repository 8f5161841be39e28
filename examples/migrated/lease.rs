//! A leader that renews its lease and serves commands meanwhile, in one `select!`. It shows `Attempts`, the call step
//! by step.
//!
//! The lines before: the same `select!`, with the `Instant` of the next renewal, a number of failures, and a function
//! from that number to a delay. Each branch of the `select!` had to keep the three consistent.
//!
//! Gone: the `Instant`, the number and the function. The loop remains the program's own.

use std::ops::ControlFlow::{Break, Continue};
use std::pin::pin;
use std::time::Duration;

use reattempt::Policy;
use tokio::sync::mpsc;

const RENEWAL: Policy = Policy::new().max(4).base(Duration::from_millis(250)).checked();

pub(crate) async fn lead(store: &Store, mut commands: mpsc::Receiver<Command>) -> Result<(), LeaseError> {
    let mut attempts = RENEWAL.attempts().name("renew the lease");
    let mut due = pin!(attempts.wait(Duration::ZERO));
    loop {
        tokio::select! {
            command = commands.recv() => match command {
                Some(command) => store.apply(command),
                None => return Ok(()),
            },
            () = &mut due => match store.renew().await {
                Ok(lease) => {
                    attempts.succeeded();
                    due.set(attempts.wait(lease / 2));
                }
                Err(error) => match attempts.failed(&error) {
                    Continue(delay) => due.set(attempts.wait(delay)),
                    Break(_) => return Err(error),
                },
            },
        }
    }
}

// Stubs and tests.

use crate::stub::{Script, error};

error! { LeaseError { Timeout => "timeout", } }

pub(crate) type Command = u32;

pub(crate) struct Store {
    renewals: Script<Result<Duration, LeaseError>>,
    sum: std::sync::atomic::AtomicU32,
}

impl Store {
    fn apply(&self, command: Command) {
        self.sum.fetch_add(command, std::sync::atomic::Ordering::Relaxed);
    }

    async fn renew(&self) -> Result<Duration, LeaseError> {
        std::future::ready(self.renewals.next()).await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::sync::mpsc;
    use tokio::time::{Instant, sleep};

    use super::{LeaseError, Store, lead};
    use crate::stub::Script;

    const LEASE: Duration = Duration::from_secs(20);

    fn store(renewals: impl IntoIterator<Item = Result<Duration, LeaseError>>) -> Store {
        Store { renewals: Script::new(renewals), sum: 0.into() }
    }

    #[tokio::test(start_paused = true)]
    async fn commands_are_served_between_renewals_and_a_success_starts_anew() {
        let failures = |n| (0..n).map(|_| Err(LeaseError::Timeout));
        let store = store(failures(3).chain([Ok(LEASE)]).chain(failures(3)).chain([Ok(LEASE)]));
        let (sender, receiver) = mpsc::channel(1);
        let client = async move {
            for command in 1..=15 {
                sender.send(command).await.unwrap();
                sleep(Duration::from_secs(1)).await;
            }
        };
        let (result, ()) = tokio::join!(lead(&store, receiver), client);
        assert_eq!(result, Ok(()));
        assert_eq!(store.sum.into_inner(), 120);
        assert_eq!(store.renewals.left(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_lease_that_cannot_be_renewed_is_given_up() {
        let store = store((0..4).map(|_| Err(LeaseError::Timeout)));
        let (_sender, receiver) = mpsc::channel(1);
        let start = Instant::now();
        assert_eq!(lead(&store, receiver).await, Err(LeaseError::Timeout));
        assert!(start.elapsed() >= Duration::from_millis(1750), "{:?}", start.elapsed());
    }
}
