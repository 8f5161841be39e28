//! One generated function: the parts that were drawn for it.

use crate::grammar::argument::{Argument, Marker};
use crate::grammar::attributes::Attribute;
use crate::grammar::body::{Statement, Tail};
use crate::grammar::place::{Kind, Place, Receiver};
use crate::grammar::policy::Policy;
use crate::grammar::returns::{Carrier, InBlock, Success};
use crate::grammar::{Edition, Flavour, Refusal};

#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) id: String,
    pub(crate) edition: Edition,
    pub(crate) flavour: &'static Flavour,
    pub(crate) place: Place,
    pub(crate) kind: Kind,
    pub(crate) receiver: &'static Receiver,
    pub(crate) carrier: &'static Carrier,
    pub(crate) success: &'static Success,
    pub(crate) arguments: Vec<Given>,
    pub(crate) statements: Vec<&'static Statement>,
    pub(crate) tail: &'static Tail,
    pub(crate) attributes: Vec<&'static Attribute>,
    pub(crate) policies: Vec<&'static Policy>,
    /// Items in lower case, each with its name.
    pub(crate) items: Vec<(&'static str, &'static str)>,
    pub(crate) qualifiers: &'static str,
    pub(crate) visibility: &'static str,
    pub(crate) name: &'static str,
    /// Names of the body's locals: `$v`, `$x`, `$l`, `$k`, of the attempt's number, and of the handle.
    pub(crate) locals: [&'static str; 6],
    pub(crate) look: Look,
}

/// How it is written down.
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub(crate) struct Look {
    /// Whether lifetimes that could be elided are written out.
    pub(crate) is_named: bool,
    pub(crate) has_where: bool,
    /// Whether types of the user's own hide those of the standard library.
    pub(crate) is_shadowed: bool,
    /// Whether the operation suspends the task.
    pub(crate) suspends: bool,
    /// Whether the attribute is imported, and stands above the other attributes.
    pub(crate) is_imported: bool,
    pub(crate) is_first: bool,
}

/// An argument with its names and its attribute.
#[derive(Clone)]
pub(crate) struct Given {
    pub(crate) argument: &'static Argument,
    pub(crate) marker: Option<&'static Marker>,
    pub(crate) names: [&'static str; 2],
}

impl Given {
    pub(crate) fn is_removed(&self) -> bool {
        self.marker.is_some_and(|marker| marker.removes)
    }

    /// Whether `name = "…"` can show it.
    pub(crate) fn is_shown(&self) -> bool {
        self.argument.is_shown && self.marker.is_none()
    }
}

impl Function {
    /// Whether its future is `Send`.
    pub(crate) fn is_sendable(&self) -> bool {
        self.kind != Kind::Boxed && self.has_sendable_parts()
    }

    pub(crate) fn has_sendable_parts(&self) -> bool {
        self.receiver.is_send
            && self.carrier.is_send
            && self.success.is_send
            && self.arguments.iter().all(|given| given.argument.is_send)
            && self.policies.iter().all(|policy| policy.keeps_send)
    }

    /// How often the body runs under the attribute.
    pub(crate) fn expected_calls(&self) -> u32 {
        if self.place.is_block() && self.carrier.in_block == InBlock::LeftAlone {
            return 1;
        }
        self.policies.iter().map(|policy| policy.attempts).min().unwrap_or(3)
    }

    /// Why the macro may refuse it.
    pub(crate) fn refusals(&self) -> Vec<Refusal> {
        let mut refusals: Vec<Refusal> = self.receiver.may_be_refused.into_iter().collect();
        refusals.extend(self.arguments.iter().filter_map(|given| given.argument.may_be_refused));
        refusals.extend(self.attributes.iter().filter_map(|attribute| attribute.may_be_refused));
        let is_exclusive = self.success.is_exclusive
            || self.receiver.is_exclusive
            || self.arguments.iter().any(|given| given.argument.ty.contains("mut "));
        if is_exclusive && (self.success.borrows() || self.carrier.brings.is_some()) {
            refusals.push(Refusal::BorrowedExclusively);
        }
        if self.kind == Kind::WithoutTail {
            refusals.push(Refusal::NoAsyncTail);
        }
        if self.success.is_fallible() {
            refusals.push(Refusal::NestedOutcome);
        }
        if self.place.is_block() {
            match self.carrier.in_block {
                InBlock::Retried => {}
                InBlock::LeftAlone => refusals.push(Refusal::NothingRetried),
                InBlock::AskedAbout => refusals.push(Refusal::UnknownAlias),
            }
        }
        refusals
    }

    /// What it is made of, one line for each part.
    pub(crate) fn parts(&self) -> Vec<String> {
        let mut parts = vec![
            format!("edition {}", self.edition.name()),
            format!("crate {}", self.flavour.name),
            format!("{:?}", self.place),
            format!("{:?}", self.kind),
            format!("receiver {} {}", self.receiver.text, self.receiver.clones),
            self.carrier.label(),
            self.success.label(),
            format!("tail {}", self.tail.text),
            format!("words {}", self.qualifiers),
            format!("shadowed {}", self.look.is_shadowed),
        ];
        parts.extend(self.arguments.iter().map(|given| given.argument.label()));
        parts.extend(
            self.arguments.iter().filter_map(|given| given.marker).map(|marker| marker.text.to_owned()),
        );
        parts.extend(self.statements.iter().map(|statement| statement.text.to_owned()));
        parts.extend(self.attributes.iter().map(|attribute| attribute.text.to_owned()));
        parts.extend(self.policies.iter().map(|policy| policy.label()));
        parts.extend(self.items.iter().map(|(item, name)| format!("{item} {name}")));
        parts
    }
}
