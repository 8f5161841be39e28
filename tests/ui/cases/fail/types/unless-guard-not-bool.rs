use reattempt::retry;

enum Failed {
    Busy,
    Status(u16),
}

#[retry(unless = Failed::Status(code) if code)]
fn fetch() -> Result<u32, Failed> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
