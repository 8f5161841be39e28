//! The body of an object, read as a stream that resumes where it broke. It shows `call` with `c.restart()`.
//!
//! The lines before: a state machine around the stream. It had the offset, the number of failures since the last
//! byte, the backoff and the time of the first failure; each chunk reset three of the four.
//!
//! Gone: the state machine. The offset is the number of bytes that have arrived, and a chunk starts the backoff anew.

use reattempt::retry;

#[retry(max = 3, base_ms = 100, jitter = none, unless = StoreError::Gone, call = c)]
pub(crate) async fn read(store: &Store, key: &str, bytes: &mut Vec<u8>) -> Result<(), StoreError> {
    let mut body = store.get(key, bytes.len()).await?;
    while let Some(chunk) = body.next().await? {
        bytes.extend_from_slice(chunk);
        c.restart();
    }
    Ok(())
}

// Stubs and tests.

use crate::stub::{Script, error};

error! { StoreError { Reset => "connection reset", Unavailable => "503", Gone => "the object has changed", } }

/// An object, and how many bytes of it each connection delivers; 0 is a connection that is refused.
pub(crate) struct Store {
    object: &'static [u8],
    connections: Script<Result<usize, StoreError>>,
}

impl Store {
    async fn get(&self, _key: &str, offset: usize) -> Result<Body, StoreError> {
        let length = std::future::ready(self.connections.next()).await?;
        let rest = &self.object[offset..];
        Ok(Body { rest, left: length.min(rest.len()) })
    }
}

struct Body {
    rest: &'static [u8],
    left: usize,
}

impl Body {
    /// Returns a byte, as a small chunk.
    async fn next(&mut self) -> Result<Option<&'static [u8]>, StoreError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        self.left = std::future::ready(self.left.checked_sub(1)).await.ok_or(StoreError::Reset)?;
        let (chunk, rest) = self.rest.split_at(1);
        self.rest = rest;
        Ok(Some(chunk))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reattempt::testing;

    use super::{Store, StoreError, read};
    use crate::stub::Script;

    #[tokio::test]
    async fn it_resumes_at_its_offset_and_its_backoff_starts_anew() {
        let guard = testing::no_wait();
        let refused = || Err(StoreError::Unavailable);
        let connections = [refused(), refused(), Ok(3), refused(), Ok(1), refused(), Ok(9)];
        let store = Store { object: b"an object", connections: Script::new(connections) };
        let mut bytes = Vec::new();
        assert_eq!(read(&store, "key", &mut bytes).await, Ok(()));
        assert_eq!(bytes, b"an object");
        assert_eq!(guard.delays(), [100, 200, 100, 200, 100, 200].map(Duration::from_millis));
    }

    #[tokio::test]
    async fn three_failures_without_a_byte_end_it_and_what_was_read_is_kept() {
        let _guard = testing::no_wait();
        let refused = || Err(StoreError::Unavailable);
        let connections = Script::new([Ok(2), refused(), refused()]);
        let store = Store { object: b"an object", connections };
        let mut bytes = Vec::new();
        assert_eq!(read(&store, "key", &mut bytes).await, Err(StoreError::Unavailable));
        assert_eq!((&bytes[..], store.connections.left()), (&b"an"[..], 0));

        let connections = Script::new([Ok(2), Err(StoreError::Gone)]);
        let store = Store { object: b"an object", connections };
        assert_eq!(read(&store, "key", &mut bytes).await, Err(StoreError::Gone));
    }
}
