//! Runs the attempts of a blocking call after the first one, which is in the function itself.

use super::handle::Call;
use super::progress::{Progress, Started};
use super::site::Site;
use super::step::{AfterAttempt, Decider, NextWait, Rules, RulesWithCall};
use crate::decision::Outcome;
#[cfg(not(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown")))]
use crate::runtime::sleep;
use crate::runtime::{Clock, Delay};

/// How a blocking function waits before the next attempt.
pub trait BlockingWait {
    /// Blocks the thread for `delay`.
    fn wait(&mut self, delay: Delay);
}

/// Waits on the thread's own timer.
#[cfg(not(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown")))]
#[derive(Clone, Copy, Debug)]
pub struct Block;

#[cfg(not(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown")))]
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

/// The body of a function, called for each attempt with its number. A `dyn FnMut` would contain a second function, by which
/// the closure is consumed.
pub trait Repeat<O> {
    /// Makes the attempt with this number.
    fn attempt(&mut self, number: u32) -> O;
}

impl<O, F: FnMut(u32) -> O> Repeat<O> for F {
    #[inline]
    fn attempt(&mut self, number: u32) -> O {
        self(number)
    }
}

/// Returns the body of a function, which may run more than once, so that a value that it moves out of the function
/// is reported in the body. The compiler quotes the line with the bound, so the line contains the way out.
#[inline]
pub fn repeatable<O, F>(body: F) -> F
where
    F: FnMut(u32) -> O, // for each attempt: write `#[retry(clone(x))]` for an `x` that it consumes
{
    body
}

/// Runs the attempts after the first one, which failed with `error`. `attempt` is the body, which takes the number of the
/// attempt.
///
/// An annotated function contains its first attempt and a call of this. While the first attempt runs, nothing else is
/// alive, and its result stays where it was made. All functions with the same type of outcome share this loop.
#[cold]
#[inline(never)]
pub(super) fn retry<O: Outcome, W: BlockingWait, A: AfterAttempt<O::Error>>(
    mut wait: W,
    site: &Site<'_>,
    started: Started,
    mut after: A,
    mut error: O::Error,
    attempt: &mut dyn Repeat<O>,
) -> O {
    let mut progress = Progress::from(started);
    loop {
        let decider = Decider::new(site, &mut progress, Clock::Blocking);
        let NextWait(Some(delay)) = after.decide(Some(&error), decider) else {
            return O::from_result(Err(error));
        };
        drop(error);
        wait.wait(Delay(delay));
        match attempt.attempt(progress.attempt()).into_result() {
            Ok(value) => {
                after.decide(None, Decider::new(site, &mut progress, Clock::Blocking));
                return O::from_result(Ok(value));
            }
            Err(next) => error = next,
        }
    }
}

/// Runs the attempts like `retry`, by the default policy. The site is made here: an annotated function then contains no
/// item for it.
#[cold]
#[inline(never)]
pub(super) fn retry_by_default<O: Outcome, W: BlockingWait, A: AfterAttempt<O::Error>>(
    wait: W,
    label: &'static str,
    after: A,
    error: O::Error,
    attempt: &mut dyn Repeat<O>,
) -> O {
    retry(wait, &Site::with_default(label), Started::UNTIMED, after, error, attempt)
}

/// Runs the attempts like `retry_by_rules`, for a call with a handle, which keeps its progress.
#[cold]
pub fn retry_with_call<O: Outcome, W: BlockingWait>(
    wait: W,
    site: &Site<'_>,
    call: &Call,
    rules: impl FnMut(Option<&O::Error>, Decider<'_>) -> NextWait,
    error: O::Error,
    attempt: &mut dyn Repeat<O>,
) -> O {
    let mut rules = RulesWithCall::new(rules, call);
    let rules: &mut dyn AfterAttempt<O::Error> = &mut rules;
    retry(wait, site, Started::UNTIMED, rules, error, &mut |_| attempt.attempt(call.attempt()))
}

/// Runs the attempts like `retry`, with rules of the function's own. They are passed by reference, so that functions
/// with different rules share the loop too.
#[cold]
pub fn retry_by_rules<O: Outcome, W: BlockingWait>(
    wait: W,
    site: &Site<'_>,
    started: Started,
    mut rules: impl FnMut(Option<&O::Error>, Decider<'_>) -> NextWait,
    error: O::Error,
    attempt: &mut dyn Repeat<O>,
) -> O {
    let mut rules = Rules::new(&mut rules);
    let rules: &mut dyn AfterAttempt<O::Error> = &mut rules;
    retry(wait, site, started, rules, error, attempt)
}
