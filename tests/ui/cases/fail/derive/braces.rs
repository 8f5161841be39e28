use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable{delegate}]
    Io(std::io::Error),
}

fn main() {}
