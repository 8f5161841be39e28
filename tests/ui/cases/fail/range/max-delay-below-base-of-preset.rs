use reattempt::retry;

#[retry(preset = ssh_connection, max_delay_ms = 1500)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
