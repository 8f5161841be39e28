//! The phases of a soak, and what they find.

use std::{collections::HashMap, fmt, pin::pin, sync::Arc, time::Duration};

use fastrand::Rng;
use progress::Progress;
use real::{Fault, Guards, Proxy, Totals, servers::redis::Redis};
use tokio::{
    select,
    sync::{Barrier, watch},
    task::{Id, JoinSet},
    time::{Instant, sleep, timeout},
};

use super::{
    Course, EVENTS, Phase, Plan, fleet,
    sample::{Count, Sample, growth},
    site::{MEMBERS, Outcome},
};

/// How long users are idle before what the process holds is looked at.
const QUIET: Duration = Duration::from_secs(4);
/// How long all of them may take to get there: a broker starts again first, and a breaker and a throttle recover.
const PATIENCE: Duration = Duration::from_mins(5);
/// By how much a count may grow from the first quiet phase to the last. Pools have a connection more or less now and then;
/// a leak has one for each of hundreds of faults.
const FEW: f64 = 4.0;
/// By how much memory may grow, in KiB.
const LITTLE: f64 = 4.0 * 1024.0;

/// What a soak has found.
#[derive(Default)]
pub(crate) struct Findings {
    outcomes: Vec<Outcome>,
    /// In the quiet phases after the warm-up, one after the other.
    quiet: Vec<Sample>,
    /// Without users, after the warm-up and in the end.
    rests: [Sample; 2],
    seed: u64,
    took: Duration,
    broken: Option<String>,
}

impl Findings {
    pub(crate) fn violations(&self) -> Vec<String> {
        let mut violations: Vec<String> = self.broken.iter().cloned().collect();
        for outcome in &self.outcomes {
            violations.extend(outcome.violations.iter().map(|what| format!("{}: {what}", outcome.name)));
        }
        if self.broken.is_some() {
            return violations;
        }
        let memory: Vec<_> = self.quiet.iter().map(|sample| sample.memory as f64).collect();
        if growth(&memory) > LITTLE {
            let [grown, limit] = [growth(&memory), LITTLE].map(|kib| kib / 1024.0);
            violations
                .push(format!("memory grew by {grown:.1} MiB in quiet phases; {limit} MiB are allowed"));
        }
        let [before, after] = self.rests;
        for count in Count::ALL {
            let counts: Vec<_> = self.quiet.iter().map(|sample| count.of(*sample) as f64).collect();
            if growth(&counts) > FEW {
                let grown = growth(&counts);
                violations.push(format!("{count} grew by {grown:.1} in quiet phases; {FEW} are allowed"));
            }
            let [before, after] = [before, after].map(|sample| count.of(sample));
            if after > before {
                violations.push(format!("{count} without users were {before}, and are {after}"));
            }
        }
        violations
    }
}

/// Holds a soak.
pub(crate) async fn hold(plan: Plan) -> Findings {
    let begun = Instant::now();
    let mut soak = Soak::start(&plan).await;
    let mut findings = Findings { seed: plan.seed, ..Findings::default() };
    let progress = Progress::of_time(plan.time);
    let result = show(&progress, soak.go(&plan, &mut findings, &progress)).await;
    drop(progress);
    if let Err(broken) = result {
        findings.broken = Some(broken);
        soak.servers.abort_all();
    }
    while let Some(outcome) = soak.servers.join_next().await {
        // The panic of one has printed what it is about.
        findings.outcomes.extend(outcome);
    }
    findings.outcomes.sort_by_key(|outcome| soak.names.iter().position(|name| *name == outcome.name));
    findings.took = begun.elapsed();
    findings
}

/// Shows each second how much time is left and what has happened, until the work is done. It is no task of its own, which
/// the samples would count.
async fn show<T>(progress: &Progress, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    loop {
        select! {
            done = &mut work => return done,
            () = sleep(Duration::from_secs(1)) => {
                progress.tick();
                progress.note(EVENTS.in_short());
            }
        }
    }
}

struct Soak {
    servers: JoinSet<Outcome>,
    names: Vec<&'static str>,
    ids: HashMap<Id, &'static str>,
    processes: [fleet::Process; MEMBERS],
    store: Arc<Proxy>,
    phase: watch::Sender<Phase>,
    meeting: Arc<Barrier>,
    begun: Instant,
}

impl Soak {
    async fn start(plan: &Plan) -> Soak {
        let phase = watch::Sender::new(Phase::Rest);
        // The servers, the store of the fleet and the coordinator.
        let meeting = Arc::new(Barrier::new(plan.sites.len() + 2));
        let mut rng = Rng::with_seed(plan.seed);
        let mut course = || {
            let (phase, meeting) = (phase.subscribe(), Arc::clone(&meeting));
            Course { phase, meeting, rng: rng.fork(), sabotage: plan.sabotage }
        };
        let server = Redis::start_in_memory().await.expect("the store of the fleet starts");
        let store = Arc::new(Proxy::start(server.address()).await.expect("there is a port for the proxy"));
        let mut servers = JoinSet::new();
        servers.spawn(fleet::run(server, Arc::clone(&store), course()));
        let mut ids = HashMap::new();
        let mut processes = <[fleet::Process; MEMBERS]>::default();
        for (name, start) in &plan.sites {
            let guards = [(); MEMBERS].map(|()| Guards::new(name));
            for (process, guards) in processes.iter_mut().zip(&guards) {
                process.add(guards);
            }
            ids.insert(servers.spawn(start(name, guards, course())).id(), *name);
        }
        let names = plan.sites.iter().map(|(name, _)| *name).collect();
        Soak { servers, names, ids, processes, store, phase, meeting, begun: Instant::now() }
    }

    /// The warm-up, then the rest of the time.
    async fn go(&mut self, plan: &Plan, findings: &mut Findings, progress: &Progress) -> Result<(), String> {
        self.meet().await?;
        let names = self.names.join(", ");
        progress.above(|| println!("{names} and a fleet for {:?}, by CHAOS_SEED={}", plan.time, plan.seed));
        self.begun = Instant::now();
        progress.restart();
        for (round, part) in [(0, 0.2), (1, 1.0)] {
            let members = self.processes.each_ref().map(|process| process.join(self.store.address()));
            let end = self.begun + plan.time.mul_f64(part);
            let samples = self.cycles(plan.time, end, progress).await?;
            drop(members);
            self.phase.send_replace(Phase::Rest);
            self.meet().await?;
            let base = if round == 0 { Sample::default() } else { findings.rests[0] };
            findings.rests[round] = Sample::down_to(base).await;
            progress.above(|| println!("  without users: {}", findings.rests[round]));
            findings.quiet = samples;
        }
        self.phase.send_replace(Phase::End);
        Ok(())
    }

    /// Load and quiet in turns, until it is time to end. Returns what the process held in each quiet phase.
    async fn cycles(
        &mut self,
        time: Duration,
        end: Instant,
        progress: &Progress,
    ) -> Result<Vec<Sample>, String> {
        let load = (time / 30).clamp(Duration::from_secs(4), Duration::from_secs(50));
        let mut samples = Vec::new();
        while samples.is_empty() || Instant::now() + load + QUIET < end {
            self.phase.send_replace(Phase::Load);
            sleep(load).await;
            self.phase.send_replace(Phase::Quiet);
            self.meet().await?;
            sleep(QUIET).await;
            let sample = Sample::take();
            let left = (self.begun + time).saturating_duration_since(Instant::now()).as_secs();
            progress.above(|| println!("  {}:{:02} left: {sample}", left / 60, left % 60));
            samples.push(sample);
        }
        Ok(samples)
    }

    /// Waits for all servers, none of which may have ended.
    async fn meet(&mut self) -> Result<(), String> {
        let meeting = timeout(PATIENCE, self.meeting.wait());
        select! {
            met = meeting => met.map(drop).map_err(|_| format!("a server was not ready within {PATIENCE:?}")),
            Some(ended) = self.servers.join_next_with_id() => {
                let id = ended.map_or_else(|error| error.id(), |(id, _)| id);
                Err(format!("{} ended early", self.ids.get(&id).copied().unwrap_or("the fleet")))
            }
        }
    }
}

const KINDS: [Fault; 6] =
    [Fault::Kill, Fault::Reset, Fault::Close, Fault::BlackHole, Fault::Overload, Fault::Delay];

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| faults | all | {} |", KINDS.map(|kind| kind.to_string()).join(" | "))?;
        writeln!(f, "|---|--:{}|", "|--:".repeat(KINDS.len()))?;
        for Outcome { name, faults, .. } in &self.outcomes {
            let count = |kind| faults.iter().filter(|fault| **fault == kind).count().to_string();
            writeln!(f, "| {name} | {} | {} |", faults.len(), KINDS.map(count).join(" | "))?;
        }
        writeln!(
            f,
            "\n| outcomes | operations | attempts | at once | recovered | gave up | refused | acknowledged | lost \
             | recovery | longest |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
        )?;
        for outcome in self.outcomes.iter().filter(|outcome| outcome.totals.begun > 0) {
            let Totals { begun, attempts, at_once, recovered, gave_up, refused, .. } = outcome.totals;
            let Outcome { name, acknowledged, lost, .. } = outcome;
            let mut recoveries = outcome.recoveries.clone();
            recoveries.sort_unstable();
            let median = recoveries.get(recoveries.len() / 2).map_or(0, Duration::as_millis);
            let longest = recoveries.last().map_or(0, Duration::as_millis);
            writeln!(
                f,
                "| {name} | {begun} | {attempts} | {at_once} | {recovered} | {gave_up} | {refused} | {acknowledged} \
                 | {lost} | {median} ms | {longest} ms |"
            )?;
        }
        let [before, after] = self.rests;
        let quiet = |sample: Option<&Sample>| sample.map(Sample::to_string).unwrap_or_default();
        let of = |value: fn(&Sample) -> u64| {
            growth(&self.quiet.iter().map(|s| value(s) as f64).collect::<Vec<_>>())
        };
        writeln!(f, "\nfirst quiet phase: {}", quiet(self.quiet.first()))?;
        writeln!(f, "last quiet phase: {}", quiet(self.quiet.last()))?;
        writeln!(
            f,
            "growth over {} quiet phases: {:.1} MiB, {:.1} descriptors, {:.1} tasks, {:.1} threads",
            self.quiet.len(),
            of(|sample| sample.memory) / 1024.0,
            of(|sample| sample.descriptors),
            of(|sample| sample.tasks),
            of(|sample| sample.threads),
        )?;
        writeln!(f, "without users, after the warm-up: {before}")?;
        writeln!(f, "without users, in the end: {after}")?;
        write!(f, "seed {}, took {} s", self.seed, self.took.as_secs())
    }
}
