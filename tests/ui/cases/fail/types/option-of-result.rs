use reattempt::retry;

#[retry]
fn fetch() -> Option<Result<u32, std::io::Error>> {
    None
}

fn main() {
    let _ = fetch();
}
