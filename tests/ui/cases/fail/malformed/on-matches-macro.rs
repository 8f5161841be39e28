use reattempt::retry;

enum Failed {
    Busy,
}

#[retry(on = matches!(error, Failed::Busy))]
fn fetch() -> Result<u32, Failed> {
    Err(Failed::Busy)
}

fn main() {
    let _ = fetch();
}
