//! The rules between the values of a policy, each reported under the value that is most likely wrong.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::Expr;

use super::policy::Builder;

impl Builder<'_> {
    /// Returns the rules between constant values. A value that is known only at run time breaks none, and neither does a
    /// policy of the caller's own: the ceiling takes precedence.
    pub(super) fn rules(&self, timeout: Option<&TokenStream>, within: Option<&Ident>) -> TokenStream {
        let mut rules = TokenStream::new();
        if self.policy.args.policy().is_none() {
            self.rules_between_delays(&mut rules);
        }
        if let (Some(given), Some(within)) = (self.policy.args.within.value(), within) {
            let (private, policy) = (self.private, self.name("POLICY"));
            let timeout = timeout.cloned().unwrap_or_else(|| quote!(#private::Duration::ZERO));
            let check = quote!(within(&#policy, #timeout, #within));
            rules.extend([self.required(&given.written, &check)]);
        }
        rules
    }

    fn rules_between_delays(&self, rules: &mut TokenStream) {
        let (policy, args) = (self.name("POLICY"), self.policy.args);
        let has_preset = args.start.is_set();
        let (has_base, has_max_delay) = (args.base.is_set(), args.max_delay.is_set());
        let mut rule = |place: &Expr, check: &str| {
            let (module, check) = (&self.checks, Ident::new(check, Span::mixed_site()));
            let arguments = quote!(#has_preset, (#has_base, #has_max_delay), #module::#check(&#policy));
            rules.extend([self.placed(place, "require_over", arguments)]);
        };
        let [late_base, late_max_delay, late_deadline] =
            [&args.base, &args.max_delay, &args.deadline].map(|slot| self.is_late(slot));
        let late_jitter = args
            .jitter
            .get()
            .is_some_and(|given| self.policy.is_known_late(given.value.expression(), given.origin));
        let (base, max_delay) = (args.base.value(), args.max_delay.value());
        if let Some(time) = max_delay.or(base).filter(|_| !late_base && !late_max_delay) {
            rule(&time.written, "base_below_ceiling");
        }
        let width = max_delay.map(|time| &time.written).or(args.jitter.value().map(|jitter| &jitter.written));
        if let Some(place) = width.filter(|_| !late_max_delay && !late_jitter) {
            rule(place, "width_below_ceiling");
        }
        if let Some(deadline) = args.deadline.value().filter(|_| !late_base && !late_deadline) {
            let first = args.delays.value().map(|delays| &delays.written);
            let place = base.map(|time| &time.written).or(first).unwrap_or(&deadline.written);
            rule(place, "base_below_deadline");
        }
    }
}
