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
    #[retry(when = |_| self.0 < 3)]
    fn in_its_own_loop(&mut self) -> Result<u32, String> {
        self.0 += 1;
        Err("down".into())
    }
}

fn main() {
    _ = (plain(), planned(), cancelled(), Counter(0).in_its_own_loop());
}
