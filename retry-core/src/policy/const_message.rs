//! What the compiler says of two values that contradict each other, where one of them may stand in the preset and not
//! in the attribute: a sentence put together in a `const`, in which nothing formats.

use super::nanos::Nanos;
use super::policy::Policy;
use super::rules::InvalidPolicy;

/// Returns what is wrong with `policy`, which started from the preset of that name, or from the defaults under no name.
/// `written` is whether `base` and `max_delay` were.
pub(crate) const fn sentence(
    invalid: InvalidPolicy,
    preset: &'static str,
    (has_base, has_max_delay): (bool, bool),
    policy: &Policy,
) -> Sentence {
    let sentence = Sentence { bytes: [0; CAPACITY], length: 0, preset };
    let unset_base = if has_base { None } else { Some(policy.growth.base) };
    let unset_max_delay = if has_max_delay { None } else { Some(policy.max_delay) };
    match invalid {
        InvalidPolicy::BaseAboveMaxDelay => sentence
            .and("`base`")
            .and_unset(unset_base, ",")
            .and(" is above `max_delay`")
            .and_unset(unset_max_delay, "")
            .and("; lower `base` or raise `max_delay`"),
        InvalidPolicy::WidthNotBelowMaxDelay => sentence
            .and("the width of `up_to` is not below `max_delay`")
            .and_unset(unset_max_delay, "")
            .and("; lower it or raise `max_delay`"),
        InvalidPolicy::BaseNotBelowDeadline => sentence
            .and("`base`")
            .and_unset(unset_base, ",")
            .and(" is not below `deadline`, so no retry could start; lower `base` or raise `deadline`"),
        _ => sentence.and(invalid.message()),
    }
}

/// The longest sentence is half as long.
const CAPACITY: usize = 512;

pub(crate) struct Sentence {
    bytes: [u8; CAPACITY],
    length: usize,
    preset: &'static str,
}

impl Sentence {
    pub(crate) const fn as_str(&self) -> &str {
        match core::str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => text,
            Err(_) => unreachable!(),
        }
    }

    const fn and(mut self, text: &str) -> Self {
        let mut i = 0;
        while i < text.len() {
            self.bytes[self.length] = text.as_bytes()[i];
            self.length += 1;
            i += 1;
        }
        self
    }

    /// Where a value was not written, what it is then.
    const fn and_unset(self, value: Option<Nanos>, end: &str) -> Self {
        let Some(value) = value else { return self };
        let sentence = self.and(", which is ").and_duration(value);
        if sentence.preset.is_empty() {
            return sentence.and(" unless set").and(end);
        }
        let preset = sentence.preset;
        sentence.and(" in `preset = ").and(preset).and("` unless set").and(end)
    }

    /// In the largest unit in which it is a whole number.
    const fn and_duration(self, nanos: Nanos) -> Self {
        const UNITS: [(&str, Nanos); 4] =
            [(" s", 1_000_000_000), (" ms", 1_000_000), (" us", 1_000), (" ns", 1)];
        let mut i = 0;
        while nanos % UNITS[i].1 != 0 {
            i += 1;
        }
        self.and_number(nanos / UNITS[i].1).and(UNITS[i].0)
    }

    const fn and_number(self, number: u64) -> Self {
        const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
        let rest = if number < 10 { self } else { self.and_number(number / 10) };
        rest.and(DIGITS[(number % 10) as usize])
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;
    use crate::policy::jitter::Jitter;
    use crate::policy::preset;

    fn said(preset: &'static str, written: (bool, bool), policy: Policy) -> String {
        let invalid = policy.validate().expect_err("the values clash");
        sentence(invalid, preset, written, &policy).as_str().to_owned()
    }

    #[test]
    fn a_value_that_was_not_written_is_named() {
        let new = Policy::new();
        assert_eq!(
            said("", (true, false), new.base(Duration::from_secs(120))),
            "`base` is above `max_delay`, which is 60 s unless set; lower `base` or raise `max_delay`"
        );
        assert_eq!(
            said("", (false, true), new.max_delay(Duration::from_millis(5))),
            "`base`, which is 1 s unless set, is above `max_delay`; lower `base` or raise `max_delay`"
        );
        assert_eq!(
            said("", (true, true), new.max_delay(Duration::from_millis(5))),
            "`base` is above `max_delay`; lower `base` or raise `max_delay`"
        );
    }

    #[test]
    fn a_value_of_a_preset_is_named_with_the_preset() {
        let start = preset::API_CALL;
        assert_eq!(
            said("api_call", (false, false), start.deadline(Duration::from_millis(1))),
            "`base`, which is 500 ms in `preset = api_call` unless set, is not below `deadline`, so no retry could \
             start; lower `base` or raise `deadline`"
        );
        assert_eq!(
            said("api_call", (false, false), start.jitter(Jitter::UpTo(Duration::from_secs(10)))),
            "the width of `up_to` is not below `max_delay`, which is 10 s in `preset = api_call` unless set; lower it \
             or raise `max_delay`"
        );
    }

    #[test]
    fn any_duration_can_be_written() {
        for (nanos, text) in
            [(0, "0 s"), (1, "1 ns"), (1_500, "1500 ns"), (u64::MAX, "18446744073709551615 ns")]
        {
            let empty = Sentence { bytes: [0; CAPACITY], length: 0, preset: "" };
            assert_eq!(empty.and_duration(nanos).as_str(), text);
        }
    }
}
