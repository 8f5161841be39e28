use opendal::{Operator, Result, services};
use reattempt::retry;

fn operator() -> Result<Operator> {
    // And no `.layer(RetryLayer::new())`.
    Operator::new(services::S3::default().bucket("reports").region("eu-central-1"))
}

#[retry(max = 5, base_ms = 100, max_delay = "30s")]
async fn upload(operator: &Operator, path: &str, content: &[u8]) -> Result<()> {
    let mut writer = operator.writer(path).await?;
    writer.write(content.to_vec()).await?;
    writer.close().await?;
    Ok(())
}
