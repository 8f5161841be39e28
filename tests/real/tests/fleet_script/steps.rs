//! Steps as a process sends them, with their answers.

use std::time::Duration;

use retry_core::fleet::{Action, Answer, Calls, ProcessId, Request, Rules, Step, Store, StoreError, View};
use tokio::time::timeout;

pub(crate) const KEY: &str = "shop:circuit:search";

pub(crate) const RULES: Rules = Rules {
    quorum: 1,
    window: 60_000,
    minimum_calls: 4,
    failure_rate: 500_000,
    slow_rate: 0,
    open_for: 60_000,
    open_for_max: 60_000,
    trial_timeout: 10_000,
    trials: 2,
    trial_failures: 0,
};

/// How long a test may take.
const TEST_WITHIN: Duration = Duration::from_mins(1);

/// Ends a test that hangs.
pub(crate) async fn bounded<T>(test: impl Future<Output = T>) -> T {
    timeout(TEST_WITHIN, Box::pin(test)).await.expect("the test ends")
}

pub(crate) fn request(process: u64, action: Action) -> Request {
    Request::Circuit(Step {
        process: ProcessId(process),
        fresh: fastrand::u64(..1 << 48),
        rules: RULES,
        action,
    })
}

pub(crate) async fn ask(
    store: &(impl Store + ?Sized),
    process: u64,
    action: Action,
) -> Result<View, StoreError> {
    match store.ask(KEY, request(process, action)).await? {
        Answer::Circuit(view) => Ok(view),
        Answer::Reserve(grant) => panic!("{grant:?} is the answer to a step"),
    }
}

/// Returns a report of as many failed calls.
pub(crate) fn report(seen: View, number: u64, bad: u32) -> Action {
    let calls = Calls { bad, ..Calls::default() };
    Action::Report { epoch: seen.epoch, generation: seen.generation, number, calls, tripped: false }
}
