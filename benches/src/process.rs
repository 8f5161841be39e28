//! What the system tells of processes.

use std::fs::read_to_string;

/// Processor time of this thread so far, in nanoseconds.
pub(crate) fn cpu_time() -> u64 {
    let text = read_to_string("/proc/thread-self/schedstat").expect("Linux tells of scheduling");
    text.split(' ').next().and_then(|time| time.parse().ok()).expect("a number of nanoseconds")
}

/// Processor time of all children that have ended, in seconds; exact to a hundredth.
pub(crate) fn children_time() -> f64 {
    let text = read_to_string("/proc/self/stat").expect("Linux tells of processes");
    // The second field is a name in parentheses, which may hold spaces; fields 16 and 17 are wanted.
    let (_, fields) = text.rsplit_once(") ").expect("a name in parentheses");
    let fields: Vec<&str> = fields.split(' ').collect();
    let ticks: f64 =
        fields[13..15].iter().map(|ticks| ticks.parse::<f64>().expect("a number of ticks")).sum();
    // `USER_HZ` is 100 on every system that Rust runs on.
    ticks / 100.0
}

/// Memory that this process has now, in bytes.
pub(crate) fn memory_now() -> u64 {
    memory("VmRSS:")
}

/// The most memory that this process has ever had, in bytes.
pub(crate) fn memory_peak() -> u64 {
    memory("VmHWM:")
}

fn memory(line: &str) -> u64 {
    let text = read_to_string("/proc/self/status").expect("Linux tells of memory");
    let value = text.lines().find_map(|text| text.strip_prefix(line)).expect("it tells of this");
    let kilobytes: u64 = value.trim().trim_end_matches(" kB").parse().expect("a number of kilobytes");
    kilobytes * 1024
}
