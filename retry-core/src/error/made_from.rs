//! Defines the traits of the errors that are made from a refusal.

/// Defines a trait of the errors that implement `From` of a refusal. Its attributes are the compiler's message where an error
/// does not, which names the argument and the ways out.
macro_rules! made_from {
    ($refusal:ident: $(#[$attribute:meta])* $name:ident::$create:ident) => {
        $(#[$attribute])*
        pub trait $name {
            /// Creates the error of the call.
            fn $create(refusal: $refusal) -> Self;
        }

        #[diagnostic::do_not_recommend]
        impl<E: From<$refusal>> $name for E {
            fn $create(refusal: $refusal) -> E {
                refusal.into()
            }
        }
    };
}

pub(crate) use made_from;
