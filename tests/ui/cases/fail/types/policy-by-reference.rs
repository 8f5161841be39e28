use std::sync::Arc;

use reattempt::{Policy, retry};

#[retry(policy = &policy)]
fn fetch(policy: Arc<Policy>) -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch(Arc::new(Policy::new()));
}
