use reattempt::retry;

struct Context<'a> {
    log: &'a mut Vec<u32>,
}

#[retry(hedge = "50ms")]
async fn fetch(context: Context<'_>) -> Result<usize, String> {
    context.log.push(1);
    send(context.log.len()).await
}

type Buffer<'a> = &'a mut Vec<u32>;

#[retry(hedge = "50ms")]
async fn read(buffer: Buffer<'_>) -> Result<usize, String> {
    buffer.clear();
    send(buffer.len()).await
}

async fn send(length: usize) -> Result<usize, String> {
    Ok(length)
}

fn main() {
    let (mut log, mut buffer) = (Vec::new(), Vec::new());
    let _ = (fetch(Context { log: &mut log }), read(&mut buffer));
}
