//! Runs a blocking call: the first attempt in the caller's function, everything after a failure out of line.

use super::progress::Progress;
use super::site::Site;
use super::step::{AfterAttempt, Decider, NextWait, Rules};
use crate::decision::Outcome;
use crate::runtime::sleep;
use crate::runtime::{Clock, Delay};

/// How a blocking function waits before the next attempt.
pub trait BlockingWait {
    /// Blocks the thread for `delay`.
    fn wait(&mut self, delay: Delay);
}

/// Waits on the thread's own timer.
#[derive(Clone, Copy, Debug)]
pub struct Block;

impl BlockingWait for Block {
    fn wait(&mut self, delay: Delay) {
        sleep::block(delay.0);
    }
}

/// Waits by a function of the caller.
pub struct BlockBy<'a>(pub &'a mut dyn FnMut(Delay));

impl BlockingWait for BlockBy<'_> {
    fn wait(&mut self, delay: Delay) {
        (self.0)(delay);
    }
}

/// Returns the body of a function, which may run more than once, so that a value that it moves out of the function
/// is reported in the body.
#[inline]
pub fn attempts<O, F: FnMut(u32) -> O>(body: F) -> F {
    body
}

/// Calls `attempt` with the number of each attempt, until it succeeds or the policy gives up.
///
/// A success at the first attempt costs a comparison: nothing else is alive while the first attempt runs, and its
/// result stays where it was made.
#[inline]
pub fn run<O: Outcome, W: BlockingWait, A: AfterAttempt<O::Error>>(
    wait: W,
    site: &Site,
    after: A,
    mut attempt: impl FnMut(u32) -> O,
) -> O {
    let progress = Progress::blocking(site);
    match attempt(1).into_result() {
        Ok(value) => O::from_result(Ok(value)),
        Err(error) => retry(wait, site, progress, after, error, &mut { attempt }),
    }
}

/// Returns the rules of a function for the errors of `attempt`.
#[inline]
pub fn rules_of<O: Outcome, B: FnMut(u32) -> O, F: FnMut(Option<&O::Error>, Decider<'_>) -> NextWait>(
    _: &B,
    rules: F,
) -> Rules<F> {
    Rules(rules)
}

/// Runs a call like [`run`], with rules of the function's own. They are passed by reference, so that one loop serves all
/// rules.
#[inline]
pub fn run_with_rules<O: Outcome, W: BlockingWait>(
    wait: W,
    site: &Site,
    rules: impl AfterAttempt<O::Error>,
    mut attempt: impl FnMut(u32) -> O,
) -> O {
    let progress = Progress::blocking(site);
    match attempt(1).into_result() {
        Ok(value) => O::from_result(Ok(value)),
        Err(error) => {
            let rules: &mut dyn AfterAttempt<O::Error> = &mut { rules };
            retry(wait, site, progress, rules, error, &mut { attempt })
        }
    }
}

/// Runs the attempts after the first one. There is one copy of this loop for each type of outcome.
#[cold]
#[inline(never)]
fn retry<O: Outcome, W: BlockingWait, A: AfterAttempt<O::Error>>(
    mut wait: W,
    site: &Site,
    mut progress: Progress,
    mut after: A,
    mut error: O::Error,
    attempt: &mut dyn FnMut(u32) -> O,
) -> O {
    loop {
        let decider = Decider::new(site, &mut progress, Clock::Blocking);
        let NextWait(Some(delay)) = after.decide(Some(&error), decider) else {
            return O::from_result(Err(error));
        };
        drop(error);
        wait.wait(Delay(delay));
        match attempt(progress.attempt()).into_result() {
            Ok(value) => {
                after.decide(None, Decider::new(site, &mut progress, Clock::Blocking));
                return O::from_result(Ok(value));
            }
            Err(next) => error = next,
        }
    }
}
