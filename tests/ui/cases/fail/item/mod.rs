use reattempt::retry;

#[retry]
mod client {
    pub fn fetch() -> Result<u32, String> {
        Ok(1)
    }
}

fn main() {
    let _ = client::fetch();
}
