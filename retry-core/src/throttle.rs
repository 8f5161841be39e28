//! Client-side throttles, which refuse calls before they are sent while the server rejects most of them.

mod pass;
mod rule;
mod settings;
mod throttle;
mod window;

pub use pass::Pass;
pub use throttle::Throttle;
