//! Functions that retry on `wasm32-unknown-unknown`. `tests/` runs in node; `examples/refused.rs` does not compile there.
