use reattempt::retry;

enum Failed {
    Busy,
    Status(u16),
}

#[retry(on = Failed::Status(code) if *code > 500 | Failed::Busy)]
fn fetch() -> Result<u32, Failed> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
