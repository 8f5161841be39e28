//! The first screen of the README: its code stands here and in `examples/terminal.rs`, word for word.

use axum::http::StatusCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

// begin
use reattempt::retry;

#[retry(max = 4, base = "200ms", when = is_transient)]
async fn report(http: &reqwest::Client, url: &str) -> reqwest::Result<String> {
    http.get(url).send().await?.error_for_status()?.text().await
}

fn is_transient(error: &reqwest::Error) -> bool {
    error.is_timeout() || error.is_connect() || error.status().is_some_and(|status| status.is_server_error())
}
// end

// begin
#[tokio::test]
async fn a_refused_connection_is_attempted_four_times() {
    let guard = reattempt::testing::no_wait(); // delays are recorded, not slept
    let http = reqwest::Client::new();
    assert!(report(&http, "http://127.0.0.1:1/report").await.is_err());
    assert_eq!(guard.delays().len(), 3);
}
// end

#[test]
fn the_readme_shows_this_code() {
    let readme = include_str!("../../README.md").replace("no_wait();    //", "no_wait(); //");
    let pieces: Vec<&str> = include_str!("readme.rs")
        .split("// begin\n")
        .skip(1)
        .filter_map(|piece| piece.split_once("// end\n"))
        .map(|(code, _)| code)
        .collect();
    assert!(pieces.len() >= 2);
    for code in &pieces[..2] {
        assert!(readme.contains(&format!("```rust\n{code}```\n")), "the README has other code than\n{code}");
    }
    let (_, function) = pieces[0].split_once("\n\n").expect("a line with `use` comes first");
    let picture = include_str!("../../examples/terminal.rs");
    assert!(picture.contains(function), "the example draws the log of other code than\n{function}");
}

#[tokio::test]
async fn its_permanent_errors_are_sent_once_and_its_others_again() {
    let requests = Arc::new(AtomicU32::new(0));
    let count = requests.clone();
    let answer = move |path: axum::http::Uri| async move {
        count.fetch_add(1, Relaxed);
        path.path()[1..].parse().ok().and_then(|code| StatusCode::from_u16(code).ok()).unwrap()
    };
    let socket = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let server = socket.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(socket, axum::Router::new().fallback(answer)).await });

    let _guard = reattempt::testing::no_wait();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for (status, expected) in [(404, 1), (400, 1), (401, 1), (503, 4), (500, 4)] {
        requests.store(0, Relaxed);
        let error = report(&http, &format!("http://{server}/{status}")).await.unwrap_err();
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert_eq!(requests.load(Relaxed), expected, "{status}");
    }
}
