use reattempt::Policy;

const POLICY: Policy = Policy::new();

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut sent = 0;
    let _ = POLICY
        .retry_async(async || {
            sent += 1;
            Ok::<_, ()>(sent)
        })
        .await;
}
