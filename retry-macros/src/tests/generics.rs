//! The derive on types with every form of generic parameters.

/// Generic parameters, conditions and fields of a type under the derive, plain and odd.
const GENERICS: [&str; 14] = [
    "",
    "<>",
    "<T>",
    "<T:>",
    "<T: ?Sized + Clone>",
    "<T = u8>",
    "<const N: usize>",
    "<const N: usize = { 1 + 2 }>",
    "<'a>",
    "<'a:, T: 'a>",
    "<'a, 'b: 'a + 'a,>",
    "<#[cfg(all())] T>",
    "<T: for<'x> Fn(&'x T) -> T>",
    "<r#type>",
];
const CONDITIONS: [&str; 7] = [
    "",
    "where",
    "where T:",
    "where T: Copy,",
    "where for<'x> T: 'x, u8:",
    "where 'static:",
    "where [(); 3]: Sized,",
];

#[test]
fn no_generics_make_the_derive_panic() {
    for generics in GENERICS {
        for condition in CONDITIONS {
            let words = [
                format!(
                    "enum E{generics} {condition} {{ #[retryable(delegate)] A(T), #[retryable] B {{ a: u8 }}, C }}"
                ),
                format!("#[retryable(delegate)] struct E{generics} {condition} {{ r#type: T }}"),
                format!("#[retryable] struct E{generics} {condition} {{}}"),
                format!("#[retryable] struct E{generics}() {condition};"),
                format!("enum E{generics} {condition} {{}}"),
                format!("union E{generics} {condition} {{ a: T }}"),
            ];
            for item in words {
                let derived =
                    crate::derive::derive(item.parse().unwrap_or_else(|error| panic!("{item}: {error}")));
                assert!(syn::parse2::<syn::File>(derived.clone()).is_ok(), "{item}\n{derived}");
            }
        }
    }
}
