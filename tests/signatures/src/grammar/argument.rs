//! Arguments: a pattern and a type, what the caller passes and what the body does with it.
//!
//! In the texts `$n` and `$m` are the names that the pattern binds, `$T` is a type parameter of the argument's own,
//! `'e` is a lifetime that is elided or named, `$plus` is the bound that a boxed future demands.

use super::Refusal;

#[derive(Clone, Copy)]
pub(crate) struct Argument {
    pub(crate) pattern: &'static str,
    pub(crate) ty: &'static str,
    /// What the caller passes.
    pub(crate) value: &'static str,
    /// What the body does with it.
    pub(crate) uses: &'static str,
    /// The name in `clone(…)`, if every attempt needs a value of its own.
    pub(crate) clones: &'static str,
    pub(crate) parameter: &'static str,
    pub(crate) is_send: bool,
    /// Whether it binds by reference what the function owns, which no returned future may do.
    pub(crate) is_by_reference: bool,
    /// Whether a name in `name = "…"` can show it.
    pub(crate) is_shown: bool,
    pub(crate) may_be_refused: Option<Refusal>,
}

const ROW: Argument = Argument {
    pattern: "$n",
    ty: "",
    value: "",
    uses: "::signatures::look(&$n);",
    clones: "",
    parameter: "",
    is_send: true,
    is_by_reference: false,
    is_shown: false,
    may_be_refused: None,
};

/// An argument that the body looks at.
const fn looked(ty: &'static str, value: &'static str) -> Argument {
    Argument { ty, value, ..ROW }
}

/// The same, and `name = "{…}"` can show it.
const fn shown(ty: &'static str, value: &'static str) -> Argument {
    Argument { ty, value, is_shown: true, ..ROW }
}

/// An argument of a type parameter's type, or of another type that a parameter stands in.
const fn generic(parameter: &'static str, ty: &'static str, value: &'static str) -> Argument {
    Argument { ty, value, parameter, ..ROW }
}

const fn pattern(
    pattern: &'static str,
    ty: &'static str,
    value: &'static str,
    uses: &'static str,
) -> Argument {
    Argument { pattern, ty, value, uses, ..ROW }
}

/// A pattern that changes what it binds, where the macro may ask for `clone(…)`.
const fn changed(
    pattern: &'static str,
    ty: &'static str,
    value: &'static str,
    uses: &'static str,
) -> Argument {
    Argument { pattern, ty, value, uses, may_be_refused: Some(Refusal::LeakingArgument), ..ROW }
}

/// An argument of which every attempt gets a clone.
const fn cloned(clones: &'static str, inner: Argument) -> Argument {
    Argument { clones, may_be_refused: None, ..inner }
}

const fn not_send(inner: Argument) -> Argument {
    Argument { is_send: false, ..inner }
}

const fn by_reference(inner: Argument) -> Argument {
    Argument { is_by_reference: true, ..inner }
}

const fn using(uses: &'static str, inner: Argument) -> Argument {
    Argument { uses, ..inner }
}

const BOTH: &str = "::signatures::look(&$n); ::signatures::look(&$m);";
const SPENT: &str = "::signatures::spend($n);";
const TEXT: &str = "$String::from(\"text\")";
const GROWN: &str = "$n.push('x'); ::signatures::expect($n == \"textx\");";
const COUNTED: &str = "$n += 1; ::signatures::expect($n == 8);";
const POINT: &str = "::signatures::Point { x: 7, y: 8 }";
const PAIR: &str = "::signatures::Pair(7, $String::from(\"text\"))";

pub(crate) const ARGUMENTS: &[Argument] = &[
    using("::signatures::expect($n == 7);", shown("u32", "7")),
    shown("&'e str", "\"text\""),
    shown("$String", TEXT),
    pattern("mut $n", "u32", "7", COUNTED),
    pattern("mut $n", "[u32; 2]", "[1, 2]", "$n[0] += 1; ::signatures::expect($n == [2, 2]);"),
    pattern("mut $n", "(u32, bool)", "(1, true)", "$n.0 += 1; ::signatures::expect($n.0 == 2);"),
    pattern("mut $n", "&'e str", "\"text\"", "$n = &$n[1..]; ::signatures::expect($n == \"ext\");"),
    pattern(
        "mut $n",
        "&'e mut [u32]",
        "&mut [1, 2, 3]",
        "$n = &mut $n[1..]; ::signatures::expect($n.len() == 2);",
    ),
    pattern(
        "$n",
        "&'e mut $Vec<u32>",
        "&mut $std::vec![1]",
        "$n.push(1); ::signatures::expect($n.len() < 9);",
    ),
    pattern("$n", "&'e mut u32", "&mut 1", "*$n += 1; ::signatures::expect(*$n > 1);"),
    pattern(
        "$n",
        "&'e mut dyn $std::iter::Iterator<Item = u32>",
        "&mut (0..9)",
        "::signatures::expect($n.next().is_some());",
    )
    .not_send(),
    cloned("$n", using(SPENT, looked("$String", TEXT))),
    cloned("$n", using(SPENT, looked("$Vec<$String>", "$std::vec![]"))),
    cloned("$n", changed("mut $n", "$String", TEXT, GROWN)),
    changed("mut $n", "$String", TEXT, GROWN),
    cloned(
        "$n",
        changed(
            "mut $n",
            "$Vec<u32>",
            "$std::vec![2, 1]",
            "$n.sort(); ::signatures::expect($n == [1, 2]); $n.push(0);",
        ),
    ),
    cloned(
        "$n",
        changed(
            "mut $n",
            "$Option<&'e str>",
            "$Some(\"text\")",
            "::signatures::expect($n.take().is_some());",
        ),
    ),
    changed("mut $n", "$Option<&'e str>", "$Some(\"text\")", "::signatures::expect($n.take().is_some());"),
    cloned(
        "$n",
        changed(
            "mut $n",
            "$std::str::Chars<'e>",
            "\"text\".chars()",
            "::signatures::expect($n.next() == $Some('t'));",
        ),
    ),
    cloned(
        "$n",
        changed(
            "mut $n",
            "impl $std::iter::Iterator<Item = u32> + $Clone$plus",
            "$std::vec![7].into_iter()",
            "::signatures::expect($n.next().is_some());",
        )
        .not_send(),
    ),
    cloned(
        "$n",
        changed("mut $n", "impl FnMut() -> u32 + $Clone$plus", "|| 7", "::signatures::expect($n() == 7);")
            .not_send(),
    ),
    changed("mut $n", "impl FnMut() -> u32$plus", "|| 7", "::signatures::expect($n() == 7);").not_send(),
    pattern(
        "mut $n",
        "fn(u32) -> u32",
        "u32::count_ones",
        "::signatures::expect($n(1) == 1); $n = u32::count_zeros; ::signatures::look(&$n);",
    ),
    // Patterns that take a value apart.
    pattern("($n, $m)", "(u32, &'e str)", "(7, \"text\")", BOTH),
    pattern(
        "(mut $n, $m)",
        "(u32, $String)",
        "(7, $String::new())",
        "$n += 1; ::signatures::expect($n == 8); ::signatures::look(&$m);",
    ),
    cloned(
        "$m",
        changed(
            "(mut $n, mut $m)",
            "(u32, $String)",
            "(7, $String::new())",
            "$n += 1; ::signatures::expect($n == 8); $m.push('x'); ::signatures::expect($m == \"x\");",
        ),
    ),
    pattern("[$n, .., $m]", "[u32; 3]", "[1, 2, 3]", BOTH),
    pattern("[$n, $m @ ..]", "[u32; 3]", "[1, 2, 3]", "::signatures::expect($m == [2, 3] && $n == 1);"),
    changed("[mut $n, _]", "[u32; 2]", "[7, 0]", COUNTED),
    pattern("::signatures::Point { x: $n, y: $m }", "::signatures::Point", POINT, BOTH),
    pattern(
        "::signatures::Point { y, x: $n }",
        "::signatures::Point",
        POINT,
        "::signatures::expect($n + 1 == y);",
    ),
    cloned(
        "x",
        changed(
            "::signatures::Point { mut x, .. }",
            "::signatures::Point",
            POINT,
            "x += 1; ::signatures::expect(x == 8);",
        ),
    ),
    changed("::signatures::Point { x: mut $n, .. }", "::signatures::Point", POINT, COUNTED),
    cloned("$n", changed("::signatures::Point { x: mut $n, .. }", "::signatures::Point", POINT, COUNTED)),
    pattern("::signatures::Pair($n, $m)", "::signatures::Pair", PAIR, BOTH),
    cloned(
        "$m",
        using(
            "::signatures::look(&$n); ::signatures::spend($m);",
            pattern("::signatures::Pair($n, $m)", "::signatures::Pair", PAIR, ""),
        ),
    ),
    cloned("$n", changed("::signatures::Pair(_, mut $n)", "::signatures::Pair", PAIR, GROWN)),
    by_reference(pattern("::signatures::Pair($n, ref $m)", "::signatures::Pair", PAIR, BOTH)),
    by_reference(cloned(
        "$n",
        changed("ref mut $n", "$String", TEXT, "$n.push('x'); ::signatures::expect(*$n == \"textx\");"),
    )),
    by_reference(changed(
        "ref mut $n",
        "$String",
        TEXT,
        "$n.push('x'); ::signatures::expect(*$n == \"textx\");",
    )),
    by_reference(changed("ref mut $n", "u32", "7", "*$n += 1; ::signatures::expect(*$n == 8);")),
    by_reference(pattern("ref $n", "$String", TEXT, "::signatures::expect(*$n == \"text\");")),
    by_reference(pattern(
        "ref $n @ ::signatures::Point { x: ref $m, .. }",
        "::signatures::Point",
        POINT,
        BOTH,
    )),
    pattern("&$n", "&'e u32", "&7", "::signatures::expect($n == 7);"),
    pattern("&($n, $m)", "&'e (u32, u32)", "&(7, 8)", BOTH),
    pattern("&mut $n", "&'e mut u32", "&mut 7", "::signatures::expect($n == 7);"),
    changed("&mut ref mut $n", "&'e mut u32", "&mut 7", "*$n += 1; ::signatures::expect(*$n > 7);"),
    pattern(
        "($n, $m)",
        "&'e (u32, $String)",
        "&(7, $String::new())",
        "::signatures::expect(*$n == 7 && $m.is_empty());",
    ),
    pattern(
        "($n, $m)",
        "&'e mut (u32, u32)",
        "&mut (7, 8)",
        "*$n += 1; ::signatures::expect(*$n > 7 && *$m == 8);",
    ),
    pattern(
        "::signatures::Point { x: $n, .. }",
        "&'e mut ::signatures::Point",
        "&mut ::signatures::Point { x: 7, y: 8 }",
        "*$n += 1; ::signatures::expect(*$n > 7);",
    ),
    pattern(
        "::signatures::Pair($n, $m)",
        "&'e ::signatures::Pair",
        "&::signatures::Pair(7, $String::new())",
        BOTH,
    ),
    pattern("_", "u32", "7", ""),
    pattern("_", "$String", TEXT, ""),
    pattern("_unused", "$String", TEXT, ""),
    pattern("_", "&'e mut u32", "&mut 7", ""),
    pattern("$n @ _", "u32", "7", "::signatures::expect($n == 7);"),
    pattern("mut $n @ _", "u32", "7", COUNTED),
    pattern(
        "$n @ ::signatures::Point { .. }",
        "::signatures::Point",
        POINT,
        "::signatures::expect($n.x == 7);",
    ),
    pattern("$n @ ($m, _)", "(u32, u32)", "(7, 8)", "::signatures::expect($n.0 == $m);"),
    pattern(
        "(::signatures::Side::Left($n) | ::signatures::Side::Right($n))",
        "::signatures::Side",
        "if ::signatures::truth() { ::signatures::Side::Left(7) } else { ::signatures::Side::Right(7) }",
        "::signatures::expect($n == 7);",
    ),
    cloned(
        "$n",
        changed(
            "(::signatures::Side::Left(mut $n) | ::signatures::Side::Right(mut $n))",
            "::signatures::Side",
            "::signatures::Side::Left(7)",
            COUNTED,
        ),
    ),
    pattern(
        "($n, ::signatures::Point { x: $m, .. })",
        "(u32, ::signatures::Point)",
        "(7, ::signatures::Point { x: 7, y: 8 })",
        BOTH,
    ),
    pattern("(($n, _), [$m, ..])", "((u32, u32), [u32; 2])", "((7, 8), [9, 9])", BOTH),
    pattern("(.., $n)", "(u32, u32, u32)", "(1, 2, 7)", "::signatures::expect($n == 7);"),
    changed("(mut $n, ..)", "(u32, u32, u32)", "(7, 2, 1)", COUNTED),
    changed("(.., mut $n)", "($String, u32)", "($String::new(), 7)", COUNTED),
    // Functions and closures.
    using("::signatures::expect($n(1) == 2);", looked("impl Fn(u32) -> u32$plus", "|n| n + 1")).not_send(),
    using(
        "::signatures::expect($n(\"ab\") == 2);",
        looked("&'e dyn Fn(&str) -> usize", "&|text: &str| text.len()"),
    )
    .not_send(),
    using("::signatures::expect($n(1) == 2);", looked("&'e mut dyn FnMut(u32) -> u32", "&mut |n| n + 1"))
        .not_send(),
    using("::signatures::expect($n() == 7);", generic("$T: FnMut() -> u32$plus", "&'e mut $T", "&mut || 7"))
        .not_send(),
    using("::signatures::expect($n(\"ab\") == 2);", looked("fn(&str) -> usize", "str::len")),
    using(
        "::signatures::expect($n(\"ab\") == 2);",
        looked("$Box<dyn Fn(&str) -> usize>", "$Box::new(str::len)"),
    )
    .not_send(),
    using(
        "::signatures::expect($n(\" ab\") == \"ab\");",
        looked("for<'x> fn(&'x str) -> &'x str", "str::trim"),
    ),
    using(
        "::signatures::expect($n(\" ab\") == \"ab\");",
        generic("$T: for<'x> Fn(&'x str) -> &'x str$plus", "$T", "str::trim"),
    )
    .not_send(),
    using("::signatures::expect($n(7) == 7);", generic("$T: Fn(u32) -> u32$plus", "&'e $T", "&|n| n"))
        .not_send(),
    looked("$Option<fn(&mut u32)>", "$None"),
    looked("$std::marker::PhantomData<fn(&u32)>", "$std::marker::PhantomData"),
    // Generics.
    cloned("$n", using(SPENT, generic("$T: $Clone + $std::fmt::Debug$plus", "$T", "7_u8"))).not_send(),
    generic("$T: ?Sized + $std::fmt::Display$plus", "&'e $T", "\"text\"").not_send(),
    generic("$T: $std::fmt::Debug$plus", "&'e [$T]", "&[1_u8]").not_send(),
    using("::signatures::expect($n.len() == M);", generic("const M: usize", "[u32; M]", "[1, 2]")),
    Argument {
        pattern: "mut $n",
        uses: "$n[0] = 7; ::signatures::expect($n.len() == M);",
        ..generic("const M: usize", "[u32; M]", "[1, 2]")
    },
    using(
        "::signatures::expect($n.len() == M);",
        generic("const M: usize", "&'e mut [u32; M]", "&mut [1, 2]"),
    ),
    cloned(
        "$n",
        using(
            "::signatures::expect($n.into_iter().count() == 2);",
            looked("impl $std::iter::IntoIterator<Item = u32> + $Clone$plus", "[1, 2]"),
        ),
    )
    .not_send(),
    shown("impl $std::fmt::Display$plus", "7").not_send(),
    shown("&'e impl $std::fmt::Display", "&7").not_send(),
    looked("impl $std::convert::AsRef<str>$plus", "\"text\"").not_send(),
    looked("impl $std::convert::Into<$String> + $Clone$plus", "\"text\"").not_send(),
    // Other types.
    looked("&'e [&'e str]", "&[\"text\"]"),
    looked("$Option<&'e str>", "$None"),
    looked("$std::borrow::Cow<'e, str>", "::signatures::shorten(\"text\")"),
    looked("$std::rc::Rc<u32>", "$std::rc::Rc::new(7)").not_send(),
    looked("$std::sync::Arc<u32>", "$std::sync::Arc::new(7)"),
    looked("&'e $std::cell::Cell<u32>", "&$std::cell::Cell::new(7)").not_send(),
    looked("*const u32", "&7_u32").not_send(),
    pattern("mut $n", "*const u32", "&7_u32", "$n = $n.cast(); ::signatures::look(&$n);").not_send(),
    using(
        "::signatures::expect(*$n == 7);",
        looked("$std::pin::Pin<&'e mut u32>", "$std::pin::Pin::new(&mut 7)"),
    ),
    changed(
        "mut $n",
        "$std::pin::Pin<&'e mut u32>",
        "$std::pin::Pin::new(&mut 7)",
        "$n.set(8); ::signatures::expect(*$n == 8);",
    ),
    shown("&'e dyn $std::fmt::Display", "&7").not_send(),
    shown("&'e (dyn $std::fmt::Display + $Sync)", "&7"),
    looked("$Result<u32, ::signatures::Fault>", "$Ok(7)"),
    looked("[u8; 1 + 1]", "[1, 2]"),
    looked("<u32 as $std::ops::Add>::Output", "7"),
    looked("&'static str", "\"text\""),
    looked("()", "()"),
];

impl Argument {
    const fn not_send(self) -> Argument {
        not_send(self)
    }

    pub(crate) fn label(&self) -> String {
        format!("{}: {} {}", self.pattern, self.ty, self.clones)
    }

    /// Whether it may have the lifetime of a result.
    pub(crate) fn borrows(&self) -> bool {
        [self.ty, self.parameter].iter().any(|text| text.contains("'e") || text.contains("$plus"))
    }

    pub(crate) fn is_mutable(&self) -> bool {
        self.pattern.starts_with("mut ")
    }
}

/// An attribute of an argument.
#[derive(Clone, Copy)]
pub(crate) struct Marker {
    pub(crate) text: &'static str,
    /// Whether it removes the argument.
    pub(crate) removes: bool,
    /// Whether the body must leave the argument alone.
    pub(crate) unused: bool,
    /// Whether the body must leave its `mut` alone.
    pub(crate) unchanged: bool,
    /// Whether it lowers a lint, which a crate may forbid.
    pub(crate) allows: bool,
}

const MARKER: Marker = Marker { text: "", removes: false, unused: false, unchanged: false, allows: false };

pub(crate) const MARKERS: &[Marker] = &[
    Marker { text: "#[cfg(all())]", ..MARKER },
    Marker { text: "#[cfg(any())]", removes: true, ..MARKER },
    Marker { text: "#[cfg(not(all()))]", removes: true, ..MARKER },
    Marker { text: "#[cfg_attr(any(), allow(unused_variables))]", ..MARKER },
    Marker { text: "#[cfg_attr(all(), cfg(any()))]", removes: true, ..MARKER },
    Marker { text: "#[cfg_attr(all(), allow(unused_variables))]", unused: true, allows: true, ..MARKER },
    Marker { text: "#[allow(unused_variables)]", unused: true, allows: true, ..MARKER },
    Marker { text: "#[allow(unused_variables)]", allows: true, ..MARKER },
    Marker { text: "#[expect(unused_variables)]", unused: true, allows: true, ..MARKER },
    Marker {
        text: "#[expect(unused_variables, reason = \"kept for callers\")]",
        unused: true,
        allows: true,
        ..MARKER
    },
    Marker { text: "#[allow(unused_mut)]", unchanged: true, allows: true, ..MARKER },
    Marker { text: "#[expect(unused_mut)]", unchanged: true, allows: true, ..MARKER },
    Marker { text: "#[deny(unused_variables)]", ..MARKER },
    Marker { text: "#[warn(unused_mut)] #[cfg(all())]", allows: true, ..MARKER },
];
