//! The scenarios that are measured.

use std::time::Duration;

use super::scenario::{Scenario, Trouble};
use super::service::Slow;

/// A host of ten slots can answer 500 requests in a second, and gets 350 calls. Its queue holds the work of two seconds,
/// which is more than the clients wait for.
const LONG_QUEUE: Scenario = Scenario {
    name: "healthy",
    hosts: 1,
    slots: 10,
    queue: 1000,
    calls: 350.0,
    processes: 10,
    trouble: Trouble::None,
    trouble_starts: 30,
    trouble_ends: 60,
    length: 90,
    slow: Slow::None,
};

/// The same with a queue that holds the work of 0.2 s, which is less than the clients wait for.
const SHORT_QUEUE: Scenario = Scenario { queue: 100, ..LONG_QUEUE };

/// The rate at which calls are twice what the host can answer.
const TWICE_THE_CAPACITY: Trouble = Trouble::Overload(1000.0 / 350.0);

pub(crate) const HEALTHY: Scenario = LONG_QUEUE;

/// Ten seconds in which each request takes five times as long: the host can answer 100 in a second.
pub(crate) const BROWNOUT: Scenario =
    Scenario { name: "brownout", trouble: Trouble::Brownout(5.0), trouble_ends: 40, ..LONG_QUEUE };

pub(crate) const BROWNOUT_SHORT_QUEUE: Scenario =
    Scenario { name: "brownout-short-queue", queue: 100, ..BROWNOUT };

/// The same calls from ten times as many processes, each of which makes one every 0.3 s.
pub(crate) const BROWNOUT_SMALL_PROCESSES: Scenario =
    Scenario { name: "brownout-small-processes", processes: 100, ..BROWNOUT };

/// Ten seconds down, and then ten until the capacity is back, from a tenth of it on.
pub(crate) const CRASH: Scenario = Scenario {
    name: "crash",
    trouble: Trouble::Crash { warm_up: 10 },
    trouble_ends: 40,
    length: 100,
    ..LONG_QUEUE
};

/// A minute of twice the calls that the host can answer.
pub(crate) const OVERLOAD: Scenario =
    Scenario { name: "overload", trouble: TWICE_THE_CAPACITY, trouble_ends: 90, length: 150, ..SHORT_QUEUE };

pub(crate) const OVERLOAD_LONG_QUEUE: Scenario =
    Scenario { name: "overload-long-queue", queue: LONG_QUEUE.queue, ..OVERLOAD };

/// One host of eight accepts requests and never answers, for half a minute. The eight can answer 800 in a second.
pub(crate) const BAD_HOST: Scenario = Scenario {
    name: "bad-host",
    hosts: 8,
    slots: 2,
    queue: 200,
    trouble: Trouble::FirstHostHangs,
    ..LONG_QUEUE
};

/// All scenarios in which calls fail.
pub(crate) const ALL: [Scenario; 8] = [
    HEALTHY,
    BROWNOUT,
    BROWNOUT_SHORT_QUEUE,
    BROWNOUT_SMALL_PROCESSES,
    CRASH,
    OVERLOAD,
    OVERLOAD_LONG_QUEUE,
    BAD_HOST,
];

/// A healthy host at half of its capacity, as services run whose latency matters.
pub(crate) const HALF_LOAD: Scenario = Scenario { name: "none", calls: 250.0, ..LONG_QUEUE };

/// A tenth of the requests is slow, each by chance. One of n slow requests takes longer by n times `least` or more.
const fn slow_tail(name: &'static str, least: Duration) -> Scenario {
    Scenario { name, slow: Slow::HeavyTail { least, shape: 1.0 }, ..HALF_LOAD }
}

/// Half of the slow requests take longer by the mean service time or more.
pub(crate) const SLOW_TAIL: Scenario = slow_tail("a tenth, by 10 ms × n", Duration::from_millis(10));

/// The scenarios in which answers are slow, each with the healthy one that it is compared with.
pub(crate) const SLOW: [(Scenario, Scenario); 8] = [
    (HALF_LOAD, HALF_LOAD),
    (slow_tail("a tenth, by 5 ms × n", Duration::from_millis(5)), HALF_LOAD),
    (SLOW_TAIL, HALF_LOAD),
    (slow_tail("a tenth, by 20 ms × n", Duration::from_millis(20)), HALF_LOAD),
    (slow_tail("a tenth, by 40 ms × n", Duration::from_millis(40)), HALF_LOAD),
    (Scenario { name: "a tenth, by 10 ms × n; 70 % load", calls: HEALTHY.calls, ..SLOW_TAIL }, HEALTHY),
    (
        Scenario { name: "a tenth, by 200 ms", slow: Slow::Uniform(Duration::from_millis(200)), ..HALF_LOAD },
        HALF_LOAD,
    ),
    (
        Scenario {
            name: "one host of ten, by 200 ms",
            trouble: Trouble::FirstHostLate(Duration::from_millis(200)),
            ..TEN_HOSTS
        },
        TEN_HOSTS,
    ),
];

/// Ten hosts of two slots, which can answer 1000 requests in a second.
const TEN_HOSTS: Scenario =
    Scenario { name: "none, ten hosts", hosts: 10, slots: 2, queue: 200, calls: 350.0, ..HALF_LOAD };
