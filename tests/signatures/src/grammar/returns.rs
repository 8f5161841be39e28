//! Return types: a carrier such as `Result<$S, Fault>`, and the type `$S` of a success in it.
//!
//! In the texts `$call` is the operation, `$v` the local that holds its value, `$x` the local that holds its error, `$S`
//! the type of a success and `$G` its value.

/// A type that can fail.
#[derive(Clone, Copy)]
pub(crate) struct Carrier {
    pub(crate) ty: &'static str,
    /// The operation's value, or an early return; empty where `?` does not work.
    pub(crate) question: &'static str,
    pub(crate) success: &'static str,
    /// A failure made of the error `$x`.
    pub(crate) failure: &'static str,
    pub(crate) items: &'static str,
    pub(crate) parameter: &'static str,
    /// What the caller writes for the type, where it cannot be inferred.
    pub(crate) annotation: &'static str,
    /// An argument that the error borrows from.
    pub(crate) brings: Option<(&'static str, &'static str)>,
    pub(crate) is_send: bool,
    pub(crate) error: ErrorIs,
    /// Whether the error can be made of an `AttemptTimeout`, and of a `CircuitOpen` and a `Throttled`.
    pub(crate) from_timeout: bool,
    pub(crate) from_refusal: bool,
    /// What an annotated `impl` block makes of it.
    pub(crate) in_block: InBlock,
    pub(crate) only_in_methods: bool,
    /// Whether a type of the user's own hides one of the standard library.
    pub(crate) shadows: bool,
}

/// What the arguments `on` and `unless` can match.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorIs {
    /// The operation's error itself.
    Fault,
    /// A type in which it can be found.
    Found,
    /// Anything else.
    Other,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum InBlock {
    Retried,
    LeftAlone,
    AskedAbout,
}

const ROW: Carrier = Carrier {
    ty: "$Result<$S, ::signatures::Fault>",
    question: "$call?",
    success: "$Ok($G)",
    failure: "$Err($x.into())",
    items: "",
    parameter: "",
    annotation: "",
    brings: None,
    is_send: true,
    error: ErrorIs::Other,
    from_timeout: false,
    from_refusal: false,
    in_block: InBlock::Retried,
    only_in_methods: false,
    shadows: false,
};

const FAULT: Carrier =
    Carrier { error: ErrorIs::Fault, from_timeout: true, from_refusal: true, failure: "$Err($x)", ..ROW };

/// A result with an error that `?` converts into.
const fn converted(ty: &'static str) -> Carrier {
    Carrier { ty, ..ROW }
}

/// A result whose error is made by hand.
const fn made(ty: &'static str, failure: &'static str) -> Carrier {
    Carrier { ty, question: "", failure, ..ROW }
}

const fn found(inner: Carrier) -> Carrier {
    Carrier { error: ErrorIs::Found, ..inner }
}

const fn not_send(inner: Carrier) -> Carrier {
    Carrier { is_send: false, ..inner }
}

/// A result whose error borrows from an argument `words`.
const fn borrowing(inner: Carrier) -> Carrier {
    Carrier { brings: Some(("words: &'a str", "\"words\"")), ..inner }
}

pub(crate) const CARRIERS: &[Carrier] = &[
    FAULT,
    Carrier { ty: "$core::result::Result<$S, ::signatures::Fault>", ..FAULT },
    Carrier {
        ty: "Fallible<$S>",
        items: "pub type Fallible<T> = $Result<T, ::signatures::Fault>;",
        in_block: InBlock::AskedAbout,
        ..FAULT
    },
    Carrier {
        ty: "Result<$S>",
        items: "pub type Result<T, E = ::signatures::Fault> = ::std::result::Result<T, E>;",
        shadows: true,
        ..FAULT
    },
    Carrier {
        ty: "$Option<$S>",
        question: "$call.ok()?",
        success: "$Some($G)",
        failure: "{ ::signatures::look(&$x); $None }",
        from_refusal: true,
        in_block: InBlock::LeftAlone,
        ..ROW
    },
    Carrier {
        ty: "::signatures::Reply<$S>",
        question: "",
        success: "::signatures::Reply::Answer($G)",
        failure: "{ ::signatures::look(&$x); ::signatures::Reply::Busy }",
        from_refusal: true,
        in_block: InBlock::AskedAbout,
        ..ROW
    },
    found(Carrier { from_refusal: true, ..converted("$std::io::Result<$S>") }),
    found(Carrier { from_refusal: true, ..converted("$Result<$S, $std::io::Error>") }),
    found(Carrier {
        from_timeout: true,
        from_refusal: true,
        ..converted("$Result<$S, ::signatures::Wrapping>")
    }),
    found(Carrier {
        is_send: false,
        from_timeout: true,
        from_refusal: true,
        ..converted("$Result<$S, $Box<dyn $std::error::Error>>")
    }),
    found(Carrier {
        from_timeout: true,
        from_refusal: true,
        ..converted("$Result<$S, $Box<dyn $std::error::Error + $Send + $Sync>>")
    }),
    found(Carrier {
        from_timeout: true,
        from_refusal: true,
        ..converted("$Result<$S, $Box<dyn $std::error::Error + $Send + $Sync + 'static>>")
    }),
    found(made("$Result<$S, $Box<dyn $std::error::Error + $Send>>", "$Err($Box::new($x))")),
    found(made(
        "$Result<$S, $std::sync::Arc<dyn $std::error::Error + $Send + $Sync>>",
        "$Err(::signatures::shared($x))",
    )),
    found(converted("$Result<$S, $Box<::signatures::Fault>>")),
    found(not_send(converted("$Result<$S, $std::rc::Rc<::signatures::Fault>>"))),
    borrowing(not_send(made(
        "$Result<$S, $Box<dyn $std::error::Error + 'a>>",
        "{ ::signatures::look(&$x); $Err($Box::new(::signatures::Borrowing(words))) }",
    ))),
    borrowing(not_send(converted("$Result<$S, $Box<dyn $std::error::Error + 'a>>"))),
    borrowing(converted("$Result<$S, $Box<dyn $std::error::Error + $Send + $Sync + 'a>>")),
    borrowing(made(
        "$Result<$S, ::signatures::Borrowing<'a>>",
        "{ ::signatures::look(&$x); $Err(::signatures::Borrowing(words)) }",
    )),
    borrowing(made("$Result<$S, &'a str>", "{ ::signatures::look(&$x); $Err(words) }")),
    borrowing(made(
        "$Result<$S, $std::borrow::Cow<'a, str>>",
        "{ ::signatures::look(&$x); $Err(::signatures::shorten(words)) }",
    )),
    converted("$Result<$S, $String>"),
    made("$Result<$S, &'static str>", "{ ::signatures::look(&$x); $Err(\"down\") }"),
    Carrier { from_refusal: true, ..made("$Result<$S, ()>", "{ ::signatures::look(&$x); $Err(()) }") },
    converted("$Result<$S, ::signatures::Opaque>"),
    made("$Result<$S, (::signatures::Fault, u32)>", "$Err(($x, 1))"),
    converted("$Result<$S, $Option<::signatures::Fault>>"),
    made("$Result<$S, [u8; 2]>", "{ ::signatures::look(&$x); $Err([0; 2]) }"),
    made("$Result<$S, fn(&u32) -> bool>", "{ ::signatures::look(&$x); $Err(|n| *n > 1) }"),
    not_send(made(
        "$Result<$S, $Box<dyn Fn(&str) -> usize>>",
        "{ ::signatures::look(&$x); $Err($Box::new(str::len)) }",
    )),
    made("$Result<$S, $Box<dyn $std::any::Any + $Send>>", "$Err($Box::new($x))"),
    not_send(made(
        "$Result<$S, &'static dyn $std::error::Error>",
        "{ ::signatures::look(&$x); $Err(&::signatures::Fault::Down) }",
    )),
    made("$Result<$S, $std::pin::Pin<$Box<::signatures::Fault>>>", "$Err($Box::pin($x))"),
    Carrier {
        is_send: false,
        ..made("$Result<$S, impl $std::fmt::Display>", "{ ::signatures::look(&$x); $Err($x) }")
    },
    Carrier {
        is_send: false,
        ..made("$Result<$S, impl $std::error::Error>", "{ ::signatures::look(&$x); $Err($x) }")
    },
    Carrier {
        parameter: "E: $std::convert::From<::signatures::Fault>$plus",
        annotation: "$Result<_, ::signatures::Fault>",
        is_send: false,
        ..converted("$Result<$S, E>")
    },
    Carrier {
        parameter: "E: $std::convert::From<::signatures::Fault> + $std::error::Error + 'static",
        annotation: "$Result<_, ::signatures::Fault>",
        is_send: false,
        ..converted("$Result<$S, E>")
    },
    Carrier {
        only_in_methods: true,
        is_send: false,
        ..converted("$Result<$S, <Self as ::signatures::Failing>::Error>")
    },
];

/// What a success holds.
#[derive(Clone, Copy)]
pub(crate) struct Success {
    pub(crate) ty: &'static str,
    pub(crate) value: &'static str,
    /// An argument that it borrows from.
    pub(crate) brings: Option<(&'static str, &'static str)>,
    /// Whether the argument, or the receiver, is borrowed exclusively.
    pub(crate) is_exclusive: bool,
    /// Whether it borrows from `self`.
    pub(crate) from_self: bool,
    pub(crate) parameter: &'static str,
    pub(crate) clones: &'static str,
    pub(crate) is_send: bool,
    pub(crate) only_in_sync: bool,
}

const VALUE: Success = Success {
    ty: "",
    value: "",
    brings: None,
    is_exclusive: false,
    from_self: false,
    parameter: "",
    clones: "",
    is_send: true,
    only_in_sync: false,
};

const fn plain(ty: &'static str, value: &'static str) -> Success {
    Success { ty, value, ..VALUE }
}

const fn local(ty: &'static str, value: &'static str) -> Success {
    Success { ty, value, is_send: false, ..VALUE }
}

const fn lent(
    ty: &'static str,
    value: &'static str,
    argument: &'static str,
    passed: &'static str,
) -> Success {
    Success { ty, value, brings: Some((argument, passed)), is_send: false, ..VALUE }
}

pub(crate) const SUCCESSES: &[Success] = &[
    plain("u32", "$v"),
    plain("()", "::signatures::spend($v)"),
    plain("$String", "{ ::signatures::spend($v); $String::from(\"text\") }"),
    plain("(u32, $String)", "($v, $String::new())"),
    plain("$Vec<u32>", "$std::vec![$v]"),
    plain("$Vec<u32>", "(0..$v).collect()"),
    plain("$Box<[u32]>", "(0..$v).map(|n| n + 1).collect()"),
    plain(
        "$std::collections::HashMap<$String, u32>",
        "$std::vec![($String::new(), $v)].into_iter().collect()",
    ),
    plain("[u32; 2]", "[$v; 2]"),
    plain("[u32; 1 + 1]", "[$v; 2]"),
    plain("$Option<u32>", "$Some($v)"),
    plain("$Result<u32, ()>", "$Ok($v)"),
    plain("u64", "$v.into()"),
    plain("<u32 as $std::ops::Add>::Output", "$v"),
    plain("&'static str", "if $v > 0 { \"text\" } else { \"\" }"),
    plain("$std::marker::PhantomData<fn(&u32)>", "{ ::signatures::spend($v); $std::marker::PhantomData }"),
    local("$std::rc::Rc<u32>", "$std::rc::Rc::new($v)"),
    // Functions.
    plain("fn(&str) -> usize", "{ ::signatures::spend($v); str::len }"),
    plain("fn(&u32) -> bool", "{ ::signatures::spend($v); |n| *n > 1 }"),
    plain("for<'x> fn(&'x str) -> &'x str", "{ ::signatures::spend($v); str::trim }"),
    plain("$Option<fn(&mut u32) -> &mut u32>", "{ ::signatures::spend($v); $None }"),
    local("$Box<dyn Fn(&str) -> usize>", "$Box::new(move |text| text.len() + $v as usize)"),
    local("$Box<dyn for<'x> Fn(&'x u32) -> &'x u32>", "{ ::signatures::spend($v); $Box::new(|n| n) }"),
    plain("$Box<dyn FnOnce(u32) -> u32 + $Send>", "$Box::new(move |n| n + $v)"),
    local("&'static dyn Fn(&str) -> usize", "{ ::signatures::spend($v); &|text: &str| text.len() }"),
    // Types without a name.
    plain("impl $std::fmt::Display", "$v + 1"),
    plain("impl $std::fmt::Display + $Send", "$v").in_sync(),
    plain("impl Fn(u32) -> u32", "move |n| n + $v"),
    plain("impl Fn(&str) -> usize", "move |text: &str| text.len() + $v as usize"),
    plain("impl FnMut() -> u32", "{ let mut n = $v; move || { n += 1; n } }"),
    plain("impl $std::iter::Iterator<Item = u32>", "0..$v"),
    local(
        "impl $std::iter::Iterator<Item = $Box<dyn $std::fmt::Display>>",
        "$std::vec![$Box::new($v) as $Box<dyn $std::fmt::Display>].into_iter()",
    ),
    plain("(impl $std::fmt::Display, impl $std::fmt::Debug)", "($v, $v)"),
    plain("$Vec<impl $std::fmt::Display>", "$std::vec![$v]"),
    plain("$Box<impl Fn(u32) -> u32>", "$Box::new(move |n| n + $v)"),
    plain("impl $std::iter::IntoIterator<Item = impl $std::fmt::Debug>", "[$v]"),
    local(
        "impl Fn(u32) -> $Box<dyn Fn(u32) -> u32>",
        "move |n| $Box::new(move |m| n + m + $v) as $Box<dyn Fn(u32) -> u32>",
    ),
    local("$Box<dyn $std::fmt::Display>", "$Box::new($v)"),
    local("impl $std::future::Future<Output = u32>", "async move { $v }").in_sync(),
    local("$std::pin::Pin<$Box<dyn $std::future::Future<Output = u32>>>", "$Box::pin(async move { $v })"),
    // Types that borrow from an argument.
    lent("&'r str", "{ ::signatures::spend($v); source }", "source: &'r str", "\"text\""),
    lent("&'r str", "{ ::signatures::spend($v); source.trim() }", "source: &'r $String", "&$String::new()"),
    lent("&'r [u32]", "&source[..1 + 0 * $v as usize]", "source: &'r [u32]", "&[1]"),
    lent("$Option<&'r u32>", "{ ::signatures::spend($v); source.first() }", "source: &'r [u32]", "&[1]"),
    lent(
        "$std::slice::Iter<'r, u32>",
        "{ ::signatures::spend($v); source.iter() }",
        "source: &'r [u32]",
        "&[1]",
    ),
    lent(
        "impl $std::iter::Iterator<Item = &'r u32> + 'r",
        "source.iter().skip($v as usize)",
        "source: &'r [u32]",
        "&[1]",
    ),
    lent(
        "$Box<dyn $std::iter::Iterator<Item = u32> + 'r>",
        "$Box::new(source.iter().map(move |n| n + $v))",
        "source: &'r [u32]",
        "&[1]",
    ),
    lent(
        "$Box<dyn Fn(&str) -> bool + 'r>",
        "$Box::new(move |text| text == source && $v > 0)",
        "source: &'r str",
        "\"text\"",
    ),
    lent(
        "$std::borrow::Cow<'r, str>",
        "{ ::signatures::spend($v); ::signatures::shorten(source) }",
        "source: &'r str",
        "\"text\"",
    ),
    lent(
        "$std::cell::Ref<'r, u32>",
        "{ ::signatures::spend($v); source.borrow() }",
        "source: &'r $std::cell::RefCell<u32>",
        "&$std::cell::RefCell::new(1)",
    ),
    lent(
        "(&'r str, fn(&str) -> usize)",
        "{ ::signatures::spend($v); (source, str::len) }",
        "source: &'r str",
        "\"text\"",
    ),
    Success {
        is_exclusive: true,
        ..lent("&'r mut u32", "{ *source += $v; source }", "source: &'r mut u32", "&mut 1")
    },
    Success {
        is_exclusive: true,
        ..lent(
            "$Option<&'r u32>",
            "{ source.push($v); source.first() }",
            "source: &'r mut $Vec<u32>",
            "&mut $std::vec![1]",
        )
    },
    Success {
        is_exclusive: true,
        ..lent(
            "$std::slice::IterMut<'r, u32>",
            "{ ::signatures::spend($v); source.iter_mut() }",
            "source: &'r mut [u32]",
            "&mut [1]",
        )
    },
    Success { from_self: true, ..local("&'r str", "{ ::signatures::spend($v); $name }") },
    Success {
        from_self: true,
        ..local("$Option<&'r str>", "{ ::signatures::spend($v); $name.split(' ').next() }")
    },
    Success {
        from_self: true,
        ..local("impl $std::iter::Iterator<Item = char> + 'r", "$name.chars().skip($v as usize)")
    },
    // Types with a parameter.
    Success {
        parameter: "S: $Clone$plus",
        clones: "source",
        ..lent("S", "{ ::signatures::spend($v); source }", "source: S", "1_u8")
    },
    Success {
        parameter: "S: $Clone$plus",
        ..lent("$Option<S>", "{ ::signatures::spend($v); $Some(source.clone()) }", "source: &'e S", "&1_u8")
    },
    Success {
        parameter: "const K: usize",
        ..lent("[u32; K]", "source.map(|n| n + $v)", "source: [u32; K]", "[1]")
    },
];

impl Carrier {
    pub(crate) fn label(&self) -> String {
        format!("-> {} {}", self.ty, self.parameter)
    }

    /// Whether a failure becomes one of the type by a coercion, for which an `async` block is no place.
    pub(crate) fn coerces(&self) -> bool {
        self.question.is_empty() && coerces(self.ty)
    }

    /// Whether a failure takes a conversion.
    pub(crate) fn converts(&self) -> bool {
        self.failure.contains("into()")
    }

    /// Whether the error's type has no name.
    pub(crate) fn is_opaque(&self) -> bool {
        self.ty.contains("impl ")
    }
}

impl Success {
    const fn in_sync(self) -> Success {
        Success { only_in_sync: true, ..self }
    }

    pub(crate) fn label(&self) -> String {
        format!("$S = {} {}", self.ty, self.value)
    }

    /// Whether the success itself can be a failure.
    pub(crate) fn is_fallible(&self) -> bool {
        self.ty.starts_with("$Result")
    }

    /// Whether a local that holds the outcome would have to name its type.
    pub(crate) fn needs_expectation(&self) -> bool {
        self.coerces()
            || self.value.contains("|text|")
            || self.value.contains("|n| n }")
            || self.value.contains("collect")
            || self.value.contains("into()")
    }

    pub(crate) fn is_opaque(&self) -> bool {
        self.ty.contains("impl ")
    }

    pub(crate) fn borrows(&self) -> bool {
        self.ty.contains("'r")
    }

    /// Whether the value becomes one of the type by a coercion, for which an `async` block is no place.
    pub(crate) fn coerces(&self) -> bool {
        coerces(self.ty)
    }
}

fn coerces(ty: &str) -> bool {
    ty.contains("dyn ") || (ty.contains("fn(") && !ty.contains("PhantomData"))
}
