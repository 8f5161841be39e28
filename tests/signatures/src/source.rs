//! A generated function as the source of a module, with the attribute and without it.

use crate::function::{Function, Given};
use crate::grammar::body::Statement;
use crate::grammar::place::{Kind, Place, SHADOWS};

/// The texts that stand in a module's place of a name.
struct Texts<'a> {
    function: &'a Function,
    /// Whether the attribute stands there.
    is_retried: bool,
}

impl Function {
    /// The module that holds the function and `drive`, which calls it once.
    pub(crate) fn source(&self, is_retried: bool) -> String {
        Texts { function: self, is_retried }.module()
    }
}

impl Texts<'_> {
    fn module(&self) -> String {
        let Function { place, carrier, .. } = self.function;
        let import =
            if self.is_retried && self.function.look.is_imported { "use ::reattempt::retry;\n" } else { "" };
        let mut items = format!("{import}{}\n", carrier.items);
        for (item, name) in &self.function.items {
            items += &format!("{}\n", item.replace("$k", name));
        }
        if self.function.look.is_shadowed {
            items += &format!("{SHADOWS}\n");
        }
        if self.is_retried {
            for policy in &self.function.policies {
                if !items.contains(policy.items) {
                    items += &format!("{}\n", policy.items);
                }
            }
        }
        let calls = "pub(crate) static CALLS: ::signatures::Calls = ::signatures::Calls::new();\n";
        let (definition, call) = (self.definition(), self.call());
        let drive = self.drive(&call);
        let text = match place {
            Place::Nested => format!("{calls}pub(crate) mod inner {{\n{items}{definition}}}\n{drive}"),
            Place::InFunction => {
                let drive = drive.replacen("{\n", &format!("{{\n{definition}"), 1);
                format!("{calls}{items}{drive}")
            }
            _ => format!("{calls}{items}{definition}{drive}"),
        };
        self.finished(&text)
    }

    /// The function, and what stands around it.
    fn definition(&self) -> String {
        let Function { place, .. } = self.function;
        let (head, body) = (self.head(true), self.body());
        let attributes = self.attributes(!place.is_block());
        let function = format!("{attributes}{head} {{\n{body}\n}}\n");
        let on_block = if place.is_block() { self.retry() } else { String::new() };
        let methods = |parameters: &str, of: &str, before: &str| {
            format!("{before}{on_block}impl{parameters} {of} {{\n{function}}}\n")
        };
        let failing = |parameters: &str, of: &str| {
            if !self.function.carrier.only_in_methods {
                return String::new();
            }
            format!(
                "impl{parameters} ::signatures::Failing for {of} {{ type Error = ::signatures::Fault; }}\n"
            )
        };
        let holder = |parameters: &str, field: &str| {
            format!(
                "#[derive(Clone)]\npub struct Holder{parameters} {{ pub count: u32, pub name: $String, {field} }}\n"
            )
        };
        match place {
            Place::Free | Place::Nested | Place::InFunction => function,
            Place::Inherent | Place::Block => {
                methods("", "Holder", &(holder("", "") + &failing("", "Holder")))
            }
            Place::WithLifetime => {
                let before = holder("<'h>", "pub extra: &'h str") + &failing("<'h>", "Holder<'h>");
                methods("<'h>", "Holder<'h>", &before)
            }
            Place::WithParameter => {
                let before = holder("<H>", "pub extra: H") + &failing("<H>", "Holder<H>");
                methods("<H: $Clone + Unpin>", "Holder<H>", &before)
            }
            Place::WithConstant => {
                let (parameters, of) = ("<const N: u32>", "Holder<N>");
                methods(parameters, of, &(holder(parameters, "") + &failing(parameters, of)))
            }
            Place::TraitImpl | Place::BlockOfTrait => {
                let bound =
                    if self.function.carrier.only_in_methods { ": ::signatures::Failing" } else { "" };
                let declared = format!("trait Doing{bound} {{ {}; }}\n", self.head(false));
                methods("", "Doing for Holder", &(declared + &holder("", "") + &failing("", "Holder")))
            }
            Place::Provided => format!(
                "{}{}trait Provided: ::signatures::Failing<Error = ::signatures::Fault> + $Clone + $Send + $Sync + Unpin + 'static {{\n\
                 fn count(&self) -> u32;\nfn count_mut(&mut self) -> &mut u32;\nfn name(&self) -> &str;\n{function}}}\n\
                 impl Provided for Holder {{\nfn count(&self) -> u32 {{ self.count }}\n\
                 fn count_mut(&mut self) -> &mut u32 {{ &mut self.count }}\nfn name(&self) -> &str {{ &self.name }}\n}}\n",
                holder("", ""),
                "impl ::signatures::Failing for Holder { type Error = ::signatures::Fault; }\n"
            ),
            Place::MacroItem => {
                format!("macro_rules! define {{ ($item:item) => {{ $item }} }}\ndefine! {{\n{function}}}\n")
            }
            Place::MacroTokens => {
                format!(
                    "macro_rules! define {{ ($($token:tt)*) => {{ $($token)* }} }}\ndefine! {{\n{function}}}\n"
                )
            }
            Place::MacroParts => self.in_parts(&attributes, &body),
        }
    }

    /// The function put together by a macro of the user's, from fragments.
    fn in_parts(&self, attributes: &str, body: &str) -> String {
        let Function { visibility, qualifiers, kind, name, .. } = self.function;
        let asyncness = if *kind == Kind::AsyncFn { "async " } else { "" };
        let (parameters, clause) = self.generics();
        let arguments = self.all_arguments(|argument| format!("{} => {}", argument.0, argument.1));
        let returned = self.returned();
        format!(
            "macro_rules! define {{ ([$($parameters:tt)*] [$($clause:tt)*] $($arg:pat => $ty:ty),*; $ret:ty; $body:block) => {{\n\
             {attributes}{visibility}{asyncness}{qualifiers}fn {name} $($parameters)* ($($arg: $ty),*) -> $ret $($clause)* $body\n}} }}\n\
             define! {{ [{parameters}] [{clause}] {arguments}; {returned}; {{\n{body}\n}} }}\n"
        )
    }

    /// The signature; with its patterns, or as a trait declares it.
    fn head(&self, is_defined: bool) -> String {
        let Function { visibility, qualifiers, kind, name, receiver, arguments, .. } = self.function;
        let asyncness = if *kind == Kind::AsyncFn { "async " } else { "" };
        let (parameters, clause) = self.generics();
        let mut inputs: Vec<String> = Vec::new();
        if !receiver.text.is_empty() {
            let text = if is_defined { receiver.text } else { receiver.text.trim_start_matches("mut ") };
            inputs.push(text.to_owned());
        }
        for given in arguments {
            let marker = given.marker.map_or("", |marker| marker.text);
            let ty = given.text(given.argument.ty, arguments);
            if is_defined {
                inputs.push(format!("{marker} {}: {ty}", given.text(given.argument.pattern, arguments)));
            } else {
                let marker = if marker.contains("cfg") && !marker.contains("allow") { marker } else { "" };
                inputs.push(format!("{marker} _: {ty}"));
            }
        }
        inputs.extend(self.brought().map(|(text, _)| text.to_owned()));
        let visibility = if is_defined { visibility } else { "" };
        let inputs = inputs.iter().map(|input| input.trim()).collect::<Vec<_>>().join(", ");
        format!(
            "{visibility}{asyncness}{qualifiers}fn {name}{parameters}({inputs}) -> {}{clause}",
            self.returned()
        )
    }

    /// Arguments that a return type borrows from, each with what the caller passes.
    fn brought(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        [self.function.success.brings, self.function.carrier.brings].into_iter().flatten()
    }

    /// Every argument but the receiver, by its pattern and its type.
    fn all_arguments(&self, write: impl Fn((String, String)) -> String) -> String {
        let arguments = &self.function.arguments;
        let drawn = arguments.iter().map(|given| {
            (given.text(given.argument.pattern, arguments), given.text(given.argument.ty, arguments))
        });
        let brought = self.brought().filter_map(|(text, _)| {
            let (pattern, ty) = text.split_once(": ")?;
            Some((pattern.to_owned(), ty.to_owned()))
        });
        drawn.chain(brought).map(write).collect::<Vec<_>>().join(", ")
    }

    /// The parameters in angle brackets, and the `where` clause.
    fn generics(&self) -> (String, String) {
        let Function { arguments, carrier, success, .. } = self.function;
        let mut parameters: Vec<String> = Vec::new();
        let drawn = arguments.iter().map(|given| given.text(given.argument.parameter, arguments));
        for parameter in drawn.chain([carrier.parameter.to_owned(), success.parameter.to_owned()]) {
            if !parameter.is_empty() && !parameters.contains(&parameter) {
                parameters.push(parameter);
            }
        }
        let mut clauses = Vec::new();
        if self.function.look.has_where {
            for parameter in &mut parameters {
                let Some((name, _)) = parameter.split_once(':').filter(|(name, _)| !name.contains(' '))
                else {
                    continue;
                };
                let name = name.to_owned();
                clauses.push(std::mem::replace(parameter, name));
            }
        }
        let mut all: Vec<String> = if self.has_lifetime() { vec!["'a".to_owned()] } else { Vec::new() };
        all.extend(parameters);
        let all = if all.is_empty() { String::new() } else { format!("<{}>", all.join(", ")) };
        let clause = if clauses.is_empty() {
            String::new()
        } else {
            format!("\nwhere\n    {},\n", clauses.join(", "))
        };
        (all, clause)
    }

    /// Whether lifetimes that could be elided are written out.
    fn is_named(&self) -> bool {
        self.function.look.is_named || self.function.kind.returns_future()
    }

    /// What stands for the lifetime of a result.
    fn is_result_elided(&self) -> bool {
        let Function { receiver, arguments, success, carrier, .. } = self.function;
        if self.is_named() {
            return false;
        }
        if success.from_self {
            return receiver.text.contains("'e");
        }
        let borrows = |text: &str| ["'e", "'a", "'static"].iter().any(|lifetime| text.contains(lifetime));
        !borrows(receiver.text)
            && !arguments.iter().any(|given| borrows(given.argument.ty) || borrows(given.argument.parameter))
            && carrier.brings.is_none()
    }

    fn has_lifetime(&self) -> bool {
        let Function { receiver, arguments, carrier, success, .. } = self.function;
        let mut texts = vec![receiver.text, carrier.ty, success.ty];
        texts.extend(self.brought().map(|(text, _)| text));
        texts.extend(arguments.iter().map(|given| given.argument.ty));
        let has = |mark: &str| texts.iter().any(|text| text.replace("'static", "").contains(mark));
        has("'a") || (self.is_named() && has("'e")) || (!self.is_result_elided() && has("'r"))
    }

    /// What the function returns.
    fn returned(&self) -> String {
        let Function { carrier, success, policies, kind, .. } = self.function;
        let own = policies.iter().map(|policy| policy.ty).find(|ty| self.is_retried && !ty.is_empty());
        let ty = replaced(own.unwrap_or(carrier.ty), &|name| (name == "S").then(|| success.ty.to_owned()));
        let bound = if self.has_lifetime() { " + 'a" } else { "" };
        match kind {
            Kind::Sync | Kind::AsyncFn => ty,
            Kind::ImplFuture | Kind::WithSetup | Kind::WithoutTail => {
                format!("impl $std::future::Future<Output = {ty}>{bound}")
            }
            Kind::ImplFutureSend => format!("impl $std::future::Future<Output = {ty}> + $Send{bound}"),
            Kind::Boxed => format!("$std::pin::Pin<$Box<dyn $std::future::Future<Output = {ty}>{bound}>>"),
            Kind::BoxedSend => {
                format!("$std::pin::Pin<$Box<dyn $std::future::Future<Output = {ty}> + $Send{bound}>>")
            }
        }
    }

    fn attributes(&self, with_retry: bool) -> String {
        let mut others: Vec<String> =
            self.function.attributes.iter().map(|attribute| format!("{}\n", attribute.text)).collect();
        if self.function.qualifiers.contains("extern") {
            others.push("#[allow(improper_ctypes_definitions)]\n".to_owned());
        }
        let retry = if with_retry { self.retry() } else { String::new() };
        if self.function.look.is_first { retry + &others.concat() } else { others.concat() + &retry }
    }

    /// The attribute, or a line in its place.
    fn retry(&self) -> String {
        if !self.is_retried {
            return "// `#[retry]`\n".to_owned();
        }
        let Function { policies, arguments, receiver, success, look, .. } = self.function;
        let mut values: Vec<String> = policies.iter().map(|policy| policy.text.to_owned()).collect();
        let mut clones: Vec<String> = Vec::new();
        for given in arguments.iter().filter(|given| !given.argument.clones.is_empty()) {
            clones.push(given.text(given.argument.clones, arguments));
        }
        if receiver.clones {
            clones.push("self".to_owned());
        }
        if !success.clones.is_empty() {
            clones.push(success.clones.to_owned());
        }
        if !clones.is_empty() {
            values.push(format!("clone({})", clones.join(", ")));
        }
        let path = if look.is_imported { "retry" } else { "::reattempt::retry" };
        if values.is_empty() { format!("#[{path}]\n") } else { format!("#[{path}({})]\n", values.join(", ")) }
    }

    fn body(&self) -> String {
        let Function { arguments, receiver, statements, tail, policies, items, kind, qualifiers, .. } =
            self.function;
        let mut lines: Vec<String> = Vec::new();
        let (inner, others): (Vec<&&Statement>, Vec<&&Statement>) =
            statements.iter().partition(|statement| statement.is_inner_attribute);
        lines.extend(inner.iter().map(|statement| statement.text.to_owned()));
        lines.push(receiver.uses.to_owned());
        if self.function.carrier.brings.is_some() {
            lines.push("::signatures::look(words);".to_owned());
        }
        for policy in policies.iter().filter(|policy| !policy.uses.is_empty()) {
            if !self.is_retried {
                let handle = policy.text.contains("$handle");
                lines.push(
                    if handle { "let $handle = ::signatures::NoCall;" } else { "let $attempt: u32 = 1;" }
                        .to_owned(),
                );
            }
            lines.push(policy.uses.to_owned());
        }
        for given in arguments.iter().filter(|given| !given.is_removed()) {
            let argument = given.argument;
            match given.marker {
                Some(marker) if marker.unused => {}
                Some(marker) if marker.unchanged => {
                    lines.push(given.text("::signatures::look(&$n);", arguments));
                }
                _ => lines.push(given.text(argument.uses, arguments)),
            }
        }
        for (item, name) in items {
            let uses = match item {
                item if item.contains("struct") => "::signatures::look(&$k);",
                item if item.contains("fn ") => "::signatures::expect($k() == 7);",
                _ => "::signatures::expect($k == 7);",
            };
            lines.push(uses.replace("$k", name));
        }
        if qualifiers.contains("unsafe") {
            lines
                .push("let aimed: *const u32 = &7; ::signatures::expect(unsafe { *aimed } == 7);".to_owned());
        }
        lines.extend(others.iter().map(|statement| statement.text.to_owned()));
        lines.push(tail.text.to_owned());
        let lines: Vec<&str> = lines.iter().map(String::as_str).filter(|line| !line.is_empty()).collect();
        let content = lines.join("\n    ");
        match kind {
            Kind::Sync | Kind::AsyncFn => format!("    {content}"),
            Kind::ImplFuture | Kind::ImplFutureSend => format!("    async move {{\n    {content}\n    }}"),
            Kind::Boxed | Kind::BoxedSend => format!("    $Box::pin(async move {{\n    {content}\n    }})"),
            Kind::WithSetup => format!(
                "    let ready = $String::new();\n    async move {{\n    ::signatures::expect(ready.is_empty());\n    {content}\n    }}"
            ),
            Kind::WithoutTail => {
                format!("    let future = async move {{\n    {content}\n    }};\n    future")
            }
        }
    }

    /// The call of the function.
    fn call(&self) -> String {
        let Function { arguments, receiver, place, name, .. } = self.function;
        let mut values: Vec<&str> = Vec::new();
        values.extend(arguments.iter().filter(|given| !given.is_removed()).map(|given| given.argument.value));
        values.extend(self.brought().map(|(_, value)| value));
        let values = values.join(", ");
        if !place.has_self() {
            let path = if *place == Place::Nested { "inner::" } else { "" };
            return format!("{path}{name}({values})");
        }
        if receiver.text.is_empty() {
            let ty = match place {
                Place::WithParameter => "Holder::<&str>",
                Place::WithConstant => "Holder::<3>",
                Place::TraitImpl | Place::BlockOfTrait => "<Holder as Doing>",
                Place::Provided => "<Holder as Provided>",
                _ => "Holder",
            };
            return format!("{ty}::{name}({values})");
        }
        format!("{}.{name}({values})", receiver.call.replace("$h", "holder.clone()"))
    }

    fn drive(&self, call: &str) -> String {
        let Function { place, kind, carrier, attributes, qualifiers, policies, .. } = self.function;
        let holder = match place {
            place if !place.has_self() => "",
            Place::WithLifetime | Place::WithParameter => {
                "    let holder = Holder { count: 3, name: $String::from(\"name\"), extra: \"extra\" };\n    \
                 ::signatures::look(&(&holder.count, &holder.name, &holder.extra));\n"
            }
            Place::WithConstant => {
                "    let holder = Holder::<3> { count: 3, name: $String::from(\"name\") };\n    \
                 ::signatures::look(&(&holder.count, &holder.name));\n"
            }
            Place::Provided => {
                "    let mut holder = Holder { count: 3, name: $String::from(\"name\") };\n    \
                 *holder.count_mut() = holder.count();\n    \
                 ::signatures::look(&(&holder.clone().count, holder.name()));\n"
            }
            _ => {
                "    let holder = Holder { count: 3, name: $String::from(\"name\") };\n    \
                 ::signatures::look(&(&holder.clone().count, &holder.name));\n"
            }
        };
        let call = match (kind.is_async(), self.function.is_sendable()) {
            (false, _) => call.to_owned(),
            (true, true) => format!("::signatures::wait_sendable({call})"),
            (true, false) => format!("::signatures::wait({call})"),
        };
        let has_own = policies.iter().any(|policy| !policy.ty.is_empty());
        let annotation = match carrier.annotation {
            "" => String::new(),
            _ if has_own => String::new(),
            annotation => format!(": {annotation}"),
        };
        let is_deprecated = attributes.iter().any(|attribute| attribute.text.contains("deprecated"));
        let is_unsafe = qualifiers.contains("unsafe")
            || attributes.iter().any(|attribute| attribute.text.contains("target_feature"));
        let (open, close) = if is_unsafe { ("unsafe { ", " }") } else { ("", "") };
        let lint = if is_deprecated { "#[allow(deprecated)]\n" } else { "" };
        format!("{lint}pub(crate) fn drive() {{\n{holder}    {open}let _{annotation} = {call};{close}\n}}\n")
    }

    /// The text with every name and lifetime in its place.
    fn finished(&self, text: &str) -> String {
        let Function { carrier, success, arguments, locals, .. } = self.function;
        let [v, x, l, k, attempt, handle] = *locals;
        let tail = |text: &str| replaced(text, &|name| (name == "G").then(|| success.value.to_owned()));
        let shown = arguments.iter().find(|given| given.is_shown()).map_or("", |given| given.names[0]);
        let call = match (self.function.kind.is_async(), self.function.look.suspends) {
            (true, true) => format!("crate::{}::CALLS.later().await", self.function.id),
            _ => format!("crate::{}::CALLS.call()", self.function.id),
        };
        let is_written_out = self.function.look.is_shadowed || self.function.flavour.without_prelude;
        let std = if self.function.look.is_shadowed { "::std" } else { "std" };
        let named = |module: &str, name: &str| {
            if is_written_out { format!("{std}::{module}::{name}") } else { name.to_owned() }
        };
        let is_provided = self.function.place == Place::Provided;
        let own = |field: &str, method: &str| if is_provided { method.to_owned() } else { field.to_owned() };
        let plus = match (self.function.kind.returns_future(), self.has_lifetime()) {
            (false, _) => "",
            (true, true) => " + 'a",
            (true, false) => " + 'static",
        };
        let replacement = |name: &str| -> Option<String> {
            Some(match name {
                "question" => carrier.question.to_owned(),
                "success" => tail(carrier.success),
                "failure" => carrier.failure.to_owned(),
                "FAIL" => format!("{{ let {x} = ::signatures::Fault::Down; {} }}", carrier.failure),
                "call" => call.clone(),
                "v" => v.to_owned(),
                "x" => x.to_owned(),
                "l" => l.to_owned(),
                "k" => k.to_owned(),
                "attempt" => attempt.to_owned(),
                "handle" => handle.to_owned(),
                "shown" => shown.trim_start_matches("r#").to_owned(),
                "plus" => plus.to_owned(),
                "count" => own("self.count", "self.count()"),
                "bump" => own("self.count += 1", "*self.count_mut() += 1"),
                "name" => own("self.name.as_str()", "self.name()"),
                "std" => std.to_owned(),
                "core" => std.replace("std", "core"),
                "Ok" | "Err" => named("result::Result", name),
                "Some" | "None" => named("option::Option", name),
                "Result" => named("result", name),
                "Option" => named("option", name),
                "Box" => named("boxed", name),
                "String" => named("string", name),
                "Vec" => named("vec", name),
                "Clone" => named("clone", name),
                "Send" | "Sync" => named("marker", name),
                _ => return None,
            })
        };
        let mut text = text.to_owned();
        // A replacement holds further names, two levels deep at most.
        for _ in 0..3 {
            text = replaced(&text, &replacement);
        }
        let text = with_lifetime(&text, "'r", self.is_result_elided());
        with_lifetime(&text, "'e", !self.is_named())
    }
}

impl Given {
    /// A text of the argument with its names.
    fn text(&self, text: &str, all: &[Given]) -> String {
        let index = all.iter().position(|given| std::ptr::eq(given.argument, self.argument)).unwrap_or(0);
        let names = |name: &str| match name {
            "n" => Some(self.names[0].to_owned()),
            "m" => Some(self.names[1].to_owned()),
            "T" => Some(format!("T{index}")),
            _ => None,
        };
        replaced(text, &names)
    }
}

/// Replaces each `$name` for which there is a text; others are left alone, as those of macros are.
fn replaced(text: &str, replacement: &impl Fn(&str) -> Option<String>) -> String {
    let mut pieces = text.split('$');
    let mut result = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(piece.len());
        let (name, rest) = piece.split_at(end);
        match replacement(name) {
            Some(text) => result += &text,
            None => result += &format!("${name}"),
        }
        result += rest;
    }
    result
}

/// The text with `lifetime` elided, or named `'a`.
fn with_lifetime(text: &str, lifetime: &str, is_elided: bool) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(lifetime) {
        let (before, after) = (&rest[..at], &rest[at + lifetime.len()..]);
        result += before;
        rest = after;
        let is_longer = after.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '\'');
        if is_longer {
            result += lifetime;
        } else if is_elided && before.ends_with('&') {
            rest = after.trim_start();
        } else {
            result += if is_elided { "'_" } else { "'a" };
        }
    }
    result + rest
}
