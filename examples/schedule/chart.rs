//! Schedules as an SVG: attempt against time, the band that jitter opens, a few calls in it, and the worst case.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::{Schedule, Start};

const BAND: RGBColor = RGBColor(37, 99, 235);
const WORST: RGBColor = RGBColor(190, 18, 60);
const INK: RGBColor = RGBColor(30, 41, 59);
const PALE: RGBColor = RGBColor(226, 232, 240);

/// The size of one chart, in pixels.
const SIZE: (u32, u32) = (860, 420);

/// How many calls are drawn in the band.
const CALLS: u64 = 12;

/// One chart, or several in two columns.
pub(crate) fn draw(schedules: &[Schedule], path: &Path) -> Result<(), Box<dyn Error>> {
    let columns = schedules.len().min(2);
    let rows = schedules.len().div_ceil(columns);
    let size = (SIZE.0 * columns as u32, SIZE.1 * rows as u32);
    let picture = SVGBackend::new(path, size).into_drawing_area();
    picture.fill(&WHITE)?;
    for (schedule, area) in schedules.iter().zip(picture.split_evenly((rows, columns))) {
        chart(schedule, &area)?;
    }
    picture.present()?;
    Ok(())
}

fn chart(schedule: &Schedule, area: &DrawingArea<SVGBackend<'_>, Shift>) -> Result<(), Box<dyn Error>> {
    let title = ("sans-serif", 22).into_font().style(FontStyle::Bold).color(&INK);
    let text = ("sans-serif", 13).into_font().color(&INK);
    area.draw(&Text::new(schedule.name, (24, 18), title))?;
    area.draw(&Text::new(schedule.policy.to_string(), (24, 48), text.clone()))?;

    let (end, last) = (seconds(schedule.worst_case()).max(1e-3), schedule.starts.len() as f64);
    let mut chart = ChartBuilder::on(area)
        .margin_top(76)
        .margin_right(28)
        .margin_bottom(14)
        .margin_left(14)
        .x_label_area_size(44)
        .y_label_area_size(44)
        .build_cartesian_2d(0.0..end * 1.06, 0.6..last + 0.4)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(PALE)
        .axis_style(INK.mix(0.6))
        .x_labels(10)
        .y_labels(schedule.starts.len().min(12))
        .x_label_formatter(&|time| time_label(*time, end))
        .y_label_formatter(&|attempt| format!("{attempt:.0}"))
        .label_style(text.clone())
        .x_desc("time since the first attempt, if every attempt fails at once; band: what jitter allows, lines: some calls")
        .y_desc("attempt")
        .draw()?;

    let starts = || schedule.starts.iter();
    let earliest = starts().map(|start| point(start.attempt, start.earliest));
    let latest = starts().map(|start| point(start.attempt, start.latest));
    let outline: Vec<_> = earliest.chain(latest.rev()).collect();
    chart.draw_series([Polygon::new(outline, BAND.mix(0.14))])?;
    for seed in 0..CALLS {
        chart.draw_series(LineSeries::new(call(schedule, seed), BAND.mix(0.35)))?;
    }
    let ends = |start: &Start| [start.earliest, start.latest].map(|time| point(start.attempt, time));
    chart.draw_series(starts().map(|start| PathElement::new(ends(start), BAND.stroke_width(5))))?;
    let dots = starts().flat_map(ends).map(|end| Circle::new(end, 3, BAND.filled()));
    chart.draw_series(dots)?;

    let worst = [(end, 0.6), (end, last + 0.4)];
    chart.draw_series(DashedLineSeries::new(worst, 6, 4, WORST.stroke_width(2)))?;
    let label = text.color(&WORST).pos(Pos::new(HPos::Right, VPos::Bottom));
    let words = format!("worst case: attempt {last} after {}", schedule.worst_case_in_words());
    chart.draw_series([Text::new(words, (end * 0.99, 0.66), label)])?;
    Ok(())
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
