use reattempt::Policy;

struct Failed;

fn main() {
    let _ = Policy::new().retry(|| Err::<(), _>(Failed)).retryable().run();
    let _ = Policy::new().retry(|| Err::<(), _>(Failed)).log_errors().run();
    let _ = Policy::new().retry(|| Err::<(), _>(Failed)).on::<std::io::Error>().run();
    let _ = Policy::new().retry(|| Err::<(), _>(Failed)).run_or_explain();
}
