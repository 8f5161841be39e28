//! The peer of the sites: it gives the answers that a test has written down.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Answers in the order in which they are given.
pub(crate) struct Script<A>(Mutex<VecDeque<A>>);

impl<A> Script<A> {
    pub(crate) fn new(answers: impl IntoIterator<Item = A>) -> Self {
        Script(Mutex::new(answers.into_iter().collect()))
    }

    /// Returns the next answer. One more request than the test expects is a failure of the test.
    pub(crate) fn next(&self) -> A {
        self.answers().pop_front().expect("the script has an answer for every request")
    }

    /// Returns how many answers have not been given.
    pub(crate) fn left(&self) -> usize {
        self.answers().len()
    }

    fn answers(&self) -> MutexGuard<'_, VecDeque<A>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Defines an error by its variants and their texts.
macro_rules! error {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident $(($field:ty))? => $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, PartialEq)]
        pub(crate) enum $name { $($(#[$variant_meta])* $variant $(($field))?,)+ }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self { $($name::$variant { .. } => $text,)+ })
            }
        }

        impl std::error::Error for $name {}
    };
}

pub(crate) use error;

/// The levels of the events that this thread emits while it lives.
#[cfg(test)]
pub(crate) struct Levels {
    levels: std::sync::Arc<Mutex<Vec<tracing::Level>>>,
    _default: tracing::subscriber::DefaultGuard,
}

#[cfg(test)]
impl Levels {
    pub(crate) fn record() -> Self {
        use tracing_subscriber::layer::SubscriberExt as _;

        /// With a single dispatcher alive, a thread that emits an event first without it would switch the event off for
        /// all threads. A second dispatcher keeps the question open.
        static SECOND: std::sync::OnceLock<tracing::Dispatch> = std::sync::OnceLock::new();
        SECOND.get_or_init(|| tracing::Dispatch::new(tracing_subscriber::registry()));
        let levels = std::sync::Arc::default();
        let subscriber = tracing_subscriber::registry().with(Recorder(std::sync::Arc::clone(&levels)));
        Levels { levels, _default: tracing::subscriber::set_default(subscriber) }
    }

    pub(crate) fn take(&self) -> Vec<tracing::Level> {
        std::mem::take(&mut self.levels.lock().expect("no test fails in a layer"))
    }
}

#[cfg(test)]
struct Recorder(std::sync::Arc<Mutex<Vec<tracing::Level>>>);

#[cfg(test)]
impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Recorder {
    fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        self.0.lock().expect("no test fails in a layer").push(*event.metadata().level());
    }
}
