//! What the rolling plan is worth on real sales: `cargo bench --bench decision_value [-- RUNS [FILL]]` (30 runs at a fill rate of
//! 0.97 by default). Prints a table and writes it to results/decision_value.md.
//!
//! Data: monthly sales of 60 models in 22 Chinese provinces, 2016 to learn, 2017 to run (../shared/data/china_sales or
//! FORECOURT_DATA; they are not part of this repository).
//! The split into dealers: every real sale belongs to this network with probability 0.04; a province has three dealers, which
//! take one half, one third and one sixth of it; the day is any day of its month. Runs differ by these draws alone and all
//! policies see the same customers.

use forecourt::replenishment::policy::pooling::Pooling;
use forecourt::replenishment::policy::{Distribution, Law, Rates};
use forecourt::rolling::{
    BalancedDays, BaseStock, Knowledge, Ledger, Link, Model, Perfect, Period, Planner, Table, Vmi, Volume, World, run,
};
use forecourt::stats::interval::of_floats;
use forecourt::stats::poisson::{Ladder, gamma_factor};
use forecourt::stats::stream::{Key, Purpose, Stream};
use forecourt::transfer::sharing::{Scenarios, Settings, Sharing, certificate, solve};
use jiff::civil::{Date, date};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Share of real sales that belong to this network.
const OURS: f64 = 0.04;
/// Sizes of a province's dealers.
const SIZES: [f64; 3] = [1.0 / 2.0, 1.0 / 3.0, 1.0 / 6.0];
/// Road between two dealers of a province, kilometres (assumption).
const INSIDE_KM: f64 = 150.0;
/// Longest road of a trade, kilometres, and its cost (assumption of the product).
const RADIUS_KM: f64 = 300.0;
/// Weeks: frozen, build to ship.
const FIXED_WEEKS: usize = 3;
const WEEKS: usize = 52;
/// Capitals: name, degrees north, degrees east.
const CAPITALS: [(&str, f64, f64); 22] = [
    ("上海", 31.23, 121.47),
    ("云南", 25.04, 102.71),
    ("内蒙古", 40.84, 111.75),
    ("北京", 39.90, 116.41),
    ("四川", 30.57, 104.07),
    ("安徽", 31.82, 117.23),
    ("山东", 36.65, 117.12),
    ("山西", 37.87, 112.55),
    ("广东", 23.13, 113.26),
    ("广西", 22.82, 108.37),
    ("江苏", 32.06, 118.80),
    ("江西", 28.68, 115.86),
    ("河北", 38.04, 114.51),
    ("河南", 34.75, 113.62),
    ("浙江", 30.27, 120.16),
    ("湖北", 30.59, 114.31),
    ("湖南", 28.23, 112.94),
    ("福建", 26.07, 119.30),
    ("辽宁", 41.81, 123.43),
    ("重庆", 29.56, 106.55),
    ("陕西", 34.34, 108.94),
    ("黑龙江", 45.80, 126.53),
];

fn first() -> Date {
    date(2016, 1, 4)
}

fn festivals() -> [Date; 2] {
    [date(2016, 2, 8), date(2017, 1, 28)]
}

/// Real sales: model, body, and cars by province and month (24).
struct Sales {
    bodies: Vec<String>,
    cars: Vec<[[u32; 24]; 22]>,
}

fn read(path: &Path) -> Sales {
    let mut reader = csv::Reader::from_path(path).expect("a readable table");
    let mut models: BTreeMap<String, usize> = BTreeMap::new();
    let (mut bodies, mut cars) = (Vec::new(), Vec::new());
    for row in reader.records() {
        let row = row.expect("a well-formed row");
        let province = CAPITALS.iter().position(|c| c.0 == &row[0]).expect("a known province");
        let next = models.len();
        let model = *models.entry(row[2].to_string()).or_insert(next);
        if model == next {
            bodies.push(row[3].to_string());
            cars.push([[0; 24]; 22]);
        }
        let (year, month): (usize, usize) = (row[4].parse().expect("a year"), row[5].parse().expect("a month"));
        cars[model][province][(year - 2016) * 12 + month - 1] = row[6].parse().expect("a count");
    }
    Sales { bodies, cars }
}

/// Customers of 104 weeks, week × cell, in one run.
fn customers(sales: &Sales, replication: u32) -> Vec<u16> {
    let (models, dealers) = (sales.bodies.len(), 66);
    let mut table = vec![0_u16; 2 * WEEKS * models * dealers];
    for (m, provinces) in sales.cars.iter().enumerate() {
        for (p, months) in provinces.iter().enumerate() {
            for (k, &count) in months.iter().enumerate() {
                let start = date(2016 + (k / 12) as i16, (k % 12 + 1) as i8, 1);
                let offset = (start - first()).get_days();
                let days = u64::from(start.days_in_month() as u8);
                let entity = (m * 22 + p) as u64;
                let key = Key { seed: 1, purpose: Purpose::Sampling, replication, entity, day: k as u32 };
                let mut stream = key.stream();
                for _ in 0..count {
                    let u = stream.unit() / OURS;
                    if u >= 1.0 {
                        continue;
                    }
                    let size = if u < SIZES[0] { 0 } else { 1 + usize::from(u >= SIZES[0] + SIZES[1]) };
                    let day = offset + stream.below(days) as i32;
                    let week = day.div_euclid(7);
                    if (0..2 * WEEKS as i32).contains(&week) {
                        table[(week as usize * models + m) * dealers + 3 * p + size] += 1;
                    }
                }
            }
        }
    }
    table
}

fn road(a: usize, b: usize) -> f64 {
    let place = |k: usize| (CAPITALS[k].1.to_radians(), CAPITALS[k].2.to_radians());
    let ((n, e), (s, w)) = (place(a), place(b));
    let cosine = n.sin() * s.sin() + n.cos() * s.cos() * (e - w).cos();
    1.3 * 6371.0 * cosine.clamp(-1.0, 1.0).acos()
}

/// The world of a run: four weeks of recent sales on the ground, every week of lead time on the road.
fn world(sales: &Sales, past: &[u16], replication: u32) -> World {
    let price = |body: &str| match body {
        "SUV" => 130_000.0,
        "MPV" => 120_000.0,
        "Hatchback" => 80_000.0,
        _ => 110_000.0,
    };
    // 5 % interest a year and 1.5 % depreciation a month; a lost sale costs 7.5 % margin and 5 % goodwill (assumptions).
    let week = 0.05 / 52.0 + 0.015 * 12.0 / 52.0;
    let models: Vec<Model> = sales
        .bodies
        .iter()
        .map(|b| Model { price: price(b), holding: price(b) * week, lost: 0.125 * price(b) })
        .collect();
    let dealers = 66;
    let region: Vec<usize> = (0..dealers).map(|d| d / 3).collect();
    // Plant at Wuhan; a week on the road up to 1,000 km, two beyond.
    let plant = CAPITALS.iter().position(|c| c.0 == "湖北").expect("in the list");
    let lead: Vec<usize> = region.iter().map(|&r| FIXED_WEEKS + if road(plant, r) < 1000.0 { 1 } else { 2 }).collect();
    let links = (0..dealers)
        .map(|d| {
            let mut links: Vec<Link> = (0..dealers)
                .filter(|&j| j != d)
                .map(|j| (j, if region[j] == region[d] { INSIDE_KM } else { road(region[j], region[d]) }))
                .filter(|l| l.1 <= RADIUS_KM)
                .map(|(donor, km)| Link { donor, cost: 200.0 + 3.0 * km })
                .collect();
            links.sort_by(|a, b| a.cost.total_cmp(&b.cost).then(a.donor.cmp(&b.donor)));
            links
        })
        .collect();
    let cells = models.len() * dealers;
    let key = Key { seed: 1, purpose: Purpose::Selection, replication, entity: 0, day: 0 };
    let mut stream = key.stream();
    let recent: Vec<f64> =
        (0..cells).map(|c| past.chunks(cells).rev().take(17).map(|w| f64::from(w[c])).sum::<f64>() / 17.0).collect();
    let mut whole = |x: f64| (x + stream.unit()).floor() as u32;
    World {
        stock: recent.iter().map(|r| whole(4.0 * r)).collect(),
        pipeline: recent.iter().enumerate().map(|(c, &r)| (0..lead[c % dealers]).map(|_| whole(r)).collect()).collect(),
        models,
        region,
        lead,
        links,
        share: 0.1,
        discount: vec![(0, 0.0), (9, 0.01), (13, 0.025), (18, 0.05), (26, 0.08)],
    }
}

/// One run: its world, its customers and what a forecaster knows.
struct Case {
    world: World,
    past: Vec<u16>,
    demand: Vec<u16>,
    knowledge: Knowledge,
}

fn case(sales: &Sales, replication: u32) -> Case {
    let all = customers(sales, replication);
    let half = all.len() / 2;
    let (past, demand) = (all[..half].to_vec(), all[half..].to_vec());
    let world = world(sales, &past, replication);
    let knowledge = Knowledge::new(&past, &demand, first(), &festivals(), &world.region, world.models.len())
        .expect("a year is long enough");
    Case { world, past, demand, knowledge }
}

type Make = for<'a> fn(&'a Case, f64) -> Box<dyn Planner + 'a>;

/// A policy with one number that trades stock for service.
struct Contender {
    name: &'static str,
    make: Make,
    /// Range of its number, searched for the wanted fill rate.
    range: (f64, f64),
}

const CONTENDERS: [Contender; 6] = [
    Contender {
        name: "rolling plan with transfers (VMI)",
        make: |c, x| Box::new(Vmi::new(&c.knowledge, x.exp(), true)),
        range: (-3.0, 8.0),
    },
    Contender {
        name: "rolling plan without transfers",
        make: |c, x| Box::new(Vmi::new(&c.knowledge, x.exp(), false)),
        range: (-3.0, 8.0),
    },
    Contender {
        name: "balanced days of supply, rates of 120 days",
        make: |c, x| Box::new(BalancedDays::new(&c.world, &c.past, &c.demand, Volume::Rate, x)),
        range: (0.0, 16.0),
    },
    Contender {
        name: "balanced days of supply, volume from our forecast",
        make: |c, x| Box::new(BalancedDays::new(&c.world, &c.past, &c.demand, Volume::Forecast(&c.knowledge), x)),
        range: (0.0, 16.0),
    },
    Contender {
        name: "(s, S) + greedy transfers, rates of 120 days",
        make: |c, x| Box::new(BaseStock::new(&c.world, &c.past, &c.demand, None, 1.0 / (1.0 + (-x).exp()), true)),
        range: (-3.0, 9.0),
    },
    Contender {
        name: "(s, S) + greedy transfers, our forecast",
        make: |c, x| {
            let service = 1.0 / (1.0 + (-x).exp());
            Box::new(BaseStock::new(&c.world, &c.past, &c.demand, Some(&c.knowledge), service, true))
        },
        range: (-3.0, 9.0),
    },
];

fn play(cases: &[Case], make: Make, x: f64) -> Vec<Ledger> {
    let one = |c: &Case| run(&c.world, &c.demand, &mut *make(c, x)).expect("cars add up");
    cases.par_iter().map(one).collect()
}

fn fill(ledgers: &[Ledger]) -> f64 {
    let (sold, customers) = ledgers.iter().fold((0, 0), |t, l| (t.0 + l.sold, t.1 + l.customers));
    sold as f64 / customers as f64
}

/// The contender at the wanted fill rate: its number and its runs.
fn tuned(cases: &[Case], contender: &Contender, wanted: f64) -> (f64, Vec<Ledger>) {
    let few = &cases[..cases.len().min(6)];
    let search = |cases: &[Case], mut low: f64, mut high: f64, steps: usize| {
        let mut best = (f64::INFINITY, low, Vec::new());
        for _ in 0..steps {
            let x = 0.5 * (low + high);
            let ledgers = play(cases, contender.make, x);
            let apart = fill(&ledgers) - wanted;
            if apart.abs() < best.0 {
                best = (apart.abs(), x, ledgers);
            }
            if apart.abs() < 1e-4 {
                break;
            }
            if apart < 0.0 { low = x } else { high = x }
        }
        (best.1, best.2)
    };
    let near = search(few, contender.range.0, contender.range.1, 12).0;
    let width = 0.03 * (contender.range.1 - contender.range.0);
    search(cases, near - width, near + width, 7)
}

/// Mean demand, deviation of the forecast's errors, and their correlation between a province's dealers, over so many
/// weeks: what really came in all runs and weeks, bias included.
fn realised(cases: &[Case], m: usize, r: usize, weeks: usize) -> (f64, f64, f64) {
    let dealers = cases[0].world.dealers();
    let cells = cases[0].world.cells();
    let (mut mean, mut own, mut cross, mut count) = (0.0, 0.0, 0.0, 0.0);
    for c in cases {
        for week in 0..WEEKS - weeks {
            let period = c.knowledge.at(week);
            let error = |k: usize| {
                let cell = m * dealers + 3 * r + k;
                let came: f64 = (week + 1..week + 1 + weeks).map(|w| f64::from(c.demand[w * cells + cell])).sum();
                (came, came - period.mean(cell, dealers, week + 1, week + 1 + weeks))
            };
            let e = [error(0), error(1), error(2)];
            mean += e.iter().map(|x| x.0).sum::<f64>() / 3.0;
            own += e.iter().map(|x| x.1 * x.1).sum::<f64>() / 3.0;
            cross += (e[0].1 * e[1].1 + e[0].1 * e[2].1 + e[1].1 * e[2].1) / 3.0;
            count += 1.0;
        }
    }
    let rho = if own > 0.0 { (cross / own).clamp(-0.5, 1.0) } else { 0.0 };
    (mean / count, (own / count).sqrt(), rho)
}

/// A province's dealers for one model, taken as alike: moments over the lead time and over a week less, costs.
struct Group {
    long: (f64, f64, f64),
    short: (f64, f64, f64),
    holding: f64,
    lost: f64,
    trade: f64,
}

/// Whole cars with a mean and a deviation: negative binomial, Poisson where there is no more spread than that.
fn whole((mean, sd): (f64, f64)) -> Distribution {
    let k = (sd * sd - mean) / (mean * mean).max(1e-12);
    let law = if k > 1e-6 { Law::NegativeBinomial { mean, k } } else { Law::Poisson { mean } };
    law.one().expect("moments of real demand")
}

/// Demand of three alike dealers together.
fn three((mean, sd, rho): (f64, f64, f64)) -> (f64, f64) {
    (3.0 * mean, sd * (3.0 * (1.0 + 2.0 * rho)).max(1e-9).sqrt())
}

/// The demand laws of a group, one dealer's and all three's, over the lead time and over a week less.
struct Laws {
    long: Distribution,
    short: Distribution,
    all_long: Distribution,
    all_short: Distribution,
}

impl Laws {
    fn new(g: &Group) -> Self {
        let (long, short) = ((g.long.0, g.long.1), (g.short.0, g.short.1));
        Self {
            long: whole(long),
            short: whole(short),
            all_long: whole(three(g.long)),
            all_short: whole(three(g.short)),
        }
    }

    /// `E(D - S)⁺` over the lead time less that over a week less is what a week loses.
    fn alone(&self, s: f64) -> f64 {
        (self.long.loss(s) - self.short.loss(s)).max(0.0)
    }

    /// Cars that three dealers with `s` together would lose apart, their levels as even as whole cars allow.
    fn apart(&self, s: f64) -> f64 {
        let low = (s / 3.0).floor();
        let more = s - 3.0 * low;
        (3.0 - more) * self.alone(low) + more * self.alone(low + 1.0)
    }
}

impl Group {
    /// Cost and lost customers of a week, pooled or not, at the levels that a penalty of `ratio` weeks of holding sets.
    /// What pooling serves of the customers that dealers lose apart moves.
    fn week(&self, laws: &Laws, ratio: f64, pooled: bool) -> (f64, f64) {
        let rates = Rates::new(self.holding, self.holding * ratio).expect("positive rates");
        let share = rates.critical_ratio();
        if !pooled {
            let s = laws.long.quantile(share).max(0.0);
            let lost = 3.0 * laws.alone(s);
            return (self.holding * 3.0 * laws.long.excess(s) + self.lost * lost, lost);
        }
        let at = |s: f64| {
            let lost = (laws.all_long.loss(s) - laws.all_short.loss(s)).max(0.0);
            let moved = (laws.apart(s) - lost).max(0.0);
            (self.holding * laws.all_long.excess(s), lost, self.trade * moved)
        };
        // The cheapest level for that penalty lies near the quantile: trades that a car more saves pull it up.
        let middle = laws.all_long.quantile(share).max(0.0);
        let judged = |s: f64| at(s).0 + self.holding * ratio * at(s).1 + at(s).2;
        let best =
            (0..40).map(|k| (middle + f64::from(k) - 10.0).max(0.0)).min_by(|a, b| judged(*a).total_cmp(&judged(*b)));
        let (held, lost, moved) = at(best.expect("some levels"));
        (held + self.lost * lost + moved, lost)
    }
}

/// What complete pooling saves at the level simulated: at the wanted fill rate on both sides, and with the true costs at
/// each side's cheapest levels (the formula as it is printed). Also the coefficient of variation and the correlation.
fn pooling_bound(cases: &[Case], wanted: f64) -> (f64, f64, f64, f64) {
    let world = &cases[0].world;
    let places: Vec<(usize, usize)> =
        (0..world.models.len()).flat_map(|m| (0..world.regions()).map(move |r| (m, r))).collect();
    let groups: Vec<Group> = places
        .par_iter()
        .map(|&(m, r)| {
            let lead = world.lead[3 * r];
            Group {
                long: realised(cases, m, r, lead),
                short: realised(cases, m, r, lead - 1),
                holding: world.models[m].holding,
                lost: world.models[m].lost,
                trade: world.links[3 * r][0].cost,
            }
        })
        .filter(|g| g.long.0 > 0.0)
        .collect();
    let customers: f64 = groups.iter().map(|g| 3.0 * (g.long.0 - g.short.0)).sum();
    let laws: Vec<Laws> = groups.par_iter().map(Laws::new).collect();
    let network = |ratio: f64, pooled: bool| {
        let weeks: Vec<(f64, f64)> =
            groups.par_iter().zip(&laws).map(|(g, laws)| g.week(laws, ratio, pooled)).collect();
        weeks.iter().fold((0.0, 0.0), |t, x| (t.0 + x.0, t.1 + x.1))
    };
    let at_fill = |pooled: bool| {
        let (mut low, mut high) = (-4.0_f64, 12.0_f64);
        for _ in 0..50 {
            let x = 0.5 * (low + high);
            if network(x.exp(), pooled).1 > (1.0 - wanted) * customers { low = x } else { high = x }
        }
        network(high.exp(), pooled).0
    };
    let (mut with, mut without) = (0.0, 0.0);
    for g in groups.iter().filter(|g| g.long.0 >= 0.5) {
        let rates = Rates::new(g.holding, g.lost).expect("positive rates");
        let law = Law::Normal { mean: g.long.0, sd: g.long.1 };
        let answer = Pooling::new(3, &law, rates, g.long.2).and_then(|p| p.solve(g.trade)).expect("a valid system");
        with += answer.cost;
        without += answer.upper;
    }
    let n = groups.len() as f64;
    (
        1.0 - at_fill(true) / at_fill(false),
        1.0 - with / without,
        groups.iter().map(|g| g.long.1 / g.long.0).sum::<f64>() / n,
        groups.iter().map(|g| g.long.2).sum::<f64>() / n,
    )
}

/// Least cost of a contender over its number: golden section on the mean cost of the first runs, true costs.
fn cheapest(cases: &[Case], contender: &Contender) -> f64 {
    let few = &cases[..cases.len().min(6)];
    let cost = |x: f64| play(few, contender.make, x).iter().map(Ledger::cost).sum::<f64>();
    let (mut low, mut high) = contender.range;
    let golden = 0.5 * (5.0_f64.sqrt() - 1.0);
    let (mut a, mut b) = (high - golden * (high - low), low + golden * (high - low));
    let (mut at_a, mut at_b) = (cost(a), cost(b));
    for _ in 0..9 {
        if at_a < at_b {
            (high, b, at_b) = (b, a, at_a);
            a = high - golden * (high - low);
            at_a = cost(a);
        } else {
            (low, a, at_a) = (a, b, at_b);
            b = low + golden * (high - low);
            at_b = cost(b);
        }
    }
    at_a.min(at_b)
}

/// Levels by pooling against the two-stage programme (sample average of 2,000 scenarios, solved to 1e-6), for some
/// provinces and models: mean excess cost over the programme's own optimum on its own scenarios.
fn against_programme(c: &Case, ratio: f64) -> (f64, usize) {
    let (world, period) = (&c.world, c.knowledge.at(25));
    let dealers = world.dealers();
    let ladder = Ladder::new();
    let mut excess = Vec::new();
    for (r, m) in (0..22).map(|r| (r, (7 * r) % world.models.len())) {
        let (model, lead) = (&world.models[m], world.lead[3 * r]);
        let means: Vec<f64> = (0..3).map(|k| period.mean(m * dealers + 3 * r + k, dealers, 26, 26 + lead)).collect();
        let all: f64 = means.iter().sum();
        let (own, joint) =
            (Period::dispersion(&period.cell, lead, all / 3.0), Period::dispersion(&period.region, lead, all));
        // One gamma factor for the province, one for each dealer on top.
        let common = joint.clamp(1e-6, own.max(1e-6));
        let apart = ((1.0 + own) / (1.0 + common) - 1.0).max(0.0);
        let draw = |number: u64, demand: &mut [f64]| {
            let key = Key { seed: 9, purpose: Purpose::Sampling, replication: r as u32, entity: number, day: 1 };
            let mut stream: Stream = key.stream();
            let shared = gamma_factor(common, &mut stream);
            for (d, mean) in demand.iter_mut().zip(&means) {
                let factor = if apart > 1e-6 { gamma_factor(apart, &mut stream) } else { 1.0 };
                *d = f64::from(ladder.draw(mean * shared * factor, &mut stream));
            }
        };
        let (h, p, cost) = (model.holding, model.holding * ratio, world.links[3 * r][0].cost);
        let sharing = Sharing::identical(3, h, p, cost, |i, j| i != j).expect("valid costs");
        let scenarios = Scenarios::sample(3, &draw, 0, 2000).expect("valid demand");
        let best = solve(&sharing, &scenarios, &Settings::default()).expect("an answer");
        let tables: Vec<Table> =
            means.iter().map(|&mu| Table::new(mu, Period::dispersion(&period.cell, lead, mu))).collect();
        let levels = Vmi::levels(&tables, &Table::new(all, joint), &[0; 3], (h, p, cost));
        let levels: Vec<f64> = levels.into_iter().map(f64::from).collect();
        let ours = certificate::complete(&sharing, &scenarios, &levels).expect("identical sites");
        excess.push(ours / best.bound - 1.0);
    }
    (excess.iter().sum::<f64>() / excess.len() as f64, excess.len())
}

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|a| a.parse::<f64>().ok());
    let (runs, wanted) = (numbers.next().unwrap_or(30.0) as u32, numbers.next().unwrap_or(0.97));
    let root = std::env::var_os("FORECOURT_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let path = root.join("china_sales/train_sales_data.csv");
    if !path.exists() {
        println!("skipped: {} is not there", path.display());
        return;
    }
    let sales = read(&path);
    let cases: Vec<Case> = (0..runs).into_par_iter().map(|r| case(&sales, r)).collect();
    let cells = cases[0].world.cells() as f64;
    let mean = |of: &dyn Fn(&Ledger) -> f64, l: &[Ledger]| l.iter().map(of).sum::<f64>() / l.len() as f64;
    let perfect: Vec<Ledger> = cases
        .par_iter()
        .map(|c| run(&c.world, &c.demand, &mut Perfect::new(&c.demand)).expect("cars add up"))
        .collect();
    let mut text = String::new();
    let customers = mean(&|l| l.customers as f64, &perfect);
    let _ = writeln!(text, "# Decision value on real sales\n");
    let _ = writeln!(
        text,
        "66 dealers × 60 models × 52 weeks of 2017, {runs} paired runs, {:.2} customers a month in a mean cell, fill rate {wanted}.\n\
         Command: `cargo bench --bench decision_value -- {runs} {wanted}`.\n",
        customers / cells / 12.0
    );
    let _ = writeln!(
        text,
        "| policy | fill | cost, M a year | holding | discounts | transfers | lost | stock, weeks | against VMI (95 %) |\n|---|---|---|---|---|---|---|---|---|"
    );
    let mut ours: Vec<f64> = Vec::new();
    let mut ours_alone: Vec<f64> = Vec::new();
    let mut ratio = 1.0;
    let mut line = |name: &str, ledgers: &[Ledger], ours: &[f64]| {
        let money = |of: &dyn Fn(&Ledger) -> f64| mean(of, ledgers) / 1e6;
        let saved: Vec<f64> = ledgers.iter().zip(ours).map(|(l, o)| 100.0 * (1.0 - o / l.cost())).collect();
        let note = if saved.is_empty() {
            "–".to_owned()
        } else {
            let i = of_floats(&saved, 0.95);
            format!("VMI {:.1} % below (± {:.1})", i.mean, i.half)
        };
        let weeks = mean(&|l| l.stock_weeks as f64, ledgers) / customers;
        let _ = writeln!(
            text,
            "| {name} | {:.4} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {weeks:.2} | {note} |",
            fill(ledgers),
            money(&Ledger::cost),
            money(&|l| l.holding),
            money(&|l| l.discount),
            money(&|l| l.transfer),
            money(&|l| l.lost)
        );
        print!("{}", text.lines().last().map(|l| format!("{l}\n")).unwrap_or_default());
    };
    for (k, contender) in CONTENDERS.iter().enumerate() {
        let (x, ledgers) = tuned(&cases, contender, wanted);
        if k == 0 {
            ours = ledgers.iter().map(Ledger::cost).collect();
            ratio = x.exp();
            line(contender.name, &ledgers, &[]);
        } else {
            if k == 1 {
                ours_alone = ledgers.iter().map(Ledger::cost).collect();
            }
            line(contender.name, &ledgers, &ours);
        }
    }
    line("perfect information", &perfect, &[]);
    let sum = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    let gap = sum(&ours) / mean(&Ledger::cost, &perfect) - 1.0;
    let saved = 1.0 - sum(&ours) / sum(&ours_alone);
    let (most, printed, cv, rho) = pooling_bound(&cases, wanted);
    let own = 1.0 - cheapest(&cases, &CONTENDERS[0]) / cheapest(&cases, &CONTENDERS[1]);
    let (excess, count) = against_programme(&cases[0], ratio);
    let mut notes = String::new();
    let _ = writeln!(notes, "\nGap to perfect information: {:.0} % of its cost.", 100.0 * gap);
    let verdict = |saved: f64, most: f64| if saved <= most { "" } else { " ABOVE IT: a bug to find." };
    let _ = writeln!(
        notes,
        "Transfers save {:.1} % at equal fill; complete pooling of three alike dealers at this level (CV {cv:.2} over the lead time, \
         correlation {rho:.2}, 650 a move) saves at most {:.1} %.{}",
        100.0 * saved,
        100.0 * most,
        verdict(saved, most)
    );
    let _ = writeln!(
        notes,
        "With the true costs and each side at its own cheapest level transfers save {:.1} %; complete pooling at most {:.1} %.{}",
        100.0 * own,
        100.0 * printed,
        verdict(own, printed)
    );
    let _ = writeln!(
        notes,
        "Levels by pooling cost {:.2} % more than the two-stage programme's own optimum (sample average, {count} provinces × models).",
        100.0 * excess
    );
    print!("{notes}");
    text += &notes;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    let _ = std::fs::create_dir_all(&folder);
    std::fs::write(folder.join("decision_value.md"), text).expect("results can be written");
}
