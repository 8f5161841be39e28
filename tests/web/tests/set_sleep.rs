//! The timer of the program. A binary of its own: it is set once.
#![cfg(all(target_family = "wasm", target_os = "unknown"))]

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use gloo_timers::future::TimeoutFuture;
use reattempt::{Jitter, Policy, SetSleepError, set_sleep};
use wasm_bindgen_test::wasm_bindgen_test;

std::thread_local! {
    static WAITS: RefCell<Vec<Duration>> = const { RefCell::new(Vec::new()) };
}

/// Waits a moment, and holds a value of this thread meanwhile.
async fn short(delay: Duration) {
    let waits = Rc::new(delay);
    TimeoutFuture::new(1).await;
    WAITS.with_borrow_mut(|all| all.push(*waits));
}

#[wasm_bindgen_test]
async fn a_timer_need_not_be_send() {
    set_sleep(short).expect("it is the first");
    assert_eq!(set_sleep(short), Err(SetSleepError));
    let calls = Cell::new(0);
    let call = async || {
        calls.set(calls.get() + 1);
        Err::<(), _>(calls.get())
    };
    assert_eq!(Policy::new().jitter(Jitter::None).run_async(call).await, Err(3));
    assert_eq!(WAITS.take(), [1, 2].map(Duration::from_secs));
}
