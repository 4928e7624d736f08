//! Studies through the command: the same whoever works them, whenever somebody is killed, and the answers drawn from them.

use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn forecourt() -> Command {
    Command::cargo_bin("forecourt").unwrap()
}

/// The example's study with other replications, written to a folder.
fn example(home: &Path, replications: u32) -> std::path::PathBuf {
    let study = home.join(format!("what-if-{replications}.toml"));
    let text = fs::read_to_string(root().join("scenarios/tiny/studies/what-if.toml")).unwrap();
    let text = text.replace("base = \"..\"", &format!("base = {:?}", root().join("scenarios/tiny").to_str().unwrap()));
    fs::write(&study, text.replace("replications = 50", &format!("replications = {replications}"))).unwrap();
    study
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Everything that a study's results consist of, but when it was made.
const FILES: [&str; 7] =
    ["points.csv", "points.parquet", "runs.parquet", "study.db", "effects.csv", "study.json", "study.html"];

fn same(a: &Path, b: &Path) {
    for file in FILES {
        assert!(
            fs::read(a.join(file)).unwrap() == fs::read(b.join(file)).unwrap(),
            "{file} of {} and {}",
            a.display(),
            b.display()
        );
    }
}

/// A study: every point once, the second run works nothing, shards and merge write what one run writes, a stopped study goes
/// on, and points that cannot be worked are named.
#[test]
fn a_study_is_the_same_whoever_works_it() {
    let home = tempfile::tempdir().unwrap();
    let study = example(home.path(), 4);
    let out = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
    let run = |what: &str, to: &str, more: &[&str]| {
        let line = ["study", what, study.to_str().unwrap(), "--quiet", "--out", to];
        forecourt().args(line).args(more).output().unwrap()
    };
    let one = out("one");
    let first = run("run", &one, &["--json", "--threads", "1"]);
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    let value: Value = serde_json::from_slice(&first.stdout).unwrap();
    assert_eq!((&value["points"], &value["with_plan"]), (&12.into(), &12.into()));
    assert_eq!(value["ranking"].as_array().unwrap().len(), 12);
    let points = |to: &str| fs::read_to_string(Path::new(to).join("points.csv")).unwrap();
    assert_eq!(points(&one).lines().count(), 13);
    // Demand that is built for is more profit (beyond it, customers are lost); a rival that leaves too.
    let effects = value["effects"].as_array().unwrap();
    let rises = |axis: &str| {
        let of = effects.iter().find(|e| e["axis"] == axis).unwrap()["profit_by_value"].as_array().unwrap();
        let profit = |name: &str| of.iter().find(|v| v[0] == name).unwrap()[1].as_f64().unwrap();
        if axis == "demand" { profit("1") > profit("0.8") } else { profit("leaves") > profit("stays") }
    };
    assert!(rises("demand") && rises("rival"), "{effects:?}");
    assert!(value["regrets"][0]["regret"].as_f64().unwrap() >= 0.0);
    let again = run("status", &one, &["--json"]);
    assert_eq!(serde_json::from_slice::<Value>(&again.stdout).unwrap()["missing"], 0);
    // Three shards, one of them missing at first.
    let parts = out("parts");
    for part in ["1/3", "3/3"] {
        assert!(run("shard", &parts, &["--part", part]).status.success());
    }
    let early = run("merge", &parts, &[]);
    assert_eq!(early.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&early.stderr).contains("4 of 12 points are not worked yet (2, 5, 8, 11)"));
    assert!(run("shard", &parts, &["--part", "2/3"]).status.success());
    assert!(run("merge", &parts, &[]).status.success());
    same(Path::new(&one), Path::new(&parts));
    // Half of the store is lost: only that is worked again.
    let store = home.path().join("parts.store");
    let kept: Vec<_> = fs::read_dir(&store).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(kept.len(), 4, "a file for every process that worked, and one for the base's placement");
    kept.iter().step_by(2).for_each(|p| fs::remove_file(p).unwrap());
    assert_ne!(serde_json::from_slice::<Value>(&run("status", &parts, &["--json"]).stdout).unwrap()["missing"], 0);
    assert!(run("run", &parts, &[]).status.success());
    assert_eq!(points(&one), points(&parts));
    // The best decision, and questions.
    let best: Value = serde_json::from_slice(&run("best", &one, &["--json"]).stdout).unwrap();
    assert_eq!(
        (best["decisions"].as_array().unwrap().len(), best["probability"].as_f64()),
        (2, Some(0.95)),
        "{best:#}"
    );
    let mean = |k: usize| best["decisions"][k]["profit_cny_per_year"].as_f64().unwrap();
    let better = usize::from(mean(1) > mean(0));
    assert_eq!(best["best"], best["decisions"][better]["decision"]);
    let ask = |question: &str, more: &[&str]| {
        let line = ["study", "query", study.to_str().unwrap(), question, "--out", &one];
        forecourt().args(line).args(more).output().unwrap()
    };
    let sum = "SELECT p.closings, avg(r.profit) AS mean FROM runs r JOIN points p USING (point) WHERE p.demand < 1.1 GROUP BY 1";
    let answer: Value = serde_json::from_slice(&ask(sum, &["--json"]).stdout).unwrap();
    assert_eq!(
        (&answer["columns"], answer["rows"].as_array().unwrap().len()),
        (&serde_json::json!(["closings", "mean"]), 2)
    );
    let profit = |row: &str| row.split(',').nth(5).unwrap().parse::<f64>().unwrap();
    let of = points(&one)
        .lines()
        .skip(1)
        .filter(|l| l.split(',').nth(4) == Some("0") && !l.contains(",1.2,"))
        .map(profit)
        .collect::<Vec<_>>();
    let mean = of.iter().sum::<f64>() / of.len() as f64;
    assert!((answer["rows"][0][1].as_f64().unwrap() - mean).abs() < 0.01 && of.len() == 4, "{answer} {of:?}");
    let listed = ask("SELECT * FROM ranking ORDER BY place LIMIT 3", &["--csv"]).stdout;
    assert_eq!(String::from_utf8(listed).unwrap().lines().count(), 4);
    let wrong = ask("SELECT nothing FROM points", &[]);
    assert!(wrong.status.code() == Some(2) && String::from_utf8_lossy(&wrong.stderr).contains("nothing"), "{wrong:?}");
    // Another value of one axis: its points alone are worked.
    let text = fs::read_to_string(&study).unwrap();
    fs::write(&study, text.replace("[0.8, 1, 1.2]", "[0.8, 1, 1.3]")).unwrap();
    let status: Value = serde_json::from_slice(&run("status", &one, &["--json"]).stdout).unwrap();
    assert_eq!((&status["missing"], &status["points"]), (&4.into(), &12.into()));
    let line = ["study", "run", study.to_str().unwrap(), "--out", &one];
    let told = forecourt().args(line).output().unwrap().stderr;
    assert!(String::from_utf8_lossy(&told).contains("4 points worked in "), "{}", String::from_utf8_lossy(&told));
    let told = forecourt().args(line).output().unwrap().stderr;
    assert!(!String::from_utf8_lossy(&told).contains("worked in"), "{}", String::from_utf8_lossy(&told));
    fs::write(&study, text).unwrap();
    // A point that is no scenario.
    let text = fs::read_to_string(&study).unwrap().replace("rival_weight = 0.8", "rival_weight = -0.8");
    fs::write(&study, text).unwrap();
    let wrong = run("run", &out("wrong"), &[]);
    assert_eq!(wrong.status.code(), Some(2));
    let said = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(said.contains("rival = leaves") && said.contains("E02"), "{said}");
    assert!(!home.path().join("wrong").exists());
}

/// What is simulated further to find the best decision is what a longer study simulates.
#[test]
fn the_best_decision_is_found_on_the_runs_of_a_longer_study() {
    let home = tempfile::tempdir().unwrap();
    let run = |replications: u32, what: &str, more: &[&str]| {
        let (study, out) = (example(home.path(), replications), home.path().join(format!("r{replications}")));
        let line = ["study", what, study.to_str().unwrap(), "--quiet", "--json", "--out", out.to_str().unwrap()];
        forecourt().args(line).args(more).output().unwrap()
    };
    json(&run(3, "run", &[]));
    let long = json(&run(12, "run", &[]));
    let best = run(3, "best", &["--replications", "12", "--probability", "99.9999%", "--zone", "1"]);
    assert!(matches!(best.status.code(), Some(0 | 3)), "{}", String::from_utf8_lossy(&best.stderr));
    let best: Value = serde_json::from_slice(&best.stdout).unwrap();
    let mean = |decision: &str| {
        best["decisions"].as_array().unwrap().iter().find(|d| d["decision"][0] == decision).unwrap()["profit_cny_per_year"].as_f64().unwrap()
    };
    for decision in ["0", "2"] {
        let of: Vec<f64> = long["ranking"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|r| r["axes"]["closings"] == decision)
            .map(|r| r["profit"].as_f64().unwrap())
            .collect();
        let all = of.iter().sum::<f64>() / of.len() as f64;
        let counted = best["decisions"].as_array().unwrap().iter().find(|d| d["decision"][0] == decision).unwrap()["replications"].as_u64().unwrap();
        assert!(
            of.len() == 6 && (counted < 12 || (all - mean(decision)).abs() < 1e-6 * all.abs()),
            "{decision}: {all} {best:#}"
        );
    }
    assert!(best["decisions"].as_array().unwrap().iter().any(|d| d["replications"] == 12), "{best:#}");
    // Worlds that differ from decision to decision compare nothing.
    let text = fs::read_to_string(example(home.path(), 2))
        .unwrap()
        .replace("replications = 2", "replications = 2\ndesign = \"sobol\"\npoints = 4");
    let text = text.replace("values = [0.8, 1, 1.2]", "range = [0.8, 1.2]");
    let net = home.path().join("net.toml");
    fs::write(&net, text).unwrap();
    let line = |what: &str| {
        ["study", what, net.to_str().unwrap(), "--quiet", "--out", home.path().join("net").to_str().unwrap()]
            .map(String::from)
    };
    assert!(forecourt().args(line("run")).output().unwrap().status.success());
    let none = forecourt().args(line("best")).output().unwrap();
    assert!(
        none.status.code() == Some(3)
            && String::from_utf8_lossy(&none.stderr).contains("every decision in every world"),
        "{none:?}"
    );
}

/// A hundred kills of a study, each when the store has grown to another size: what was finished is kept, and going on ends with
/// the bytes of a run that nobody stopped.
#[test]
fn a_kill_at_any_of_a_hundred_moments_costs_only_what_was_running() {
    let home = tempfile::tempdir().unwrap();
    let study = home.path().join("net.toml");
    let text = fs::read_to_string(example(home.path(), 2)).unwrap();
    let text = text.replace("replications = 2", "replications = 2\ndesign = \"sobol\"\npoints = 40");
    fs::write(&study, text.replace("values = [0.8, 1, 1.2]", "range = [0.8, 1.2]")).unwrap();
    let command = |what: &str, out: &Path| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_forecourt"));
        command.args(["study", what, study.to_str().unwrap(), "--quiet", "--json", "--out", out.to_str().unwrap()]);
        command
    };
    let whole = home.path().join("whole");
    json(&command("run", &whole).output().unwrap());
    let size = |store: &Path| -> u64 {
        fs::read_dir(store).map_or(0, |all| all.flatten().map(|e| e.metadata().map_or(0, |m| m.len())).sum())
    };
    let all = size(&home.path().join("whole.store"));
    let (mut stopped, mut partly) = (0, 0);
    for attempt in 0..1_000u32 {
        let (out, store) = (home.path().join("cut"), home.path().join("cut.store"));
        let mut child = command("run", &out).stdout(Stdio::null()).spawn().unwrap();
        while size(&store) < all * stopped / 100 && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_micros(u64::from(30 + attempt % 11 * 30)));
        }
        child.kill().unwrap();
        let ended = child.wait().unwrap().success();
        if !ended {
            stopped += 1;
            let status = json(&command("status", &out).output().unwrap());
            let (worked, before) = (status["worked"].as_u64().unwrap(), size(&store));
            partly += u64::from(worked > 0 && worked < 40);
            json(&command("run", &out).output().unwrap());
            same(&whole, &out);
            // Nothing finished was worked again: whole records are all of one length to a few digits.
            assert!(
                size(&store) - before <= (all / 41 + 200) * (41 - worked),
                "{worked} worked, {before} and {} bytes",
                size(&store)
            );
        }
        fs::remove_dir_all(&store).unwrap();
        let _ = fs::remove_dir_all(&out);
        if stopped == 100 {
            break;
        }
    }
    assert!(stopped == 100 && partly >= 20, "{stopped} kills hit, {partly} of them in the middle");
}

/// Points far more than threads do not pile up on one stack.
#[test]
fn a_study_of_many_points_comes_to_its_end() {
    let home = tempfile::tempdir().unwrap();
    let (study, out) = (home.path().join("many.toml"), home.path().join("many"));
    let base = root().join("scenarios/tiny");
    let text = format!(
        "base = {:?}\ndesign = \"sobol\"\npoints = 400\nreplications = 2\n[[axis]]\nname = \"demand\"\nrange = [0.8, 1.2]\n\
         table = \"zones\"\nscale = \"demand_factor\"\n[[axis]]\nname = \"rival\"\nrange = [0.5, 1.5]\ntable = \"zones\"\n\
         scale = \"rival_weight\"\n",
        base.to_str().unwrap()
    );
    fs::write(&study, text).unwrap();
    let line = ["study", "run", study.to_str().unwrap(), "--quiet", "--json", "--out", out.to_str().unwrap()];
    assert_eq!(json(&forecourt().args(line).output().unwrap())["points"], 400);
}

/// Points that differ in the simulation share their placement, and it is the one that each would find alone.
#[test]
fn what_is_simulated_does_not_move_the_placement() {
    let home = tempfile::tempdir().unwrap();
    let study = home.path().join("days.toml");
    let text = format!(
        "base = {:?}\nreplications = 3\n[[axis]]\nname = \"closings\"\nvalues = [0, 2]\nsetting = \"placement.max_close\"\n\
         [[axis]]\nname = \"days\"\nvalues = [91, 364]\nsetting = \"simulation.days\"\n",
        root().join("scenarios/tiny").to_str().unwrap()
    );
    fs::write(&study, text).unwrap();
    let out = |name: &str| home.path().join(name);
    let run = |what: &str, to: &Path, more: &[&str]| {
        let line = ["study", what, study.to_str().unwrap(), "--quiet", "--out", to.to_str().unwrap()];
        let output = forecourt().args(line).args(more).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    run("run", &out("one"), &[]);
    // Four tasks, each with a point of its own: nothing is shared.
    (1..=4).for_each(|k| run("shard", &out("four"), &["--part", &format!("{k}/4")]));
    run("merge", &out("four"), &[]);
    same(&out("one"), &out("four"));
}
