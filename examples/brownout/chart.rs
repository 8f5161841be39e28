//! The timelines as SVG, one above the other on the same scale.

use std::error::Error;
use std::path::Path;

use charts::palette::{BLUE, GREEN, GREY, SHADE, VERMILION};
use charts::plotters::prelude::*;
use charts::{Area, Axes, draw_legend, draw_line, draw_shape, picture, titled};

use super::server::BROWNOUT;
use super::timeline::{Counts, Timeline};

const SIZE: (u32, u32) = (860, 680);

/// A line: its name, its colour and its value in a second.
type Line = (&'static str, RGBColor, fn(&Counts) -> u32);
const LINES: [Line; 3] = [
    ("requests, retries included", BLUE, |counts| counts.requests + counts.retries),
    ("retries", VERMILION, |counts| counts.retries),
    ("calls rejected by the breaker", GREY, |counts| counts.rejections),
];

/// Writes the timelines, each under its title.
pub(crate) fn draw(file: &Path, timelines: [(&str, &Timeline); 2]) -> Result<(), Box<dyn Error>> {
    let seconds = timelines.map(|(title, timeline)| (title, timeline.seconds()));
    let values = seconds.iter().flat_map(|(_, seconds)| seconds);
    let highest = values.flat_map(|counts| LINES.map(|(.., value)| value(counts))).max().unwrap_or(1);
    let highest = f64::from(highest) * 1.05;
    let [(above, first_seconds), (below, second_seconds)] = &seconds;
    picture(file, SIZE, |root| {
        let (first, second) = root.split_vertically(SIZE.1 / 2);
        draw_one(&first, above, first_seconds, highest, false)?;
        draw_one(&second, below, second_seconds, highest, true)
    })
}

fn draw_one(
    area: &Area<'_>,
    title: &str,
    seconds: &[Counts],
    highest: f64,
    has_legend: bool,
) -> Result<(), Box<dyn Error>> {
    let length = seconds.len() as f64;
    let mut chart = titled(area, title, 56).build_cartesian_2d(0.0..length, 0.0..highest)?;
    let brownout = [(BROWNOUT.start.as_secs_f64(), 0.0), (BROWNOUT.end.as_secs_f64(), highest)];
    chart.draw_series([Rectangle::new(brownout, SHADE.filled())])?;
    let axes = Axes {
        x: "seconds; the server browns out in the shaded ones",
        y: Some("in a second"),
        labels: (13, 8),
        ..Axes::default()
    };
    axes.draw(&mut chart)?;
    let points = |value: fn(&Counts) -> u32| {
        seconds
            .iter()
            .zip(0..)
            .map(move |(counts, second)| (f64::from(second) + 0.5, f64::from(value(counts))))
    };
    let answers = area_under(points(|counts| counts.answers));
    draw_shape(&mut chart, "calls answered", GREEN, answers)?;
    for (name, color, value) in LINES {
        draw_line(&mut chart, name, (color, 2), points(value))?;
    }
    if has_legend {
        draw_legend(&mut chart, SeriesLabelPosition::UpperRight)?;
    }
    Ok(())
}

/// The points, and the way back along the axis.
fn area_under(points: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    let line: Vec<_> = points.collect();
    let back = line.iter().rev().map(|&(x, _)| (x, 0.0));
    line.iter().copied().chain(back).collect()
}
