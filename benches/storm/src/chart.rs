//! The charts as SVG.

use std::error::Error;
use std::path::Path;

use charts::palette::{BLUE, GREY, ORANGE, PURPLE, SHADE, SKY, VERMILION};
use charts::plotters::prelude::*;
use charts::{Area, Axes, draw_legend, draw_line, picture, titled};

use crate::measure::{Measured, Second};
use crate::model::scenario::Scenario;
use crate::model::scenarios::{BROWNOUT, CRASH, OVERLOAD, OVERLOAD_LONG_QUEUE};
use crate::table::Slow;

const SIZE: (u32, u32) = (860, 680);

/// The clients in the charts.
const CLIENTS: [(&str, RGBColor); 6] = [
    ("no retry", GREY),
    ("loop by hand", VERMILION),
    ("`tower`, strict budget", ORANGE),
    ("AWS SDK, adaptive", PURPLE),
    ("ours: budget, throttle", SKY),
    ("ours: budget, breaker", BLUE),
];

/// The scenarios that a page shows.
const DRAWN: [&str; 4] = [BROWNOUT.name, CRASH.name, OVERLOAD.name, OVERLOAD_LONG_QUEUE.name];

/// A line: its name, its colour and its points.
struct Line {
    name: String,
    color: RGBColor,
    points: Vec<(f64, f64)>,
}

/// Writes `storm-<scenario>.svg`: answers above, requests below.
pub(crate) fn draw_trouble(
    folder: &Path,
    scenario: &Scenario,
    measured: &[Measured],
) -> Result<(), Box<dyn Error>> {
    if !DRAWN.contains(&scenario.name) {
        return Ok(());
    }
    let file = folder.join(format!("storm-{}.svg", scenario.name));
    let answers = lines(measured, |second| second.answers);
    let requests = lines(measured, |second| second.sent);
    picture(&file, SIZE, |root| {
        let (above, below) = root.split_vertically(SIZE.1 / 2);
        draw_one(&above, "Answers in a second", scenario, &answers, true)?;
        draw_one(&below, "Requests in a second", scenario, &requests, false)
    })?;
    println!("wrote {}\n", file.display());
    Ok(())
}

fn lines(measured: &[Measured], value: fn(&Second) -> f64) -> Vec<Line> {
    let line = |(name, color): (&str, RGBColor)| {
        let client = measured.iter().find(|client| client.name == name)?;
        let seconds = client.seconds.iter().zip(0..);
        let points = seconds.map(|(second, number)| (f64::from(number) + 0.5, value(second))).collect();
        Some(Line { name: name.replace('`', ""), color, points })
    };
    CLIENTS.into_iter().filter_map(line).collect()
}

fn draw_one(
    area: &Area<'_>,
    title: &str,
    scenario: &Scenario,
    lines: &[Line],
    has_legend: bool,
) -> Result<(), Box<dyn Error>> {
    let highest =
        lines.iter().flat_map(|line| &line.points).fold(0.0_f64, |high, &(_, value)| high.max(value));
    let highest = highest * 1.05;
    // The calm before the trouble is cut short: nothing happens in it.
    let first = scenario.trouble_starts as f64 - 5.0;
    let seconds = first..scenario.length as f64;
    let mut chart = titled(area, title, 56).build_cartesian_2d(seconds, 0.0..highest)?;
    let trouble = [(scenario.trouble_starts as f64, 0.0), (scenario.trouble_ends as f64, highest)];
    chart.draw_series([Rectangle::new(trouble, SHADE.filled())])?;
    let axes = Axes { x: "seconds; trouble in the shaded ones", labels: (13, 8), ..Axes::default() };
    axes.draw(&mut chart)?;
    for Line { name, color, points } in lines {
        let visible = points.iter().copied().filter(|&(second, _)| second >= first);
        draw_line(&mut chart, name, (*color, 2), visible)?;
    }
    if has_legend {
        draw_legend(&mut chart, SeriesLabelPosition::LowerRight)?;
    }
    Ok(())
}

/// Writes `storm-slow.svg`: how long the slowest calls take, without a hedge and with one.
pub(crate) fn draw_slow(folder: &Path, rows: &[Slow]) -> Result<(), Box<dyn Error>> {
    let file = folder.join("storm-slow.svg");
    picture(&file, (SIZE.0, 420), |root| {
        let mut chart = titled(root, "The slowest calls", 62)
            .build_cartesian_2d((1.0..1000.0_f64).log_scale(), (10.0..1000.0_f64).log_scale())?;
        let axes = Axes {
            x: "one call of so many takes longer",
            y: Some("milliseconds"),
            labels: (4, 3),
            ..Axes::default()
        };
        axes.draw(&mut chart)?;
        for Line { name, color, points } in slow_lines(rows) {
            draw_line(&mut chart, &name, (color, 3), points)?;
        }
        draw_legend(&mut chart, SeriesLabelPosition::UpperLeft)
    })?;
    println!("wrote {}\n", file.display());
    Ok(())
}

fn slow_lines(rows: &[Slow]) -> Vec<Line> {
    let lines = [
        ("none", "no hedge", "healthy", CLIENTS[0].1),
        ("a tenth, by 10 ms × n", "no hedge", "slow tenth, no hedge", CLIENTS[1].1),
        ("a tenth, by 10 ms × n", "hedge by default", "slow tenth, hedged", CLIENTS[5].1),
    ];
    let line = |(scenario, client, name, color): (&str, &str, &str, RGBColor)| {
        let row =
            rows.iter().find(|row| row.client.scenario.name == scenario && row.client.name == client)?;
        let ranks = (0..=60).map(|step| 10.0_f64.powf(f64::from(step) / 20.0));
        let points = ranks.map(|calls| (calls, row.client.time(1.0 - 1.0 / calls) * 1e3)).collect();
        Some(Line { name: name.to_owned(), color, points })
    };
    lines.into_iter().filter_map(line).collect()
}
