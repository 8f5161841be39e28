//! A process of the fleet, as the driver sees it.

use std::{
    collections::HashMap,
    env, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStdin, Command},
    sync::mpsc,
    time::{sleep, timeout},
};

/// What a process calls, and where its store is.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) store: SocketAddr,
    pub(crate) target: SocketAddr,
    /// `once`, `both`, `budget` or `sync`.
    pub(crate) kind: &'static str,
}

/// A process.
pub(crate) struct Process {
    pub(crate) id: u8,
    place: Place,
    child: Child,
    input: ChildStdin,
    lines: mpsc::UnboundedReceiver<String>,
    events: Arc<Mutex<Vec<String>>>,
    clock: Option<TempDir>,
    rate: u32,
}

/// What a process has seen; see the worker.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snap(HashMap<String, u64>);

impl Snap {
    pub(crate) fn get(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or_else(|| panic!("no `{name}` in {:?}", self.0))
    }

    pub(crate) fn wait(&self) -> Duration {
        Duration::from_micros(self.get("wait_us"))
    }

    pub(crate) fn lag(&self) -> Duration {
        Duration::from_micros(self.get("lag_us"))
    }
}

/// How long a process may take for an answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);

impl Process {
    pub(crate) async fn start(id: u8, place: &Place, with_clock: bool) -> Process {
        let program = env::current_exe().unwrap();
        let mut command = Command::new(program);
        command.args(["worker", &place.store.to_string(), &place.target.to_string(), &id.to_string()]);
        command.arg(place.kind).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let clock = with_clock.then(|| TempDir::new().unwrap());
        if let Some(folder) = &clock {
            fs::write(clock_of(folder.path()), "+0s\n").unwrap();
            command.env("LD_PRELOAD", faketime());
            command.env("FAKETIME_TIMESTAMP_FILE", clock_of(folder.path()));
            command.envs([("FAKETIME_NO_CACHE", "1"), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")]);
        }
        let mut child = command.spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (send, lines) = mpsc::unbounded_channel();
        let events = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&events);
        tokio::spawn(async move {
            let mut output = BufReader::new(output).lines();
            while let Ok(Some(line)) = output.next_line().await {
                if line.starts_with("event") || line.starts_with("panic") {
                    seen.lock().unwrap().push(line);
                } else if send.send(line).is_err() {
                    return;
                }
            }
        });
        let mut process = Process { id, place: place.clone(), child, input, lines, events, clock, rate: 0 };
        assert_eq!(process.line().await, "ready");
        process
    }

    async fn line(&mut self) -> String {
        let line = timeout(ANSWERS_WITHIN, self.lines.recv()).await;
        let what = format!("process {} does not answer: {:?}", self.id, self.events());
        line.ok().flatten().expect(&what)
    }

    async fn tell(&mut self, command: &str) {
        self.input.write_all(format!("{command}\n").as_bytes()).await.expect("the process lives");
    }

    pub(crate) async fn rate(&mut self, per_second: u32) {
        self.rate = per_second;
        self.tell(&format!("rate {per_second}")).await;
    }

    pub(crate) async fn snap(&mut self) -> Snap {
        self.tell("snap").await;
        let line = self.line().await;
        let words = line.split(' ').skip(1).map(|word| word.split_once('=').unwrap());
        Snap(words.map(|(name, number)| (name.into(), number.parse().unwrap())).collect())
    }

    pub(crate) async fn burst(&mut self, count: u64) {
        self.tell(&format!("burst {count}")).await;
        let done = timeout(Duration::from_mins(2), self.lines.recv()).await;
        assert_eq!(done.expect("the burst ends").as_deref(), Some("done"));
    }

    pub(crate) fn events(&self) -> Vec<String> {
        self.events.lock().unwrap().clone()
    }

    fn signal(&self, signal: Signal) {
        let pid = self.child.id().and_then(|id| Pid::from_raw(id.cast_signed())).expect("it runs");
        kill_process(pid, signal).unwrap();
    }

    pub(crate) fn stop(&self) {
        self.signal(Signal::STOP);
    }

    pub(crate) fn go_on(&self) {
        self.signal(Signal::CONT);
    }

    /// Kills it, and waits until it is gone.
    pub(crate) async fn kill(&mut self) {
        self.signal(Signal::KILL);
        self.child.wait().await.unwrap();
    }

    /// Kills it and starts another one in its place, which makes as many calls.
    pub(crate) async fn replace(&mut self) {
        self.kill().await;
        self.start_again().await;
    }

    pub(crate) async fn start_again(&mut self) {
        let rate = self.rate;
        *self = Process::start(self.id, &self.place, self.clock.is_some()).await;
        self.rate(rate).await;
    }

    /// Sets its wall clock this many seconds off.
    pub(crate) fn set_clock(&self, offset: i64) {
        let folder = self.clock.as_ref().expect("it has a clock of its own").path();
        fs::write(clock_of(folder), format!("{offset:+}s\n")).unwrap();
    }

    /// Lets it leave the fleet.
    pub(crate) async fn quit(mut self) {
        self.tell("quit").await;
        let _ = timeout(ANSWERS_WITHIN, self.child.wait()).await.expect("it ends");
        sleep(Duration::from_millis(1)).await;
    }
}

fn clock_of(folder: &Path) -> PathBuf {
    folder.join("clock")
}

/// Returns the library that shifts the clock of a process.
fn faketime() -> PathBuf {
    let folders = fs::read_dir("/usr/lib").unwrap().flatten().map(|entry| entry.path());
    let files = folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1"));
    files.into_iter().find(|file| file.exists()).expect("install it by `apt-get install libfaketime`")
}
