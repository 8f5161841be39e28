//! Decides whether a method can fail, by the name of its return type.

use syn::Type;

use super::types::unwrapped;

pub(crate) enum ReturnKind {
    Result,
    Other,
    Unknown,
}

/// The types of the standard library that are no `Result`.
const STANDARD: [&str; 44] = [
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "usize",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "isize",
    "f32",
    "f64",
    "bool",
    "char",
    "str",
    "Self",
    "Option",
    "String",
    "Vec",
    "VecDeque",
    "HashMap",
    "HashSet",
    "BTreeMap",
    "BTreeSet",
    "Box",
    "Rc",
    "Arc",
    "Weak",
    "Cell",
    "RefCell",
    "Mutex",
    "RwLock",
    "Cow",
    "PathBuf",
    "OsString",
    "CString",
    "Duration",
    "Instant",
    "SystemTime",
    "Ordering",
    "PhantomData",
    "NonZero",
];

pub(crate) fn return_kind(ty: &Type) -> ReturnKind {
    match unwrapped(ty) {
        Type::Path(path) => {
            let Some(last) = path.path.segments.last() else { return ReturnKind::Unknown };
            let name = last.ident.to_string();
            if name == "Result" {
                ReturnKind::Result
            } else if path.qself.is_none() && STANDARD.contains(&&*name) {
                ReturnKind::Other
            } else {
                ReturnKind::Unknown
            }
        }
        Type::Macro(_) | Type::Infer(_) | Type::Verbatim(_) => ReturnKind::Unknown,
        // References, tuples, arrays, pointers, `!`, `impl Trait` and trait objects: none of them can be a `Result`.
        _ => ReturnKind::Other,
    }
}
