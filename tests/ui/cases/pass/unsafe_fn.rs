//! An `unsafe fn` stays one, and its body may do what it could before.

use reattempt::retry;

/// # Safety
/// `value` points to a number.
#[retry]
unsafe fn read(value: *const u32) -> Result<u32, std::num::ParseIntError> {
    let seven: u32 = "7".parse()?;
    Ok(unsafe { *value } + seven)
}

/// # Safety
/// `value` points to a number.
#[retry]
async unsafe fn read_later(value: *const u32) -> Result<u32, std::num::ParseIntError> {
    let seven: u32 = "7".parse()?;
    Ok(unsafe { *value } + seven)
}

fn main() {
    let one = 1;
    assert_eq!(unsafe { read(&one) }, Ok(8));
    drop(unsafe { read_later(&one) });
}
