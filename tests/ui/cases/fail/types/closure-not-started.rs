#![deny(unused_must_use)]

use reattempt::Policy;

const POLICY: Policy = Policy::new();

fn main() {
    POLICY.retry(|| std::fs::read("/etc/hosts"));
    POLICY.retry_async(async || Ok::<(), ()>(())).log_after(1);
    POLICY.retry_async_mut(async || Ok::<(), ()>(()));
    POLICY.rules::<()>().log_after(1);
}
