mod model;
fn main() {
    println!("{:?}", model::run(1000, model::KINDS[6].policy, 1));
}
