use std::{
    fmt, io,
    net::{Ipv4Addr, SocketAddr},
    pin::Pin,
    sync::Arc,
};

use tokio::{
    net::{TcpListener, TcpStream},
    select,
    task::{JoinHandle, JoinSet},
};

use crate::{Server, free_port};

type Connection = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A server that runs in this process. Killed, its connections end wherever they are, and its port is closed.
pub struct InProcess {
    serve: Arc<dyn Fn(TcpStream) -> Connection + Send + Sync>,
    address: SocketAddr,
    running: Option<JoinHandle<()>>,
}

impl InProcess {
    /// Serves each connection to a free port by `serve`.
    ///
    /// # Errors
    ///
    /// If the port cannot be opened.
    pub async fn start<F>(serve: impl Fn(TcpStream) -> F + Send + Sync + 'static) -> io::Result<InProcess>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let serve = Arc::new(move |stream| Box::pin(serve(stream)) as Connection);
        let address = (Ipv4Addr::LOCALHOST, free_port()).into();
        let mut server = InProcess { serve, address, running: None };
        server.restart().await?;
        Ok(server)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Server for InProcess {
    async fn kill(&mut self) {
        if let Some(running) = self.running.take() {
            running.abort();
            // It was cancelled, which is what was wanted.
            let _ = running.await;
        }
    }

    async fn restart(&mut self) -> io::Result<()> {
        let listener = TcpListener::bind(self.address).await?;
        let serve = Arc::clone(&self.serve);
        self.running = Some(tokio::spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                select! {
                    Ok((stream, _)) = listener.accept() => { connections.spawn(serve(stream)); }
                    Some(_) = connections.join_next() => {}
                }
            }
        }));
        Ok(())
    }
}

impl Drop for InProcess {
    fn drop(&mut self) {
        if let Some(running) = &self.running {
            running.abort();
        }
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcess").field("address", &self.address).finish_non_exhaustive()
    }
}
