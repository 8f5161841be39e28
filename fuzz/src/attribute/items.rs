//! Whole inputs, put together at random.

use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus as Random;

use super::vocabulary::{PIECES, STATEMENTS, TABLE_TEXTS, VALUES};

pub(super) fn one_of<'a>(random: &mut Random, texts: &[&'a str]) -> &'a str {
    texts[random.random_range(0..texts.len())]
}

/// Returns an argument: an example, or a key with any value.
pub(super) fn argument(random: &mut Random) -> String {
    let text = &TABLE_TEXTS[random.random_range(0..TABLE_TEXTS.len())];
    let is_key = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match is_key && random.random_range(0..4) != 0 {
        true => format!("{text} = {}", one_of(random, VALUES)),
        false => text.clone(),
    }
}

fn some(random: &mut Random, texts: &[&str], most: usize, separator: &str) -> String {
    let count = random.random_range(0..=most);
    let texts: Vec<_> = (0..count).map(|_| one_of(random, texts)).collect();
    texts.join(separator)
}

/// Returns an item with the attribute, or one for the derive.
pub(super) fn input(random: &mut Random) -> String {
    if random.random_range(0..6) == 0 {
        return derived(random);
    }
    let count = random.random_range(0..6);
    let arguments: Vec<_> = (0..count).map(|_| argument(random)).collect();
    format!("#[retry({})] {}", arguments.join(", "), item(random))
}

pub(super) fn item(random: &mut Random) -> String {
    if random.random_range(0..4) != 0 {
        return function(random);
    }
    let methods: String = (0..random.random_range(0..3)).map(|_| method(random)).collect();
    let head = one_of(
        random,
        &[
            "impl user_S",
            "impl<T> user_S<T> where T: A",
            "unsafe impl A for user_S",
            "impl<'a, const N: usize> A<'a> for [u8; N]",
            "#[async_trait] impl A for user_S",
            "pub impl user_S",
            "default impl user_S",
            "impl const A for user_S",
            "trait user_T",
        ],
    );
    format!("{head} {{ {methods} }}")
}

fn method(random: &mut Random) -> String {
    let attribute = one_of(
        random,
        &[
            "",
            "",
            "#[retry(skip)]",
            "#[retry]",
            "#[retry(max = 2, base = \"1s\")]",
            "#[cfg_attr(a, retry(skip))]",
            "#[cfg(a)]",
            "const USER: u8 = 1;",
            "type A = u8;",
            "user_m!{}",
            "fn user_n();",
            "#[again(max = 3)]",
        ],
    );
    format!("{attribute} {} ", function(random))
}

fn function(random: &mut Random) -> String {
    let attributes =
        one_of(random, &["", "", "", "/// doc\n", "#[inline]", "#[cfg(a)]", "#[retry]", "#[must_use]"]);
    let qualifiers = one_of(
        random,
        &[
            "",
            "",
            "",
            "async",
            "async",
            "pub async",
            "unsafe",
            "const",
            "extern \"C\"",
            "pub(crate) const async unsafe",
            "default",
        ],
    );
    let generics =
        one_of(random, &["", "", "", "<T>", "<'a, T: 'a>", "<const N: usize>", "<'a: 'b, 'b>", "<T:>", "<>"]);
    let receiver = one_of(
        random,
        &["", "", "self,", "&self,", "&mut self,", "mut self,", "self: Pin<&mut Self>,", "&'a mut self,"],
    );
    let arguments = some(
        random,
        &[
            "user_a: u8",
            "mut user_a: Vec<u8>",
            "user_b: &mut T",
            "(mut user_c, user_d): (u8, T)",
            "_: u8",
            "&user_e: &u8",
            "user_S { user_x, .. }: user_S",
            "[user_y, ..]: [u8; N]",
            "#[cfg(a)] user_z: u8",
            "user_k: impl Fn(u8) -> u8",
            "ref user_r: u8",
            "mut user_p: Pin<&mut T>",
            "user_q @ A(_): A",
            "user_l: &'a str",
            "...",
            "r#type: u8",
            "user_t: Box<dyn FnOnce()>",
        ],
        3,
        ", ",
    );
    let output = one_of(
        random,
        &[
            "",
            "-> Result<u8, E>",
            "-> Result<u8, E>",
            "-> Option<u8>",
            "-> impl Future<Output = Result<u8, E>>",
            "-> io::Result<()>",
            "-> Result<impl Sized, E>",
            "-> Pin<Box<dyn Future<Output = Result<u8, E>> + Send + '_>>",
            "-> Result<&'a str, T>",
            "-> !",
            "-> BoxFuture<'_, Result<u8, E>>",
            "-> anyhow::Result<Vec<u8>>",
            "-> Result<u8, Box<dyn Error + Send>>",
            "-> u8",
        ],
    );
    let bounds = one_of(random, &["", "", "", "where T: Clone", "where Self: Sized,", "where"]);
    let statements = some(random, STATEMENTS, 3, " ");
    format!(
        "{attributes} {qualifiers} fn user_f{generics}({receiver} {arguments}) {output} {bounds} {{ {statements} }}"
    )
}

fn derived(random: &mut Random) -> String {
    let mark = |random: &mut Random| {
        one_of(
            random,
            &[
                "",
                "",
                "#[retryable]",
                "#[retryable(after = 0)]",
                "#[retryable(after = user_a)]",
                "#[retryable(delegate)]",
                "#[repr(packed)]",
                "#[retryable(crate = a)]",
                "#[retryable(after = \"user_a\")]",
                "#[retryable(transparent)]",
            ],
        )
    };
    let fields = |random: &mut Random| {
        one_of(
            random,
            &[
                "",
                "(T)",
                "(u8, Duration)",
                "{ user_a: Duration }",
                "{ user_a: u8, r#type: T }",
                "()",
                "{}",
                "(#[retryable] T)",
                "(Box<T>)",
                "{ user_a: &'a dyn Error }",
            ],
        )
    };
    let generics = one_of(
        random,
        &[
            "",
            "<T>",
            "<T:>",
            "<'a, T: 'a>",
            "<T = u8>",
            "<const N: usize>",
            "<T> where T: A",
            "<>",
            "<T> where",
            "<T: ?Sized,>",
        ],
    );
    let outer = mark(random);
    match random.random_range(0..5) {
        0 => format!("{outer} struct user_S{generics} {};", fields(random)),
        1 => format!("{outer} struct user_S{generics} {}", fields(random)),
        2 => format!("{outer} union user_S{generics} {}", fields(random)),
        _ => {
            let variants: Vec<_> = (0..random.random_range(0..4))
                .map(|n| format!("{} User{n} {}", mark(random), fields(random)))
                .collect();
            format!("{outer} enum user_S{generics} {{ {} }}", variants.join(", "))
        }
    }
}

/// Returns a piece of an input.
pub(super) fn piece(random: &mut Random) -> String {
    match random.random_range(0..5) {
        0 => argument(random),
        1 => one_of(random, VALUES).to_owned(),
        2 => one_of(random, STATEMENTS).to_owned(),
        _ => one_of(random, PIECES).to_owned(),
    }
}
