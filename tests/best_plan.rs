//! Several plans of scenarios/tiny on the same customers: which is best, and how sure that is.

#[path = "common/copied.rs"]
mod copied;

use assert_cmd::Command;
use copied::copy_files;
use serde_json::Value;
use std::path::Path;

fn run(home: &Path, line: &str) -> (Option<i32>, String, String) {
    let output =
        Command::cargo_bin("forecourt").unwrap().current_dir(home).args(line.split_whitespace()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// Three networks: the free plan, the one in which Delta stays, and one that opens nothing; each beside today's.
#[test]
fn the_best_of_several_plans_is_found_with_its_probability() {
    let home = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/tiny");
    copy_files(&root, &home.path().join("tiny"));
    let variants = home.path().join("tiny/variants");
    copy_files(&root.join("variants"), &variants);
    std::fs::write(variants.join("nothing.toml"), "name = \"Nothing opens\"\n[settings.placement]\nmax_open = 0\n")
        .unwrap();
    for (out, more) in [("free", ""), ("delta", "--variant keep-delta"), ("nothing", "--variant nothing")] {
        let (code, _, said) = run(home.path(), &format!("place tiny {more} --out {out} --quiet"));
        assert_eq!(code, Some(0), "{said}");
    }
    let plans = "--plan nothing --plan delta --plan free";
    let (code, out, said) = run(home.path(), &format!("simulate tiny {plans} --best 99% --quiet --json"));
    assert_eq!(code, Some(0), "{said}");
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&told["best"], told["probability"].as_f64()), (&Value::from("free"), Some(0.99)), "{told:#}");
    let networks = told["networks"].as_array().unwrap();
    let counts: Vec<u64> = networks.iter().map(|n| n["replications"].as_u64().unwrap()).collect();
    assert_eq!(counts.iter().sum::<u64>(), told["replications"].as_u64().unwrap());
    assert_eq!(4 * counts.iter().max().unwrap(), told["equal_shares"].as_u64().unwrap());
    // The same answer on any number of threads, and in words.
    let again = run(home.path(), &format!("simulate tiny {plans} --best 99% --quiet --json --threads 1"));
    assert_eq!(again.1, out);
    let words = run(home.path(), &format!("simulate tiny {plans} --best 99% --quiet")).1;
    assert!(words.contains("best: free with probability at least 0.9900"), "{words}");
    // The means are the ones of the whole simulation of that plan: its profit a year, to the digits of the interval.
    let (code, table, said) =
        run(home.path(), &format!("simulate tiny {plans} --precision 20% --replications 60 --quiet"));
    assert!(code == Some(0) && table.contains("best: free"), "{table}{said}");

    // Two plans that are the same need not be told apart; a zone that no number of runs can serve is told, with code 3.
    let (code, out, _) = run(home.path(), "simulate tiny --plan free --plan free --best 95% --quiet --json");
    assert_eq!(code, Some(0), "{out}");
    let line = "simulate tiny --plan free --plan delta --best 99.99% --zone 0.01 --replications 8 --quiet";
    let (code, out, _) = run(home.path(), line);
    let left = out.lines().filter(|l| l.contains(" after 8") && !l.contains("left out")).count();
    assert!(code == Some(3) && left > 1 && out.contains("give more --replications"), "{code:?} {out}");
    // Another network is refused, and so is a zone without --best.
    let other = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/market");
    let (code, _, said) = run(home.path(), &format!("simulate tiny --plan {} --best 95%", other.display()));
    assert!(code == Some(2) && said.contains("another network"), "{said}");
    assert_eq!(run(home.path(), "simulate tiny --plan free --zone 5").0, Some(2));
}
