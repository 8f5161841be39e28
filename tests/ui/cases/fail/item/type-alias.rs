use reattempt::retry;

#[retry]
type Fetched = Result<u32, String>;

fn main() {
    let _: Fetched = Ok(1);
}
