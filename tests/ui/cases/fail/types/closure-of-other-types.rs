use std::time::Duration;

use reattempt::Policy;

fn main() {
    let policy = Policy::new();
    let fail = || Err::<u32, _>("down");
    let _ = policy.retry(fail).when(|error| error.len()).run();
    let _ = policy.retry(fail).retry_ok(|value| value.is_empty()).run();
    let _ = policy.retry(fail).retry_after(|_| Duration::from_secs(1)).run();
    let _ = policy.retry(fail).fallback(|_| 0).run();
    let _ = policy.retry(fail).cancel(std::future::ready(())).run();
    let _ = policy.retry(|| 7).run();
    let _ = policy.retry_async(|| Ok::<u32, ()>(7));
    let _ = policy.retry_async(async || Ok::<u32, ()>(7)).sleep(|_| ());
}
