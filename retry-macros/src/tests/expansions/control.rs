//! Differences by hooks, handles, labels, spans and timers.

use super::changes;

const TABLE: &str = r#"
        #[retry(sleep = sleep)]
        async fn fetch() -> Result<u32, Failed> {
            Ok(1)
        }

        #[retry(restart_after = LONG)]
        fn constant(key: u32) -> Result<u32, String> {
            Ok(key)
        }

        #[retry(call = c)]
        fn lent(list: &mut Vec<u32>) -> Result<&u32, String> {
            c.stop();
            list.first().ok_or_else(String::new)
        }

        #[retry(cancel = std::future::pending::<()>(), call = c)]
        async fn call(n: u32) -> Result<u32, Down> {
            Err(Down(std::future::ready(n + c.attempt()).await))
        }

        #[retry(on_retry = async |_| ())]
        fn fetch() -> Result<u32, String> {
            Ok(1)
        }

        #[retry(call = gen)]
        async fn hedged_with_handle(&self) -> Result<u32, Down> {
            answer_with(gen, &self.0).await
        }

        #[retry(log_after = MANY)]
        fn constant(key: u32) -> Result<u32, String> {
            Ok(key)
        }

        #[retry(cancel = |_| false)]
        fn cancelled() -> Result<(), String> {
            Err("down".into())
        }

        #[retry(on_retry = |event| self.told(event))]
        fn get(&self) -> Result<u32, String> {
            Ok(self.calls.get())
        }

        #[retry(on_success = |event| event.error())]
        async fn unknown_method(key: u32) -> Result<u32, String> {
            Ok(key)
        }

        #[retry(max = 3, on_retry = |_| count += 1)]
        fn hook_changes_an_argument(x: u32, mut count: u32) -> Result<u32, Down> {
            Err(Down(x))
        }

        #[retry(span)]
        fn store(text: String) -> Result<(), String> {
            drop(text);
            Err(String::new())
        }

        #[retry(
            call = gen,
            restart_after = "2m",
            cancel = |dyn_limit| dyn_limit.as_secs() > lines.lock().unwrap()[0],
            delay = |_, n| std::time::Duration::from_secs(lines.lock().unwrap()[n as usize]),
            on_success = |event| lines.lock().unwrap().push(event.attempt().into())
        )]
        fn controlled(lines: &Shared<Vec<u64>>, calls: &Cell<u32>) -> Result<u32, Down> {
            let first = lines.lock().unwrap()[0];
            call(calls).map(|n| n + first as u32 + gen.attempt())
        }


        #[retry(sleep = nap)]
        fn blocking() -> Result<u32, Failed> {
            get()
        }

        #[retry(retry_ok = is_empty, on_retry = log, on_give_up = |event| log(event))]
        fn hooks_beside_retry_ok() -> Result<u32, Failed> {
            get()
        }
"#;

#[test]
fn hooks_handles_labels_and_spans() {
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(changes(TABLE)) });
}
