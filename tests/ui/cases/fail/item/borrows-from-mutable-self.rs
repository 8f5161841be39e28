use reattempt::retry;

struct Buffer(Vec<u32>);

impl Buffer {
    #[retry]
    fn first(&mut self) -> Result<&u32, String> {
        self.0.first().ok_or_else(String::new)
    }
}

fn main() {
    let _ = Buffer(Vec::new()).first();
}
