use reattempt::retry;

enum Failed {
    Busy,
    Status(u16),
}

#[retry(on = "Failed")]
fn fetch() -> Result<u32, Failed> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
