//! Records events as metrics, through the crate `metrics` and the recorder that the process has installed.

use std::sync::Once;

use metrics::{Unit, counter, describe_counter, describe_histogram, histogram};

use super::observer::Observer;
use super::{AnyGiveUpEvent, AnyRetryEvent, RecoveryEvent};

const RETRIES: &str = "reattempt_retries_total";
const RECOVERED: &str = "reattempt_recovered_total";
const GAVE_UP: &str = "reattempt_gave_up_total";
const DELAY: &str = "reattempt_delay_seconds";

/// An observer that records metrics. Labels have few values by construction: operation names as written in
/// the source, and reasons. Errors are not used as labels.
pub(super) struct Metrics;

impl Observer for Metrics {
    fn retry_scheduled(&self, event: &AnyRetryEvent<'_>) {
        describe();
        counter!(RETRIES, "operation" => event.label()).increment(1);
        histogram!(DELAY, "operation" => event.label()).record(event.delay());
    }

    fn recovered(&self, event: &RecoveryEvent<'_>) {
        counter!(RECOVERED, "operation" => event.label()).increment(1);
    }

    fn gave_up(&self, event: &AnyGiveUpEvent<'_>) {
        describe();
        counter!(GAVE_UP, "operation" => event.label(), "reason" => event.reason().as_str()).increment(1);
    }
}

/// Describes the metrics once, to the recorder that is installed at the first failure. A recovery need not
/// describe them, because the call has failed before.
fn describe() {
    static DESCRIBED: Once = Once::new();
    DESCRIBED.call_once(|| {
        describe_counter!(RETRIES, Unit::Count, "Attempts that failed and were followed by another.");
        describe_counter!(RECOVERED, Unit::Count, "Calls that succeeded after a retry.");
        describe_counter!(GAVE_UP, Unit::Count, "Calls that ended without success, by reason.");
        describe_histogram!(DELAY, Unit::Seconds, "Waits before retries.");
    });
}
