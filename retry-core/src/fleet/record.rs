//! The record under one key of a store, and the one operation on it.

use core::time::Duration;

use super::circuit::{Circuit, Step, View, step};
use super::reserve::{Claim, Grant, LIFE, Reserve, claim};

/// A request of a process to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a store has to answer every request")]
pub enum Request {
    /// A step of a circuit.
    Circuit(Step),
    /// A claim on the reserve of a budget.
    Reserve(Claim),
}

/// The answer to a request of the same kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a store writes it")]
pub enum Answer {
    /// The answer to a step.
    Circuit(View),
    /// The answer to a claim.
    Reserve(Grant),
}

/// The record under one key of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a store reads and writes it")]
pub enum Record {
    /// A circuit.
    Circuit(Circuit),
    /// The reserve of a budget.
    Reserve(Reserve),
}

impl Record {
    /// Answers a request at `now`, a time of the store's own clock since any moment. Returns the answer and, if the record has
    /// changed, what the store has to write.
    ///
    /// For a store that replaces a record only if nobody else has replaced it since it was read. A record that is missing,
    /// has expired or is of another kind is `None`.
    #[must_use]
    pub fn answer(record: Option<&Record>, now: Duration, request: &Request) -> (Answer, Option<Written>) {
        match request {
            Request::Circuit(request) => {
                let mut circuit = match record {
                    Some(Record::Circuit(circuit)) => circuit.clone(),
                    _ => Circuit::new(request.fresh),
                };
                let view = step(&mut circuit, millis(now), *request);
                let life = circuit.life(&request.rules).map(Duration::from_millis);
                let written = view.changed.then_some(Written { record: Record::Circuit(circuit), life });
                (Answer::Circuit(view), written)
            }
            Request::Reserve(request) => {
                let micros = u64::try_from(now.as_micros()).unwrap_or(u64::MAX);
                let mut reserve = match record {
                    Some(Record::Reserve(reserve)) => reserve.clone(),
                    _ => Reserve::new(request.fresh, micros),
                };
                let grant = claim(&mut reserve, micros, *request);
                let life = Some(Duration::from_millis(LIFE));
                (Answer::Reserve(grant), Some(Written { record: Record::Reserve(reserve), life }))
            }
        }
    }
}

/// A record to write, and how long it lives from now on; for ever without a time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a store takes it apart")]
pub struct Written {
    /// The record.
    pub record: Record,
    /// How long it lives.
    pub life: Option<Duration>,
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
