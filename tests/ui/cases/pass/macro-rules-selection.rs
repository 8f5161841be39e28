#![deny(warnings)]

use std::io;

use reattempt::{RetryError, retry};

#[derive(Debug)]
pub enum Failed {
    Busy,
    Status(u16),
}

macro_rules! by_tokens {
    ($name:ident, $error:ty, $($arguments:tt)*) => {
        #[retry($($arguments)*)]
        fn $name() -> Result<u32, $error> {
            Ok(1)
        }
    };
}

macro_rules! by_type {
    ($name:ident, $error:ty, $on:ty) => {
        #[retry(on = $on)]
        fn $name() -> Result<u32, $error> {
            Ok(1)
        }
    };
}

macro_rules! by_path {
    ($name:ident, $error:ty, $on:path) => {
        #[retry(on = $on)]
        fn $name() -> Result<u32, $error> {
            Ok(1)
        }
    };
}

macro_rules! by_pattern {
    ($name:ident, $error:ty, $on:pat_param, $unless:pat_param, $guard:expr) => {
        #[retry(on = $on if $guard, unless = $unless)]
        fn $name() -> Result<u32, $error> {
            Ok(1)
        }
    };
}

macro_rules! by_expression {
    ($name:ident, $when:expr, $hint:expr, $on_retry:expr, $on_give_up:expr, $fallback:expr, $n:ident) => {
        #[retry(
            when = $when,
            retry_after = $hint,
            on_retry = $on_retry,
            on_give_up = $on_give_up,
            fallback = $fallback,
            attempt = $n
        )]
        fn $name() -> Result<u32, String> {
            Ok($n)
        }

        mod $name {
            #[reattempt::retry(
                when = $when,
                retry_after = $hint,
                on_retry = $on_retry,
                on_give_up = $on_give_up,
                fallback = $fallback,
                attempt = $n
            )]
            pub(crate) async fn asynchronous() -> Result<u32, String> {
                Ok($n)
            }
        }
    };
}

macro_rules! wrapped {
    ($name:ident, $error:ty) => {
        #[retry(error = $error)]
        fn $name() -> Result<u32, RetryError<$error>> {
            Ok(1)
        }
    };
}

by_tokens!(tokens, Failed, on = Failed::Busy | Failed::Status(500..) , unless = [Failed::Status(501)]);
by_tokens!(token_types, Box<dyn std::error::Error>, on = [io::Error, std::fmt::Error], when = |_| true);
by_type!(ty, io::Error, io::Error);
by_type!(ty_of_box, Box<dyn std::error::Error>, std::fmt::Error);
by_path!(path_to_type, io::Error, io::Error);
by_path!(path_to_variant, Failed, Failed::Busy);
by_pattern!(pattern, Failed, Failed::Status(code), Failed::Busy, *code > 500);
by_expression!(
    expressions,
    |error| error.is_empty(),
    |_| None,
    |event| assert!(event.attempt() > 0),
    |_| (),
    |error| Err(error),
    n
);
wrapped!(wrapped_string, String);
wrapped!(wrapped_box, Box<dyn std::error::Error>);

fn main() {
    drop((tokens(), token_types(), ty(), ty_of_box(), path_to_type(), path_to_variant(), pattern()));
    drop((wrapped_string(), wrapped_box(), expressions::asynchronous(), Failed::Status(1)));
    assert_eq!(expressions(), Ok(1));
}
