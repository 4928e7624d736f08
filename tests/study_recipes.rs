//! What `study submit` asks engines, what the page on studies says of it, and what is said when an engine is not there or
//! refuses; engines themselves are in study_engines.

#[path = "common/trial.rs"]
mod trial;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use trial::{Trial, digest, done, text};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The page without the ends of its lines that a shell does not see.
fn page() -> String {
    let text = fs::read_to_string(root().join("docs/studies.md")).unwrap();
    text.lines()
        .map(|l| l.strip_suffix('\\').map_or_else(|| format!("{l}\n"), |l| l.trim_end().to_owned() + " "))
        .collect::<String>()
        .split(' ')
        .filter(|w| !w.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Submits the study of the page, with the PATH of a folder alone.
fn submit(engine: &str, path: &Path, out: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_forecourt"));
    command.args(["study", "submit"]).arg(root().join("scenarios/tiny/studies/what-if.toml")).arg("--out").arg(out);
    command.args(["--engine", engine]).args(more).env("PATH", path).env_remove("FORECOURT_PYTHON").output().unwrap()
}

#[test]
fn the_page_shows_what_is_asked() {
    let home = tempfile::tempdir().unwrap();
    let page = page();
    for engine in ["slurm", "hyperqueue"] {
        let output = submit(engine, home.path(), &home.path().join("results/what-if"), &["--dry-run"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let lines = text(&output.stdout)
            .replace(env!("CARGO_BIN_EXE_forecourt"), "/share/bin/forecourt")
            .replace(root().join("scenarios/tiny/studies").to_str().unwrap(), "/share/studies")
            .replace(home.path().to_str().unwrap(), "/share");
        assert!(page.contains(&lines), "the page does not show\n{lines}");
        assert!(page.contains(&format!(
            "forecourt study submit /share/studies/what-if.toml --engine {engine} --out /share/results/what-if\n"
        )));
    }
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0, "a dry run leaves nothing");
}

#[test]
fn the_page_works_by_hand_and_as_an_indexed_job() {
    let trial = Trial::new(12, 2);
    let want = trial.alone();
    let page = page();
    let line = |start: &str| {
        let line = page.lines().find(|l| l.starts_with(start)).unwrap_or_else(|| panic!("no {start} in the page"));
        line.split(" #").next().unwrap().replace("forecourt ", "")
    };
    let run = |line: &str, out: &Path| {
        let words = line.split(' ').map(|w| match w {
            "STUDY" => trial.study.to_str().unwrap().to_owned(),
            "DIR" => out.to_str().unwrap().to_owned(),
            _ => w.to_owned(),
        });
        done(Command::new(env!("CARGO_BIN_EXE_forecourt")).args(words))
    };
    let out = trial.out("by hand");
    let shard = line("forecourt study shard STUDY --part");
    (1..=7).for_each(|k| drop(run(&shard.replace("3/7", &format!("{k}/7")), &out)));
    run(&line("forecourt study merge STUDY"), &out);
    assert_eq!(digest(&out), want);

    let out = trial.out("indexed");
    let commands: Vec<Vec<String>> = page
        .lines()
        .filter_map(|l| l.trim_start().strip_prefix("command: "))
        .map(|l| serde_json::from_str::<Vec<String>>(l).unwrap())
        .collect();
    let tasks = page.lines().find_map(|l| l.trim_start().strip_prefix("completions: ")).unwrap();
    let words = |k: usize| {
        commands[k][1..].iter().map(|w| match w.as_str() {
            "/share/studies/what-if.toml" => trial.study.to_str().unwrap(),
            "/share/results/what-if" => out.to_str().unwrap(),
            _ => w,
        })
    };
    assert!(commands.len() == 2 && commands[0].windows(2).any(|w| w == ["--of", tasks]), "{commands:?}");
    for index in 0..tasks.parse::<usize>().unwrap() {
        let mut command = Command::new(env!("CARGO_BIN_EXE_forecourt"));
        done(command.args(words(0)).env("JOB_COMPLETION_INDEX", index.to_string()));
    }
    done(Command::new(env!("CARGO_BIN_EXE_forecourt")).args(words(1)));
    assert_eq!(digest(&out), want);
    // A task that does not know which it is works nothing.
    let lost = Command::new(env!("CARGO_BIN_EXE_forecourt")).args(words(0)).output().unwrap();
    assert_eq!(lost.status.code(), Some(2));
    assert!(text(&lost.stderr).contains("none of HQ_TASK_ID, SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX is set"));
}

#[test]
fn an_engine_that_is_not_there_or_refuses_is_said() {
    let home = tempfile::tempdir().unwrap();
    let (empty, tools, out) = (home.path().join("empty"), home.path().join("tools"), home.path().join("what-if"));
    [&empty, &tools].into_iter().for_each(|f| fs::create_dir(f).unwrap());
    for (engine, said) in [("slurm", "slurm is not installed here"), ("hyperqueue", "hyperqueue is not installed here")]
    {
        let output = submit(engine, &empty, &out, &[]);
        assert_eq!(output.status.code(), Some(2), "{engine}");
        assert!(text(&output.stderr).contains(said), "{}", text(&output.stderr));
    }
    // An engine that answers at most so often before it refuses.
    let answers = |times: usize| {
        let count = home.path().join(format!("count{times}"));
        let script = format!(
            "#!/bin/sh\necho >> {0}\nread -r all < /dev/null\n[ \"$(/usr/bin/wc -l < {0})\" -le {times} ] && echo '17;east' && exit 0\n\
             echo 'error: no such partition' >&2\nexit 1\n",
            count.display()
        );
        fs::write(tools.join("sbatch"), script).unwrap();
        fs::set_permissions(tools.join("sbatch"), fs::Permissions::from_mode(0o755)).unwrap();
        submit("slurm", &tools, &out, &["--tasks", "3"])
    };
    let never = answers(0);
    assert_eq!(never.status.code(), Some(70));
    let said = text(&never.stderr);
    assert!(said.contains("error: no such partition\n") && said.contains("nothing was submitted"), "{said}");
    let once = answers(1);
    let said = text(&once.stderr);
    assert_eq!(once.status.code(), Some(70));
    assert!(said.contains("job 17 works the points; when it is done: ") && said.contains("study merge"), "{said}");
    let twice = answers(2);
    assert!(twice.status.success());
    let said = text(&twice.stdout);
    assert!(
        said.contains("--dependency=afterok:17 ") && said.contains("job 17 works 12 points in 3 tasks, job 17 writes"),
        "{said}"
    );
    // A study with a fault reaches no engine.
    let trial = Trial::new(4, 2);
    fs::write(&trial.study, "base = \"nowhere\"\n").unwrap();
    let output = trial.command("submit", &out).args(["--engine", "slurm"]).env("PATH", &tools).output().unwrap();
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()));
}
