use reattempt::retry;

#[retry]
pub struct Client {
    pub url: String,
}

fn main() {
    let _ = Client { url: String::new() }.url;
}
