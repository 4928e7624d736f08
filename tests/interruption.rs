//! A run that is stopped, killed, starved of disk or met by a second one leaves the old results or the new ones, whole.
#![cfg(unix)]

use rustix::process::{Pid, Signal, kill_process};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

type Files = BTreeMap<String, Vec<u8>>;

fn plan(out: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_forecourt"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["plan", "scenarios/tiny", "--quiet", "--out"]).arg(out);
    command.args(more).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn finished(out: &Path, more: &[&str]) -> Files {
    let output = plan(out, more).output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
    content(out)
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn content(folder: &Path) -> Files {
    let read = |entry: fs::DirEntry| {
        (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).unwrap_or_default())
    };
    fs::read_dir(folder).map(|all| all.map(|e| read(e.unwrap())).collect()).unwrap_or_default()
}

/// Files without what differs between equal runs.
fn answer(mut files: Files) -> Files {
    files.remove("provenance.json");
    files.remove("report.html");
    files
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn send(child: &Child, signal: Signal) {
    let _ = kill_process(Pid::from_child(child), signal);
}

/// Long enough to be interrupted anywhere.
const LONG: [&str; 2] = ["--replications", "200000"];

#[test]
fn an_interrupt_ends_the_run_and_leaves_the_old_results_alone() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("r");
    let before = finished(&out, &[]);
    for (signal, wait) in [(Signal::INT, 100), (Signal::INT, 900), (Signal::TERM, 1800)] {
        let child = plan(&out, &LONG).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(wait));
        send(&child, signal);
        let output = child.wait_with_output().unwrap();
        // A signal that comes before the program listens ends it in the system's way.
        let early = output.status.code().is_none();
        assert!(output.status.code() == Some(130) || early && wait == 100, "{:?}: {}", output.status, text(&output));
        assert_eq!(content(&out), before);
    }
    finished(&out, &[]);
    assert_eq!(names(home.path()), ["r"]);
}

#[test]
fn a_killed_run_leaves_the_old_state_or_the_new_one() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("r");
    let states = [finished(&out, &["--seed", "1"]), finished(&out, &["--seed", "2"])].map(answer);
    assert_ne!(states[0], states[1]);
    let began = Instant::now();
    finished(&out, &["--seed", "1"]);
    let whole = began.elapsed();
    let rounds = std::env::var("FORECOURT_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(30_u32);
    for k in 0..rounds {
        let mut child = plan(&out, &["--seed", ["1", "2"][k as usize % 2]]).spawn().unwrap();
        // Half of the kills anywhere, half about where the results are written.
        let part = f64::from(k * 37 % 100) / 100.0;
        std::thread::sleep(whole.mul_f64(if k % 2 == 0 { part } else { 0.9 + 0.2 * part }));
        send(&child, Signal::KILL);
        child.wait().unwrap();
        let found = answer(content(&out));
        assert!(states.contains(&found), "kill {k} left a mixture: {:?}", found.keys().collect::<Vec<_>>());
    }
    assert_eq!(answer(finished(&out, &["--seed", "2"])), states[1]);
    assert_eq!(names(home.path()), ["r"], "the next run clears away what killed ones left");
}

#[test]
fn a_full_disk_is_said_and_nothing_changes() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("r");
    let before = finished(&out, &[]);
    // No file may grow beyond 8 blocks: the larger tables cannot be written.
    let run = plan(&out, &[]);
    let mut shell = Command::new("sh");
    shell.current_dir(env!("CARGO_MANIFEST_DIR")).args(["-c", "ulimit -f 8; exec \"$@\"", "sh"]);
    let output = shell.arg(run.get_program()).args(run.get_args()).output().unwrap();
    assert_eq!(output.status.code(), Some(73), "{}", text(&output));
    assert!(text(&output).contains("Nothing was changed"), "{}", text(&output));
    assert_eq!(content(&out), before);
    assert_eq!(names(home.path()), ["r"]);
    // Results inside something that is no folder.
    let output = plan(Path::new("/dev/null/r"), &[]).output().unwrap();
    assert_eq!(output.status.code(), Some(73), "{}", text(&output));
    // An output that takes nothing, and one that nobody reads.
    let mut print = Command::new(env!("CARGO_BIN_EXE_forecourt"));
    print.arg("schema");
    if let Ok(full) = File::options().write(true).open("/dev/full") {
        assert_eq!(print.stdout(full).status().unwrap().code(), Some(73));
    }
    let mut child = print.stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_second_run_into_the_same_folder_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("r");
    let first = plan(&out, &LONG).spawn().unwrap();
    let began = Instant::now();
    while !home.path().join(".r.lock").exists() && began.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(100));
    let second = plan(&out, &[]).output().unwrap();
    assert_eq!(second.status.code(), Some(73), "{}", text(&second));
    assert!(text(&second).contains("another run"), "{}", text(&second));
    send(&first, Signal::INT);
    first.wait_with_output().unwrap();
    finished(&out, &[]);
}
