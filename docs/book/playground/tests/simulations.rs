//! The simulations of the playground are those of the examples.

use playground::{brownout, fleet};
use serde_json::{Value, json};

fn parsed(answer: &str) -> Value {
    serde_json::from_str(answer).expect("it is JSON")
}

/// The policy of `examples/brownout`.
fn four_attempts() -> String {
    json!({ "max_attempts": "4", "initial_delay": "0.2" }).to_string()
}

#[test]
fn a_brownout_ends_as_in_the_example() {
    let answer = parsed(&brownout(&four_attempts()));
    let answers = |run: usize, from: usize| -> u64 {
        let seconds = answer["runs"][run]["seconds"].as_array().unwrap();
        assert_eq!(seconds.len(), 60);
        seconds[from..].iter().map(|second| second[3].as_u64().unwrap()).sum()
    };
    for run in answer["runs"].as_array().unwrap() {
        let requests = |second: usize| run["seconds"][second][0].as_u64().unwrap();
        let before = (0..9).map(requests).sum::<u64>();
        assert!((629..=632).contains(&before), "{before} requests before the brownout, and no retries");
    }
    assert_eq!(answers(0, 25), 0, "plain retries keep the server down");
    assert!(answers(1, 25) >= 70 * 34, "with a breaker and a budget it recovers");
    let rejected = answer["runs"][1]["total"][2].as_u64().unwrap();
    assert!(rejected > 200, "{rejected} calls");
}

#[test]
fn a_brownout_ends_for_a_policy_without_delays_and_without_end() {
    let fields = json!({ "unlimited": "true", "initial_delay": "0" }).to_string();
    let answer = parsed(&brownout(&fields));
    assert_eq!(answer["attempts"], 10);
}

#[test]
fn a_fleet_writes_once_for_each_client() {
    let answer = parsed(&fleet(
        &json!({ "initial_delay": "0.005", "max_delay": "2", "jitter": "equal" }).to_string(),
        "50",
    ));
    let sum = |name: &str| {
        answer[name].as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!(sum("succeeded"), 50);
    let calls = |kind: usize| answer["costs"][kind]["calls"].as_u64().unwrap();
    assert_eq!(calls(0), sum("succeeded") + sum("failed"));
    assert!(calls(1) > calls(2), "plain exponential backoff needs more calls than full jitter");
}

#[test]
fn a_fleet_has_an_end_whatever_its_delays() {
    for seconds in ["0", "18446744073"] {
        let fields =
            json!({ "initial_delay": seconds, "max_delay": "18446744073", "jitter": "none" }).to_string();
        let answer = parsed(&fleet(&fields, "500"));
        assert!(answer["costs"][0]["done"].as_u64().unwrap() > 0, "{answer}");
    }
}

#[test]
fn an_impossible_fleet_is_an_error_of_its_field() {
    for clients in ["0", "501", "", "ten"] {
        assert_eq!(parsed(&fleet("{}", clients))["field"], "clients");
    }
    assert_eq!(parsed(&fleet(r#"{"max_delay":"-1"}"#, "10"))["field"], "max_delay");
}
