//! Variants: patches to a base scenario, and results side by side.

#[path = "common/scenario_folder.rs"]
mod scenario_folder;

use assert_cmd::Command;
use forecourt::ids::{Id, SiteId};
use forecourt::io::fault::Faults;
use forecourt::io::scenario::{Folder as Texts, read, read_variant};
use forecourt::network::SiteRule;
use forecourt::scenario::Scenario;
use scenario_folder::Folder;
use serde_json::Value;
use std::fs;
use std::path::Path;

fn variant(folder: &Folder, text: &str) -> Result<Scenario, Faults> {
    let (_home, path) = folder.write();
    fs::create_dir(path.join("variants")).unwrap();
    fs::write(path.join("variants/v.toml"), text).unwrap();
    read_variant(&path, Some("v")).map(|r| r.0)
}

fn sound(text: &str) -> Scenario {
    variant(&Folder::correct(), text).unwrap_or_else(|f| panic!("{f}"))
}

/// The faults with the folder's own path cut off.
fn told(text: &str) -> Vec<String> {
    let faults = variant(&Folder::correct(), text).expect_err("the variant is faulty");
    let cut = |f: String| f.split_once("/x/").map_or(f.clone(), |s| s.1.to_owned());
    faults.list.iter().map(|f| cut(f.to_string())).collect()
}

fn all(s: &Scenario) -> String {
    format!("{s:#?}")
}

#[test]
fn a_patch_is_the_same_as_editing_the_tables() {
    let edited = Folder::correct()
        .change(
            "zones.csv",
            "Z1,Alpha,阿尔法,North,30.5,114.25,2000000,4380,6",
            "Z1,Alpha,阿尔法,North,30.5,114.25,2000000,6570,6",
        )
        .change(
            "zones.csv",
            "Z2,Beta,贝塔,North,30.75,114.5,5000000,13140,9",
            "Z2,Beta,贝塔,North,30.75,114.5,5000000,19710,9",
        )
        .change("sites.csv", "Group B,9,18,\n", "Group B,9,18,required\n")
        .change("sites.csv", ",4S,Z1,30.5,114.25,5000,300,", ",4S,Z1,30.5,114.25,5000,320,")
        .change("stock.csv", "D1,M1,40,5\n", "")
        .append("supply.csv", "P1,M2,2026-06-29,12\n")
        .change("scenario.toml", "circuity = 1.3", "circuity = 1.4")
        .change("scenario.toml", "budget_cny = 1e7", "budget_cny = 2e6")
        .append("scenario.toml", "service = 0.9\n\n[market]\nnest = 0.5\n")
        .change("scenario.toml", "id = \"small\"", "id = \"small-v\"")
        .change("scenario.toml", "name = \"Small\"", "name = \"Small: Other\"")
        .change("scenario.toml", "name_zh = \"小网络\"", "name_zh = \"小网络：别样\"");
    let (_home, path) = edited.write();
    let expected = read(&path).unwrap_or_else(|f| panic!("{f}")).0;
    let patched = sound(
        r#"
name = "Other"
name_zh = "别样"

[settings.travel]
circuity = 1.4
[settings.placement]
budget_cny = 2e6
[settings.replenishment]
service = 0.9
[settings.market]
nest = 0.5

[[patch]]
table = "zones"
where = { region = "north" }
scale = { registrations_per_year = 1.5 }

[[patch]]
table = "sites"
where = { kind = "候选" }
set = { rule = "required" }

[[patch]]
table = "sites"
where = { site_id = ["D1", "D9"], storage_cars = 300.0 }
plus = { storage_cars = 20 }

[[patch]]
table = "stock"
where = { site_id = "D1", age_days = 40 }
remove = true

[[patch]]
table = "supply"
rows = [{ site_id = "P1", model_id = "M2", week_start = 2026-06-29, slots_cars = 12 }]
"#,
    );
    assert_eq!(all(&patched), all(&expected));
}

#[test]
fn patches_build_on_each_other_and_tables_may_be_written_anyhow() {
    let text = "[[patch]]\ntable = \"sales\"\nscale = { sold_cars = 2 }\n[[patch]]\ntable = \"sales\"\nplus = { sold_cars = 1 }\n";
    let plain = all(&sound(text));
    let gbk = Folder::correct()
        .recode(|t| encoding_rs::GBK.encode(&t.replace(',', ";").replace('\n', "\r\n")).0.into_owned());
    // A name with a comma is quoted there, and its comma must stay one.
    let gbk = gbk.put("sites.csv", Folder::correct().text("sites.csv").as_bytes());
    assert_eq!(all(&variant(&gbk, text).unwrap_or_else(|f| panic!("{f}"))), plain);
    let sold = sound(text).history.total();
    assert_eq!(sold, 2 * (28 + 30 + 14 + 9) + 4);
}

/// A column that the table lacks comes with the patch, and a table that the folder lacks with its rows.
#[test]
fn columns_and_tables_may_be_new() {
    let text = Folder::correct().text("sites.csv");
    let rows = text.lines().map(|l| l.rsplit_once(',').unwrap().0).collect::<Vec<_>>().join("\n");
    let without = Folder::correct().put("sites.csv", rows.as_bytes());
    let text = "[[patch]]\ntable = \"sites\"\nwhere = { site_id = \"D1\" }\nset = { rule = \"required\" }\n\
                [[patch]]\ntable = \"thresholds\"\nrows = [{ rule = \"stock_out\", amber = 0.3 }]\n";
    let scenario = variant(&without, text).unwrap_or_else(|f| panic!("{f}"));
    assert_eq!(scenario.network.sites[SiteId::at(1)].rule, SiteRule::Required);
    assert_eq!(scenario.network.sites[SiteId::at(2)].rule, SiteRule::Free);
    assert_eq!(scenario.thresholds.len(), 1);
}

#[test]
fn faults_of_a_variant_name_its_lines() {
    let cases = [
        ("[[patch]\n", "variants/v.toml:1:"),
        ("nam = \"x\"\n", "variants/v.toml:1:1: E033 "),
        ("name = 3\n[[patch]]\ntable = \"zones\"\nscale = { rival_weight = 2 }\n", "variants/v.toml:1:1: E035 "),
        ("# nothing\n", "variants/v.toml:1:1: E034 "),
        ("[[patch]]\nscale = { rival_weight = 2 }\n", "variants/v.toml:1:1: E034 "),
        ("[[patch]]\ntable = \"zone\"\n", "variants/v.toml:2:9: E026 "),
        ("[[patch]]\ntable = \"zones\"\nscale = { rival_wait = 2 }\n", "variants/v.toml:3:11: E013 "),
        ("[[patch]]\ntable = \"zones\"\nscale = { name = 2 }\n", "variants/v.toml:3:11: E035 "),
        ("[[patch]]\ntable = \"zones\"\nscale = { rival_weight = \"2x\" }\n", "variants/v.toml:3:26: E019 "),
        ("[[patch]]\ntable = \"zones\"\nwhere = { zone = \"Z1\" }\nremove = true\n", "variants/v.toml:3:11: E013 "),
        ("[[patch]]\ntable = \"zones\"\nwhere = { zone_id = \"Z8\" }\nremove = true\n", "variants/v.toml:1:1: E092 "),
        ("[[patch]]\ntable = \"thresholds\"\nremove = true\n", "variants/v.toml:1:1: E092 "),
        ("[[patch]]\ntable = \"zones\"\n", "variants/v.toml:1:1: E034 "),
        ("[[patch]]\ntable = \"zones\"\nremove = true\nset = { name = \"a\" }\n", "variants/v.toml:1:1: E034 "),
        ("[settings.placement]\nyears = -1\n", "variants/v.toml:2:1: E022 "),
        ("[settings.placement]\nyear = 5\n", "variants/v.toml:2:1: E033 "),
        ("[settings.placment]\nyears = 5\n", "variants/v.toml:2:1: E033 "),
        ("[settings]\nid = \"other\"\n", "variants/v.toml:2:1: E033 "),
        // What a patch makes of a table is told at the patch.
        (
            "[[patch]]\ntable = \"sites\"\nwhere = { site_id = \"D1\" }\nset = { zone_id = \"Z9\" }\n",
            "variants/v.toml:4:19: E012 ",
        ),
        (
            "[[patch]]\ntable = \"zones\"\nwhere = { zone_id = \"Z2\" }\nscale = { registrations_per_year = -1 }\n",
            "variants/v.toml:4:36: E022 ",
        ),
        (
            "[[patch]]\ntable = \"supply\"\nrows = [{ site_id = \"P1\", model_id = \"M9\", week_start = 2026-06-29, slots_cars = 1 }]\n",
            "variants/v.toml:3:9: E012 ",
        ),
    ];
    for (text, expected) in cases {
        let told = told(text);
        assert!(told.iter().any(|t| t.starts_with(expected)), "{text}: {told:#?}");
        assert!(told.iter().all(|t| t.contains(" → ")), "{told:?}");
    }
}

/// What is wrong with the base is told where it stands, however many lines a patch has taken out above it.
#[test]
fn faults_of_the_base_keep_their_lines() {
    let folder = Folder::correct().change("stock.csv", "D2,M2,10,12", "D2,M2,10,many");
    let text = "[[patch]]\ntable = \"stock\"\nwhere = { site_id = \"D1\", age_days = 20 }\nremove = true\n[settings.market]\nnest = 0.5\n";
    let faults = variant(&folder, text).expect_err("the base is faulty").to_string();
    assert!(faults.contains("stock.csv:4:10: E019 "), "{faults}");
}

#[test]
fn an_unknown_variant_is_answered_with_those_there_are() {
    let said = |name: &str| read_variant(Path::new("scenarios/tiny"), Some(name)).unwrap_err().to_string();
    assert!(said("grwth").contains("did you mean growth?"), "{}", said("grwth"));
    assert!(said("zzzzzzzzzz").contains("keep-delta"), "{}", said("zzzzzzzzzz"));
}

#[test]
fn the_shipped_variants_are_sound() {
    let mut count = 0;
    for entry in fs::read_dir("scenarios/tiny/variants").unwrap().flatten() {
        let mut texts = Texts::open(Path::new("scenarios/tiny"));
        texts.patch(&entry.path());
        let (scenario, notes) = texts.judge().unwrap_or_else(|f| panic!("{f}"));
        assert!(scenario.id.starts_with("tiny-"));
        assert_eq!(notes.files.iter().filter(|f| f.table == "variant").count(), 1, "the provenance names it");
        count += 1;
    }
    assert_eq!(count, 3);
}

fn run(line: &[&str]) -> String {
    let mut command = Command::cargo_bin("forecourt").unwrap();
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).args(line).output().unwrap();
    assert!(output.status.success(), "{line:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn plans_are_compared_pair_by_pair() {
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
    let (base, keep, other) = (at("base"), at("keep"), at("other"));
    run(&["plan", "scenarios/tiny", "--quiet", "--out", &base]);
    run(&["plan", "scenarios/tiny", "--variant", "keep-delta", "--quiet", "--out", &keep]);
    run(&["plan", "scenarios/tiny", "--seed", "7", "--quiet", "--out", &other]);
    let answer: Value = serde_json::from_str(&run(&["compare", &base, &keep, "--json"])).unwrap();
    let figure = |answer: &Value, id: &str| {
        answer["figures"].as_array().unwrap().iter().find(|f| f["id"] == id).unwrap().clone()
    };
    // The placement's own figures: keeping Delta open costs what its closing was worth.
    let objective = figure(&answer, "place.objective_cny_per_year");
    assert_eq!(objective["less_first"][1]["mean"], -7_477_603.65);
    let profit = figure(&answer, "profit");
    assert_eq!(profit["less_first"][1]["paired"], true);
    let number = |v: &Value| v.as_f64().unwrap();
    let mean = number(&profit["less_first"][1]["mean"]);
    assert!((number(&profit["plans"][1]["mean"]) - number(&profit["plans"][0]["mean"]) - mean).abs() <= 1.0);
    // The paired interval is what the replications say, computed here from the files alone.
    let column = |folder: &str| -> Vec<f64> {
        let mut rows = csv::Reader::from_path(Path::new(folder).join("replications.csv")).unwrap();
        let at = rows.headers().unwrap().iter().position(|h| h == "profit").unwrap();
        rows.records().map(Result::unwrap).filter(|r| &r[0] == "plan").map(|r| r[at].parse().unwrap()).collect()
    };
    let pairs: Vec<f64> = column(&base).iter().zip(column(&keep)).map(|(a, b)| b - a).collect();
    let n = pairs.len() as f64;
    let average = pairs.iter().sum::<f64>() / n;
    let deviation = (pairs.iter().map(|d| (d - average).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    assert_eq!(n, 20.0);
    let half = 2.093_024_054 * deviation / n.sqrt();
    assert!((average - mean).abs() < 1e-6 * average.abs());
    assert!(
        (number(&profit["less_first"][1]["low"]) - (average - half)).abs() < 1e-5 * half,
        "t with 19 degrees of freedom"
    );
    // Regret: the shortfalls of both plans on each future, one of which is zero.
    let expected: f64 = pairs.iter().map(|d| (-d).max(0.0)).sum::<f64>() / n;
    assert!((number(&answer["regret"][1]["mean_cny"]) - expected).abs() < 1e-6 * expected.max(1.0));
    let stores: Vec<&Value> =
        answer["decisions"].as_array().unwrap().iter().filter(|d| d["what"] == "placement").collect();
    assert_eq!(
        (stores.len(), &stores[0]["id"], &stores[0]["plans"]),
        (1, &"D4".into(), &serde_json::json!(["close", "keep 4S"]))
    );
    // Another seed: no pairs, and said.
    let answer: Value = serde_json::from_str(&run(&["compare", &base, &other, "--json"])).unwrap();
    assert_eq!(figure(&answer, "profit")["less_first"][1]["paired"], false);
    assert!(answer["notes"].to_string().contains("not paired"));
    assert!(answer["decisions"].as_array().unwrap().is_empty());
    let words = run(&["compare", &base, &keep, "--lang", "zh"]);
    let row = |l: &str| l.split_whitespace().collect::<Vec<_>>() == ["D4", "close", "keep", "4S"];
    assert!(words.contains("遗憾值") && words.lines().any(row), "{words}");
    let table = run(&["compare", &base, &keep, "--csv"]);
    assert!(table.starts_with("kind,id,unit,plan,") && table.contains("\nplacement,D4,,"), "{table}");
}
