//! The numbers of the playground: a policy from the fields of a form, its schedule, its code and its simulations.
//!
//! Each function takes the fields as JSON and returns JSON. The script of the page draws and computes nothing itself.

mod arguments;
mod brownout;
mod code;
mod fleet;
mod schedule;

use reattempt::PolicyConfig;
use serde_json::{Value, json};
use wasm_bindgen::prelude::wasm_bindgen;

use arguments::{Arguments, Refused};

/// Returns the names of the presets.
#[must_use]
#[wasm_bindgen]
pub fn presets() -> String {
    let names: Vec<_> = reattempt::preset::ALL.iter().map(|(name, _)| *name).collect();
    json!(names).to_string()
}

/// Returns the schedule of a policy and its code.
#[must_use]
#[wasm_bindgen]
pub fn schedule(fields: &str) -> String {
    answer(fields, |arguments| {
        let mut answer = schedule::of(&arguments.policy);
        let mut preset = PolicyConfig::from(arguments.start);
        // A config leaves out a limit that is the default.
        preset.max_delay = arguments.start.delay_limit().map(|limit| limit.as_secs_f64());
        answer["preset"] = json!(preset);
        answer["attribute"] = code::attribute(arguments).into();
        answer["closure"] = code::closure(arguments).into();
        answer
    })
}

/// Returns the calls of a fleet whose clients have the policy. `clients` is a text like the fields.
#[must_use]
#[wasm_bindgen]
pub fn fleet(fields: &str, clients: &str) -> String {
    let known = clients.trim().parse().ok().filter(|clients| (1..=fleet::MOST_CLIENTS).contains(clients));
    let Some(known) = known else {
        let message =
            format!("`clients` is {clients}; write a whole number from 1 to {}", fleet::MOST_CLIENTS);
        return json!({ "field": "clients", "message": message }).to_string();
    };
    answer(fields, |arguments| fleet::of(&arguments.policy, known))
}

/// Returns a brownout of a server whose clients have the policy.
#[must_use]
#[wasm_bindgen]
pub fn brownout(fields: &str) -> String {
    answer(fields, |arguments| brownout::of(&arguments.policy))
}

/// Returns the answer to valid fields, or the field that is wrong with the message of the library.
fn answer(fields: &str, answer: impl FnOnce(&Arguments) -> Value) -> String {
    match Arguments::read(fields) {
        Ok(arguments) => answer(&arguments).to_string(),
        Err(Refused { field, message }) => json!({ "field": field, "message": message }).to_string(),
    }
}
