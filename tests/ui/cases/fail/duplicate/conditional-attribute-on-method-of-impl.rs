use reattempt::retry;

struct Client;

#[retry]
impl Client {
    #[cfg_attr(all(), retry(skip))]
    fn get(&self) -> Result<u32, String> {
        Ok(1)
    }
}

fn main() {
    let _ = Client.get();
}
