use reattempt::retry;

#[retry(env = "DEPLOYMENT_")]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
