//! Differences by the shape of a function.

use super::changes;

const TABLE: &str = r#"
        #[retry]
        pub(super) fn by_group(#[expect(unused)] mut n: u32) -> Option<u32> {
            None
        }

        #[retry]
        fn alias(&self) -> Res<u32> {
            Ok(1)
        }

        #[retry]
        #[cfg_attr(not(any()), inline, track_caller)]
        fn with_macro() -> Result<u32, String> {
            Err(format!("{}", Location::caller()))
        }

        #[retry(clone(self, text))]
        async fn by_value(self, (mut n, text): (u32, String)) -> Result<u32, Down> {
            let Inside(store) = self;
            n += 1;
            drop(text);
            store.call()?;
            Ok(n)
        }

        #[retry]
        fn fetch() -> impl Iterator<Item = u32> {
            0..3
        }

        #[retry]
        fn fetch() -> Option<Result<u32, std::io::Error>> {
            None
        }

        #[retry]
        fn plainly_copy(mut n: u32, mut text: &str, (mut x, _): (u8, String), mut pair: (u8, bool)) -> Result<u32, String> {
            n += 1;
            x += 1;
            pair.0 += 1;
            text = text.trim();
            Ok(n + u32::from(x) + u32::from(pair.0) + text.len() as u32)
        }

        #[retry]
        pub(super) fn in_a_pattern(
            #[expect(unused_variables)] (mut a, b): (u32, u32),
            #[allow(unused_mut)] (mut c, mut d): (u32, u32),
        ) -> Option<u32> {
            a += c;
            d += a;
            Some(d)
        }

        #[retry]
        fn aliased(url: &str) -> BoxFuture<'_, Result<usize, String>> {
            let length = url.len();
            Box::pin(async move {
                if length > 5 {
                    return Err(String::new());
                }
                Ok(length)
            })
        }

        #[retry(error = RetryError)]
        fn fetch() -> Result<u32, RetryError<String>> {
            Err(String::new())
        }

        #[retry]
        fn by_object(mut op: Box<dyn FnMut() -> Result<u32, String> + '_>) -> Result<u32, String> {
            op()
        }

        #[retry]
        fn nothing_but_pass() -> Result<impl Iterator<Item = u32>, String> {
            Ok(0..3)
        }

        #[retry]
        extern "C" fn foreign() -> Option<&'static u32> {
            Some(&1)
        }

        #[retry]
        fn const_generic<const N: usize>(op: &Flaky) -> Result<[u32; N], Down> {
            op.call().map(|call| [call; N])
        }

        #[retry]
        fn starts_a_runtime(op: &Flaky) -> Result<u32, Down> {
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("Failed building the Runtime");
            runtime.block_on(async { op.call() })
        }

        #[retry(clone(self))]
        fn close(self) -> Result<String, String> {
            Ok(self.0)
        }

        #[retry]
        async fn provided(&self) -> Result<u32, Down>
        where
            Self: Sync,
        {
            let text = self.borrowed("k").await?;
            Ok(text.len() as u32)
        }

        #[retry]
        pub(super) fn by_cfg_attr(
            #[cfg_attr(all(), expect(unused_mut), cfg(all()))] mut n: u32,
            #[cfg_attr(any(), expect(unused_mut), cfg(any()))] mut m: u32,
        ) -> Option<u32> {
            m += n;
            Some(m)
        }

        #[retry(max = settings.retries, base = settings.base, jitter = none, clone(settings))]
        fn consumed(settings: Box<Settings>, flaky: &Flaky) -> Result<u32, Down> {
            drop(settings);
            flaky.call()
        }

        #[retry]
        fn returns_by_method(op: &Flaky) -> BoxFuture<'_, Result<u32, Down>> {
            async move { op.call() }.boxed()
        }


        #[retry]
        fn begins_with_a_constant(mut n: u32) -> Result<u32, Down> {
            const STEP: u32 = 2;
            n += STEP;
            Ok(n)
        }

        #[retry]
        fn begins_with_an_attribute_of_an_item(mut n: u32) -> Result<u32, Down> {
            #[inline]
            fn step() -> u32 {
                2
            }
            n += step();
            Ok(n)
        }

        #[retry]
        fn begins_with_an_attribute_of_a_statement(mut n: u32) -> Result<u32, Down> {
            #[expect(unused)]
            let fn_pointer = 1;
            n += 1;
            Ok(n)
        }

        #[retry]
        #[track_caller]
        fn with_a_caller() -> Result<u32, Down> {
            located(Location::caller())
        }

        #[retry]
        #[track_caller]
        async fn without_a_caller() -> Result<u32, Down> {
            Ok(get().await?)
        }

        #[retry]
        fn with_a_macro_before_the_attempts(key: &str) -> impl Future<Output = Result<u32, Down>> {
            let url = format!("/{key}");
            async move { get(&url).await }
        }

        #[retry(clone(self))]
        fn with_a_condition_on_self(#[cfg_attr(all(), expect(unused_mut), cfg(all()))] mut self) -> Option<u32> {
            self.take()
        }
"#;

#[test]
fn the_shape_of_a_function() {
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(changes(TABLE)) });
}
