//! Functions and closures with a hedge, each with other arguments beside it.

use std::future::Future;
use std::pin::Pin;

use reattempt::{GiveUpReason, RetryError, retry};

use crate::case::Shared;
use crate::world::{Event, Fault, Output, REFUSED, World};

type BoxedCall<'a> = Pin<Box<dyn Future<Output = Output> + 'a>>;

/// A way to make a call.
#[expect(clippy::struct_excessive_bools, reason = "a form may have each of them")]
pub(crate) struct Form {
    pub(crate) name: &'static str,
    /// Whether it makes three attempts, in place of the policy's.
    pub(crate) is_fixed: bool,
    /// Whether it refuses values.
    pub(crate) refuses: bool,
    /// Whether it has a breaker and a budget.
    pub(crate) has_breaker: bool,
    pub(crate) has_handle: bool,
    pub(crate) has_timeout: bool,
    pub(crate) has_cancel: bool,
    pub(crate) has_hook: bool,
    /// Whether its result has the reason to give up.
    pub(crate) explains: bool,
    pub(crate) call: for<'a> fn(&'a World<'a>, &'a Shared) -> BoxedCall<'a>,
}

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

const PLAIN: Form = Form {
    name: "",
    is_fixed: false,
    refuses: false,
    has_breaker: false,
    has_handle: false,
    has_timeout: false,
    has_cancel: false,
    has_hook: false,
    explains: false,
    call: |_, _| unreachable!("each form has its own"),
};

/// The result of a call, whose type tells the reason or does not.
trait IntoOutput {
    fn into_output(self) -> Output;
}

impl IntoOutput for Result<u32, Fault> {
    fn into_output(self) -> Output {
        (self, None)
    }
}

impl IntoOutput for Result<u32, RetryError<Fault>> {
    fn into_output(self) -> Output {
        match self {
            Ok(value) => (Ok(value), None),
            Err(error) => explained(error.reason(), error.into_last()),
        }
    }
}

fn explained(reason: GiveUpReason, last: Option<Fault>) -> Output {
    (Err(last.unwrap_or(Fault::None)), Some(reason))
}

/// Defines a form for each list of arguments, and the list of all forms.
macro_rules! forms {
    (
        $world:ident, $shared:ident;
        functions: [$($name:ident {$($property:ident),*} [$($argument:tt)*] $error:ty => $answer:expr;)*]
        closures: [$($closure:ident {$($closure_property:ident),*} $call:expr;)*]
    ) => {
        $(
            #[retry(hedge = $shared.hedge, sleep = |time| $world.sleep(time), $($argument)*)]
            async fn $name($world: &World<'_>, $shared: &Shared) -> Result<u32, $error> {
                let answer = $answer.await?;
                Ok(answer)
            }
        )*

        /// All forms.
        pub(crate) static FORMS: &[Form] = &[
            $(Form {
                name: stringify!($name),
                $($property: true,)*
                call: |world, shared| Box::pin(async move { $name(world, shared).await.into_output() }),
                ..PLAIN
            },)*
            $(Form {
                name: stringify!($closure),
                $($closure_property: true,)*
                call: |$world, $shared| Box::pin(async move { $call.await.into_output() }),
                ..PLAIN
            },)*
        ];
    };
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "`retry_ok` takes a reference")]
fn is_refused(value: &u32) -> bool {
    *value > REFUSED
}

forms! { world, shared;
functions: [
    fixed {is_fixed} [max = 3, base_ms = 50, backoff = constant, jitter = none] Fault => world.answer(None);
    plain {} [policy = shared.policy] Fault => world.answer(None);
    ruled {} [policy = shared.policy, when = |error| !matches!(error, Fault::Final(_)), unless = Fault::Final(_)] Fault
        => world.answer(None);
    refusing {refuses} [policy = shared.policy, retry_ok = is_refused] Fault => world.answer(None);
    hooked {has_hook, refuses} [
        policy = shared.policy, retry_ok = is_refused, on_retry = |event| world.note(Event::Hook(event.attempt())),
    ] Fault => world.answer(None);
    guarded {has_breaker} [policy = shared.policy, breaker = shared.breaker, budget = shared.budget] Fault
        => world.answer(None);
    handled {has_handle} [policy = shared.policy, call = c] Fault => world.answer(Some(c));
    handled_and_refusing {has_handle, refuses} [policy = shared.policy, call = c, retry_ok = is_refused] Fault
        => world.answer(Some(c));
    limited {has_timeout} [policy = shared.policy, attempt_timeout = shared.timeout] Fault => world.answer(None);
    cancelled {has_cancel, explains} [policy = shared.policy, cancel = world.cancel(), error = Fault] RetryError<Fault>
        => world.answer(None);
    cancelled_and_handled {has_cancel, explains, has_handle, has_timeout} [
        policy = shared.policy, cancel = world.cancel(), error = Fault, call = c, attempt_timeout = shared.timeout,
    ] RetryError<Fault> => world.answer(Some(c));
    full {has_handle, has_breaker, has_timeout, has_cancel, has_hook, refuses, explains} [
        policy = shared.policy, call = c, breaker = shared.breaker, budget = shared.budget,
        attempt_timeout = shared.timeout, cancel = world.cancel(), retry_ok = is_refused, error = Fault,
        on_retry = |event| world.note(Event::Hook(event.attempt())),
    ] RetryError<Fault> => world.answer(Some(c));
    guarded_and_limited {has_breaker, has_timeout, has_handle, refuses} [
        policy = shared.policy, call = c, breaker = shared.breaker, budget = shared.budget,
        attempt_timeout = shared.timeout, retry_ok = is_refused,
    ] Fault => world.answer(Some(c));
]
closures: [
    closure {} shared.policy.retry_async(|| world.answer(None)).retryable().hedge(&shared.hedge)
        .sleep(|time| world.sleep(time));
    closure_with_handle {has_handle, refuses} shared.policy
        .retry_async_with(|call| async move { world.answer(Some(&call)).await })
        .retryable().retry_ok(is_refused).hedge(&shared.hedge).sleep(|time| world.sleep(time));
    closure_with_everything {has_handle, has_breaker, has_timeout, has_cancel, has_hook, refuses} shared.policy
        .retry_async_with(|call| async move { world.answer(Some(&call)).await })
        .retryable().retry_ok(is_refused).hedge(&shared.hedge).sleep(|time| world.sleep(time))
        .breaker(&shared.breaker).budget(&shared.budget).attempt_timeout(shared.timeout).cancel(world.cancel())
        .on_retry(|event| world.note(Event::Hook(event.attempt())));
]
}
