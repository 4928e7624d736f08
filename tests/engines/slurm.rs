//! Slurm on the loopback: munged, slurmctld and four slurmd under their own names, ports and folders.

use super::{Cluster, NODES, Nest, Process, held, number_after, wait};
use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Tries to start, each with other ports.
const TRIES: usize = 3;
/// How long a start may take.
const START: Duration = Duration::from_mins(1);
const PROGRAMS: [&str; 6] = ["munged", "slurmctld", "slurmd", "sbatch", "scontrol", "sinfo"];

/// A running cluster.
pub struct Slurm {
    nest: Nest,
    conf: PathBuf,
}

impl Slurm {
    /// Starts it, or says why it cannot be had here.
    pub fn start() -> Result<Self, String> {
        let absent: Vec<&str> = PROGRAMS.into_iter().filter(|p| found(p).is_none()).collect();
        if !absent.is_empty() {
            return Err(format!("not installed: {} (Debian: slurm-wlm, munge)", absent.join(", ")));
        }
        if !rustix::process::geteuid().is_root() {
            return Err("only root may run munged and slurmd".into());
        }
        let mut why = String::new();
        for _ in 0..TRIES {
            match Self::once() {
                Ok(slurm) => return Ok(slurm),
                Err(e) => why = e,
            }
        }
        Err(why)
    }

    fn once() -> Result<Self, String> {
        let mut nest = Nest::new();
        let home = nest.home.path().to_path_buf();
        for folder in ["state", "spool", "log", "munge"] {
            fs::create_dir(home.join(folder)).unwrap();
        }
        let conf = home.join("slurm.conf");
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
        fs::write(&conf, configuration(&home, host.trim().split('.').next().unwrap())).unwrap();
        let mut key = [0; 128];
        std::io::Read::read_exact(&mut fs::File::open("/dev/urandom").unwrap(), &mut key).unwrap();
        fs::write(home.join("munge/key"), key).unwrap();
        let munge =
            |what: &str| format!("--{what}={}", home.join("munge").join(what.trim_end_matches("-file")).display());
        let mut munged = command("munged", &conf);
        munged
            .args(["--foreground", "--force"])
            .args(["key-file", "socket", "pid-file", "log-file", "seed-file"].map(munge));
        let begin = |nest: &mut Nest, mut command: Command, log: &str| {
            let log = fs::File::create(home.join("log").join(log)).unwrap();
            command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
            nest.children.push(command.spawn().unwrap());
        };
        begin(&mut nest, munged, "munged");
        wait("munged", || home.join("munge/socket").exists().then_some(()));
        let mut slurm = Self { nest, conf };
        let mut controller = command("slurmctld", &slurm.conf);
        controller.arg("-D");
        begin(&mut slurm.nest, controller, "slurmctld");
        for k in 1..=NODES {
            let mut node = command("slurmd", &slurm.conf);
            node.args(["-D", "-N", &format!("n{k}")]);
            begin(&mut slurm.nest, node, &format!("slurmd.{k}"));
        }
        let began = Instant::now();
        while slurm.told("sinfo", &["-h", "-p", "work", "-t", "idle", "-o", "%D"]).trim() != NODES.to_string() {
            let ended = slurm.nest.children.iter_mut().any(|c| c.try_wait().unwrap().is_some());
            if ended || began.elapsed() > START {
                let log = fs::read_to_string(home.join("log/slurmctld")).unwrap_or_default();
                return Err(format!("slurm does not start here: {log}"));
            }
            sleep(Duration::from_millis(50));
        }
        Ok(slurm)
    }

    fn told(&self, program: &str, words: &[&str]) -> String {
        String::from_utf8_lossy(&command(program, &self.conf).args(words).output().unwrap().stdout).into_owned()
    }

    /// A line for every task of a job, or for several that have not begun.
    fn tasks(&self, job: &str) -> Vec<String> {
        let text = self.told("scontrol", &["show", "job", "-o", job]);
        text.lines().filter(|l| l.contains("JobId=")).map(String::from).collect()
    }
}

impl Cluster for Slurm {
    fn name(&self) -> &'static str {
        "slurm"
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        vec![("SLURM_CONF", self.conf.to_str().unwrap().into()), ("SBATCH_PARTITION", "work".into())]
    }

    fn failed(&self, submitted: &str) -> usize {
        let jobs = [number_after(submitted, "slurm: job "), number_after(submitted, "tasks, job ")];
        let running = ["PENDING", "RUNNING", "COMPLETING", "SUSPENDED", "CONFIGURING", "REQUEUED"];
        wait("the end of a Slurm job", || {
            let states: Vec<String> =
                jobs.iter().flat_map(|j| self.tasks(j)).map(|t| field(&t, "JobState").to_owned()).collect();
            let over = !states.is_empty() && !states.iter().any(|s| running.contains(&s.as_str()));
            if !over {
                sleep(Duration::from_millis(100));
            }
            over.then(|| states.iter().filter(|s| *s != "COMPLETED").count())
        })
    }

    /// The node's daemon, its step and its task end at once; Slurm is told that the node is down, as its time-out would, and that
    /// the task need not wait the two minutes that follow a node's failure.
    fn kill_node(&mut self, submitted: &str, out: &Path) {
        let job = number_after(submitted, "slurm: job ");
        let node = format!("n{NODES}");
        let shard = held(out, |p| p.names(&format!("SLURMD_NODENAME={node}\0")));
        let daemon = self.nest.children.last_mut().unwrap();
        daemon.kill().unwrap();
        daemon.wait().unwrap();
        let step = shard.parent().unwrap();
        Process::all().iter().filter(|p| p.id == step && p.id > 1).for_each(Process::kill);
        shard.kill();
        self.told("scontrol", &["update", &format!("NodeName={node}"), "State=DOWN", "Reason=killed"]);
        let again: BTreeSet<String> = wait("the task that is queued again", || {
            let tasks = self.tasks(&job);
            let again =
                tasks.iter().filter(|t| field(t, "Restarts") == "1").map(|t| field(t, "ArrayTaskId").to_owned());
            Some(again.collect()).filter(|a: &BTreeSet<String>| !a.is_empty())
        });
        assert_eq!(again.len(), 1, "a node of one core had one task: {again:?}");
        for task in again {
            self.told("scontrol", &["update", &format!("JobId={job}_{task}"), "StartTime=now"]);
        }
    }

    fn seconds(&self) -> f64 {
        self.nest.processes().iter().map(Process::seconds).sum()
    }
}

fn field<'a>(line: &'a str, name: &str) -> &'a str {
    let of = |word: &'a str| word.strip_prefix(name)?.strip_prefix('=');
    line.split_whitespace().find_map(of).unwrap_or_default()
}

/// Where a program is: on the PATH, or where daemons stand.
fn found(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let daemons = ["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from);
    std::env::split_paths(&path).chain(daemons).map(|folder| folder.join(program)).find(|p| p.is_file())
}

fn command(program: &str, conf: &Path) -> Command {
    let mut command = Command::new(found(program).unwrap());
    command.env("SLURM_CONF", conf);
    command
}

fn configuration(home: &Path, host: &str) -> String {
    // Ports that are free now; a start that loses one to somebody else is tried again.
    let held: Vec<TcpListener> = (0..=NODES).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    let port = |k: usize| held[k].local_addr().unwrap().port();
    let home = home.display();
    let mut text = format!(
        "ClusterName=forecourt
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={}
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
AuthType=auth/munge
AuthInfo=socket={home}/munge/socket
CryptoType=crypto/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation={home}/state
SlurmdSpoolDir={home}/spool/%n
SlurmctldPidFile={home}/slurmctld.pid
SlurmdPidFile={home}/slurmd.%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/builtin
SchedulerParameters=sched_interval=1,sched_min_interval=10000,default_queue_depth=2000
SlurmdParameters=config_overrides
MpiDefault=none
MinJobAge=86400
PartitionName=closed Nodes=ALL Default=YES State=DOWN
PartitionName=work Nodes=ALL MaxTime=INFINITE State=UP
",
        port(0)
    );
    for k in 1..=NODES {
        text += &format!("NodeName=n{k} NodeHostname={host} NodeAddr=127.0.0.1 Port={} CPUs=1\n", port(k));
    }
    text
}
