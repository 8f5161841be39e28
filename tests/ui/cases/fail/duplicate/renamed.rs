use reattempt::retry as again;

#[again(max = 3)]
#[again(base = "2s")]
fn fetch() -> Result<u32, String> {
    Ok(2)
}

fn main() {
    let _ = fetch();
}
