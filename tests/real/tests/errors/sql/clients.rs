//! The clients, each behind the same three functions.

use std::fmt::Debug;

use diesel::{RunQueryDsl, query_builder::SqlQuery, query_dsl::methods::ExecuteDsl, sql_query};
use reattempt::Retryable;
use sqlx::{AssertSqlSafe, Connection, Database, Executor, mysql::MySqlDatabaseError};
use tokio::task::spawn_blocking;
use tokio_postgres::NoTls;

/// One connection.
pub(super) trait Client: Sized + Send {
    type Error: Retryable + Debug + Send;

    fn connect(url: &str) -> impl Future<Output = Result<Self, Self::Error>> + Send;

    fn run(&mut self, statement: &str) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// The code of the database's error, where the client has it.
    fn code(error: &Self::Error) -> Option<String>;
}

/// `tokio-postgres`.
pub(super) struct TokioPostgres(tokio_postgres::Client);

impl Client for TokioPostgres {
    type Error = tokio_postgres::Error;

    async fn connect(url: &str) -> Result<Self, Self::Error> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(async { drop(connection.await) });
        Ok(TokioPostgres(client))
    }

    async fn run(&mut self, statement: &str) -> Result<(), Self::Error> {
        self.0.batch_execute(statement).await
    }

    fn code(error: &Self::Error) -> Option<String> {
        Some(error.code()?.code().to_owned())
    }
}

/// `sqlx`, with one of its databases.
pub(super) struct Sqlx<C>(C);

impl<C> Client for Sqlx<C>
where
    C: Connection,
    for<'c> &'c mut C: Executor<'c, Database = C::Database>,
    <C::Database as Database>::QueryResult: Send,
{
    type Error = sqlx::Error;

    async fn connect(url: &str) -> Result<Self, Self::Error> {
        Ok(Sqlx(C::connect(url).await?))
    }

    async fn run(&mut self, statement: &str) -> Result<(), Self::Error> {
        let statement = sqlx::raw_sql(AssertSqlSafe(statement.to_owned()));
        self.0.execute(statement).await.map(drop)
    }

    fn code(error: &Self::Error) -> Option<String> {
        let error = error.as_database_error()?;
        match error.try_downcast_ref::<MySqlDatabaseError>() {
            Some(error) => Some(error.number().to_string()),
            None => error.code().map(Into::into),
        }
    }
}

/// `diesel`, with one of its databases, on a thread of its own.
pub(super) struct Diesel<C>(Option<C>);

#[derive(Debug, thiserror::Error, Retryable)]
#[error(transparent)]
pub(super) enum DieselError {
    #[retryable(delegate)]
    Connect(#[from] diesel::ConnectionError),
    #[retryable(delegate)]
    Query(#[from] diesel::result::Error),
}

impl<C> Client for Diesel<C>
where
    C: diesel::Connection + Send + 'static,
    SqlQuery: ExecuteDsl<C>,
{
    type Error = DieselError;

    async fn connect(url: &str) -> Result<Self, Self::Error> {
        let url = url.to_owned();
        let connection = spawn_blocking(move || C::establish(&url)).await.unwrap()?;
        Ok(Diesel(Some(connection)))
    }

    async fn run(&mut self, statement: &str) -> Result<(), Self::Error> {
        let (mut connection, statement) = (self.0.take().unwrap(), statement.to_owned());
        let run = move || (sql_query(statement).execute(&mut connection), connection);
        let (result, connection) = spawn_blocking(run).await.unwrap();
        self.0 = Some(connection);
        Ok(result.map(drop)?)
    }

    fn code(_: &Self::Error) -> Option<String> {
        None
    }
}
