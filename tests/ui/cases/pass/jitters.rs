#![deny(warnings)]

use std::time::Duration;

use reattempt::{Jitter, retry};

const FRACTION: f64 = 0.25;
const KIND: Jitter = Jitter::Spread(0.1);
const WIDTH: Duration = Duration::from_secs(2);

mod settings {
    use reattempt::Jitter;

    pub const JITTER: Jitter = Jitter::Full;

    pub const fn jitter() -> Jitter {
        Jitter::Equal
    }
}

#[retry(jitter = 0.3)]
fn fraction() -> Option<()> {
    Some(())
}

#[retry(jitter = 0)]
fn zero() -> Option<()> {
    Some(())
}

#[retry(jitter = 1)]
fn one() -> Option<()> {
    Some(())
}

#[retry(jitter = none)]
fn none() -> Option<()> {
    Some(())
}

#[retry(jitter = full)]
fn full() -> Option<()> {
    Some(())
}

#[retry(jitter = equal)]
fn equal() -> Option<()> {
    Some(())
}

#[retry(jitter = decorrelated)]
fn decorrelated() -> Option<()> {
    Some(())
}

#[retry(jitter = spread(0.1))]
fn spread() -> Option<()> {
    Some(())
}

#[retry(jitter = spread(FRACTION))]
fn spread_by_constant() -> Option<()> {
    Some(())
}

#[retry(jitter = up_to("1s"))]
fn up_to() -> Option<()> {
    Some(())
}

#[retry(jitter = up_to(WIDTH))]
fn up_to_constant() -> Option<()> {
    Some(())
}

#[retry(jitter = FRACTION)]
fn constant_fraction() -> Option<()> {
    Some(())
}

#[retry(jitter = KIND)]
fn constant_jitter() -> Option<()> {
    Some(())
}

#[retry(jitter = settings::JITTER)]
fn constant_elsewhere() -> Option<()> {
    Some(())
}

#[retry(jitter = settings::jitter())]
fn const_fn() -> Option<()> {
    Some(())
}

#[retry(jitter = Jitter::UpTo(WIDTH))]
fn variant() -> Option<()> {
    Some(())
}

#[retry(jitter = FRACTION / 2.0)]
fn computed() -> Option<()> {
    Some(())
}

fn main() {
    let all = [
        fraction(),
        zero(),
        one(),
        none(),
        full(),
        equal(),
        decorrelated(),
        spread(),
        spread_by_constant(),
        up_to(),
        up_to_constant(),
        constant_fraction(),
        constant_jitter(),
        constant_elsewhere(),
        const_fn(),
        variant(),
        computed(),
    ];
    assert!(all.iter().all(Option::is_some));
}
