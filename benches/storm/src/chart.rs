//! The charts as SVG.

use std::error::Error;
use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::measure::{Measured, Second};
use crate::model::scenario::Scenario;
use crate::model::scenarios::{BROWNOUT, CRASH, OVERLOAD, OVERLOAD_LONG_QUEUE};
use crate::table::Slow;

const SIZE: (u32, u32) = (860, 680);
const INK: RGBColor = RGBColor(45, 52, 60);
const GRID: RGBColor = RGBColor(228, 231, 235);
const SHADE: RGBColor = RGBColor(244, 238, 226);

/// The clients in the charts. The colours are told apart by people with any kind of colour vision (Okabe and Ito).
const CLIENTS: [(&str, RGBColor); 6] = [
    ("no retry", RGBColor(110, 110, 110)),
    ("loop by hand", RGBColor(213, 94, 0)),
    ("`tower`, strict budget", RGBColor(230, 159, 0)),
    ("AWS SDK, adaptive", RGBColor(204, 121, 167)),
    ("ours: budget, throttle", RGBColor(86, 180, 233)),
    ("ours: budget, breaker", RGBColor(0, 114, 178)),
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
    std::fs::create_dir_all(folder)?;
    let file = folder.join(format!("storm-{}.svg", scenario.name));
    let root = SVGBackend::new(&file, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let (above, below) = root.split_vertically(SIZE.1 / 2);
    let answers = lines(measured, |second| second.answers);
    let requests = lines(measured, |second| second.sent);
    draw_one(&above, "Answers in a second", scenario, &answers, true)?;
    draw_one(&below, "Requests in a second", scenario, &requests, false)?;
    root.present()?;
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
    area: &DrawingArea<SVGBackend<'_>, Shift>,
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
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 20).into_font().color(&INK))
        .margin(14)
        .x_label_area_size(40)
        .y_label_area_size(56)
        .build_cartesian_2d(first..scenario.length as f64, 0.0..highest)?;
    let trouble = [(scenario.trouble_starts as f64, 0.0), (scenario.trouble_ends as f64, highest)];
    chart.draw_series([Rectangle::new(trouble, SHADE.filled())])?;
    let text = ("sans-serif", 14).into_font().color(&INK);
    chart
        .configure_mesh()
        .x_desc("seconds; trouble in the shaded ones")
        .axis_desc_style(text.clone())
        .label_style(text.clone())
        .axis_style(INK.mix(0.6))
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .x_labels(13)
        .y_labels(8)
        .x_label_formatter(&|second| format!("{second:.0}"))
        .y_label_formatter(&|count| format!("{count:.0}"))
        .draw()?;
    for Line { name, color, points } in lines {
        let color = *color;
        let visible = points.iter().copied().filter(|&(second, _)| second >= first);
        chart
            .draw_series(LineSeries::new(visible, color.stroke_width(2)))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(3)));
    }
    if has_legend {
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::LowerRight)
            .background_style(WHITE.mix(0.85))
            .border_style(TRANSPARENT)
            .label_font(text)
            .draw()?;
    }
    Ok(())
}

/// Writes `storm-slow.svg`: how long the slowest calls take, without a hedge and with one.
pub(crate) fn draw_slow(folder: &Path, rows: &[Slow]) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    let file = folder.join("storm-slow.svg");
    let root = SVGBackend::new(&file, (SIZE.0, 420)).into_drawing_area();
    root.fill(&WHITE)?;
    let lines = slow_lines(rows);
    let mut chart = ChartBuilder::on(&root)
        .caption("The slowest calls", ("sans-serif", 20).into_font().color(&INK))
        .margin(14)
        .x_label_area_size(40)
        .y_label_area_size(62)
        .build_cartesian_2d((1.0..1000.0_f64).log_scale(), (10.0..1000.0_f64).log_scale())?;
    let text = ("sans-serif", 14).into_font().color(&INK);
    chart
        .configure_mesh()
        .x_desc("one call of so many takes longer")
        .y_desc("milliseconds")
        .axis_desc_style(text.clone())
        .label_style(text.clone())
        .axis_style(INK.mix(0.6))
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .x_labels(4)
        .y_labels(3)
        .x_label_formatter(&|calls| format!("{calls:.0}"))
        .y_label_formatter(&|millis| format!("{millis:.0}"))
        .draw()?;
    for Line { name, color, points } in lines {
        chart
            .draw_series(LineSeries::new(points, color.stroke_width(3)))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(3)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.85))
        .border_style(TRANSPARENT)
        .label_font(text)
        .draw()?;
    root.present()?;
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
