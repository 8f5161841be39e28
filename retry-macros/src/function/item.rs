//! Parses the item under the attribute: a function, whose body stays tokens, or an `impl` block of functions.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream};
use syn::token::Brace;
use syn::{Attribute, Signature, Token, Visibility, braced};

use super::contents::Contents;
use crate::diagnostics::bail;

/// A function whose body is not parsed. The compiler reports mistakes in incomplete code, and an editor completes it.
#[derive(Clone)]
pub(crate) struct AnnotatedFn {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    defaultness: Option<Token![default]>,
    pub(crate) sig: Signature,
    /// The inner attributes of the body.
    pub(crate) inner_attrs: Vec<Attribute>,
    /// The content of the braces; `None` for a function that ends with `;`.
    pub(crate) body: Option<Body>,
    semicolon: Option<Token![;]>,
}

/// The body, also in the invisible group that `macro_rules` adds.
#[derive(Clone)]
pub(crate) struct Body {
    pub(crate) braces: Brace,
    pub(crate) tokens: TokenStream,
    pub(super) contents: Contents,
}

impl Parse for AnnotatedFn {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let defaultness = input.parse()?;
        let sig = input.parse()?;
        let semicolon = input.parse()?;
        if Option::is_some(&semicolon) {
            let inner_attrs = Vec::new();
            return Ok(AnnotatedFn { attrs, vis, defaultness, sig, inner_attrs, body: None, semicolon });
        }
        let content;
        let braces = braced!(content in input);
        let inner_attrs = content.call(Attribute::parse_inner)?;
        let contents = Contents::at(content.cursor());
        let body = Some(Body { braces, tokens: content.parse()?, contents });
        Ok(AnnotatedFn { attrs, vis, defaultness, sig, inner_attrs, body, semicolon })
    }
}

impl AnnotatedFn {
    /// Returns the function with another body.
    pub(crate) fn with_body(&self, statements: &TokenStream) -> TokenStream {
        let AnnotatedFn { attrs, vis, defaultness, sig, inner_attrs, body, semicolon } = self;
        let head = quote!(#(#attrs)* #vis #defaultness #sig);
        let Some(body) = body else { return quote!(#head #semicolon) };
        let mut function = head;
        body.braces.surround(&mut function, |inside| {
            for attr in inner_attrs {
                attr.to_tokens(inside);
            }
            statements.to_tokens(inside);
        });
        function
    }
}

impl ToTokens for AnnotatedFn {
    /// Writes the function without the attribute.
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let body = self.body.as_ref().map(|body| body.tokens.clone());
        tokens.extend([self.with_body(&body.unwrap_or_default())]);
    }
}

/// An `impl` block, with its head as tokens and its items one by one.
#[derive(Clone)]
pub(crate) struct ImplBlock {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) keyword: Token![impl],
    /// The tokens between the attributes and the braces.
    pub(crate) head: TokenStream,
    /// The names of the block's own type and const parameters.
    pub(crate) generics: Vec<Ident>,
    pub(crate) braces: Brace,
    pub(crate) inner_attrs: Vec<Attribute>,
    pub(crate) items: Vec<ImplItem>,
}

#[derive(Clone)]
pub(crate) enum ImplItem {
    Method(Box<AnnotatedFn>),
    Other(TokenStream),
}

impl Parse for ImplBlock {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let start = input.fork();
        start.parse::<Option<Token![default]>>()?;
        start.parse::<Option<Token![unsafe]>>()?;
        let keyword = start.parse::<Token![impl]>()?;
        let generics: syn::Generics = start.parse()?;
        let mut head = TokenStream::new();
        while !input.peek(syn::token::Brace) {
            input.parse::<TokenTree>()?.to_tokens(&mut head);
        }
        let content;
        let braces = braced!(content in input);
        let inner_attrs = content.call(Attribute::parse_inner)?;
        let mut items = Vec::new();
        while !content.is_empty() {
            items.push(content.parse()?);
        }
        Ok(ImplBlock { attrs, keyword, head, generics: parameters(&generics), braces, inner_attrs, items })
    }
}

impl Parse for ImplItem {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        // A method is the most frequent item, and is parsed once.
        let method = input.fork();
        if let Ok(parsed) = method.parse() {
            input.advance_to(&method);
            return Ok(ImplItem::Method(parsed));
        }
        let start = input.fork();
        start.call(Attribute::parse_outer)?;
        start.parse::<Visibility>()?;
        start.parse::<Option<Token![default]>>()?;
        if start.parse::<Signature>().is_ok() {
            return Ok(ImplItem::Method(input.parse()?));
        }
        // A macro call may end with braces. Any other item goes on after them, and is then several of these.
        let mut tokens = TokenStream::new();
        loop {
            let token: TokenTree = input.parse()?;
            let is_end = match &token {
                TokenTree::Punct(punct) => punct.as_char() == ';',
                TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                _ => false,
            };
            token.to_tokens(&mut tokens);
            if is_end {
                return Ok(ImplItem::Other(tokens));
            }
        }
    }
}

/// Returns the names of type and const parameters.
pub(crate) fn parameters(generics: &syn::Generics) -> Vec<Ident> {
    let types = generics.type_params().map(|parameter| parameter.ident.clone());
    types.chain(generics.const_params().map(|parameter| parameter.ident.clone())).collect()
}

/// The items that the attribute accepts.
pub(crate) enum Item {
    Function(Box<AnnotatedFn>),
    Impl(ImplBlock),
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        // A function is the most frequent item, and is parsed once.
        let function = input.fork();
        if let Ok(parsed) = function.parse() {
            input.advance_to(&function);
            return Ok(Item::Function(parsed));
        }
        let start = input.fork();
        start.call(Attribute::parse_outer)?;
        start.parse::<Visibility>()?;
        let keyword = start.fork();
        start.parse::<Option<Token![default]>>()?;
        start.parse::<Option<Token![unsafe]>>()?;
        if start.peek(Token![impl]) {
            return Ok(Item::Impl(input.parse()?));
        }
        if keyword.fork().parse::<Signature>().is_ok() {
            return Ok(Item::Function(input.parse()?));
        }
        let found = keyword.call(Ident::parse_any)?;
        refuse(&found, &start)?;
        // It resembles a function, whose parser has the best error message.
        input.parse().map(Item::Function)
    }
}

/// Refuses an item that is certainly no function.
fn refuse(found: &Ident, after_unsafe: ParseStream<'_>) -> syn::Result<()> {
    let place = "put it on a function or an `impl` block";
    if found == "trait" || (found == "unsafe" && after_unsafe.peek(Token![trait])) {
        bail!(found, "`#[retry]` cannot stand on a trait; put it on the provided methods, or on an `impl`")
    }
    if after_unsafe.peek(Token![fn]) {
        return Ok(());
    }
    let is = |words: &[&str]| words.iter().any(|word| found == word);
    if is(&["enum", "extern"]) {
        bail!(found, "`#[retry]` cannot stand on an `{found}`; {place}")
    }
    if is(&["struct", "union", "mod", "use", "type", "const", "static"]) {
        bail!(found, "`#[retry]` cannot stand on a `{found}`; {place}")
    }
    if after_unsafe.peek2(Token![!]) {
        bail!(found, "`#[retry]` cannot stand on a macro call; {place}")
    }
    Ok(())
}
