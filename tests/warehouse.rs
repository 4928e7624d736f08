//! The warehouse by its commands: what the guide says, a kill at any moment, a real PostgreSQL server.

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

fn run(folder: &Path, line: &str) -> Output {
    let mut command = Command::new(cargo_bin("forecourt"));
    command.current_dir(folder).args(line.split_whitespace()).output().expect("the program runs")
}

fn done(folder: &Path, line: &str) -> String {
    let output = run(folder, line);
    assert_eq!(output.status.code(), Some(0), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn json(folder: &Path, line: &str) -> Value {
    serde_json::from_str(&done(folder, &format!("{line} --json"))).expect("one JSON object")
}

/// A folder in which `scenarios` is the repository's.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a folder");
    let scenarios = fs::canonicalize("scenarios").expect("scenarios");
    std::os::unix::fs::symlink(scenarios, home.path().join("scenarios")).expect("a link");
    home
}

const INGEST: &str = "ingest scenarios/warehouse/mapping.toml --warehouse demo.db --at 2026-06-29";

#[test]
fn the_example_from_exports_to_a_plan() {
    let home = home();
    let at = home.path();
    let said = done(at, INGEST);
    for part in
        ["gb18030", "27 rows: 26 new, 0 known, 1 refused", "columns that no table takes: 备注", "16 later than 48 h"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    let digest = done(at, "warehouse demo.db --digest");
    let again = json(at, INGEST);
    assert!(again["sources"].as_array().is_some_and(|s| s.len() == 7 && s.iter().all(|s| s["file_known"] == true)));
    assert_eq!(done(at, "warehouse demo.db --digest"), digest);
    let dump = done(at, "warehouse demo.db --dump");
    assert!(dump.contains("quarantine") && dump.contains("\"2026-05-32\" is not a day"), "{dump}");
    assert_eq!(dump.lines().count(), 4 + 48 + 42 + 38 + 9 + 3 + 1);
    let trace = done(at, "warehouse demo.db --trace sales S1022");
    assert!(trace.contains("sales_1.csv:24") && trace.contains("sales_2.csv:17"), "{trace}");
    let state = json(at, "warehouse demo.db --at 2026-06-29");
    let dms = state["feeds"].as_array().and_then(|f| f.iter().find(|f| f["feed"] == "dms")).expect("a feed");
    assert_eq!((&dms["freshness"]["lag_h"]["median"], &dms["freshness"]["lag_h"]["p90"]), (&33.into(), &66.into()));

    let said = done(at, "scenario build demo.db --at 2026-06-29 --base scenarios/tiny --out built");
    // Of 41 sales one was undone, one is a second sale of its car, and one was recorded on the day after.
    assert!(said.contains("38 cars sold in 8 weeks, 9 in stock, 42 on their way"), "{said}");
    assert!(
        said.contains("sales that were undone: 1 rows") && said.contains("second and later sales of one VIN"),
        "{said}"
    );
    assert!(done(at, "check built").ends_with("no faults\n"));
    let before = json(at, "scenario build demo.db --at 2026-06-10 --base scenarios/tiny --out earlier");
    assert_eq!(before["today"], "2026-06-08", "the Monday of that week; what was recorded later is not known");
    assert!(before["cars_sold"].as_i64() < Some(30));
    done(at, "check earlier");
}

#[test]
fn the_example_audited_repaired_and_put_back() {
    let home = home();
    let at = home.path();
    done(at, INGEST);
    let digest = done(at, "warehouse demo.db --digest");
    let found = json(at, "audit demo.db --at 2026-07-31 --out audit");
    let checks: Vec<&str> =
        found["findings"].as_array().expect("a list").iter().filter_map(|f| f["check"].as_str()).collect();
    for check in ["vin", "duplicate", "sequence", "join", "still_in_stock"] {
        assert!(checks.contains(&check), "{check}: {checks:?}");
    }
    let rows = fs::read_to_string(at.join("audit/rows.csv")).expect("a table");
    assert!(rows.contains("sales_1.csv,19"), "{rows}");
    let scores = found["scores"].as_array().expect("a list");
    assert!(scores.iter().any(|s| s["of"] == "dealer" && s["points"].as_f64().is_some_and(|p| p < 100.0)));
    let repairs = found["repairs_proposed"].as_array().expect("a list").len();
    assert!(repairs > 0);
    assert_eq!(json(at, "audit demo.db --at 2026-07-31 --apply")["repairs_applied"], repairs);
    assert_ne!(done(at, "warehouse demo.db --digest"), digest);
    let mended = json(at, "audit demo.db --at 2026-07-31");
    assert_eq!(mended["repairs_proposed"].as_array().map(Vec::len), Some(0), "what is mended is found no more");
    assert_eq!(json(at, "audit demo.db --undo")["repairs_taken_back"], repairs);
    assert_eq!(done(at, "warehouse demo.db --digest"), digest);
}

#[test]
fn faults_are_told_with_exit_code_2() {
    let home = home();
    fs::write(home.path().join("m.toml"), "[[feed]]\nname = 1\n").expect("a file");
    for (line, said) in [
        ("ingest m.toml", "m.toml:2:8: E030"),
        ("ingest none.toml", "E001"),
        ("ingest scenarios/warehouse/mapping.toml", "no warehouse is named"),
        ("warehouse none.db", "there is no such file"),
        ("warehouse m.toml", "no warehouse"),
        ("audit none.db", "there is no such file"),
        ("scenario build none.db --at 2026-06-29 --base scenarios/tiny --out x", "there is no such file"),
    ] {
        let output = run(home.path(), line);
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && err.contains(said), "{line}: {err}");
    }
}

/// An export of some size, with corrections, repetitions and refused rows.
fn export(path: &Path, rows: u32) {
    let mut text = String::from("id,dealer,vin,day,recorded\n");
    for k in 0..rows {
        let n = u64::from(k) * 7_919 % u64::from(rows);
        let day = if k % 97 == 0 { "soon".into() } else { format!("2026-03-{:02}", 1 + n % 28) };
        text += &format!("S{:06},D{},V{n},{day},2026-04-{:02}\n", n % u64::from(rows * 9 / 10), n % 7, 1 + k % 28);
    }
    fs::write(path, text).expect("a file");
}

const MAPPING: &str = "[[feed]]\nname = \"dms\"\ntable = \"sales\"\ncsv = \"export.csv\"\n[feed.columns]\nsale_id = \"id\"\n\
    dealer_id = \"dealer\"\nvin = \"vin\"\nsold_on = \"day\"\nrecorded_at = \"recorded\"\n";

/// A hundred kills of an ingest, each when the file has grown to another size (a clock would measure the machine): the file is
/// sound, holds no more than whole transactions, and going on ends with the content of a run that nobody stopped.
#[test]
fn a_kill_at_any_of_a_hundred_moments_leaves_what_can_be_gone_on_with() {
    let home = tempfile::tempdir().expect("a folder");
    let at = home.path();
    fs::write(at.join("m.toml"), MAPPING).expect("a file");
    export(&at.join("export.csv"), 6_000);
    let line = "ingest m.toml --commit-rows 400 --warehouse";
    done(at, &format!("{line} whole.db"));
    let whole = fs::metadata(at.join("whole.db")).expect("a file").len();
    let digest = done(at, "warehouse whole.db --digest");
    let (mut stopped, mut partly) = (0, 0);
    for attempt in 0..1_000u32 {
        let name = format!("w{attempt}.db");
        let path = at.join(&name);
        let mut child = Command::new(cargo_bin("forecourt"))
            .current_dir(at)
            .args(line.split_whitespace().chain([name.as_str()]))
            .stdout(Stdio::null())
            .spawn()
            .expect("the program runs");
        while fs::metadata(&path).map_or(0, |m| m.len()) < whole * stopped / 100
            && child.try_wait().expect("a child").is_none()
        {
            std::thread::sleep(Duration::from_micros(u64::from(50 + attempt % 13 * 20)));
        }
        child.kill().expect("a kill");
        if child.wait().expect("an end").success() {
            fs::remove_file(path).expect("a file");
            continue;
        }
        stopped += 1;
        if path.exists() && fs::metadata(&path).is_ok_and(|m| m.len() > 0) {
            let sql = rusqlite_look(&path);
            partly += u32::from(sql.0 > 0 && sql.0 < 6_000);
            assert_eq!(sql.0 % 400, 0, "only whole transactions");
            assert_eq!(sql.0, sql.1, "every row read is new, known or refused");
        }
        let report = json(at, &format!("{line} {name}"));
        let source = &report["sources"][0];
        assert!(source["file_known"] == true || source["resumed_after_rows"].as_u64().is_some(), "{report}");
        assert_eq!(done(at, &format!("warehouse {name} --digest")), digest, "kill {stopped}");
        fs::remove_file(path).expect("a file");
        if stopped == 100 {
            break;
        }
    }
    assert!(stopped == 100 && partly >= 10, "{stopped} kills hit, {partly} of them in the middle");
}

/// Rows read, and the sum of what became of them, in a warehouse that may need to be rolled back first.
fn rusqlite_look(path: &Path) -> (i64, i64) {
    let store = forecourt::io::warehouse::Store::open(path);
    let Ok(store) = store else { return (0, 0) };
    assert_eq!(store.sound(), Ok(true));
    let c = store.progress().expect("counts");
    (c.read as i64, (c.fresh + c.known + c.refused) as i64)
}

/// Debian's postgresql on loopback, when it is installed.
struct Server {
    folder: tempfile::TempDir,
    bin: std::path::PathBuf,
    port: u16,
}

impl Server {
    fn start() -> Option<Self> {
        let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
        let bin = versions.flatten().map(|v| v.path().join("bin")).find(|b| b.join("initdb").exists())?;
        let folder = tempfile::Builder::new().prefix("fcpg").tempdir_in("/tmp").ok()?;
        let port = std::net::TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port();
        let server = Self { folder, bin, port };
        fs::write(server.folder.path().join("password"), "gehe!m\n").ok()?;
        let user = Command::new("id").args(["-u", "postgres"]).output().ok()?;
        if server.root() {
            let user = String::from_utf8_lossy(&user.stdout).trim().parse().ok()?;
            for path in [server.folder.path().to_path_buf(), server.folder.path().join("password")] {
                std::os::unix::fs::chown(path, Some(user), None).ok()?;
            }
        }
        let place = server.folder.path().display().to_string();
        let how = format!("-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={place} -c fsync=off");
        let made = server.tool(
            "initdb",
            &[
                "-D",
                &format!("{place}/data"),
                "-U",
                "owner",
                "-A",
                "scram-sha-256",
                "--pwfile",
                &format!("{place}/password"),
            ],
        );
        let started = made
            && server.tool(
                "pg_ctl",
                &["-D", &format!("{place}/data"), "-l", &format!("{place}/log"), "-w", "-o", &how, "start"],
            );
        started.then_some(server)
    }

    fn root(&self) -> bool {
        Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout.starts_with(b"0\n"))
    }

    fn tool(&self, name: &str, args: &[&str]) -> bool {
        let tool = self.bin.join(name);
        let mut command = if self.root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(tool);
            command
        } else {
            Command::new(tool)
        };
        let command = command.args(args).env("PGPASSWORD", "gehe!m").current_dir("/tmp");
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success())
    }

    fn sql(&self, text: &str) -> bool {
        let port = self.port.to_string();
        self.tool(
            "psql",
            &["-h", "127.0.0.1", "-p", &port, "-U", "owner", "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-c", text],
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.tool("pg_ctl", &["-D", &self.folder.path().join("data").display().to_string(), "-m", "immediate", "stop"]);
    }
}

#[test]
fn a_postgres_server_says_what_a_file_says() {
    let Some(server) = Server::start() else {
        println!("PostgreSQL is not installed here (Debian: postgresql): nothing was tested against a server");
        return;
    };
    let made = server.sql(
        "CREATE TABLE 销售 AS SELECT 'S' || k AS id, 'D' || k % 7 AS dealer, 'V' || k AS vin, date '2026-03-01' + k % 28 AS day, \
         timestamp '2026-04-01 08:00' + k % 28 * interval '1 day' AS recorded, E'a\\tb\\\\c\\n' || k AS note FROM \
         generate_series(1, 20000) k",
    );
    assert!(made, "the table is made");
    let home = tempfile::tempdir().expect("a folder");
    let at = home.path();
    let source = |place: &str| {
        let connect = format!("host={place} port={} user=owner dbname=postgres", server.port);
        let feed = format!("postgres = \"{connect}\"\nquery = \"SELECT * FROM 销售 ORDER BY random();\"");
        MAPPING.replace("csv = \"export.csv\"", &feed)
    };
    fs::write(at.join("m.toml"), source("127.0.0.1")).expect("a file");
    let ask = |warehouse: &str, password: &str| {
        let mut command = Command::new(cargo_bin("forecourt"));
        command.current_dir(at).env("PGPASSWORD", password).args([
            "ingest",
            "m.toml",
            "--json",
            "--warehouse",
            warehouse,
        ]);
        command.output().expect("the program runs")
    };
    let refused = ask("a.db", "wrong");
    let err = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(2) && err.contains("password"), "{err}");
    let read = ask("a.db", "gehe!m");
    let report: Value = serde_json::from_slice(&read.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&read.stderr)));
    assert_eq!(report["sources"][0]["rows"]["new"], 20_000);
    // The same rows from a file, and again over the Unix socket in another order, change nothing.
    fs::write(at.join("m.toml"), source(&server.folder.path().display().to_string())).expect("a file");
    let again: Value = serde_json::from_slice(&ask("a.db", "gehe!m").stdout).expect("one JSON object");
    assert_eq!(again["sources"][0]["rows"]["known"], 20_000);
    let mut text = String::from("id,dealer,vin,day,recorded\n");
    for k in 1..=20_000u32 {
        text += &format!("S{k},D{},V{k},2026-03-{:02},2026-04-{:02} 08:00:00\n", k % 7, 1 + k % 28, 1 + k % 28);
    }
    fs::write(at.join("export.csv"), text).expect("a file");
    fs::write(at.join("m.toml"), MAPPING).expect("a file");
    done(at, "ingest m.toml --warehouse b.db");
    assert_eq!(done(at, "warehouse a.db --digest"), done(at, "warehouse b.db --digest"));
}
