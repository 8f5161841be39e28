//! Retries with JavaScript's clocks and timers. A panic anywhere ends a test: there a program cannot catch one.
//!
//! Delays are a few milliseconds. The tests assert numbers of attempts, and that no wait is shorter than its delay.
#![cfg(all(target_family = "wasm", target_os = "unknown"))]

mod blocking;
mod closures;
mod functions;
mod limits;
mod shared;
mod sleep;
mod support;
