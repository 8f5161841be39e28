//! The marks on the variants of an error.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Data, DeriveInput, Fields, Index, Member, Meta, Path, Token};

use crate::diagnostics::{Diagnostics, bail};
use crate::function::mentions;
use crate::parse::{first_span, source};

/// A variant, or the struct itself, and its mark.
pub(super) struct Case<'a> {
    /// The path: `Self::Variant` or `Self`.
    pub(super) path: TokenStream,
    pub(super) fields: &'a Fields,
    pub(super) classification: Classification,
    /// Whether the struct is packed: its field may not be aligned, so it is copied and not borrowed.
    pub(super) is_packed: bool,
}

#[derive(Clone)]
pub(super) enum Classification {
    /// Not marked.
    Permanent,
    /// `#[retryable]`.
    Retryable,
    /// `#[retryable(after = field)]`.
    After(Member),
    /// `#[retryable(delegate)]`: the wrapped error decides.
    Delegate(Member),
}

/// Reads the marks of all variants.
pub(super) fn cases<'a>(input: &'a DeriveInput, errors: &mut Diagnostics) -> (Option<Path>, Vec<Case<'a>>) {
    let outer = Marks::read(&input.attrs, true, errors);
    let facade = outer.facade.clone();
    match &input.data {
        Data::Struct(data) => {
            refuse_on_fields(&data.fields, errors);
            let classification = outer.classification(&data.fields, errors);
            let is_packed = is_packed(&input.attrs);
            (facade, vec![Case { path: quote!(Self), fields: &data.fields, classification, is_packed }])
        }
        Data::Enum(data) => {
            if let Some(mark) = outer.mark() {
                errors.report(mark, "an enum is marked variant by variant; move the mark to the variants");
            }
            let mut cases = Vec::new();
            for variant in &data.variants {
                refuse_on_fields(&variant.fields, errors);
                let classification =
                    Marks::read(&variant.attrs, false, errors).classification(&variant.fields, errors);
                let name = &variant.ident;
                cases.push(Case {
                    path: quote!(Self::#name),
                    fields: &variant.fields,
                    classification,
                    is_packed: false,
                });
            }
            (facade, cases)
        }
        Data::Union(data) => {
            let message = "a union does not know what it holds; implement `Retryable` by hand";
            errors.report(data.union_token, message);
            (facade, Vec::new())
        }
    }
}

/// Returns whether there is a `#[repr(packed)]` or `#[repr(C, packed(2))]`.
fn is_packed(attrs: &[Attribute]) -> bool {
    let is_packed = |attr: &Attribute| match &attr.meta {
        Meta::List(list) => list.path.is_ident("repr") && mentions(&list.tokens, "packed"),
        _ => false,
    };
    attrs.iter().any(is_packed)
}

fn refuse_on_fields(fields: &Fields, errors: &mut Diagnostics) {
    for attr in fields.iter().flat_map(|field| &field.attrs).filter(|attr| attr.path().is_ident("retryable"))
    {
        let message = "`#[retryable]` marks a variant, not a field; write `#[retryable(after = field)]` above the variant";
        errors.report(attr.path(), message);
    }
}

/// The marks of one variant.
#[derive(Default)]
struct Marks {
    /// `#[retryable]` alone.
    bare: Option<Path>,
    after: Option<(Ident, TokenStream)>,
    delegate: Option<Ident>,
    facade: Option<Path>,
}

impl Marks {
    fn read(attrs: &[Attribute], is_container: bool, errors: &mut Diagnostics) -> Marks {
        let mut marks = Marks::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("retryable")) {
            let mut more = Marks::default();
            errors.ok(more.attribute(attr, is_container));
            let repeats = marks.mark().is_some() && more.mark().is_some();
            if repeats || (marks.facade.is_some() && more.facade.is_some()) {
                errors.report(attr.path(), "`#[retryable]` is given twice; keep one of the two");
                continue;
            }
            marks = Marks {
                bare: marks.bare.or(more.bare),
                after: marks.after.or(more.after),
                delegate: marks.delegate.or(more.delegate),
                facade: marks.facade.or(more.facade),
            };
        }
        marks
    }

    fn attribute(&mut self, attr: &Attribute, is_container: bool) -> syn::Result<()> {
        match &attr.meta {
            Meta::Path(path) => {
                self.bare = Some(path.clone());
                Ok(())
            }
            Meta::List(list) => attr.parse_args_with(|input: ParseStream<'_>| {
                if input.is_empty() {
                    bail!(list.path, "the parentheses are empty; write `#[retryable]`")
                }
                self.arguments(input, is_container)
            }),
            Meta::NameValue(pair) if source(&pair.value) == "true" => {
                bail!(pair.value, "`true` is no mark; write `#[retryable]`")
            }
            Meta::NameValue(pair) if source(&pair.value) == "false" => {
                bail!(pair.value, "`false` is no mark; remove the mark, an unmarked variant is permanent")
            }
            Meta::NameValue(pair) => bail!(
                pair.value,
                "`{}` is no mark; write `#[retryable]`, `#[retryable(after = field)]` or `#[retryable(delegate)]`",
                source(&pair.value)
            ),
        }
    }

    fn arguments(&mut self, input: ParseStream<'_>, is_container: bool) -> syn::Result<()> {
        while !input.is_empty() {
            if !input.peek(Ident::peek_any) {
                let found: TokenTree = input.parse()?;
                bail!(found, "`{found}` is no mark; write `after = field` or `delegate`")
            }
            let key = Ident::parse_any(input)?;
            match key.to_string().as_str() {
                "after" => self.after(input, key)?,
                "delegate" if self.delegate.is_none() => self.delegate = Some(key),
                "crate" if self.facade.is_some() => bail!(key, "`crate` is given twice; keep one of the two"),
                "crate" if is_container => {
                    input.parse::<Token![=]>()?;
                    self.facade = Some(input.call(Path::parse_mod_style)?);
                }
                "delegate" => bail!(key, "`delegate` is given twice; keep one of the two"),
                "true" => bail!(key, "`true` is no mark; write `#[retryable]`"),
                "false" => {
                    bail!(key, "`false` is no mark; remove the mark, an unmarked variant is permanent")
                }
                "retry_after" | "hint" | "delay" | "wait" => {
                    bail!(key, "`{key}` is no mark; write `after = field`")
                }
                "transparent" | "source" | "inner" => bail!(key, "`{key}` is no mark; write `delegate`"),
                _ => bail!(key, "`{key}` is no mark; write `after = field` or `delegate`"),
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    }

    fn after(&mut self, input: ParseStream<'_>, key: Ident) -> syn::Result<()> {
        if self.after.is_some() {
            bail!(key, "`after` is given twice; keep one of the two")
        }
        if input.parse::<Option<Token![=]>>()?.is_none() || input.is_empty() {
            bail!(key, "`after` names the field with the wait; write `after = field`")
        }
        let field: TokenTree = input.parse()?;
        self.after = Some((key, field.into_token_stream()));
        Ok(())
    }

    /// Returns a mark that classifies a variant.
    fn mark(&self) -> Option<TokenStream> {
        let after = self.after.as_ref().map(|(key, _)| key.to_token_stream());
        let delegate = self.delegate.as_ref().map(ToTokens::to_token_stream);
        self.bare.as_ref().map(ToTokens::to_token_stream).or(after).or(delegate)
    }

    /// Classifies a variant with these fields.
    fn classification(&self, fields: &Fields, errors: &mut Diagnostics) -> Classification {
        match (&self.after, &self.delegate) {
            (Some((key, _)), Some(_)) => {
                errors.report(
                    key,
                    "`after` contradicts `delegate`, which asks the wrapped error; keep one of the two",
                );
                Classification::Permanent
            }
            (Some((_, field)), None) => match errors.ok(find(fields, field)) {
                Some(member) => Classification::After(member),
                None => Classification::Permanent,
            },
            (None, Some(key)) => {
                let mut members = fields.members();
                match (members.next(), members.next()) {
                    (Some(only), None) => Classification::Delegate(only),
                    _ => {
                        let count = fields.len();
                        let message = format!(
                            "`delegate` asks the one error that is wrapped, and there are {count} fields; implement `Retryable` by hand"
                        );
                        errors.report(key, message);
                        Classification::Permanent
                    }
                }
            }
            (None, None) if self.bare.is_some() => Classification::Retryable,
            (None, None) => Classification::Permanent,
        }
    }
}

/// Returns the field of that name or number.
fn find(fields: &Fields, written: &TokenStream) -> syn::Result<Member> {
    let text = written.to_string();
    let text = text.trim_start_matches("r#");
    let name = |member: &Member| match member {
        Member::Named(name) => name.unraw().to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    };
    if let Some(member) = fields.members().find(|member| name(member) == text) {
        return Ok(placed(member, first_span(written)));
    }
    let unquoted = text.trim_matches('"');
    if text != unquoted && fields.members().any(|member| name(&member) == unquoted) {
        bail!(written, "`{text}` is no field; write `after = {unquoted}`")
    }
    let all = fields.members().map(|member| format!("`{}`", name(&member))).collect::<Vec<_>>().join(", ");
    if all.is_empty() {
        bail!(written, "there is no field `{text}`, nor any other; write `#[retryable]`")
    }
    bail!(written, "there is no field `{text}`; there are {all}")
}

/// Returns the member with the span of the mark that names it.
fn placed(member: Member, span: Span) -> Member {
    match member {
        Member::Named(mut field) => {
            field.set_span(span);
            Member::Named(field)
        }
        Member::Unnamed(index) => Member::Unnamed(Index { index: index.index, span }),
    }
}
