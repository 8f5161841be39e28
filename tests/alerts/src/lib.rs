//! A Prometheus that reads `docs/alerts.yml`, and its tool that checks rules.
//!
//! Both come from Debian's package `prometheus`. The environment variable `PROMETHEUS` is the folder that has them; without
//! it they are looked for as other commands are.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, fs};

use serde_json::Value;
use tempfile::TempDir;

/// The file with the alerts.
#[must_use]
pub fn rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/alerts.yml")
}

/// Returns one of the programs of the package.
#[must_use]
pub fn program(name: &str) -> Command {
    Command::new(env::var_os("PROMETHEUS").map_or_else(PathBuf::new, PathBuf::from).join(name))
}

/// A Prometheus that scrapes one program every second. Dropped, it is killed and its data removed.
#[derive(Debug)]
pub struct Prometheus {
    child: Child,
    address: SocketAddr,
    _folder: TempDir,
}

/// An alert that waits for its `for` to pass, or fires.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alert {
    /// The name of its rule.
    pub name: String,
    /// What it is about: the breaker, the budget, the throttle or the operation.
    pub subject: String,
    /// Whether its `for` has passed.
    pub is_firing: bool,
}

impl Prometheus {
    /// Starts it with the rules of `docs/alerts.yml`, each with a `for` of two seconds.
    ///
    /// # Errors
    /// If the program is missing, or a file cannot be written.
    pub fn start(target: SocketAddr) -> io::Result<Prometheus> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("rules.yml"), with_short_waits(&fs::read_to_string(rules())?))?;
        let configuration = format!(
            "global: {{ scrape_interval: 1s, evaluation_interval: 1s }}\n\
             rule_files: [rules.yml]\n\
             scrape_configs: [{{ job_name: shop, static_configs: [{{ targets: ['{target}'] }}] }}]\n"
        );
        fs::write(folder.path().join("prometheus.yml"), configuration)?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let child = program("prometheus")
            .arg(format!("--config.file={}", folder.path().join("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .arg("--log.level=warn")
            .stdin(Stdio::null())
            .spawn()?;
        Ok(Prometheus { child, address, _folder: folder })
    }

    /// Returns the alerts of this moment, in the order of their names.
    ///
    /// # Errors
    /// If it does not answer, because it has not started yet or has ended.
    pub fn alerts(&self) -> io::Result<Vec<Alert>> {
        let page = get(self.address, "/api/v1/alerts")?;
        let page: Value = serde_json::from_str(&page)?;
        let alerts =
            page["data"]["alerts"].as_array().ok_or_else(|| io::Error::other("no list of alerts"))?;
        let mut alerts: Vec<_> = alerts.iter().map(alert).collect();
        alerts.sort();
        Ok(alerts)
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        // An error means that it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn alert(alert: &Value) -> Alert {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let labels = &alert["labels"];
    let subjects = ["breaker", "budget", "throttle", "operation"];
    let subject = subjects.iter().map(|label| &labels[label]).find(|value| !value.is_null());
    Alert {
        name: text(&labels["alertname"]),
        subject: text(subject.unwrap_or(&Value::Null)),
        is_firing: alert["state"] == "firing",
    }
}

/// Returns the rules with a `for` of two seconds in the place of minutes and hours.
fn with_short_waits(rules: &str) -> String {
    let short = |line: &str| match line.split_once("for: ") {
        Some((indent, _)) if indent.trim().is_empty() => format!("{indent}for: 2s\n"),
        _ => format!("{line}\n"),
    };
    rules.lines().map(short).collect()
}

fn get(address: SocketAddr, path: &str) -> io::Result<String> {
    let limit = Duration::from_secs(5);
    let mut stream = TcpStream::connect_timeout(&address, limit)?;
    stream.set_read_timeout(Some(limit))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    if head.starts_with("HTTP/1.0 200") { Ok(body.to_owned()) } else { Err(io::Error::other(answer)) }
}

/// Returns a port on which nobody listens, below those that Linux gives to clients.
fn free_port() -> u16 {
    let first = 20_000 + (std::process::id() % 10_000) as u16;
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    (first..32_000).find(is_free).unwrap_or(first)
}
