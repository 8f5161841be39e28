#![deny(warnings)]

use std::collections::BTreeMap;

use reattempt::retry;

struct Request {
    url: String,
}

#[derive(Clone)]
struct Client(String);

#[retry]
fn plainly_copy(mut n: u32, mut text: &str, (mut x, _): (u8, String), mut pair: (u8, bool)) -> Result<u32, String> {
    n += 1;
    x += 1;
    pair.0 += 1;
    text = text.trim();
    Ok(n + u32::from(x) + u32::from(pair.0) + text.len() as u32)
}

#[retry(clone(url))]
fn consumed(url: String) -> Result<String, String> {
    Ok(url)
}

#[retry(clone(url, list))]
async fn consumed_later(mut url: String, mut list: Vec<u32>) -> Result<String, String> {
    url.push('/');
    list.push(1);
    Ok(url)
}

#[retry(clone(url))]
fn in_pattern(Request { mut url }: Request) -> Result<String, String> {
    url.push('/');
    Ok(url)
}

#[retry(clone(r#type))]
fn raw(r#type: String, _: u32, _ignored: &str) -> Result<String, String> {
    Ok(r#type)
}

#[retry]
fn reborrowed(map: &mut BTreeMap<u32, u32>, mut list: &mut Vec<u32>) -> Result<(), String> {
    map.insert(1, 1);
    list.push(1);
    list = list;
    list.push(2);
    Ok(())
}

#[retry]
fn iterated(items: impl Iterator<Item = u32> + Clone) -> Result<u32, String> {
    Ok(items.clone().sum())
}

#[retry(clone(f,))]
fn called<F: FnOnce() -> u32 + Clone>(f: F) -> Result<u32, String> {
    Ok(f())
}

impl Client {
    #[retry(clone(self))]
    fn close(self) -> Result<String, String> {
        Ok(self.0)
    }

    #[retry(clone(self))]
    async fn close_later(mut self) -> Result<String, String> {
        self.0.push('/');
        Ok(self.0)
    }

    #[retry(clone(self))]
    fn boxed(self: Box<Self>) -> Result<String, String> {
        Ok(self.0)
    }

    #[retry]
    fn by_value_unspent(self) -> Result<usize, String> {
        Ok(self.0.len())
    }
}

fn main() {
    assert_eq!(plainly_copy(1, " a", (1, String::new()), (1, true)), Ok(7));
    assert_eq!(consumed("a".to_owned()).as_deref(), Ok("a"));
    drop(consumed_later(String::new(), Vec::new()));
    assert_eq!(in_pattern(Request { url: "a".to_owned() }).as_deref(), Ok("a/"));
    assert_eq!(raw("a".to_owned(), 1, "").as_deref(), Ok("a"));
    assert_eq!(reborrowed(&mut BTreeMap::new(), &mut Vec::new()), Ok(()));
    assert_eq!(iterated(0..3), Ok(3));
    assert_eq!(called(|| 1), Ok(1));
    assert_eq!(Client("a".to_owned()).close().as_deref(), Ok("a"));
    assert_eq!(Box::new(Client("a".to_owned())).boxed().as_deref(), Ok("a"));
    assert_eq!(Client("a".to_owned()).by_value_unspent(), Ok(1));
    drop(Client(String::new()).close_later());
}
