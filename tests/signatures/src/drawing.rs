//! Draws functions: which parts go together, so that what is drawn compiles without the attribute.

use crate::draw::Draw;
use crate::function::{Function, Given, Look};
use crate::grammar::argument::{ARGUMENTS, Argument, MARKERS, Marker};
use crate::grammar::attributes::{ATTRIBUTES, Attribute};
use crate::grammar::body::{STATEMENTS, Statement, TAILS, Tail};
use crate::grammar::names::{FUNCTIONS, LIKE_OURS, POOLS};
use crate::grammar::place::{
    KINDS, Kind, LOWER_CASE, NO_RECEIVER, PLACES, Place, QUALIFIERS, RECEIVERS, Receiver, VISIBILITIES,
};
use crate::grammar::policy::{Needs, POLICIES, Policy};
use crate::grammar::returns::{CARRIERS, Carrier, ErrorIs, InBlock, SUCCESSES, Success};
use crate::grammar::{Edition, Flavour};

/// What is drawn first, and what everything else has to go with.
#[derive(Clone, Copy)]
struct Frame {
    edition: Edition,
    flavour: &'static Flavour,
    place: Place,
    kind: Kind,
    receiver: &'static Receiver,
    /// Whether nothing in the function lets the macro refuse it: what is refused shows little else.
    is_sound: bool,
    is_shadowed: bool,
}

impl Function {
    /// Draws a function that should compile without the attribute.
    pub(crate) fn draw(id: String, edition: Edition, flavour: &'static Flavour, draw: &mut Draw) -> Function {
        let name = *draw.one(FUNCTIONS);
        let mut names = Names { used: vec![name] };
        let frame = Frame::draw(edition, flavour, draw);
        let items = frame.items(&mut names, draw);
        let carrier = draw.fitting(CARRIERS, |carrier| frame.fits_carrier(carrier));
        let success = draw.fitting(SUCCESSES, |success| frame.fits_success(success, carrier));
        let tail = draw.fitting(TAILS, |tail| frame.fits_tail(tail, carrier, success));
        let arguments = frame.arguments(success, &mut names, draw);
        let statements = frame.statements(tail, draw);
        let qualifiers = *draw.fitting(QUALIFIERS, |words| frame.fits_qualifiers(words));
        let qualifiers = if draw.chance(70) { "" } else { qualifiers };
        let lowers_lints = qualifiers.contains("extern")
            || frame.is_shadowed
            || statements.iter().any(|statement| statement.allows)
            || arguments.iter().filter_map(|given| given.marker).any(|marker| marker.allows);
        let attributes = frame.attributes(qualifiers, lowers_lints, draw);
        let visibility = *draw.fitting(VISIBILITIES, |words| frame.fits_visibility(words));
        let mut function = Function {
            id,
            edition,
            flavour,
            place: frame.place,
            kind: frame.kind,
            receiver: frame.receiver,
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
            locals: [""; 6].map(|_| names.next(draw)),
            look: Look {
                is_named: draw.chance(30),
                has_where: draw.chance(30),
                is_shadowed: frame.is_shadowed,
                suspends: draw.chance(50),
                is_imported: draw.chance(60),
                is_first: draw.chance(70),
            },
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

    fn satisfies(&self, policy: &Policy) -> bool {
        let has_needed = match policy.needs {
            Needs::Nothing => true,
            Needs::Sync => !self.kind.is_async(),
            Needs::Async => self.kind.is_async(),
            Needs::Timeout => self.kind.is_async() && self.carrier.from_timeout,
            Needs::Refusal => self.carrier.from_refusal,
            Needs::Copies => self.kind.is_async() && self.is_shared(),
            Needs::Error(ErrorIs::Fault) => self.carrier.error == ErrorIs::Fault,
            Needs::Error(_) => self.carrier.error != ErrorIs::Other,
            Needs::Constant => self.place == Place::WithConstant,
        };
        let is_shown = !policy.text.contains("$shown") || self.arguments.iter().any(Given::is_shown);
        // A closure that returns a failure needs a type that can be written, and no conversion.
        let is_plain = !(self.carrier.is_opaque() || self.carrier.coerces() || self.carrier.converts());
        let fails_plainly = is_plain || !policy.text.contains("$FAIL");
        // An alias, and a function that is refused, keep the body's own type.
        let has_own_type =
            policy.ty.is_empty() || (self.carrier.items.is_empty() && self.kind != Kind::WithoutTail);
        // To a macro of the user's, names in the attribute are others than those in the body.
        let names = ["$shown", "$attempt", "$handle", "$FAIL"];
        let is_named =
            self.place != Place::MacroParts || !names.iter().any(|name| policy.text.contains(name));
        has_needed && is_shown && fails_plainly && has_own_type && is_named
    }

    /// Whether nothing in it is borrowed exclusively.
    fn is_shared(&self) -> bool {
        let is_exclusive =
            |text: &str| ["'e mut", "'a mut", "&mut", "FnMut"].iter().any(|word| text.contains(word));
        let mut texts = self.arguments.iter().flat_map(|given| [given.argument.ty, given.argument.parameter]);
        !is_exclusive(self.receiver.text) && !self.receiver.clones && !texts.any(is_exclusive)
    }

    /// Takes back a promise of `Send` that the parts do not keep.
    fn keep_promise(&mut self) {
        if !self.has_sendable_parts() {
            self.kind = match self.kind {
                Kind::ImplFutureSend => Kind::ImplFuture,
                Kind::BoxedSend => Kind::Boxed,
                kind => kind,
            };
        }
    }
}

impl Frame {
    fn draw(edition: Edition, flavour: &'static Flavour, draw: &mut Draw) -> Frame {
        let place = *draw.one(PLACES);
        let is_sound = draw.chance(80);
        let kind = *draw.fitting(KINDS, |kind| {
            let fits = match place {
                // A returned future can borrow only what has a lifetime of the function's own.
                Place::WithLifetime | Place::WithParameter => !kind.returns_future(),
                // A method's own type is unknown there.
                Place::Provided => !kind.promises_send(),
                _ => true,
            };
            fits && !(is_sound && *kind == Kind::WithoutTail)
        });
        let receiver = if place.has_self() && draw.chance(85) {
            draw.fitting(RECEIVERS, |receiver| !is_sound || receiver.may_be_refused.is_none())
        } else {
            NO_RECEIVER
        };
        let is_shadowed = !flavour.forbids && !flavour.without_prelude && draw.chance(12);
        Frame { edition, flavour, place, kind, receiver, is_sound, is_shadowed }
    }

    fn items(self, names: &mut Names, draw: &mut Draw) -> Vec<(&'static str, &'static str)> {
        if self.flavour.forbids || !draw.chance(25) {
            return Vec::new();
        }
        (0..=draw.below(2)).map(|_| (*draw.one(LOWER_CASE), names.of(LIKE_OURS, draw))).collect()
    }

    /// Whether the type is one that a trait's `async fn` can return without being called another.
    fn fits_declaration(self, is_opaque: bool, ty: &str) -> bool {
        let is_declared_async = self.kind == Kind::AsyncFn && self.place.implements_trait();
        let has_function = ["fn(", "Fn(", "FnOnce(", "dyn "].iter().any(|word| ty.contains(word));
        !is_declared_async || !(is_opaque || has_function)
    }

    fn fits_carrier(self, carrier: &Carrier) -> bool {
        let has_self = self.place.has_self() || !carrier.only_in_methods;
        let is_seen = !self.is_shadowed || !carrier.shadows;
        let is_retried = !(self.is_sound && self.place.is_block()) || carrier.in_block == InBlock::Retried;
        let keeps_promise = !carrier.is_opaque() || !self.kind.promises_send();
        let is_its_own = !carrier.coerces() || !self.kind.returns_future();
        let is_declared = self.fits_declaration(carrier.is_opaque(), carrier.ty);
        has_self && is_seen && is_retried && keeps_promise && is_its_own && is_declared
    }

    fn fits_success(self, success: &Success, carrier: &Carrier) -> bool {
        let has_lender = !success.from_self || self.receiver.lends;
        let is_exclusive = self.is_exclusive(success);
        let is_sound = !(self.is_sound && (is_exclusive || success.is_fallible()));
        let fits_kind = !success.only_in_sync || self.kind == Kind::Sync;
        let is_its_own = !success.coerces() || !self.kind.returns_future();
        let is_lent_once = carrier.brings.is_none() && (success.from_self || !self.receiver.borrows());
        let is_declared = self.fits_declaration(success.is_opaque(), success.ty);
        has_lender && is_sound && fits_kind && is_its_own && (is_lent_once || !is_exclusive) && is_declared
    }

    /// Whether the result borrows what is borrowed exclusively. Nothing else has its lifetime then: of two arguments, the
    /// macro cannot tell from which the result borrows, and leaves it to the compiler.
    fn is_exclusive(self, success: &Success) -> bool {
        success.is_exclusive || (success.from_self && self.receiver.is_exclusive)
    }

    fn fits_tail(self, tail: &Tail, carrier: &Carrier, success: &Success) -> bool {
        let fits_kind = self.kind.is_async() || !tail.only_in_async;
        let can_ask = !carrier.question.is_empty() || !tail.text.contains("$question");
        let holds_outcome = tail.text.contains("let $l = $success");
        let is_typed = !holds_outcome || !(success.needs_expectation() || carrier.coerces());
        tail.since <= self.edition && fits_kind && can_ask && is_typed
    }

    fn arguments(self, success: &Success, names: &mut Names, draw: &mut Draw) -> Vec<Given> {
        let mut arguments: Vec<Given> = Vec::new();
        for _ in 0..draw.below(4) {
            let argument = draw.fitting(ARGUMENTS, |argument| {
                let is_new = arguments.iter().all(|given| !std::ptr::eq(given.argument, argument));
                is_new && self.fits_argument(argument, success)
            });
            let marker =
                draw.chance(20).then(|| draw.fitting(MARKERS, |marker| self.fits_marker(marker, argument)));
            // A macro that takes a function apart has no place for attributes of arguments.
            let marker = marker.filter(|_| self.place != Place::MacroParts);
            arguments.push(Given { argument, marker, names: [names.next(draw), names.next(draw)] });
        }
        arguments
    }

    fn fits_argument(self, argument: &Argument, success: &Success) -> bool {
        let is_certain = !self.is_exclusive(success) || !argument.borrows();
        let is_owned = !argument.is_by_reference || !self.kind.returns_future();
        is_certain && is_owned && !(self.is_sound && argument.may_be_refused.is_some())
    }

    fn fits_marker(self, marker: &Marker, argument: &Argument) -> bool {
        let is_allowed = !marker.allows || !self.flavour.forbids;
        let has_mut = !marker.unchanged || argument.is_mutable();
        let is_plain = !argument.pattern.contains("mut ") && !argument.pattern.starts_with('_');
        let is_needed = !argument.parameter.is_empty() || argument.ty.contains("impl ");
        is_allowed && has_mut && (!marker.unused || is_plain) && !(marker.removes && is_needed)
    }

    fn statements(self, tail: &Tail, draw: &mut Draw) -> Vec<&'static Statement> {
        let mut statements: Vec<&'static Statement> = Vec::new();
        for _ in 0..draw.below(4) {
            let statement = draw.fitting(STATEMENTS, |statement| {
                let mut others = statements.iter().map(|other| other.text).chain([tail.text]);
                let is_new = others.all(|other| {
                    other != statement.text && !(other.contains("$l") && statement.text.contains("$l"))
                });
                // It stands at the very beginning of a body, and not in a block that a macro was handed.
                let is_first =
                    statements.is_empty() && !self.kind.returns_future() && self.place != Place::MacroParts;
                is_new && (is_first || !statement.is_inner_attribute) && self.fits_statement(statement)
            });
            statements.push(statement);
        }
        statements
    }

    fn fits_statement(self, statement: &Statement) -> bool {
        let fits_edition = statement.since <= self.edition && self.edition <= statement.until;
        let fits_kind = self.kind.is_async() || !statement.only_in_async;
        let is_allowed = !statement.allows || !self.flavour.forbids;
        let is_safe = !statement.is_unsafe || !self.flavour.forbids_unsafe;
        fits_edition && fits_kind && is_allowed && is_safe
    }

    fn fits_qualifiers(self, words: &str) -> bool {
        let is_safe = !words.contains("unsafe") || !self.flavour.forbids_unsafe;
        // `extern "C"` takes an `allow` where a type has no layout of C's.
        let is_rust = !words.contains("extern") || !(self.kind == Kind::AsyncFn || self.flavour.forbids);
        is_safe && is_rust
    }

    fn attributes(self, qualifiers: &str, lowers_lints: bool, draw: &mut Draw) -> Vec<&'static Attribute> {
        let mut attributes: Vec<&'static Attribute> = Vec::new();
        for _ in 0..draw.below(3) {
            let attribute = draw.fitting(ATTRIBUTES, |attribute| {
                let is_new = attributes.iter().all(|other| other.group() != attribute.group());
                let can_forbid = !attribute.text.starts_with("#[forbid") || !lowers_lints;
                let is_rust = !attribute.text.contains("track_caller") || !qualifiers.contains("extern");
                is_new && can_forbid && is_rust && self.fits_attribute(attribute)
            });
            attributes.push(attribute);
        }
        attributes
    }

    fn fits_attribute(self, attribute: &Attribute) -> bool {
        let fits_kind = !attribute.only_in_sync || !self.kind.is_async();
        let is_allowed = !attribute.allows || !self.flavour.forbids;
        let fits_place = attribute.fits_traits || !self.place.is_of_trait();
        fits_kind && is_allowed && fits_place && !(self.is_sound && attribute.may_be_refused.is_some())
    }

    fn fits_visibility(self, words: &str) -> bool {
        match self.place {
            Place::InFunction => words.is_empty(),
            place if place.is_of_trait() => words.is_empty(),
            Place::Nested => words.starts_with("pub") && !words.contains("self"),
            _ => true,
        }
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
        let name = if pool.iter().any(free) { *draw.fitting(pool, free) } else { "spare" };
        self.used.push(name);
        name
    }
}
