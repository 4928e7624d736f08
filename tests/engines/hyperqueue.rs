//! HyperQueue from PyPI's package: a server and four workers, each a process of its own.

use super::{Cluster, NODES, Nest, Process, held, number_after, wait};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A server, or with a second folder a worker of the server there: the package starts workers only beside a server of their own,
/// so such a worker is pointed to the other one. It ends with its input.
const NODE: &str = r#"
import os, sys
from hyperqueue.cluster import LocalCluster, WorkerConfig
home, *join = sys.argv[1:]
os.mkdir(home)
cluster = LocalCluster(home)
if join:
    current = os.path.join(home, "hq-current")
    os.remove(current)
    os.symlink(os.path.realpath(os.path.join(join[0], "hq-current")), current)
    cluster.start_worker(WorkerConfig(cores=1))
print("ready", flush=True)
sys.stdin.read()
"#;

/// Waits for a job; prints its tasks less those that finished.
const WAIT: &str = r#"
import sys
from hyperqueue import Client
counts = {}
Client(sys.argv[1]).connection.wait_for_jobs([int(sys.argv[2])], counts.update)
(job,) = counts.values()
print("unfinished", job["total"] - job["finished"])
"#;

/// A running cluster.
pub struct HyperQueue {
    nest: Nest,
    python: String,
}

impl HyperQueue {
    /// Starts it, or says why it cannot be had here.
    pub fn start() -> Result<Self, String> {
        let mut queue = Self::found()?;
        let server = queue.home();
        queue.node(std::slice::from_ref(&server))?;
        for k in 1..=NODES {
            queue.node(&[queue.nest.home.path().join(format!("worker{k}")), server.clone()])?;
        }
        Ok(queue)
    }

    /// What a script starts that keeps its server in the folder `hq` and ends with its input.
    pub fn of_script(self, script: &str) -> Self {
        let mut queue = self;
        let home = queue.nest.home.path().to_path_buf();
        fs::create_dir(queue.home()).unwrap();
        let mut command = Command::new(&queue.python);
        command.args(["-c", script]).current_dir(&home).stdin(Stdio::piped());
        queue.nest.children.push(command.stdout(Stdio::null()).spawn().unwrap());
        wait("the server of a script", || {
            assert!(queue.nest.children[0].try_wait().unwrap().is_none(), "the script has ended");
            queue.home().join("hq-current/access.json").is_file().then_some(())
        });
        queue
    }

    /// What can be started, if the package is there.
    pub fn found() -> Result<Self, String> {
        let python = std::env::var("FORECOURT_PYTHON").unwrap_or_else(|_| "python3".into());
        let there = Command::new(&python).args(["-c", "import hyperqueue"]).output().is_ok_and(|o| o.status.success());
        let why = "has no package hyperqueue (`pip install hyperqueue`; FORECOURT_PYTHON names the Python that has it)";
        if there { Ok(Self { nest: Nest::new(), python }) } else { Err(format!("{python} {why}")) }
    }

    fn home(&self) -> PathBuf {
        self.nest.home.path().join("hq")
    }

    fn node(&mut self, folders: &[PathBuf]) -> Result<(), String> {
        let log = self.nest.home.path().join(format!("{}.log", self.nest.children.len()));
        let mut command = Command::new(&self.python);
        command.args(["-c", NODE]).args(folders).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(fs::File::create(&log).unwrap()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        self.nest.children.push(child);
        // The server says more before it is ready.
        match lines.map_while(Result::ok).find(|l| l == "ready") {
            Some(_) => Ok(()),
            None => Err(format!("hyperqueue does not start here: {}", fs::read_to_string(log).unwrap_or_default())),
        }
    }
}

impl Cluster for HyperQueue {
    fn name(&self) -> &'static str {
        "hyperqueue"
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        vec![("FORECOURT_PYTHON", self.python.clone()), ("HQ_SERVER_DIR", self.home().to_str().unwrap().into())]
    }

    fn failed(&self, submitted: &str) -> usize {
        let job = number_after(submitted, "hyperqueue: job ");
        let output = Command::new(&self.python).args(["-c", WAIT]).arg(self.home()).arg(job).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        number_after(&text, "unfinished ").parse().unwrap()
    }

    fn kill_node(&mut self, _submitted: &str, out: &Path) {
        let worker = self.nest.children.last_mut().unwrap();
        let id = i32::try_from(worker.id()).unwrap();
        let shard = held(out, |p| p.parent() == Some(id));
        worker.kill().unwrap();
        worker.wait().unwrap();
        shard.kill();
    }

    fn seconds(&self) -> f64 {
        self.nest.processes().iter().map(Process::seconds).sum()
    }
}
