//! A chart as SVG: one line for each kind, its name at the line's end.

use std::error::Error;
use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

const SIZE: (u32, u32) = (860, 520);
/// Room at the right, for names.
const NAMES: u32 = 130;
/// The least distance between two names.
const LINE_HEIGHT: i32 = 19;
const INK: RGBColor = RGBColor(45, 52, 60);
const GRID: RGBColor = RGBColor(228, 231, 235);
/// Colours that people with any kind of colour vision can tell apart (Okabe and Ito).
const COLORS: [RGBColor; 7] = [
    RGBColor(110, 110, 110),
    RGBColor(213, 94, 0),
    RGBColor(230, 159, 0),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(0, 158, 115),
    RGBColor(0, 114, 178),
];

/// A measure of all kinds against the number of clients.
#[derive(Debug)]
pub(crate) struct Chart<'a> {
    pub(crate) title: &'a str,
    pub(crate) unit: &'a str,
    pub(crate) series: Vec<Series>,
}

/// One kind: clients and value.
#[derive(Debug)]
pub(crate) struct Series {
    pub(crate) name: &'static str,
    pub(crate) points: Vec<(f64, f64)>,
}

/// Where a line ends, and what its name is.
struct Name {
    text: &'static str,
    color: RGBColor,
    end: (i32, i32),
}

impl Chart<'_> {
    /// Writes the chart. The values' axis is logarithmic: the kinds differ by orders of magnitude.
    pub(crate) fn draw(&self, file: &Path) -> Result<(), Box<dyn Error>> {
        let root = SVGBackend::new(file, SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        let values = || self.series.iter().flat_map(|series| &series.points);
        let lowest = values().fold(f64::INFINITY, |low, &(_, value)| low.min(value));
        let highest = values().fold(0.0_f64, |high, &(_, value)| high.max(value));
        let clients = values().fold(0.0_f64, |high, &(clients, _)| high.max(clients));
        let mut chart = ChartBuilder::on(&root)
            .caption(self.title, ("sans-serif", 20).into_font().color(&INK))
            .margin(14)
            .margin_right(NAMES)
            .x_label_area_size(44)
            .y_label_area_size(62)
            .build_cartesian_2d(0.0..clients, (lowest * 0.8..highest * 1.25).log_scale())?;
        let text = ("sans-serif", 14).into_font().color(&INK);
        chart
            .configure_mesh()
            .x_desc("clients")
            .y_desc(format!("{} (logarithmic)", self.unit))
            .axis_desc_style(text.clone())
            .label_style(text)
            .axis_style(INK.mix(0.6))
            .bold_line_style(GRID)
            .light_line_style(TRANSPARENT)
            .x_labels(11)
            .y_labels(24)
            .x_label_formatter(&|clients| format!("{clients:.0}"))
            .y_label_formatter(&|value| sparse(*value))
            .draw()?;
        let mut names = Vec::new();
        for (series, color) in self.series.iter().zip(COLORS) {
            chart.draw_series(LineSeries::new(series.points.iter().copied(), color.stroke_width(3)))?;
            let last = series.points.last().ok_or("a series without points")?;
            names.push(Name { text: series.name, color, end: chart.backend_coord(last) });
        }
        draw_names(&root, names)?;
        root.present()?;
        Ok(())
    }
}

/// A label for 1, 2 and 5 of each power of ten: those of the others would touch.
fn sparse(value: f64) -> String {
    let label = format!("{value}");
    let digit = label.trim_start_matches(['0', '.']).chars().next();
    if matches!(digit, Some('1' | '2' | '5')) { label } else { String::new() }
}

/// Writes each name beside its line's end, as near to it as the other names allow.
fn draw_names(root: &DrawingArea<SVGBackend<'_>, Shift>, mut names: Vec<Name>) -> Result<(), Box<dyn Error>> {
    names.sort_by_key(|name| name.end.1);
    let ends: Vec<_> = names.iter().map(|name| name.end.1).collect();
    for (Name { text, color, end: (x, y) }, beside) in names.into_iter().zip(apart(&ends)) {
        root.draw(&PathElement::new([(x + 4, y), (x + 18, beside)], color.mix(0.7)))?;
        let style = ("sans-serif", 15).into_font().color(&color).pos(Pos::new(HPos::Left, VPos::Center));
        root.draw(&Text::new(text, (x + 22, beside), style))?;
    }
    Ok(())
}

/// Positions at least a line's height apart and in sum of squares nearest to those wanted, which ascend.
///
/// It is isotonic regression: without the line heights, neighbours in the wrong order share the mean of their places.
fn apart(wanted: &[i32]) -> Vec<i32> {
    // Neighbours that share a place: the sum of those wanted, and how many they are.
    let mut groups: Vec<(i32, i32)> = Vec::new();
    for (wanted, above) in wanted.iter().zip(0..) {
        let mut group = (wanted - above * LINE_HEIGHT, 1);
        while let Some(upper) = groups.last().copied().filter(|&upper| mean(upper) > mean(group)) {
            groups.pop();
            group = (upper.0 + group.0, upper.1 + group.1);
        }
        groups.push(group);
    }
    let places = groups.iter().flat_map(|group| (0..group.1).map(|_| mean(*group)));
    places.zip(0..).map(|(place, above)| place + above * LINE_HEIGHT).collect()
}

fn mean((sum, count): (i32, i32)) -> i32 {
    sum / count
}
