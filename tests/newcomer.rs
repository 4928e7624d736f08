//! The newcomer's path with only what the guide says: init → check → plan → report, from the example, from a company's
//! workbook with Chinese headings and units, and from its CSV exports.

use assert_cmd::Command;
use forecourt::io::scenario::read;
use forecourt::network::travel::geodesic;
use rust_xlsxwriter::{Format, Workbook};
use std::fs;
use std::path::Path;

struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
    fn run(&self, line: &str) -> (Option<i32>, String, String) {
        let mut command = Command::cargo_bin("forecourt").unwrap();
        let output = command.current_dir(self.0.path()).args(line.split_whitespace()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    }
    fn done(&self, line: &str) -> (String, String) {
        let (code, out, err) = self.run(line);
        assert_eq!(code, Some(0), "{line}: {err}");
        (out, err)
    }
    fn at(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }
    /// What the guide says, word for word; every command names the next.
    fn goes_on(&self, folder: &str, id: &str) {
        let (said, _) = self.done(&format!("check {folder}"));
        assert!(said.ends_with("no faults\n"), "{said}");
        self.done(&format!("plan {folder} --quiet --replications 10"));
        let (said, _) = self.done(&format!("report results/{id}"));
        assert!(said.contains("report.html"), "{said}");
        let page = fs::read_to_string(self.at(&format!("results/{id}/report.html"))).unwrap();
        assert!(page.contains("<html") && page.contains("决策"));
    }
}

#[test]
fn from_the_example() {
    let home = Home::new();
    let (said, _) = home.done("init mine");
    assert!(said.contains("next: forecourt check mine"), "{said}");
    home.goes_on("mine", "tiny");
    let all = |folder: &Path| format!("{:#?}", read(folder).unwrap_or_else(|f| panic!("{f}")).0);
    assert_eq!(all(&home.at("mine")), all(Path::new("scenarios/tiny")));
    home.done("plan mine --variant growth --quiet --replications 2");
    let (code, _, err) = home.run("init mine");
    assert!(code == Some(73) && err.contains("not empty"), "{err}");
}

type Cells = Vec<Vec<String>>;

fn tiny(table: &str) -> Cells {
    let mut reader = csv::Reader::from_path(format!("scenarios/tiny/{table}.csv")).unwrap();
    let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows = reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect());
    [header].into_iter().chain(rows).collect()
}

/// A table as a company would keep it: Chinese headings, money in ten thousands, people in ten thousands.
fn company(table: &str) -> (&'static str, Cells) {
    let renamed: &[(&str, &str, f64)] = match table {
        "formats" => &[
            ("format_id", "店型编号", 1.0),
            ("name", "英文名", 1.0),
            ("name_zh", "中文名", 1.0),
            ("attraction", "吸引力", 1.0),
            ("reach_min", "辐射时间（小时）", 1.0 / 60.0),
            ("conversion_cost_cny", "改造成本（万元）", 1e-4),
            ("cost_factor", "成本系数", 1.0),
            ("capacity_factor", "产能系数", 1.0),
        ],
        "zones" => &[
            ("zone_id", "区域编号", 1.0),
            ("name", "名称", 1.0),
            ("name_zh", "中文名称", 1.0),
            ("region", "大区", 1.0),
            ("lat_deg", "纬度", 1.0),
            ("lon_deg", "经度", 1.0),
            ("population_persons", "人口（万人）", 1e-4),
            ("registrations_per_year", "年上牌量", 1.0),
            ("rival_weight", "竞品权重", 1.0),
        ],
        "models" => &[
            ("model_id", "车型编号", 1.0),
            ("name", "名称", 1.0),
            ("name_zh", "中文名", 1.0),
            ("segment", "级别", 1.0),
            ("powertrain", "动力类型", 1.0),
            ("price_cny", "售价（万元）", 1e-4),
            ("margin_cny", "毛利（元）", 1.0),
            ("carrier_slots", "板车占位", 1.0),
            ("holding_cny_per_day", "日持有成本", 1.0),
            ("lost_sale_cny", "缺货损失", 1.0),
        ],
        "sites" => &[
            ("site_id", "网点编号", 1.0),
            ("name", "名称", 1.0),
            ("name_zh", "中文名", 1.0),
            ("kind", "类型", 1.0),
            ("format_id", "店型编号", 1.0),
            ("zone_id", "区域编号", 1.0),
            ("lat_deg", "纬度", 1.0),
            ("lon_deg", "经度", 1.0),
            ("capacity_per_year", "年销售能力", 1.0),
            ("storage_cars", "库容（台）", 1.0),
            ("credit_cny", "授信额度（万元）", 1e-4),
            ("fixed_cost_cny_per_year", "年固定成本（万元）", 1e-4),
            ("opening_cost_cny", "开店成本", 1.0),
            ("moving_cost_cny", "搬迁成本", 1.0),
            ("closing_cost_cny", "关店成本", 1.0),
            ("owner", "投资人", 1.0),
            ("opens_h", "开门时间", 1.0),
            ("closes_h", "关门时间", 1.0),
            ("rule", "规则", 1.0),
        ],
        "carriers" => &[
            ("carrier_id", "板车编号", 1.0),
            ("name", "名称", 1.0),
            ("name_zh", "中文名", 1.0),
            ("slots", "车位数", 1.0),
            ("cost_cny_per_km", "每公里成本", 1.0),
            ("cost_cny_per_trip", "每趟成本", 1.0),
            ("minimum_load_share", "最低装载率（%）", 100.0),
        ],
        "stock" => &[
            ("site_id", "经销商编号", 1.0),
            ("model_id", "车型编号", 1.0),
            ("age_days", "库龄（天）", 1.0),
            ("cars", "台数", 1.0),
        ],
        "supply" => &[
            ("site_id", "工厂编号", 1.0),
            ("model_id", "车型编号", 1.0),
            ("week_start", "周起始日", 1.0),
            ("slots_cars", "排产台数", 1.0),
        ],
        "in_transit" => &[
            ("site_id", "经销商编号", 1.0),
            ("model_id", "车型编号", 1.0),
            ("arrival_week_start", "到店周", 1.0),
            ("cars", "台数", 1.0),
        ],
        "travel" => &[
            ("zone_id", "区域编号", 1.0),
            ("site_id", "网点编号", 1.0),
            ("distance_km", "距离（公里）", 1.0),
            ("time_min", "时间（分钟）", 1.0),
        ],
        "lanes" => &[
            ("from_site_id", "起点编号", 1.0),
            ("to_site_id", "终点编号", 1.0),
            ("distance_km", "距离", 1.0),
            ("time_h", "时间", 1.0),
            ("cost_cny_per_car", "单车运费", 1.0),
        ],
        "calendar" => &[("date", "日期", 1.0), ("name", "名称", 1.0), ("kind", "类型", 1.0)],
        _ => &[
            ("site_id", "经销商编号", 1.0),
            ("model_id", "车型编号", 1.0),
            ("week_start", "周", 1.0),
            ("sold_cars", "销量", 1.0),
        ],
    };
    let title = match table {
        "formats" => "店型",
        "zones" => "城市",
        "models" => "车型表",
        "sites" => "网点",
        "carriers" => "板车",
        "stock" => "库存明细",
        "supply" => "排产计划",
        "in_transit" => "在途车辆",
        "travel" => "出行时间",
        "lanes" => "运输线路",
        "calendar" => "节假日",
        _ => "销售数据",
    };
    let mut cells = tiny(table);
    let (zh, scale): (Vec<String>, Vec<f64>) = cells[0]
        .iter()
        .map(|h| renamed.iter().find(|r| r.0 == h).map_or_else(|| panic!("{h}"), |r| (r.1.to_owned(), r.2)))
        .unzip();
    for row in &mut cells[1..] {
        for (cell, scale) in row.iter_mut().zip(&scale).filter(|c| *c.1 != 1.0) {
            if let Ok(x) = cell.parse::<f64>() {
                *cell = (x * scale).to_string();
            }
        }
    }
    cells[0] = zh;
    (title, cells)
}

const TABLES: [&str; 12] = [
    "formats",
    "zones",
    "models",
    "sites",
    "carriers",
    "sales",
    "stock",
    "in_transit",
    "supply",
    "calendar",
    "lanes",
    "travel",
];

/// The company's book: a title above each table, a column nobody needs, sales with a column per week, and a sheet of notes.
fn book(path: &Path) {
    let mut book = Workbook::new();
    let date = Format::new().set_num_format("yyyy/m/d");
    for table in TABLES {
        let (title, mut cells) = company(table);
        let sheet = book.add_worksheet().set_name(title).unwrap();
        sheet.write_string(0, 0, "某品牌内部资料").unwrap();
        cells[0].push("备注".into());
        for (row, cells) in (2u32..).zip(&cells) {
            for (column, cell) in (0u16..).zip(cells) {
                let day = cell.parse::<jiff::civil::Date>().ok();
                match (cell.parse::<f64>(), day) {
                    (Ok(x), _) if !cell.is_empty() => drop(sheet.write_number(row, column, x).unwrap()),
                    (_, Some(day)) => {
                        let days = day.since(jiff::civil::date(1899, 12, 30)).unwrap().get_days();
                        sheet.write_number_with_format(row, column, f64::from(days), &date).unwrap();
                    }
                    _ => drop(sheet.write_string(row, column, cell).unwrap()),
                }
            }
        }
    }
    book.add_worksheet().set_name("说明").unwrap().write_string(0, 0, "请勿外传").unwrap();
    book.save(path).unwrap();
}

/// Everything of two scenarios but names, settings and the last digits of places.
fn alike(a: &Path, b: &Path) {
    let (a, b) = (read(a).unwrap_or_else(|f| panic!("{f}")).0, read(b).unwrap_or_else(|f| panic!("{f}")).0);
    assert_eq!((a.today, a.history.total()), (b.today, b.history.total()));
    assert_eq!(format!("{:?}", a.catalogue), format!("{:?}", b.catalogue));
    assert_eq!(
        format!("{:?} {:?} {:?}", a.stock, a.in_transit, a.supply),
        format!("{:?} {:?} {:?}", b.stock, b.in_transit, b.supply)
    );
    assert_eq!(format!("{:?} {:?}", a.network.lanes, a.calendar), format!("{:?} {:?}", b.network.lanes, b.calendar));
    assert_eq!(format!("{:?}", a.network.formats), format!("{:?}", b.network.formats));
    assert_eq!(format!("{:?}", a.network.carriers), format!("{:?}", b.network.carriers));
    assert_eq!(format!("{:?}", a.network.travel.matrix), format!("{:?}", b.network.travel.matrix));
    for (x, y) in a.network.sites.values().zip(b.network.sites.values()) {
        assert!(geodesic(x.place, y.place).get() < 1e-3, "{}", x.code);
        assert_eq!(
            (&x.code, x.credit, x.fixed_cost, x.storage, x.kind, x.rule),
            (&y.code, y.credit, y.fixed_cost, y.storage, y.kind, y.rule)
        );
    }
    for (x, y) in a.network.zones.values().zip(b.network.zones.values()) {
        assert_eq!((&x.code, x.population, x.registrations), (&y.code, y.population, y.registrations));
        assert!(geodesic(x.place, y.place).get() < 1e-3, "{}", x.code);
    }
}

#[test]
fn from_a_companys_workbook() {
    let home = Home::new();
    book(&home.at("公司数据.xlsx"));
    let (said, notes) = home.done("init mine --from 公司数据.xlsx --name 某品牌 --synthetic");
    assert!(said.contains("next: forecourt check mine"), "{said}");
    for part in [
        "\"网点\" is the sites table",
        "授信额度（万元） = credit_cny × 10000",
        "not used: 备注",
        "\"说明\" is no table",
        "starts on 2026-06-29",
    ] {
        assert!(notes.contains(part), "{part}: {notes}");
    }
    alike(&home.at("mine"), Path::new("scenarios/tiny"));
    home.goes_on("mine", "mine");
}

#[test]
fn from_csv_files_in_gb18030_with_coordinates_of_web_maps() {
    let home = Home::new();
    let exports = home.at("exports");
    fs::create_dir(&exports).unwrap();
    for table in TABLES {
        let (title, cells) = company(table);
        let text: String = cells.iter().map(|row| row.join(";") + "\r\n").collect();
        fs::write(exports.join(format!("{title}.csv")), encoding_rs::GB18030.encode(&text).0).unwrap();
    }
    home.done("init mine --from exports --crs gcj02 --today 2026-07-01");
    // The same tables read as they stand, with their coordinates said to be those of web maps.
    let other = home.at("other");
    fs::create_dir(&other).unwrap();
    for entry in fs::read_dir("scenarios/tiny").unwrap().flatten().filter(|e| e.path().is_file()) {
        let text = fs::read_to_string(entry.path()).unwrap().replace("crs = \"wgs84\"", "crs = \"gcj02\"");
        fs::write(other.join(entry.file_name()), text).unwrap();
    }
    alike(&home.at("mine"), &other);
}

/// Faults of a company's book are told by its own sheets and cells.
#[test]
fn faults_name_the_companys_own_cells() {
    let home = Home::new();
    let exports = home.at("exports");
    fs::create_dir(&exports).unwrap();
    for table in TABLES {
        let (title, mut cells) = company(table);
        if table == "sites" {
            cells[3][5] = "Z9".into();
        }
        if table == "models" {
            cells[1][5] = "面议".into();
        }
        if table != "carriers" {
            fs::write(
                exports.join(format!("{title}.csv")),
                cells.iter().map(|r| r.join(",") + "\n").collect::<String>(),
            )
            .unwrap();
        }
    }
    let (code, _, said) = home.run("init mine --from exports");
    assert_eq!(code, Some(2));
    for part in ["exports: 网点!F4: E012", "exports: 车型表!F2: E019", "exports: carriers: E001"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!home.at("mine").exists());
}

#[test]
fn doctor_and_manual_pages() {
    let home = Home::new();
    let (said, _) = home.done("doctor --lang en");
    assert!(said.contains("ok       solver HiGHS") && said.contains("ok       results can be written here"), "{said}");
    assert!(said.contains("missing  the large scenario") && said.contains("→ forecourt generate china"), "{said}");
    let (said, _) = home.done("doctor --lang zh");
    assert!(said.contains("求解器"), "{said}");
    let value: serde_json::Value = serde_json::from_str(&home.done("doctor --json").0).unwrap();
    assert_eq!(value["well"], true);
    home.done("man --out man1");
    let pages: Vec<_> =
        fs::read_dir(home.at("man1")).unwrap().flatten().map(|e| e.file_name().into_string().unwrap()).collect();
    for page in ["forecourt.1", "forecourt-plan.1", "forecourt-why.1", "forecourt-xlsx-import.1"] {
        assert!(pages.contains(&page.to_owned()), "{pages:?}");
    }
    let text = fs::read_to_string(home.at("man1/forecourt-plan.1")).unwrap();
    assert!(text.contains(".TH") && text.contains("variant"), "{text}");
    assert!(home.done("man").0.contains("SUBCOMMANDS"));
}
