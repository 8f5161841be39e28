use std::{net::SocketAddr, sync::Arc};

use reattempt::{Retryable, retry};
use russh::client::{self, AuthResult, Handle, Handler};

#[derive(Debug, thiserror::Error, Retryable)]
enum Failure {
    #[error(transparent)]
    #[retryable(delegate)]
    Ssh(#[from] russh::Error),
    #[error("the server does not accept the password")]
    WrongPassword,
}

#[retry(max = 5, base_ms = 500, max_delay = "10s")]
async fn connect<H>(
    address: SocketAddr,
    handler: impl Fn() -> H,
    password: &str,
) -> Result<Handle<H>, Failure>
where
    H: Handler<Error = russh::Error> + 'static,
{
    let mut session = client::connect(Arc::default(), address, handler()).await?;
    match session.authenticate_password("deploy", password).await? {
        AuthResult::Success => Ok(session),
        // A connection that was cut looks like a server that knows no other way in.
        AuthResult::Failure { remaining_methods, .. } if remaining_methods.is_empty() => {
            Err(russh::Error::Disconnect.into())
        }
        AuthResult::Failure { .. } => Err(Failure::WrongPassword),
    }
}
