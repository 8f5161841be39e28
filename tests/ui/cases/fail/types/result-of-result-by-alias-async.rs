use reattempt::retry;

struct Elapsed;
type Reply<T> = std::io::Result<T>;
type Timed<T> = Result<T, Elapsed>;

#[retry(max = 5)]
async fn fetch() -> Timed<Reply<u32>> {
    Err(Elapsed)
}

fn main() {
    let _ = fetch();
}
