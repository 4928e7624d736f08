//! A results folder of any size, made from a seed. All of it is invented; names include hostile ones.

use forecourt::report::cell::{Flag, Num};
use forecourt::report::rows::{
    Backtest, Dealer, DealerWeek, Forecast, Format, JourneyDesk, JourneyEffect, JourneySegment, Kpi, League,
    LeagueRegion, Model, ModelKpi, Order, Placement, RegionKpi, Row, Service, Site, Task, Transfer, Warning, Week,
    Zone,
};
use serde::Serialize;
use serde_json::json;
use std::path::Path;

/// A text that would break a careless page.
pub const HOSTILE: &str = "</script><img src=x onerror=\"document.title='owned'\">&amp;'\"<b>{mean}";

/// Cities whose surroundings the places stand in: name, Chinese name, region, longitude, latitude, weight.
const CITIES: [(&str, &str, &str, f64, f64, f64); 34] = [
    ("Beijing", "北京", "North", 116.4, 39.9, 19.0),
    ("Tianjin", "天津", "North", 117.2, 39.1, 11.0),
    ("Shijiazhuang", "石家庄", "North", 114.5, 38.0, 5.0),
    ("Taiyuan", "太原", "North", 112.5, 37.9, 4.0),
    ("Hohhot", "呼和浩特", "North", 111.7, 40.8, 2.0),
    ("Shenyang", "沈阳", "Northeast", 123.4, 41.8, 7.0),
    ("Dalian", "大连", "Northeast", 121.6, 38.9, 5.0),
    ("Changchun", "长春", "Northeast", 125.3, 43.9, 4.5),
    ("Harbin", "哈尔滨", "Northeast", 126.6, 45.8, 5.5),
    ("Shanghai", "上海", "East", 121.5, 31.2, 24.0),
    ("Nanjing", "南京", "East", 118.8, 32.1, 8.0),
    ("Hangzhou", "杭州", "East", 120.2, 30.3, 10.0),
    ("Hefei", "合肥", "East", 117.2, 31.8, 7.0),
    ("Fuzhou", "福州", "East", 119.3, 26.1, 5.0),
    ("Nanchang", "南昌", "East", 115.9, 28.7, 4.5),
    ("Jinan", "济南", "East", 117.0, 36.7, 6.0),
    ("Qingdao", "青岛", "East", 120.4, 36.1, 6.5),
    ("Zhengzhou", "郑州", "Central", 113.6, 34.7, 9.0),
    ("Wuhan", "武汉", "Central", 114.3, 30.6, 11.0),
    ("Changsha", "长沙", "Central", 112.9, 28.2, 7.0),
    ("Guangzhou", "广州", "South", 113.3, 23.1, 16.0),
    ("Shenzhen", "深圳", "South", 114.1, 22.5, 15.0),
    ("Nanning", "南宁", "South", 108.3, 22.8, 5.0),
    ("Haikou", "海口", "South", 110.3, 20.0, 2.5),
    ("Chongqing", "重庆", "Southwest", 106.6, 29.6, 12.0),
    ("Chengdu", "成都", "Southwest", 104.1, 30.7, 14.0),
    ("Guiyang", "贵阳", "Southwest", 106.7, 26.6, 4.0),
    ("Kunming", "昆明", "Southwest", 102.8, 25.0, 5.5),
    ("Lhasa", "拉萨", "Southwest", 91.1, 29.7, 0.8),
    ("Xi'an", "西安", "Northwest", 108.9, 34.3, 9.0),
    ("Lanzhou", "兰州", "Northwest", 103.8, 36.1, 3.0),
    ("Xining", "西宁", "Northwest", 101.8, 36.6, 1.8),
    ("Yinchuan", "银川", "Northwest", 106.3, 38.5, 1.9),
    ("Urumqi", "乌鲁木齐", "Northwest", 87.6, 43.8, 3.5),
];

/// How large a folder to make.
#[derive(Clone, Copy)]
pub struct Size {
    pub zones: usize,
    pub dealers: usize,
    pub candidates: usize,
    pub models: usize,
    pub weeks: usize,
}

/// The size a national plan has.
pub const NATIONAL: Size = Size { zones: 337, dealers: 900, candidates: 300, models: 60, weeks: 12 };

/// Numbers from a seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.next()
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() * n as f64) as usize
    }
    /// Near zero, in both directions.
    fn spread(&mut self) -> f64 {
        (0..4).map(|_| self.next()).sum::<f64>() - 2.0
    }
    fn chance(&mut self, p: f64) -> bool {
        self.next() < p
    }
}

/// Rounded to cents or to four digits, as tables are.
fn cents(v: f64) -> Num {
    Num::from((v * 100.0).round() / 100.0)
}
fn fine(v: f64) -> Num {
    Num::from((v * 10_000.0).round() / 10_000.0)
}
fn whole(v: f64) -> Num {
    Num::from(v.round())
}

fn write<R: Row + Serialize>(folder: &Path, rows: &[R]) {
    let mut to = csv::WriterBuilder::new().has_headers(false).from_path(folder.join(R::FILE)).expect("a writable file");
    to.write_record(R::COLUMNS).expect("written");
    for row in rows {
        to.serialize(row).expect("written");
    }
    to.flush().expect("written");
}

fn monday(week: usize) -> String {
    (jiff::civil::date(2026, 11, 23) + jiff::Span::new().weeks(week as i64)).to_string()
}

/// Writes the folder.
pub fn make(folder: &Path, size: Size, seed: u64) {
    let mut dice = Dice(seed);
    let total: f64 = CITIES.iter().map(|c| c.5).sum();
    let zones: Vec<Zone> = (0..size.zones).map(|i| zone(&mut dice, i, total)).collect();
    let sites = sites(&mut dice, &zones, size);
    let placement: Vec<Placement> = placement(&mut dice, &sites);
    write(folder, &zones);
    write(folder, &sites);
    write(folder, &placement);
    write(
        folder,
        &[("4S", "4S store", "4S店"), ("city", "City showroom", "城市展厅"), ("sat", "Satellite", "卫星店")].map(|f| {
            Format { format_id: f.0.into(), name: f.1.into(), name_zh: f.2.into(), reach_min: Num::from(60.0) }
        }),
    );
    let models: Vec<Model> = (0..size.models)
        .map(|i| Model {
            model_id: format!("M{:02}", i + 1),
            name: if i == 0 { HOSTILE.into() } else { format!("Model {}", i + 1) },
            name_zh: format!("车型{}", i + 1),
            segment: ["compact", "suv", "mpv"][i % 3].into(),
            price_cny: whole(dice.between(80_000.0, 400_000.0)),
        })
        .collect();
    write(folder, &models);
    service(&mut dice, folder, &zones, &sites);
    supply(&mut dice, folder, &sites, &models, size);
    measures(&mut dice, folder, &sites, &models);
    summary(folder, size, &placement);
}

fn zone(dice: &mut Dice, i: usize, total: f64) -> Zone {
    let mut roll = dice.next() * total;
    let at = if i < CITIES.len() {
        i
    } else {
        CITIES
            .iter()
            .position(|c| {
                roll -= c.5;
                roll <= 0.0
            })
            .unwrap_or(0)
    };
    let (name, zh, region, lon, lat, weight) = CITIES[at];
    let own = i < CITIES.len();
    let (dx, dy) = if own { (0.0, 0.0) } else { (dice.spread() * 2.6, dice.spread() * 2.0) };
    let population = if own { weight * 1e6 } else { dice.between(1.5e5, 3e6) };
    let market = population * dice.between(0.010, 0.020);
    let (today, plan) = (dice.between(0.005, 0.09), dice.spread() * 0.012);
    let plan = (today + plan).max(0.0);
    let (near, gain) = (dice.between(8.0, 140.0), dice.between(0.0, 40.0));
    Zone {
        zone_id: format!("{:06}", 110_000 + i * 100),
        name: if i == 3 {
            HOSTILE.into()
        } else if own {
            name.into()
        } else {
            format!("{name} {i}")
        },
        name_zh: if own { format!("{zh}市") } else { format!("{zh}{i}区") },
        region: region.into(),
        lat_deg: fine(lat + dy),
        lon_deg: fine(lon + dx),
        population_persons: whole(population),
        registrations_per_year: whole(market),
        sales_today_per_year: cents(market * today),
        sales_plan_per_year: cents(market * plan),
        share_today: fine(today),
        share_plan: fine(plan),
        nearest_today_min: cents(near),
        nearest_plan_min: cents((near - gain).max(5.0)),
        covered_today: Flag::from(near < 100.0),
        covered_plan: Flag::from(near - gain < 100.0),
        overlap_today: fine(dice.next()),
        overlap_plan: fine(dice.next()),
    }
}

fn sites(dice: &mut Dice, zones: &[Zone], size: Size) -> Vec<Site> {
    let weights: Vec<f64> = zones.iter().map(|z| z.population_persons.or_zero().powf(0.9)).collect();
    let total: f64 = weights.iter().sum();
    let mut out: Vec<Site> = [0, 7, 9, 18, 20, 24]
        .iter()
        .filter(|&&c| c < zones.len())
        .map(|&c| Site {
            site_id: format!("P{c:02}"),
            name: format!("{} plant", CITIES[c].0),
            name_zh: format!("{}工厂", CITIES[c].1),
            kind: "plant".into(),
            zone_id: zones[c].zone_id.clone(),
            region: zones[c].region.clone(),
            lat_deg: fine(CITIES[c].4 + 0.2),
            lon_deg: fine(CITIES[c].3 + 0.2),
            ..Site::default()
        })
        .collect();
    for i in 0..size.dealers + size.candidates {
        let mut roll = dice.next() * total;
        let at = weights
            .iter()
            .position(|w| {
                roll -= w;
                roll <= 0.0
            })
            .unwrap_or(0);
        let zone = &zones[at];
        let dealer = i < size.dealers;
        out.push(Site {
            site_id: if dealer { format!("D{:04}", i + 1) } else { format!("K{:04}", i + 1 - size.dealers) },
            name: if i == 2 { HOSTILE.into() } else { format!("{} {}", CITIES[at % CITIES.len()].0, i + 1) },
            name_zh: if i == 2 { HOSTILE.into() } else { format!("{}{}店", CITIES[at % CITIES.len()].1, i + 1) },
            kind: if dealer { "dealer" } else { "candidate" }.into(),
            format_id: ["4S", "city", "sat"][dice.below(3)].into(),
            zone_id: zone.zone_id.clone(),
            region: zone.region.clone(),
            lat_deg: fine(zone.lat_deg.or_zero() + dice.spread() * 0.25),
            lon_deg: fine(zone.lon_deg.or_zero() + dice.spread() * 0.3),
            owner: format!("Group {}", dice.below(40)),
        });
    }
    out.sort_by(|a, b| a.site_id.cmp(&b.site_id));
    out
}

fn placement(dice: &mut Dice, sites: &[Site]) -> Vec<Placement> {
    let mut rows: Vec<Placement> = sites
        .iter()
        .filter(|s| s.kind != "plant")
        .map(|s| {
            let dealer = s.kind == "dealer";
            let roll = dice.next();
            let action = match (dealer, roll) {
                (true, r) if r < 0.05 => "close",
                (true, r) if r < 0.09 => "improve",
                (true, _) => "keep",
                (false, r) if r < 0.16 => "open",
                (false, _) => "stay_closed",
            };
            let (sales, factor) = (dice.between(150.0, 900.0), dice.between(0.85, 1.25));
            let margin = dice.between(2_000.0, 9_000.0);
            let (before, after) = (dealer, !matches!(action, "close" | "stay_closed"));
            let reason = match action {
                "keep" => "It earns more open than closed and no candidate takes its customers for less.".to_owned(),
                "open" => format!("{} cars a year come from people now out of reach.", (sales * factor).round()),
                "close" => {
                    format!("Neighbours serve {} of its customers; the fixed cost is saved.", (sales * 0.7).round())
                }
                "improve" => "A larger format pays for itself within the horizon.".into(),
                _ => "Its customers are already served; another store would only divide them.".into(),
            };
            let reason_zh = match action {
                "keep" => "保留更有利，且无更低成本的候选点可替代。".to_owned(),
                "open" => format!("每年新增 {} 辆，来自目前无法覆盖的人群。", (sales * factor).round()),
                "close" => format!("{} 名客户可由邻近门店服务，节省固定成本。", (sales * 0.7).round()),
                "improve" => "升级后在计划期内可收回投资。".into(),
                _ => "客户已有门店服务，再开只会分流。".into(),
            };
            Placement {
                site_id: s.site_id.clone(),
                action: action.into(),
                format_today: if before { s.format_id.clone() } else { String::new() },
                format_plan: match (after, action) {
                    (false, _) => String::new(),
                    (_, "improve") => "4S".into(),
                    _ => s.format_id.clone(),
                },
                moved_to: String::new(),
                sales_today_per_year: if before { cents(sales) } else { Num::EMPTY },
                sales_plan_per_year: if after { cents(sales * factor) } else { Num::EMPTY },
                capacity_per_year: whole(sales * 1.4),
                profit_today_cny_per_year: if before { cents(sales * margin - 1.8e6) } else { Num::EMPTY },
                profit_plan_cny_per_year: if after { cents(sales * factor * margin - 1.8e6) } else { Num::EMPTY },
                one_off_cost_cny: match action {
                    "open" => whole(dice.between(2e6, 1.2e7)),
                    "close" | "improve" => whole(dice.between(4e5, 2e6)),
                    _ => Num::from(0.0),
                },
                reason,
                reason_zh,
            }
        })
        .collect();
    // A few pairs of a closed and an opened site become moves.
    let opened: Vec<usize> = rows.iter().enumerate().filter(|r| r.1.action == "open").map(|r| r.0).take(6).collect();
    for to in opened {
        let place = |id: &str| {
            sites.iter().find(|s| s.site_id == id).map_or((0.0, 0.0), |s| (s.lon_deg.or_zero(), s.lat_deg.or_zero()))
        };
        let at = place(&rows[to].site_id);
        let far = |r: &Placement| (place(&r.site_id).0 - at.0).hypot(place(&r.site_id).1 - at.1);
        let closed = rows.iter().enumerate().filter(|r| r.1.action == "close");
        if let Some(from) = closed.min_by(|a, b| far(a.1).total_cmp(&far(b.1))).map(|r| r.0) {
            (rows[from].action, rows[from].moved_to) = ("move_out".into(), rows[to].site_id.clone());
            rows[to].action = "move_in".into();
        }
    }
    rows
}

fn service(dice: &mut Dice, folder: &Path, zones: &[Zone], sites: &[Site]) {
    let mut rows = Vec::new();
    for z in zones {
        let mut near: Vec<_> = sites
            .iter()
            .filter(|s| s.kind == "dealer")
            .map(|s| ((s.lat_deg.or_zero() - z.lat_deg.or_zero()).hypot(s.lon_deg.or_zero() - z.lon_deg.or_zero()), s))
            .collect();
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (d, s) in near.into_iter().take(8) {
            rows.push(Service {
                zone_id: z.zone_id.clone(),
                site_id: s.site_id.clone(),
                cars_per_year: cents(z.sales_plan_per_year.or_zero() * dice.between(0.05, 0.2)),
                travel_min: cents(8.0 + d * 70.0),
            });
        }
    }
    rows.sort_by(|a, b| (&a.zone_id, &a.site_id).cmp(&(&b.zone_id, &b.site_id)));
    write(folder, &rows);
}

fn supply(dice: &mut Dice, folder: &Path, sites: &[Site], models: &[Model], size: Size) {
    let (mut forecast, mut backtest) = (Vec::new(), Vec::new());
    let (mut orders, mut weeks, mut transfers) = (Vec::new(), Vec::new(), Vec::new());
    for m in models {
        let level = dice.between(60.0, 1_500.0);
        for w in 0..size.weeks {
            let mean = level * (1.0 + 0.15 * (w as f64 / 2.0).sin() + 0.05 * dice.spread());
            forecast.push(Forecast {
                model_id: m.model_id.clone(),
                week_start: monday(w),
                mean_cars: cents(mean),
                low_cars: cents(mean * 0.78),
                high_cars: cents(mean * 1.27),
            });
        }
        backtest.push(Backtest {
            model_id: m.model_id.clone(),
            actual_cars: whole(level * 12.0),
            forecast_cars: cents(level * dice.between(11.0, 13.0)),
            wape: fine(dice.between(0.06, 0.3)),
            bias: fine(dice.spread() * 0.06),
        });
    }
    let dealers: Vec<&Site> = sites.iter().filter(|s| s.kind == "dealer").collect();
    for d in &dealers {
        for w in 0..size.weeks {
            let demand = dice.between(4.0, 16.0);
            weeks.push(DealerWeek {
                site_id: d.site_id.clone(),
                week: monday(w),
                stock_cars: cents(dice.between(20.0, 60.0)),
                demand_cars: cents(demand),
                arrivals_cars: whole(demand * dice.between(0.7, 1.3)),
                lost_cars: cents(dice.next() * 0.5),
            });
            for _ in 0..2 {
                let model = &models[dice.below(models.len())];
                orders.push(Order {
                    plant_id: "P00".into(),
                    site_id: d.site_id.clone(),
                    model_id: model.model_id.clone(),
                    week_start: monday(w),
                    cars: whole(dice.between(1.0, 14.0)),
                    reason: "stock below its target".into(),
                });
            }
        }
        if dice.chance(0.5) {
            let to = dealers[dice.below(dealers.len())];
            let model = &models[dice.below(models.len())];
            let (cars, km) = (dice.between(1.0, 6.0).round(), dice.between(20.0, 400.0));
            transfers.push(Transfer {
                from_site_id: d.site_id.clone(),
                to_site_id: to.site_id.clone(),
                model_id: model.model_id.clone(),
                age_days: whole(dice.between(60.0, 240.0)),
                cars: Num::from(cars),
                distance_km: cents(km),
                cost_cny: cents(cars * (300.0 + km * 2.2)),
                value_cny: cents(cars * dice.between(900.0, 6_000.0)),
            });
        }
    }
    orders.sort_by(|a: &Order, b| {
        (&a.plant_id, &a.site_id, &a.model_id, &a.week_start).cmp(&(
            &b.plant_id,
            &b.site_id,
            &b.model_id,
            &b.week_start,
        ))
    });
    orders.dedup_by(|a, b| (&a.site_id, &a.model_id, &a.week_start) == (&b.site_id, &b.model_id, &b.week_start));
    write(folder, &forecast);
    write(folder, &backtest);
    write(folder, &orders);
    write(folder, &weeks);
    write(folder, &transfers);
}

fn measures(dice: &mut Dice, folder: &Path, sites: &[Site], models: &[Model]) {
    let (mut dealers, mut by_model, mut by_region, mut weeks, mut warnings) = (vec![], vec![], vec![], vec![], vec![]);
    let networks = [("today", 0.0), ("plan", 1.0)];
    for s in sites.iter().filter(|s| s.kind == "dealer") {
        let (demand, base) = (dice.between(200.0, 900.0), dice.between(0.7, 3.4));
        for (network, plan) in networks {
            let fill = dice.between(0.82, 0.95) + 0.03 * plan;
            let coefficient = base * (1.0 - 0.18 * plan) + 0.1 * dice.spread();
            dealers.push(Dealer {
                site_id: s.site_id.clone(),
                network: network.into(),
                demand_cars: cents(demand),
                sales_cars: cents(demand * fill),
                lost_cars: cents(demand * (1.0 - fill)),
                fill_rate: fine(fill),
                stock_mean_cars: cents(demand / 12.0 * coefficient),
                aged_share: fine(dice.between(0.01, 0.25)),
                stock_coefficient: fine(coefficient),
                contribution_cny: cents(demand * fill * 6_000.0),
            });
            if network == "plan" && coefficient > 2.3 {
                warnings.push(Warning {
                    rule: "stock_coefficient".into(),
                    after_plan: if coefficient > 2.6 { "red" } else { "settled" }.into(),
                    severity: if coefficient > 2.5 { "red" } else { "amber" }.into(),
                    site_id: s.site_id.clone(),
                    model_id: models[dice.below(models.len())].model_id.clone(),
                    probability: fine(dice.between(0.5, 0.99)),
                    money_cny: cents(dice.between(2e4, 9e5)),
                    lead_time_days: whole(dice.between(3.0, 40.0)),
                    action: "Stop deliveries for two weeks and offer the oldest cars to the neighbours.".into(),
                    action_zh: "暂停发运两周，并将库龄最长的车辆调拨给邻店。".into(),
                    text: format!("Stock covers {coefficient:.1} months of sales."),
                    text_zh: format!("库存可供 {coefficient:.1} 个月。"),
                });
            }
        }
    }
    for m in models {
        for (network, plan) in networks {
            let (demand, fill) = (dice.between(3_000.0, 60_000.0), dice.between(0.85, 0.95) + 0.02 * plan);
            by_model.push(ModelKpi {
                model_id: m.model_id.clone(),
                network: network.into(),
                demand_cars: cents(demand),
                sales_cars: cents(demand * fill),
                lost_cars: cents(demand * (1.0 - fill)),
                fill_rate: fine(fill),
                stock_mean_cars: cents(demand / 10.0),
            });
        }
    }
    let mut regions: Vec<&str> = sites.iter().map(|s| s.region.as_str()).collect();
    regions.sort_unstable();
    regions.dedup();
    for r in regions {
        let size = dice.between(2e4, 3e5);
        for (network, plan) in networks {
            by_region.push(RegionKpi {
                region: r.into(),
                network: network.into(),
                demand_cars: cents(size),
                sales_cars: cents(size * 0.9),
                lost_cars: cents(size * 0.1),
                fill_rate: fine(dice.between(0.86, 0.92) + 0.03 * plan),
                stock_mean_cars: cents(size / 9.0),
                contribution_cny: cents(size * (5_500.0 + dice.between(-200.0, 600.0) * plan)),
            });
        }
    }
    for (measure, level, gain) in [("sales", 9_000.0, 1.05), ("stock", 52_000.0, 0.9), ("lost", 900.0, 0.7)] {
        for (network, plan) in networks {
            for w in 1..=52 {
                let season = 1.0 + 0.2 * (w as f64 / 8.0).sin() - if (9..12).contains(&w) { 0.25 } else { 0.0 };
                let middle = level * season * if plan > 0.0 { gain } else { 1.0 } * (1.0 + 0.02 * dice.spread());
                let width = 0.08 + 0.002 * w as f64;
                weeks.push(Week {
                    network: network.into(),
                    measure: measure.into(),
                    week: w.to_string(),
                    p05: cents(middle * (1.0 - width)),
                    p50: cents(middle),
                    p95: cents(middle * (1.0 + width)),
                    mean: cents(middle * 1.004),
                });
            }
        }
    }
    write(folder, &dealers);
    let league = league(dice, sites);
    write(folder, &league_regions(&league));
    write(folder, &league);
    journey(folder, dice, sites);
    write(folder, &by_model);
    write(folder, &by_region);
    write(folder, &weeks);
    let tasks: Vec<Task> = warnings
        .iter()
        .enumerate()
        .map(|(k, w)| Task {
            task: (k + 1).to_string(),
            priority: ["now", "next", "watch"][k % 3].into(),
            due: "2026-11-30".into(),
            severity: w.severity.clone(),
            site_id: w.site_id.clone(),
            model_id: w.model_id.clone(),
            action: ["order", "transfer", "decide"][k % 3].into(),
            from_site_id: if k % 3 == 2 { String::new() } else { sites[0].site_id.clone() },
            to_site_id: if k % 3 == 2 { String::new() } else { w.site_id.clone() },
            order_model_id: if k % 3 == 2 { String::new() } else { w.model_id.clone() },
            cars: if k % 3 == 2 { Num::default() } else { whole(1.0 + (k % 5) as f64) },
            warnings: whole(1.0 + (k % 4) as f64),
            money_cny: w.money_cny,
            text: w.text.clone(),
            text_zh: w.text_zh.clone(),
        })
        .collect();
    write(folder, &tasks);
    write(folder, &warnings);
}

const KPIS: [(&str, &str, &str, f64, f64, f64); 18] = [
    ("profit", "cny", "high", 2.412e9, 1.683e8, 0.31),
    ("contribution", "cny", "high", 5.83e9, 2.21e8, 0.22),
    ("fixed_cost", "cny", "low", 2.31e9, -4.1e7, 0.0),
    ("one_off_cost", "cny", "low", 0.0, 6.21e7, 0.0),
    ("holding_cost", "cny", "low", 4.02e8, -2.63e7, 0.4),
    ("lost_sales_cost", "cny", "low", 3.2e8, -5.9e7, 0.3),
    ("freight_cost", "cny", "low", 3.86e8, 4.2e6, 1.8),
    ("transfer_cost", "cny", "low", 2.1e7, 1.4e6, 0.6),
    ("sales", "cars", "high", 468_200.0, 14_310.0, 0.25),
    ("lost", "cars", "low", 46_800.0, -9_240.0, 0.3),
    ("fill_rate", "share", "high", 0.909, 0.0187, 0.3),
    ("stock_mean", "cars", "low", 53_120.0, -4_210.0, 0.4),
    ("days_of_supply", "days", "low", 41.3, -4.4, 0.4),
    ("aged_share", "share", "low", 0.112, -0.004, 1.6),
    ("stock_coefficient", "months", "low", 1.36, -0.14, 0.4),
    ("stores", "count", "", 900.0, -2.0, 0.0),
    ("coverage", "share", "high", 0.871, 0.034, 0.0),
    ("overlap", "share", "low", 0.412, -0.021, 0.0),
];

fn league(dice: &mut Dice, sites: &[Site]) -> Vec<League> {
    let row = |(i, s): (usize, &Site)| {
        let (coefficient, aged, effect) = (dice.between(0.4, 3.2), dice.between(0.0, 0.3), dice.between(0.5, 1.5));
        let sold = whole(dice.between(20.0, 300.0));
        // One that sold nothing has neither turn nor coefficient.
        let known = |x: f64| if i == 3 { Num::EMPTY } else { fine(x) };
        League {
            site_id: s.site_id.clone(),
            region: s.region.clone(),
            tier: ["green", "amber", "red"][i % 3].into(),
            since: "2026-06-01".into(),
            seen: ["amber", "red", "amber", ""][i % 4].replace(["green", "amber", "red"][i % 3], ""),
            wrong: ["", "coefficient aged", "alarm inversion"][i % 3].into(),
            sold_cars: sold,
            stock_cars: whole(sold.or_zero() * coefficient / 3.0),
            expected_cars: cents(sold.or_zero() / effect),
            turn_days: known(coefficient * 30.4),
            turn_low_days: known(coefficient * 26.0),
            turn_high_days: known(coefficient * 36.0),
            coefficient_months: known(coefficient),
            coefficient_low_months: known(coefficient * 0.85),
            coefficient_high_months: known(coefficient * 1.2),
            aged_share: fine(aged),
            aged_low_share: fine(aged * 0.7),
            aged_high_share: fine(aged * 1.2),
            effectiveness: fine(effect),
            effectiveness_low: fine(effect * 0.9),
            effectiveness_high: fine(effect * 1.1),
            floor_plan_cny_per_car: known(coefficient * 600.0),
            per_head: fine(effect * 8.0),
            per_head_low: fine(effect * 7.0),
            per_head_high: fine(effect * 9.5),
            lead_conversion: fine(aged),
            lead_conversion_low: fine(aged * 0.8),
            lead_conversion_high: fine(aged * 1.3),
            absorption: fine(effect * 0.6),
            // One month alone has no ends.
            absorption_low: if i == 5 { Num::EMPTY } else { fine(effect * 0.5) },
            absorption_high: if i == 5 { Num::EMPTY } else { fine(effect * 0.7) },
            price_realisation: fine(1.0 - aged),
            price_realisation_low: fine(0.98 - aged),
            price_realisation_high: fine(1.02 - aged),
            satisfaction: fine(70.0 + 10.0 * effect),
            satisfaction_low: fine(68.0 + 10.0 * effect),
            satisfaction_high: fine(72.0 + 10.0 * effect),
            inverted: Flag::from(i % 4 == 1),
            ..League::default()
        }
    };
    sites.iter().filter(|s| s.kind == "dealer").enumerate().map(row).collect()
}

fn league_regions(league: &[League]) -> Vec<LeagueRegion> {
    let mut names: Vec<&str> = league.iter().map(|r| r.region.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let row = |name: &str| {
        let own: Vec<&League> = league.iter().filter(|r| name == "all" || r.region == name).collect();
        let of = |tier: &str| whole(own.iter().filter(|r| r.tier == tier).count() as f64);
        let first = own[0];
        LeagueRegion {
            region: name.into(),
            dealers: whole(own.len() as f64),
            green: of("green"),
            amber: of("amber"),
            red: of("red"),
            watched: whole(own.iter().filter(|r| !r.seen.is_empty()).count() as f64),
            sold_cars: whole(own.iter().map(|r| r.sold_cars.or_zero()).sum()),
            coefficient_months: first.coefficient_months,
            aged_share: first.aged_share,
            effectiveness: first.effectiveness,
            per_head: first.per_head,
            ..LeagueRegion::default()
        }
    };
    names.into_iter().chain(["all"]).map(row).collect()
}

/// The customer's way: two groups, new leads, four ways to answer, every third dealer full.
fn journey(folder: &Path, dice: &mut Dice, sites: &[Site]) {
    let segment = |name: &str, customers: f64, leads: f64| JourneySegment {
        known_by: if customers > 0.0 { "often lately much".into() } else { String::new() },
        segment: name.into(),
        customers: if name == "new" { Num::EMPTY } else { whole(customers) },
        active_customers: if name == "new" { Num::EMPTY } else { cents(customers * 0.8) },
        value_cny: if name == "new" { Num::EMPTY } else { cents(customers * 1_200.0) },
        offers: if name == "new" { Num::EMPTY } else { whole(customers * 0.1) },
        offers_cost_cny: if name == "new" { Num::EMPTY } else { cents(customers * 6.0) },
        offers_gain_cny: if name == "new" { Num::EMPTY } else { cents(customers * 4.0) },
        leads: whole(leads),
        assigned_leads: whole(leads * 0.9),
        sales_cars: fine(leads * 0.11),
        margin_cny: cents(leads * 1_500.0),
        stock_leads: whole(leads * 0.7),
        road_leads: whole(leads * 0.1),
        order_leads: whole(leads * 0.1),
        delivery_days: cents(4.27),
    };
    write(folder, &[segment("1", 5_680.0, 829.0), segment("2", 14_320.0, 2_160.0), segment("new", 0.0, 9_011.0)]);
    let effect = |rule: &str, margin: f64| JourneyEffect {
        rule: rule.into(),
        taken_leads: cents(10_595.0),
        prompt_share: fine(0.47),
        wait_h: fine(8.0),
        wait_low_h: fine(7.9),
        wait_high_h: fine(8.1),
        sales_per_100: fine(7.7),
        sales_low_per_100: fine(7.6),
        sales_high_per_100: fine(7.8),
        margin_cny: cents(margin),
        margin_low_cny: cents(margin * 0.99),
        margin_high_cny: cents(margin * 1.01),
        gain_cny: cents(margin - 9e6),
        gain_low_cny: cents((margin - 9e6) * 0.98),
        gain_high_cny: cents((margin - 9e6) * 1.02),
    };
    write(folder, &[effect("undirected", 9e6), effect("blind", 1.1e7), effect("plan", 1.2e7), effect("live", 1.3e7)]);
    let desk = |(i, s): (usize, &Site)| JourneyDesk {
        site_id: s.site_id.clone(),
        advisers: whole(1.0 + (i % 3) as f64),
        capacity_leads: whole(12.0 * (1.0 + (i % 3) as f64)),
        leads: whole(9.0),
        place_cny: cents(if i % 3 == 0 { dice.between(10.0, 900.0) } else { 0.0 }),
        adviser_cny: if i % 3 == 0 && i < 30 { cents(dice.between(100.0, 9_000.0)) } else { Num::EMPTY },
    };
    let desks: Vec<JourneyDesk> = sites.iter().filter(|s| s.kind == "dealer").enumerate().map(desk).collect();
    write(folder, &desks);
}

fn summary(folder: &Path, size: Size, placement: &[Placement]) {
    let kpis: Vec<Kpi> = KPIS
        .iter()
        .map(|&(id, unit, better, today, gain, doubt)| Kpi {
            kpi: id.into(),
            unit: unit.into(),
            better: better.into(),
            today_mean: fine(today),
            today_low: fine(today * if doubt > 0.0 { 0.985 } else { 1.0 }),
            today_high: fine(today * if doubt > 0.0 { 1.015 } else { 1.0 }),
            plan_mean: fine(today + gain),
            plan_low: fine((today + gain) * if doubt > 0.0 { 0.985 } else { 1.0 }),
            plan_high: fine((today + gain) * if doubt > 0.0 { 1.015 } else { 1.0 }),
            difference_mean: fine(gain),
            difference_low: fine(gain - gain.abs() * doubt),
            difference_high: fine(gain + gain.abs() * doubt),
        })
        .collect();
    write(folder, &kpis);
    let count = |a: &str| placement.iter().filter(|p| p.action == a).count();
    let estimate = |a: Num, b: Num, c: Num| json!({ "mean": a.get(), "low": b.get(), "high": c.get() });
    let value = json!({
        "scenario": { "id": "sample", "name": "Sample network", "name_zh": "示例网络", "currency": "CNY", "synthetic": true, "today": "2026-11-23" },
        "size": { "zones": size.zones, "regions": 7, "sites": size.dealers + size.candidates + 6, "dealers": size.dealers, "candidates": size.candidates, "plants": 6, "models": size.models, "history_weeks": 104, "horizon_weeks": size.weeks },
        "steps": {
            "check": { "status": "done", "warnings": 0 },
            "forecast": { "status": "done", "wape": 0.137, "series": size.models },
            "place": { "status": "gap reached", "objective_cny_per_year": 2.58e9, "bound_cny_per_year": 2.589e9, "gap": 0.0035, "grade": "bounded", "repeatable": true,
                "opened": count("open"), "closed": count("close"), "moved": count("move_out"), "improved": count("improve"), "kept": count("keep"),
                "stores_today": 900, "stores_plan": 898, "one_off_cost_cny": 3.106e8, "profit_today_cny_per_year": 2.412e9, "profit_plan_cny_per_year": 2.58e9 },
            "replenish": { "status": "optimal", "cost_cny": 8.1e7, "bound_cny": 8.1e7, "gap": 0.0, "grade": "proven", "repeatable": true, "cars_ordered": 151_234 },
            "transfer": { "status": "optimal", "moves": 451, "value_cny": 5.43e6, "cost_cny": 1.21e6, "gap": 0.0, "grade": "proven", "repeatable": true },
            "warn": { "tasks": 204, "tasks_now": 41, "tasks_now_cny": 6.1e6, "tasks_cny": 9.3e6 },
            "journey": { "status": "optimal", "customers": 20_000, "segments": 2, "active": 14_614.5, "value_cny": 1.3275e7, "offers": 2_000,
                "offers_cost_cny": 1.2e5, "offers_gain_cny": 8e4, "leads": 12_000, "leads_of_known": 2_989, "assigned": 10_800, "stock": 8_947,
                "road": 1_064, "order": 584, "sales": 1_339.2, "margin_cny": 1.818e7, "margin_blind_to_cars_cny": 1.795e7 },
            "simulate": { "status": "done", "days": 364, "replications": 200, "seed": 42 },
        },
        "kpis": kpis.iter().map(|k| json!({ "id": k.kpi, "unit": k.unit, "better": k.better,
            "today": estimate(k.today_mean, k.today_low, k.today_high), "plan": estimate(k.plan_mean, k.plan_low, k.plan_high),
            "difference": estimate(k.difference_mean, k.difference_low, k.difference_high) })).collect::<Vec<_>>(),
        "aggregated": [
            { "text": "Placement plans whole years: the models are summed into one average car.", "text_zh": "选址以整年计：各车型合并为一款平均车型。" },
            { "text": "Dealers without 26 weeks of sales borrow their region's season.", "text_zh": "销售历史不足 26 周的经销商采用所在大区的季节系数。" },
        ],
        "warnings_count": { "red": 287, "amber": 63, "settled": 120, "now": 41 },
    });
    std::fs::write(folder.join("summary.json"), serde_json::to_string_pretty(&value).expect("text")).expect("written");
    let provenance = json!({
        "version": "0.1.0", "solver": "HiGHS 1.16.0", "seed": 42,
        "inputs": { "zones.csv": "9f2c41d07c1b", "sites.csv": "41aa02be9930", HOSTILE: HOSTILE },
        "options": { "replications": 200, "days": 364 },
        "run": { "started": "2026-11-23T08:00:00Z", "seconds": 212.4, "threads": 2 },
    });
    std::fs::write(folder.join("provenance.json"), provenance.to_string()).expect("written");
}
