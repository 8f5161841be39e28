use reattempt::retry;

struct View<'a>(&'a u32);

#[retry]
fn first(list: &mut Vec<u32>) -> Result<View<'_>, String> {
    list.first().map(View).ok_or_else(String::new)
}

fn main() {
    let _ = first(&mut Vec::new()).map(|view| *view.0);
}
