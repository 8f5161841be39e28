//! `#[retry]`: from the attribute and the item to the expansion, or to the errors and the item as it was.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::args::RawArgs;
use crate::diagnostics::Diagnostics;
use crate::expand::expand;
use crate::impl_block;
use crate::item::{AnnotatedFn, Item};
use crate::model::Retry;
use crate::shape::Shape;
use crate::validate;

pub(crate) fn retry(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Diagnostics::new();
    let args = RawArgs::parse(arguments, &mut errors);
    validate::arguments(&args, &mut errors);
    let tokens = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Function(function)) => self::function(&args, *function, &mut errors),
        Ok(Item::Impl(block)) => impl_block::expand(&args, block, &mut errors),
        Err(mistake) => {
            errors.take(mistake);
            item
        }
    };
    let errors = errors.finish();
    quote!(#errors #tokens)
}

/// The retried function; after a mistake the function as it was, so that its callers do not break too.
fn function(args: &RawArgs, mut function: AnnotatedFn, errors: &mut Diagnostics) -> TokenStream {
    let Some(shape) = errors.ok(Shape::of(&function)) else { return function.into_token_stream() };
    match Retry::new(args, &mut function.sig, shape, &[], errors) {
        Some(retry) => expand(&function, &retry),
        None => function.into_token_stream(),
    }
}
