
// What follows stands in the generated library only.

/// Asks with a number, so that no two functions are the same.
#[inline(never)]
pub fn ask(service: &Service, number: u64) -> Answer {
    std::hint::black_box(number);
    operation(service)
}

/// The same, async.
pub fn ask_async(service: &Service, number: u64) -> Operation<'_, 8> {
    Operation { service, _memory: number.to_ne_bytes() }
}

/// Polls to the end.
#[inline(never)]
pub fn finish(mut future: Pin<&mut dyn Future<Output = Answer>>) -> Answer {
    let mut context = Context::from_waker(std::task::Waker::noop());
    loop {
        if let Poll::Ready(answer) = future.as_mut().poll(&mut context) {
            return answer;
        }
    }
}

/// What those with a hook do before they wait.
#[cold]
#[inline(never)]
pub fn log(error: &Down, delay: std::time::Duration) {
    tracing::warn!(delay_ms = delay.as_millis() as u64, %error, "attempt failed, will retry");
}
