//! A study on a cluster's own engine: real Slurm and real HyperQueue on this machine where they are installed, and it is said
//! where they are not. One machine, seven shards and either engine write the same bytes; what is killed costs what it was
//! working on.

mod engines;

use engines::hyperqueue::HyperQueue;
use engines::slurm::Slurm;
use engines::{Cluster, NODES, held, say};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, OnceLock};
use std::time::Instant;
use tempfile::TempDir;

/// Points of the short study.
const POINTS: usize = 40;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A study of scenarios/tiny and the folders of its results.
struct Trial {
    home: TempDir,
    study: PathBuf,
}

impl Trial {
    fn new(points: usize, replications: usize) -> Self {
        let home = tempfile::tempdir().unwrap();
        let study = home.path().join("a study.toml");
        let text = format!(
            "base = {:?}\nreplications = {replications}\ndesign = \"sobol\"\npoints = {points}\n
[[axis]]\nname = \"demand\"\nrange = [0.8, 1.2]\ntable = \"zones\"\nscale = \"demand_factor\"\n
[[axis]]\nname = \"rival\"\nrange = [0.7, 1.3]\ntable = \"zones\"\nscale = \"rival_weight\"\n",
            root().join("scenarios/tiny")
        );
        fs::write(&study, text).unwrap();
        Self { home, study }
    }

    fn short() -> Self {
        Self::new(POINTS, 20)
    }

    fn out(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn command(&self, what: &str, out: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_forecourt"));
        command.args(["study", what]).arg(&self.study).arg("--out").arg(out);
        command
    }

    fn shard(&self, out: &Path, k: usize, n: usize) {
        let mut command = self.command("shard", out);
        done(command.args(["--quiet", "--threads", "1", "--part", &format!("{k}/{n}")]));
    }

    /// Everything on this machine in one process.
    fn alone(&self) -> String {
        let out = self.out("alone");
        done(self.command("run", &out).arg("--quiet"));
        digest(&out)
    }

    /// Submits; what was said.
    fn submit(&self, cluster: &dyn Cluster, out: &Path, tasks: usize) -> String {
        let mut command = self.command("submit", out);
        command.args(["--engine", cluster.name(), "--tasks", &tasks.to_string()]).envs(cluster.environment());
        done(&mut command)
    }

    fn missing(&self, out: &Path) -> usize {
        let status: Value = serde_json::from_str(&done(self.command("status", out).arg("--json"))).unwrap();
        usize::try_from(status["missing"].as_u64().unwrap()).unwrap()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs a command that must succeed; returns its stdout.
fn done(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert!(status.success(), "{command:?}: {}\n{}", text(&stderr), text(&stdout));
    text(&stdout)
}

/// What a comparison says, to the last byte.
fn digest(out: &Path) -> String {
    let mut hash = Sha256::new();
    for file in ["points.csv", "effects.csv", "study.json"] {
        let bytes = fs::read(out.join(file)).unwrap_or_else(|e| panic!("{file} of {}: {e}", out.display()));
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(&bytes);
    }
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

/// What one machine writes of the short study; seven shards write the same.
fn wanted() -> &'static str {
    static WANTED: OnceLock<String> = OnceLock::new();
    WANTED.get_or_init(|| {
        let trial = Trial::short();
        let (want, seven) = (trial.alone(), trial.out("seven"));
        (1..=7).for_each(|k| trial.shard(&seven, k, 7));
        done(trial.command("merge", &seven).arg("--quiet"));
        assert_eq!(digest(&seven), want);
        want
    })
}

/// A study in as many tasks as points, with a task that is killed and with a node that dies.
fn trial(cluster: &mut dyn Cluster) {
    let (trial, want) = (Trial::short(), wanted());

    // A task is killed: it alone is missing, nothing is compared, and the same command again does what is left.
    let out = trial.out("killed task");
    let said = trial.submit(cluster, &out, POINTS);
    held(&out, |_| true).kill();
    assert_eq!(cluster.failed(&said), 2, "the task and the merge that waited for it");
    let missing = trial.missing(&out);
    assert!(missing <= 1 && !out.join("study.json").exists(), "{missing} points are missing");
    let said = trial.submit(cluster, &out, POINTS);
    assert_eq!((cluster.failed(&said), trial.missing(&out)), (0, 0));
    assert_eq!(digest(&out), want);

    // A node dies with its task: the engine gives that to another.
    let out = trial.out("killed node");
    let said = trial.submit(cluster, &out, POINTS);
    cluster.kill_node(&said, &out);
    assert_eq!(cluster.failed(&said), 0);
    assert_eq!(digest(&out), want);
    let comparison = fs::read_to_string(out.with_extension("log").join("comparison.txt")).unwrap();
    assert!(comparison.contains(&format!("{POINTS} points")), "{comparison}");
}

/// A thousand tasks of one point each: as bare processes, four at a time, through the engine, and again with a node that dies.
fn thousand(cluster: &mut dyn Cluster) {
    let (trial, tasks) = (Trial::new(1000, 20), 1000);
    let want = trial.alone();
    let bare = trial.out("bare");
    let queue: Mutex<VecDeque<usize>> = Mutex::new((1..=tasks).collect());
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..NODES {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap().pop_front();
                    let Some(k) = next else { return };
                    trial.shard(&bare, k, tasks);
                }
            });
        }
    });
    done(trial.command("merge", &bare).arg("--quiet"));
    let alone = began.elapsed().as_secs_f64();
    assert_eq!(digest(&bare), want);

    let (before, began) = (cluster.seconds(), Instant::now());
    let out = trial.out("whole");
    let said = trial.submit(cluster, &out, tasks);
    assert_eq!(cluster.failed(&said), 0);
    let (taken, own) = (began.elapsed().as_secs_f64(), cluster.seconds() - before);
    assert_eq!(digest(&out), want);

    let out = trial.out("killed node");
    let said = trial.submit(cluster, &out, tasks);
    engines::wait("the middle of the run", || (trial.missing(&out) <= tasks / 2).then_some(()));
    cluster.kill_node(&said, &out);
    assert_eq!(cluster.failed(&said), 0);
    assert_eq!(digest(&out), want);
    let over = (taken - alone) / tasks as f64 * 1e3;
    say(&format!(
        "{}: {tasks} tasks in {taken:.1} s, bare in {alone:.1} s, {NODES} at a time: {over:.1} ms more a task; the engine's own \
         daemons took {own:.1} CPU seconds; with a node killed in mid-run the same digest {want}",
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
