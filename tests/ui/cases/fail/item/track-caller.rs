use std::panic::Location;

use reattempt::retry;

fn fine() -> Result<(), String> {
    Ok(())
}

#[retry]
#[track_caller]
fn with_question_mark() -> Result<u32, String> {
    fine()?;
    Err(Location::caller().to_string())
}

#[retry]
#[cfg_attr(not(any()), inline, track_caller)]
fn with_macro() -> Result<u32, String> {
    Err(format!("{}", Location::caller()))
}

struct Client;

#[retry(max = 4)]
impl Client {
    #[track_caller]
    fn with_return(&self) -> Result<u32, String> {
        return Err(Location::caller().to_string());
    }
}

fn main() {}
