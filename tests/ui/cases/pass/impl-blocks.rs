#![deny(warnings)]

use reattempt::retry;

type Res<T> = Result<T, String>;

struct Client<T>(T);

#[retry(max = 5, base = "10ms", jitter = none)]
impl<T: Clone> Client<T> {
    const LIMIT: u32 = 5;

    fn new(value: T) -> Self {
        Client(value)
    }

    fn value(&self) -> &T {
        &self.0
    }

    fn count(&self) -> usize {
        1
    }

    fn pair(&self) -> (Result<u32, String>, u32) {
        (Ok(1), 2)
    }

    fn nothing(&self) {}

    fn list(&self) -> Vec<Result<u32, String>> {
        Vec::new()
    }

    fn first(&self) -> Option<u32> {
        None
    }

    const fn constant(&self) -> u32 {
        Self::LIMIT
    }

    fn get(&self) -> Result<T, String> {
        Ok(self.0.clone())
    }

    async fn get_later(&self) -> std::io::Result<T> {
        Ok(self.0.clone())
    }

    #[retry]
    fn alias(&self) -> Res<u32> {
        Ok(1)
    }

    #[retry(skip)]
    fn exempt(&self) -> Res<u32> {
        Err(String::new())
    }

    #[retry(max = 2, base_ms = 5)]
    fn own(&self) -> Result<u32, String> {
        Ok(1)
    }

    #[retry]
    fn option(&self) -> Option<u32> {
        Some(1)
    }
}

mod inner {
    use reattempt::retry;

    pub struct Inner;

    #[retry(max = 2)]
    impl Inner {
        pub fn get(&self) -> Result<u32, String> {
            Ok(1)
        }

        pub(super) fn put(&self) -> Result<u32, String> {
            self.get()
        }
    }
}

fn main() {
    let client = Client::new(1);
    assert_eq!((client.value(), client.count(), client.constant(), client.first()), (&1, 1, 5, None));
    client.nothing();
    assert_eq!(client.pair(), (Ok(1), 2));
    assert!(client.list().is_empty());
    assert_eq!((client.get(), client.alias(), client.own(), client.option()), (Ok(1), Ok(1), Ok(1), Some(1)));
    assert!(client.exempt().is_err());
    drop(client.get_later());
    assert_eq!(inner::Inner.get(), inner::Inner.put());
}
