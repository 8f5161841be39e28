//! The calls to two hosts, one of which browns out.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use reattempt::Policy;

use super::client::Call;
use super::server::Server;
use super::time::{now, sleep};
use super::timeline::Timeline;

/// How long is simulated.
pub(crate) const LENGTH: Duration = Duration::from_secs(60);
/// New calls to each host in a second.
pub(crate) const CALLS_PER_SECOND: u32 = 70;
/// The host whose server browns out, and one whose server does not.
pub(crate) const HOSTS: [&str; 2] = ["a.example", "b.example"];
/// The policy of the calls.
pub(crate) const POLICY: Policy = Policy::new().max(4).base(Duration::from_millis(200)).checked();

/// The servers of the hosts.
pub(crate) type Servers = [(&'static str, Server); 2];

/// Makes calls to all hosts, at even distances, and returns the timeline of each host. `spawn` starts a call.
pub(crate) async fn run<C: Call>(
    client: fn(Servers, Policy) -> C,
    policy: Policy,
    spawn: impl Fn(Pin<Box<dyn Future<Output = ()>>>),
) -> [Arc<Timeline>; 2] {
    let timelines = HOSTS.map(|_| Arc::new(Timeline::start()));
    let [a, b] = timelines.clone();
    let servers = [(HOSTS[0], Server::browning_out(a)), (HOSTS[1], Server::healthy(b))];
    let client = Arc::new(client(servers, policy));
    let mut next = now();
    while timelines[0].now() < LENGTH {
        for (host, timeline) in HOSTS.iter().zip(&timelines) {
            let (client, timeline) = (client.clone(), timeline.clone());
            spawn(Box::pin(async move { timeline.ended(&client.call(host).await) }));
        }
        next += Duration::from_secs(1) / CALLS_PER_SECOND;
        sleep(next.saturating_sub(now())).await;
    }
    timelines
}
