use reattempt::retry;

#[retry]
enum Client {
    Open,
}

fn main() {
    let _ = Client::Open;
}
