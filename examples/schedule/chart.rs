//! Schedules as an SVG: attempt against time, the band that jitter opens, a few calls in it, and the worst case.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use charts::palette::{BLUE, VERMILION};
use charts::plotters::prelude::*;
use charts::{Area, Axes, TEXT, TITLE, draw_legend, draw_line, draw_shape, picture, text};

use crate::{Schedule, Start};

/// The size of one chart, in pixels.
const SIZE: (u32, u32) = (860, 420);

/// How many calls are drawn in the band.
const CALLS: u64 = 12;

/// One chart, or several in two columns.
pub(crate) fn draw(schedules: &[Schedule], path: &Path) -> Result<(), Box<dyn Error>> {
    let columns = schedules.len().min(2);
    let rows = schedules.len().div_ceil(columns);
    let size = (SIZE.0 * columns as u32, SIZE.1 * rows as u32);
    picture(path, size, |root| {
        for (schedule, area) in schedules.iter().zip(root.split_evenly((rows, columns))) {
            chart(schedule, &area)?;
        }
        Ok(())
    })
}

fn chart(schedule: &Schedule, area: &Area<'_>) -> Result<(), Box<dyn Error>> {
    let below = area.margin(14, 0, 0, 0).titled(schedule.name, text(TITLE))?;
    let below = below.titled(&schedule.policy.to_string(), text(TEXT))?;
    let (end, last) = (seconds(schedule.worst_case()).max(1e-3), schedule.starts.len() as f64);
    let mut chart = ChartBuilder::on(&below)
        .margin(14)
        .x_label_area_size(40)
        .y_label_area_size(44)
        .build_cartesian_2d(0.0..end * 1.06, 0.6..last + 0.4)?;
    let axes = Axes {
        x: "time since the first attempt, if every attempt fails at once",
        y: Some("attempt"),
        labels: (10, schedule.starts.len().min(12)),
        x_label: &|time| time_label(*time, end),
        ..Axes::default()
    };
    axes.draw(&mut chart)?;

    let starts = || schedule.starts.iter();
    let earliest = starts().map(|start| point(start.attempt, start.earliest));
    let latest = starts().map(|start| point(start.attempt, start.latest));
    draw_shape(&mut chart, "what jitter allows", BLUE, earliest.chain(latest.rev()).collect())?;
    let color = BLUE.mix(0.35);
    draw_line(&mut chart, "some calls", (color, 1), call(schedule, 0))?;
    for seed in 1..CALLS {
        chart.draw_series(LineSeries::new(call(schedule, seed), color))?;
    }
    let ends = |start: &Start| [start.earliest, start.latest].map(|time| point(start.attempt, time));
    chart.draw_series(starts().map(|start| PathElement::new(ends(start), BLUE.stroke_width(5))))?;
    let dots = starts().flat_map(ends).map(|end| Circle::new(end, 3, BLUE.filled()));
    chart.draw_series(dots)?;
    let words = format!("worst case: attempt {last} after {}", schedule.worst_case_in_words());
    draw_line(&mut chart, &words, (VERMILION, 2), [(end, 0.6), (end, last + 0.4)])?;
    // Between the first attempts and the line of the worst case, below the band.
    draw_legend(&mut chart, SeriesLabelPosition::LowerMiddle)
}

/// One call through the band, drawn from that seed.
fn call(schedule: &Schedule, seed: u64) -> Vec<(f64, f64)> {
    let mut time = Duration::ZERO;
    let mut points = vec![point(1, time)];
    let delays = schedule.policy.delays_seeded(seed).take(schedule.starts.len() - 1);
    for (attempt, delay) in (2_u32..).zip(delays) {
        time += delay;
        points.push(point(attempt, time));
    }
    points
}

fn point(attempt: u32, time: Duration) -> (f64, f64) {
    (seconds(time), f64::from(attempt))
}

fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}

fn time_label(time: f64, end: f64) -> String {
    match end {
        ..1.0 => format!("{:.0} ms", time * 1e3),
        ..10.0 => format!("{time:.1} s"),
        _ => format!("{time:.0} s"),
    }
}
