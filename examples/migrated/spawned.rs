//! An upload that goes on in a task of its own. It shows `retry_async` of a constant policy, whose future is
//! `'static` and `Send`.
//!
//! The lines before: an `async move` block for the task, in it a loop with a backoff, a counter and a `match` with an
//! arm for each kind of error, and copies of the client and the part at two levels.
//!
//! Gone: the block, the loop and one of the two levels of copies. The future of the call is what is spawned.

use std::sync::Arc;
use std::time::Duration;

use reattempt::Policy;
use tokio::task::JoinHandle;

const UPLOAD: Policy = Policy::new().max(5).base(Duration::from_millis(200)).checked();

pub(crate) fn upload(bucket: &Arc<Bucket>, part: Arc<[u8]>) -> JoinHandle<Result<u64, UploadError>> {
    let bucket = bucket.clone();
    let put = move || bucket.clone().put(part.clone());
    tokio::spawn(UPLOAD.retry_async(put).name("upload a part").when(UploadError::is_transient).log_errors())
}

// Stubs and tests.

use crate::stub::{Script, error};

error! { UploadError { SlowDown => "503 Slow Down", Forbidden => "403 Forbidden", } }

impl UploadError {
    fn is_transient(&self) -> bool {
        *self == UploadError::SlowDown
    }
}

pub(crate) struct Bucket(Script<Result<u64, UploadError>>);

impl Bucket {
    async fn put(self: Arc<Self>, part: Arc<[u8]>) -> Result<u64, UploadError> {
        let etag = std::future::ready(self.0.next()).await?;
        Ok(etag + part.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use reattempt::testing;

    use super::{Bucket, UploadError, upload};
    use crate::stub::Script;

    #[tokio::test]
    async fn a_task_uploads_and_its_handle_has_the_result() {
        let guard = testing::no_wait();
        let answers = [Err(UploadError::SlowDown), Err(UploadError::SlowDown), Ok(40)];
        let bucket = Arc::new(Bucket(Script::new(answers)));
        assert_eq!(upload(&bucket, Arc::new([1, 2])).await.unwrap(), Ok(42));
        assert_eq!(guard.delays().len(), 2);

        let bucket = Arc::new(Bucket(Script::new([Err(UploadError::Forbidden)])));
        assert_eq!(upload(&bucket, Arc::new([1, 2])).await.unwrap(), Err(UploadError::Forbidden));
        assert_eq!(guard.delays().len(), 2);
    }
}
