//! The store of a fleet in Redis or Valkey: a hash for each record, and one script that reads and writes it.

use core::fmt;
use core::time::Duration;
use std::borrow::ToOwned;
use std::boxed::Box;
use std::future::{Future, ready};
use std::pin::Pin;
use std::string::String;
use std::sync::Arc;

use ::redis::aio::{ConnectionLike, MultiplexedConnection};
use ::redis::{Client, RedisResult, Script, Value};
use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::record::{Answer, Request};
use super::store::{IntoStore, Store, StoreError, StoreFuture};

#[doc(hidden)]
pub mod script;

/// How long a connection may take, and an answer. The fleet waits for less.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// A store in Redis 5 and later or Valkey: a single server, one with replicas and Sentinel, or a cluster.
///
/// Each record is a hash under one key, so that a cluster keeps it in one slot, and each request is one call of a script
/// that takes the server's time. The script is called by its hash, and sent if the server does not have it. The user of
/// the server needs the commands `EVALSHA`, `SCRIPT LOAD`, `TIME`, `EXISTS`, `DEL`, `HMGET`, `HGETALL`, `HLEN`, `HSET`,
/// `HDEL`, `PEXPIRE` and `PERSIST` for the keys of the fleet.
///
/// Every request runs as a task of the runtime of tokio, with a limit of 5 seconds for the connection and as many for the
/// answer. So it ends, and a dead connection is noticed, although the fleet no longer waits. Without a runtime
/// a request is an error.
///
/// # Errors
///
/// A request fails if there is no connection, if the server does not answer in time, and if it refuses the write: as a
/// replica (`READONLY`), without memory (`OOM`), without permission (`NOPERM`). A key that has another type or damaged
/// fields is no error: the next change replaces it.
///
/// # Examples
///
/// ```
/// # fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use retry_core::fleet::{IntoStore, Store};
///
/// // A client connects when it is first needed, and again after an error.
/// let store = redis::Client::open("redis://cache.internal/")?.into_store();
/// assert_eq!(store.describe(), "redis");
/// # Ok(())
/// # }
/// # example().unwrap();
/// ```
pub struct RedisStore<C> {
    shared: Arc<Shared<C>>,
}

struct Shared<C> {
    script: Script,
    make: Make<C>,
    last: Mutex<Last<C>>,
}

type Make<C> = Box<dyn Fn() -> Making<C> + Send + Sync>;
type Making<C> = Pin<Box<dyn Future<Output = Result<C, StoreError>> + Send>>;

/// The connection that was made last, unless it has failed, and its number.
struct Last<C> {
    connection: Option<C>,
    number: u64,
    /// The process that has made it.
    process: u32,
}

impl<C> RedisStore<C>
where
    C: ConnectionLike + Clone + Send + Sync + 'static,
{
    /// Returns a store on a connection that the program has: a `ConnectionManager` or a `ClusterConnection`, which
    /// restore themselves, or a `MultiplexedConnection`, which stays broken once it is.
    ///
    /// A connection of `redis` lives on the runtime that it was made on. Where that one may end before the fleet does, where the
    /// process forks, or where the address of the master changes, use [`connecting`](RedisStore::connecting).
    #[must_use]
    pub fn new(connection: C) -> RedisStore<C> {
        RedisStore::connecting(move || ready(Ok::<_, StoreError>(connection.clone())))
    }

    /// Returns a store that makes a connection when it first needs one, and another one after an error.
    ///
    /// With Sentinel the function asks for the current master, so the fleet follows a failover:
    ///
    /// ```ignore
    /// use redis::sentinel::{SentinelClient, SentinelServerType};
    ///
    /// let sentinels = vec!["redis://sentinel-1:26379", "redis://sentinel-2:26379"];
    /// let client = SentinelClient::build(sentinels, "main".into(), None, SentinelServerType::Master)?;
    /// let client = Arc::new(tokio::sync::Mutex::new(client));
    /// let store = RedisStore::connecting(move || {
    ///     let client = Arc::clone(&client);
    ///     async move { client.lock().await.get_async_connection().await }
    /// });
    /// ```
    ///
    /// Requests wait while the connection is made. Every error of a request drops the connection, because a former master
    /// that has become a replica shows by its errors alone.
    #[must_use]
    pub fn connecting<F, M, E>(make: F) -> RedisStore<C>
    where
        F: Fn() -> M + Send + Sync + 'static,
        M: Future<Output = Result<C, E>> + Send + 'static,
        E: Into<StoreError>,
    {
        let make: Make<C> = Box::new(move || {
            let making = make();
            Box::pin(async move { making.await.map_err(Into::into) })
        });
        let last = Mutex::new(Last { connection: None, number: 0, process: 0 });
        RedisStore { shared: Arc::new(Shared { script: Script::new(script::CODE), make, last }) }
    }
}

impl<C> Shared<C>
where
    C: ConnectionLike + Clone + Send + Sync + 'static,
{
    async fn ask(&self, key: &str, request: &Request) -> Result<Answer, StoreError> {
        let (connection, number) = self.connection().await?;
        let answer = match timeout(ANSWER_WITHIN, self.invoke(connection, key, request)).await {
            Ok(answer) => answer.map_err(StoreError::from),
            Err(elapsed) => Err(elapsed.into()),
        };
        if answer.is_err() {
            let mut last = self.last.lock().await;
            // Another request may have replaced it by now.
            if last.number == number {
                last.connection = None;
            }
        }
        answer
    }

    /// Returns the connection and its number.
    async fn connection(&self) -> Result<(C, u64), StoreError> {
        let mut last = self.last.lock().await;
        let process = std::process::id();
        if last.process != process {
            last.process = process;
            // After a fork the connection is that of the parent, whose runtime drives it. Not even its end is for here.
            core::mem::forget(last.connection.take());
        }
        let connection = match last.connection.take() {
            Some(connection) => connection,
            None => {
                last.number = last.number.saturating_add(1);
                timeout(ANSWER_WITHIN, (self.make)()).await??
            }
        };
        last.connection = Some(connection.clone());
        Ok((connection, last.number))
    }

    async fn invoke(&self, mut connection: C, key: &str, request: &Request) -> RedisResult<Answer> {
        let mut invocation = self.script.key(key);
        invocation.arg(script::arguments(None, request));
        let value: Value = invocation.invoke_async(&mut connection).await?;
        script::answer(request, value)
    }
}

impl<C> Store for RedisStore<C>
where
    C: ConnectionLike + Clone + Send + Sync + 'static,
{
    fn ask<'a>(&'a self, key: &'a str, request: Request) -> StoreFuture<'a> {
        let (shared, key) = (Arc::clone(&self.shared), key.to_owned());
        Box::pin(async move {
            let runtime = Handle::try_current()?;
            runtime.spawn(async move { shared.ask(&key, &request).await }).await?
        })
    }

    fn describe(&self) -> String {
        "redis".into()
    }
}

impl<C> fmt::Debug for RedisStore<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore").finish_non_exhaustive()
    }
}

/// The kind of an [`IntoStore`] that is a connection.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Connection;

impl<C> IntoStore<Connection> for C
where
    C: ConnectionLike + Clone + Send + Sync + 'static,
{
    fn into_store(self) -> Arc<dyn Store> {
        Arc::new(RedisStore::new(self))
    }
}

/// The kind of an [`IntoStore`] that makes connections.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Connector;

impl IntoStore<Connector> for Client {
    fn into_store(self) -> Arc<dyn Store> {
        let connecting = move || {
            let client = self.clone();
            async move { client.get_multiplexed_async_connection().await }
        };
        Arc::new(RedisStore::<MultiplexedConnection>::connecting(connecting))
    }
}
