//! Defines the presets, which are policies for common kinds of operations.
//!
//! `#[retry(preset = s3_upload)]` starts from [`S3_UPLOAD`], and so on. A preset of your own is a `const` [`Policy`],
//! used with `#[retry(policy = …)]`. The schedules below list the earliest and the latest start of each attempt under
//! jitter, if every attempt fails at once.

use core::time::Duration;

use super::jitter::Jitter;
use super::policy::Policy;

/// Defines the presets, and the list of presets under their names in the attribute.
macro_rules! presets {
    ($($(#[$doc:meta])* $constant:ident = $name:literal, $policy:expr;)*) => {
        $($(#[$doc])* pub const $constant: Policy = $policy.checked();)*

        /// The presets with their names, as in `preset = s3_upload`.
        ///
        /// ```
        /// use retry_core::preset::{ALL, AWS_2026};
        ///
        /// assert!(ALL.contains(&("aws_2026", AWS_2026)));
        /// ```
        pub const ALL: &[(&str, Policy)] = &[$(($name, $constant)),*];
    };
}

presets! {
    /// The policy of an empty `#[retry]`: a delay of 1 s that doubles each time, with up to 30 % of jitter on top.
    ///
    /// ```
    /// assert_eq!(format!("{:#}", retry_core::preset::DEFAULT), "\
    /// attempt    earliest      latest
    ///       1          0s          0s
    ///       2          1s        1.3s
    ///       3          3s        3.9s
    /// ");
    /// ```
    DEFAULT = "default", Policy::DEFAULT;

    /// A policy for writes to S3: five attempts, with up to 1 s of jitter on top of each delay.
    ///
    /// ```
    /// assert_eq!(format!("{:#}", retry_core::preset::S3_UPLOAD), "\
    /// attempt    earliest      latest
    ///       1          0s          0s
    ///       2          1s          2s
    ///       3          3s          5s
    ///       4          7s         10s
    ///       5         15s         19s
    /// ");
    /// ```
    S3_UPLOAD = "s3_upload", S3;

    /// A policy for reads from S3, equal to [`S3_UPLOAD`].
    ///
    /// ```
    /// use retry_core::preset::{S3_DOWNLOAD, S3_UPLOAD};
    ///
    /// assert_eq!(S3_DOWNLOAD, S3_UPLOAD);
    /// ```
    S3_DOWNLOAD = "s3_download", S3;

    /// A policy for calls of an HTTP API that a user may be waiting for: short delays and few attempts.
    ///
    /// ```
    /// assert_eq!(format!("{:#}", retry_core::preset::API_CALL), "\
    /// attempt    earliest      latest
    ///       1          0s          0s
    ///       2       500ms          1s
    ///       3        1.5s        2.5s
    /// ");
    /// ```
    API_CALL = "api_call", Policy::new()
        .max(3)
        .base(Duration::from_millis(500))
        .max_delay(Duration::from_secs(10))
        .jitter(Jitter::UpTo(Duration::from_millis(500)));

    /// A policy for clients of an internal service, to outlast its restart, with 10 % of jitter in both directions.
    ///
    /// ```
    /// assert_eq!(format!("{:#}", retry_core::preset::WORKER_API), "\
    /// attempt    earliest      latest
    ///       1          0s          0s
    ///       2       900ms        1.1s
    ///       3        2.7s        3.3s
    ///       4        6.3s        7.7s
    ///       5       13.5s       16.5s
    /// ");
    /// ```
    WORKER_API = "worker_api", steady(5);

    /// A policy for connections to an AMQP broker, which restarts slowly: the delay grows to 30 s and stays there.
    ///
    /// ```
    /// assert_eq!(format!("{:#}", retry_core::preset::AMQP_CONNECTION), "\
    /// attempt    earliest      latest
    ///       1          0s          0s
    ///       2       900ms        1.1s
    ///       3        2.7s        3.3s
    ///       4        6.3s        7.7s
    ///       5       13.5s       16.5s
    ///       6       27.9s       34.1s
    ///       7     52.445s       64.1s
    ///       8     76.991s       94.1s
    ///       9    101.536s      124.1s
    ///      10    126.082s      154.1s
    /// ");
    /// ```
    AMQP_CONNECTION = "amqp_connection", steady(10);

    /// A policy for opening an SSH or SFTP connection: longer delays, with jitter over half of each delay.
    ///
    /// ```
    /// assert_eq!(format!("{:#}", retry_core::preset::SSH_CONNECTION), "\
    /// attempt    earliest      latest
    ///       1          0s          0s
    ///       2          1s          2s
    ///       3          3s          6s
    ///       4          7s         14s
    ///       5         15s         30s
    /// ");
    /// ```
    SSH_CONNECTION = "ssh_connection", Policy::new()
        .max(5)
        .base(Duration::from_secs(2))
        .max_delay(Duration::from_secs(30))
        .jitter(Jitter::Equal);

    /// A policy for file uploads by SFTP over an open connection.
    ///
    /// ```
    /// assert_eq!(format!("{:#}", retry_core::preset::FILE_UPLOAD), "\
    /// attempt    earliest      latest
    ///       1          0s          0s
    ///       2       500ms          1s
    ///       3        1.5s          3s
    /// ");
    /// ```
    FILE_UPLOAD = "file_upload", Policy::new()
        .max(3)
        .base(Duration::from_secs(1))
        .max_delay(Duration::from_secs(10))
        .jitter(Jitter::Equal);

    /// A policy for maintenance, such as draining a node, removing an etcd member or a backup: few attempts with long
    /// delays.
    ///
    /// ```
    /// assert_eq!(format!("{:#}", retry_core::preset::MAINTENANCE), "\
    /// attempt    earliest      latest
    ///       1          0s          0s
    ///       2          5s        6.5s
    ///       3         15s       19.5s
    /// ");
    /// ```
    MAINTENANCE = "maintenance", Policy::new()
        .max(3)
        .base(Duration::from_secs(5))
        .max_delay(Duration::from_secs(60))
        .jitter(Jitter::Additive(0.3));

    /// The default policy of the AWS SDKs since November 2026: short delays, drawn between 0 and the backoff.
    ///
    /// ```
    /// assert_eq!(format!("{:#}", retry_core::preset::AWS_2026), "\
    /// attempt    earliest      latest
    ///       1          0s          0s
    ///       2          0s        50ms
    ///       3          0s       150ms
    /// ");
    /// ```
    AWS_2026 = "aws_2026", Policy::new()
        .max(3)
        .base(Duration::from_millis(50))
        .max_delay(Duration::from_secs(20))
        .jitter(Jitter::Full);
}

const S3: Policy = Policy::new()
    .max(5)
    .base(Duration::from_secs(1))
    .max_delay(Duration::from_secs(30))
    .jitter(Jitter::UpTo(Duration::from_secs(1)));

/// Returns a policy for services that recover by themselves.
const fn steady(attempts: u32) -> Policy {
    Policy::new()
        .max(attempts)
        .base(Duration::from_secs(1))
        .max_delay(Duration::from_secs(30))
        .jitter(Jitter::Spread(0.1))
}
