use reattempt::retry;

#[retry]
fn open() -> Option<Result<impl std::io::Read, std::io::Error>> {
    Some(std::fs::File::open("/etc/hosts"))
}

fn main() {
    let _ = open();
}
