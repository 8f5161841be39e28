//! The script, its arguments and its answers.

use core::time::Duration;
use std::borrow::ToOwned;
use std::format;
use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

use ::redis::{ErrorKind, RedisError, RedisResult, Value, from_redis_value};

use crate::fleet::circuit::{Action, Phase, Step, View};
use crate::fleet::record::{Answer, Request};
use crate::fleet::reserve::{Claim, Grant};

/// The text of the script.
pub const CODE: &str = concat!(
    include_str!("script/record.lua"),
    include_str!("script/reserve.lua"),
    include_str!("script/circuit.lua"),
);

/// Returns the arguments for a request at a time; `None` is the server's.
#[must_use]
pub fn arguments(now: Option<Duration>, request: &Request) -> Vec<String> {
    let now = now.map_or("now".to_owned(), |now| now.as_micros().to_string());
    match request {
        Request::Reserve(Claim { process, fresh, per_second, tokens }) => vec![
            "reserve".into(),
            now,
            format!("{:x}", process.0),
            format!("{fresh:x}"),
            per_second.to_string(),
            tokens.to_string(),
        ],
        Request::Circuit(Step { process, fresh, rules, action }) => {
            let mut arguments = vec!["circuit".into(), now, format!("{:x}", process.0), format!("{fresh:x}")];
            let rules = rules.bounded();
            let numbers: [u64; 10] = [
                rules.quorum.into(),
                rules.window,
                rules.minimum_calls.into(),
                rules.failure_rate.into(),
                rules.slow_rate.into(),
                rules.open_for,
                rules.open_for_max,
                rules.trial_timeout,
                rules.trials.into(),
                rules.trial_failures.into(),
            ];
            arguments.extend(numbers.map(|number| number.to_string()));
            let (name, epoch, numbers) = action_arguments(action);
            arguments.push(name.into());
            arguments.extend(epoch.map(|epoch| format!("{epoch:x}")));
            arguments.extend(numbers.iter().map(u64::to_string));
            arguments
        }
    }
}

/// Returns the name of an action, the epoch in which it is possible, and its numbers.
fn action_arguments(action: &Action) -> (&'static str, Option<u64>, Vec<u64>) {
    match *action {
        Action::Look => ("look", None, vec![]),
        Action::Join => ("join", None, vec![]),
        Action::Leave => ("leave", None, vec![]),
        Action::Lease { number } => ("lease", None, vec![number]),
        Action::Report { epoch, generation, number, calls, tripped } => {
            let [good, bad, slow] = [calls.good, calls.bad, calls.slow].map(u64::from);
            ("report", Some(epoch), vec![generation, number, good, bad, slow, tripped.into()])
        }
        Action::Outcome { epoch, generation, lease, has_failed } => {
            ("outcome", Some(epoch), vec![generation, lease, has_failed.into()])
        }
        Action::Release { epoch, generation, lease } => ("release", Some(epoch), vec![generation, lease]),
        Action::Force { epoch, generation, time } => ("force", Some(epoch), vec![generation, time]),
        Action::Reset { epoch, generation } => ("reset", Some(epoch), vec![generation]),
    }
}

/// Reads the answer to a request.
///
/// # Errors
///
/// If the script did not return it, which means that the server is not one.
pub fn answer(request: &Request, value: Value) -> RedisResult<Answer> {
    match request {
        Request::Reserve(_) => {
            let (tokens, live, next) = from_redis_value(value)?;
            Ok(Answer::Reserve(Grant { tokens, live, next }))
        }
        Request::Circuit(_) => {
            let (epoch, generation, phase, left, granted, live, known, changed): (
                String,
                _,
                String,
                _,
                _,
                _,
                _,
                _,
            ) = from_redis_value(value)?;
            let epoch = u64::from_str_radix(&epoch, 16).map_err(|_| unexpected())?;
            let phase = Phase::from_name(&phase).ok_or_else(unexpected)?;
            Ok(Answer::Circuit(View { epoch, generation, phase, left, granted, live, known, changed }))
        }
    }
}

fn unexpected() -> RedisError {
    (ErrorKind::UnexpectedReturnType, "the script of the fleet returned something else").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::members::ProcessId;
    use crate::fleet::rules::Rules;
    use crate::fleet::tally::Calls;

    const PROCESS: ProcessId = ProcessId(0xab);

    #[test]
    fn a_claim_is_six_arguments() {
        let claim = Claim { process: PROCESS, fresh: 0xcd, per_second: 12, tokens: 34 };
        let at_once = arguments(None, &Request::Reserve(claim));
        assert_eq!(at_once, ["reserve", "now", "ab", "cd", "12", "34"]);
        let at_a_time = arguments(Some(Duration::from_millis(5)), &Request::Reserve(claim));
        assert_eq!(at_a_time, ["reserve", "5000", "ab", "cd", "12", "34"]);
    }

    #[test]
    fn a_step_is_its_rules_and_its_action() {
        let rules = Rules {
            quorum: 2,
            window: 10_000,
            minimum_calls: 20,
            failure_rate: 500_000,
            slow_rate: 0,
            open_for: 1_000,
            open_for_max: 60_000,
            trial_timeout: 3_000,
            trials: 5,
            trial_failures: 1,
        };
        let calls = Calls { good: 7, bad: 8, slow: 6 };
        let (epoch, generation, lease) = (0xef, 3, 4);
        for (action, written) in [
            (Action::Look, "look"),
            (Action::Join, "join"),
            (Action::Leave, "leave"),
            (Action::Lease { number: 9 }, "lease 9"),
            (Action::Report { epoch, generation, number: 9, calls, tripped: true }, "report ef 3 9 7 8 6 1"),
            (Action::Outcome { epoch, generation, lease, has_failed: false }, "outcome ef 3 4 0"),
            (Action::Release { epoch, generation, lease }, "release ef 3 4"),
            (Action::Force { epoch, generation, time: 1_500 }, "force ef 3 1500"),
            (Action::Reset { epoch, generation }, "reset ef 3"),
        ] {
            let step = Step { process: PROCESS, fresh: 0xcd, rules, action };
            let start = "circuit now ab cd 2 10000 20 500000 0 1000 60000 3000 5 1";
            assert_eq!(arguments(None, &Request::Circuit(step)).join(" "), format!("{start} {written}"));
        }
    }
}
