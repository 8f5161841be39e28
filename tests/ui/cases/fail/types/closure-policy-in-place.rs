use reattempt::Policy;

async fn ping() -> Result<(), String> {
    Ok(())
}

fn returned() -> impl Future<Output = Result<(), String>> {
    Policy::new().max(5).retry_async(ping)
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let call = Policy::new().max(5).retry_async(ping);
    let _ = call.await;
    let _ = tokio::spawn(Policy::new().max(5).retry_async(ping)).await;
    let _ = returned().await;
}
