use reattempt::retry;

#[retry]
fn first<'a>(list: &'a mut Vec<u32>, _name: &str) -> Result<&'a mut u32, String> {
    list.first_mut().ok_or_else(String::new)
}

fn main() {
    let _ = first(&mut Vec::new(), "");
}
