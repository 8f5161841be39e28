//! The look of a chart: its colours, axes, lines and legend. The charts of `benches/storm` have the same.

use std::error::Error;

use plotters::coord::Shift;
use plotters::coord::ranged1d::{Ranged, ValueFormatter};
use plotters::prelude::*;

pub(crate) const INK: RGBColor = RGBColor(45, 52, 60);
const GRID: RGBColor = RGBColor(228, 231, 235);
pub(crate) const SHADE: RGBColor = RGBColor(244, 238, 226);

/// A part of a picture.
pub(crate) type Area<'b> = DrawingArea<SVGBackend<'b>, Shift>;
/// A chart.
pub(crate) type Plot<'a, 'b, X, Y> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<X, Y>>;

/// The descriptions of the axes, and the most labels that each has.
pub(crate) struct Axes<'t> {
    pub(crate) x: &'t str,
    pub(crate) y: Option<&'t str>,
    pub(crate) labels: (usize, usize),
}

/// Starts a chart with a title, and with room for labels.
pub(crate) fn titled<'a, 'b>(
    area: &'a Area<'b>,
    title: &str,
    room_for_y: u32,
) -> ChartBuilder<'a, 'a, SVGBackend<'b>> {
    let mut chart = ChartBuilder::on(area);
    chart
        .caption(title, ("sans-serif", 20).into_font().color(&INK))
        .margin(14)
        .x_label_area_size(40)
        .y_label_area_size(room_for_y);
    chart
}

/// Draws the axes and their labels.
pub(crate) fn draw_axes<X, Y>(chart: &mut Plot<'_, '_, X, Y>, axes: &Axes<'_>) -> Result<(), Box<dyn Error>>
where
    X: Ranged<ValueType = f64> + ValueFormatter<f64>,
    Y: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    let text = ("sans-serif", 14).into_font().color(&INK);
    let label = |value: &f64| format!("{value:.0}");
    let mut mesh = chart.configure_mesh();
    mesh.x_desc(axes.x)
        .axis_desc_style(text.clone())
        .label_style(text)
        .axis_style(INK.mix(0.6))
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .x_labels(axes.labels.0)
        .y_labels(axes.labels.1)
        .x_label_formatter(&label)
        .y_label_formatter(&label);
    if let Some(description) = axes.y {
        mesh.y_desc(description);
    }
    Ok(mesh.draw()?)
}

/// Draws a line with a name for the legend.
pub(crate) fn draw_line<'a, 'b: 'a, X, Y>(
    chart: &mut Plot<'a, 'b, X, Y>,
    name: &str,
    (color, width): (RGBColor, u32),
    points: impl IntoIterator<Item = (f64, f64)>,
) -> Result<(), Box<dyn Error>>
where
    X: Ranged<ValueType = f64>,
    Y: Ranged<ValueType = f64>,
{
    chart
        .draw_series(LineSeries::new(points, color.stroke_width(width)))?
        .label(name)
        .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(3)));
    Ok(())
}

/// Draws the legend, after the lines.
pub(crate) fn draw_legend<'a, 'b: 'a, X: Ranged, Y: Ranged>(
    chart: &mut Plot<'a, 'b, X, Y>,
    position: SeriesLabelPosition,
) -> Result<(), Box<dyn Error>> {
    chart
        .configure_series_labels()
        .position(position)
        .background_style(WHITE.mix(0.85))
        .border_style(TRANSPARENT)
        .label_font(("sans-serif", 14).into_font().color(&INK))
        .draw()?;
    Ok(())
}
