//! The server that the processes call. It answers each process as the driver wants it, and keeps a list of the calls.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    select,
    sync::watch,
    task::JoinHandle,
    time::{Instant, sleep},
};

/// How a process is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Good,
    Bad,
    /// Fails one call of fifty.
    Mixed,
    /// Keeps the answer until the mood is another one.
    Silent,
}

/// One attempt that has arrived.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt {
    pub(crate) at: Instant,
    pub(crate) process: u8,
    /// 1 for the first of a call.
    pub(crate) number: u8,
}

struct Seen {
    attempts: Mutex<Vec<Attempt>>,
    /// How many calls of each process wait for an answer.
    waiting: [AtomicU32; 256],
}

/// The server. It ends when it is dropped.
pub(crate) struct Target {
    address: SocketAddr,
    moods: watch::Sender<[Mood; 256]>,
    seen: Arc<Seen>,
    listener: JoinHandle<()>,
}

impl Target {
    pub(crate) async fn start() -> Target {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, real::free_port())).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (moods, current) = watch::channel([Mood::Good; 256]);
        let seen = Arc::new(Seen { attempts: Mutex::default(), waiting: [const { AtomicU32::new(0) }; 256] });
        let all = Arc::clone(&seen);
        let listener = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, current.clone(), Arc::clone(&all)));
            }
        });
        Target { address, moods, seen, listener }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on, answers these processes so.
    pub(crate) fn set(&self, processes: impl IntoIterator<Item = u8>, mood: Mood) {
        self.moods.send_modify(|moods| {
            for process in processes {
                moods[usize::from(process)] = mood;
            }
        });
    }

    pub(crate) fn set_all(&self, mood: Mood) {
        self.moods.send_modify(|moods| *moods = [mood; 256]);
    }

    pub(crate) fn attempts(&self) -> Vec<Attempt> {
        self.seen.attempts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The processes of which a call waits for an answer.
    pub(crate) fn waiting(&self) -> Vec<u8> {
        (0..=255).filter(|id| self.seen.waiting[usize::from(*id)].load(Relaxed) > 0).collect()
    }

    pub(crate) fn since(&self, time: Instant) -> Vec<Attempt> {
        let mut attempts = self.attempts();
        attempts.retain(|attempt| attempt.at >= time);
        attempts
    }

    /// Waits until a process calls that `is_wanted`, and returns it and how long that took.
    pub(crate) async fn next_call(&self, within: Duration) -> Option<(u8, Duration)> {
        let begun = Instant::now();
        while begun.elapsed() < within {
            if let Some(attempt) = self.since(begun).first() {
                return Some((attempt.process, attempt.at - begun));
            }
            sleep(Duration::from_millis(1)).await;
        }
        None
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    mut moods: watch::Receiver<[Mood; 256]>,
    seen: Arc<Seen>,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut count = 0_u64;
    loop {
        let [process, number] = [stream.read_u8().await?, stream.read_u8().await?];
        let attempt = Attempt { at: Instant::now(), process, number };
        seen.attempts.lock().unwrap_or_else(PoisonError::into_inner).push(attempt);
        count += 1;
        let spoken = |moods: &[Mood; 256]| moods[usize::from(process)] != Mood::Silent;
        let waiting = &seen.waiting[usize::from(process)];
        waiting.fetch_add(1, Relaxed);
        // A process that was killed waits no longer.
        let mut nothing = [0];
        let spoken = select! {
            spoken = moods.wait_for(spoken) => spoken.ok().map(|moods| moods[usize::from(process)]),
            _ = stream.peek(&mut nothing) => None,
        };
        waiting.fetch_sub(1, Relaxed);
        let Some(mood) = spoken else { return Ok(()) };
        let is_good = match mood {
            Mood::Mixed => !count.is_multiple_of(50),
            mood => mood == Mood::Good,
        };
        stream.write_u8(if is_good { b'+' } else { b'-' }).await?;
    }
}
