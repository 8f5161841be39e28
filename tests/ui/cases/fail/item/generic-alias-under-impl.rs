use reattempt::retry;

type Res<T> = Result<T, String>;

struct Client;

#[retry]
impl Client {
    async fn get(&self) -> Res<Vec<u32>> {
        Ok(vec![1])
    }

    fn put(&self) -> Res<u32> {
        Ok(1)
    }
}

fn main() {
    drop(Client.get());
    let _ = Client.put();
}
