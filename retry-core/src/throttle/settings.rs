//! The settings of a throttle.

use core::time::Duration;
#[cfg(feature = "std")]
use std::sync::Arc;

use super::throttle::Throttle;
use super::window::Window;
use crate::error::circuit_open::Name;
use crate::policy::nanos::from_duration;
use crate::runtime::TimeSource;
use crate::runtime::tenths::Tenths;

/// Setters, which are `const` but for [`named`](Self::named). A change of the window or the clock of a throttle in use starts a new window.
impl Throttle {
    /// Sets the name of the throttle in events and errors; `unnamed` if not set.
    #[must_use]
    pub const fn name(mut self, name: &'static str) -> Throttle {
        self.name = Some(name);
        self
    }

    /// Sets a [`name`](Self::name) that is made at run time, such as that of one host of many. Of the two, the one that is
    /// set last applies.
    ///
    /// ```
    /// use retry_core::Throttle;
    ///
    /// let host = "10.0.0.7";
    /// let throttle = Throttle::new().named(format!("search on {host}"));
    /// let refused = (0..100).find_map(|_| throttle.acquire().map(|pass| pass.rejected()).err());
    /// assert_eq!(refused.unwrap().name(), "search on 10.0.0.7");
    /// ```
    #[cfg(feature = "std")]
    #[must_use]
    pub fn named(mut self, name: impl Into<Arc<str>>) -> Throttle {
        self.name = None;
        self.made_name = Some(name.into());
        self
    }

    /// Returns the name, for an event.
    #[cfg(feature = "std")]
    pub(super) fn label(&self) -> &str {
        self.name.or(self.made_name.as_deref()).unwrap_or("unnamed")
    }

    /// Returns the name, for an error.
    pub(super) fn name_of_error(&self) -> Name {
        #[cfg(feature = "std")]
        if let (None, Some(name)) = (self.name, &self.made_name) {
            return Name::Made(name.clone());
        }
        Name::Fixed(self.name.unwrap_or("unnamed"))
    }

    /// Sets how many requests the server may receive for one that it accepts; 2 if not set. A smaller `k` refuses more and
    /// wastes less of the server's work on rejections; a larger `k` finds out sooner that the server has recovered: all calls
    /// are let through again after 1 window with 3, 1.7 windows with 2, 3 windows with 1.5 and 12 windows with 1.1. A `k` of 1
    /// does not recover by itself. It is exact to six decimal places.
    ///
    /// # Panics
    /// If `k` is not in `1..=1000`.
    #[must_use]
    #[track_caller]
    pub const fn k(mut self, k: f64) -> Throttle {
        assert!(
            k >= 1.0 && k <= 1000.0,
            "`k` is not in 1..=1000; write `k(2.0)` for two requests to one that is accepted"
        );
        self.rule = self.rule.k(k);
        self
    }

    /// Sets how long a request counts; 30 s if not set. The window moves in tenths, so each request counts between 0.9 and
    /// 1 times this duration.
    ///
    /// # Panics
    /// If `duration` is below 1 ms.
    #[must_use]
    #[track_caller]
    pub const fn window(mut self, duration: Duration) -> Throttle {
        assert!(
            duration.as_millis() >= 1,
            "`window` is below 1 ms; write how long requests count, such as `window(Duration::from_secs(30))`"
        );
        (self.tenths, self.window) = (Tenths::new(from_duration(duration)), Window::new());
        self
    }

    /// Sets the number of requests in the window from which on calls are refused; 10 if not set.
    ///
    /// # Panics
    /// If `requests` is 0.
    #[must_use]
    #[track_caller]
    pub const fn minimum_requests(mut self, requests: u32) -> Throttle {
        assert!(
            requests >= 1,
            "`minimum_requests` is 0, and of no requests none is rejected; write `minimum_requests(1)` to refuse from the \
             first"
        );
        self.rule = self.rule.minimum_requests(requests);
        self
    }

    /// Sets the clock, a function that returns the time since any moment that stays the same.
    #[must_use]
    pub const fn clock(mut self, clock: fn() -> Duration) -> Throttle {
        self.time = TimeSource::Custom(clock);
        (self.tenths, self.window) = (self.tenths.restarted(), Window::new());
        self
    }
}
