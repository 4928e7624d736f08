//! `forecourt study submit`: a study as the tasks of a cluster's own engine, and its comparison when all are done.

use super::super::exit;
use super::super::terminal::{print, say};
use super::{beside, folder};
use crate::io::results::folder::may_write;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Submits through HyperQueue's Python package.
const CLIENT: &str = include_str!("hyperqueue.py");
/// Tasks unless it is said how many, at most one for each point.
const TASKS: usize = 100;

/// Who runs the tasks.
#[derive(Clone, Copy, Debug, PartialEq, clap::ValueEnum)]
enum Engine {
    /// A job array and a job that depends on it, through `sbatch`.
    Slurm,
    /// Through `hq`, or else through the Python package (FORECOURT_PYTHON names the Python that has it).
    Hyperqueue,
}

#[derive(Debug, clap::Args)]
pub(super) struct SubmitArgs {
    /// The study's file, in a folder that all machines see.
    pub(super) study: PathBuf,
    /// The engine.
    #[arg(long, value_enum)]
    engine: Engine,
    /// Tasks, of one core each [default: 100, or one for each point].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    tasks: Option<u32>,
    /// Folder of the comparison, seen by all machines; worked points are kept beside it under the same name with `.store`, what
    /// tasks had to say with `.log` [default: results/ and the file's name].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print the command lines, submit nothing.
    #[arg(long)]
    dry_run: bool,
}

/// Submits a sound study of so many points.
pub(super) fn run(args: &SubmitArgs, id: &str, points: usize) -> Result<u8, u8> {
    let job = Job::new(args, id, points).map_err(|e| {
        say(&format!("forecourt: {e}"));
        exit::BAD_INPUT
    })?;
    if args.dry_run {
        return Ok(print(&job.lines(args.engine)));
    }
    let unwritable = |e: &dyn std::fmt::Display| {
        say(&format!("forecourt: {e}"));
        exit::CANNOT_WRITE
    };
    may_write(Path::new(&job.out)).map_err(|e| unwritable(&e))?;
    std::fs::create_dir_all(&job.log).map_err(|e| unwritable(&e))?;
    let told = match args.engine {
        Engine::Slurm => job.slurm()?,
        Engine::Hyperqueue => job.hyperqueue()?,
    };
    Ok(print(&format!("{told}\nwhat tasks have to say: {}\n", job.log)))
}

/// The tasks of a study; every path is absolute, since an engine starts them wherever it likes.
struct Job {
    program: String,
    study: String,
    out: String,
    log: String,
    name: String,
    points: usize,
    tasks: usize,
}

impl Job {
    fn new(args: &SubmitArgs, id: &str, points: usize) -> io::Result<Self> {
        let out = folder(args.out.as_deref(), id);
        let most = points.max(1);
        let tasks = args.tasks.map_or(TASKS, |n| usize::try_from(n).unwrap_or(usize::MAX)).min(most);
        Ok(Self {
            program: text(&std::env::current_exe()?)?,
            study: text(&args.study)?,
            log: text(&beside(&out, ".log"))?,
            out: text(&out)?,
            name: format!("forecourt-{id}"),
            points,
            tasks,
        })
    }

    fn step<'a>(&'a self, what: &'a str, more: &[&'a str]) -> Vec<&'a str> {
        let mut words = vec![self.program.as_str(), "study", what, &self.study];
        words.extend(more);
        words.extend(["--out", &self.out, "--threads", "1", "--quiet"]);
        words
    }

    /// A Slurm array of all tasks.
    fn array(&self) -> Vec<String> {
        let (tasks, log) = (self.tasks.to_string(), self.log.replace('%', "%%"));
        let mut words = sbatch(&self.name);
        words.extend([format!("--array=1-{tasks}"), "--output=/dev/null".into()]);
        words.extend([format!("--error={log}/slurm-%A.txt"), "--open-mode=append".into()]);
        words.push(format!("--wrap=exec {}", shell(self.step("shard", &["--of", &tasks]))));
        words
    }

    /// A Slurm job that writes the comparison when every task of an array is done.
    fn after(&self, array: &str) -> Vec<String> {
        let mut words = sbatch(&format!("{}-merge", self.name));
        words.extend([format!("--dependency=afterok:{array}"), "--kill-on-invalid-dep=yes".into()]);
        words.push(format!("--output={}/comparison.txt", self.log.replace('%', "%%")));
        words.push(format!("--wrap=exec {}", shell(self.step("merge", &[]))));
        words
    }

    fn hq(&self) -> Vec<String> {
        let tasks = self.tasks.to_string();
        let (array, faults) = (format!("1-{tasks}"), format!("{}/%{{TASK_ID}}.txt:rm-if-finished", self.log));
        let mut words = vec!["hq", "--output-mode=quiet", "submit", "--name", &self.name, "--array", &array];
        words.extend(["--cpus", "1", "--stdout", "none", "--stderr", &faults, "--"]);
        words.extend(self.step("shard", &["--of", &tasks]));
        words.into_iter().map(String::from).collect()
    }

    fn client(&self, python: &str) -> Vec<String> {
        let tasks = self.tasks.to_string();
        let words =
            [python, "-c", CLIENT.trim_end(), &self.program, &self.study, &self.out, &self.log, &self.name, &tasks];
        words.map(String::from).into()
    }

    /// What would be run, as a shell takes it.
    fn lines(&self, engine: Engine) -> String {
        if engine == Engine::Slurm {
            let after = shell(self.after("JOB")).replace("afterok:JOB", "afterok:\"${job%%;*}\"");
            return format!("job=$({})\n{after}\n", shell(self.array()));
        }
        match python() {
            Some(python) => format!("{}\n", shell(self.client(&python))),
            None => {
                format!("job=$({})\nhq job wait \"$job\" && {}\n", shell(self.hq()), shell(self.step("merge", &[])))
            }
        }
    }

    fn slurm(&self) -> Result<String, u8> {
        let said = submitted(&self.array(), "nothing was submitted")?;
        // A cluster of clusters answers with the number and its own name.
        let array = said.split(';').next().unwrap_or_default();
        let by_hand = format!("job {array} works the points; when it is done: {}", shell(self.step("merge", &[])));
        let merge = submitted(&self.after(array), &by_hand)?;
        let merge = merge.split(';').next().unwrap_or_default();
        Ok(format!("{}, job {merge} writes the comparison into {}", self.works(Engine::Slurm, array), self.out))
    }

    fn hyperqueue(&self) -> Result<String, u8> {
        if let Some(python) = python() {
            let job = submitted(&self.client(&python), "nothing was submitted")?;
            return Ok(format!(
                "{}; its last task writes the comparison into {}",
                self.works(Engine::Hyperqueue, &job),
                self.out
            ));
        }
        let job = submitted(&self.hq(), "nothing was submitted")?;
        let merge = shell(self.step("merge", &[]));
        Ok(format!("{}; then: hq job wait {job} && {merge}", self.works(Engine::Hyperqueue, &job)))
    }

    fn works(&self, engine: Engine, job: &str) -> String {
        let name = if engine == Engine::Slurm { "slurm" } else { "hyperqueue" };
        format!("{name}: job {job} works {} points in {} tasks", self.points, self.tasks)
    }
}

fn sbatch(name: &str) -> Vec<String> {
    vec!["sbatch".into(), "--parsable".into(), format!("--job-name={name}"), "--cpus-per-task=1".into()]
}

/// An absolute path as text; links stay as they are, since another machine may resolve them otherwise.
fn text(path: &Path) -> io::Result<String> {
    let path = std::path::absolute(path)?;
    path.to_str().map(String::from).ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidInput, format!("{}: an engine takes paths in UTF-8 only", path.display()))
    })
}

/// Words as a shell takes them.
fn shell(words: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=+:,./@%".contains(c);
    let quoted = |word: &str| {
        if !word.is_empty() && word.chars().all(plain) {
            word.into()
        } else {
            format!("'{}'", word.replace('\'', r"'\''"))
        }
    };
    let words: Vec<String> = words.into_iter().map(|w| quoted(w.as_ref())).collect();
    words.join(" ")
}

fn asked(words: &[impl AsRef<std::ffi::OsStr>]) -> io::Result<Output> {
    Command::new(&words[0]).args(&words[1..]).stdin(Stdio::null()).output()
}

fn works(words: &[&str]) -> bool {
    asked(words).is_ok_and(|o| o.status.success())
}

/// The Python through which HyperQueue is asked: the one that is named, or the usual one where it has the package and there is
/// no `hq`.
fn python() -> Option<String> {
    let usual =
        || (!works(&["hq", "--version"]) && works(&["python3", "-c", "import hyperqueue"])).then(|| "python3".into());
    std::env::var("FORECOURT_PYTHON").ok().or_else(usual)
}

fn missing(program: &str) -> String {
    match program {
        "sbatch" => "slurm is not installed here: there is no `sbatch` on the PATH; submit where it is".into(),
        "hq" => "hyperqueue is not installed here: there is no `hq` on the PATH, and no Python with its package; `pip install \
                 hyperqueue` brings that, and FORECOURT_PYTHON names the Python that has it"
            .into(),
        python => format!("FORECOURT_PYTHON names a program that is not there: {python}"),
    }
}

/// Shows a command line, runs it, and returns what it said: the number of the job.
fn submitted(words: &[String], otherwise: &str) -> Result<String, u8> {
    print(&format!("{}\n", shell(words)));
    let output = asked(words).map_err(|e| {
        say(&match e.kind() {
            io::ErrorKind::NotFound => missing(&words[0]),
            _ => format!("forecourt: {}: {e}", words[0]),
        });
        exit::BAD_INPUT
    })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    say(String::from_utf8_lossy(&output.stderr).trim_end());
    say(&format!("{} answered with an error ({}); {otherwise}", words[0], output.status));
    Err(exit::INTERNAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_gets_every_word_back() {
        let words = ["plain-1.2/a=b", "", "two words", "it's", "$HOME `x` \"y\" \\", "new\nline", "*", "%A", "中"];
        let line = format!("printf '%s\\0' {}", shell(words));
        let output = asked(&["sh", "-c", &line]).unwrap();
        let back: Vec<&str> = std::str::from_utf8(&output.stdout).unwrap().split_terminator('\0').collect();
        assert_eq!(back, words);
        assert!(shell(words).starts_with("plain-1.2/a=b '' 'two words'"));
    }
}
