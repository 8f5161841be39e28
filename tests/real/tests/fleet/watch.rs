//! Every change of the fleet's record, as the server reports it by `MONITOR`, checked against what a circuit may do.

use std::{
    collections::{BTreeMap, HashMap},
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    sync::watch,
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};

use crate::settings::{CIRCUIT_KEY, TRIAL_TIMEOUT, TRIALS};

type Fields = HashMap<String, String>;

/// What was seen of the record.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// The calls of the script by action.
    pub(crate) asked: BTreeMap<String, u64>,
    /// The phases that began, and when.
    pub(crate) phases: Vec<(String, Instant)>,
    /// Leases that were granted: their processes, and when.
    pub(crate) grants: Vec<(String, Instant)>,
    /// The leases that were live at the last change.
    pub(crate) live: usize,
    /// The most leases that were live at one time.
    pub(crate) most_live: usize,
    /// Outcomes of leases that were live no longer, or of another generation.
    pub(crate) old_outcomes: u64,
    /// Whatever a circuit must not do.
    pub(crate) violations: Vec<String>,
}

impl Seen {
    pub(crate) fn count(&self, phase: &str) -> usize {
        self.phases.iter().filter(|(name, _)| name == phase).count()
    }

    pub(crate) fn asked(&self, action: &str) -> u64 {
        self.asked.get(action).copied().unwrap_or(0)
    }
}

/// The watcher. It ends when it is dropped.
pub(crate) struct Watch {
    seen: Arc<Mutex<Seen>>,
    server: watch::Sender<SocketAddr>,
    task: JoinHandle<()>,
}

impl Watch {
    pub(crate) async fn start(server: SocketAddr) -> Watch {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (server, place) = watch::channel(server);
        let (ready, mut is_ready) = watch::channel(false);
        let sink = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            loop {
                // The server may be down.
                let server = *place.borrow();
                let _ = follow(server, &place, &sink, &ready).await;
                sleep(Duration::from_millis(10)).await;
            }
        });
        let _ = timeout(Duration::from_secs(10), is_ready.wait_for(|ready| *ready)).await.expect("MONITOR");
        Watch { seen, server, task }
    }

    /// From now on watches another server.
    pub(crate) fn move_to(&self, server: SocketAddr) {
        self.server.send_replace(server);
    }

    pub(crate) fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until something was seen, and returns how long that took.
    pub(crate) async fn until(&self, within: Duration, is_seen: impl Fn(&Seen) -> bool) -> Option<Duration> {
        let begun = Instant::now();
        while begun.elapsed() < within {
            if is_seen(&self.seen.lock().unwrap_or_else(PoisonError::into_inner)) {
                return Some(begun.elapsed());
            }
            sleep(Duration::from_millis(2)).await;
        }
        None
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Follows one connection to the server until it ends or another server is to be watched.
async fn follow(
    server: SocketAddr,
    place: &watch::Receiver<SocketAddr>,
    seen: &Mutex<Seen>,
    ready: &watch::Sender<bool>,
) -> io::Result<()> {
    let mut stream = BufReader::new(TcpStream::connect(server).await?);
    stream.write_all(b"MONITOR\r\n").await?;
    let mut lines = stream.lines();
    let _ = lines.next_line().await?;
    // The stream has this question too, so what comes after it there comes after its answer.
    let client = redis::Client::open(format!("redis://{server}")).map_err(io::Error::other)?;
    let mut other = client.get_multiplexed_async_connection().await.map_err(io::Error::other)?;
    let ask = redis::cmd("HGETALL").arg(CIRCUIT_KEY).to_owned();
    let fields: Fields = ask.query_async(&mut other).await.map_err(io::Error::other)?;
    let mut record = Record { fields, step: None };
    let mut has_begun = false;
    while server == *place.borrow() {
        let Ok(line) = timeout(Duration::from_millis(200), lines.next_line()).await else { continue };
        let Some(line) = line? else { return Ok(()) };
        let Some((is_lua, words)) = words(&line) else { continue };
        if has_begun {
            record.read(is_lua, &words, &mut seen.lock().unwrap_or_else(PoisonError::into_inner));
        } else if !is_lua && words.first().is_some_and(|word| word == "HGETALL") {
            has_begun = true;
            ready.send_replace(true);
        }
    }
    Ok(())
}

/// Takes a line apart: `+time [0 client] "WORD" …`.
fn words(line: &str) -> Option<(bool, Vec<String>)> {
    let (head, rest) = line.split_once("] ")?;
    let words = rest.split('"').skip(1).step_by(2).map(ToOwned::to_owned).collect();
    Some((head.ends_with(" lua"), words))
}

/// The record as the server has it, and the step that changes it.
struct Record {
    fields: Fields,
    step: Option<Step>,
}

struct Step {
    process: String,
    action: String,
    arguments: Vec<String>,
}

#[derive(Debug)]
struct Lease {
    process: String,
    number: String,
    since: u64,
}

fn leases(fields: &Fields) -> Vec<Lease> {
    let text = fields.get("leases").map_or("", String::as_str);
    let lease = |entry: &str| {
        let mut parts = entry.split(':').map(ToOwned::to_owned);
        let (process, number) = (parts.next()?, parts.next()?);
        Some(Lease { process, number, since: parts.next()?.parse().ok()? })
    };
    text.split_terminator(';').filter_map(lease).collect()
}

fn live(fields: &Fields, now: u64) -> Vec<Lease> {
    let mut leases = leases(fields);
    leases.retain(|lease| now < lease.since + TRIAL_TIMEOUT.as_millis() as u64);
    leases
}

fn text<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).map_or("", String::as_str)
}

fn number(fields: &Fields, name: &str) -> u64 {
    text(fields, name).parse().unwrap_or(0)
}

impl Record {
    fn read(&mut self, is_lua: bool, words: &[String], seen: &mut Seen) {
        let word = |at: usize| words.get(at).map_or("", String::as_str);
        match (is_lua, &*word(0).to_ascii_uppercase()) {
            (false, "FLUSHALL") => self.fields.clear(),
            (false, "EVALSHA" | "EVAL") if word(3) == CIRCUIT_KEY => {
                let step = Step {
                    process: word(6).into(),
                    action: word(18).into(),
                    arguments: words.get(19..).unwrap_or_default().to_vec(),
                };
                *seen.asked.entry(step.action.clone()).or_default() += 1;
                if step.action == "outcome" && !self.is_live(&step) {
                    seen.old_outcomes += 1;
                }
                self.step = Some(step);
            }
            (false, "EVALSHA" | "EVAL") => {
                *seen.asked.entry(word(4).into()).or_default() += 1;
                self.step = None;
            }
            (true, "DEL") if word(1) == CIRCUIT_KEY => self.fields.clear(),
            (true, "HDEL") if word(1) == CIRCUIT_KEY => {
                for name in &words[2..] {
                    self.fields.remove(name);
                }
            }
            (true, "HSET") if word(1) == CIRCUIT_KEY => {
                let mut after = self.fields.clone();
                after.extend(words[2..].chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())));
                self.check(&after, seen);
                self.fields = after;
            }
            _ => {}
        }
    }

    /// Whether an outcome is about a lease of this generation. Its time is checked when the record changes.
    fn is_live(&self, step: &Step) -> bool {
        let [epoch, generation, number, ..] = &step.arguments[..] else { return false };
        let is_current =
            epoch == text(&self.fields, "epoch") && generation == text(&self.fields, "generation");
        let leases = leases(&self.fields);
        is_current && leases.iter().any(|lease| lease.process == step.process && lease.number == *number)
    }

    /// Checks one change of the record.
    fn check(&self, after: &Fields, seen: &mut Seen) {
        let Some(step) = &self.step else {
            seen.violations.push("a change without a step".into());
            return;
        };
        let own = text(after, &format!("m:{}", step.process));
        let Some(now) = own.rsplit(':').next().and_then(|seen| seen.parse::<u64>().ok()) else { return };
        let live_after = live(after, now);
        seen.live = live_after.len();
        seen.most_live = seen.most_live.max(live_after.len());
        let mut wrong = |what: &str| {
            seen.violations.push(format!("{what}: {} at {now}: {:?} -> {after:?}", step.action, self.fields));
        };
        if live_after.len() > TRIALS as usize {
            wrong("too many live leases");
        }
        let [before_phase, phase] = [&self.fields, after].map(|fields| text(fields, "phase"));
        let [was, is] = [&self.fields, after].map(|fields| number(fields, "generation"));
        let is_same_record = text(&self.fields, "epoch") == text(after, "epoch");
        let is_new = !self.fields.is_empty() && is_same_record;
        if is_new && is != was && is != was + 1 {
            wrong("a generation was left out");
        }
        if is_new && is != was && phase == before_phase {
            wrong("a generation without a phase");
        }
        let before = live(&self.fields, now);
        if step.action == "outcome" {
            let lease = step.arguments.get(2);
            let is_held = |held: &Lease| held.process == step.process && Some(&held.number) == lease;
            if !self.is_live(step) || !before.iter().any(is_held) {
                wrong("an old outcome changed the record");
            }
        }
        let closes = is_new && before_phase == "half-open" && phase == "closed" && step.action != "reset";
        if closes && (step.action != "outcome" || number(&self.fields, "succeeded") + 1 < u64::from(TRIALS)) {
            wrong("closed without the trials");
        }
        if is_new && before_phase == "open" && phase == "closed" && step.action != "reset" {
            wrong("closed without a trial");
        }
        if step.action == "lease" && live_after.len() > if is == was { before.len() } else { 0 } {
            seen.grants.push((step.process.clone(), Instant::now()));
        }
        if phase != before_phase || !is_same_record {
            seen.phases.push((phase.to_owned(), Instant::now()));
        }
    }
}
