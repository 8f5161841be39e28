//! The fleet: the text of a record, the steps of a circuit and the claims on a reserve.
//!
//! An input is the fields of a record, `name=text` line by line up to an empty line, and bytes that become steps at any
//! time. No text and no step panics. A record that is read is written as it was read. From then on the promises of a
//! circuit hold, whatever was in the record: no lease is granted beyond the trials, what is old or repeated moves nothing,
//! and what a step leaves can be read again. A reserve grants what accrues and one chunk.

use std::collections::BTreeMap;

use arbitrary::{Arbitrary, Result, Unstructured};
use retry_core::fleet::{
    Action, Calls, Circuit, Claim, Phase, ProcessId, Record, Reserve, Rules, Step, View, claim, step,
};

type Fields = BTreeMap<String, String>;

const MOST_STEPS: usize = 16;
/// The latest time that counts; later times count as this one.
const LAST: u64 = (1 << 53) - (1 << 24);

const LAST_GENERATION: &str = "9007199254740992";

/// Reads the record of an input and takes its steps. Returns whether there is a record.
pub fn check(data: &[u8]) -> bool {
    let end = data.windows(2).position(|pair| pair == b"\n\n").unwrap_or(data.len());
    let text = String::from_utf8_lossy(&data[..end]);
    let fields: Fields = text
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, text)| (name.into(), text.into()))
        .collect();
    let mut input = Unstructured::new(data.get(end + 2..).unwrap_or_default());
    let record = Record::from_fields(&fields);
    if let Some(record) = &record {
        assert_eq!(record.fields(), fields, "a record is written as it was read");
    }
    match &record {
        Some(Record::Reserve(reserve)) => drop(claims(&mut input, reserve.clone())),
        Some(Record::Circuit(circuit)) => drop(steps(&mut input, circuit.clone())),
        None if bool::arbitrary(&mut input).unwrap_or(false) => drop(claims(&mut input, Reserve::new(7, 0))),
        None => drop(steps(&mut input, Circuit::new(7))),
    }
    record.is_some() || end == 0
}

fn time(input: &mut Unstructured<'_>, now: u64) -> Result<u64> {
    Ok(match input.int_in_range(0..=9_u8)? {
        0 => u64::arbitrary(input)?,
        1 => now.saturating_sub(u64::from(u16::arbitrary(input)?)),
        2 => LAST - u64::from(u16::arbitrary(input)?),
        3..6 => now.saturating_add(u64::from(u16::arbitrary(input)?)),
        _ => now.saturating_add(u64::from(u8::arbitrary(input)?)),
    })
}

/// Returns a small number, a number near a limit, or any.
fn number(input: &mut Unstructured<'_>) -> Result<u64> {
    Ok(match input.int_in_range(0..=9_u8)? {
        0 => u64::arbitrary(input)?,
        1 => ((1 << 53) - 3) + u64::from(u8::arbitrary(input)? % 6),
        2 => u64::from(u32::MAX) - 2 + u64::from(u8::arbitrary(input)? % 5),
        _ => u64::from(u8::arbitrary(input)? % 8),
    })
}

fn small(input: &mut Unstructured<'_>) -> Result<u32> {
    number(input).map(|number| u32::try_from(number).unwrap_or(u32::MAX))
}

fn rules(input: &mut Unstructured<'_>) -> Result<Rules> {
    let length = |input: &mut Unstructured<'_>| match bool::arbitrary(input)? {
        true => Ok(u64::from(u8::arbitrary(input)?) * 10),
        false => number(input),
    };
    Ok(Rules {
        quorum: small(input)?,
        window: length(input)?,
        minimum_calls: small(input)?,
        failure_rate: *input.choose(&[0, 1, 500_000, 1_000_000, u32::MAX])?,
        slow_rate: *input.choose(&[0, 0, 1, 500_000, 1_000_000])?,
        open_for: length(input)?,
        open_for_max: length(input)?,
        trial_timeout: length(input)?,
        trials: small(input)?,
        trial_failures: small(input)?,
    })
}

fn action(input: &mut Unstructured<'_>, (epoch, generation): (u64, u64)) -> Result<Action> {
    // Mostly that of the circuit, and now and then an old one.
    let old = |input: &mut Unstructured<'_>, number: u64| match u8::arbitrary(input)? % 8 {
        0 => Ok(number.wrapping_sub(1)),
        1 => u64::arbitrary(input),
        _ => Ok(number),
    };
    let (epoch, generation) = (old(input, epoch)?, old(input, generation)?);
    Ok(match input.int_in_range(0..=15_u8)? {
        0 => Action::Look,
        1 => Action::Join,
        2..6 => {
            let calls = Calls { good: small(input)?, bad: small(input)?, slow: small(input)? };
            let tripped = bool::arbitrary(input)?;
            Action::Report { epoch, generation, number: number(input)?, calls, tripped }
        }
        6..10 => Action::Lease { number: number(input)? },
        10..12 => {
            Action::Outcome { epoch, generation, lease: number(input)?, has_failed: bool::arbitrary(input)? }
        }
        12 => Action::Release { epoch, generation, lease: number(input)? },
        13 => Action::Leave,
        14 => Action::Force { epoch, generation, time: number(input)? },
        _ => Action::Reset { epoch, generation },
    })
}

/// A circuit with its text, which the checks read.
struct Watched {
    circuit: Circuit,
    fields: Fields,
}

fn steps(input: &mut Unstructured<'_>, circuit: Circuit) -> Result<()> {
    let fields = Record::Circuit(circuit.clone()).fields();
    let mut watched = Watched { circuit, fields };
    let mut now = 1_000_000;
    let mut rules_of_all = rules(input)?;
    for _ in 0..MOST_STEPS {
        if input.is_empty() {
            break;
        }
        now = time(input, now)?;
        if u8::arbitrary(input)?.is_multiple_of(16) {
            rules_of_all = rules(input)?;
        }
        let process = ProcessId(u64::from(u8::arbitrary(input)? % 6));
        let look = Step { process, fresh: 9, rules: rules_of_all, action: Action::Look };
        let view = step(&mut watched.circuit, now, look);
        assert!(!view.changed, "a look changes nothing");
        let action = action(input, (view.epoch, view.generation))?;
        watched.take(now, Step { action, ..look });
        if watched.fields["generation"] == LAST_GENERATION {
            break;
        }
    }
    Ok(())
}

impl Watched {
    fn take(&mut self, now: u64, message: Step) {
        let before = self.circuit.clone();
        let view = step(&mut self.circuit, now, message);
        assert!(view.changed || self.circuit == before, "a change without `changed`: {message:?}");
        assert!(view.left <= Rules::MAX_TIME, "{view:?}");
        let mut repeated = self.circuit.clone();
        let again = step(&mut repeated, now, message);
        assert!(
            !again.changed && repeated == self.circuit,
            "a repeated message moves nothing: {message:?} {again:?}"
        );
        let has_no_end = view.phase == Phase::ForcedOpen && view.left >= Rules::MAX_TIME;
        assert_eq!(self.circuit.life(&message.rules).is_none(), has_no_end, "{view:?}");
        let old = view.changed.then(|| self.write());
        let old = old.as_ref().unwrap_or(&self.fields);
        check_fence(old, &self.fields, &message, &view);
        check_leases(old, &self.fields, now, &message, &view);
    }

    /// Writes the text anew and reads it. Returns the text that was there.
    fn write(&mut self) -> Fields {
        let record = Record::Circuit(self.circuit.clone());
        let fields = record.fields();
        // After 2^53 changes of the phase the record counts as a lost one.
        if fields["generation"] != LAST_GENERATION {
            let read = Record::from_fields(&fields);
            assert_eq!(read.as_ref(), Some(&record), "a step leaves a record that can be read");
        }
        std::mem::replace(&mut self.fields, fields)
    }
}

/// Checks that a message of another place moves nothing but the number of the report.
fn check_fence(old: &Fields, new: &Fields, message: &Step, view: &View) {
    let generation = |fields: &Fields| fields["generation"].parse::<u64>().unwrap_or_default();
    let (first, last) = (generation(old), generation(new));
    assert!((first..=first + 1).contains(&last), "a step is one change of the phase at most");
    assert_eq!(old["epoch"], new["epoch"]);
    let is_old = |epoch: u64, generation: u64| format!("{epoch:x}") != old["epoch"] || generation != first;
    match message.action {
        Action::Outcome { epoch, generation, .. }
        | Action::Release { epoch, generation, .. }
        | Action::Force { epoch, generation, .. }
        | Action::Reset { epoch, generation } => {
            assert!(
                !(is_old(epoch, generation) && view.changed),
                "an old message changes nothing: {message:?}"
            );
        }
        Action::Report { epoch, generation, .. } if is_old(epoch, generation) => {
            for name in ["generation", "phase", "calls", "failing", "tripped", "leases", "openings"] {
                assert_eq!(old[name], new[name], "an old report moves nothing: {message:?}");
            }
        }
        _ => {}
    }
}

/// Checks that a new lease is one of the trials, and that nobody has a lease who has asked for none.
fn check_leases(old: &Fields, new: &Fields, now: u64, message: &Step, view: &View) {
    let Action::Lease { number } = message.action else {
        assert!(!view.granted);
        return;
    };
    let now = now.clamp(1, LAST);
    let timeout = message.rules.trial_timeout.clamp(1, Rules::MAX_TIME);
    let trials = u64::from(message.rules.trials.clamp(1, 65_535));
    let is_live = |entry: &&str| {
        let since: u64 = entry.rsplit(':').next().and_then(|since| since.parse().ok()).unwrap_or_default();
        // A start in the future is that of a clock that was set back.
        if since <= now { now - since < timeout } else { since - now <= timeout }
    };
    let name = format!("{:x}:{number}:", message.process.0);
    let has_it = |fields: &Fields| {
        fields["leases"].split_terminator(';').filter(is_live).any(|lease| lease.starts_with(&name))
    };
    assert_eq!(view.granted, has_it(new), "`granted` is a live lease");
    if view.granted && !has_it(old) {
        let live = new["leases"].split_terminator(';').filter(is_live).count() as u64;
        let ended: u64 = ["succeeded", "failed"].map(|name| new[name].parse().unwrap_or(0_u64)).iter().sum();
        assert!(live + ended <= trials, "{live} leases and {ended} ended of {trials}");
        assert_eq!(view.phase, Phase::HalfOpen);
    }
}

fn claims(input: &mut Unstructured<'_>, mut reserve: Reserve) -> Result<()> {
    let mut now = 1_000_000_000_u64;
    let per_second = *input.choose(&[0, 1, 3, 10, 1000, u32::MAX])?;
    let is_steady = bool::arbitrary(input)?;
    let mut grants: Vec<(u64, u64, u64)> = Vec::new();
    for _ in 0..MOST_STEPS {
        if input.is_empty() {
            break;
        }
        now = match is_steady {
            true => now.saturating_add(u64::from(u32::arbitrary(input)? >> (u8::arbitrary(input)? % 32))),
            false => time(input, now)?,
        };
        let process = ProcessId(number(input)?);
        let tokens = small(input)?;
        let message = Claim { process, fresh: 9, per_second, tokens };
        let grant = claim(&mut reserve, now, message);
        let share = u64::from(per_second).checked_div(grant.live.into()).map_or(0, |share| share.max(1));
        assert!(grant.live >= 1, "the process that claims is live");
        let share = if per_second == 0 { 0 } else { share };
        assert!(grant.tokens <= tokens, "no more than is wanted: {message:?} {grant:?}");
        assert!(per_second > 0 || grant.tokens == 0, "nothing accrues");
        assert!(u64::from(grant.tokens) <= share, "a fair share: {grant:?}");
        assert!(grant.next <= Rules::MAX_TIME);
        assert!(per_second == 0 || grant.next <= 3_001, "the next token is there soon: {grant:?}");
        let record = Record::Reserve(reserve.clone());
        assert_eq!(
            Record::from_fields(&record.fields()).as_ref(),
            Some(&record),
            "a claim leaves a readable record"
        );
        grants.push((now.min(LAST), grant.tokens.into(), share));
    }
    if is_steady {
        check_income(&grants, per_second.into());
    }
    Ok(())
}

/// Checks that from each grant on, the fleet got what accrued and one chunk.
fn check_income(grants: &[(u64, u64, u64)], per_second: u64) {
    for (first, (start, _, chunk)) in grants.iter().enumerate() {
        let mut sum = 0;
        for (now, tokens, _) in &grants[first..] {
            sum += u128::from(*tokens);
            let income = u128::from(per_second) * u128::from(now - start + 1) / 1_000_000;
            assert!(sum <= income + u128::from(*chunk), "{sum} tokens in {} µs", now - start);
        }
    }
}
