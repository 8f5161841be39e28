//! One generated function: the parts that were drawn for it.

use crate::draw::Draw;
use crate::grammar::argument::{ARGUMENTS, Argument, MARKERS, Marker};
use crate::grammar::attributes::{ATTRIBUTES, Attribute};
use crate::grammar::body::{STATEMENTS, Statement, TAILS, Tail};
use crate::grammar::names::{FUNCTIONS, LIKE_OURS, POOLS};
use crate::grammar::place::{
    KINDS, Kind, LOWER_CASE, NO_RECEIVER, PLACES, Place, QUALIFIERS, RECEIVERS, Receiver, VISIBILITIES,
};
use crate::grammar::policy::{Needs, POLICIES, Policy};
use crate::grammar::returns::{CARRIERS, Carrier, ErrorIs, InBlock, SUCCESSES, Success};
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
    /// Names of the body's locals: `$v`, `$x`, `$l`, `$k`, and of the attempt's number.
    pub(crate) locals: [&'static str; 5],
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

/// Hands out each name once.
struct Names {
    used: Vec<&'static str>,
}

impl Names {
    fn next(&mut self, draw: &mut Draw) -> &'static str {
        let pool = match draw.below(20) {
            0..10 => POOLS[0],
            10..17 => POOLS[1],
            _ => POOLS[2],
        };
        self.of(pool, draw)
    }

    fn of(&mut self, pool: &'static [&'static str], draw: &mut Draw) -> &'static str {
        let free = |name: &&str| !self.used.contains(name);
        let name = if pool.iter().any(free) { *draw.fitting(pool, |name| free(name)) } else { "spare" };
        self.used.push(name);
        name
    }
}

impl Function {
    /// Draws a function that should compile without the attribute.
    pub(crate) fn draw(id: String, edition: Edition, flavour: &'static Flavour, draw: &mut Draw) -> Function {
        let name = *draw.one(FUNCTIONS);
        let mut names = Names { used: vec![name] };
        let place = *draw.one(PLACES);
        // Most functions have nothing for which the macro could refuse them: what is refused shows little else.
        let is_sound = draw.chance(80);
        let kind =
            *draw.fitting(KINDS, |kind| kind_fits(*kind, place) && !(is_sound && *kind == Kind::WithoutTail));
        let receiver = if place.has_self() && draw.chance(85) {
            draw.fitting(RECEIVERS, |receiver| !(is_sound && receiver.may_be_refused.is_some()))
        } else {
            NO_RECEIVER
        };
        let without_lints = flavour.forbids;
        let mut items = Vec::new();
        if !without_lints && draw.chance(25) {
            for _ in 0..=draw.below(2) {
                items.push((*draw.one(LOWER_CASE), names.of(LIKE_OURS, draw)));
            }
        }
        let is_shadowed = !without_lints && !flavour.without_prelude && draw.chance(12);
        let carrier = draw.fitting(CARRIERS, |carrier| {
            (place.has_self() || !carrier.only_in_methods)
                && !(is_shadowed && carrier.shadows)
                && !(is_sound && place.is_block() && carrier.in_block != InBlock::Retried)
                && !(carrier.is_opaque() && kind.promises_send())
                && !(carrier.coerces() && kind.returns_future())
                && !((carrier.is_opaque() || carrier.coerces())
                    && kind == Kind::AsyncFn
                    && place.implements_trait())
        });
        let success = draw.fitting(SUCCESSES, |success| {
            (!success.from_self || receiver.lends)
                && !(is_sound && (success.is_exclusive || success.from_self && receiver.is_exclusive))
                && (!success.only_in_sync || kind == Kind::Sync)
                && !(success.coerces() && kind.returns_future())
                && !((success.is_opaque() || success.coerces())
                    && kind == Kind::AsyncFn
                    && place.implements_trait())
                && (success.brings.is_none() || carrier.brings.is_none() || !success.is_exclusive)
        });
        let tail = draw.fitting(TAILS, |tail| {
            tail.since <= edition
                && (kind.is_async() || !tail.only_in_async)
                && !(tail.text.contains("let $l = $success")
                    && (success.needs_expectation() || carrier.coerces()))
                && (!carrier.question.is_empty() || !tail.text.contains("$question"))
        });
        let mut arguments: Vec<Given> = Vec::new();
        for _ in 0..draw.below(4) {
            let argument = draw.fitting(ARGUMENTS, |argument| {
                !(argument.is_by_reference && kind.returns_future())
                    && !(is_sound && argument.may_be_refused.is_some())
                    && arguments.iter().all(|given| !std::ptr::eq(given.argument, argument))
            });
            let marker = draw.chance(20).then(|| {
                draw.fitting(MARKERS, |marker| {
                    !(marker.allows && without_lints)
                        && (!marker.unchanged || argument.is_mutable())
                        && !(marker.unused && argument.pattern.contains("mut "))
                        && !(marker.unused && argument.pattern.starts_with('_'))
                        && !(marker.removes && !argument.parameter.is_empty())
                        && !(marker.removes && argument.ty.contains("impl "))
                })
            });
            let fits = marker.is_none_or(|marker| fits_parts(place, marker));
            let names = [names.next(draw), names.next(draw)];
            arguments.push(Given { argument, marker: marker.filter(|_| fits), names });
        }
        let mut statements: Vec<&'static Statement> = Vec::new();
        for _ in 0..draw.below(4) {
            let statement = draw.fitting(STATEMENTS, |statement| {
                statement.since <= edition
                    && edition <= statement.until
                    && (kind.is_async() || !statement.only_in_async)
                    && !(statement.allows && without_lints)
                    && !(statement.is_unsafe && flavour.forbids_unsafe)
                    && !(statement.is_inner_attribute && (kind.returns_future() || !statements.is_empty()))
                    && !(statement.text.contains("$l") && tail.text.contains("$l"))
                    && statements.iter().all(|other| !std::ptr::eq(*other, statement))
                    && !(statement.text.contains("$l")
                        && statements.iter().any(|other| other.text.contains("$l")))
            });
            statements.push(statement);
        }
        let qualifiers = *draw.fitting(QUALIFIERS, |words| {
            !(words.contains("unsafe") && flavour.forbids_unsafe)
                && !(words.contains("extern") && (kind == Kind::AsyncFn || without_lints))
        });
        let qualifiers = if draw.chance(70) { "" } else { qualifiers };
        let lowers = qualifiers.contains("extern")
            || is_shadowed
            || statements.iter().any(|statement| statement.allows)
            || arguments.iter().filter_map(|given| given.marker).any(|marker| marker.allows);
        let mut attributes: Vec<&'static Attribute> = Vec::new();
        for _ in 0..draw.below(3) {
            let attribute = draw.fitting(ATTRIBUTES, |attribute| {
                !(attribute.only_in_sync && kind.is_async())
                    && !(attribute.allows && without_lints)
                    && (attribute.fits_traits || !place.is_of_trait())
                    && !(attribute.text.starts_with("#[forbid") && lowers)
                    && !(attribute.text.contains("track_caller") && qualifiers.contains("extern"))
                    && attributes.iter().all(|other| other.group() != attribute.group())
            });
            attributes.push(attribute);
        }
        let visibility = *draw.fitting(VISIBILITIES, |words| match place {
            Place::TraitImpl | Place::BlockOfTrait | Place::Provided | Place::InFunction => words.is_empty(),
            Place::Nested => words.starts_with("pub") && !words.contains("self"),
            _ => true,
        });
        let mut function = Function {
            id,
            edition,
            flavour,
            place,
            kind,
            receiver,
            carrier,
            success,
            arguments,
            statements,
            tail,
            attributes,
            policies: Vec::new(),
            items,
            qualifiers,
            visibility,
            name,
            locals: [""; 5].map(|_| names.next(draw)),
            is_named: draw.chance(30),
            has_where: draw.chance(30),
            is_shadowed,
            suspends: draw.chance(50),
            is_imported: draw.chance(60),
            is_first: draw.chance(70),
        };
        function.draw_policies(draw);
        function.keep_promise();
        function
    }

    fn draw_policies(&mut self, draw: &mut Draw) {
        let number = if draw.chance(25) { 0 } else { 1 + draw.below(4) };
        for _ in 0..number {
            let policy = draw.fitting(POLICIES, |policy| {
                self.satisfies(policy) && self.policies.iter().all(|other| policy.fits_beside(other))
            });
            self.policies.push(policy);
        }
    }

    pub(crate) fn satisfies(&self, policy: &Policy) -> bool {
        let has_needed = match policy.needs {
            Needs::Nothing => true,
            Needs::Sync => !self.kind.is_async(),
            Needs::Async => self.kind.is_async(),
            Needs::Timeout => self.kind.is_async() && self.carrier.from_timeout,
            Needs::Open => self.carrier.from_open,
            Needs::Error(ErrorIs::Fault) => self.carrier.error == ErrorIs::Fault,
            Needs::Error(_) => self.carrier.error != ErrorIs::Other,
            Needs::Limit => self.place == Place::WithConstant,
        };
        let is_shown = !policy.text.contains("$shown") || self.arguments.iter().any(Given::is_shown);
        // A closure that returns a failure needs a type that can be written.
        let is_written =
            !policy.text.contains("$FAIL") || !(self.carrier.is_opaque() || self.carrier.coerces());
        // An `impl` block, and a function that is refused, keep the body's own type.
        let has_own_type =
            policy.ty.is_empty() || (self.carrier.items.is_empty() && self.kind != Kind::WithoutTail);
        has_needed && is_shown && is_written && has_own_type
    }

    /// Takes back a promise of `Send` that the parts do not keep.
    fn keep_promise(&mut self) {
        if !self.is_sendable() {
            self.kind = match self.kind {
                Kind::ImplFutureSend => Kind::ImplFuture,
                Kind::BoxedSend => Kind::Boxed,
                kind => kind,
            };
        }
    }

    /// Whether its future is `Send`.
    pub(crate) fn is_sendable(&self) -> bool {
        self.kind != Kind::Boxed
            && self.receiver.is_send
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
        if self.carrier.ty.starts_with("$Option") && self.success.ty.starts_with("$Result") {
            refusals.push(Refusal::OptionOfResult);
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
            format!("shadowed {}", self.is_shadowed),
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

/// A macro that takes a function apart has no place for attributes of arguments.
fn fits_parts(place: Place, _marker: &Marker) -> bool {
    place != Place::MacroParts
}

/// A returned future can borrow only what has a lifetime of the function's own.
fn kind_fits(kind: Kind, place: Place) -> bool {
    match place {
        Place::WithLifetime | Place::WithParameter => !kind.returns_future(),
        // A method's own type is unknown there.
        Place::Provided => !kind.promises_send(),
        _ => true,
    }
}
