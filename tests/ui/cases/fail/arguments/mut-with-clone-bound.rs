use reattempt::retry;

#[retry]
fn first<I>(mut items: I) -> Option<u32>
where
    I: Iterator<Item = u32> + Clone,
{
    items.next()
}

#[retry]
fn second(mut items: impl Clone + Iterator<Item = u32>) -> Option<u32> {
    items.next()
}

fn main() {
    let _ = (first(0..3), second(0..3));
}
