use std::error::Error;

use plotters::coord::ranged1d::{Ranged, ValueFormatter};
use plotters::prelude::*;

use crate::palette::{GRID, INK};
use crate::{Plot, TEXT, text};

/// A label without decimals.
#[must_use]
pub fn whole(value: &f64) -> String {
    format!("{value:.0}")
}

/// The axes of a chart.
pub struct Axes<'t> {
    /// The description of the horizontal axis.
    pub x: &'t str,
    /// The description of the vertical axis.
    pub y: Option<&'t str>,
    /// The most labels of the horizontal and of the vertical axis.
    pub labels: (usize, usize),
    /// The label of a value of the horizontal axis.
    pub x_label: &'t dyn Fn(&f64) -> String,
    /// The label of a value of the vertical axis.
    pub y_label: &'t dyn Fn(&f64) -> String,
}

impl Default for Axes<'_> {
    fn default() -> Self {
        Axes { x: "", y: None, labels: (10, 10), x_label: &whole, y_label: &whole }
    }
}

impl Axes<'_> {
    /// Draws the axes and their labels.
    ///
    /// # Errors
    ///
    /// Returns the error of the file.
    pub fn draw<X, Y>(&self, chart: &mut Plot<'_, '_, X, Y>) -> Result<(), Box<dyn Error>>
    where
        X: Ranged<ValueType = f64> + ValueFormatter<f64>,
        Y: Ranged<ValueType = f64> + ValueFormatter<f64>,
    {
        let mut mesh = chart.configure_mesh();
        mesh.x_desc(self.x)
            .axis_desc_style(text(TEXT))
            .label_style(text(TEXT))
            .axis_style(INK.mix(0.6))
            .bold_line_style(GRID)
            .light_line_style(TRANSPARENT)
            .x_labels(self.labels.0)
            .y_labels(self.labels.1)
            .x_label_formatter(&self.x_label)
            .y_label_formatter(&self.y_label);
        if let Some(description) = self.y {
            mesh.y_desc(description);
        }
        Ok(mesh.draw()?)
    }
}
