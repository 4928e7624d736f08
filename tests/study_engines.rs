//! A study on a cluster's own engine: real Slurm and real HyperQueue on this machine where they are installed, and it is said
//! where they are not. One machine, seven shards and either engine write the same bytes; what is killed costs what it was
//! working on.

mod engines;
#[path = "common/trial.rs"]
mod trial;

use engines::hyperqueue::HyperQueue;
use engines::slurm::Slurm;
use engines::{Cluster, NODES, held, say};
use std::collections::VecDeque;
use std::fs;
use std::path::Path;
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};
use trial::{Trial, digest, done};

/// Points of the short study.
const POINTS: usize = 40;

/// What one machine writes of the short study; seven shards write the same.
fn wanted() -> &'static str {
    static WANTED: OnceLock<String> = OnceLock::new();
    WANTED.get_or_init(|| {
        let trial = Trial::new(POINTS, 8);
        let (want, seven) = (trial.alone(), trial.out("seven"));
        (1..=7).for_each(|k| trial.shard(&seven, k, 7));
        done(trial.command("merge", &seven).arg("--quiet"));
        assert_eq!(digest(&seven), want);
        want
    })
}

/// Submits a study; what was said.
fn submit(trial: &Trial, cluster: &dyn Cluster, out: &Path, tasks: usize) -> String {
    let mut command = trial.command("submit", out);
    done(command.args(["--engine", cluster.name(), "--tasks", &tasks.to_string()]).envs(cluster.environment()))
}

/// A study in as many tasks as points, with a task that is killed and with a node that dies.
fn trial(cluster: &mut dyn Cluster) {
    let (trial, want) = (Trial::new(POINTS, 8), wanted());

    // A task is killed: it alone is missing, nothing is compared, and the same command again does what is left.
    let out = trial.out("killed task");
    let said = submit(&trial, cluster, &out, POINTS);
    held(&out, |_| true).kill();
    assert_eq!(cluster.failed(&said), 2, "the task and the merge that waited for it");
    let missing = trial.missing(&out);
    assert!(missing <= 1 && !out.join("study.json").exists(), "{missing} points are missing");
    let said = submit(&trial, cluster, &out, POINTS);
    assert_eq!((cluster.failed(&said), trial.missing(&out)), (0, 0));
    assert_eq!(digest(&out), want);

    // A node dies with its task: the engine gives that to another.
    let out = trial.out("killed node");
    let said = submit(&trial, cluster, &out, POINTS);
    cluster.kill_node(&said, &out);
    assert_eq!(cluster.failed(&said), 0);
    assert_eq!(digest(&out), want);
    let comparison = fs::read_to_string(out.with_extension("log").join("comparison.txt")).unwrap();
    assert!(comparison.contains(&format!("{POINTS} points")), "{comparison}");
}

/// Works every task as a bare process, as many at a time as a cluster does; the seconds.
fn bare(trial: &Trial, name: &str, tasks: usize, want: &str) -> f64 {
    let out = trial.out(name);
    let queue: Mutex<VecDeque<usize>> = Mutex::new((1..=tasks).collect());
    let began = Instant::now();
    let next = || queue.lock().unwrap().pop_front();
    let work = || {
        while let Some(k) = next() {
            trial.shard(&out, k, tasks);
        }
    };
    std::thread::scope(|scope| (0..NODES).for_each(|_| drop(scope.spawn(work))));
    done(trial.command("merge", &out).arg("--quiet"));
    let taken = began.elapsed().as_secs_f64();
    assert_eq!(digest(&out), want);
    taken
}

/// A thousand tasks of one point each: as bare processes, four at a time, through the engine, and again with a node that dies.
fn thousand(cluster: &mut dyn Cluster) {
    let (trial, tasks) = (Trial::new(1000, 20), 1000);
    let want = trial.alone();
    let mut alone = bare(&trial, "bare", tasks, &want);

    let (before, began) = (cluster.seconds(), Instant::now());
    let out = trial.out("whole");
    let said = submit(&trial, cluster, &out, tasks);
    assert_eq!(cluster.failed(&said), 0);
    let (taken, own) = (began.elapsed().as_secs_f64(), cluster.seconds() - before);
    assert_eq!(digest(&out), want);
    // Before and after, since other work on the machine comes and goes.
    alone = f64::midpoint(alone, bare(&trial, "bare again", tasks, &want));

    let out = trial.out("killed node");
    let said = submit(&trial, cluster, &out, tasks);
    engines::wait("the middle of the run", || {
        std::thread::sleep(Duration::from_millis(500));
        (trial.missing(&out) <= tasks / 2).then_some(())
    });
    cluster.kill_node(&said, &out);
    assert_eq!(cluster.failed(&said), 0);
    assert_eq!(digest(&out), want);
    let over = (taken - alone) / tasks as f64 * 1e3;
    say(&format!(
        "{}: {tasks} tasks in {taken:.1} s, bare in {alone:.1} s, {NODES} at a time: {over:.1} ms more a task; the engine's \
         daemons took {own:.2} CPU seconds; with a node killed in mid-run the same digest {want}",
        cluster.name()
    ));
}

#[test]
fn slurm_writes_what_one_machine_writes() {
    match Slurm::start() {
        Ok(mut slurm) => trial(&mut slurm),
        Err(why) => say(&format!("skipped: a study on Slurm: {why}")),
    }
}

#[test]
fn hyperqueue_writes_what_one_machine_writes() {
    match HyperQueue::start() {
        Ok(mut queue) => trial(&mut queue),
        Err(why) => say(&format!("skipped: a study on HyperQueue: {why}")),
    }
}

#[test]
#[ignore = "minutes: a thousand tasks, three times"]
fn slurm_works_a_thousand_tasks() {
    match Slurm::start() {
        Ok(mut slurm) => thousand(&mut slurm),
        Err(why) => say(&format!("skipped: a thousand tasks on Slurm: {why}")),
    }
}

#[test]
#[ignore = "a minute: a thousand tasks, three times"]
fn hyperqueue_works_a_thousand_tasks() {
    match HyperQueue::start() {
        Ok(mut queue) => thousand(&mut queue),
        Err(why) => say(&format!("skipped: a thousand tasks on HyperQueue: {why}")),
    }
}

/// The cluster of one machine that the page on studies starts from the package alone.
#[test]
fn the_page_starts_a_cluster_of_one_machine() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/studies.md")).unwrap();
    let script = page.split_once("\npython3 -c '").unwrap().1.split_once("'\n").unwrap().0;
    match HyperQueue::found() {
        Ok(queue) => {
            let queue = queue.of_script(script);
            let trial = Trial::new(6, 2);
            let (want, out) = (trial.alone(), trial.out("queue"));
            assert_eq!(queue.failed(&submit(&trial, &queue, &out, 3)), 0);
            assert_eq!(digest(&out), want);
        }
        Err(why) => say(&format!("skipped: a study on HyperQueue: {why}")),
    }
}
