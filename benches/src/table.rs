//! A table: contenders as rows, each figure with its ratio to the loop written by hand.

/// The row that the others are compared with.
pub(crate) const REFERENCE: &str = "hand-written loop";

/// Figures by row and column; a row without one shows a dash.
pub(crate) struct Table {
    title: String,
    columns: Vec<&'static str>,
    rows: Vec<(String, Vec<Option<f64>>)>,
}

impl Table {
    pub(crate) fn new(title: impl Into<String>, columns: &[&'static str]) -> Table {
        Table { title: title.into(), columns: columns.to_vec(), rows: Vec::new() }
    }

    /// A row, unless there is nothing in it.
    pub(crate) fn row(&mut self, name: &str, figures: Vec<Option<f64>>) {
        if figures.iter().any(Option::is_some) {
            self.rows.push((name.to_owned(), figures));
        }
    }

    pub(crate) fn print(&self) {
        println!("\n{}\n", self.title);
        print!("{:<24}", "");
        for column in &self.columns {
            print!("{column:>20}");
        }
        println!();
        let reference = self.rows.iter().find(|(name, _)| name == REFERENCE).map(|(_, figures)| figures);
        for (name, figures) in &self.rows {
            print!("{name:<24}");
            for (column, figure) in figures.iter().enumerate() {
                let reference = reference.and_then(|figures| figures[column]);
                print!("{:>20}", figure.map_or_else(|| "-".to_owned(), |figure| cell(figure, reference)));
            }
            println!();
        }
    }
}

/// `28 (1.00)`
fn cell(figure: f64, reference: Option<f64>) -> String {
    let figure_text = if figure.abs() < 10.0 && figure.fract() > 0.005 {
        format!("{figure:.2}")
    } else {
        format!("{figure:.0}")
    };
    match reference {
        Some(reference) if reference > 0.0 => format!("{figure_text} ({:.2})", figure / reference),
        _ => format!("{figure_text}       "),
    }
}
