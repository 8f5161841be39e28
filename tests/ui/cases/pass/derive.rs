#![deny(warnings, missing_docs)]

//! Every item that can be derived on.

use std::io;
use std::time::Duration;

use reattempt::Retryable;

/// A variant of each form, and of each mark.
#[derive(Debug, Retryable)]
#[non_exhaustive]
pub enum Forms {
    /// Unit.
    #[retryable]
    Unit,
    /// Unit, without a mark.
    Permanent,
    /// Empty parentheses.
    #[retryable]
    EmptyTuple(),
    /// Empty braces.
    #[retryable]
    EmptyNamed {},
    /// One field.
    #[retryable]
    Tuple(u32),
    /// More fields.
    #[retryable(after = 1)]
    AfterNumber(u32, Duration),
    /// An optional wait.
    #[retryable(after = 0)]
    AfterOption(Option<Duration>),
    /// Named fields.
    #[retryable(after = wait)]
    AfterName {
        /// How long.
        wait: Duration,
        /// Another.
        queue: u32,
    },
    /// A wrapped error.
    #[retryable(delegate)]
    Delegate(io::Error),
    /// A wrapped error with a name.
    #[retryable(delegate)]
    DelegateNamed {
        /// The error.
        source: Box<io::Error>,
    },
    /// A trailing comma.
    #[retryable(delegate,)]
    DelegateComma(Inner),
    /// Left to itself.
    PermanentNamed {
        /// A field.
        code: u16,
    },
}

/// A struct that is retryable as a whole.
#[derive(Debug, Retryable)]
#[retryable]
pub struct Unit;

/// A struct that is not.
#[derive(Debug, Retryable)]
pub struct Inner;

/// With a wait.
#[derive(Debug, Retryable)]
#[retryable(after = 0)]
pub struct Tuple(pub Duration, pub u32);

/// With a wait by name.
#[derive(Debug, Retryable)]
#[retryable(after = wait)]
pub struct Named {
    wait: Option<Duration>,
}

/// Of another error.
#[derive(Debug, Retryable)]
#[retryable(delegate)]
pub struct Wrapper(Forms);

/// Found under another path.
#[derive(Debug, Retryable)]
#[retryable(crate = ::reattempt, delegate)]
pub struct Elsewhere {
    inner: Forms,
}

/// Nothing at all.
#[derive(Debug, Retryable)]
pub enum Never {}

/// Nothing at all, but not forever.
#[derive(Debug, Retryable)]
#[non_exhaustive]
pub enum Later {}

/// A single variant.
#[derive(Debug, Retryable)]
pub enum Single {
    /// The only one.
    #[retryable]
    Only,
}

/// All variants alike.
#[derive(Debug, Retryable)]
#[repr(u8)]
pub enum Codes {
    /// One.
    #[retryable]
    One = 1,
    /// Two.
    #[retryable]
    Two = 2,
}

/// Names that are keywords.
#[derive(Debug, Retryable)]
#[allow(non_camel_case_types)]
pub enum r#type {
    /// A variant.
    #[retryable(after = r#in)]
    r#match {
        /// A field.
        r#in: Duration,
    },
    /// A field that is named without its prefix.
    #[retryable(after = r#for)]
    r#loop {
        /// A field.
        r#for: Duration,
    },
}

/// Names like those of an expansion.
#[derive(Debug, Retryable)]
pub enum Shadows {
    /// A field called `wait`.
    #[retryable(after = wait)]
    Wait {
        /// A field.
        wait: Duration,
        /// A field.
        wrapped: u32,
    },
    /// A field called `wrapped`.
    #[retryable(delegate)]
    Wrapped {
        /// A field.
        wrapped: Inner,
    },
    /// A variant called `Retryable`.
    #[retryable]
    Retryable,
    /// A variant called `None`.
    #[retryable]
    None,
}

/// With a parameter that plays no part.
#[derive(Debug, Retryable)]
pub enum Bounded<'a, T: Clone + 'a, const N: usize>
where
    T: std::fmt::Debug,
{
    /// A value.
    #[retryable]
    Value(&'a [T; N]),
    /// Another.
    Other,
}

/// With a parameter that does.
#[derive(Debug, Retryable)]
pub enum Generic<E> {
    /// The error.
    #[retryable(delegate)]
    Inner(E),
    /// Another.
    Other,
}

/// With a parameter deeper down, and a `where` clause with a trailing comma.
#[derive(Debug, Retryable)]
pub enum Deep<A, B = u32>
where
    A: Send,
{
    /// Behind a pointer.
    #[retryable(delegate)]
    Boxed(Box<Generic<A>>),
    /// Left alone.
    Other(B),
}

/// An associated type.
pub trait Source {
    /// The error.
    type Error;
}

impl Source for u32 {
    type Error = Inner;
}

/// With an associated type of a parameter.
#[derive(Retryable)]
pub enum Associated<S: Source> {
    /// The error.
    #[retryable(delegate)]
    Inner(S::Error),
}

macro_rules! error {
    ($name:ident, $variant:ident, $field:ident: $ty:ty, $inner:ty) => {
        /// From a macro.
        #[derive(Debug, Retryable)]
        pub enum $name {
            /// A wrapped error.
            #[retryable(delegate)]
            Inner($inner),
            /// A variant.
            #[retryable(after = $field)]
            $variant {
                /// A field.
                $field: $ty,
            },
        }
    };
}

error!(ByMacro, Busy, wait: Duration, Inner);

fn holds<E: Retryable>(error: E) -> (bool, Option<Duration>) {
    (error.is_retryable(), error.retry_after())
}

/// Asks each of them.
fn main() {
    let second = Duration::from_secs(1);
    assert_eq!(holds(Forms::Unit), (true, None));
    assert_eq!(holds(Forms::AfterNumber(1, second)), (true, Some(second)));
    assert_eq!(holds(Forms::AfterName { wait: second, queue: 1 }), (true, Some(second)));
    assert_eq!(holds(Forms::AfterOption(None)), (true, None));
    assert_eq!(holds(Forms::Delegate(io::ErrorKind::NotFound.into())), (false, None));
    assert_eq!(holds(Forms::DelegateNamed { source: Box::new(io::ErrorKind::TimedOut.into()) }), (true, None));
    assert_eq!(holds(Forms::PermanentNamed { code: 1 }), (false, None));
    assert_eq!(holds((Forms::Permanent, Forms::DelegateComma(Inner)).1), (false, None));
    assert_eq!(holds((Forms::EmptyTuple(), Forms::EmptyNamed {}, Forms::Tuple(1)).2), (true, None));
    assert_eq!((holds(Unit), holds(Inner)), ((true, None), (false, None)));
    assert_eq!(holds(Tuple(second, 1)), (true, Some(second)));
    assert_eq!(holds(Named { wait: Some(second) }), (true, Some(second)));
    assert_eq!(holds(Wrapper(Forms::AfterOption(Some(second)))), (true, Some(second)));
    assert_eq!(holds(Elsewhere { inner: Forms::Unit }), (true, None));
    assert_eq!((holds(Single::Only), holds(Codes::One), holds(Codes::Two)), ((true, None), (true, None), (true, None)));
    assert_eq!(holds(r#type::r#match { r#in: second }), (true, Some(second)));
    assert_eq!(holds(r#type::r#loop { r#for: second }), (true, Some(second)));
    assert_eq!(holds(Shadows::Wait { wait: second, wrapped: 1 }), (true, Some(second)));
    assert_eq!(holds(Shadows::Wrapped { wrapped: Inner }), (false, None));
    assert_eq!((holds(Shadows::Retryable), holds(Shadows::None)), ((true, None), (true, None)));
    assert_eq!(holds(Bounded::Value(&[1; 3])), (true, None));
    assert_eq!(holds(Bounded::<u32, 1>::Other), (false, None));
    assert_eq!((holds(Generic::Inner(Unit)), holds(Generic::<Unit>::Other)), ((true, None), (false, None)));
    assert_eq!(holds(Deep::<_, u32>::Boxed(Box::new(Generic::Inner(Unit)))), (true, None));
    assert_eq!(holds(Deep::<Unit>::Other(1)), (false, None));
    assert_eq!(holds(Associated::<u32>::Inner(Inner)), (false, None));
    assert_eq!((holds(ByMacro::Busy { wait: second }), holds(ByMacro::Inner(Inner))), ((true, Some(second)), (false, None)));
    let _: (fn(Never) -> _, fn(Later) -> _) = (holds, holds);
}
