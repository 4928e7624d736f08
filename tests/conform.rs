//! `forecourt conform` on small logs: deviations, tasks, a status file, another process, faults.

use assert_cmd::Command;
use serde_json::Value;
use std::path::Path;

fn run(home: &Path, line: &str) -> (Option<i32>, String, String) {
    let output =
        Command::cargo_bin("forecourt").unwrap().current_dir(home).args(line.split_whitespace()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// C1 follows the process, C2 is delivered late, C3 was ordered without a drive, C4 waits for its call, C5 is under way.
const LOG: &str = "\
case_id,activity,time,dealer_id,region
C2,Test drive,2026-03-01 10:00,D1,North
C1,Test drive,2026-03-01,D1,North
C1,Order,2026-03-02,,
C1,Delivery,2026-04-01,,
C1,Follow-up,2026-04-04,,
C2,order,2026-03-02,,
C2,delivery,2026-05-01,,
C2,follow-up,2026-05-03,,
C3,order,2026/03/05,D2,South
C3,delivery,2026-04-05,D2,South
C3,coffee,2026-04-06,D2,South
C3,follow-up,2026-04-07,D2,South
C4,test drive,2026-04-10,D2,South
C4,order,2026-04-11,D2,South
C4,delivery,2026-05-11,D2,South
C5,test drive,2026-05-20,D1,North
C5,order,2026-05-28,D1,North
";

#[test]
fn deviations_are_found_and_tasks_are_closed_by_their_status() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    std::fs::write(home.join("log.csv"), LOG).unwrap();
    let (code, out, said) = run(home, "conform log.csv --at 2026-06-01 --json --out checked");
    assert_eq!(code, Some(0), "{said}");
    let told: Value = serde_json::from_str(&out).unwrap();
    let figure = |key: &str| told[key].as_u64().unwrap();
    assert_eq!(["events", "cases", "judged", "under_way", "perfect"].map(figure), [17, 5, 4, 1, 1]);
    // Tokens of C1 to C4: produced 5 + 5 + 4 + 4, consumed 5 + 5 + 4 + 4; C3 lacks the drive and leaves the start, C4 lacks
    // the end and leaves the delivery.
    let tokens = ["produced", "consumed", "missing", "remaining"].map(|k| told["tokens"][k].as_u64().unwrap());
    assert_eq!(tokens, [18, 18, 2, 2]);
    assert!((told["fitness"].as_f64().unwrap() - 16.0 / 18.0).abs() < 1e-12);
    let table = std::fs::read_to_string(home.join("checked/deviations.csv")).unwrap();
    for row in [
        "C2,D1,North,late,delivery,2026-03-02,15,\"delivery late, 15.0 days over the 45 after order\"",
        "C3,D2,South,skipped,test drive,2026-03-05,,order without test drive",
        "C3,D2,South,foreign,coffee,2026-04-06,,coffee is no step of the process",
        "C4,D2,South,overdue,follow-up,2026-05-11,14,\"follow-up still to come, 14.0 days over the 7 after delivery\"",
    ] {
        assert!(table.contains(row), "{row}\n{table}");
    }
    assert!(
        std::fs::read_to_string(home.join("checked/times.csv")).unwrap().contains("order,delivery,45,4,30,60,0.75")
    );
    // C3's drive and C4's call can still be made: one task each, the call only once.
    let tasks = std::fs::read_to_string(home.join("checked/tasks.csv")).unwrap();
    let rows: Vec<&str> = tasks.lines().skip(1).collect();
    assert_eq!(rows.len(), 2, "{tasks}");
    let call = rows.iter().find(|r| r.contains("follow-up still to come")).unwrap();
    let id = call.split(',').next().unwrap();
    std::fs::write(home.join("done.csv"), format!("task_id,status,note\n{id},done,called\n")).unwrap();
    let (_, out, _) = run(home, "conform log.csv --at 2026-06-01 --json --status done.csv");
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((told["tasks_open"].as_u64(), told["tasks_closed"].as_u64()), (Some(1), Some(1)));
    let (_, words, _) = run(home, "conform log.csv --at 2026-06-01");
    assert!(words.contains("fitness 0.8889") && words.contains("2 tasks open"), "{words}");
}

#[test]
fn another_process_and_wrong_files() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    std::fs::write(home.join("log.csv"), "case_id,activity,time\n1,b,2026-01-02\n1,a,2026-01-01\n1,c,2026-01-02\n")
        .unwrap();
    // b and c in any order after a.
    let process = "name = \"any order\"\n\
        [[step]]\nactivity = \"a\"\ntakes = \"start\"\ngives = \"p + q\"\n\
        [[step]]\nactivity = \"b\"\ntakes = \"p\"\ngives = \"r\"\n\
        [[step]]\nactivity = \"c\"\ntakes = \"q + r\"\ngives = \"end\"\n";
    std::fs::write(home.join("p.toml"), process).unwrap();
    let (code, out, said) = run(home, "conform log.csv --model p.toml --json");
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["fitness"], 1.0);
    // Faults, all at once, with their places.
    std::fs::write(home.join("bad.csv"), "case_id,activity,time\n,a,2026-01-01\n2,b,yesterday\n3,,2026-02-30\n")
        .unwrap();
    let (code, _, said) = run(home, "conform bad.csv");
    assert_eq!(code, Some(2));
    for place in ["bad.csv:2:1: E018", "bad.csv:3:5: E024", "bad.csv:4:3: E018", "bad.csv:4:4: E024", "4 faults"] {
        assert!(said.contains(place), "{place}: {said}");
    }
    let wrong = process.replace("gives = \"end\"", "gives = \"s\"") + "[[limit]]\nfrom = \"a\"\nto = \"z\"\ndays = 3\n";
    std::fs::write(home.join("bad.toml"), wrong).unwrap();
    let (code, _, said) = run(home, "conform log.csv --model bad.toml");
    assert!(code == Some(2) && said.contains("no step gives to end") && said.contains("bad.toml:16:1: E012"), "{said}");
    std::fs::write(home.join("status.csv"), "task_id,status\nx,finished\n").unwrap();
    let (code, _, said) = run(home, "conform log.csv --status status.csv");
    assert!(code == Some(2) && said.contains("status.csv:2:3: E026"), "{said}");
}
