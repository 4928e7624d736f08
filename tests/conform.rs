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
    // C5's order waits within its limit; C4's call is past it: not within, with those of C1 to C3.
    let times = std::fs::read_to_string(home.join("checked/times.csv")).unwrap();
    assert!(times.contains("order,delivery,45,4,30,60,0.75,1,0\ndelivery,follow-up,7,3,2,3,0.75,1,1\n"), "{times}");
    // C3's drive and C4's call can still be made: one task each, the call only once.
    let tasks = std::fs::read_to_string(home.join("checked/tasks.csv")).unwrap();
    let rows: Vec<&str> = tasks.lines().skip(1).collect();
    assert_eq!(rows.len(), 2, "{tasks}");
    let call = rows.iter().find(|r| r.contains("follow-up still to come")).unwrap();
    let id = call.split(',').next().unwrap();
    // The first time of a step keeps the name that it had before rounds were told apart.
    assert_eq!(id, "6dccff67faed");
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

/// K1's second round is overdue, K2 went from D1 to D2, K3 back to D1, K4's answer was never confirmed nor refused.
const COMPLAINTS: &str = "\
case_id,activity,time,dealer_id,region
K1,complaint,2026-06-01,,North
K1,assignment,2026-06-03,D1,
K1,answer,2026-06-04,D1,
K1,refusal,2026-06-05,,
K2,complaint,2026-06-01,D1,North
K2,assignment,2026-06-01 12:00,D1,North
K2,answer,2026-06-02,D1,North
K2,refusal,2026-06-03,,
K2,assignment,2026-06-03 10:00,D2,South
K3,complaint,2026-06-01,D1,North
K3,assignment,2026-06-01 12:00,D1,North
K3,answer,2026-06-02,,
K3,refusal,2026-06-03,,
K3,assignment,2026-06-03 10:00,D1,North
K3,answer,2026-06-04,,
K4,complaint,2026-05-01,D1,North
K4,assignment,2026-05-01 10:00,,
K4,answer,2026-05-02,,
";

/// Standard output as JSON, and the tables of the folder `out`.
fn tables(home: &Path, line: &str) -> (Value, [String; 3]) {
    let (code, out, said) = run(home, &format!("{line} --json --out out"));
    assert_eq!(code, Some(0), "{said}");
    let table = |name: &str| std::fs::read_to_string(home.join("out").join(name)).unwrap();
    (serde_json::from_str(&out).unwrap(), ["deviations.csv", "tasks.csv", "times.csv"].map(table))
}

#[test]
fn rounds_of_a_complaint_are_told_apart_and_belong_to_who_has_them() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    std::fs::write(home.join("log.csv"), COMPLAINTS).unwrap();
    // The first round of K1 is overdue; it is closed by hand.
    let line = "conform log.csv --process complaints";
    let (_, [_, tasks, _]) = tables(home, &format!("{line} --at 2026-06-02T12:00"));
    let first = tasks.lines().find(|l| l.contains(",K1,")).unwrap();
    assert!(first.starts_with("f6c60bc76779,North,,K1,2026-06-01,\"assignment still to come"), "{tasks}");
    std::fs::write(home.join("done.csv"), "task_id,status\nf6c60bc76779,done\n").unwrap();
    // The second round is not closed with it; the answers to be given and to be confirmed are one task each.
    let (told, [deviations, tasks, times]) = tables(home, &format!("{line} --at 2026-06-10 --status done.csv"));
    assert_eq!((told["tasks_open"].as_u64(), told["tasks_closed"].as_u64()), (Some(3), Some(0)), "{tasks}");
    for row in [
        "adfa4f40cc96,North,D1,K4,2026-05-02,\"confirmation or refusal still to come, 32.0 days over the 7 after answer\",open",
        ",South,D2,K2,2026-06-03,\"answer still to come, 4.6 days over the 2 after assignment\",open",
        ",North,D1,K1,2026-06-05,\"assignment still to come, 4.0 days over the 1 after refusal\",open",
    ] {
        assert!(tasks.contains(row), "{row}\n{tasks}");
    }
    // Nobody was named yet when K1 waited for its first dealer.
    assert!(deviations.contains("K1,,North,late,assignment,2026-06-01,1,"), "{deviations}");
    assert!(deviations.contains("K2,D2,South,overdue,answer,2026-06-03,4.58,"), "{deviations}");
    // The three answers that were refused are settled; of the others K3's is open and K4's past the limit.
    assert!(times.contains("answer,confirmation or refusal,7,3,1,1,0.75,2,1\n"), "{times}");
    assert_eq!(told["assigned_to_refused_dealer"], serde_json::json!(["K3"]));
    let (_, words, _) = run(home, &format!("{line} --at 2026-06-10"));
    for sentence in [
        "1 assigned again to the dealer whose answer was refused: K3\n",
        "nine in ten within 1.0; 75.0 % within 7 days; 2 open, 1 of them past the limit\n",
    ] {
        assert!(words.contains(sentence), "{words}");
    }
}

#[test]
fn what_came_later_is_left_out_and_the_order_of_rows_is_nothing() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    std::fs::write(home.join("log.csv"), LOG).unwrap();
    let early = LOG.lines().filter(|l| !l.starts_with("C5") && !l.contains("2026-05")).map(|l| format!("{l}\n"));
    std::fs::write(home.join("early.csv"), early.collect::<String>()).unwrap();
    let (mut seen, written) = tables(home, "conform log.csv --at 2026-04-30");
    let (known, expected) = tables(home, "conform early.csv --at 2026-04-30");
    assert_eq!((&seen["events_left_out"], &known["events_left_out"]), (&5.into(), &0.into()));
    seen["events_left_out"] = 0.into();
    assert_eq!((seen, written), (known, expected));
    let (_, words, _) = run(home, "conform log.csv --at 2026-04-30");
    assert!(words.contains("12 events, 4 cases") && words.contains("5 events later than --at left out"), "{words}");
    let (header, rows) = COMPLAINTS.split_once('\n').unwrap();
    let back: String = rows.lines().rev().map(|l| format!("\n{l}")).collect();
    std::fs::write(home.join("one.csv"), COMPLAINTS).unwrap();
    std::fs::write(home.join("two.csv"), format!("{header}{back}\n")).unwrap();
    let line = |file: &str| format!("conform {file} --process complaints --at 2026-06-10");
    assert_eq!(tables(home, &line("one.csv")), tables(home, &line("two.csv")));
}

/// Five judged cases of D1, one of them without a drive; five that are under way say nothing about it.
#[test]
fn cases_under_way_are_no_part_of_a_dealers_rate() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let mut log = "case_id,activity,time,dealer_id\n".to_owned();
    for case in 0..10 {
        let steps = ["test drive,2026-05-01", "order,2026-05-02", "delivery,2026-05-03", "follow-up,2026-05-04"];
        let steps = if case < 5 { &steps[usize::from(case == 0)..] } else { &steps[..2] };
        log.extend(steps.iter().map(|step| format!("{case},{step},D1\n")));
    }
    std::fs::write(home.join("log.csv"), log).unwrap();
    let (_, out, _) = run(home, "conform log.csv --at 2026-05-10 --json");
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&told["judged"], &told["under_way"]), (&5.into(), &5.into()));
    assert_eq!(told["dealers"], serde_json::json!([{"dealer_id": "D1", "cases": 5, "without_deviation": 0.8}]));
}

#[test]
fn a_limit_of_a_file_may_name_several_successors() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    std::fs::write(home.join("log.csv"), "case_id,activity,time\n1,offer,2026-01-01\n1,No,2026-01-03\n").unwrap();
    let step = |activity, takes, gives| {
        format!("[[step]]\nactivity = \"{activity}\"\ntakes = \"{takes}\"\ngives = \"{gives}\"\n")
    };
    let steps = step("offer", "start", "p") + &step("yes", "p", "end") + &step("no", "p", "end");
    let limit = |to: &str| format!("{steps}[[limit]]\nfrom = \"offer\"\nto = \"{to}\"\ndays = 5\n");
    std::fs::write(home.join("p.toml"), limit("yes | no")).unwrap();
    let (told, [_, _, times]) = tables(home, "conform log.csv --model p.toml --at 2026-02-01");
    assert_eq!(told["perfect"], 1);
    assert!(times.contains("offer,yes or no,5,1,2,2,1,0,0\n"), "{times}");
    for (to, code) in [("yes | maybe", "E012"), ("yes |", "E018")] {
        std::fs::write(home.join("p.toml"), limit(to)).unwrap();
        let (exit, _, said) = run(home, "conform log.csv --model p.toml");
        assert!(exit == Some(2) && said.contains(&format!("p.toml:15:1: {code}")), "{said}");
    }
}
