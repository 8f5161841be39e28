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
        mod $name {
            use std::future::Future;
            use std::hint::black_box;
            use std::pin::{Pin, pin};
            use std::task::{Context, Poll};

            use super::service::{Service, call, finish};
            #[allow(unused_imports, reason = "some layouts name a type of ours")]
            use super::*;

            pub(super) const CALLS: super::Calls = [
                [|| call(bare::plain), || call(by_hand::plain), || call(ours::plain)],
                [|| call(bare::question), || call(by_hand::question), || call(ours::question)],
                [
                    || call(|service| finish(pin!(bare::plain_async(service)))),
                    || call(|service| finish(pin!(by_hand::plain_async(service)))),
                    || call(|service| finish(pin!(ours::plain_async(service)))),
                ],
                [
                    || call(|service| finish(pin!(bare::question_async(service)))),
                    || call(|service| finish(pin!(by_hand::question_async(service)))),
                    || call(|service| finish(pin!(ours::question_async(service)))),
                ],
            ];

            #[inline(never)]
            fn operation(service: &Service) -> $result {
                if service.is_up() { black_box($succeeds) } else { black_box($fails) }
            }

            struct Operation<'a>(&'a Service);

            impl Future for Operation<'_> {
                type Output = $result;

                #[inline(never)]
                fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<$result> {
                    Poll::Ready(operation(self.0))
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

            #[expect(clippy::disallowed_methods, reason = "by hand one sleeps as the standard library does")]
            mod by_hand {
                use super::super::by_hand::{MAX_ATTEMPTS, gave_up, succeeded, will_retry};
                use super::*;

                retry_loop!(plain, plain_async, $success, ($($failure)+), $error, $result, |value| value);
                retry_loop!(question, question_async, $success, ($($failure)+), $error, $result, |$value| $change);
            }
        }
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

/// The loop by hand, sync and async.
macro_rules! retry_loop {
    (
        $name:ident, $name_async:ident, $success:ident, ($($failure:tt)+), $error:expr, $result:ty,
        |$value:pat_param| $change:expr
    ) => {
        #[inline(never)]
        pub(super) fn $name(service: &Service) -> $result {
            let mut attempt = 1;
            loop {
                match operation(service) {
                    $success($value) => {
                        succeeded(stringify!($name), attempt);
                        return $success($change);
                    }
                    $($failure)+ if attempt >= MAX_ATTEMPTS => {
                        gave_up(stringify!($name), attempt, &$error);
                        return $($failure)+;
                    }
                    $($failure)+ => std::thread::sleep(will_retry(stringify!($name), attempt, &$error)),
                }
                attempt += 1;
            }
        }

        pub(super) async fn $name_async(service: &Service) -> $result {
            let mut attempt = 1;
            loop {
                let delay = match Operation(service).await {
                    $success($value) => {
                        succeeded(stringify!($name_async), attempt);
                        return $success($change);
                    }
                    $($failure)+ if attempt >= MAX_ATTEMPTS => {
                        gave_up(stringify!($name_async), attempt, &$error);
                        return $($failure)+;
                    }
                    $($failure)+ => will_retry(stringify!($name_async), attempt, &$error),
                };
                tokio::time::sleep(delay).await;
                attempt += 1;
            }
        }
    };
}
