//! Differences by a method under `#[async_trait]`, after that attribute has moved its arguments.

use super::changes;

const TABLE: &str = r#"
        #[retry(name = "get {self.id}", budget = self.budget)]
        fn get<'life0, 'async_trait>(
            &'life0 self,
            key: u32,
        ) -> ::core::pin::Pin<Box<dyn ::core::future::Future<Output = Result<u32, Down>> + ::core::marker::Send + 'async_trait>>
        where
            'life0: 'async_trait,
            Self: 'async_trait,
        {
            Box::pin(async move {
                if let ::core::option::Option::Some(__ret) = ::core::option::Option::None::<Result<u32, Down>> {
                    return __ret;
                }
                let __self = self;
                let key = key;
                let __ret: Result<u32, Down> = { __self.call(key).await };
                #[allow(unreachable_code)]
                __ret
            })
        }

        #[retry(clone(self, text))]
        fn put<'life0, 'async_trait>(
            mut self,
            mut text: String,
            mut n: u32,
            mut buffer: &'life0 mut Vec<u8>,
        ) -> Pin<Box<dyn Future<Output = Result<u32, Down>> + Send + 'async_trait>>
        where
            'life0: 'async_trait,
        {
            Box::pin(async move {
                let mut __self = self;
                let mut text = text;
                let mut n = n;
                let mut buffer = buffer;
                let __ret: Result<u32, Down> = {
                    n += 1;
                    text.push('/');
                    __self.call(text, n, buffer).await?
                };
                __ret
            })
        }


        #[retry]
        fn list<'async_trait>(
            mut user_id: u32,
        ) -> Pin<Box<dyn Future<Output = Result<u32, Down>> + Send + 'async_trait>> {
            Box::pin(async move {
                let mut user_id = user_id;
                let __ret: Result<u32, Down> = {
                    user_id += 1;
                    list(user_id).await
                };
                __ret
            })
        }
"#;

#[test]
fn a_method_under_async_trait() {
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(changes(TABLE)) });
}
