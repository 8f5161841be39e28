#![deny(warnings)]

use reattempt::retry;

#[retry(name = "fetch")]
fn plain() -> Result<u32, String> {
    Ok(1)
}

#[retry(name = "fetch {url} from {node:?}, {{literally}}")]
fn with_places(url: &str, node: u32) -> Result<u32, String> {
    Ok(node + url.len() as u32)
}

#[retry(name = "drain {node}", clone(node))]
async fn with_clone(node: String) -> Result<String, String> {
    Ok(node)
}

#[retry(name = r"drain \ {node:>5}")]
async fn raw_string(node: &str) -> Result<usize, String> {
    Ok(node.len())
}

fn main() {
    assert_eq!(plain(), Ok(1));
    assert_eq!(with_places("", 1), Ok(1));
    drop((with_clone(String::new()), raw_string("")));
}
