//! The error in a return type, as far as its spelling shows it.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::Type;

use super::types::{has_only_names, type_arguments, unwrapped};

/// Returns whether the error of this return type may be a box that borrows, such as `Box<dyn Error + 'a>`. Method
/// lookup ignores lifetimes, so the expansion has to distinguish such types.
pub(crate) fn may_borrow(ret: &Type) -> bool {
    mentions_lifetime(error_of(ret).unwrap_or(ret))
}

/// Returns the second type of `Result<T, E>`. An alias may have its error anywhere.
fn error_of(ret: &Type) -> Option<&Type> {
    let Type::Path(path) = unwrapped(ret) else { return None };
    path.path.segments.last().filter(|last| last.ident == "Result")?;
    type_arguments(&path.path).nth(1)
}

/// Returns whether a type contains a lifetime other than `'static`.
pub(crate) fn mentions_lifetime(ty: &Type) -> bool {
    fn search(tokens: TokenStream) -> bool {
        let mut after_tick = false;
        tokens.into_iter().any(|token| {
            let is_lifetime = match &token {
                TokenTree::Ident(name) => after_tick && name != "static",
                TokenTree::Group(group) => search(group.stream()),
                _ => false,
            };
            after_tick = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '\'');
            is_lifetime
        })
    }
    !has_only_names(ty) && search(ty.to_token_stream())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_may_borrow_where_a_lifetime_stands_in_the_error() {
        for (ret, expected) in [
            ("Result<u32, Box<dyn Error + 'a>>", true),
            ("Result<u32, Box<dyn Error + '_>>", true),
            ("std::result::Result<(), Box<dyn Error + Send + 'a>>", true),
            ("Outcome<'a, u32>", true),
            ("Result<'a, u32>", true),
            ("Result<u32, [Box<dyn Error + 'a>; 2]>", true),
            ("(Result<u32, Box<dyn Error + 'a>>)", true),
            ("Result<&'a str, Box<dyn Error>>", false),
            ("(Result<&'a str, Box<dyn Error>>)", false),
            ("Result<u32, [Box<dyn Error>; 2]>", false),
            ("Result<&'a str, Box<dyn Error + 'static>>", false),
            ("io::Result<u32>", false),
            ("Option<u32>", false),
        ] {
            let ret: Type = syn::parse_str(ret).unwrap();
            assert_eq!(may_borrow(&ret), expected, "{}", ret.to_token_stream());
        }
    }
}
