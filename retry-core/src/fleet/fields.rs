//! The text form of a record: a flat map of short names to readable text. A Redis hash has exactly these fields; another
//! store can keep the map in a form of its own, such as JSON.
//!
//! | Field | Text | In |
//! |---|---|---|
//! | `kind` | `circuit` or `reserve` | both |
//! | `epoch` | hexadecimal | both |
//! | `swept` | the time at which absent processes were last removed, in ms | both |
//! | `m:` and the process, hexadecimal | `report:lease:seen`, the last numbers of the process and a time in ms | both |
//! | `generation` | a number | circuit |
//! | `phase` | `closed`, `open`, `half-open` or `forced-open` | circuit |
//! | `since` | the beginning of the phase, in ms | circuit |
//! | `forced` | how long the circuit is forced open, in ms | circuit |
//! | `openings`, `succeeded`, `failed` | numbers | circuit |
//! | `tripped` | `process:time;…`, the processes that opened by their own rules and reported no call since | circuit |
//! | `tenth` | the length of a tenth of the window, in ms | circuit |
//! | `calls` | `number:good:bad:slow;…`, the tenths | circuit |
//! | `failing` | `process:time;…`, the processes that failed | circuit |
//! | `leases` | `process:number:since;…`, the leases | circuit |
//! | `left` | how many processes have left and are remembered, with 2^53-1 as their last numbers | circuit |
//! | `spent` | the time up to which the income is spent, in µs | reserve |

use std::collections::BTreeMap;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use super::circuit::{Circuit, Phase};
use super::latest::Latest;
use super::leases::{Lease, Leases};
use super::members::{Member, Members, ProcessId};
use super::record::Record;
use super::reserve::Reserve;
use super::rules::{MAX_NUMBER, Rules};
use super::tally::{MOST_CALLS, MOST_TENTHS, Tally, Tenth};

type Fields = BTreeMap<String, String>;

/// The most leases of a record, which is the highest number of trials.
const MOST_LEASES: usize = 65_535;

impl Record {
    /// Returns the record as a flat map of short names to readable text.
    ///
    /// A store may keep the map in any form; [`from_fields`](Record::from_fields) reads it. In Redis it is the hash that
    /// `HGETALL` shows.
    ///
    /// ```
    /// use retry_core::fleet::{Circuit, Record};
    ///
    /// let record = Record::Circuit(Circuit::new(0x2f));
    /// let fields = record.fields();
    /// assert_eq!(fields["epoch"], "2f");
    /// assert_eq!(fields["phase"], "closed");
    /// assert_eq!(Record::from_fields(&fields), Some(record));
    /// ```
    #[must_use]
    pub fn fields(&self) -> BTreeMap<String, String> {
        match self {
            Record::Circuit(circuit) => circuit_fields(circuit),
            Record::Reserve(reserve) => {
                let mut fields = common_fields("reserve", reserve.epoch, &reserve.members);
                fields.insert("spent".into(), reserve.spent_until.to_string());
                fields
            }
        }
    }

    /// Returns the record that has these fields. Returns `None` if a field is missing or unknown or a text is not
    /// a possible one, which a store treats as a missing record.
    #[must_use]
    pub fn from_fields(fields: &BTreeMap<String, String>) -> Option<Record> {
        let text = |name: &str| fields.get(name).map(String::as_str);
        let epoch = hexadecimal(text("epoch")?)?;
        let (members, others) = read_members(fields)?;
        match text("kind")? {
            "circuit" if others == 16 => {
                let circuit = read_circuit(fields, Circuit { members, ..Circuit::new(epoch) })?;
                Some(Record::Circuit(circuit))
            }
            // No process leaves a reserve.
            "reserve" if others == 4 && !members.has_gone() => {
                let spent_until = number(text("spent")?, MAX_NUMBER)?;
                Some(Record::Reserve(Reserve { epoch, spent_until, members }))
            }
            _ => None,
        }
    }
}

impl Phase {
    /// Returns the word that stands for the phase in a record.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Phase::Closed => "closed",
            Phase::Open => "open",
            Phase::HalfOpen => "half-open",
            Phase::ForcedOpen => "forced-open",
        }
    }

    /// Returns the phase that has this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Phase> {
        let all = [Phase::Closed, Phase::Open, Phase::HalfOpen, Phase::ForcedOpen];
        all.into_iter().find(|phase| phase.name() == name)
    }
}

fn common_fields(kind: &str, epoch: u64, members: &Members) -> Fields {
    let mut fields = Fields::new();
    fields.insert("kind".into(), kind.into());
    fields.insert("epoch".into(), format!("{epoch:x}"));
    fields.insert("swept".into(), members.swept.to_string());
    for (process, Member { report, lease, seen }) in &members.all {
        fields.insert(format!("m:{:x}", process.0), format!("{report}:{lease}:{seen}"));
    }
    fields
}

fn circuit_fields(circuit: &Circuit) -> Fields {
    let mut fields = common_fields("circuit", circuit.epoch, &circuit.members);
    let calls = |tenth: &Tenth| format!("{}:{}:{}:{};", tenth.number, tenth.good, tenth.bad, tenth.slow);
    let lease = |lease: &Lease| format!("{:x}:{}:{};", lease.process.0, lease.number, lease.since);
    let latest = |(process, at): &(ProcessId, u64)| format!("{:x}:{at};", process.0);
    let texts = [
        ("generation", circuit.generation.to_string()),
        ("phase", circuit.phase.name().into()),
        ("since", circuit.since.to_string()),
        ("forced", circuit.forced_for.to_string()),
        ("openings", circuit.openings.to_string()),
        ("succeeded", circuit.succeeded.to_string()),
        ("failed", circuit.failed.to_string()),
        ("tripped", circuit.tripped.0.iter().map(latest).collect()),
        ("tenth", circuit.tally.length.to_string()),
        ("calls", circuit.tally.tenths.iter().map(calls).collect()),
        ("failing", circuit.failing.0.iter().map(latest).collect()),
        ("leases", circuit.leases.0.iter().map(lease).collect()),
        ("left", circuit.members.gone.to_string()),
    ];
    fields.extend(texts.map(|(name, text)| (name.into(), text)));
    fields
}

/// Returns the processes, and the number of fields that are about something else.
fn read_members(fields: &Fields) -> Option<(Members, usize)> {
    let mut members = Members::default();
    let mut others = 0_usize;
    for (name, text) in fields {
        let Some(process) = name.strip_prefix("m:") else {
            others = others.saturating_add(1);
            continue;
        };
        let [report, lease, seen] = parts(text)?;
        let [report, lease, seen] =
            [number(report, MAX_NUMBER)?, number(lease, MAX_NUMBER)?, number(seen, MAX_NUMBER)?];
        members.all.insert(ProcessId(hexadecimal(process)?), Member { report, lease, seen });
    }
    members.swept = number(fields.get("swept")?, MAX_NUMBER)?;
    Some((members, others))
}

fn read_circuit(fields: &Fields, mut empty: Circuit) -> Option<Circuit> {
    let text = |name: &str| fields.get(name).map(String::as_str);
    let large = |name: &str| number(text(name)?, MAX_NUMBER);
    let small = |name: &str| u32::try_from(large(name)?).ok();
    let tenths = list(text("calls")?, MOST_TENTHS, |entry| {
        let [number_of, good, bad, slow] = parts(entry)?;
        let calls = |text| number(text, MOST_CALLS);
        let number = number(number_of, MAX_NUMBER)?;
        Some(Tenth { number, good: calls(good)?, bad: calls(bad)?, slow: calls(slow)? })
    })?;
    let latest = |name| {
        let entries = list(text(name)?, Rules::MAX_QUORUM as usize, |entry| {
            let [process, at] = parts(entry)?;
            Some((ProcessId(hexadecimal(process)?), number(at, MAX_NUMBER)?))
        });
        entries.map(Latest)
    };
    let leases = list(text("leases")?, MOST_LEASES, |entry| {
        let [process, number_of, since] = parts(entry)?;
        let process = ProcessId(hexadecimal(process)?);
        Some(Lease { process, number: number(number_of, MAX_NUMBER)?, since: number(since, MAX_NUMBER)? })
    })?;
    empty.members.gone = small("left")?;
    Some(Circuit {
        generation: large("generation")?,
        phase: Phase::from_name(text("phase")?)?,
        since: large("since")?,
        forced_for: number(text("forced")?, Rules::MAX_TIME)?,
        openings: small("openings")?,
        succeeded: small("succeeded")?,
        failed: small("failed")?,
        tripped: latest("tripped")?,
        tally: Tally { length: large("tenth")?, tenths },
        failing: latest("failing")?,
        leases: Leases(leases),
        ..empty
    })
}

/// Reads a list, each entry of which ends with a semicolon.
fn list<T>(text: &str, most: usize, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    let entries = text.split_terminator(';').map(read).collect::<Option<Vec<T>>>()?;
    let is_complete = text.is_empty() || text.ends_with(';');
    (is_complete && entries.len() <= most).then_some(entries)
}

fn parts<const N: usize>(entry: &str) -> Option<[&str; N]> {
    entry.split(':').collect::<Vec<_>>().try_into().ok()
}

/// Reads a decimal number as it is written: without a sign, a space or a zero before it.
fn number(text: &str, most: u64) -> Option<u64> {
    let number: u64 = text.parse().ok().filter(|number| *number <= most)?;
    (number.to_string() == text).then_some(number)
}

fn hexadecimal(text: &str) -> Option<u64> {
    let number = u64::from_str_radix(text, 16).ok()?;
    (format!("{number:x}") == text).then_some(number)
}

#[cfg(test)]
mod tests;
