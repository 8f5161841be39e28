//! A worker whose configuration has a policy for each kind of job. It shows a `policy` that is known at run time, as
//! an `Option`, and `max` with a value of the configuration.
//!
//! The lines before: a map from kinds to settings, and a loop that read three of them. A kind without settings took
//! another branch, which called the handler once and repeated the log statements.
//!
//! Gone: the loop, the branch and the second call. A kind without a policy gets one attempt.

use std::collections::HashMap;

use reattempt::{Policy, retry};

pub(crate) struct Worker {
    policies: HashMap<&'static str, Policy>,
    config: Config,
    queue: Queue,
}

impl Worker {
    #[retry(policy = self.policies.get(kind), name = "run {kind}")]
    pub(crate) async fn run(&self, kind: &str) -> Result<u32, JobError> {
        self.queue.run(kind).await
    }

    #[retry(max = self.config.retries + 1, base = self.config.pause)]
    pub(crate) async fn acknowledge(&self, job: u32) -> Result<u32, JobError> {
        self.queue.acknowledge(job).await
    }
}

// Stubs and tests.

use crate::stub::{Script, error};

error! { JobError { Crashed => "the job crashed", } }

pub(crate) struct Config {
    retries: u32,
    pause: std::time::Duration,
}

struct Queue(Script<Result<u32, JobError>>);

impl Queue {
    async fn run(&self, _kind: &str) -> Result<u32, JobError> {
        std::future::ready(self.0.next()).await
    }

    async fn acknowledge(&self, _job: u32) -> Result<u32, JobError> {
        std::future::ready(self.0.next()).await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reattempt::{Jitter, Policy, PolicyConfig, testing};

    use super::{Config, JobError, Queue, Worker};
    use crate::stub::Script;

    fn worker(retries: u32) -> Worker {
        let settings = [
            ("thumbnail", PolicyConfig::new().max_attempts(2)),
            ("report", PolicyConfig::new().max_attempts(4).initial_delay(Duration::from_secs(10))),
        ];
        let defaults = Policy::new().jitter(Jitter::None);
        Worker {
            policies: settings.map(|(kind, config)| (kind, config.over(defaults).unwrap())).into(),
            config: Config { retries, pause: Duration::from_secs(3) },
            queue: Queue(Script::new((0..9).map(|_| Err(JobError::Crashed)))),
        }
    }

    #[tokio::test]
    async fn each_kind_has_its_attempts_and_delays() {
        for (kind, delays) in [("thumbnail", &[1][..]), ("report", &[10, 20, 40]), ("payment", &[])] {
            let guard = testing::no_wait();
            assert_eq!(worker(0).run(kind).await, Err(JobError::Crashed));
            assert_eq!(guard.delays(), delays.iter().copied().map(Duration::from_secs).collect::<Vec<_>>());
        }
    }

    #[tokio::test]
    async fn the_number_of_retries_is_that_of_the_configuration() {
        for retries in [0, 2] {
            let guard = testing::no_wait();
            assert_eq!(worker(retries).acknowledge(1).await, Err(JobError::Crashed));
            assert_eq!(guard.delays().len(), retries as usize);
            assert!(guard.delays().iter().all(|delay| *delay >= Duration::from_secs(3)));
        }
    }
}
