use reattempt::retry;

#[retry]
fn fetch<T: Default>() -> T {
    T::default()
}

fn main() {
    let _: u32 = fetch();
}
