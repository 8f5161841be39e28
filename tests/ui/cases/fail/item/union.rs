use reattempt::retry;

#[retry]
union Client {
    open: u32,
}

fn main() {
    let _ = Client { open: 1 };
}
