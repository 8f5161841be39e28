use reattempt::retry;

#[retry(clone(list))]
fn fetch(list: &mut Vec<u32>) -> Result<(), String> {
    list.push(1);
    Ok(())
}

fn main() {
    let _ = fetch(&mut Vec::new());
}
