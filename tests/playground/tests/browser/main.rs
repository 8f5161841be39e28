//! The playground of the book, rendered and opened in Chromium. `.ci/run playground` renders it before these tests.

mod browser;
mod looks;

use std::time::Duration;

use browser::{Browser, Look};
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use reattempt::{Backoff, Jitter, Policy, preset};
use serde_json::{Value, json};

const MILLIS: Duration = Duration::from_millis(1);

/// Asserts that the table has the bounds of the policy.
async fn assert_table(browser: &Browser, policy: Policy) {
    let rows = browser.rows("pg-table").await;
    let delays = policy.max_attempts().expect("it is limited") - 1;
    assert_eq!(rows.len(), delays as usize);
    let (mut earliest, mut latest) = (Duration::ZERO, Duration::ZERO);
    for (row, delay) in rows.iter().zip(1..) {
        let (shortest, longest) = policy.delay_bounds(delay);
        (earliest, latest) = (earliest + shortest, latest + longest);
        let attempt = delay + 1;
        let expected =
            [format!("{delay}"), format!("{shortest:?}"), format!("{longest:?}"), format!("{attempt}")];
        assert_eq!(row[..4], expected);
        assert_eq!(row[4..], [format!("{earliest:?}"), format!("{latest:?}")]);
    }
    let worst = browser.evaluate("document.getElementById('pg-worst').textContent").await;
    let expected = format!("at most {:?}.", policy.worst_case_wait());
    assert!(worst.as_str().unwrap().contains(&expected), "{worst} has no {expected}");
}

#[tokio::test]
#[ignore = "needs the rendered book and Chromium"]
async fn the_table_has_the_bounds_of_the_policy() {
    let browser = Browser::open(Look::Light).await;
    assert_table(&browser, Policy::new()).await;

    for (id, value) in [("pg-max", "6"), ("pg-base", "0.2"), ("pg-factor", "1.5"), ("pg-max-delay", "0.9")] {
        browser.write(id, value).await;
    }
    browser.choose("pg-jitter", "spread").await;
    browser.write("pg-jitter-amount", "0.2").await;
    browser.wait_for_text("pg-attribute", "max_delay = \"900ms\"").await;
    browser.wait_for_text("pg-attribute", "jitter = spread(0.2)").await;
    let policy = Policy::new()
        .max(6)
        .base(200 * MILLIS)
        .factor(1.5)
        .max_delay(900 * MILLIS)
        .jitter(Jitter::Spread(0.2));
    assert_table(&browser, policy).await;

    browser.choose("pg-backoff", "linear by").await;
    browser.write("pg-backoff-amount", "0.1").await;
    browser.choose("pg-jitter", "decorrelated").await;
    browser.write("pg-deadline", "10").await;
    browser.wait_for_text("pg-attribute", "jitter = decorrelated").await;
    browser.wait_for_text("pg-attribute", "deadline = \"10s\"").await;
    let policy = policy.backoff(Backoff::LinearBy(100 * MILLIS)).jitter(Jitter::Decorrelated);
    assert_table(&browser, policy).await;
    browser.close().await;
}

/// Presses a key and releases it.
async fn press(browser: &Browser, key: Key) {
    let value = char::from(key);
    let keys =
        KeyActions::new("keyboard".to_owned()).then(KeyAction::Down { value }).then(KeyAction::Up { value });
    browser.client.perform_actions(keys).await.expect("there is a keyboard");
}

/// Moves the focus with the tabulator until it is at the element with this id.
async fn tab_to(browser: &Browser, id: &str) {
    for _ in 0..300 {
        if browser.evaluate("document.activeElement.id").await == *id {
            return;
        }
        press(browser, Key::Tab).await;
    }
    panic!("the tabulator does not reach `{id}`");
}

#[tokio::test]
#[ignore = "needs the rendered book and Chromium"]
async fn the_keyboard_is_enough() {
    let browser = Browser::open(Look::Light).await;
    tab_to(&browser, "pg-preset").await;
    press(&browser, Key::Down).await;
    browser.wait_for_text("pg-attribute", "preset = s3_upload").await;
    assert_table(&browser, preset::S3_UPLOAD).await;

    tab_to(&browser, "pg-max").await;
    let field = browser.client.active_element().await.expect("there is one");
    field.send_keys("74").await.expect("it is a field");
    // These keys turn the pages of the book elsewhere.
    press(&browser, Key::Left).await;
    press(&browser, Key::Right).await;
    press(&browser, Key::Backspace).await;
    browser.wait_for_text("pg-attribute", "max = 7").await;
    assert_table(&browser, preset::S3_UPLOAD.max(7)).await;
    assert!(browser.client.current_url().await.unwrap().path().ends_with("/playground.html"));
    browser.close().await;
}

#[tokio::test]
#[ignore = "needs the rendered book and Chromium"]
async fn an_error_of_the_library_stands_beside_its_field() {
    let browser = Browser::open(Look::Light).await;
    for (id, error, text, message) in [
        ("pg-base", "pg-base-error", "61", "`initial_delay` is 61; write at most 60, which `max_delay` is"),
        ("pg-factor", "pg-factor-error", "0.5", "`exponential_base` is 0.5; write a finite number from 1 up"),
        (
            "pg-max",
            "pg-max-error",
            "many",
            "expected `max_attempts` to be a whole number from 0 to 4294967295",
        ),
    ] {
        browser.write(id, text).await;
        browser.wait_for_text(error, message).await;
        browser.wait_for(&format!("#{id}[aria-invalid=true]")).await;
        browser.wait_for("form[data-state=refused]").await;
        let errors = "[...document.querySelectorAll('.pg-error')].filter(error => error.textContent).length";
        assert_eq!(browser.evaluate(errors).await, 1, "{id}");
        browser.picture(error, "#pg").await;
        browser.write(id, "\u{E003}").await;
        browser.wait_for("form[data-state=simulated]").await;
        browser.wait_for(&format!("#{id}:not([aria-invalid])")).await;
    }
    browser.write("pg-clients", "501").await;
    browser.wait_for_text("pg-clients-error", "`clients` is 501; write a whole number from 1 to 500").await;
    browser.close().await;
}

/// The cells of a table that the simulations fill.
fn cells(rows: &Value, columns: &[&str]) -> Vec<Vec<String>> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let row = |row: &Value| columns.iter().map(|column| text(&row[*column])).collect();
    rows.as_array().expect("there are rows").iter().map(row).collect()
}

#[tokio::test]
#[ignore = "needs the rendered book and Chromium"]
async fn the_simulations_are_those_of_the_policy() {
    let browser = Browser::open(Look::Light).await;
    browser.write("pg-max", "4").await;
    browser.write("pg-base", "0.2").await;
    browser.write("pg-clients", "40").await;
    browser.wait_for_text("pg-attribute", "max = 4, base = \"200ms\"").await;
    browser.wait_for("form[data-state=simulated]").await;
    let fields = json!({ "max_attempts": "4", "initial_delay": "0.2" }).to_string();
    let fleet: Value = serde_json::from_str(&playground::fleet(&fields, "40")).unwrap();
    assert_eq!(browser.rows("pg-costs").await, cells(&fleet["costs"], &["name", "calls", "done", "time"]));
    let drawn = "document.querySelectorAll('#pg-fleet rect').length";
    assert_eq!(browser.evaluate(drawn).await, 120);

    // The jitter of the brownout differs in each run.
    let totals = browser.rows("pg-totals").await;
    let number = |row: usize, column: usize| totals[row][column].parse::<u32>().unwrap();
    assert!(number(0, 1) > 10_000, "plain retries: {totals:?}");
    assert!(number(1, 1) < 5_000 && number(1, 3) > 200, "breaker and budget: {totals:?}");
    assert!(number(1, 4) > 2 * number(0, 4), "{totals:?}");
    browser.close().await;
}

#[tokio::test]
#[ignore = "needs the rendered book and Chromium"]
async fn nothing_comes_from_a_network() {
    let browser = Browser::open(Look::Light).await;
    let loaded =
        "[...document.querySelectorAll('[src], link[href]')].map(element => element.src ?? element.href)";
    let loaded: Vec<String> = serde_json::from_value(browser.evaluate(loaded).await).unwrap();
    assert!(loaded.iter().any(|name| name.ends_with("/playground/wasm.js")), "{loaded:?}");
    assert!(loaded.iter().all(|name| name.starts_with("file://")), "{loaded:?}");
    browser.close().await;
}
