use reattempt::retry;

// The constants among values of the call are checked at compile time.
#[retry(max = retries, base = "2m", max_delay = "1m", factor = 0.5)]
fn fetch(retries: u32) -> Result<u32, String> {
    Ok(retries)
}

#[retry(max = 0, jitter = fraction)]
fn get(fraction: f64) -> Result<f64, String> {
    Ok(fraction)
}

fn main() {
    let _ = (fetch(3), get(0.1));
}
