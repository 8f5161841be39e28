//! A browser with the page, and its driver.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long a condition may take on a machine that does much else. No test waits for longer than its condition.
const PATIENCE: Duration = Duration::from_mins(1);

/// The driver, which ends with the test.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the driver and returns it with its port.
fn driver() -> (Driver, u16) {
    let mut process = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .spawn()
        .expect("`.ci/run playground` installs chromedriver");
    let output = BufReader::new(process.stdout.take().expect("it is piped"));
    let driver = Driver(process);
    let port = output.lines().map_while(Result::ok).find_map(|line| {
        let (_, port) = line.split_once("started successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    (driver, port.expect("the driver prints its port"))
}

/// The look of a browser.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Look {
    Light,
    Dark,
    /// A narrow screen.
    Phone,
}

/// A browser that shows the playground. The page is opened as a file, so nothing comes from a network.
pub(crate) struct Browser {
    pub(crate) client: Client,
    _driver: Driver,
    _profile: TempDir,
}

impl Browser {
    pub(crate) async fn open(look: Look) -> Browser {
        let (driver, port) = driver();
        let profile = TempDir::new().expect("there is room");
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(look, profile.path()))
            .connect(&format!("http://localhost:{port}"))
            .await
            .expect("the browser starts");
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/book/playground.html");
        let page = page.canonicalize().expect("`.ci/run playground` renders the book");
        client.goto(&format!("file://{}", page.display())).await.expect("the page opens");
        let browser = Browser { client, _driver: driver, _profile: profile };
        browser.wait_for("form[data-state=simulated]").await;
        browser
    }

    /// Ends the browser. The driver ends without it, too, but leaves the browser behind.
    pub(crate) async fn close(self) {
        self.client.close().await.expect("the browser ends");
    }

    /// Waits for an element.
    pub(crate) async fn wait_for(&self, css: &str) {
        let wait = self.client.wait().at_most(PATIENCE).every(Duration::from_millis(20));
        wait.for_element(Locator::Css(css)).await.unwrap_or_else(|error| panic!("`{css}`: {error}"));
    }

    /// Waits until the element with this id contains a text.
    pub(crate) async fn wait_for_text(&self, id: &str, text: &str) {
        let path = format!("//*[@id='{id}'][contains(., '{text}')]");
        let wait = self.client.wait().at_most(PATIENCE).every(Duration::from_millis(20));
        wait.for_element(Locator::XPath(&path)).await.unwrap_or_else(|error| panic!("`{path}`: {error}"));
    }

    /// Writes a text into a field, in the place of its own.
    pub(crate) async fn write(&self, id: &str, text: &str) {
        let field = self.client.find(Locator::Id(id)).await.expect(id);
        field.clear().await.expect(id);
        field.send_keys(text).await.expect(id);
    }

    /// Chooses an option by its text.
    pub(crate) async fn choose(&self, id: &str, text: &str) {
        let field = self.client.find(Locator::Id(id)).await.expect(id);
        field.select_by_label(text).await.expect(id);
    }

    /// Returns the value of an expression of JavaScript.
    pub(crate) async fn evaluate(&self, expression: &str) -> Value {
        let result = self.client.execute(&format!("return {expression};"), Vec::new()).await;
        result.unwrap_or_else(|error| panic!("`{expression}`: {error}"))
    }

    /// Returns the cells of the rows of a table.
    pub(crate) async fn rows(&self, table: &str) -> Vec<Vec<String>> {
        let rows = format!(
            "[...document.querySelectorAll('#{table} tbody tr')].map(row => [...row.cells].map(cell => cell.textContent))"
        );
        serde_json::from_value(self.evaluate(&rows).await).expect("rows of texts")
    }

    /// Writes a picture of an element into the folder that `PLAYGROUND_PICTURES` names.
    pub(crate) async fn picture(&self, name: &str, css: &str) {
        let Ok(folder) = std::env::var("PLAYGROUND_PICTURES") else { return };
        let element = self.client.find(Locator::Css(css)).await.expect(css);
        let picture = element.screenshot().await.expect("it is visible");
        std::fs::write(Path::new(&folder).join(format!("{name}.png")), picture).expect("the folder exists");
    }
}

fn capabilities(look: Look, profile: &Path) -> Capabilities {
    let mut arguments = vec![
        "--headless".to_owned(),
        "--no-sandbox".to_owned(),
        "--disable-gpu".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        "--no-first-run".to_owned(),
        "--disable-background-networking".to_owned(),
        "--disable-component-update".to_owned(),
        "--disable-sync".to_owned(),
        "--window-size=1280,3000".to_owned(),
        format!("--user-data-dir={}", profile.display()),
    ];
    if look == Look::Dark {
        arguments.push("--blink-settings=preferredColorScheme=0".to_owned());
    }
    let mut options = json!({ "args": arguments });
    if look == Look::Phone {
        options["mobileEmulation"] =
            json!({ "deviceMetrics": { "width": 360, "height": 3000, "pixelRatio": 1.0 } });
    }
    Capabilities::from_iter([("goog:chromeOptions".to_owned(), options)])
}
