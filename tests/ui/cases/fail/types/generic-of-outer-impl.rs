// The attribute of a method cannot know what its `impl` block has for parameters.
use reattempt::retry;

struct Client<const N: u32>;

impl<const N: u32> Client<N> {
    #[retry(max = N)]
    fn get(&self) -> Result<u32, String> {
        Ok(1)
    }
}

fn main() {
    let _ = Client::<3>.get();
}
