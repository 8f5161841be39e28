#![deny(warnings)]

use std::time::Duration;

use reattempt::{Jitter, Policy, retry};

trait Limits {
    const ATTEMPTS: u32;
    const BASE: Duration;
    const POLICY: Policy;
}

struct Client<const N: u32>;

impl<const N: u32> Client<N> {
    const MAX: u32 = 5;
    const JITTER: Jitter = Jitter::Full;
    const POLICY: Policy = Policy::new().max(4);

    #[retry(max = Self::MAX, jitter = Self::JITTER)]
    fn of_self(&self) -> Result<u32, String> {
        Ok(1)
    }

    #[retry(max = Self::MAX * N + 1, factor = Self::MAX)]
    async fn of_both(&self) -> Result<u32, String> {
        Ok(1)
    }

    #[retry(policy = Self::POLICY)]
    fn of_policy(&self) -> Result<u32, String> {
        Ok(1)
    }
}

struct Short;

impl Limits for Short {
    const ATTEMPTS: u32 = 2;
    const BASE: Duration = Duration::from_millis(10);
    const POLICY: Policy = Policy::new().max(2);
}

#[retry(max = L::ATTEMPTS, base = L::BASE, max_delay = L::BASE)]
fn of_trait<L: Limits>() -> Result<u32, String> {
    Ok(1)
}

#[retry(policy = L::POLICY)]
async fn of_trait_policy<L: Limits>() -> Result<u32, String> {
    Ok(1)
}

#[retry(max = ATTEMPTS)]
fn of_const_generic<const ATTEMPTS: u32>() -> Result<u32, String> {
    Ok(1)
}

#[retry(max = N, base = "10ms")]
impl<const N: u32> Client<N> {
    fn under_impl(&self) -> Result<u32, String> {
        Ok(1)
    }

    #[retry(max = Self::MAX)]
    async fn under_impl_too(&self) -> Result<u32, String> {
        Ok(1)
    }
}

#[retry(max = Self::ATTEMPTS)]
impl Short {
    fn under_impl(&self) -> Result<u32, String> {
        Ok(1)
    }
}

fn main() {
    let client = Client::<3>;
    assert_eq!(client.of_self(), Ok(1));
    assert_eq!(client.of_policy(), Ok(1));
    assert_eq!(client.under_impl(), Ok(1));
    assert_eq!(Short.under_impl(), Ok(1));
    assert_eq!(of_trait::<Short>(), Ok(1));
    assert_eq!(of_const_generic::<2>(), Ok(1));
    drop((client.of_both(), client.under_impl_too(), of_trait_policy::<Short>()));
}
