// The attribute of a method cannot know what its `impl` block has for parameters.
use reattempt::retry;

struct Client<const ATTEMPTS: u32>;

impl<const ATTEMPTS: u32> Client<ATTEMPTS> {
    #[retry(max = ATTEMPTS)]
    fn get(&self) -> Result<u32, String> {
        Ok(1)
    }
}

fn main() {
    let _ = Client::<3>.get();
}
