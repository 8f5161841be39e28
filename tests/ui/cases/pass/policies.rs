#![deny(warnings)]

use reattempt::{Policy, retry};

const POLICY: Policy = Policy::new().max(5);
static SHARED: Policy = Policy::new().max(5);

mod presets {
    use reattempt::Policy;

    pub const SLOW: Policy = Policy::new().max(2);
}

struct Client {
    policy: Policy,
}

impl Client {
    #[retry(policy = self.policy)]
    fn of_self(&self) -> Result<u32, String> {
        Ok(1)
    }

    #[retry(policy = self.policy, max = 3, base = "10ms")]
    async fn of_self_with_overrides(&mut self) -> Result<u32, String> {
        Ok(1)
    }
}

#[retry(policy = POLICY)]
fn constant() -> Result<u32, String> {
    Ok(1)
}

#[retry(policy = SHARED)]
fn shared() -> Result<u32, String> {
    Ok(1)
}

#[retry(policy = presets::SLOW, jitter = none)]
fn constant_elsewhere() -> Result<u32, String> {
    Ok(1)
}

#[retry(policy = POLICY, base = "5m")]
fn ceiling_wins() -> Result<u32, String> {
    Ok(1)
}

#[retry(policy = POLICY, within = "10m")]
fn proven() -> Result<u32, String> {
    Ok(1)
}

#[retry(policy = Policy::new().max(7))]
fn built_here() -> Result<u32, String> {
    Ok(1)
}

#[retry(policy = policy)]
fn argument(policy: Policy) -> Result<u32, String> {
    Ok(1)
}

#[retry(policy = *policy)]
async fn borrowed_argument(policy: &Policy) -> Result<u32, String> {
    Ok(1)
}

#[retry(policy = self.policy)]
impl Client {
    fn under_impl(&self) -> Result<u32, String> {
        Ok(1)
    }

    async fn under_impl_too(&self) -> Result<u32, String> {
        Ok(1)
    }
}

fn main() {
    let mut client = Client { policy: POLICY };
    assert_eq!(client.of_self(), Ok(1));
    assert_eq!(client.under_impl(), Ok(1));
    drop(client.under_impl_too());
    drop(client.of_self_with_overrides());
    assert_eq!((constant(), shared()), (Ok(1), Ok(1)));
    assert_eq!(constant_elsewhere(), Ok(1));
    assert_eq!(ceiling_wins(), Ok(1));
    assert_eq!(proven(), Ok(1));
    assert_eq!(built_here(), Ok(1));
    assert_eq!(argument(POLICY), Ok(1));
    drop(borrowed_argument(&POLICY));
}
