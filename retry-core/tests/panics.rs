//! Extreme input to the public functions: none of it makes one panic.

#[cfg(feature = "fleet")]
#[path = "panics/fleet.rs"]
mod fleet;

#[path = "panics/values.rs"]
mod values;

use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter};
use std::sync::Mutex;

use retry_core::observe::{AnyGiveUpEvent, AnyRetryEvent, RecoveryEvent};
use retry_core::testing::no_wait;
use retry_core::{Jitter, Observer, Policy, RetryError, Stats, set_observer};

/// An error that fails after a part of its text, in `Display` and in `Debug`.
struct Unwritable;

impl Display for Unwritable {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("disk ")?;
        Err(fmt::Error)
    }
}

impl Debug for Unwritable {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

impl Error for Unwritable {}

/// Keeps the texts of all events.
struct Texts(Mutex<Vec<String>>);

impl Texts {
    fn add(&self, text: String) {
        self.0.lock().unwrap().push(text);
    }
}

impl Observer for Texts {
    fn retry_scheduled(&self, event: &AnyRetryEvent<'_>) {
        STATS.retry_scheduled(event);
        self.add(format!("{}: {}, {event:?}", event.operation(), event.error()));
    }

    fn recovered(&self, event: &RecoveryEvent<'_>) {
        STATS.recovered(event);
        self.add(format!("{} recovered, {event:?}", event.operation()));
    }

    fn gave_up(&self, event: &AnyGiveUpEvent<'_>) {
        STATS.gave_up(event);
        self.add(format!("{} gave up: {}, {event:?}", event.operation(), event.error()));
    }

    #[cfg(feature = "fleet")]
    fn fleet_lost(&self, event: &retry_core::observe::FleetEvent<'_>) {
        self.add(format!("{} lost: {}", event.fleet(), event.error().unwrap_or_default()));
    }
}

static STATS: Stats = Stats::new();
static TEXTS: Texts = Texts(Mutex::new(Vec::new()));

#[test]
fn an_error_that_cannot_be_displayed_is_an_event_like_any_other() {
    let _guard = no_wait();
    // Another test may have set it.
    let _ = set_observer(&TEXTS);
    let policy = Policy::new().max(2).jitter(Jitter::None);
    // 65535 is the longest width of a text that can be formatted.
    let long: &str = &*"é".repeat(70_000).leak();
    for name in ["upload", long, "", "two\nlines"] {
        let mut fails = true;
        let plain = policy.retry(|| Err::<(), _>(Unwritable)).name(name).log_errors();
        assert!(plain.run().is_err());
        let mut seen = Vec::new();
        let hooked = policy.retry(|| Err::<(), _>(Unwritable)).name(name).log_errors();
        let hooked = hooked.on_retry(|event| seen.push(event.operation().len()));
        let error: RetryError<Unwritable> = hooked.run_or_explain().unwrap_err();
        assert!(format!("{error:?}{error}").contains("last: disk [failed to display]"), "{error:?}");
        let recovering = || if std::mem::take(&mut fails) { Err(Unwritable) } else { Ok(()) };
        assert!(policy.retry(recovering).name(name).log_errors().run().is_ok());
        assert_eq!(seen, [name.len()]);
    }
    let texts = TEXTS.0.lock().unwrap();
    assert!(texts[0].starts_with("upload: disk [failed to display], "), "{texts:?}");
    // Other tests have events of their own.
    assert_eq!(texts.iter().filter(|text| text.contains("upload")).count(), 6);
    let table = STATS.to_string();
    assert!(table.contains(long) && table.contains("disk [failed to display]"));
    assert!(table.lines().find(|line| line.starts_with("upload")).unwrap().len() < 300, "{table}");
}
