//! What functions are made of: tables of parts, each with the texts that it contributes.

#![expect(clippy::struct_excessive_bools, reason = "a part has or lacks each of many properties")]

pub(crate) mod argument;
pub(crate) mod attributes;
pub(crate) mod body;
pub(crate) mod names;
pub(crate) mod place;
pub(crate) mod policy;
pub(crate) mod returns;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Edition {
    E2018,
    E2021,
    E2024,
}

pub(crate) const EDITIONS: [Edition; 3] = [Edition::E2018, Edition::E2021, Edition::E2024];

impl Edition {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Edition::E2018 => "2018",
            Edition::E2021 => "2021",
            Edition::E2024 => "2024",
        }
    }
}

/// A reason for which the macro may refuse a function, known by its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    LeakingArgument,
    LeakingSelf,
    BorrowedExclusively,
    UnknownAlias,
    NothingRetried,
    NoAsyncTail,
    TrackCaller,
    /// A success that can be a failure.
    NestedOutcome,
}

impl Refusal {
    /// Words that its message has, in this order, and between them what depends on the function.
    fn words(self) -> &'static [&'static str] {
        match self {
            Refusal::LeakingArgument => {
                &["changes to `", "` in one attempt would leak into the next; write `"]
            }
            Refusal::LeakingSelf => &["changes to `self` in one attempt would leak into the next; write `"],
            Refusal::BorrowedExclusively => &["the result ", " from `", "`, which the next attempt needs; "],
            Refusal::UnknownAlias => {
                &["` may be a `Result` by another name; put `#[retry]` or `#[retry(skip)]` on `"]
            }
            Refusal::NothingRetried => {
                &["no method here returns a `Result`; put `#[retry]` on the methods that may fail"]
            }
            Refusal::NoAsyncTail => &[
                "only an `async` block at the end of the body can be retried; end it with `async move { … }`",
            ],
            Refusal::TrackCaller => &["track_caller"],
            Refusal::NestedOutcome => &["a failure in `", "` would count as a success"],
        }
    }

    /// Whether it is found out by a type, so that the message is the compiler's with words of ours.
    pub(crate) fn is_by_type(self) -> bool {
        self == Refusal::NestedOutcome
    }

    pub(crate) fn matches(self, message: &str) -> bool {
        let mut rest = Some(message);
        for words in self.words() {
            rest = rest.and_then(|rest| rest.split_once(words)).map(|(_, rest)| rest);
        }
        rest.is_some()
    }
}

/// The attributes at the top of a crate.
pub(crate) struct Flavour {
    pub(crate) name: &'static str,
    pub(crate) head: &'static str,
    /// Whether it forbids lints, so that no function may lower one.
    pub(crate) forbids: bool,
    pub(crate) forbids_unsafe: bool,
    /// Whether names of the standard library have to be written out.
    pub(crate) without_prelude: bool,
}

const FLAVOUR: Flavour =
    Flavour { name: "", head: "", forbids: false, forbids_unsafe: false, without_prelude: false };

pub(crate) const FLAVOURS: &[Flavour] = &[
    Flavour { name: "deny", head: "#![deny(warnings)]\n", ..FLAVOUR },
    Flavour {
        name: "forbid",
        head: "#![forbid(unsafe_code, unreachable_code, unreachable_patterns, unused_imports, unused_must_use)]\n\
               #![forbid(unused_mut, unused_variables, unused_assignments, unused_parens, unused_braces, dead_code)]\n\
               #![forbid(non_snake_case, non_upper_case_globals, deprecated, unused_labels, path_statements)]\n\
               #![forbid(clippy::needless_pass_by_value, clippy::all, clippy::pedantic)]\n",
        forbids: true,
        forbids_unsafe: true,
        ..FLAVOUR
    },
    Flavour {
        name: "warn",
        head: "#![warn(unused, nonstandard_style, future_incompatible, rust_2018_idioms)]\n\
               #![warn(rust_2021_compatibility, rust_2024_compatibility, unused_qualifications, unused_results)]\n\
               #![warn(unused_lifetimes, single_use_lifetimes, redundant_lifetimes, trivial_casts, unit_bindings)]\n\
               #![warn(trivial_numeric_casts, unreachable_pub, explicit_outlives_requirements, keyword_idents)]\n\
               #![warn(meta_variable_misuse, non_ascii_idents, unused_import_braces, unused_macro_rules)]\n\
               #![warn(unsafe_op_in_unsafe_fn, variant_size_differences, absolute_paths_not_starting_with_crate)]\n\
               #![warn(unnameable_types, ambiguous_negative_literals, impl_trait_redundant_captures)]\n",
        ..FLAVOUR
    },
    Flavour {
        name: "forbid-groups",
        head: "#![forbid(unused, unreachable_code, nonstandard_style, future_incompatible)]\n",
        forbids: true,
        ..FLAVOUR
    },
    Flavour {
        name: "no-std",
        head: "#![no_std]\n#![deny(warnings)]\nextern crate std;\n",
        without_prelude: true,
        ..FLAVOUR
    },
];

/// The crates that Clippy reads.
pub(crate) const CLIPPY_FLAVOURS: &[Flavour] = &[Flavour {
    name: "clippy",
    // What is allowed is said of `|_|` in the attribute itself, where a function returns an `Option`.
    head: "#![warn(clippy::all, clippy::pedantic)]\n\
           #![warn(clippy::shadow_same, clippy::shadow_reuse, clippy::shadow_unrelated)]\n\
           #![warn(clippy::unwrap_used, clippy::panic, clippy::unreachable, clippy::arithmetic_side_effects)]\n\
           #![allow(clippy::ignored_unit_patterns)]\n",
    ..FLAVOUR
}];
