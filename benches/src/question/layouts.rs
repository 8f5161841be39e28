//! What the first try costs for each layout of the result, beside a loop by hand of the same layout.

use ::layouts::{Calls, FORMS, VERSIONS};

use crate::callgrind::{self, Case, Costs};
use crate::layouts_in_binary;

/// The name of this question.
pub(crate) const NAME: &str = "layouts";

type Layouts = Vec<(&'static str, Calls)>;

/// Where the functions stand.
fn places() -> [(&'static str, Layouts); 2] {
    [("binary", layouts_in_binary::all()), ("library", ::layouts::all())]
}

fn key(place: &str, form: &str, layout: &str, version: &str) -> String {
    format!("{form}, {place}, {layout}: {version}")
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (place, layouts) in places() {
        for (layout, calls) in layouts {
            for (form, calls) in FORMS.iter().zip(calls) {
                for (version, call) in VERSIONS.iter().zip(calls) {
                    cases.push(Case::new(key(place, form, layout, version), call));
                }
            }
        }
    }
    cases
}

/// The functions of one form in one place.
pub(crate) struct Group {
    pub(crate) title: String,
    rows: Vec<Row>,
}

struct Row {
    layout: &'static str,
    bare: f64,
    /// The cheaper of the two loops.
    by_hand: f64,
    ours: f64,
}

impl Row {
    fn ratio(&self) -> f64 {
        self.ours / self.by_hand
    }
}

impl Group {
    fn new(place: &str, form: &str, layouts: &Layouts, costs: &Costs) -> Group {
        let row = |&(layout, _): &(&'static str, Calls)| {
            let [bare, borrows, moves, ours] =
                VERSIONS.map(|version| costs[&key(place, form, layout, version)].instructions.round());
            Row { layout, bare, by_hand: borrows.min(moves), ours }
        };
        Group { title: format!("{form}, {place}"), rows: layouts.iter().map(row).collect() }
    }

    /// Returns the mean of the ratios to the loop by hand.
    pub(crate) fn mean(&self) -> f64 {
        self.rows.iter().map(Row::ratio).sum::<f64>() / self.rows.len() as f64
    }

    /// Returns the largest ratio to the loop by hand.
    pub(crate) fn worst(&self) -> f64 {
        self.rows.iter().map(Row::ratio).fold(0.0, f64::max)
    }

    fn print(&self) {
        println!("\n{:<24}{:>10}{:>10}{:>10}{:>10}", self.title, "bare", "by hand", "ours", "ratio");
        for row in &self.rows {
            let Row { layout, bare, by_hand, ours } = row;
            println!("{layout:<24}{bare:>10}{by_hand:>10}{ours:>10}{:>10.3}", row.ratio());
        }
    }
}

/// Runs callgrind once for all groups.
pub(crate) fn measure() -> Vec<Group> {
    let costs = callgrind::measure(NAME, &cases());
    let group =
        |(place, layouts): (&str, Layouts)| FORMS.map(|form| Group::new(place, form, &layouts, &costs));
    places().into_iter().flat_map(group).collect()
}

pub(crate) fn show() {
    let groups = measure();
    println!(
        "\nInstructions of a call that succeeds at once, for each layout of the result. `?`: the body uses it."
    );
    groups.iter().for_each(Group::print);
    println!("\n{:<24}{:>10}{:>10}", "ratio to by hand", "mean", "worst");
    for group in &groups {
        println!("{:<24}{:>10.3}{:>10.3}", group.title, group.mean(), group.worst());
    }
}
