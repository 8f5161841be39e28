//! Presets by name.

use std::time::Duration;

use reattempt::{Jitter, Policy, preset, retry, testing};

use crate::support::{Down, Flaky, finish};

const MILLISECOND: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);

/// The waits of a call that never succeeds, under a fixed seed.
fn waits(call: impl FnOnce(&Flaky) -> Result<u32, Down>) -> Vec<Duration> {
    let guard = testing::no_wait();
    guard.seed(7);
    assert!(call(&Flaky::broken()).is_err());
    guard.delays()
}

#[test]
fn each_preset_has_the_values_of_its_row() {
    let row = |attempts, base: Duration, max_delay, jitter| {
        Policy::new().max(attempts).base(base).max_delay(max_delay).jitter(jitter)
    };
    let (half, second) = (500 * MILLISECOND, SECOND);
    let expected = [
        ("default", row(3, second, 60 * SECOND, Jitter::Additive(0.3))),
        ("s3_upload", row(5, second, 30 * SECOND, Jitter::UpTo(second))),
        ("s3_download", row(5, second, 30 * SECOND, Jitter::UpTo(second))),
        ("api_call", row(3, half, 10 * SECOND, Jitter::UpTo(half))),
        ("worker_api", row(5, second, 30 * SECOND, Jitter::Spread(0.1))),
        ("amqp_connection", row(10, second, 30 * SECOND, Jitter::Spread(0.1))),
        ("ssh_connection", row(5, 2 * SECOND, 30 * SECOND, Jitter::Equal)),
        ("file_upload", row(3, second, 10 * SECOND, Jitter::Equal)),
        ("maintenance", row(3, 5 * SECOND, 60 * SECOND, Jitter::Additive(0.3))),
        ("aws_2026", row(3, 50 * MILLISECOND, 20 * SECOND, Jitter::Full)),
    ];
    assert_eq!(preset::ALL, expected);
}

macro_rules! every_preset_serves {
    ($($name:ident = $constant:ident),*) => {
        #[test]
        fn the_attribute_knows_every_preset_by_name() {
            $({
                #[retry(preset = $name)]
                fn by_name(flaky: &Flaky) -> Result<u32, Down> {
                    flaky.call()
                }

                #[retry(policy = preset::$constant)]
                fn by_constant(flaky: &Flaky) -> Result<u32, Down> {
                    flaky.call()
                }

                assert_eq!(waits(by_name), waits(by_constant), stringify!($name));
                assert!(preset::ALL.contains(&(stringify!($name), preset::$constant)));
            })*
            assert_eq!(preset::ALL.len(), [$(stringify!($name)),*].len());
        }
    };
}

every_preset_serves! {
    default = DEFAULT, s3_upload = S3_UPLOAD, s3_download = S3_DOWNLOAD, api_call = API_CALL,
    worker_api = WORKER_API, amqp_connection = AMQP_CONNECTION, ssh_connection = SSH_CONNECTION,
    file_upload = FILE_UPLOAD, maintenance = MAINTENANCE, aws_2026 = AWS_2026
}

#[test]
fn other_arguments_override_a_preset() {
    #[retry(preset = amqp_connection, max = 4, jitter = none, base_ms = 100)]
    async fn connect(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(preset = api_call, within = "3s")]
    fn proven(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    assert_eq!(waits(|flaky| finish(connect(flaky))), [100, 200, 400].map(Duration::from_millis));
    assert_eq!(waits(proven).len(), 2);
}

struct Store<'a>(&'a Flaky);

#[retry(preset = s3_upload, jitter = none)]
impl Store<'_> {
    fn put(&self) -> Result<u32, Down> {
        self.0.call()
    }

    #[retry(preset = api_call)]
    fn head(&self) -> Result<u32, Down> {
        self.0.call()
    }

    #[retry(policy = preset::FILE_UPLOAD, max = 2)]
    fn copy(&self) -> Result<u32, Down> {
        self.0.call()
    }
}

#[test]
fn a_method_starts_from_a_preset_or_policy_of_its_own() {
    assert_eq!(waits(|flaky| Store(flaky).put()), [1, 2, 4, 8].map(Duration::from_secs));
    assert_eq!(waits(|flaky| Store(flaky).head()), [500, 1000].map(Duration::from_millis));
    assert_eq!(waits(|flaky| Store(flaky).copy()), [SECOND]);
}
