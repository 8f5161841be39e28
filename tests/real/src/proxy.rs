use std::{
    future::poll_fn,
    io,
    net::{Ipv4Addr, SocketAddr},
    pin::pin,
    task::Poll,
    time::Duration,
};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    select,
    sync::watch,
    task::JoinHandle,
    time::sleep,
};

/// What the proxy does with connections, those that are open and those to come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// Passes everything on.
    Pass,
    /// Resets them: the peer vanished and its machine says so.
    Reset,
    /// Ends them in good order: the peer closed them.
    Close,
    /// Holds everything back: the network lost the peer. What was held back goes on when the mode changes, as what TCP
    /// sends again does.
    BlackHole,
    /// Passes on once in this time what has come meanwhile. So a question takes at least so long, and at most twice.
    Slow(Duration),
}

/// A TCP proxy in front of a server, which breaks connections on demand. It ends when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    mode: watch::Sender<Mode>,
    server: watch::Sender<SocketAddr>,
    listener: JoinHandle<()>,
}

impl Proxy {
    /// Listens on a free port, and passes connections on to `server`.
    ///
    /// # Errors
    ///
    /// If the port cannot be opened.
    pub async fn start(server: SocketAddr) -> io::Result<Proxy> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, crate::free_port())).await?;
        let address = listener.local_addr()?;
        let (mode, current) = watch::channel(Mode::Pass);
        let (server, leads_to) = watch::channel(server);
        let listener = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = *leads_to.borrow();
                tokio::spawn(serve(client, server, current.clone()));
            }
        });
        Ok(Proxy { address, mode, server, listener })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on, for all connections.
    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    /// From now on, new connections lead to another server.
    pub fn lead_to(&self, server: SocketAddr) {
        self.server.send_replace(server);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

/// One connection, from its acceptance to its end.
async fn serve(mut client: TcpStream, server: SocketAddr, mut mode: watch::Receiver<Mode>) {
    match relay(&mut client, server, &mut mode).await {
        Ok(()) => {}
        // A server that is down refuses, one that was killed resets; the client is to see the same.
        Err(_) => {
            let _ = client.set_zero_linger();
        }
    }
}

/// `Ok` if the connection is to be closed in good order, an error if it is to be reset.
async fn relay(
    client: &mut TcpStream,
    server: SocketAddr,
    mode: &mut watch::Receiver<Mode>,
) -> io::Result<()> {
    let mut traffic = pin!(async {
        let mut server = TcpStream::connect(server).await?;
        copy_bidirectional(client, &mut server).await.map(drop)
    });
    loop {
        let current = *mode.borrow_and_update();
        match current {
            Mode::Reset => return Err(io::ErrorKind::ConnectionReset.into()),
            Mode::Close => return Ok(()),
            Mode::Pass => select! {
                ended = &mut traffic => return ended,
                changed = mode.changed() => if changed.is_err() { return Ok(()) },
            },
            Mode::Slow(time) => select! {
                () = sleep(time) => {
                    let ended = poll_fn(|context| Poll::Ready(match traffic.as_mut().poll(context) {
                        Poll::Ready(ended) => Some(ended),
                        Poll::Pending => None,
                    }));
                    if let Some(ended) = ended.await {
                        return ended;
                    }
                }
                changed = mode.changed() => if changed.is_err() { return Ok(()) },
            },
            // Traffic that nobody polls stands still.
            Mode::BlackHole => {
                if mode.changed().await.is_err() {
                    return Ok(());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        time::timeout,
    };

    use super::*;

    /// A server that sends back what it gets, and the proxy before it.
    async fn echo() -> Proxy {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, crate::free_port())).await.unwrap();
        let server = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut read, mut write) = stream.split();
                    let _ = tokio::io::copy(&mut read, &mut write).await;
                });
            }
        });
        Proxy::start(server).await.unwrap()
    }

    async fn ask(stream: &mut TcpStream) -> io::Result<u8> {
        stream.write_all(&[7]).await?;
        stream.read_u8().await
    }

    #[tokio::test]
    async fn it_passes_everything_on() {
        let proxy = echo().await;
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        assert_eq!(ask(&mut stream).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn it_resets_and_closes_what_is_open() {
        let proxy = echo().await;
        for (mode, kind) in
            [(Mode::Reset, io::ErrorKind::ConnectionReset), (Mode::Close, io::ErrorKind::UnexpectedEof)]
        {
            proxy.set(Mode::Pass);
            let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
            ask(&mut stream).await.unwrap();
            proxy.set(mode);
            assert_eq!(stream.read_u8().await.unwrap_err().kind(), kind);
        }
    }

    #[tokio::test]
    async fn what_a_black_hole_held_back_goes_on_after_it() {
        let proxy = echo().await;
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        ask(&mut stream).await.unwrap();
        proxy.set(Mode::BlackHole);
        let mut answer = pin!(ask(&mut stream));
        assert!(timeout(Duration::from_millis(50), &mut answer).await.is_err());
        proxy.set(Mode::Pass);
        assert_eq!(answer.await.unwrap(), 7);
    }

    #[tokio::test]
    async fn a_slow_way_takes_its_time_for_each_answer() {
        let proxy = echo().await;
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        ask(&mut stream).await.unwrap();
        proxy.set(Mode::Slow(Duration::from_millis(60)));
        let begun = tokio::time::Instant::now();
        assert_eq!(ask(&mut stream).await.unwrap(), 7);
        assert!(begun.elapsed() >= Duration::from_millis(60));
    }

    #[tokio::test]
    async fn it_leads_to_another_server() {
        let proxy = Proxy::start((Ipv4Addr::LOCALHOST, crate::free_port()).into()).await.unwrap();
        let other = echo().await;
        proxy.lead_to(other.address());
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        assert_eq!(ask(&mut stream).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn a_server_that_is_down_looks_like_a_reset() {
        let proxy = Proxy::start((Ipv4Addr::LOCALHOST, crate::free_port()).into()).await.unwrap();
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        assert_eq!(stream.read_u8().await.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    }
}
