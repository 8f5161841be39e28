use reattempt::retry;

#[retry]
fn fetch() {}

fn main() {
    fetch();
}
