//! The entry point of `#[retry]`: attribute and item → expansion. After a mistake it returns the errors and an item
//! that causes no others.

use proc_macro2::TokenStream;
use syn::Attribute;

use crate::diagnostics::Diagnostics;
use crate::expand::{Deferred, expand_function, expand_impl};
use crate::function::Item;
use crate::model::{Enclosing, check_arguments};
use crate::name::Name;
use crate::parse::RawArgs;

pub(crate) fn retry(arguments: TokenStream, item: TokenStream, name: &Name) -> TokenStream {
    let mut errors = Diagnostics::new();
    let deferred = Deferred::parse(arguments.clone());
    let args =
        if deferred.is_some() { RawArgs::default() } else { RawArgs::parse(arguments.clone(), &mut errors) };
    let tokens = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Function(mut function)) => {
            if let Some(block) = deferred {
                block.expand(None, *function, &mut errors)
            } else if let Some(block) = Deferred::take(&mut function.attrs) {
                refuse_second(&mut function.attrs, name, &mut errors);
                block.expand(Some(args), *function, &mut errors)
            } else {
                check_arguments(&args, &mut errors);
                refuse_second(&mut function.attrs, name, &mut errors);
                expand_function(&args, *function, &Enclosing::default(), &mut errors)
            }
        }
        Ok(Item::Impl(mut block)) => {
            check_arguments(&args, &mut errors);
            refuse_second(&mut block.attrs, name, &mut errors);
            expand_impl(&args, arguments, block, name, &mut errors)
        }
        Err(mistake) => {
            errors.add(mistake);
            item
        }
    };
    let mut expansion = errors.finish();
    expansion.extend([tokens]);
    expansion
}

/// Reports and removes a second attribute on the same item, which would retry the retries.
fn refuse_second(attrs: &mut Vec<Attribute>, name: &Name, errors: &mut Diagnostics) {
    attrs.retain(|attr| {
        if name.is_ours(attr) {
            errors.report(attr.path(), "`#[retry]` is given twice; keep one of the two");
        }
        !name.is_ours(attr)
    });
}
