use reattempt::retry;

#[retry]
fn fetch() -> impl Future + Send {
    async { Ok::<u32, String>(1) }
}

fn main() {
    let _ = fetch();
}
