use reattempt::retry;

enum Failed {
    Busy,
    Status(u16),
}

enum Other {
    Busy,
}

#[retry(unless = Other::Busy)]
fn fetch() -> Result<u32, Failed> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
