use reattempt::retry;

enum Failed {
    Busy,
    Other,
}

#[retry(when = Failed::Busy)]
fn fetch() -> Result<u32, Failed> {
    Err(Failed::Other)
}

fn main() {
    let _ = fetch();
}
