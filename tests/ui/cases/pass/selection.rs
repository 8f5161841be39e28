#![deny(warnings)]

use std::error::Error;
use std::io;
use std::time::Duration;

use reattempt::retry;

#[derive(Debug, PartialEq)]
pub enum Failed {
    Busy,
    Status(u16),
    Reset { code: i32 },
    Timeout,
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl Error for Failed {}

mod api {
    pub(crate) type Failure = super::Failed;

    pub(crate) fn is_busy(error: &Failure) -> bool {
        *error == Failure::Busy
    }
}

#[retry(on = Failed)]
fn the_type() -> Result<u32, Failed> {
    Ok(1)
}

#[retry(on = crate::api::Failure)]
fn the_type_by_path() -> Result<u32, Failed> {
    Ok(1)
}

#[retry(on = <String as ToOwned>::Owned)]
fn the_type_by_projection() -> Result<u32, String> {
    Ok(1)
}

#[retry(on = type io::Error)]
fn the_type_outright() -> Result<u32, Box<dyn Error>> {
    Ok(1)
}

#[retry(on = io::Error | Failed | std::num::ParseIntError)]
fn alternatives() -> Result<u32, Box<dyn Error + Send + Sync>> {
    Ok(1)
}

#[retry(on = [io::Error, Failed,], unless = [std::fmt::Error])]
fn list() -> Result<u32, Box<dyn Error>> {
    Ok(1)
}

#[retry(on = Failed::Busy)]
fn variant() -> Result<u32, Failed> {
    Ok(1)
}

#[retry(on = Failed::Busy | Failed::Status(500..=599) | Failed::Reset { .. })]
fn variants() -> Result<u32, Failed> {
    Ok(1)
}

#[retry(on = [Failed::Status(code) if *code >= 500, Failed::Reset { code: 1 | 2 }], unless = Failed::Busy)]
fn guards() -> Result<u32, Failed> {
    Ok(1)
}

#[retry(on = api::Failure::Busy | crate::Failed::Timeout)]
fn variants_by_path() -> Result<u32, Failed> {
    Ok(1)
}

#[retry(on = [Failed::Busy, Failed], unless = Failed::Timeout)]
fn both() -> Result<u32, Failed> {
    Ok(1)
}

#[retry(on = 500..=599, unless = 501)]
fn number() -> Result<u32, u16> {
    Ok(1)
}

#[retry(on = (503, _))]
fn tuple() -> Result<u32, (u16, String)> {
    Ok(1)
}

#[retry(on = ())]
fn unit() -> Result<u32, ()> {
    Ok(1)
}

#[retry(on = String)]
fn no_error_at_all() -> Result<u32, String> {
    Ok(1)
}

#[retry(on = Option<u8>)]
fn generic_type() -> Result<u32, Option<u8>> {
    Ok(1)
}

#[retry(on = io::Error)]
fn bounded<E: Error + 'static>(error: E) -> Result<u32, E>
where
    E: Clone,
{
    Err(error.clone())
}

#[retry(on = E)]
fn bare<E>(error: fn() -> E) -> Result<u32, E> {
    Err(error())
}

#[retry(when = api::is_busy)]
fn when_path() -> Result<u32, Failed> {
    Ok(1)
}

#[retry(when = |error| matches!(error, Failed::Status(500..)))]
async fn when_closure() -> Result<u32, Failed> {
    Ok(1)
}

#[retry(when = |error: &Failed| api::is_busy(error))]
fn when_typed_closure() -> Result<u32, Failed> {
    Ok(1)
}

#[retry(when = |()| true)]
fn when_option() -> Option<u32> {
    Some(1)
}

#[retry(when = |_| max > 1)]
fn when_argument(max: u32) -> Result<u32, Failed> {
    Ok(max)
}

#[retry(retry_after = |_| None)]
fn hint_closure() -> Result<u32, Failed> {
    Ok(1)
}

fn hint(error: &Failed) -> Option<Duration> {
    matches!(error, Failed::Busy).then_some(Duration::from_secs(1))
}

#[retry(retry_after = hint)]
async fn hint_path() -> Result<u32, Failed> {
    Ok(1)
}

struct Client;

trait Fetch {
    type Error;

    fn get(&self) -> Result<u32, Self::Error>;
}

impl Fetch for Client {
    type Error = Failed;

    #[retry(on = type Self::Error)]
    fn get(&self) -> Result<u32, Self::Error> {
        Ok(1)
    }
}

#[retry(on = io::Error, when = |_| true)]
impl Client {
    fn open(&self) -> Result<u32, io::Error> {
        Ok(1)
    }

    async fn fetch(&self) -> Result<u32, Box<dyn Error>> {
        Ok(1)
    }

    #[retry(on = Failed::Busy)]
    fn own(&self) -> Result<u32, Failed> {
        Ok(1)
    }
}

fn main() {
    drop((the_type(), the_type_by_path(), the_type_by_projection(), the_type_outright(), alternatives(), list()));
    drop((variant(), variants(), guards(), variants_by_path(), both(), number(), tuple(), unit()));
    drop((no_error_at_all(), generic_type(), when_path(), when_closure(), when_typed_closure(), when_option()));
    drop((when_argument(1), hint_closure(), hint_path(), Client.get(), Client.open(), Client.fetch(), Client.own()));
    let _: fn(std::fmt::Error) -> Result<u32, std::fmt::Error> = bounded;
    let _: fn(fn() -> u8) -> Result<u32, u8> = bare;
}
