//! What `reattempt` costs, beside a loop written by hand and beside its peers.

mod callgrind;
mod contender;
mod contenders;
mod service;

use callgrind::Case;
use service::Service;
use std::hint::black_box;
use std::rc::Rc;

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |key: String, run: Box<dyn Fn()>| cases.push(Case { key, run });
    for c in contender::all() {
        let name = c.name;
        if let Some(b) = c.blocking {
            for (what, f, fails) in [
                ("sync plain", Some(b.plain), 0),
                ("sync ?", Some(b.question), 0),
                ("sync nap 0", b.napping, 0),
                ("sync nap 2", b.napping, 2),
            ] {
                let Some(f) = f else { continue };
                let s = Service::new(0);
                add(
                    format!("{what}: {name}"),
                    Box::new(move || {
                        s.fail(fails);
                        let _ = black_box(f(black_box(&s)));
                    }),
                );
            }
        }
        if let Some(b) = c.asynchronous {
            let rt = Rc::new(
                tokio::runtime::Builder::new_current_thread()
                    .enable_time()
                    .start_paused(true)
                    .build()
                    .unwrap(),
            );
            for (what, f, fails) in [("paused 0", b.plain.on, 0), ("paused 2", b.plain.on, 2)] {
                if fails == 2 && name.starts_with("bare") {
                    continue;
                }
                let s = Service::new(0);
                let rt = rt.clone();
                add(
                    format!("{what}: {name}"),
                    Box::new(move || {
                        s.fail(fails);
                        let _ = black_box(f(&rt, black_box(&s)));
                    }),
                );
            }
            for (what, f, fails) in [
                ("async plain", Some(b.plain.here), 0),
                ("async ?", Some(b.question.here), 0),
                ("async nap 0", b.napping.as_ref().map(|f| f.here), 0),
                ("async nap 2", b.napping.as_ref().map(|f| f.here), 2),
            ] {
                let Some(f) = f else { continue };
                let s = Service::new(0);
                add(
                    format!("{what}: {name}"),
                    Box::new(move || {
                        s.fail(fails);
                        let _ = black_box(f(black_box(&s)));
                    }),
                );
            }
        }
        if let Some(d) = c.delays {
            add(format!("delays: {name}"), Box::new(d));
        }
    }
    add("one box".into(), Box::new(|| drop(black_box(Box::new(1)))));
    cases
}

fn main() {
    if std::env::args().nth(1).as_deref() == Some(callgrind::ARGUMENT) {
        callgrind::run_watched(&cases());
        return;
    }
    let dir = std::env::temp_dir().join(format!("benches-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    for (k, c) in callgrind::measure(&cases(), &dir) {
        println!("{k:45} {:8.2} {:8.2}", c.instructions, c.allocations);
    }
    for c in contender::all() {
        if let Some(a) = c.asynchronous {
            println!("{:25} {} {} {}", c.name, a.sizes.small, a.sizes.large, a.sizes.argument);
        }
    }
    std::fs::remove_dir_all(&dir).unwrap();
}
