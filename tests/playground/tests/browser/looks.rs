//! The page on a narrow screen, light and dark.

use serde_json::Value;

use crate::browser::{Browser, Look};

#[tokio::test]
#[ignore = "needs the rendered book and Chromium"]
async fn a_phone_need_not_scroll_sideways() {
    let browser = Browser::open(Look::Phone).await;
    assert_narrow(&browser, "at first").await;
    browser.picture("phone", ".content main").await;
    browser.choose("pg-preset", "amqp_connection").await;
    browser.choose("pg-backoff", "linear by").await;
    browser.choose("pg-jitter", "up_to").await;
    browser.write("pg-deadline", "100000.125").await;
    browser.wait_for_text("pg-attribute", "deadline = \"100000125ms\"").await;
    browser.wait_for("form[data-state=simulated]").await;
    assert_narrow(&browser, "with long values").await;
    browser.write("pg-max", "a number that is none").await;
    browser.wait_for_text("pg-max-error", "expected `max_attempts`").await;
    assert_narrow(&browser, "with an error").await;
    browser.picture("phone-error", "#pg").await;
    browser.close().await;
}

/// Asserts that the page is no wider than the screen, and that each field is in it.
async fn assert_narrow(browser: &Browser, state: &str) {
    assert_eq!(browser.evaluate("innerWidth").await, 360, "{state}");
    assert_eq!(browser.evaluate("document.documentElement.scrollWidth").await, 360, "{state}");
    let outside = browser
        .evaluate(
            "[...document.querySelectorAll('.pg :is(input, select, svg, button, figure)')]
                .filter(element => element.checkVisibility())
                .filter(element => element.getBoundingClientRect().right > 360 || element.getBoundingClientRect().left < 0)
                .map(element => element.id || element.tagName)",
        )
        .await;
    assert_eq!(outside, Value::Array(Vec::new()), "{state}");
}

#[tokio::test]
#[ignore = "needs the rendered book and Chromium"]
async fn texts_are_legible_light_and_dark() {
    for look in [Look::Light, Look::Dark] {
        let browser = Browser::open(look).await;
        browser.picture(&format!("{look:?}").to_lowercase(), ".content main").await;
        browser.write("pg-base", "61").await;
        browser.wait_for_text("pg-base-error", "write at most 60").await;
        let background =
            luminance(&browser.evaluate("getComputedStyle(document.documentElement).backgroundColor").await);
        assert_eq!(background < 0.5, look == Look::Dark, "{look:?} has a background of {background}");
        for (css, property, least) in [
            (".pg label", "color", 4.5),
            ("#pg-base", "color", 4.5),
            ("#pg-base-error", "color", 4.5),
            ("#pg-table td", "color", 4.5),
            ("#pg-schedule text", "fill", 4.5),
            ("#pg-fleet text", "fill", 4.5),
            ("#pg-schedule .call", "fill", 3.0),
            ("#pg-fleet rect.failed", "fill", 3.0),
            ("#pg-plain polyline.requests", "stroke", 3.0),
            ("#pg-plain polyline.rejections", "stroke", 3.0),
        ] {
            let color = format!("getComputedStyle(document.querySelector('{css}')).{property}");
            let contrast = contrast(luminance(&browser.evaluate(&color).await), background);
            assert!(
                contrast >= least,
                "{look:?}: `{css}` has a contrast of {contrast:.2}, less than {least}"
            );
        }
        browser.close().await;
    }
}

/// Returns the contrast of two luminances as WCAG defines it.
fn contrast(one: f64, other: f64) -> f64 {
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Returns the relative luminance of a colour, `rgb(…)`, as WCAG defines it.
fn luminance(color: &Value) -> f64 {
    let numbers = color.as_str().unwrap().split(|letter: char| !letter.is_ascii_digit() && letter != '.');
    let parts: Vec<f64> = numbers.filter_map(|number| number.parse().ok()).collect();
    let [red, green, blue] = parts[..] else { panic!("{color} is not opaque") };
    let linear = |part: f64| {
        let part = part / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}
