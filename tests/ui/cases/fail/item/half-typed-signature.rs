use reattempt::retry;

#[retry]
fn fetch(url: ) -> Result<u32, String> {
    Ok(1)
}

fn main() {}
