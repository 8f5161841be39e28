//! The command line.

use std::path::PathBuf;

use crate::model::scenarios;

pub(crate) const USAGE: &str = "\
usage: storm [--only SCENARIO] [--seeds N] [--charts FOLDER] [--write FOLDER]
       storm real [--write FOLDER]

  --only SCENARIO  measures one scenario, or `slow`
  --seeds N        runs of each client; 100 in the scenario `brownout` and 20 in the others, unless set
  --charts FOLDER  where the charts go; none is drawn unless set
  --write FOLDER   the documentation, in whose pages the tables are replaced";

/// The name of all scenarios in which answers are slow.
pub(crate) const SLOW: &str = "slow";

/// What to do.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// Measures a real server instead of the model.
    pub(crate) real: bool,
    pub(crate) only: Option<String>,
    pub(crate) seeds: Option<u64>,
    pub(crate) charts: Option<PathBuf>,
    pub(crate) write: Option<PathBuf>,
}

impl Options {
    pub(crate) fn from_command_line() -> Result<Options, String> {
        let mut options = Options::default();
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            if word == "real" {
                options.real = true;
                continue;
            }
            let value = words.next().ok_or_else(|| format!("`{word}` stands without a value"))?;
            options.take(&word, value)?;
        }
        Ok(options)
    }

    /// Returns whether the scenario is to be measured.
    pub(crate) fn wants(&self, scenario: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only == scenario)
    }

    fn take(&mut self, key: &str, value: String) -> Result<(), String> {
        match key {
            "--only" => {
                let known = scenarios::ALL.map(|scenario| scenario.name);
                if value != SLOW && !known.contains(&value.as_str()) {
                    return Err(format!(
                        "`{value}` is no scenario; there are {} and {SLOW}",
                        known.join(", ")
                    ));
                }
                self.only = Some(value);
            }
            "--seeds" => {
                let seeds = value.parse().ok().filter(|&seeds| seeds > 0);
                self.seeds = Some(seeds.ok_or_else(|| format!("`{value}` is no number of runs"))?);
            }
            "--charts" => self.charts = Some(value.into()),
            "--write" => self.write = Some(value.into()),
            _ => return Err(format!("`{key}` is no option")),
        }
        Ok(())
    }
}
