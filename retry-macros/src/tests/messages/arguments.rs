//! Tests changes to an argument of the function, which would leak into the next attempt.

use super::check;

#[test]
fn a_changed_argument_is_cloned_or_shared() {
    check(
        r"
        #[retry]
        async fn fetch(mut url: String) -> Result<String, String> {
                       ^^^^^^^ changes to `url` in one attempt would leak into the next; write `clone(url)`
            url.push('/');
            Ok(url.clone())
        }

        #[retry]
        fn fetch(mut url: String) -> Result<String, String> {
                 ^^^^^^^ changes to `url` in one attempt would leak into the next; write `clone(url)`
            url.push('/');
            Ok(url.clone())
        }

        #[retry]
        fn fetch<I: Iterator<Item = u32>>(mut items: I) -> Result<u32, String> {
                                          ^^^^^^^^^ changes to `items` in one attempt would leak into the next; write `items: &mut I` to share it, or add the bound `Clone` and write `clone(items)`
            items.next().ok_or_else(String::new)
        }

        #[retry]
        fn fetch(mut url: String) -> impl Future<Output = Result<String, String>> {
                 ^^^^^^^ changes to `url` in one attempt would leak into the next; write `clone(url)`
            async move {
                url.push('/');
                Ok(url.clone())
            }
        }

        #[retry]
        fn fetch(Request { url: mut address }: Request) -> Result<usize, String> {
                                ^^^^^^^^^^^ changes to `address` in one attempt would leak into the next; write `clone(address)`
            address.push('/');
            Ok(address.len())
        }

        #[retry]
        fn fetch(Request { mut url }: Request) -> Result<usize, String> {
                           ^^^^^^^ changes to `url` in one attempt would leak into the next; write `clone(url)`
            url.push('/');
            Ok(url.len())
        }

        #[retry]
        fn fetch((mut url, _port): (String, u32)) -> Result<String, String> {
                  ^^^^^^^ changes to `url` in one attempt would leak into the next; write `clone(url)`
            url.push('/');
            Ok(url.clone())
        }

        #[retry]
        fn read(mut source: impl Read) -> io::Result<usize> { source.read(&mut []) }
                ^^^^^^^^^^ changes to `source` in one attempt would leak into the next; write `source: &mut impl Read` to share it, or add the bound `Clone` and write `clone(source)`

        #[retry]
        fn next(mut self: Box<Self>) -> Result<u32, String> {
                ^^^^^^^^^^^^^^^^^^^ changes to `self` in one attempt would leak into the next; write `clone(self)`
            self.0 += 1;
            Ok(self.0)
        }

        #[retry]
        impl Client {
            fn next(mut self) -> Result<u32, String> {
                    ^^^^^^^^ changes to `self` in one attempt would leak into the next; write `clone(self)`
                self.0 += 1;
                Ok(self.0)
            }
        }

        #[retry]
        fn next(mut self) -> Result<u32, String> {
                ^^^^^^^^ changes to `self` in one attempt would leak into the next; write `clone(self)`
            self.0 += 1;
            Ok(self.0)
        }

        #[retry]
        fn first<I>(mut items: I) -> Option<u32>
                    ^^^^^^^^^ changes to `items` in one attempt would leak into the next; write `clone(items)`
        where
            I: Iterator<Item = u32> + Clone,
        { items.next() }

        #[retry]
        fn second(mut items: impl Clone + Iterator<Item = u32>) -> Option<u32> { items.next() }
                  ^^^^^^^^^ changes to `items` in one attempt would leak into the next; write `clone(items)`

        #[retry]
        fn fetch(ref mut url: String) -> Result<String, String> {
                 ^^^^^^^^^^^ changes to `url` in one attempt would leak into the next; write `clone(url)`
            url.push('/');
            Ok(url.clone())
        }

        #[retry]
        fn fetch(mut url: String, mut list: Vec<u32>) -> Result<String, String> {
                 ^^^^^^^ changes to `url` in one attempt would leak into the next; write `clone(url)`
                                  ^^^^^^^^ changes to `list` in one attempt would leak into the next; write `clone(list)`
            url.push('/');
            list.push(1);
            Ok(url.clone())
        }
        ",
    );
}
