//! Where a function stands, what it is called on, and how it is declared.

use super::Refusal;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Free,
    Nested,
    InFunction,
    Inherent,
    WithLifetime,
    WithParameter,
    WithConstant,
    TraitImpl,
    Provided,
    MacroItem,
    MacroTokens,
    MacroParts,
    /// The attribute stands on the `impl` block.
    Block,
    BlockOfTrait,
}

pub(crate) const PLACES: &[Place] = &[
    Place::Free,
    Place::Nested,
    Place::InFunction,
    Place::Inherent,
    Place::WithLifetime,
    Place::WithParameter,
    Place::WithConstant,
    Place::TraitImpl,
    Place::Provided,
    Place::MacroItem,
    Place::MacroTokens,
    Place::MacroParts,
    Place::Block,
    Place::BlockOfTrait,
];

impl Place {
    pub(crate) fn has_self(self) -> bool {
        !matches!(
            self,
            Place::Free
                | Place::Nested
                | Place::InFunction
                | Place::MacroItem
                | Place::MacroTokens
                | Place::MacroParts
        )
    }

    /// Whether a trait declares it too.
    pub(crate) fn implements_trait(self) -> bool {
        matches!(self, Place::TraitImpl | Place::BlockOfTrait)
    }

    pub(crate) fn is_of_trait(self) -> bool {
        self.implements_trait() || self == Place::Provided
    }

    pub(crate) fn is_block(self) -> bool {
        matches!(self, Place::Block | Place::BlockOfTrait)
    }
}

/// How a method is called. `$h` is a value of its type, `$count` and `$bump` read and change it.
#[derive(Clone, Copy)]
pub(crate) struct Receiver {
    pub(crate) text: &'static str,
    pub(crate) call: &'static str,
    pub(crate) uses: &'static str,
    pub(crate) clones: bool,
    pub(crate) is_send: bool,
    /// Whether a result can borrow from it, and whether that leaves it to nobody else.
    pub(crate) lends: bool,
    pub(crate) is_exclusive: bool,
    pub(crate) may_be_refused: Option<Refusal>,
}

const ROW: Receiver = Receiver {
    text: "",
    call: "$h",
    uses: "::signatures::expect($count == 3);",
    clones: false,
    is_send: true,
    lends: false,
    is_exclusive: false,
    may_be_refused: None,
};

const BUMPED: &str = "$bump; ::signatures::expect($count > 3);";
const COUNTED: &str = "$bump; ::signatures::expect($count == 4);";

pub(crate) const NO_RECEIVER: &Receiver = &Receiver { uses: "", ..ROW };

const fn shared(text: &'static str, call: &'static str) -> Receiver {
    Receiver { text, call, lends: true, ..ROW }
}

const fn exclusive(text: &'static str, call: &'static str) -> Receiver {
    Receiver { text, call, uses: BUMPED, lends: true, is_exclusive: true, ..ROW }
}

const fn owned(text: &'static str, call: &'static str) -> Receiver {
    Receiver { text, call, ..ROW }
}

const fn changed(text: &'static str, call: &'static str, clones: bool) -> Receiver {
    let may_be_refused = if clones { None } else { Some(Refusal::LeakingSelf) };
    Receiver { text, call, uses: COUNTED, clones, may_be_refused, ..ROW }
}

const fn spent(text: &'static str, call: &'static str) -> Receiver {
    Receiver { text, call, uses: "::signatures::spend(self);", clones: true, ..ROW }
}

pub(crate) const RECEIVERS: &[Receiver] = &[
    shared("&'e self", "$h"),
    exclusive("&'e mut self", "$h"),
    shared("&'a self", "$h"),
    exclusive("&'a mut self", "$h"),
    shared("self: &'e Self", "$h"),
    exclusive("self: &'e mut Self", "$h"),
    owned("self", "$h"),
    owned("self: Self", "$h"),
    spent("self", "$h"),
    changed("mut self", "$h", true),
    changed("mut self", "$h", false),
    changed("mut self: Self", "$h", true),
    owned("self: $Box<Self>", "$Box::new($h)"),
    spent("self: $Box<Self>", "$Box::new($h)"),
    changed("mut self: $Box<Self>", "$Box::new($h)", true),
    Receiver { is_send: false, ..owned("self: $std::rc::Rc<Self>", "$std::rc::Rc::new($h)") },
    owned("self: $std::sync::Arc<Self>", "$std::sync::Arc::new($h)"),
    spent("self: $std::sync::Arc<Self>", "$std::sync::Arc::new($h)"),
    Receiver { lends: false, ..shared("self: &'e $std::sync::Arc<Self>", "(&$std::sync::Arc::new($h))") },
    Receiver { lends: false, ..owned("self: $std::pin::Pin<&'e mut Self>", "$std::pin::Pin::new(&mut $h)") },
    Receiver { lends: false, ..shared("self: $std::pin::Pin<&'e Self>", "$std::pin::Pin::new(&$h)") },
    Receiver {
        uses: BUMPED,
        ..owned("mut self: $std::pin::Pin<&'e mut Self>", "$std::pin::Pin::new(&mut $h)")
    },
    owned("self: $std::pin::Pin<$Box<Self>>", "$Box::pin($h)"),
    changed("mut self: $std::pin::Pin<$Box<Self>>", "$Box::pin($h)", true),
];

impl Receiver {
    pub(crate) fn borrows(&self) -> bool {
        self.text.contains("'e") || self.text.contains("'a")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sync,
    AsyncFn,
    ImplFuture,
    ImplFutureSend,
    Boxed,
    BoxedSend,
    /// Statements stand before the `async` block.
    WithSetup,
    /// The `async` block does not stand at the end.
    WithoutTail,
}

pub(crate) const KINDS: &[Kind] = &[
    Kind::Sync,
    Kind::Sync,
    Kind::Sync,
    Kind::Sync,
    Kind::Sync,
    Kind::AsyncFn,
    Kind::AsyncFn,
    Kind::AsyncFn,
    Kind::ImplFuture,
    Kind::ImplFutureSend,
    Kind::Boxed,
    Kind::BoxedSend,
    Kind::WithSetup,
    Kind::WithoutTail,
];

impl Kind {
    pub(crate) fn is_async(self) -> bool {
        self != Kind::Sync
    }

    /// Whether the function returns a future that it makes itself.
    pub(crate) fn returns_future(self) -> bool {
        !matches!(self, Kind::Sync | Kind::AsyncFn)
    }

    pub(crate) fn promises_send(self) -> bool {
        matches!(self, Kind::ImplFutureSend | Kind::BoxedSend)
    }
}

/// Words before `fn`.
pub(crate) const QUALIFIERS: &[&str] = &["", "unsafe ", "extern \"C\" ", "unsafe extern \"C\" "];

pub(crate) const VISIBILITIES: &[&str] =
    &["", "pub ", "pub(crate) ", "pub(super) ", "pub(self) ", "pub(in crate) "];

/// Items in lower case, which would be taken for a pattern where a local has their name.
pub(crate) const LOWER_CASE: &[&str] = &[
    "#[allow(non_upper_case_globals)] pub const $k: u32 = 7;",
    "#[allow(non_upper_case_globals)] pub static $k: u32 = 7;",
    "#[allow(non_camel_case_types)] pub struct $k;",
    "pub fn $k() -> u32 { 7 }",
];

/// Types and modules of the user's own with names of the standard library's.
pub(crate) const SHADOWS: &str = "#[allow(dead_code)] pub struct Ok; #[allow(dead_code)] pub struct Err; \
    #[allow(dead_code)] pub struct Some; #[allow(dead_code)] pub struct None; \
    #[allow(dead_code)] pub struct Option; #[allow(dead_code)] pub struct Result; \
    #[allow(dead_code)] pub struct String; #[allow(dead_code)] pub struct Vec; #[allow(dead_code)] pub struct Box; \
    #[allow(dead_code)] pub trait Clone {} #[allow(dead_code)] pub trait Into {} #[allow(dead_code)] pub trait From {} \
    #[allow(dead_code)] pub trait Send {} #[allow(dead_code)] pub trait Sync {} \
    #[allow(dead_code)] pub struct Policy; #[allow(dead_code)] pub struct Outcome; \
    pub mod core {} pub mod std {} pub mod reattempt {} pub mod tokio {}";
