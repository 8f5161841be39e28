//! The parts that all code of an expansion needs.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Path;

use super::hygiene::{Locals, constant};
use super::policy::PolicyTokens;
use super::underline::Place;
use crate::model::{Evaluated, Retry};

/// Returns the name of the item for the site: the site itself if it is known at compile time, and else its label.
pub(super) fn site_item() -> Ident {
    constant("SITE")
}

pub(super) struct Expansion<'a> {
    pub(super) retry: &'a Retry<'a>,
    pub(super) policy: PolicyTokens,
    pub(super) locals: Locals,
    /// An expression for a reference to the site.
    pub(super) site: TokenStream,
    /// The keyword that ends the loop. Where that ends the function too, it is `return`: after a `break` the compiler
    /// would suggest to move the body out of the loop.
    pub(super) leave: Ident,
}

impl<'a> Expansion<'a> {
    pub(super) fn new(retry: &'a Retry<'a>) -> Self {
        let (policy, locals) = (PolicyTokens::new(retry.policy, &retry.private), Locals::new());
        let constant = site_item();
        let site = match retry.policy.evaluated {
            Evaluated::Const => quote!(&#constant),
            // Only the policy is kept over the attempts.
            Evaluated::InlineConst | Evaluated::Call => {
                let (private, given, env) = (&retry.private, &locals.policy, additions(retry));
                let borrow = (retry.policy.evaluated == Evaluated::Call).then(|| quote!(&));
                quote!(&#private::Site::new(#constant, #borrow #given)#env)
            }
        };
        let keyword = if retry.shape.frame.ends_function() { "return" } else { "break" };
        let leave = Ident::new(keyword, Span::mixed_site());
        Expansion { retry, policy, locals, site, leave }
    }
}

/// Adds to a site the environment that may override the policy, and the levels of its log events.
pub(super) fn additions(retry: &Retry<'_>) -> TokenStream {
    let private = &retry.private;
    let env =
        retry.env.as_ref().map(|prefix| quote!(.with_env(const { &#private::Environment::new(#prefix) })));
    let log = (!retry.log.is_usual()).then(|| {
        let level = retry.log.level.map(|level| {
            let variant = level.variant();
            quote!(.level(#private::LogLevel::#variant))
        });
        let after = retry.log.after.as_ref().map(|after| quote!(.after(#after)));
        quote!(.with_log(#private::LogRules::USUAL #level #after))
    });
    quote!(#env #log)
}

impl Expansion<'_> {
    /// Returns the label, if core makes the site from it: the policy is the default one, and nothing but the decision of
    /// core needs the site. An item for the site would take the compiler longer.
    pub(super) fn only_label(&self) -> Option<&TokenStream> {
        let Retry { operation, env, log, control, error_rules, shape, hedge, .. } = self.retry;
        let is_default = self.policy.policy.is_none()
            && env.is_none()
            && log.is_usual()
            && control.is_empty()
            && hedge.is_none();
        let is_single_step = shape.is_async && !self.retry.needs_plan() && operation.format.is_none();
        let is_decided_by_core = error_rules.is_empty() && (is_single_step || self.retry.runs_in_core());
        (is_default && is_decided_by_core).then_some(&operation.label)
    }

    /// Returns the path of the hidden module at `place`, unless the user has written it. An error at the path is reported
    /// at `place`.
    pub(super) fn private_at(&self, place: Span) -> Path {
        let mut private = self.retry.private.clone();
        if self.retry.is_path_written {
            return private;
        }
        if let Some(separator) = &mut private.leading_colon {
            separator.spans = [place; 2];
        }
        for mut pair in private.segments.pairs_mut() {
            pair.value_mut().ident.set_span(place);
            if let Some(separator) = pair.punct_mut() {
                separator.spans = [place; 2];
            }
        }
        private
    }

    /// Calls a function of the hidden module, reported under the user's code at `place`.
    pub(super) fn call(&self, place: Place, function: &str, arguments: impl ToTokens) -> TokenStream {
        place.call(&self.retry.private, function, arguments)
    }

    /// Returns the operation's name with its placeholders filled, if it has any.
    pub(super) fn filled_name(&self) -> TokenStream {
        match &self.retry.operation.format {
            Some(text) => quote!(::core::option::Option::Some(&::core::format_args!(#text))),
            None => quote!(::core::option::Option::None),
        }
    }
}
