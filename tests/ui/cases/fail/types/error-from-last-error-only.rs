use reattempt::retry;

struct Failed;

impl From<String> for Failed {
    fn from(_: String) -> Self {
        Failed
    }
}

#[retry(error = String)]
fn fetch() -> Result<u32, Failed> {
    Err(String::new())
}

fn main() {
    let _ = fetch();
}
