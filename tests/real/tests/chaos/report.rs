use std::{fmt::Write, time::Duration};

use real::{Fault, Totals};

/// What one system's test has seen.
pub(crate) struct Report {
    pub(crate) faults: Vec<Fault>,
    pub(crate) totals: Totals,
    pub(crate) recoveries: Vec<Duration>,
    pub(crate) acknowledged: usize,
    pub(crate) lost: usize,
    pub(crate) elapsed: Duration,
    /// What only this system promises, and broke.
    pub(crate) more_violations: Vec<String>,
    /// What only this system has to report.
    pub(crate) notes: Vec<String>,
}

impl Report {
    /// Every promise that was broken.
    pub(crate) fn violations(&self) -> Vec<String> {
        let Totals { begun, at_once, recovered, gave_up, permanent, .. } = self.totals;
        let mut violations = self.totals.violations.clone();
        violations.extend(self.more_violations.iter().cloned());
        let mut promise = |kept: bool, what: String| {
            if !kept {
                violations.push(what);
            }
        };
        let ended = at_once + recovered + gave_up + permanent;
        promise(begun == ended, format!("{begun} operations were begun and {ended} ended"));
        promise(self.lost == 0, format!("{} of {} acknowledged were lost", self.lost, self.acknowledged));
        promise(permanent > 0, "no permanent error was met".to_owned());
        promise(recovered > 0, "no operation recovered".to_owned());
        violations
    }

    fn faults_row(&self, system: &str) -> String {
        let count = |fault| self.faults.iter().filter(|seen| **seen == fault).count();
        let faults = [Fault::Kill, Fault::Reset, Fault::Close, Fault::BlackHole, Fault::Overload].map(count);
        let [killed, reset, closed, black_hole, overload] = faults;
        let all = self.faults.len();
        format!("| {system} | {all} | {killed} | {reset} | {closed} | {black_hole} | {overload} |")
    }

    fn outcomes_row(&self, system: &str) -> String {
        let Totals { begun, attempts, at_once, recovered, gave_up, permanent, .. } = self.totals;
        let mut recoveries = self.recoveries.clone();
        recoveries.sort_unstable();
        let milliseconds = |index: usize| recoveries.get(index).map_or(0, Duration::as_millis);
        let (median, longest) =
            (milliseconds(recoveries.len() / 2), milliseconds(recoveries.len().saturating_sub(1)));
        let (acknowledged, lost, elapsed) = (self.acknowledged, self.lost, self.elapsed.as_secs());
        format!(
            "| {system} | {begun} | {attempts} | {at_once} | {recovered} | {gave_up} | {permanent} | {acknowledged} \
             | {lost} | {median} ms | {longest} ms | {elapsed} s |"
        )
    }
}

/// All of them, in Markdown: what was done to each system, and what came of it.
pub(crate) fn tables(reports: &[(&str, Report)]) -> String {
    let mut text = String::from(
        "| faults | all | killed | reset | closed | black hole | overload |\n\
         |---|--:|--:|--:|--:|--:|--:|\n",
    );
    let mut line = |row: &str| writeln!(text, "{row}").expect("a string takes everything");
    for (system, report) in reports {
        line(&report.faults_row(system));
    }
    line(
        "\n| outcomes | operations | attempts | at once | recovered | gave up | permanent | acknowledged | lost \
         | recovery | longest | took |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    );
    for (system, report) in reports {
        line(&report.outcomes_row(system));
    }
    text
}
