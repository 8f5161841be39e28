use std::process::Command;
use std::time::Duration;

use indicatif::{InMemoryTerm, ProgressDrawTarget};

use super::Progress;

fn terminal() -> (InMemoryTerm, ProgressDrawTarget) {
    let terminal = InMemoryTerm::new(4, 80);
    let target = ProgressDrawTarget::term_like_with_hz(Box::new(terminal.clone()), u8::MAX);
    (terminal, target)
}

#[test]
fn steps_are_counted_and_the_line_is_cleared() {
    let (terminal, target) = terminal();
    let progress = Progress::on(target, 4, "faults");
    progress.note("redis".to_owned());
    progress.bar.force_draw();
    assert_eq!(terminal.contents(), "░░░░░░░░░░░░░░░░░░░░░░░░ 0 of 4 faults redis");
    progress.reach(1);
    progress.step();
    progress.bar.force_draw();
    let line = terminal.contents();
    assert!(line.starts_with("████████████░░░░░░░░░░░░ 2 of 4 faults, 0"), "{line}");
    assert!(line.ends_with(" left redis"), "{line}");
    drop(progress);
    assert_eq!(terminal.contents(), "");
}

#[test]
fn a_run_of_a_given_time_shows_what_is_left_of_it() {
    let (terminal, target) = terminal();
    let progress = Progress::of_time_on(target, Duration::from_secs(1_800));
    progress.bar.set_elapsed(Duration::from_secs(450));
    progress.tick();
    progress.note("12 retries".to_owned());
    progress.bar.force_draw();
    let line = terminal.contents();
    assert!(line.starts_with("██████░░░░░░░░░░░░░░░░░░ 00:2"), "{line}");
    assert!(line.ends_with(" left 12 retries"), "{line}");
    progress.restart();
    progress.bar.force_draw();
    assert_eq!(terminal.contents(), "░░░░░░░░░░░░░░░░░░░░░░░░ 00:30:00 left 12 retries");
}

#[test]
fn nothing_is_drawn_while_something_else_is_printed() {
    let (terminal, target) = terminal();
    let progress = Progress::on(target, 4, "faults");
    progress.bar.force_draw();
    assert_ne!(terminal.contents(), "");
    progress.above(|| assert_eq!(terminal.contents(), ""));
}

#[test]
#[ignore = "the test below runs it in a process of its own"]
fn child() {
    let progress = Progress::new(4, "faults");
    progress.reach(2);
    progress.bar.force_draw();
    progress.above(|| println!("a line"));
}

#[test]
fn nothing_is_drawn_where_standard_error_is_no_terminal() {
    let this = std::env::current_exe().expect("the test is a program");
    let child = Command::new(this)
        .args(["--exact", "tests::child", "--ignored", "--nocapture"])
        .env("TERM", "xterm")
        .output()
        .expect("it runs");
    assert!(String::from_utf8_lossy(&child.stdout).contains("a line"));
    assert_eq!(String::from_utf8_lossy(&child.stderr), "");
}
