//! The modules of a crate: the names that each has, and the paths that its code names.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Block, Expr, ImplItem, Item, ItemConst, ItemEnum, ItemFn, ItemMacro, ItemMod, ItemStatic,
    ItemStruct, ItemTrait, ItemTraitAlias, ItemType, ItemUnion, ItemUse, Lit, Meta, Signature, Token,
    TraitItem, UseTree, Visibility,
};

use crate::source::{File, Function, module_of};
use crate::tokens::{self, TokenPath};

/// The path of a module from the root of its crate.
pub(crate) type ModulePath = Vec<String>;

/// The modules of a crate that have been read.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) files: Vec<File>,
    pub(crate) modules: BTreeMap<ModulePath, Module>,
    /// The macros that the crate exports, which are names of its root, and their files.
    pub(crate) macros: BTreeMap<String, usize>,
    /// The modules that are compiled for tests alone and have files of their own.
    tests: BTreeSet<ModulePath>,
}

/// A module.
#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) file: usize,
    pub(crate) items: BTreeSet<String>,
    pub(crate) uses: Vec<Leaf>,
    pub(crate) mentions: Vec<Mention>,
}

/// One name of a `use`.
#[derive(Debug)]
pub(crate) struct Leaf {
    pub(crate) segments: Vec<String>,
    /// The name in the module; none for `*`.
    pub(crate) name: Option<String>,
    pub(crate) line: usize,
    pub(crate) is_public: bool,
}

/// A path in code.
#[derive(Debug)]
pub(crate) struct Mention {
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
}

impl Reading {
    /// Adds a file.
    pub(crate) fn read(
        &mut self,
        path: &str,
        text: &str,
        tree: &syn::File,
        sources: &BTreeMap<String, String>,
    ) {
        let module = module_of(path);
        self.files.push(File {
            path: path.to_owned(),
            module: module.clone(),
            lines: text.lines().count(),
            summary: summary(&tree.attrs, sources),
            functions: Vec::new(),
            is_test: false,
        });
        let mut reader = Reader { file: self.files.len() - 1, module, reading: self };
        reader.enter();
        reader.visit_file(tree);
    }

    /// Removes items that are compiled for tests alone.
    pub(crate) fn leave_out_tests(&mut self) {
        let tests = std::mem::take(&mut self.tests);
        let is_test = |module: &ModulePath| tests.iter().any(|test| module.starts_with(test));
        self.modules.retain(|module, _| !is_test(module));
        for file in &mut self.files {
            if is_test(&file.module) {
                file.is_test = true;
                file.functions.clear();
            }
        }
    }
}

/// Walks one file.
struct Reader<'r> {
    reading: &'r mut Reading,
    file: usize,
    /// The module that is being read.
    module: ModulePath,
}

impl Reader<'_> {
    fn enter(&mut self) {
        let module =
            Module { file: self.file, items: BTreeSet::new(), uses: Vec::new(), mentions: Vec::new() };
        self.reading.modules.entry(self.module.clone()).or_insert(module);
    }

    fn current(&mut self) -> &mut Module {
        self.reading.modules.get_mut(&self.module).expect("a module is entered before it is read")
    }

    fn add_use(&mut self, tree: &UseTree, is_public: bool) {
        let mut leaves = Vec::new();
        flatten(tree, &[], is_public, &mut leaves);
        self.current().uses.extend(leaves);
    }

    fn add_function(&mut self, signature: &Signature, body: &Block) {
        self.reading.files[self.file].functions.push(Function {
            name: signature.ident.to_string(),
            first_line: signature.fn_token.span.start().line,
            last_line: body.brace_token.span.close().end().line,
        });
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let (attributes, name) = attributes_and_name(item);
        if is_test(attributes) {
            if let Item::Mod(ItemMod { ident, content: None, .. }) = item {
                let path = [self.module.as_slice(), &[ident.to_string()]].concat();
                self.reading.tests.insert(path);
            }
            return;
        }
        if let Some(name) = name {
            self.current().items.insert(name.clone());
            if attributes.iter().any(|attribute| attribute.path().is_ident("macro_export")) {
                self.reading.macros.insert(name, self.file);
            }
        }
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let Some((_, items)) = &item.content else { return };
        self.module.push(item.ident.to_string());
        self.enter();
        for item in items {
            self.visit_item(item);
        }
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if item.leading_colon.is_none() {
            self.add_use(&item.tree, !matches!(item.vis, Visibility::Inherited));
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let attributes: &[Attribute] = match item {
            ImplItem::Const(item) => &item.attrs,
            ImplItem::Fn(item) => {
                if !is_test(&item.attrs) {
                    self.add_function(&item.sig, &item.block);
                }
                &item.attrs
            }
            ImplItem::Type(item) => &item.attrs,
            ImplItem::Macro(item) => &item.attrs,
            _ => &[],
        };
        if !is_test(attributes) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_trait_item(&mut self, item: &'ast TraitItem) {
        if let TraitItem::Fn(function) = item
            && let Some(body) = &function.default
        {
            self.add_function(&function.sig, body);
        }
        visit::visit_trait_item(self, item);
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.add_function(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            let segments: Vec<String> =
                path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            let line = path.segments.first().map_or(0, |segment| segment.ident.span().start().line);
            self.current().mentions.push(Mention { segments, line });
        }
        visit::visit_path(self, path);
    }

    fn visit_token_stream(&mut self, tokens: &'ast TokenStream) {
        for path in tokens::paths(tokens.clone()) {
            match path {
                TokenPath::Plain { segments, line } => {
                    self.current().mentions.push(Mention { segments, line });
                }
                TokenPath::Tree(tree) => self.add_use(&tree, false),
            }
        }
        self.reading.files[self.file].functions.extend(tokens::functions(tokens.clone()));
    }

    // Documentation, and the conditions of the compiler.
    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    // `pub(in crate::breaker)` is no import.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}
}

fn flatten(tree: &UseTree, before: &[String], is_public: bool, leaves: &mut Vec<Leaf>) {
    let with = |name: String| [before, &[name]].concat();
    let mut add = |segments: Vec<String>, name: Option<String>, span: proc_macro2::Span| {
        leaves.push(Leaf { segments, name, line: span.start().line, is_public });
    };
    match tree {
        UseTree::Path(path) => flatten(&path.tree, &with(path.ident.to_string()), is_public, leaves),
        UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, before, is_public, leaves);
            }
        }
        // `installed::{self, Extra}`
        UseTree::Name(name) if name.ident == "self" => {
            add(before.to_vec(), before.last().cloned(), name.ident.span());
        }
        UseTree::Name(name) => {
            add(with(name.ident.to_string()), Some(name.ident.to_string()), name.ident.span());
        }
        UseTree::Rename(rename) => {
            let is_self = rename.ident == "self" && !before.is_empty();
            let segments = if is_self { before.to_vec() } else { with(rename.ident.to_string()) };
            add(segments, Some(rename.rename.to_string()), rename.ident.span());
        }
        UseTree::Glob(glob) => add(before.to_vec(), None, glob.star_token.span),
    }
}

/// Returns the attributes of an item and the name that it adds to its module.
fn attributes_and_name(item: &Item) -> (&[Attribute], Option<String>) {
    match item {
        Item::Const(ItemConst { attrs, ident, .. })
        | Item::Enum(ItemEnum { attrs, ident, .. })
        | Item::Static(ItemStatic { attrs, ident, .. })
        | Item::Struct(ItemStruct { attrs, ident, .. })
        | Item::Trait(ItemTrait { attrs, ident, .. })
        | Item::TraitAlias(ItemTraitAlias { attrs, ident, .. })
        | Item::Type(ItemType { attrs, ident, .. })
        | Item::Union(ItemUnion { attrs, ident, .. }) => (attrs, Some(ident.to_string())),
        Item::Fn(item) => (&item.attrs, Some(item.sig.ident.to_string())),
        Item::Macro(ItemMacro { attrs, ident, .. }) => (attrs, ident.as_ref().map(ToString::to_string)),
        Item::Mod(item) => (&item.attrs, None),
        Item::Use(item) => (&item.attrs, None),
        Item::Impl(item) => (&item.attrs, None),
        Item::ExternCrate(item) => (&item.attrs, None),
        Item::ForeignMod(item) => (&item.attrs, None),
        _ => (&[], None),
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("cfg") => {
            list.parse_args().is_ok_and(|meta| needs_test(&meta))
        }
        _ => false,
    })
}

fn needs_test(condition: &Meta) -> bool {
    type Conditions = syn::punctuated::Punctuated<Meta, Token![,]>;
    match condition {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("all") => list
            .parse_args_with(Conditions::parse_terminated)
            .is_ok_and(|conditions| conditions.iter().any(needs_test)),
        _ => false,
    }
}

/// Returns the first sentence of the first line of a file's documentation, which may be in a file that it includes.
fn summary(attributes: &[Attribute], sources: &BTreeMap<String, String>) -> Option<String> {
    let line = attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            Expr::Macro(include) if include.mac.path.is_ident("include_str") => {
                let path = include.mac.parse_body::<syn::LitStr>().ok()?.value();
                sources.get(&path)?.lines().next().map(str::to_owned)
            }
            _ => None,
        },
        _ => None,
    })?;
    let line = line.trim();
    let end = line.find(". ").map_or(line.len(), |stop| stop + 1);
    Some(line[..end].to_owned()).filter(|sentence| !sentence.is_empty())
}
