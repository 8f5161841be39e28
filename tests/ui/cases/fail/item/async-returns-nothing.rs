use reattempt::retry;

#[retry]
async fn fetch() {}

fn main() {
    drop(fetch());
}
