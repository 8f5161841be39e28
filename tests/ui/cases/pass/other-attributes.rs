#![deny(warnings)]

use reattempt::retry;

/// Documented.
#[must_use]
#[retry]
#[inline]
pub fn above_and_below() -> Option<u32> {
    Some(1)
}

#[retry(max = 2)]
/// Documented below.
#[cfg_attr(all(), inline)]
#[cfg_attr(any(), no_such_attribute)]
fn conditional() -> Result<u32, String> {
    Ok(1)
}

#[cfg(all())]
#[retry]
fn compiled() -> Result<u32, String> {
    Ok(1)
}

#[cfg(any())]
#[retry(max = 0)]
fn left_out() -> Result<u32, String> {
    Ok(1)
}

#[cfg_attr(all(), retry(max = 4))]
fn retried_on_condition() -> Result<u32, String> {
    Ok(1)
}

#[retry]
#[expect(unused_variables)]
#[allow(dead_code)]
fn with_lints(unused: u32) -> Result<u32, String> {
    #![allow(clippy::needless_return)]
    return Ok(1);
}

#[retry]
#[deprecated = "in favour of another"]
#[track_caller]
#[cold]
fn old() -> Result<u32, String> {
    Ok(1)
}

#[retry]
#[test]
fn test_below() -> Result<(), String> {
    Ok(())
}

#[test]
#[retry]
fn test_above() -> Result<(), String> {
    Ok(())
}

#[retry]
#[tokio::test]
async fn tokio_test_below() -> Result<(), String> {
    Ok(())
}

struct Client;

#[retry]
/// Documented.
#[allow(clippy::unused_self)]
impl Client {
    //! Documented inside.

    /// A method.
    #[must_use]
    #[inline]
    fn get(&self) -> Result<u32, String> {
        Ok(1)
    }

    #[cfg(any())]
    fn left_out(&self) -> Result<u32, NoSuchType> {
        Ok(1)
    }
}

fn main() {
    assert_eq!(above_and_below(), Some(1));
    assert_eq!(conditional(), Ok(1));
    assert_eq!(compiled(), Ok(1));
    assert_eq!(retried_on_condition(), Ok(1));
    assert_eq!(with_lints(1), Ok(1));
    #[expect(deprecated)]
    let old = old();
    assert_eq!(old, Ok(1));
    assert_eq!(Client.get(), Ok(1));
}
