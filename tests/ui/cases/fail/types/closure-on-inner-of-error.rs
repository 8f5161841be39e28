use std::io;

use reattempt::Policy;

fn main() {
    let read = || std::fs::read("/etc/hosts");
    let _ = Policy::new().retry(read).on_inner::<io::Error>().run();
    let _ = Policy::new().retry(read).unless_inner::<io::Error>().run();
}
