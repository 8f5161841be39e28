//! The seed of the draws. A binary of its own: a thread draws it once.
#![cfg(all(target_family = "wasm", target_os = "unknown"))]

use reattempt::{Jitter, Policy};
use wasm_bindgen_test::wasm_bindgen_test;

/// The keys of std's hash maps are the same in every browser.
#[wasm_bindgen_test]
fn the_seed_is_random() {
    js_sys::eval("globalThis.asked = 0; Math.random = () => { globalThis.asked += 1; return 0.25; }")
        .expect("it is JavaScript");
    let drawn = || js_sys::eval("globalThis.asked").expect("it is set").as_f64();
    assert_eq!(Policy::new().jitter(Jitter::Full).delays().count(), 2);
    assert_eq!(drawn(), Some(1.0));
}
