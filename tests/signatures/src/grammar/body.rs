//! Bodies: statements before the operation is called, and the ways by which its outcome becomes the function's.
//!
//! In the texts `$FAIL` is a failure of the function, `$success` a success made of `$v`, `$failure` a failure made of
//! `$x`, `$question` the operation's value or an early return.

use super::Edition;

#[derive(Clone, Copy)]
pub(crate) struct Statement {
    pub(crate) text: &'static str,
    pub(crate) since: Edition,
    pub(crate) until: Edition,
    pub(crate) only_in_async: bool,
    /// Whether it must be the first of a body.
    pub(crate) is_inner_attribute: bool,
    pub(crate) is_unsafe: bool,
    /// Whether it lowers a lint, which a crate may forbid.
    pub(crate) allows: bool,
}

const ROW: Statement = Statement {
    text: "",
    since: Edition::E2018,
    until: Edition::E2024,
    only_in_async: false,
    is_inner_attribute: false,
    is_unsafe: false,
    allows: false,
};

const fn statement(text: &'static str) -> Statement {
    Statement { text, ..ROW }
}

const fn in_async(text: &'static str) -> Statement {
    Statement { text, only_in_async: true, ..ROW }
}

const fn since(since: Edition, text: &'static str) -> Statement {
    Statement { text, since, ..ROW }
}

pub(crate) const STATEMENTS: &[Statement] = &[
    statement("let early = |n: u32| { if n > 3 { return n; } 0 }; ::signatures::expect(early(4) == 4);"),
    statement(
        "let parse = |text: &str| -> $Result<u32, $std::num::ParseIntError> { $Ok(text.parse::<u32>()? + 1) }; ::signatures::expect(parse(\"1\").is_ok());",
    ),
    statement(
        "let found = 'outer: loop { let mut n = 0; loop { n += 1; if n == 3 { break 'outer n; } } }; ::signatures::expect(found == 3);",
    ),
    statement("'a: loop { if ::signatures::truth() { break 'a; } }"),
    statement(
        "let chosen = 'found: { if ::signatures::truth() { break 'found 1; } 2 }; ::signatures::expect(chosen == 1);",
    ),
    statement(
        "let mut total = 0; for n in 0..3 { if n == 1 { continue; } total += n; } ::signatures::expect(total == 2);",
    ),
    statement("let mut left = $std::vec![1, 2]; while let $Some(n) = left.pop() { ::signatures::look(&n); }"),
    statement("while ::signatures::truth() { break; }"),
    statement(
        "let $Some(first) = \"text\".chars().next() else { return $FAIL; }; ::signatures::look(&first);",
    ),
    statement("if let $Some(first) = \"\".chars().next() { ::signatures::look(&first); return $FAIL; }"),
    since(Edition::E2024, "if let $Some(first) = \"x\".chars().next() && first == 'y' { return $FAIL; }"),
    since(
        Edition::E2024,
        "while let $Some(first) = \"x\".chars().next() && let $Some(final_one) = \"y\".chars().last() { if first != final_one { break; } }",
    ),
    statement("if !::signatures::truth() { return $FAIL; }"),
    statement(
        "let picked = if ::signatures::truth() { 1 } else { return $FAIL; }; ::signatures::look(&picked);",
    ),
    statement("match ::signatures::truth() { true => {} false => return $FAIL }"),
    statement("if !::signatures::truth() { $std::process::exit(1) }"),
    statement("if !::signatures::truth() { $std::panic!(\"never\") }"),
    statement("if !::signatures::truth() { $std::unreachable!(\"never {}\", 1) }"),
    statement("if !::signatures::truth() { $std::todo!() }"),
    statement(
        "fn inner_word<'x>(text: &'x str) -> $Option<&'x str> { let word = text.split(' ').next()?; if word.is_empty() { return $None; } $Some(word) } ::signatures::expect(inner_word(\"x\").is_some());",
    ),
    statement(
        "const LIMIT: u32 = 3; static NAME: &str = \"name\"; ::signatures::expect(LIMIT as usize + 1 == NAME.len());",
    ),
    statement(
        "#[derive(Debug)] struct Inner(u32); impl Inner { fn get(&self) -> u32 { self.0 } } ::signatures::expect(Inner(1).get() == 1);",
    ),
    statement("enum Step { One } use Step::One; match One { One => {} }"),
    statement("use $std::fmt::Write as _; let mut text = $String::new(); let _ = text.write_str(\"x\");"),
    statement(
        "trait Local { fn get(&self) -> u32; } impl Local for u32 { fn get(&self) -> u32 { *self } } ::signatures::expect(1_u32.get() == 1);",
    ),
    statement("mod deep { pub fn one() -> u32 { 1 } } ::signatures::expect(deep::one() == 1);"),
    statement("macro_rules! refuse { () => { return $FAIL } } if !::signatures::truth() { refuse!(); }"),
    statement("macro_rules! double { ($n:expr) => { $n * 2 } } ::signatures::expect(double!(2) == 4);"),
    statement("let text = $std::format!(\"{}\", 1); ::signatures::expect(text == \"1\");"),
    statement("let word = \"x\"; let text = $std::format!(\"{word}\"); ::signatures::expect(text == \"x\");"),
    statement("::signatures::expect($std::matches!(1, 1 | 2));"),
    statement("$std::assert_eq!(1, 1); $std::debug_assert!(true);"),
    statement("::signatures::expect(const { 1 + 1 } == 2);"),
    statement("let $l = 1; ::signatures::expect($l == 1);"),
    statement("let $l = |$k: u32| $k + 1; ::signatures::expect($l(1) == 2);"),
    statement("let mut $l = $std::vec![1]; $l.push(2); ::signatures::expect($l.len() == 2);"),
    statement("fn $l() -> u32 { 1 } ::signatures::expect($l() == 1);"),
    Statement { allows: true, ..statement("#[allow(unused_variables)] let extra = 1;") },
    Statement { allows: true, ..statement("#[expect(unused_variables)] let extra = 1;") },
    Statement {
        allows: true,
        ..statement(
            "#[expect(unreachable_code)] let ending = || { return 1; 2 }; ::signatures::expect(ending() == 1);",
        )
    },
    Statement {
        allows: true,
        is_inner_attribute: true,
        ..statement("#![allow(unused_variables)] let extra = 1;")
    },
    Statement {
        allows: true,
        is_inner_attribute: true,
        ..statement("#![expect(unused_variables)] let extra = 1;")
    },
    statement("#[cfg(any())] return $FAIL;"),
    statement("#[rustfmt::skip] let numbers = [1,2]; ::signatures::look(&numbers);"),
    Statement {
        is_unsafe: true,
        ..statement("let pointer: *const u32 = &7; ::signatures::expect(unsafe { *pointer } == 7);")
    },
    statement("let add = move |n: u32| n + 1; ::signatures::expect(add(1) == 2);"),
    statement("let mut hits = 0; let mut hit = || hits += 1; hit(); hit(); ::signatures::expect(hits == 2);"),
    statement("let (one, two); (one, two) = (1, 2); ::signatures::expect(one < two);"),
    statement("let [one, .., two] = [1, 2, 3]; ::signatures::expect(one < two);"),
    statement(
        "let later; if ::signatures::truth() { later = 1; } else { later = 2; } ::signatures::expect(later == 1);",
    ),
    statement(
        "let text = r##\"a \"raw\" # 'text\"##; ::signatures::look(text); ::signatures::expect(b'x' == b\"x\"[0] && '\\'' == \"'\".chars().next().unwrap());",
    ),
    since(Edition::E2021, "::signatures::look(c\"text\");"),
    statement("let r#while = 1; let r#where = r#while; ::signatures::look(&r#where);"),
    Statement { until: Edition::E2021, ..statement("let gen = 1; ::signatures::look(&gen);") },
    statement("let length: fn(&str) -> usize = str::len; ::signatures::expect(length(\"x\") == 1);"),
    statement(
        "let sum = \"a b\".split(' ').map(|part| { if part.is_empty() { return 0; } part.len() }).sum::<usize>(); ::signatures::expect(sum == 2);",
    ),
    statement(
        "{ let counted = $std::rc::Rc::new($std::cell::RefCell::new(1)); { *counted.borrow_mut() += 1; } ::signatures::expect(*counted.borrow() == 2); }",
    ),
    statement(
        "let checked = (|| -> $Option<u32> { let n = \"1\".parse::<u32>().ok()?; $Some(n) })(); ::signatures::expect(checked == $Some(1));",
    ),
    statement("// A comment, and `?` in it.\n    /* return; */ let _ = 1;"),
    statement(
        "let (mut low, high) = (1, 3); while low < high { low += 1; if low == 2 { continue; } } ::signatures::expect(low == 3);",
    ),
    in_async(
        "let inner = async { $Ok::<u32, ::signatures::Fault>(1) }; ::signatures::expect(inner.await == $Ok(1));",
    ),
    in_async(
        "let inner = async { let n = $std::future::ready($Ok::<u32, ::signatures::Fault>(1)).await?; $Ok::<_, ::signatures::Fault>(n) }.await; ::signatures::expect(inner == $Ok(1));",
    ),
    in_async(
        "let inner = async { if ::signatures::truth() { return 1; } 2 }; ::signatures::expect(inner.await == 1);",
    ),
    in_async("let again = async |n: u32| { n + 1 }; ::signatures::expect(again(1).await == 2);"),
    in_async("for n in 0..2 { if n == 1 { break; } $std::future::ready(n).await; }"),
    in_async("async fn inner_call() -> u32 { 1 } ::signatures::expect(inner_call().await == 1);"),
    in_async("let joined = $Box::pin(async { 1 }); ::signatures::expect(joined.await == 1);"),
];

/// How the operation's outcome becomes the function's.
#[derive(Clone, Copy)]
pub(crate) struct Tail {
    pub(crate) text: &'static str,
    pub(crate) since: Edition,
    pub(crate) only_in_async: bool,
}

const TAIL: Tail = Tail { text: "", since: Edition::E2018, only_in_async: false };

const fn tail(text: &'static str) -> Tail {
    Tail { text, ..TAIL }
}

pub(crate) const TAILS: &[Tail] = &[
    tail("let $v = $question; $success"),
    tail("let $v = $question; return $success;"),
    tail("match $call { $Ok($v) => $success, $Err($x) => $failure }"),
    tail("match $call { $Ok($v) => return $success, $Err($x) => return $failure }"),
    tail("let $v = match $call { $Ok($v) => $v, $Err($x) => return $failure }; $success"),
    tail("let $Ok($v) = $call else { return $FAIL }; $success"),
    tail("'found: { if let $Ok($v) = $call { break 'found $success; } $FAIL }"),
    tail("loop { match $call { $Ok($v) => break $success, $Err($x) => break $failure } }"),
    tail("loop { match $call { $Ok($v) => return $success, $Err($x) => return $failure } }"),
    Tail { since: Edition::E2024, ..tail("if let $Ok($v) = $call && $v > 0 { $success } else { $FAIL }") },
    tail("if let $Ok($v) = $call { $success } else { $FAIL }"),
    tail("{ let $v = $question; { ::signatures::look(&$v); $success } }"),
    tail(
        "macro_rules! end { ($e:expr) => { return $e } } match $call { $Ok($v) => end!($success), $Err($x) => end!($failure) }",
    ),
    tail("macro_rules! ask { () => { $question } } let $v = ask!(); $success"),
    tail("let $l = $call; match $l { $Ok($v) => $success, $Err($x) => $failure }"),
    tail("let $v = $question; let $l = $success; $l"),
    tail(
        "let $l = match $call { $Ok($v) => $v, $Err($x) => return $failure, }; let $v = $l; if $v > 0 { return $success; } $FAIL",
    ),
    Tail {
        only_in_async: true,
        ..tail("let $v = async { $call }.await; match $v { $Ok($v) => $success, $Err($x) => $failure }")
    },
];
