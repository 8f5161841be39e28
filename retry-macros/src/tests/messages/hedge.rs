//! `hedge` and the functions that it stands on.

use super::check;

#[test]
fn a_hedge_is_a_duration_or_lent() {
    check(
        r#"
        #[retry(hedge = 50)]
                        ^^ `50` has no unit; write `hedge_ms = 50` or `hedge = "50s"`

        #[retry(hedge = "soon")]
                        ^^^^^^ `"soon"` is no duration; write a number and a unit, such as `"1.5s"`

        #[retry(hedge_ms = "50")]
                           ^^^^ `hedge_ms` is a number of milliseconds; write `hedge_ms = 50`

        #[retry(hedge)]
                ^^^^^ `hedge` takes a value after `=`; write `hedge = "50ms"`

        #[retry(hedge = Hedge::after(DELAY))]
                        ^^^^^^^^^^^^^^^^^^^ a `Hedge` made here is new at every call and remembers nothing; put it into a `static`, write `hedge = HEDGE`
                ^^^^^ `hedge` runs copies of an attempt beside it, and `fetch` is not async; write `async fn`, or remove it

        #[retry(hedge = std::time::Duration::from_millis(50))]
                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `std::time::Duration::from_millis(50)` is a time and no `Hedge`; write `hedge = "50ms"`, or `Hedge::after(std::time::Duration::from_millis(50))` in a `static`

        #[retry(hedging = "50ms", hedge_after = "1s")]
                ^^^^^^^ `hedging` is no argument of `#[retry]`; write `hedge = "50ms"`
                                  ^^^^^^^^^^^ `hedge_after` is no argument of `#[retry]`; write `hedge = "1s"`
        async fn fetch() -> Result<u32, String> { Ok(1) }

        #[retry(hedge_ms = n)]
                           ^ `n` is known at run time, and the calls of a function share one hedge; put a `Hedge` beside it, and write `hedge = self.hedge`
        async fn fetch(n: u64) -> Result<u32, String> { Ok(1) }
        "#,
    );
}

#[test]
fn copies_share_the_arguments() {
    check(
        r#"
        #[retry(hedge = "50ms")]
                ^^^^^ `hedge` runs copies of an attempt beside it, and `fetch` is not async; write `async fn`, or remove it
        fn fetch() -> Result<u32, String> { Ok(1) }

        #[retry(hedge = "50ms")]
        async fn fetch(&mut self) -> Result<u32, String> { Ok(1) }
                       ^^^^^^^^^ `hedge` runs copies of an attempt beside it, and `&mut self` can be lent to only one; take `&self`

        #[retry(hedge = "50ms")]
        async fn fetch(self: Pin<&mut Self>) -> Result<u32, String> { Ok(1) }
                       ^^^^^^^^^^^^^^^^^^^^ `hedge` runs copies of an attempt beside it, and `self: Pin<&mut Self>` can be lent to only one; take `&self`

        #[retry(hedge = "50ms")]
        async fn fetch(buffer: &mut Vec<u8>) -> Result<u32, String> { Ok(1) }
                               ^^^^^^^^^^^^ `hedge` runs copies of an attempt beside it, and `&mut Vec<u8>` can be lent to only one; take a `&`, or a value that each copy clones

        #[retry(hedge = "50ms")]
        async fn fetch(buffers: (Option<&mut [u8]>, u8)) -> Result<u32, String> { Ok(1) }
                                ^^^^^^^^^^^^^^^^^^^^^^^ `hedge` runs copies of an attempt beside it, and `(Option<&mut [u8]>, u8)` can be lent to only one; take a `&`, or a value that each copy clones

        #[retry(hedge = "50ms")]
        async fn fetch(mut body: impl AsyncRead + Unpin) -> Result<u32, String> { Ok(1) }
                       ^^^^^^^^ changes to `body` in one attempt would leak into the next; add the bound `Clone` and write `clone(body)`

        #[retry(hedge = "50ms")]
        async fn fetch(mut send: impl FnMut(u32)) -> Result<u32, String> { Ok(1) }
                       ^^^^^^^^ changes to `send` in one attempt would leak into the next, and `hedge` lends it to no copy; take a `&`, or a value that each copy clones

        #[retry(hedge = "50ms", clone(self))]
                                      ^^^^ `hedge` runs copies of `fetch` beside each other, which share `self`; take `&self`
        async fn fetch(self) -> Result<u32, String> { Ok(1) }

        #[retry(hedge = "50ms", attempt_timeout = "1s")]
                ^^^^^ `hedge` cannot run copies of `read` beside each other, not being async; write `async fn`, or `hedge` on the async methods alone
                                ^^^^^^^^^^^^^^^ `attempt_timeout` cannot cancel `read`, not being async; write `async fn`, or `attempt_timeout` on the async methods alone (`deadline` limits only when attempts start)
        impl Client { fn read(&self) -> Result<u32, String> { Ok(1) } }
        "#,
    );
}

#[test]
fn an_exclusive_reference_may_be_anywhere_in_an_argument() {
    check(
        r"
        #[retry(hedge_ms = 5)]
        async fn f(a: [&mut u8; 2]) -> Result<u32, E> { g(a) }
                      ^^^^^^^^^^^^ `hedge_ms` runs copies of an attempt beside it, and `[&mut u8; 2]` can be lent to only one; take a `&`, or a value that each copy clones

        #[retry(hedge_ms = 5)]
        async fn f(a: &[&mut u8]) -> Result<u32, E> { g(a) }
                      ^^^^^^^^^^ `hedge_ms` runs copies of an attempt beside it, and `&[&mut u8]` can be lent to only one; take a `&`, or a value that each copy clones
        ",
    );
}
