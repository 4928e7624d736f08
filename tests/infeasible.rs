//! Rules that contradict each other, on variants of scenarios/tiny: the cause is said in the planner's words, and every way out
//! that is said brings a plan back.

#[path = "common/copied.rs"]
mod copied;

use assert_cmd::Command;
use copied::copy_files;
use std::path::Path;

/// Places a variant of tiny; exit code and what was said.
fn place(home: &Path, options: &str, patches: &[(&str, &str)]) -> (Option<i32>, String) {
    let folder = home.join("tiny");
    copy_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/tiny"), &folder);
    std::fs::create_dir_all(folder.join("variants")).unwrap();
    let patch = |(site, rule): &(&str, &str)| {
        format!("[[patch]]\ntable = \"sites\"\nwhere = {{ site_id = \"{site}\" }}\nset = {{ rule = \"{rule}\" }}\n")
    };
    let text: String = patches.iter().map(patch).collect();
    let text = format!("name = \"x\"\n[settings.placement]\n{options}\n{text}");
    std::fs::write(folder.join("variants/x.toml"), text).unwrap();
    let out = home.join("r");
    let line = ["place", folder.to_str().unwrap(), "--variant", "x", "--quiet", "--out", out.to_str().unwrap()];
    let output = Command::cargo_bin("forecourt").unwrap().args(line).output().unwrap();
    assert_eq!(output.status.code() == Some(0), out.is_dir(), "nothing is written without a plan");
    let _ = std::fs::remove_dir_all(&out);
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Options, patches; the ways out that are said, each with the options and patches that follow it.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [(&'a str, &'a str, &'a [(&'a str, &'a str)])]);

#[test]
fn the_cause_is_said_and_every_way_out_helps() {
    let cases: [Case; 5] = [
        (
            "min_stores = 7\nmax_open = 0",
            &[],
            &[
                ("[placement] max_open must be at least 3", "min_stores = 7\nmax_open = 3", &[]),
                ("[placement] min_stores can be at most 4", "min_stores = 4\nmax_open = 0", &[]),
            ],
        ),
        (
            "max_open = 0",
            &[("C1", "required"), ("C2", "required")],
            &[
                ("max_open must be at least 2", "max_open = 2", &[("C1", "required"), ("C2", "required")]),
                ("C1, C2 cannot be open: write rule = free", "max_open = 0", &[("C1", "free"), ("C2", "free")]),
            ],
        ),
        (
            "min_distance_km = 60",
            &[("C3", "required"), ("D2", "required")],
            &[
                ("C3 cannot be open", "min_distance_km = 60", &[("C3", "free"), ("D2", "required")]),
                (
                    "C3, D2 (30.0 km) stand closer than they may",
                    "min_distance_km = 30",
                    &[("C3", "required"), ("D2", "required")],
                ),
            ],
        ),
        (
            "coverage_floor = 1.0\nmax_stores = 2",
            &[],
            &[
                (
                    "South can have 0.5000 of its people covered, not 1.0000: lower [placement] coverage_floor to 0.5000 \
                     (Epsilon is left out, C1 at 0 min would cover it)",
                    "coverage_floor = 0.5\nmax_stores = 2",
                    &[],
                ),
                ("max_stores must be at least 3", "coverage_floor = 1.0\nmax_stores = 3", &[]),
            ],
        ),
        (
            "budget_cny = 1000",
            &[("C1", "required")],
            &[
                ("budget_cny must be at least", "budget_cny = 10000001", &[("C1", "required")]),
                ("C1 cannot be open", "budget_cny = 1000", &[]),
            ],
        ),
    ];
    for (options, patches, ways) in cases {
        let home = tempfile::tempdir().unwrap();
        let (code, said) = place(home.path(), options, patches);
        assert_eq!(code, Some(1), "{options}: {said}");
        assert_eq!(said.matches("; or ").count() + 1, ways.len(), "{said}");
        for (words, options, patches) in ways {
            assert!(said.contains(words), "{said}");
            let (code, said) = place(home.path(), options, patches);
            assert_eq!(code, Some(0), "{words}: {said}");
        }
    }
}
