//! The functions of one layout, in a module of its own.

/// The functions with a `Result`.
macro_rules! result_layout {
    ($name:ident: $($layout:tt)+) => {
        layout!($name, Ok, (Err(error)), error, $($layout)+);
    };
}

/// The functions with an `Option`.
macro_rules! option_layout {
    ($name:ident: $($layout:tt)+) => {
        layout!($name, Some, (None), "nothing", $($layout)+);
    };
}

/// Takes a name; the two variants, with the error to be logged; the type, its success and its failure, and what
/// follows `?`.
macro_rules! layout {
    (
        $name:ident, $success:ident, ($($failure:tt)+), $error:expr,
        $result:ty, $succeeds:expr, $fails:expr, |$value:pat_param| $change:expr
    ) => {
        pub(crate) mod $name {
            use std::future::Future;
            use std::hint::black_box;
            use std::pin::{Pin, pin};
            use std::task::{Context, Poll};

            use super::service::{Service, call, finish};
            #[allow(unused_imports, reason = "some layouts name a type of ours")]
            use super::*;

            pub(crate) const CALLS: super::Calls =
                [calls!(plain), calls!(question), async_calls!(plain_async), async_calls!(question_async)];

            #[inline(never)]
            pub(crate) fn operation(service: &Service) -> $result {
                if service.is_up() { black_box($succeeds) } else { black_box($fails) }
            }

            pub(crate) struct Operation<'a>(pub(crate) &'a Service);

            impl Future for Operation<'_> {
                type Output = $result;

                #[inline(never)]
                fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<$result> {
                    if self.0.is_busy() { Poll::Pending } else { Poll::Ready(operation(self.0)) }
                }
            }

            mod bare {
                use super::*;

                functions!($success, $result, |$value| $change);
            }

            mod ours {
                use super::*;

                functions!($success, $result, |$value| $change, #[reattempt::retry]);
            }

            mod borrows {
                use super::super::by_hand::{MAX_ATTEMPTS, gave_up, succeeded, will_retry};
                use super::*;

                loops!($success, ($($failure)+), $error, $result, |$value| $change, gave_up_borrows);
            }

            mod moves {
                use super::super::by_hand::{MAX_ATTEMPTS, gave_up_with, succeeded, will_retry};
                use super::*;

                loops!($success, ($($failure)+), $error, $result, |$value| $change, gave_up_moves);
            }
        }
    };
}

/// The versions of a sync function, in the order of `VERSIONS`.
macro_rules! calls {
    ($function:ident) => {
        [
            || call(bare::$function),
            || call(borrows::$function),
            || call(moves::$function),
            || call(ours::$function),
        ]
    };
}

/// The same for an async function.
macro_rules! async_calls {
    ($function:ident) => {
        [
            || call(|service| finish(pin!(bare::$function(service)))),
            || call(|service| finish(pin!(borrows::$function(service)))),
            || call(|service| finish(pin!(moves::$function(service)))),
            || call(|service| finish(pin!(ours::$function(service)))),
        ]
    };
}

/// The functions without a loop, under an attribute or none.
macro_rules! functions {
    ($success:ident, $result:ty, |$value:pat_param| $change:expr $(, #[$attribute:meta])?) => {
        $(#[$attribute])?
        #[inline(never)]
        pub(super) fn plain(service: &Service) -> $result {
            operation(service)
        }

        $(#[$attribute])?
        #[inline(never)]
        pub(super) fn question(service: &Service) -> $result {
            let $value = operation(service)?;
            $success($change)
        }

        $(#[$attribute])?
        pub(super) async fn plain_async(service: &Service) -> $result {
            Operation(service).await
        }

        $(#[$attribute])?
        pub(super) async fn question_async(service: &Service) -> $result {
            let $value = Operation(service).await?;
            $success($change)
        }
    };
}

/// The functions with a loop by hand.
macro_rules! loops {
    (
        $success:ident, $failure:tt, $error:expr, $result:ty, |$value:pat_param| $change:expr, $gave_up:ident
    ) => {
        sync_loop!(plain, $success, $failure, $error, $result, |value| value, $gave_up);
        sync_loop!(question, $success, $failure, $error, $result, |$value| $change, $gave_up);
        async_loop!(plain_async, $success, $failure, $error, $result, |value| value, $gave_up);
        async_loop!(question_async, $success, $failure, $error, $result, |$value| $change, $gave_up);
    };
}

macro_rules! sync_loop {
    (
        $name:ident, $success:ident, ($($failure:tt)+), $error:expr, $result:ty,
        |$value:pat_param| $change:expr, $gave_up:ident
    ) => {
        #[inline(never)]
        #[expect(clippy::disallowed_methods, reason = "by hand one sleeps as the standard library does")]
        pub(super) fn $name(service: &Service) -> $result {
            let mut attempt = 1;
            loop {
                match operation(service) {
                    $success($value) => {
                        succeeded(stringify!($name), attempt);
                        return $success($change);
                    }
                    $($failure)+ if attempt >= MAX_ATTEMPTS => {
                        return $gave_up!(stringify!($name), attempt, $($failure)+);
                    }
                    $($failure)+ => std::thread::sleep(will_retry(stringify!($name), attempt, &$error)),
                }
                attempt += 1;
            }
        }
    };
}

macro_rules! async_loop {
    (
        $name:ident, $success:ident, ($($failure:tt)+), $error:expr, $result:ty,
        |$value:pat_param| $change:expr, $gave_up:ident
    ) => {
        pub(super) async fn $name(service: &Service) -> $result {
            let mut attempt = 1;
            loop {
                let delay = match Operation(service).await {
                    $success($value) => {
                        succeeded(stringify!($name), attempt);
                        return $success($change);
                    }
                    $($failure)+ if attempt >= MAX_ATTEMPTS => {
                        return $gave_up!(stringify!($name), attempt, $($failure)+);
                    }
                    $($failure)+ => will_retry(stringify!($name), attempt, &$error),
                };
                tokio::time::sleep(delay).await;
                attempt += 1;
            }
        }
    };
}

/// Logs the end with a borrowed error.
macro_rules! gave_up_borrows {
    ($name:expr, $attempt:expr, Err($error:ident)) => {{
        gave_up($name, $attempt, &$error);
        Err($error)
    }};
    ($name:expr, $attempt:expr, None) => {{
        gave_up($name, $attempt, &"nothing");
        None
    }};
}

/// Logs the end with a function that takes the error and returns it.
macro_rules! gave_up_moves {
    ($name:expr, $attempt:expr, Err($error:ident)) => {
        Err(gave_up_with($name, $attempt, $error))
    };
    ($name:expr, $attempt:expr, None) => {{
        gave_up_with($name, $attempt, "nothing");
        None
    }};
}
