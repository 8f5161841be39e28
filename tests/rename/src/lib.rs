//! `crate = path` names the facade where it is renamed, or re-exported by another crate.

/// What a crate that wraps us would do.
pub mod wrapper {
    pub use again as reexported;
}

/// Under its other name.
///
/// # Errors
/// Until the third call.
#[again::retry(crate = ::again, max = 5, base = "1s")]
pub fn renamed(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("not yet".to_owned()) } else { Ok(*calls) }
}

/// By a re-export.
///
/// # Errors
/// Until the third call.
#[wrapper::reexported::retry(crate = crate::wrapper::reexported)]
pub async fn reexported(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    let wanted: u32 = "3".parse().map_err(|_| "no number")?;
    if *calls < wanted { Err("not yet".to_owned()) } else { Ok(*calls) }
}

/// Under its other name, with everything that controls a call.
///
/// # Errors
/// Until the third call.
///
/// # Panics
/// If the event and the handle disagree.
#[again::retry(
    crate = ::again,
    call = call,
    restart_after = "2m",
    cancel = |_| false,
    delay = |_, attempt| std::time::Duration::from_secs(attempt.into()),
    on_success = |event| assert_eq!(event.attempt(), call.attempt()),
    log = debug,
)]
pub fn controlled(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if call.attempt() < 3 { Err("not yet".to_owned()) } else { Ok(*calls) }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    #[test]
    fn both_retry() {
        let _guard = again::testing::no_wait();
        assert_eq!(super::renamed(&mut 0), Ok(3));
        assert_eq!(super::controlled(&mut 0), Ok(3));

        let mut calls = 0;
        let mut future = pin!(super::reexported(&mut calls));
        let mut context = Context::from_waker(Waker::noop());
        let polls = (0..10).find_map(|_| match future.as_mut().poll(&mut context) {
            Poll::Ready(result) => Some(result),
            Poll::Pending => None,
        });
        assert_eq!(polls, Some(Ok(3)));
    }
}
