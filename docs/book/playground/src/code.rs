//! A policy as code: the arguments of the attribute, and the setters.

use std::time::Duration;

use reattempt::{Backoff, Jitter};

use crate::arguments::Arguments;

/// A value that differs from that of the preset: as an argument and as a setter.
type Spelled = (String, String);

/// Returns a function with the attribute.
pub(crate) fn attribute(arguments: &Arguments) -> String {
    let list = list(arguments);
    let attribute = if list.is_empty() { "#[retry]".to_owned() } else { wrapped(&list) };
    format!(
        "use reattempt::retry;\n\n{attribute}\nasync fn fetch(url: &str) -> Result<Response, Error> {{\n    // …\n}}\n"
    )
}

/// Returns the arguments of the attribute.
pub(crate) fn list(arguments: &Arguments) -> Vec<String> {
    let preset = (arguments.preset != "default").then(|| format!("preset = {}", arguments.preset));
    preset.into_iter().chain(values(arguments).into_iter().map(|(argument, _)| argument)).collect()
}

/// Returns the attribute on one line, or on several as rustfmt would break it.
fn wrapped(list: &[String]) -> String {
    let line = format!("#[retry({})]", list.join(", "));
    if line.len() <= 72 { line } else { format!("#[retry(\n    {},\n)]", list.join(",\n    ")) }
}

/// Returns a constant with the policy, and a call of a closure.
pub(crate) fn closure(arguments: &Arguments) -> String {
    let values = values(arguments);
    let start = match arguments.preset {
        "default" => "Policy::new()".to_owned(),
        name => format!("preset::{}", name.to_uppercase()),
    };
    let setters = values.iter().map(|(_, setter)| setter.as_str());
    let checked = (!values.is_empty()).then_some("checked()");
    let policy: Vec<_> = [start.as_str()].into_iter().chain(setters).chain(checked).collect();
    let policy = format!("const POLICY: Policy = {};", policy.join("\n    ."));
    let mut names: Vec<_> =
        ["Backoff", "Jitter"].into_iter().filter(|name| policy.contains(&format!("{name}::"))).collect();
    names.push("Policy");
    names.extend(policy.contains("preset::").then_some("preset"));
    let names = if let [name] = names[..] { name.to_owned() } else { format!("{{{}}}", names.join(", ")) };
    let std = if policy.contains("Duration::") { "use std::time::Duration;\n\n" } else { "" };
    format!("{std}use reattempt::{names};\n\n{policy}\n\nPOLICY.retry_async(|| fetch(url)).await\n")
}

/// Returns the values that differ from those of the preset.
fn values(Arguments { start, policy, .. }: &Arguments) -> Vec<Spelled> {
    let mut values = Vec::new();
    let mut differs = |differs: bool, value: Spelled| values.extend(differs.then_some(value));
    differs(
        policy.max_attempts() != start.max_attempts(),
        match policy.max_attempts() {
            Some(max) => (format!("max = {max}"), format!("max({max})")),
            None => ("unlimited".to_owned(), "unlimited()".to_owned()),
        },
    );
    let base = policy.base_delay();
    differs(base != start.base_delay(), timed("base", base));
    let factor = policy.growth_factor();
    differs(
        factor.total_cmp(&start.growth_factor()).is_ne(),
        (format!("factor = {factor:?}"), format!("factor({factor:?})")),
    );
    differs(policy.backoff_kind() != start.backoff_kind(), backoff(policy.backoff_kind()));
    if let Some(limit) = policy.delay_limit() {
        differs(start.delay_limit() != Some(limit), timed("max_delay", limit));
    }
    differs(policy.jitter_kind() != start.jitter_kind(), jitter(policy.jitter_kind()));
    if let Some(limit) = policy.time_limit() {
        differs(start.time_limit() != Some(limit), timed("deadline", limit));
    }
    values
}

fn timed(name: &str, duration: Duration) -> Spelled {
    let (number, unit, constructor) = units(duration);
    (format!("{name} = \"{number}{unit}\""), format!("{name}(Duration::{constructor}({number}))"))
}

fn backoff(backoff: Backoff) -> Spelled {
    let (word, variant) = match backoff {
        Backoff::Linear => ("linear".to_owned(), "Linear".to_owned()),
        Backoff::LinearBy(step) => {
            let (number, unit, constructor) = units(step);
            (format!("linear(\"{number}{unit}\")"), format!("LinearBy(Duration::{constructor}({number}))"))
        }
        Backoff::Constant => ("constant".to_owned(), "Constant".to_owned()),
        Backoff::Fibonacci => ("fibonacci".to_owned(), "Fibonacci".to_owned()),
        // A list is no value of the form.
        _ => ("exponential".to_owned(), "Exponential".to_owned()),
    };
    (format!("backoff = {word}"), format!("backoff(Backoff::{variant})"))
}

fn jitter(jitter: Jitter) -> Spelled {
    let (word, variant) = match jitter {
        Jitter::Additive(fraction) => (format!("{fraction:?}"), format!("Additive({fraction:?})")),
        Jitter::Spread(fraction) => (format!("spread({fraction:?})"), format!("Spread({fraction:?})")),
        Jitter::UpTo(width) => {
            let (number, unit, constructor) = units(width);
            (format!("up_to(\"{number}{unit}\")"), format!("UpTo(Duration::{constructor}({number}))"))
        }
        Jitter::Full => ("full".to_owned(), "Full".to_owned()),
        Jitter::Equal => ("equal".to_owned(), "Equal".to_owned()),
        Jitter::Decorrelated => ("decorrelated".to_owned(), "Decorrelated".to_owned()),
        _ => ("none".to_owned(), "None".to_owned()),
    };
    (format!("jitter = {word}"), format!("jitter(Jitter::{variant})"))
}

/// Returns a duration as a whole number of its longest unit, with the constructor of that unit.
fn units(duration: Duration) -> (u128, &'static str, &'static str) {
    let nanos = duration.as_nanos();
    let units =
        [(1_000_000_000, "s", "from_secs"), (1_000_000, "ms", "from_millis"), (1_000, "us", "from_micros")];
    let whole = units.into_iter().find(|(unit, ..)| nanos % unit == 0);
    let (unit, name, constructor) = whole.unwrap_or((1, "ns", "from_nanos"));
    (nanos / unit, name, constructor)
}
