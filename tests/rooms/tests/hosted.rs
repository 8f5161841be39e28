//! The workflows of the hosted CI against the steps of `.ci/run`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use yaml_rust2::{Yaml, YamlLoader};

type Names = BTreeSet<String>;

const COMMAND: &str = ".ci/run ";
const STEP_OF_MATRIX: &str = "${{ matrix.step }}";

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The steps that `.ci/run` runs when none is named.
fn default_steps() -> Names {
    let script = read(".ci/run");
    let (_, list) = script.split_once("\nsteps=(").expect("`.ci/run` has a list of steps");
    let (list, _) = list.split_once(')').expect("the list of steps ends");
    list.split_whitespace().map(str::to_owned).collect()
}

/// The steps that `.ci/run` has a function for.
fn all_steps() -> Names {
    read(".ci/run")
        .lines()
        .filter_map(|line| line.strip_prefix("step_")?.split_once("()"))
        .map(|(name, _)| name.to_owned())
        .collect()
}

/// The arguments of `.ci/run` in a job, with those of its matrix.
fn called_by_job(job: &Yaml) -> Names {
    let commands = job["steps"].as_vec().into_iter().flatten().filter_map(|step| step["run"].as_str());
    let mut called = Names::new();
    for argument in
        commands.flat_map(str::lines).filter_map(|line| line.trim().strip_prefix(COMMAND)).map(str::trim)
    {
        if argument == STEP_OF_MATRIX {
            let listed = job["strategy"]["matrix"]["step"].as_vec().expect("the matrix lists steps");
            called.extend(listed.iter().filter_map(Yaml::as_str).map(str::to_owned));
        } else {
            called.extend(argument.split_whitespace().map(str::to_owned));
        }
    }
    called
}

/// The steps that a workflow calls.
fn called_by(workflow: &str) -> Names {
    let path = format!(".github/workflows/{workflow}");
    let documents = YamlLoader::load_from_str(&read(&path)).expect(&path);
    let jobs = documents[0]["jobs"].as_hash().expect("a workflow has jobs");
    let called: Names = jobs.values().flat_map(called_by_job).collect();
    assert!(!called.is_empty(), "{path} calls `.ci/run`");
    called
}

#[test]
fn every_default_step_has_a_job() {
    let default = default_steps();
    let called = called_by("ci.yml");
    let missing: Vec<_> = default.difference(&called).collect();
    assert!(missing.is_empty(), "no job of ci.yml calls {missing:?}");
}

#[test]
fn every_step_that_a_job_calls_exists() {
    let all = all_steps();
    for workflow in ["ci.yml", "scheduled.yml"] {
        let called = called_by(workflow);
        let unknown: Vec<_> = called.difference(&all).collect();
        assert!(unknown.is_empty(), "{workflow} calls {unknown:?}, which `.ci/run` does not have");
    }
}

#[test]
fn every_default_step_exists() {
    let default = default_steps();
    let all = all_steps();
    let unknown: Vec<_> = default.difference(&all).collect();
    assert!(unknown.is_empty(), "`.ci/run` lists {unknown:?} without a function");
}
