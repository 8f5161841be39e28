use reattempt::retry;

enum Failed {
    Busy,
}

#[retry(on = !Failed::Busy)]
fn fetch() -> Result<u32, Failed> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
