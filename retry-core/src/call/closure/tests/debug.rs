//! What a log shows of a call: its policy and the names of its steps, but nothing that a user has passed to it.

use core::future::ready;
use std::format;

use super::{Failed, POLICY, SECOND};
use crate::{CircuitBreaker, RetryBudget, Throttle};

/// Returns the text without the policy and without what follows it.
fn start(text: &str) -> &str {
    text.split_once(" policy: Policy").expect("a call has a policy").0
}

/// Returns the text after the policy.
fn rest(text: &str) -> &str {
    &text[text.find(", rules: ").expect("a call has rules")..]
}

#[test]
fn a_call_shows_its_policy_its_steps_and_what_it_shares() {
    let blocking = format!("{:?}", POLICY.retry(|| Err::<(), _>(Failed::Down)).when(|_| true));
    assert_eq!(start(&blocking), "RetryCall {");
    assert_eq!(rest(&blocking), ", rules: Both { step: When, before: () }, shared: Unshared, .. }");
    let later = format!("{:?}", POLICY.retry_async(|| ready(Err::<(), _>(Failed::Down))).name("get"));
    assert_eq!(start(&later), "RetryFuture {");
    assert_eq!(rest(&later), ", rules: Both { step: Named(\"get\"), before: () }, shared: Unshared, .. }");
    let explained = POLICY.retry_async(|| ready(Err::<(), _>("down"))).log_errors().run_or_explain();
    let explained = format!("{explained:?}");
    assert_eq!(start(&explained), "ExplainedFuture(RetryFuture {");
    let lending = format!("{:?}", POLICY.retry_async_mut(async || Err::<(), _>(Failed::Down)));
    assert_eq!(start(&lending), "RetryLending {");
    assert_eq!(rest(&lending), ", rules: (), shared: Unshared, .. }");
}

#[test]
fn rules_show_their_steps_and_a_call_only_that_it_has_rules() {
    let rules = POLICY.rules::<Failed>().restart_after(SECOND).when(|_| true);
    let shown = format!("{rules:?}");
    assert_eq!(start(&shown), "RulesBuilder {");
    assert_eq!(
        rest(&shown),
        ", rules: Both { step: When, before: Both { step: RestartAfter(1s), before: () } }, .. }"
    );
    let rules = rules.boxed();
    let call = format!("{:?}", rules.retry(|| Err::<(), _>(Failed::Down)));
    assert_eq!(
        rest(&call),
        ", rules: Both { step: RulesOf, before: () }, \
         shared: Shares { budget: None, breaker: None, throttle: None }, .. }"
    );
}

#[test]
fn a_call_shows_what_it_shares() {
    let (budget, breaker, throttle) = (RetryBudget::new(), CircuitBreaker::new(), Throttle::new());
    let call = POLICY.retry(|| Err::<(), _>(std::io::Error::other("down")));
    let shown = format!("{:?}", call.budget(&budget).breaker(&breaker).throttle(&throttle));
    for part in [
        "shared: Shares { budget: Some(RetryBudget",
        "breaker: Some(CircuitBreaker",
        "throttle: Some(Throttle",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}
