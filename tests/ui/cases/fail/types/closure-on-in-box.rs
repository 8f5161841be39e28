use reattempt::Policy;

fn main() {
    let read = || std::fs::read("/etc/hosts").map_err(Box::<dyn std::error::Error>::from);
    let _ = Policy::new().retry(read).on::<std::io::Error>().run();
}
