use reattempt::retry;

#[retry]
fn fetch() -> ! {
    loop {}
}

fn main() {
    fetch();
}
