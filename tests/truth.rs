//! The published and closed-form answers of stock policies, through the command: what `forecourt policy` prints agrees to half
//! a unit of the last digit printed here. Sources: Snyder and Shen, Fundamentals of Supply Chain Theory (2nd ed.); Zheng and
//! Federgruen 1991; Shang and Song 2003; Graves and Willems; closed forms.

use assert_cmd::Command;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn answer(line: &str) -> Value {
    let mut command = Command::cargo_bin("forecourt").unwrap();
    command
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .arg("policy")
        .args(line.split_whitespace())
        .arg("--json");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Half a unit of the last digit of a printed number.
fn half(printed: &str) -> f64 {
    let decimals = printed.split('.').nth(1).map_or(0, str::len);
    0.500_000_1 * 10f64.powi(-(decimals as i32))
}

/// `line` prints each `key` as the number that stands with it.
fn prints(line: &str, wanted: &[(&str, &str)]) {
    let found = answer(line);
    for (key, printed) in wanted {
        let (told, right): (f64, f64) = (found[*key].as_f64().unwrap(), printed.parse().unwrap());
        assert!((told - right).abs() <= half(printed), "{line}: {key} is {told}, {printed} is printed");
    }
}

#[test]
fn one_stocking_point() {
    prints("eoq --demand 1300 --holding 0.225 --fixed 8", &[("Q", "304.0467800264"), ("cost", "68.4105255059")]);
    prints(
        "newsvendor --demand normal:50,8 --holding 0.18 --penalty 0.70",
        &[("S", "56.6039559274"), ("cost", "1.9976051932")],
    );
    prints(
        "base-stock --demand normal:50,8 --holding 0.18 --penalty 0.70 --lead 4",
        &[("S", "264.7668943742"), ("cost", "4.4667810041")],
    );
    prints("newsvendor --demand poisson:18 --holding 200 --penalty 270", &[("S", "19"), ("cost", "786.0884409351")]);
    prints("newsvendor --demand normal:100,20 --holding 2 --penalty 8", &[("S", "116.832425"), ("cost", "55.992384")]);
    prints(
        "ss --demand poisson:6 --holding 1 --penalty 4 --fixed 5",
        &[("s", "4"), ("S", "10"), ("cost", "8.0341115615")],
    );
    prints(
        "rq --demand poisson:1.5 --holding 20 --penalty 150 --fixed 100 --lead 2",
        &[("r", "3"), ("Q", "5"), ("cost", "107.9235806331")],
    );
    let lots = answer("wagner-whitin --demand 90,120,80,70 --holding 2 --fixed 500");
    assert_eq!(
        (
            lots["orders"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect::<Vec<_>>(),
            lots["cost"].as_f64()
        ),
        (vec![210.0, 0.0, 150.0, 0.0], Some(1380.0))
    );
}

#[test]
fn reorder_and_order_up_to() {
    for (mean, s, up, cost) in [
        ("10", "6", "40", "35.0216"),
        ("20", "14", "62", "49.1730"),
        ("23", "17", "52", "52.7567"),
        ("40", "33", "87", "64.5118"),
        ("50", "42", "108", "70.9752"),
        ("61", "52", "131", "77.9287"),
        ("62", "53", "72", "78.1718"),
        ("75", "67", "86", "79.5538"),
    ] {
        prints(
            &format!("ss --demand poisson:{mean} --holding 1 --penalty 9 --fixed 64"),
            &[("s", s), ("S", up), ("cost", cost)],
        );
    }
    for (h, p, k, r, q, cost) in [
        (10, 25, 1, "50", "7", "95.4611"),
        (10, 25, 25, "44", "23", "171.0897"),
        (10, 100, 5, "54", "12", "165.2091"),
        (25, 25, 100, "34", "31", "394.8893"),
        (25, 100, 1000, "35", "73", "1457.4133"),
    ] {
        prints(
            &format!("rq --demand poisson:50 --holding {h} --penalty {p} --fixed {k} --lead 1"),
            &[("r", r), ("Q", q), ("cost", cost)],
        );
    }
}

#[test]
fn transfers_between_dealers() {
    for (sites, transfer, s, cost) in [
        (2, ".5", "138.65781", "121.34613"),
        (4, "0", "125.05439", "162.23930"),
        (4, ".5", "127.01999", "183.78079"),
        (4, "2", "135.09602", "243.01548"),
        (4, "5", "160", "320.00000"),
    ] {
        prints(
            &format!("pooling --demand uniform:0,200 --holding 1 --penalty 4 --sites {sites} --transfer {transfer}"),
            &[("S", s), ("cost", cost)],
        );
    }
    for (correlation, s, cost) in
        [("0", "104.9726", "243.7907"), (".555", "116.3842", "604.0509"), ("1", "121.0405", "769.8953")]
    {
        let line = format!(
            "pooling --demand normal:100,25 --holding 1 --penalty 4 --sites 22 --transfer .5 --correlation {correlation}"
        );
        prints(&line, &[("S", s), ("cost", cost)]);
    }
    for (sites, stock, rate, fill, lateral, emergency) in [
        (2, 1, 1, "0.4", "0.2", "0.4"),
        (2, 2, 1, "0.75", "0.154762", "0.095238"),
        (3, 2, 2, "0.427306", "0.307772", "0.264922"),
    ] {
        prints(
            &format!("emergency --sites {sites} --stock {stock} --rate {rate}"),
            &[("fill", fill), ("lateral", lateral), ("emergency", emergency)],
        );
    }
}

/// Echelon levels and costs within a thousandth: published with a grid of their own.
#[test]
fn serial_systems() {
    let home = tempfile::tempdir().unwrap();
    let serial = |name: &str, text: &str| {
        let path = home.path().join(name);
        std::fs::write(&path, text).unwrap();
        answer(&format!("serial {}", path.display()))
    };
    let text = "demand = \"normal:5,1\"\npenalty = 37.12\n[[stages]]\nlead_time = 2\nlocal_holding = 2\n[[stages]]\nlead_time = 1\nlocal_holding = 4\n[[stages]]\nlead_time = 1\nlocal_holding = 7\n";
    let cost = serial("example.toml", text)["cost"].as_f64().unwrap();
    assert!((cost / 47.665 - 1.0).abs() < 1e-3, "{cost}");
}

#[test]
fn supply_chains_with_guaranteed_service() {
    let root = std::env::var_os("FORECOURT_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    for (file, cost) in [("bulldozer", "2109250.11"), ("battery", "3412309.33")] {
        let path = root.join(format!("gsm/{file}.csv"));
        if !path.exists() {
            eprintln!("skipped: {} is not there", path.display());
            continue;
        }
        prints(&format!("gsm {}", path.display()), &[("cost", cost)]);
    }
}
