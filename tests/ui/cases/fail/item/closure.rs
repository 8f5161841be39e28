use reattempt::retry;

fn main() {
    let fetch = #[retry]
    || -> Result<u32, String> { Ok(1) };
    let _ = fetch();
}
