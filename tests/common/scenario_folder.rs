//! A small correct scenario folder that tests may change and write.

#![allow(dead_code)] // Every test binary uses its own part of this.

use std::collections::BTreeMap;
use std::path::PathBuf;
use tempfile::TempDir;

/// The files of a scenario folder, to be changed before they are written.
#[derive(Clone)]
pub struct Folder {
    files: BTreeMap<String, Vec<u8>>,
}

impl Folder {
    /// Four zones, a plant, a hub, two dealers, a candidate, two models, three weeks of sales.
    pub fn correct() -> Self {
        let files = FILES.iter().map(|(name, text)| ((*name).to_string(), text.trim_start().as_bytes().to_vec()));
        Self { files: files.collect() }
    }

    /// The same with a travel matrix.
    pub fn with_matrix() -> Self {
        Self::correct()
            .change("scenario.toml", "mode = \"geodesic\"", "mode = \"matrix\"")
            .put("travel.csv", MATRIX.trim_start().as_bytes())
    }

    /// Puts a file.
    pub fn put(mut self, name: &str, bytes: &[u8]) -> Self {
        self.files.insert(name.into(), bytes.to_vec());
        self
    }

    /// Takes a file away.
    pub fn without(mut self, name: &str) -> Self {
        assert!(self.files.remove(name).is_some(), "no file {name}");
        self
    }

    /// Replaces a text that must be there exactly once.
    pub fn change(mut self, name: &str, old: &str, new: &str) -> Self {
        let text = self.text(name);
        assert_eq!(text.matches(old).count(), 1, "{old:?} in {name}");
        self.files.insert(name.into(), text.replacen(old, new, 1).into_bytes());
        self
    }

    /// Adds text to the end of a file.
    pub fn append(mut self, name: &str, more: &str) -> Self {
        self.files.get_mut(name).expect(name).extend(more.as_bytes());
        self
    }

    /// Replaces some bytes of a file by others.
    pub fn splice(mut self, name: &str, at: proptest::sample::Index, drop: usize, piece: &[u8]) -> Self {
        let bytes = self.files.get_mut(name).expect(name);
        let from = at.index(bytes.len());
        let to = (from + drop).min(bytes.len());
        bytes.splice(from..to, piece.iter().copied());
        self
    }

    /// Changes the bytes of every table.
    pub fn recode(mut self, code: impl Fn(&str) -> Vec<u8>) -> Self {
        for (name, bytes) in &mut self.files {
            if name.ends_with(".csv") {
                *bytes = code(std::str::from_utf8(bytes).expect("tables start as UTF-8"));
            }
        }
        self
    }

    /// The text of a file.
    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.files[name].clone()).expect("UTF-8")
    }

    /// Writes the files into `x/` of a new directory, which vanishes with the handle.
    pub fn write(&self) -> (TempDir, PathBuf) {
        let home = tempfile::tempdir().expect("a directory for the test");
        let folder = home.path().join("x");
        std::fs::create_dir(&folder).expect("a folder for the test");
        for (name, bytes) in &self.files {
            std::fs::write(folder.join(name), bytes).expect("a file for the test");
        }
        (home, folder)
    }
}

const FILES: &[(&str, &str)] = &[
    (
        "scenario.toml",
        r#"
schema = 1
id = "small"
name = "Small"
name_zh = "小网络"
currency = "CNY"
synthetic = true
today = 2026-06-29

[horizon]
weeks = 4

[travel]
mode = "geodesic"
circuity = 1.3
speed_kmh = 60
crs = "wgs84"

[placement]
min_stores = 1
max_stores = 3
budget_cny = 1e7

[replenishment]
freeze_weeks = 1
"#,
    ),
    (
        "formats.csv",
        "
format_id,name,name_zh,attraction,reach_min,cost_factor,capacity_factor,conversion_cost_cny
4S,4S store,4S店,2,60,1,1,5000000
CITY,City showroom,城市展厅,1,50,0.5,0.5,2000000
",
    ),
    (
        "zones.csv",
        "
zone_id,name,name_zh,region,lat_deg,lon_deg,population_persons,registrations_per_year,rival_weight
Z1,Alpha,阿尔法,North,30.5,114.25,2000000,4380,6
Z2,Beta,贝塔,North,30.75,114.5,5000000,13140,9
Z3,Gamma,伽马,South,29.5,114,3000000,8760,6
Z4,Delta,德尔塔,South,29,113.75,1000000,2190,6
",
    ),
    (
        "sites.csv",
        "
site_id,name,name_zh,kind,format_id,zone_id,lat_deg,lon_deg,capacity_per_year,storage_cars,credit_cny,fixed_cost_cny_per_year,opening_cost_cny,moving_cost_cny,closing_cost_cny,owner,opens_h,closes_h,rule
P1,Plant,工厂,plant,,,30.25,114.5,100000,5000,,,,,,Maker,0,24,
H1,Hub,中转库,hub,,Z2,30.5,114.75,,,,,,,,Maker,0,24,
D1,Alpha 4S,阿尔法4S店,dealer,4S,Z1,30.5,114.25,5000,300,100000000,8000000,,2000000,1000000,\"Group A, Ltd\",9,18,free
D2,Beta city,贝塔展厅,dealer,CITY,Z2,30.75,114.5,2500,100,40000000,4000000,,1000000,500000,Group B,9:30,18,required
C1,Gamma 4S,伽马4S店,candidate,4S,,29.5,114.125,5000,200,100000000,5000000,10000000,,,Group B,9,18,
",
    ),
    (
        "models.csv",
        "
model_id,name,name_zh,segment,powertrain,price_cny,margin_cny,carrier_slots,holding_cny_per_day,lost_sale_cny
M1,Sedan,轿车,family,combustion,120000,9000,1,20.5,6000
M2,SUV,越野车,family,electric,200000,18000,1.25,30,10000
",
    ),
    (
        "sales.csv",
        "
site_id,model_id,week_start,sold_cars
D1,M1,2026-06-08,28
D1,M1,2026-06-15,30
D1,M2,2026-06-22,14
D2,M1,2026-06-15,9
",
    ),
    (
        "stock.csv",
        "
site_id,model_id,age_days,cars
D1,M1,20,50
D1,M1,40,5
D2,M2,10,12
",
    ),
    (
        "in_transit.csv",
        "
site_id,model_id,arrival_week_start,cars
D1,M2,2026-06-29,8
D2,M1,2026-07-06,6
",
    ),
    (
        "supply.csv",
        "
site_id,model_id,week_start,slots_cars
P1,M1,2026-06-29,60
P1,M1,2026-07-06,60
P1,M2,2026-07-06,30
",
    ),
    (
        "carriers.csv",
        "
carrier_id,name,name_zh,slots,cost_cny_per_km,cost_cny_per_trip,minimum_load_share
T8,Carrier of 8,八位板车,8,8,800,0.75
",
    ),
    (
        "calendar.csv",
        "
date,name,kind
2026-10-01,National Day,holiday
2027-02-06,Spring Festival,spring_festival
",
    ),
    (
        "lanes.csv",
        "
from_site_id,to_site_id,distance_km,time_h,cost_cny_per_car
P1,D1,60,1,
P1,D2,90,1.5,250
",
    ),
];

const MATRIX: &str = "
zone_id,site_id,distance_km,time_min
Z1,D1,5,15
Z1,D2,60,60
Z2,D2,0,0
Z3,C1,15,20
Z4,C1,80,90
";
