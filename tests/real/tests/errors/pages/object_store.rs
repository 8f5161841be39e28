use object_store::{ObjectStore, ObjectStoreExt, PutResult, Result, RetryConfig};
use object_store::{aws::AmazonS3Builder, path::Path};
use reattempt::retry;

fn store() -> Result<impl ObjectStore> {
    let once = RetryConfig { max_retries: 0, ..RetryConfig::default() };
    AmazonS3Builder::from_env().with_bucket_name("reports").with_retry(once).build()
}

#[retry(max = 5, base_ms = 100, max_delay = "10s")]
async fn upload(store: &impl ObjectStore, path: &Path, content: &[u8]) -> Result<PutResult> {
    store.put(path, content.to_vec().into()).await
}
