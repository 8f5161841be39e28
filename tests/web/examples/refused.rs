//! Functions that would block their thread: the compiler refuses each.

use reattempt::retry;

#[retry]
fn plain() -> Result<(), String> {
    Err("down".into())
}

#[retry(on_retry = |_| ())]
fn planned() -> Result<(), String> {
    Err("down".into())
}

#[retry(cancel = |_| false)]
fn cancelled() -> Result<(), String> {
    Err("down".into())
}

struct Counter(u32);

impl Counter {
    #[retry(max = 5)]
    fn in_its_own_loop(&mut self, names: Vec<String>) -> Result<Vec<String>, String> {
        self.0 += 1;
        Ok(names)
    }
}

fn main() {
    _ = (plain(), planned(), cancelled(), Counter(0).in_its_own_loop(Vec::new()));
}
