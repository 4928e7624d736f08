//! Clusters of this machine for a test: real engines, real nodes or workers, one core each, all gone when the test ends.

pub mod hyperqueue;
pub mod slurm;

use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Nodes or workers of a cluster.
pub const NODES: usize = 4;
/// A test that waits longer than this has failed; nothing but failure depends on it.
const PATIENCE: Duration = Duration::from_mins(10);

/// What both engines can do for a test.
pub trait Cluster {
    /// What `study submit` takes it to be.
    fn name(&self) -> &'static str;
    /// What `study submit` must find in its environment.
    fn environment(&self) -> Vec<(&'static str, String)>;
    /// Waits until a submitted study is at its end; how many tasks failed, the merge among them if it could not run.
    fn failed(&self, submitted: &str) -> usize;
    /// Kills a node or worker with the task that it runs, a shard that writes to `out`.
    fn kill_node(&mut self, submitted: &str, out: &Path);
    /// CPU seconds that the engine's own processes took so far.
    fn seconds(&self) -> f64;
}

/// Says something whether or not the test passes.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Asks until there is an answer.
pub fn wait<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(began.elapsed() < PATIENCE, "waited in vain: {what}");
        sleep(Duration::from_millis(5));
    }
}

/// The number after a word, as in "job 17 works".
pub fn number_after(text: &str, word: &str) -> String {
    let rest = text.split_once(word).unwrap_or_else(|| panic!("no {word:?} in {text}")).1;
    rest.chars().take_while(char::is_ascii_digit).collect()
}

/// A process, as /proc has it.
#[derive(Clone, Debug)]
pub struct Process {
    /// Its number.
    pub id: i32,
    words: String,
    variables: String,
}

impl Process {
    /// All processes of this machine that may be looked at.
    pub fn all() -> Vec<Self> {
        let numbers = fs::read_dir("/proc").unwrap().filter_map(|e| e.ok()?.file_name().to_str()?.parse().ok());
        numbers.filter_map(Self::read).collect()
    }

    fn read(id: i32) -> Option<Self> {
        let text =
            |what: &str| Some(String::from_utf8_lossy(&fs::read(format!("/proc/{id}/{what}")).ok()?).into_owned());
        Some(Self { id, words: text("cmdline")?, variables: text("environ")? })
    }

    /// Fields of its state from the third on: the letter, the parent, …; nothing when it has ended.
    fn stat(&self) -> Option<Vec<String>> {
        let text = fs::read_to_string(format!("/proc/{}/stat", self.id)).ok()?;
        let fields = text.rsplit_once(") ")?.1;
        Some(fields.split_whitespace().map(String::from).collect())
    }

    /// Whether it has a word or a variable with this text in it.
    pub fn names(&self, text: &str) -> bool {
        self.words.contains(text) || self.variables.contains(text)
    }

    /// Whether it works a shard that goes to a folder.
    fn is_shard(&self, out: &Path) -> bool {
        self.words.contains("\0study\0shard\0") && self.words.contains(&format!("\0{}\0", out.display()))
    }

    /// Its parent's number.
    pub fn parent(&self) -> Option<i32> {
        self.stat()?.get(1)?.parse().ok()
    }

    /// CPU seconds of itself, without those of its children.
    pub fn seconds(&self) -> f64 {
        let fields = self.stat().unwrap_or_default();
        fields.iter().skip(11).take(2).filter_map(|f| f.parse::<f64>().ok()).sum::<f64>() / 100.0
    }

    fn signal(&self, signal: Signal) {
        let _ = kill_process(Pid::from_raw(self.id).unwrap(), signal);
    }

    /// Ends it at once.
    pub fn kill(&self) {
        self.signal(Signal::KILL);
    }

    /// Stops it where it is; whether it was still there and is now held.
    fn hold(&self) -> bool {
        self.signal(Signal::STOP);
        let held = wait("a process that is stopped or gone", || {
            match self.stat()?.first()?.as_str() {
                "T" => Some(true),
                "Z" | "X" => Some(false),
                _ => None,
            }
            .or_else(|| self.stat().is_none().then_some(false))
        });
        held && Self::read(self.id).is_some_and(|now| now.words == self.words)
    }
}

/// A shard in mid-run that satisfies a condition, stopped: it cannot end before it is killed.
pub fn held(out: &Path, fits: impl Fn(&Process) -> bool) -> Process {
    wait("a shard in mid-run", || Process::all().into_iter().find(|p| p.is_shard(out) && fits(p) && p.hold()))
}

/// A folder and the processes that were started for it; both are gone when this is.
pub struct Nest {
    /// The folder: every process of the cluster has it in a word or a variable.
    pub home: TempDir,
    /// Processes started here.
    pub children: Vec<Child>,
}

impl Nest {
    /// An empty one.
    pub fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap(), children: Vec::new() }
    }

    /// Processes of the cluster, whoever started them.
    pub fn processes(&self) -> Vec<Process> {
        let home = self.home.path().to_str().unwrap();
        let me = i32::try_from(std::process::id()).unwrap();
        Process::all().into_iter().filter(|p| p.id != me && p.names(home)).collect()
    }
}

impl Drop for Nest {
    fn drop(&mut self) {
        // Engines start processes while they are killed; several passes find all.
        for _ in 0..1000 {
            let left = self.processes();
            left.iter().for_each(Process::kill);
            for child in &mut self.children {
                let _ = child.kill();
                let _ = child.wait();
            }
            if left.is_empty() {
                return;
            }
            sleep(Duration::from_millis(10));
        }
        say("processes of a test's cluster could not be ended");
    }
}
