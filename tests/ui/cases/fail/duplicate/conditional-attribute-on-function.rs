use reattempt::retry;

#[retry(max = 3)]
#[cfg_attr(all(), retry(max = 5))]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
