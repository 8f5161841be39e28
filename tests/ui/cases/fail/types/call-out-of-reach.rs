use reattempt::retry;

fn spawn<F: Future + Send + 'static>(_: F) {}

#[retry(call = c)]
async fn spawned(key: u32) -> Result<u32, String> {
    spawn(async { println!("{}", c.attempt()) });
    Ok(key)
}

#[retry(call = c)]
fn thread(key: u32) -> Result<u32, String> {
    std::thread::spawn(|| println!("{}", c.attempt()));
    Ok(key)
}

#[retry(call = c)]
fn shadowed(key: u32) -> Result<u32, String> {
    let c = key;
    c.stop();
    Ok(c)
}

#[retry(call = c)]
fn unknown(key: u32) -> Result<u32, String> {
    c.cancel();
    Ok(key)
}

fn main() {}
