//! Shows how far a long run is, in one line on standard error, if it is a terminal.

#[cfg(test)]
mod tests;

use std::fmt::Write;
use std::time::Duration;

use indicatif::{FormattedDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// A line that shows what is done and how much time is left. It is cleared on drop.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Starts a run of so many steps.
    #[must_use]
    pub fn new(all: u64, unit: &str) -> Progress {
        Progress::on(ProgressDrawTarget::stderr(), all, unit)
    }

    /// Starts a run that takes so long.
    #[must_use]
    pub fn of_time(time: Duration) -> Progress {
        Progress::of_time_on(ProgressDrawTarget::stderr(), time)
    }

    fn on(target: ProgressDrawTarget, all: u64, unit: &str) -> Progress {
        let template = format!("{{bar:24}} {{pos}} of {{len}} {unit}{{left}} {{wide_msg}}");
        Progress::styled(target, all, &template, estimated)
    }

    fn of_time_on(target: ProgressDrawTarget, time: Duration) -> Progress {
        Progress::styled(target, time.as_secs(), "{bar:24} {left} {wide_msg}", remaining)
    }

    fn styled(
        target: ProgressDrawTarget,
        all: u64,
        template: &str,
        left: fn(&ProgressState, &mut dyn Write),
    ) -> Progress {
        let style = ProgressStyle::with_template(template).expect("the template is valid");
        let bar = ProgressBar::with_draw_target(Some(all), target);
        Progress { bar: bar.with_style(style.with_key("left", left)) }
    }

    /// Counts one more step.
    pub fn step(&self) {
        self.bar.inc(1);
    }

    /// Sets the number of steps done.
    pub fn reach(&self, done: u64) {
        // An event loop asks millions of times.
        if done != self.bar.position() {
            self.bar.set_position(done);
        }
    }

    /// Begins again, for a run of a given time that has had to prepare.
    pub fn restart(&self) {
        self.bar.reset();
    }

    /// Shows the time that has passed of a run of a given time.
    pub fn tick(&self) {
        self.reach(self.bar.elapsed().as_secs());
    }

    /// Shows a text behind the time left.
    pub fn note(&self, text: String) {
        self.bar.set_message(text);
    }

    /// Removes the line while `print` writes to the same terminal.
    pub fn above<R>(&self, print: impl FnOnce() -> R) -> R {
        self.bar.suspend(print)
    }
}

/// The time left by the pace so far, which the first step shows.
fn estimated(state: &ProgressState, text: &mut dyn Write) {
    if state.pos() > 0 {
        let _ = write!(text, ", {} left", FormattedDuration(state.eta()));
    }
}

/// The time left of a run that takes a given time.
fn remaining(state: &ProgressState, text: &mut dyn Write) {
    let left = state.len().unwrap_or_default().saturating_sub(state.pos());
    let _ = write!(text, "{} left", FormattedDuration(Duration::from_secs(left)));
}
