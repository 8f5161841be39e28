//! The command line.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use reattempt::Policy;

use crate::model::{KINDS, Kind};

pub(crate) const USAGE: &str = "\
usage: fleet [--seed N] [--trials N] [--charts FOLDER]
       fleet --clients N [--seed N] [--jitter KIND] [--max-delay SECONDS] [--for SECONDS]

  --seed N             repeats a run; 1 unless set
  --trials N           fleets for each point, at least 2; 100 unless set
  --charts FOLDER      where the charts go; target/fleet unless set
  --clients N          runs one fleet of this size instead
  --jitter KIND        its kind of jitter, such as full, additive or none; full unless set
  --max-delay SECONDS  its longest delay; 2 unless set, or a day for more than 10,000 clients
  --for SECONDS        how much time is simulated; until all are done unless set";

/// What to do.
#[derive(Debug)]
pub(crate) enum Options {
    Compare(Compare),
    One(One),
}

/// All kinds, many sizes.
#[derive(Debug)]
pub(crate) struct Compare {
    pub(crate) seed: u64,
    pub(crate) trials: u32,
    pub(crate) charts: PathBuf,
}

/// A single fleet.
#[derive(Debug)]
pub(crate) struct One {
    pub(crate) clients: u32,
    pub(crate) seed: u64,
    pub(crate) kind: Kind,
    pub(crate) max_delay: Duration,
    pub(crate) limit: Duration,
}

impl One {
    pub(crate) fn policy(&self) -> Policy {
        self.kind.policy.max_delay(self.max_delay)
    }

    pub(crate) fn policy_text(&self) -> String {
        format!("exponential from 5 ms to at most {} s", self.max_delay.as_secs_f64())
    }
}

/// The words of the command line, taken one by one.
#[derive(Debug, Default)]
struct Given {
    seed: Option<u64>,
    trials: Option<u32>,
    charts: Option<PathBuf>,
    clients: Option<u32>,
    kind: Option<Kind>,
    max_delay: Option<Duration>,
    limit: Option<Duration>,
}

impl Options {
    pub(crate) fn from_command_line() -> Result<Options, String> {
        let mut given = Given::default();
        let mut words = std::env::args().skip(1);
        while let Some(key) = words.next() {
            let value = words.next().ok_or_else(|| format!("`{key}` stands without a value"))?;
            given.take(&key, &value)?;
        }
        given.check()
    }
}

impl Given {
    fn take(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "--seed" => self.seed = Some(parsed(key, value)?),
            "--trials" => self.trials = Some(parsed(key, value)?),
            "--charts" => self.charts = Some(value.into()),
            "--clients" => self.clients = Some(parsed(key, value)?),
            "--jitter" => self.kind = Some(kind(value)?),
            "--max-delay" => self.max_delay = Some(seconds(key, value)?),
            "--for" => self.limit = Some(seconds(key, value)?),
            _ => return Err(format!("`{key}` is no option")),
        }
        Ok(())
    }

    fn check(self) -> Result<Options, String> {
        let seed = self.seed.unwrap_or(1);
        let Some(clients) = self.clients else {
            if self.kind.is_some() || self.max_delay.is_some() || self.limit.is_some() {
                return Err(
                    "`--jitter`, `--max-delay` and `--for` are of one fleet; add `--clients N`".into()
                );
            }
            let trials = self.trials.unwrap_or(100);
            if trials < 2 {
                return Err("one trial has no standard error; `--trials` is at least 2".into());
            }
            let charts = self.charts.unwrap_or_else(|| "target/fleet".into());
            return Ok(Options::Compare(Compare { seed, trials, charts }));
        };
        if self.trials.is_some() || self.charts.is_some() {
            return Err(
                "one fleet is one trial and draws nothing; leave out `--trials` and `--charts`".into()
            );
        }
        if clients == 0 {
            return Err("nobody contends in a fleet of 0; `--clients` is at least 1".into());
        }
        Ok(Options::One(One {
            clients,
            seed,
            kind: self.kind.map_or_else(|| kind("full"), Ok)?,
            max_delay: self.max_delay.unwrap_or(Duration::from_secs(if clients > 10_000 {
                86_400
            } else {
                2
            })),
            limit: self.limit.unwrap_or(Duration::MAX),
        }))
    }
}

fn parsed<T: FromStr>(key: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("`{value}` is no number that fits `{key}`"))
}

fn seconds(key: &str, value: &str) -> Result<Duration, String> {
    let seconds = parsed(key, value)?;
    Duration::try_from_secs_f64(seconds).map_err(|_| format!("`{value}` is no time that fits `{key}`"))
}

/// A kind by the first word of its name.
fn kind(word: &str) -> Result<Kind, String> {
    let first = |kind: &Kind| kind.name.split(' ').next().unwrap_or_default();
    KINDS.into_iter().find(|kind| first(kind) == word).ok_or_else(|| {
        let words: Vec<_> = KINDS.iter().map(first).collect();
        format!("`{word}` is no kind of jitter; there are {}", words.join(", "))
    })
}
