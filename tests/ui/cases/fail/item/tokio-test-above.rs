use reattempt::retry;

#[tokio::test]
#[retry]
async fn fetches() -> Result<(), String> {
    Ok(())
}

fn main() {}
