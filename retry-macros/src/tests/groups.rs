//! Types in parentheses, and in the invisible groups of macros by example.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::quote;

use crate::name::Name;

/// A type as a macro by example passes it on: in groups without delimiters, which the types inside it have too. With
/// parentheses as the delimiter, a type that is written in them.
fn grouped(ty: &TokenStream, delimiter: Delimiter) -> TokenStream {
    let word = |token: TokenTree| match token {
        TokenTree::Ident(name) if name == "u8" => in_group(quote!(#name), delimiter),
        TokenTree::Group(group) => Group::new(group.delimiter(), grouped_inside(&group, delimiter)).into(),
        token => token,
    };
    in_group(ty.clone().into_iter().map(word).collect(), delimiter).into()
}

fn grouped_inside(group: &Group, delimiter: Delimiter) -> TokenStream {
    let word = |token: TokenTree| match token {
        TokenTree::Ident(name) if name == "u8" => in_group(quote!(#name), delimiter),
        token => token,
    };
    group.stream().into_iter().map(word).collect()
}

fn in_group(tokens: TokenStream, delimiter: Delimiter) -> TokenTree {
    Group::new(delimiter, tokens).into()
}

/// Returns the expansions of a function, alone and in an `impl` block.
fn function(arguments: &str, argument: &TokenStream, ret: &TokenStream, body: &str) -> [String; 2] {
    let body: TokenStream = body.parse().unwrap();
    let item = quote!(fn f<'a, F: FnMut()>(mut a: #argument, mut b: &'a mut u8) -> #ret { #body });
    let item = [item.clone(), quote!(impl S { #item })];
    item.map(|item| {
        let tokens = crate::retry::retry(arguments.parse().unwrap(), item, &Name::default());
        tokens.to_string().replace(' ', "")
    })
}

/// Checks that types in groups lead to the expansions of the types without them. `bare` removes the groups from a text.
fn check_groups(delimiter: Delimiter, bare: impl Fn(String) -> String) {
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
        ("Option<Result<impl Sized, E>>", plain),
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
            for arguments in [
                "",
                "clone(a)",
                "hedge_ms = 1",
                "error = E",
                "error = E, fallback = |e| a.f(e), on_retry = |_| a.f()",
            ] {
                let (ret, argument) = (ret.parse().unwrap(), argument.parse().unwrap());
                let written = function(arguments, &argument, &ret, body).map(&bare);
                let (argument, ret) = (grouped(&argument, delimiter), grouped(&ret, delimiter));
                let in_groups = function(arguments, &argument, &ret, body).map(&bare);
                assert_eq!(in_groups, written, "{arguments}, {argument}, {ret}");
            }
        }
    }
}

#[test]
fn a_type_in_an_invisible_group_is_the_type() {
    check_groups(Delimiter::None, |text| text);
}

#[test]
fn a_type_in_parentheses_is_the_type() {
    check_groups(Delimiter::Parenthesis, |text| text.replace(['(', ')'], ""));
}

#[test]
fn a_pointer_to_a_type_in_an_invisible_group_is_one_to_the_type() {
    for (pointer, referent) in
        [("Pin", quote!(&'a mut S)), ("Pin", quote!(&'a S)), ("Box", quote!(dyn FnMut()))]
    {
        let pointer = Ident::new(pointer, Span::call_site());
        let group = in_group(referent.clone(), Delimiter::None);
        for arguments in ["", "clone(a)"] {
            let [written, in_group] = [quote!(#pointer<#referent>), quote!(#pointer<#group>)]
                .map(|argument| function(arguments, &argument, &quote!(Option<u32>), "get(a)"));
            assert_eq!(in_group, written, "{arguments}, {pointer}<{referent}>");
        }
    }
}

#[test]
fn a_type_or_pattern_for_errors_in_an_invisible_group_is_one() {
    let expand = |on: TokenStream| {
        let item = quote!(
            fn f() -> Result<u32, E> {
                get()
            }
        );
        crate::retry::retry(quote!(on = #on), item, &Name::default()).to_string().replace(' ', "")
    };
    let selectors = [
        quote!(Failed),
        quote!(io::Error),
        quote!(Failed::Busy),
        quote!(Owner::Failed),
        quote!(Failed::Busy(_)),
    ];
    for selector in selectors {
        let group = in_group(selector.clone(), Delimiter::None);
        assert_eq!(expand(quote!(#group)), expand(selector.clone()), "{selector}");
        assert_eq!(expand(quote!([#group, E])), expand(quote!([#selector, E])), "{selector}");
    }
    let group = in_group(quote!(Owner::Kind), Delimiter::None);
    assert_eq!(expand(quote!(Failed<#group>)), expand(quote!(Failed<Owner::Kind>)));
}
