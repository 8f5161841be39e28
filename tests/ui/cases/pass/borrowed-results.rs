//! Results with lifetimes that are not those of a `&mut` argument.
use std::pin::Pin;

use reattempt::retry;

type Parse = fn(&str) -> usize;

struct Registry {
    calls: u32,
    name: String,
}

impl Registry {
    #[retry(max = 2)]
    fn boxed(&mut self) -> Result<Box<dyn Fn(&str) -> usize>, String> {
        self.calls += 1;
        Ok(Box::new(str::len))
    }

    #[retry(max = 2)]
    fn pointer(&mut self) -> Result<fn(&str) -> usize, String> {
        self.calls += 1;
        Ok(str::len)
    }

    #[retry(max = 2)]
    fn higher_ranked(&mut self) -> Result<for<'a> fn(&'a str) -> &'a str, String> {
        self.calls += 1;
        Ok(str::trim)
    }

    #[retry(max = 2)]
    fn by_alias(&mut self) -> Result<Parse, String> {
        self.calls += 1;
        Ok(str::len)
    }

    #[retry(max = 2)]
    async fn in_async(&mut self) -> Result<Box<dyn Fn(&mut [u8]) -> &[u8] + Send>, String> {
        self.calls += 1;
        Ok(Box::new(|bytes| bytes))
    }

    #[retry(max = 2)]
    fn static_text(&mut self) -> Result<&'static str, &'static str> {
        self.calls += 1;
        Err("busy")
    }

    #[retry(max = 2)]
    fn of_another<'a>(&mut self, text: &'a str) -> Result<&'a str, String> {
        self.calls += 1;
        Ok(text)
    }

    #[retry(max = 2)]
    fn of_self(&self, log: &mut Vec<u32>) -> Result<&str, String> {
        log.push(1);
        Ok(&self.name)
    }

    #[retry(max = 2)]
    fn of_typed_self(self: &Self, log: &mut Vec<u32>) -> Result<&str, String> {
        log.push(1);
        Ok(&self.name)
    }

    #[retry(max = 2)]
    fn of_pinned_self(self: Pin<&Self>, log: &mut Vec<u32>) -> Result<&str, String> {
        log.push(1);
        Ok(&self.get_ref().name)
    }

    #[retry(max = 2)]
    fn of_either<'a>(&'a self, log: &'a mut Vec<u32>) -> Result<&'a str, String> {
        log.push(1);
        Ok(&self.name)
    }

    #[retry(max = 2)]
    fn opaque(&mut self) -> Result<impl Iterator<Item = u8> + use<>, String> {
        self.calls += 1;
        Ok([1, 2].into_iter())
    }
}

#[retry(max = 2)]
fn predicate(seen: &mut u32) -> Option<fn(&u32) -> bool> {
    *seen += 1;
    Some(|n| *n > 1)
}

#[retry(max = 2)]
fn next<'a>(items: &mut std::slice::Iter<'a, u8>) -> Option<&'a u8> {
    items.next()
}

#[retry(max = 2)]
fn masked(seen: &mut u32) -> Result<[u8; 1 & 3], String> {
    *seen += 1;
    Ok([0])
}

fn main() {
    let _guard = reattempt::testing::no_wait();
    let mut registry = Registry { calls: 0, name: String::new() };
    let _ = (registry.boxed().is_ok(), registry.pointer(), registry.higher_ranked(), registry.by_alias());
    let _ = registry.in_async();
    let _ = (registry.static_text(), registry.of_another(""), registry.opaque().is_ok());
    let _ = registry.of_self(&mut vec![]);
    let _ = registry.of_typed_self(&mut vec![]);
    let _ = Pin::new(&registry).of_pinned_self(&mut vec![]);
    let _ = registry.of_either(&mut vec![]);
    let _ = (predicate(&mut 1), next(&mut [1].iter()), masked(&mut 1));
}
