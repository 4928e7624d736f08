//! From rows to things, in the order of their ids.

use super::settings::{Settings, day};
use super::{Carrier, Format, Input, Kind, Lane, Model, Rule, Site, Zone, refused};
use crate::verify::answer::Refused;
use crate::verify::earth::{Place, great_circle, length, unshifted};
use crate::verify::sheet::{Row, Sheet, folded};
use std::collections::{BTreeMap, BTreeSet, HashMap};

type Sheets<'a> = BTreeMap<&'a str, Sheet>;

/// Columns of a table by name, with their Chinese names.
struct Columns<'a> {
    sheet: &'a Sheet,
}

impl Columns<'_> {
    fn fault(&self, row: &Row, column: &str) -> Refused {
        refused(&self.sheet.file, format!("line {}: {column} is not understood", row.line))
    }
    fn text(&self, row: &Row, names: &[&str]) -> String {
        self.sheet.column(names).map_or_else(String::new, |k| row.text(k))
    }
    /// What-if factors change what the estimates mean; they are not covered.
    fn no_factor(&self, row: &Row) -> Result<(), Refused> {
        if self.number(row, &["demand_factor", "需求系数"], Some(1.0))? == 1.0 {
            return Ok(());
        }
        let place = format!("line {}: demand_factor", row.line);
        Err(refused(
            &self.sheet.file,
            format!("{place}: plans with what-if factors other than 1 cannot be verified yet"),
        ))
    }
    /// English and Chinese name, the id where there is none.
    fn names(&self, row: &Row, code: &[&str]) -> [String; 2] {
        let or = |text: String, other: String| if text.is_empty() { other } else { text };
        let name = or(self.text(row, &["name", "名称", "英文名", "英文名称"]), self.text(row, code));
        [name.clone(), or(self.text(row, &["name_zh", "中文名", "中文名称"]), name)]
    }
    fn number(&self, row: &Row, names: &[&str], empty: Option<f64>) -> Result<f64, Refused> {
        match (self.text(row, names).as_str(), empty) {
            ("", Some(value)) => Ok(value),
            (text, _) => crate::verify::sheet::decimal(text).ok_or_else(|| self.fault(row, names[0])),
        }
    }
    fn whole(&self, row: &Row, names: &[&str], empty: Option<f64>) -> Result<u32, Refused> {
        let x = self.number(row, names, empty)?;
        if (0.0..4e9).contains(&x) && x.fract() == 0.0 { Ok(x as u32) } else { Err(self.fault(row, names[0])) }
    }
    fn money(&self, row: &Row, names: &[&str], empty: Option<f64>) -> Result<i64, Refused> {
        self.number(row, names, empty).map(|x| (x * 100.0).round() as i64)
    }
    fn day(&self, row: &Row, names: &[&str]) -> Result<i64, Refused> {
        day(&self.text(row, names)).ok_or_else(|| self.fault(row, names[0]))
    }
    fn place(&self, row: &Row, shifted: bool) -> Result<Place, Refused> {
        let place = (self.number(row, &["lat_deg", "纬度"], None)?, self.number(row, &["lon_deg", "经度"], None)?);
        Ok(if shifted { unshifted(place) } else { place })
    }
    fn known(&self, row: &Row, names: &[&str], index: &Index) -> Result<usize, Refused> {
        index.get(&folded(&self.text(row, names))).copied().ok_or_else(|| self.fault(row, names[0]))
    }
}

type Index = HashMap<String, usize>;

fn index<T>(things: &[T], code: impl Fn(&T) -> &str) -> Index {
    things.iter().enumerate().map(|(k, t)| (folded(code(t)), k)).collect()
}

/// Builds the things of a table and brings them into the order of their ids; an id may stand once.
fn things<T>(
    sheet: &Sheet,
    code: impl Fn(&T) -> &str,
    build: impl Fn(&Columns<'_>, &Row) -> Result<T, Refused>,
) -> Result<Vec<T>, Refused> {
    let columns = Columns { sheet };
    let mut all = sheet.rows.iter().map(|r| build(&columns, r)).collect::<Result<Vec<_>, _>>()?;
    all.sort_by(|a, b| code(a).cmp(code(b)));
    let ids = index(&all, &code);
    if ids.len() < all.len() || ids.contains_key("") {
        return Err(refused(&sheet.file, "an id is empty or there twice"));
    }
    Ok(all)
}

const SITE: &[&str] = &["site_id", "站点编号", "经销商编号", "网点编号", "工厂编号"];
const MODEL: &[&str] = &["model_id", "车型编号"];
const ZONE: &[&str] = &["zone_id", "区域编号", "地区编号"];
const FORMAT: &[&str] = &["format_id", "业态编号", "店型编号"];
const WEEK: &[&str] = &["week_start", "周起始日", "周"];
const CARS: &[&str] = &["cars", "数量", "台数"];

/// All tables of a scenario.
pub fn assemble(settings: Settings, sheets: &Sheets<'_>) -> Result<Input, Refused> {
    let sheet = |name: &str| sheets.get(name).ok_or_else(|| refused(name, "the table is missing"));
    let formats = things(sheet("formats")?, |f: &Format| &f.code, format)?;
    let zones = things(sheet("zones")?, |z: &Zone| &z.code, |c, r| zone(c, r, settings.gcj02))?;
    let models = things(sheet("models")?, |m: &Model| &m.code, model)?;
    let known = (index(&formats, |f| &f.code), index(&zones, |z| &z.code));
    let sites = things(sheet("sites")?, |s: &Site| &s.code, |c, r| site(c, r, &known, &zones, settings.gcj02))?;
    let carriers = things(sheet("carriers")?, |c: &Carrier| &c.code, carrier)?;
    let (of_site, of_model) = (index(&sites, |s| &s.code), index(&models, |m| &m.code));
    let mut input = Input {
        zones,
        formats,
        sites,
        models,
        carriers,
        lanes: BTreeMap::new(),
        travel: BTreeMap::new(),
        stock: BTreeMap::new(),
        in_transit: BTreeMap::new(),
        supply: BTreeMap::new(),
        sales: BTreeMap::new(),
        history: 0,
        locks: false,
        size: (0, 0),
        settings,
    };
    if let Some(sheet) = sheets.get("lanes") {
        lanes(&mut input, sheet, &of_site)?;
    }
    if let Some(sheet) = sheets.get("travel") {
        let c = Columns { sheet };
        for row in &sheet.rows {
            let key = (c.known(row, ZONE, &known.1)?, c.known(row, SITE, &of_site)?);
            let leg = (c.number(row, &["distance_km", "距离"], None)?, c.number(row, &["time_min", "时间"], None)?);
            once(sheet, row, input.travel.insert(key, leg).is_some())?;
        }
    }
    goods(&mut input, sheets, &of_site, &of_model)?;
    sales(&mut input, sheet("sales")?, &of_site, &of_model)?;
    Ok(input)
}

fn once(sheet: &Sheet, row: &Row, twice: bool) -> Result<(), Refused> {
    if twice { Err(refused(&sheet.file, format!("line {} is there twice", row.line))) } else { Ok(()) }
}

fn format(c: &Columns<'_>, row: &Row) -> Result<Format, Refused> {
    Ok(Format {
        code: c.text(row, FORMAT),
        names: c.names(row, FORMAT),
        attraction: c.number(row, &["attraction", "吸引力"], None)?,
        reach: c.number(row, &["reach_min", "辐射时间"], None)?,
        cost: c.number(row, &["cost_factor", "成本系数"], Some(1.0))?,
        capacity: c.number(row, &["capacity_factor", "产能系数"], Some(1.0))?,
        conversion: c.money(row, &["conversion_cost_cny", "改造成本"], Some(0.0))?,
    })
}

fn zone(c: &Columns<'_>, row: &Row, shifted: bool) -> Result<Zone, Refused> {
    c.no_factor(row)?;
    Ok(Zone {
        code: c.text(row, ZONE),
        names: c.names(row, ZONE),
        region: c.text(row, &["region", "大区", "省份"]),
        place: c.place(row, shifted)?,
        people: c.number(row, &["population_persons", "人口"], None)?,
        registrations: c.number(row, &["registrations_per_year", "年上牌量", "年注册量"], None)?,
        rivals: c.number(row, &["rival_weight", "竞品权重"], None)?,
    })
}

fn model(c: &Columns<'_>, row: &Row) -> Result<Model, Refused> {
    c.no_factor(row)?;
    Ok(Model {
        code: c.text(row, MODEL),
        names: c.names(row, MODEL),
        segment: c.text(row, &["segment", "细分市场", "级别"]),
        price: c.money(row, &["price_cny", "价格", "售价"], None)?,
        margin: c.money(row, &["margin_cny", "毛利"], None)?,
        slots: c.number(row, &["carrier_slots", "板车占位"], Some(1.0))?,
        holding: c.money(row, &["holding_cny_per_day", "日持有成本"], None)?,
        lost: c.money(row, &["lost_sale_cny", "缺货损失"], None)?,
    })
}

fn site(
    c: &Columns<'_>,
    row: &Row,
    (formats, of_zone): &(Index, Index),
    zones: &[Zone],
    shifted: bool,
) -> Result<Site, Refused> {
    let kind = match folded(&c.text(row, &["kind", "类型"])).as_str() {
        "plant" | "工厂" => Kind::Plant,
        "hub" | "中转库" | "枢纽" => Kind::Hub,
        "dealer" | "经销商" | "门店" => Kind::Dealer,
        "candidate" | "候选" | "候选点" => Kind::Candidate,
        _ => return Err(c.fault(row, "kind")),
    };
    let rule = match folded(&c.text(row, &["rule", "规则"])).as_str() {
        "" | "free" | "自由" => Rule::Free,
        "required" | "必须" | "必选" => Rule::Required,
        "forbidden" | "禁止" | "禁选" => Rule::Forbidden,
        _ => return Err(c.fault(row, "rule")),
    };
    let consent = match folded(&c.text(row, &["transfers", "调拨意愿"])).as_str() {
        "" | "both" | "双向" => (true, true),
        "gives" | "仅调出" => (true, false),
        "takes" | "仅调入" => (false, true),
        "none" | "不参与" => (false, false),
        _ => return Err(c.fault(row, "transfers")),
    };
    let store = matches!(kind, Kind::Dealer | Kind::Candidate);
    let format = if store { Some(c.known(row, FORMAT, formats)?) } else { None };
    let place = c.place(row, shifted)?;
    let zone = if c.text(row, ZONE).is_empty() { nearest(zones, place) } else { c.known(row, ZONE, of_zone)? };
    let money = |names: &[&str]| c.money(row, names, Some(0.0));
    Ok(Site {
        code: c.text(row, &["site_id", "站点编号", "网点编号"]),
        names: c.names(row, &["site_id", "站点编号", "网点编号"]),
        kind,
        format,
        zone,
        place,
        capacity: c.number(row, &["capacity_per_year", "年产能", "年销售能力"], Some(0.0))?,
        storage: c.whole(row, &["storage_cars", "库容"], Some(0.0))?,
        credit: money(&["credit_cny", "授信额度"])?,
        fixed: money(&["fixed_cost_cny_per_year", "年固定成本"])?,
        opening: money(&["opening_cost_cny", "开店成本"])?,
        moving: money(&["moving_cost_cny", "搬迁成本"])?,
        closing: money(&["closing_cost_cny", "关店成本"])?,
        owner: c.text(row, &["owner", "所有者", "投资人"]),
        rule,
        consent,
    })
}

/// The zone whose centre is nearest.
fn nearest(zones: &[Zone], place: Place) -> usize {
    let around: Vec<f64> = zones.iter().map(|z| great_circle(z.place, place)).collect();
    let least = around.iter().copied().fold(f64::INFINITY, f64::min);
    let close = (0..zones.len()).filter(|&k| around[k] <= least * 1.02);
    let exact = close.map(|k| (length(zones[k].place, place).mid(), k));
    exact.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))).map_or(0, |n| n.1)
}

fn carrier(c: &Columns<'_>, row: &Row) -> Result<Carrier, Refused> {
    Ok(Carrier {
        code: c.text(row, &["carrier_id", "板车编号"]),
        slots: c.number(row, &["slots", "车位数"], None)?,
        per_km: c.money(row, &["cost_cny_per_km", "每公里成本"], None)?,
        per_trip: c.money(row, &["cost_cny_per_trip", "每趟成本"], None)?,
        least_load: c.number(row, &["minimum_load_share", "最低装载率"], Some(0.75))?,
    })
}

fn lanes(input: &mut Input, sheet: &Sheet, of_site: &Index) -> Result<(), Refused> {
    let c = Columns { sheet };
    for row in &sheet.rows {
        let from = c.known(row, &["from_site_id", "起点编号"], of_site)?;
        let to = c.known(row, &["to_site_id", "终点编号"], of_site)?;
        let cost = c.text(row, &["cost_cny_per_car", "单车运费"]);
        let lane = Lane {
            km: c.number(row, &["distance_km", "距离"], None)?,
            hours: c.number(row, &["time_h", "时间"], None)?,
            cost: if cost.is_empty() { None } else { Some(c.money(row, &["cost_cny_per_car", "单车运费"], None)?) },
        };
        once(sheet, row, input.lanes.insert((from, to), lane).is_some())?;
    }
    Ok(())
}

/// Stock, cars under way and build slots.
fn goods(input: &mut Input, sheets: &Sheets<'_>, of_site: &Index, of_model: &Index) -> Result<(), Refused> {
    let (today, weeks) = (input.settings.today, input.settings.weeks());
    if let Some(sheet) = sheets.get("stock") {
        let c = Columns { sheet };
        for row in &sheet.rows {
            let age = c.whole(row, &["age_days", "库龄"], None)?;
            let key = (c.known(row, SITE, of_site)?, c.known(row, MODEL, of_model)?, age);
            once(sheet, row, input.stock.insert(key, c.whole(row, CARS, None)?).is_some())?;
        }
        input.stock.retain(|_, cars| *cars > 0);
    }
    if let Some(sheet) = sheets.get("in_transit") {
        let c = Columns { sheet };
        let mut seen = BTreeSet::new();
        for row in &sheet.rows {
            let week = (c.day(row, &["arrival_week_start", "到店周"])? - today).div_euclid(7);
            let key = (c.known(row, SITE, of_site)?, c.known(row, MODEL, of_model)?);
            let cars = c.whole(row, CARS, None)?;
            if (0..weeks as i64).contains(&week) {
                // Cars of one week may have been promised for different ones.
                let promised = c.text(row, &["promised_week_start", "承诺到店周"]);
                once(sheet, row, !seen.insert((key, week, promised)))?;
                *input.in_transit.entry((key.0, key.1, week as usize)).or_default() += cars;
            }
        }
        input.in_transit.retain(|_, cars| *cars > 0);
    }
    if let Some(sheet) = sheets.get("supply") {
        let c = Columns { sheet };
        for row in &sheet.rows {
            let week = (c.day(row, WEEK)? - today).div_euclid(7);
            let key = (c.known(row, SITE, of_site)?, c.known(row, MODEL, of_model)?);
            let slots = c.whole(row, &["slots_cars", "产能台数", "排产台数"], None)?;
            if (0..weeks as i64).contains(&week) {
                input.supply.entry(key).or_insert_with(|| vec![0; weeks])[week as usize] = slots;
            }
        }
    }
    Ok(())
}

fn sales(input: &mut Input, sheet: &Sheet, of_site: &Index, of_model: &Index) -> Result<(), Refused> {
    let c = Columns { sheet };
    let mut rows = Vec::with_capacity(sheet.rows.len());
    for row in &sheet.rows {
        let back = (input.settings.today - c.day(row, WEEK)?).div_euclid(7);
        let key = (c.known(row, SITE, of_site)?, c.known(row, MODEL, of_model)?);
        rows.push((key, back, c.whole(row, &["sold_cars", "销量"], None)?));
    }
    let weeks = rows.iter().map(|r| r.1).max().unwrap_or(0).max(0) as usize;
    for (key, back, cars) in rows {
        if back > 0 {
            input.sales.entry(key).or_insert_with(|| vec![0; weeks])[weeks - back as usize] = cars;
        }
    }
    input.history = weeks;
    Ok(())
}
