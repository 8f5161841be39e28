//! Types in the invisible groups of macros by example.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

use crate::name::Name;

/// A type as a macro by example passes it on: in groups without delimiters, which the types inside it have too.
fn grouped(ty: &TokenStream) -> TokenStream {
    let word = |token: TokenTree| match token {
        TokenTree::Ident(name) if name == "u8" => invisible(quote!(#name)),
        TokenTree::Group(group) => Group::new(group.delimiter(), grouped_inside(&group)).into(),
        token => token,
    };
    invisible(ty.clone().into_iter().map(word).collect()).into()
}

fn grouped_inside(group: &Group) -> TokenStream {
    let word = |token: TokenTree| match token {
        TokenTree::Ident(name) if name == "u8" => invisible(quote!(#name)),
        token => token,
    };
    group.stream().into_iter().map(word).collect()
}

fn invisible(tokens: TokenStream) -> TokenTree {
    Group::new(Delimiter::None, tokens).into()
}

#[test]
fn a_type_in_an_invisible_group_is_the_type() {
    let function = |arguments: &str, argument: &TokenStream, ret: &TokenStream, body: &str| {
        let body: TokenStream = body.parse().unwrap();
        let item = quote!(fn f<'a, F: FnMut()>(mut a: #argument, mut b: &'a mut u8) -> #ret { #body });
        let item = [item.clone(), quote!(impl S { #item })];
        let expand = |item| {
            let tokens = crate::retry::retry(arguments.parse().unwrap(), item, &Name::default());
            tokens.to_string().replace(' ', "")
        };
        item.map(expand)
    };
    let plain = "get(a)?";
    let future = "Box::pin(async move { get(a).await? })";
    for (ret, body) in [
        ("Result<u32, E>", plain),
        ("Option<u32>", plain),
        ("Alias", plain),
        ("Result<u32, Failed<'a>>", plain),
        ("Result<&'a mut [u8], E>", plain),
        ("Result<[&'a mut u8; 1], E>", plain),
        ("Result<(u8, impl Sized), E>", plain),
        ("impl Future<Output = Result<u32, E>>", future),
        ("Pin<Box<dyn Future<Output = Result<u32, E>>>>", future),
        ("BoxFuture<'a, Result<u32, E>>", future),
        ("Pin<Box<dyn SendFuture>>", future),
        ("impl SendFuture", future),
        ("u32", plain),
    ] {
        for argument in
            ["u32", "&'a mut u8", "Pin<&'a mut S>", "F", "impl FnMut()", "Box<dyn FnMut()>", "(u8, [u8; 2])"]
        {
            for arguments in
                ["", "clone(a)", "hedge_ms = 1", "error = E, fallback = |e| a.f(e), on_retry = |_| a.f()"]
            {
                let (ret, argument) = (ret.parse().unwrap(), argument.parse().unwrap());
                let written = function(arguments, &argument, &ret, body);
                let in_groups = function(arguments, &grouped(&argument), &grouped(&ret), body);
                assert_eq!(in_groups, written, "{arguments}, {argument}, {ret}");
            }
        }
    }
}
