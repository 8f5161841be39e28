//! A chart as SVG: one line for each kind, its name at the line's end.

use std::error::Error;
use std::path::Path;

use charts::palette::LINES;
use charts::plotters::prelude::*;
use charts::plotters::style::text_anchor::{HPos, Pos, VPos};
use charts::{Area, Axes, TEXT, draw_line, picture, text, titled};

const SIZE: (u32, u32) = (860, 520);
/// Room at the right, for names.
const NAMES: u32 = 130;
/// The least distance between two names.
const LINE_HEIGHT: i32 = 19;

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
        let values = || self.series.iter().flat_map(|series| &series.points);
        let lowest = values().fold(f64::INFINITY, |low, &(_, value)| low.min(value));
        let highest = values().fold(0.0_f64, |high, &(_, value)| high.max(value));
        let clients = values().fold(0.0_f64, |high, &(clients, _)| high.max(clients));
        picture(file, SIZE, |root| {
            let mut chart = titled(root, self.title, 62)
                .margin_right(NAMES)
                .build_cartesian_2d(0.0..clients, (lowest * 0.8..highest * 1.25).log_scale())?;
            let unit = format!("{} (logarithmic)", self.unit);
            let axes = Axes {
                x: "clients",
                y: Some(&unit),
                labels: (11, 24),
                y_label: &|value| sparse(*value),
                ..Axes::default()
            };
            axes.draw(&mut chart)?;
            let mut names = Vec::new();
            for (series, color) in self.series.iter().zip(LINES) {
                draw_line(&mut chart, series.name, (color, 3), series.points.iter().copied())?;
                let last = series.points.last().ok_or("a series without points")?;
                names.push(Name { text: series.name, color, end: chart.backend_coord(last) });
            }
            draw_names(root, names)
        })
    }
}

/// A label for 1, 2 and 5 of each power of ten: those of the others would touch.
fn sparse(value: f64) -> String {
    let label = format!("{value}");
    let digit = label.trim_start_matches(['0', '.']).chars().next();
    if matches!(digit, Some('1' | '2' | '5')) { label } else { String::new() }
}

/// Writes each name beside its line's end, as near to it as the other names allow.
fn draw_names(root: &Area<'_>, mut names: Vec<Name>) -> Result<(), Box<dyn Error>> {
    names.sort_by_key(|name| name.end.1);
    let ends: Vec<_> = names.iter().map(|name| name.end.1).collect();
    for (Name { text: name, color, end: (x, y) }, beside) in names.into_iter().zip(apart(&ends)) {
        root.draw(&PathElement::new([(x + 4, y), (x + 18, beside)], color.mix(0.7)))?;
        let style = text(TEXT).color(&color).pos(Pos::new(HPos::Left, VPos::Center));
        root.draw(&Text::new(name, (x + 22, beside), style))?;
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
