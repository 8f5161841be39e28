//! The colours. Those of lines are told apart by people with any kind of colour vision (Okabe and Ito).

use plotters::style::RGBColor;

/// Text and axes.
pub const INK: RGBColor = RGBColor(45, 52, 60);
/// Lines behind the chart.
pub const GRID: RGBColor = RGBColor(228, 231, 235);
/// A span of time in which a server is in trouble.
pub const SHADE: RGBColor = RGBColor(244, 238, 226);

/// A line that the others are compared with.
pub const GREY: RGBColor = RGBColor(110, 110, 110);
/// Okabe and Ito's vermilion.
pub const VERMILION: RGBColor = RGBColor(213, 94, 0);
/// Okabe and Ito's orange.
pub const ORANGE: RGBColor = RGBColor(230, 159, 0);
/// Okabe and Ito's reddish purple.
pub const PURPLE: RGBColor = RGBColor(204, 121, 167);
/// Okabe and Ito's sky blue.
pub const SKY: RGBColor = RGBColor(86, 180, 233);
/// Okabe and Ito's bluish green.
pub const GREEN: RGBColor = RGBColor(0, 158, 115);
/// Okabe and Ito's blue.
pub const BLUE: RGBColor = RGBColor(0, 114, 178);

/// The colours of lines, in the order in which a chart takes them.
pub const LINES: [RGBColor; 7] = [GREY, VERMILION, ORANGE, PURPLE, SKY, GREEN, BLUE];
