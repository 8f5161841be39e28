//! Autoderef ladders, which choose a method by the traits that a type has.

/// Lets each type dereference to the next type. Method lookup takes the method of the first type whose bounds hold.
macro_rules! deref_ladder {
    ($this:ident $next:ident $($rest:ident)*) => {
        impl<T> core::ops::Deref for $this<T> {
            type Target = $next<T>;

            #[inline]
            fn deref(&self) -> &$next<T> {
                &$next(core::marker::PhantomData)
            }
        }

        deref_ladder!($next $($rest)*);
    };
    ($last:ident) => {};
}

pub(crate) use deref_ladder;
