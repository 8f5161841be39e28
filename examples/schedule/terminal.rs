//! A schedule in characters: a row for each attempt, with a bar from its earliest to its latest start.

use std::fmt::Write;

use crate::Schedule;

/// Columns for the time axis.
const WIDTH: usize = 72;

pub(crate) fn plot(schedule: &Schedule) -> String {
    let end = schedule.worst_case();
    let column = |time: std::time::Duration| {
        let share = if end.is_zero() { 0.0 } else { time.div_duration_f64(end) };
        (share * (WIDTH - 1) as f64).round() as usize
    };
    let mut plot = String::new();
    for start in &schedule.starts {
        let (from, to) = (column(start.earliest), column(start.latest));
        let (space, bar) = (" ".repeat(from), "█".repeat(to - from + 1));
        writeln!(plot, "{:>7} │{space}{bar}", start.attempt).expect("a string takes everything");
    }
    let (axis, end) = ("─".repeat(WIDTH), format!("worst case {}", schedule.worst_case_in_words()));
    write!(plot, "        └{axis}\n         0s{end:>width$}\n", width = WIDTH - 2)
        .expect("a string takes everything");
    plot
}
