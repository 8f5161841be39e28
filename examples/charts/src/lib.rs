//! The look of all charts: their ink, palette, fonts, axes and legend. The examples and `benches/storm` draw with it.

mod axes;
pub mod palette;

use std::error::Error;
use std::fs;
use std::path::Path;

use plotters::coord::Shift;
use plotters::coord::ranged1d::Ranged;
use plotters::prelude::*;

pub use axes::{Axes, whole};
pub use plotters;

use palette::INK;

/// A part of a picture.
pub type Area<'b> = DrawingArea<SVGBackend<'b>, Shift>;
/// A chart with its axes.
pub type Plot<'a, 'b, X, Y> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<X, Y>>;

/// The size of a title, in pixels.
pub const TITLE: u32 = 20;
/// The size of all other text, in pixels.
pub const TEXT: u32 = 14;

/// The style of text of that size.
#[must_use]
pub fn text(size: u32) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&INK)
}

/// Writes a picture of that size, in pixels, and the folders above it.
///
/// # Errors
///
/// Returns the error of `draw`, or the one of the file.
pub fn picture(
    file: &Path,
    size: (u32, u32),
    draw: impl FnOnce(&Area<'_>) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let root = SVGBackend::new(file, size).into_drawing_area();
    root.fill(&WHITE)?;
    draw(&root)?;
    root.present()?;
    Ok(())
}

/// Starts a chart with a title, and with room for the labels of its vertical axis.
#[must_use]
pub fn titled<'a, 'b>(
    area: &'a Area<'b>,
    title: &str,
    room_for_labels: u32,
) -> ChartBuilder<'a, 'a, SVGBackend<'b>> {
    let mut chart = ChartBuilder::on(area);
    chart.caption(title, text(TITLE)).margin(14).x_label_area_size(40).y_label_area_size(room_for_labels);
    chart
}

/// Draws a line with a name for the legend.
///
/// # Errors
///
/// Returns the error of the file.
pub fn draw_line<'a, 'b: 'a, X, Y>(
    chart: &mut Plot<'a, 'b, X, Y>,
    name: &str,
    (color, width): (impl Into<RGBAColor>, u32),
    points: impl IntoIterator<Item = (f64, f64)>,
) -> Result<(), Box<dyn Error>>
where
    X: Ranged<ValueType = f64>,
    Y: Ranged<ValueType = f64>,
{
    let color = color.into();
    chart
        .draw_series(LineSeries::new(points, color.stroke_width(width)))?
        .label(name)
        .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(3)));
    Ok(())
}

/// Fills a shape with a pale shade of the colour, with a name for the legend.
///
/// # Errors
///
/// Returns the error of the file.
pub fn draw_shape<'a, 'b: 'a, X, Y>(
    chart: &mut Plot<'a, 'b, X, Y>,
    name: &str,
    color: RGBColor,
    outline: Vec<(f64, f64)>,
) -> Result<(), Box<dyn Error>>
where
    X: Ranged<ValueType = f64>,
    Y: Ranged<ValueType = f64>,
{
    let fill = color.mix(0.3).filled();
    chart
        .draw_series([Polygon::new(outline, fill)])?
        .label(name)
        .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 18, y + 5)], fill));
    Ok(())
}

/// Draws the legend, after the lines.
///
/// # Errors
///
/// Returns the error of the file.
pub fn draw_legend<'a, 'b: 'a, X: Ranged, Y: Ranged>(
    chart: &mut Plot<'a, 'b, X, Y>,
    position: SeriesLabelPosition,
) -> Result<(), Box<dyn Error>> {
    chart
        .configure_series_labels()
        .position(position)
        .background_style(WHITE.mix(0.85))
        .border_style(TRANSPARENT)
        .label_font(text(TEXT))
        .draw()?;
    Ok(())
}
