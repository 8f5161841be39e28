use reattempt::Retryable;

#[derive(Retryable)]
union Failed {
    code: u32,
    bytes: [u8; 4],
}

fn main() {}
