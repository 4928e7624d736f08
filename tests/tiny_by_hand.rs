//! The orders and transfers of scenarios/tiny, as docs/tiny.md derives them: from the tables' own numbers, with nothing of
//! the program's but its answer.

use assert_cmd::Command;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

struct Results {
    _home: tempfile::TempDir,
    summary: Value,
    tables: BTreeMap<&'static str, Vec<Vec<String>>>,
}

fn results() -> Results {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("r");
    let mut command = Command::cargo_bin("forecourt").unwrap();
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")));
    command.args(["plan", "scenarios/tiny", "--quiet", "--out"]).arg(&out).assert().success();
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    let rows = |name: &str| -> Vec<Vec<String>> {
        read(name).lines().skip(1).map(|l| l.split(',').map(str::to_owned).collect()).collect()
    };
    let summary = serde_json::from_str(&read("summary.json")).unwrap();
    let tables = [
        "alternatives.csv",
        "one_more.csv",
        "orders.csv",
        "transfers.csv",
        "dealer_weeks.csv",
        "shadow_prices.csv",
        "kpi.csv",
    ]
    .map(|n| (n, rows(n)));
    Results { summary, tables: tables.into(), _home: home }
}

/// P(Poisson(mean) ≥ k), summed from its terms.
fn at_least(mean: f64, k: u32) -> f64 {
    let (mut term, mut below) = ((-mean).exp(), 0.0);
    for i in 0..k {
        below += term;
        term *= mean / f64::from(i + 1);
    }
    1.0 - below
}

/// Smallest count that is not exceeded with probability 0.95.
fn level95(mean: f64) -> f64 {
    (0..10_000).find(|&k| at_least(mean, k + 1) <= 0.05).map_or(0.0, f64::from)
}

/// Money of a model: contribution plus lost-sale cost, holding a week, build slots a week.
struct Model {
    name: &'static str,
    lost: f64,
    holding: f64,
    slots: f64,
}

const MODELS: [Model; 2] = [
    Model { name: "M1", lost: 9_000.0 + 6_000.0, holding: 7.0 * 20.0, slots: 112.0 },
    Model { name: "M2", lost: 18_000.0 + 10_000.0, holding: 7.0 * 30.0, slots: 56.0 },
];

/// A dealer and a model after the week's transfers: sales a week, stock, cars that arrive in weeks 0 and 1, carrier money
/// a car.
struct Cell {
    site: &'static str,
    model: usize,
    rate: f64,
    stock: f64,
    coming: [f64; 2],
    carrier: f64,
}

/// Freight of a car on a carrier: its fixed part; the carrier is paid for the road.
const FREIGHT: f64 = 300.0;
/// Carriers of 8 at 800 and 8 a kilometre: in the North 140 km on average, in the South 210.
const NORTH: f64 = (800.0 + 8.0 * 140.0) / 8.0;
const SOUTH: f64 = (800.0 + 8.0 * 210.0) / 8.0;

fn cells() -> Vec<Cell> {
    let cell = |site, model, rate, stock, coming, carrier| Cell { site, model, rate, stock, coming, carrier };
    vec![
        cell("C1", 0, 14.0, 0.0, [28.0, 0.0], SOUTH),
        cell("C1", 1, 7.0, 0.0, [14.0, 0.0], SOUTH),
        cell("D1", 0, 28.0, 0.0, [32.0, 28.0], NORTH),
        cell("D1", 1, 14.0, 28.0, [0.0, 0.0], NORTH),
        cell("D2", 0, 42.0, 210.0, [0.0, 0.0], NORTH),
        cell("D2", 1, 21.0, 42.0, [0.0, 0.0], NORTH),
        cell("D3", 0, 14.0, 24.0, [14.0, 0.0], NORTH),
        cell("D3", 1, 7.0, 14.0, [0.0, 0.0], NORTH),
    ]
}

/// What a cell's four weeks cost, by cause, when `cars` arrive in the last.
#[derive(Default)]
struct Cost {
    holding: f64,
    lost: f64,
    safety: f64,
    end: f64,
    fairness: f64,
    shipping: f64,
}

/// Weeks of cover that all dealers of a model reach when its slots are shared like water.
fn cover(model: usize) -> f64 {
    let mut members: Vec<(f64, f64)> =
        cells().iter().filter(|c| c.model == model).map(|c| (c.stock + c.coming[0] + c.coming[1], c.rate)).collect();
    loop {
        let sum = members.iter().fold((MODELS[model].slots, 0.0), |s, m| (s.0 + m.0, s.1 + m.1));
        let level = sum.0 / sum.1;
        let before = members.len();
        members.retain(|m| m.0 / m.1 < level);
        if members.len() == before {
            return level;
        }
    }
}

fn cost(c: &Cell, cars: f64) -> Cost {
    let m = &MODELS[c.model];
    let safety = level95(3.0 * c.rate) - 3.0 * c.rate;
    let (mut stock, mut cost) = (c.stock, Cost::default());
    for week in 0..4 {
        stock += c.coming.get(week).copied().unwrap_or(0.0) + if week == 3 { cars } else { 0.0 };
        let sold = stock.min(c.rate);
        stock -= sold;
        cost.lost += m.lost * (c.rate - sold);
        cost.holding += m.holding * stock;
        cost.safety += m.lost / 20.0 * (safety - stock).max(0.0);
    }
    cost.end = m.lost / 2.0 * (2.0 * c.rate - stock).max(0.0);
    let fair = cover(c.model) * c.rate;
    cost.fairness = 500.0 / fair * (cars - (fair - c.stock - c.coming[0] - c.coming[1])).abs();
    cost.shipping = FREIGHT * cars;
    cost
}

impl Cost {
    fn sum(&self) -> f64 {
        self.holding + self.lost + self.safety + self.end + self.fairness + self.shipping
    }
}

/// Orders of week 1 arrive in week 3, later ones after the horizon, and week 0 is frozen: one number a cell. Every cell's
/// cost is convex in it, so that the slots go, one by one, where a car saves most; loads come out full, so that the price of
/// a place on a carrier is its share of a run.
#[test]
fn orders_are_those_derived_by_hand() {
    let cells = cells();
    let mut cars = vec![0_u32; cells.len()];
    let mut last = [0.0; 2];
    for (m, model) in MODELS.iter().enumerate() {
        for _ in 0..model.slots as u32 {
            let saved = |k: &usize| {
                let (c, n) = (&cells[*k], f64::from(cars[*k]));
                cost(c, n).sum() - cost(c, n + 1.0).sum() - c.carrier
            };
            let members = (0..cells.len()).filter(|&k| cells[k].model == m);
            let best = members.max_by(|a, b| saved(a).total_cmp(&saved(b))).unwrap();
            last[m] = saved(&best);
            assert!(last[m] > 0.0, "every slot is worth using");
            cars[best] += 1;
        }
    }
    assert_eq!(cars, [25, 7, 59, 16, 3, 25, 25, 8]);
    for (first, end) in [(0, 2), (2, 8)] {
        assert_eq!(cars[first..end].iter().sum::<u32>() % 8, 0, "loads are full");
    }
    let r = results();
    let found: Vec<(String, String, String, u32)> = r.tables["orders.csv"]
        .iter()
        .map(|o| (o[1].clone(), o[2].clone(), o[3].clone(), o[4].parse().unwrap()))
        .collect();
    let expected: Vec<_> = cells
        .iter()
        .zip(&cars)
        .map(|(c, &n)| (c.site.to_owned(), MODELS[c.model].name.to_owned(), "2026-07-06".to_owned(), n))
        .collect();
    assert_eq!(found, expected);
    // Money by cause, and all of it.
    let part = |f: &dyn Fn(&Cost) -> f64| cells.iter().zip(&cars).map(|(c, &n)| f(&cost(c, f64::from(n)))).sum::<f64>();
    let carriers: f64 = cells.iter().zip(&cars).map(|(c, &n)| c.carrier * f64::from(n)).sum();
    let parts: [(&str, f64, f64); 7] = [
        ("lost_sales", part(&|c| c.lost), 2_002_000.0),
        ("holding", part(&|c| c.holding), 86_240.0),
        ("safety", part(&|c| c.safety), 214_250.0),
        ("end", part(&|c| c.end), 2_009_000.0),
        ("fairness", part(&|c| c.fairness), 210.98),
        ("shipping", part(&|c| c.shipping), 50_400.0),
        ("carriers", carriers, 42_560.0),
    ];
    let step = &r.summary["steps"]["replenish"];
    for (name, by_model, by_hand) in parts {
        let told = step["cost_parts_cny"][name].as_f64().unwrap();
        assert!((by_model - by_hand).abs() < 0.005 && (told - by_hand).abs() < 0.005, "{name}: {by_model} {told}");
    }
    assert_eq!((step["cost_cny"].as_f64(), step["bound_cny"].as_f64()), (Some(4_404_660.98), Some(4_404_660.98)));
    // What the last slot is worth.
    for (row, (value, by_hand)) in
        r.tables["shadow_prices.csv"].iter().zip([(last[0], 6_817.1989), (last[1], 14_642.4242)])
    {
        let told: f64 = row[4].parse().unwrap();
        assert!((told - by_hand).abs() < 1e-3 && (value - by_hand).abs() < 1e-3, "{row:?}: {value}");
    }
    // Solved again with one more it takes a carrier of its own, and the fair shares move: distances of C1, D1, D2, D3.
    let apart =
        |cars: [f64; 4], targets: [f64; 4]| -> f64 { cars.iter().zip(targets).map(|(c, t)| 500.0 * c / t).sum() };
    let targets =
        |slots: f64, held: f64, rates: [f64; 4]| rates.map(|r| (slots + held) / rates[..].iter().sum::<f64>() * r);
    let m1 = |slots: f64| {
        // D2 stays out of the level, not of the distances.
        let level = (slots + 126.0) / 56.0;
        [14.0, 28.0, 42.0, 14.0].map(|r| level * r)
    };
    let more = [
        7_500.0 - 140.0 - 300.0 - 1_920.0 + apart([6.5, 0.0, 34.5, 3.5], m1(112.0))
            - apart([6.75, 0.5, 33.75, 3.25], m1(113.0)),
        15_190.0 - 300.0 - 1_920.0 + apart([1.0, 0.0, 1.0, 0.0], targets(56.0, 98.0, [7.0, 14.0, 21.0, 7.0]))
            - apart([8.0 / 7.0, 5.0 / 7.0, 4.0 / 7.0, 1.0 / 7.0], targets(57.0, 98.0, [7.0, 14.0, 21.0, 7.0])),
    ];
    let rows = &r.tables["one_more.csv"];
    assert_eq!(rows.len(), 2);
    for (model, value, relaxed) in [("M1", more[0], 6_817.1989), ("M2", more[1], 14_642.4242)] {
        let row = rows.iter().find(|row| row[2] == model).unwrap();
        let (relaxation, again): (f64, f64) = (row[5].parse().unwrap(), row[6].parse().unwrap());
        assert!((relaxation - relaxed).abs() < 1e-3 && (again - value).abs() < 0.006, "{row:?}: {value}");
    }
    // Stock, arrivals and customers turned away, by dealer and week.
    for row in &r.tables["dealer_weeks.csv"] {
        let week: usize = row[1].parse().unwrap();
        let mut sum = [0.0; 4];
        for (c, &n) in cells.iter().zip(&cars).filter(|(c, _)| c.site == row[0]) {
            let mut stock = c.stock;
            for t in 0..=week {
                let arrived = c.coming.get(t).copied().unwrap_or(0.0) + if t == 3 { f64::from(n) } else { 0.0 };
                let sold = (stock + arrived).min(c.rate);
                stock += arrived - sold;
                if t == week {
                    [stock, c.rate, arrived, c.rate - sold].iter().zip(&mut sum).for_each(|(x, s)| *s += x);
                }
            }
        }
        let told: Vec<f64> = row[3..7].iter().map(|x| x.parse().unwrap()).collect();
        assert_eq!(told, sum, "{row:?}");
    }
}

/// Worth of the `k`-th car of a dealer that sells `rate` a week, new cars arriving after a week of building and a day on
/// the road, reviewed weekly.
fn worth(model: usize, rate: f64, k: u32) -> f64 {
    let m = &MODELS[model];
    if rate == 0.0 {
        return -m.holding * 26.0;
    }
    m.lost * at_least(rate * (8.0 / 7.0 + 1.0), k) - m.holding * (f64::from(k) / rate).min(26.0)
}

/// The rules share out the same 112 and 56 cars. Turn and earn: by sales, 1/7, 2/7, 3/7, 1/7. Balanced days of supply: after
/// the sales of week 0 the dealers hold 14, 32, 168, 24 M1; without D2, which has four weeks, (112 + 70) / 56 = 3.25 weeks, that
/// is 31.5, 59, 21.5, the odd car to the first; of M2 all hold one week: as turn and earn. Launch mix: half by sales, half by
/// the registrations around, 4,380, 4,380, 6,570, 6,570 of 21,900.
#[test]
fn the_rules_of_the_industry_cost_what_their_cars_cost() {
    let cells = cells();
    let r = results();
    let rows = &r.tables["alternatives.csv"];
    let shares = [
        ("plan", [25, 7, 59, 16, 3, 25, 25, 8], 0.0),
        ("balanced_days_of_supply", [32, 8, 59, 16, 0, 24, 21, 8], 3_560.0),
        ("turn_and_earn", [16, 8, 32, 16, 48, 24, 16, 8], 66_190.0),
        ("launch_mix", [19, 10, 27, 14, 41, 20, 25, 12], 38_120.0),
    ];
    // C1 stands in the South, the others in the North; a carrier has 8 slots and is paid whole.
    let whole = |cars: u32, each: f64| f64::from(cars.div_ceil(8) * 8) * each;
    let total = |cars: &[u32; 8]| {
        let one = |(c, &n): (&Cell, &u32)| {
            let cost = cost(c, f64::from(n));
            cost.sum() - cost.fairness
        };
        let (south, north) = (cars[0] + cars[1], cars[2..].iter().sum());
        let runs = whole(south, cells[0].carrier) + whole(north, cells[2].carrier);
        cells.iter().zip(cars).map(one).sum::<f64>() + runs
    };
    let plan = total(&shares[0].1);
    assert_eq!(rows.len(), 4);
    for ((name, cars, beyond), row) in shares.iter().zip(rows) {
        let (told, more): (f64, f64) = (row[7].parse().unwrap(), row[8].parse().unwrap());
        assert_eq!(row[0], *name);
        assert!(
            (told - total(cars)).abs() < 0.01 && (more - (total(cars) - plan)).abs() < 0.01,
            "{row:?}: {}",
            total(cars)
        );
        assert!((more - beyond).abs() < 0.01, "{name}: {more}");
    }
}

/// Moves of one kind: from, to, model, age, cars, cost of each, the giver's rate and cars, the taker's rate and cars (those
/// on the road included).
type Group = (&'static str, &'static str, usize, &'static str, u32, f64, (f64, u32), (f64, u32));

/// D1 lacks M1. D2 gives it a tenth of its 280 cars, D3 a tenth of its 42, which are the next it would miss least. D4 closes:
/// all its cars go to C1, the only store within 100 km.
#[test]
fn transfers_are_those_derived_by_hand() {
    let groups: [Group; 4] = [
        ("D2", "D1", 0, "40", 28, 200.0 + 3.0 * 60.0 + 20.0, (42.0, 238), (28.0, 28)),
        ("D3", "D1", 0, "20", 4, 200.0 + 3.0 * 60.0 + 20.0, (14.0, 42), (28.0, 56)),
        ("D4", "C1", 0, "20", 28, 200.0 + 3.0 * 90.0 + 20.0, (0.0, 28), (14.0, 0)),
        ("D4", "C1", 1, "20", 14, 200.0 + 3.0 * 90.0 + 30.0, (0.0, 14), (7.0, 0)),
    ];
    let r = results();
    let rows = &r.tables["transfers.csv"];
    assert_eq!(rows.len(), 74);
    let (mut profit, mut costs, mut at) = (0.0, 0.0, 0);
    for (from, to, model, age, cars, cost, giver, taker) in groups {
        for n in 0..cars {
            let row = &rows[at];
            at += 1;
            assert_eq!(row[..4], [from, to, MODELS[model].name, age].map(str::to_owned));
            let gain = worth(model, taker.0, taker.1 + n + 1);
            let loss = worth(model, giver.0, giver.1 - n);
            let (told_cost, told_value): (f64, f64) = (row[6].parse().unwrap(), row[7].parse().unwrap());
            assert_eq!(told_cost, cost);
            assert!((told_value - (gain - loss)).abs() <= 0.0101, "{row:?}: {}", gain - loss);
            assert!(gain - loss > cost, "a move is worth more than it costs");
            profit += gain - loss - cost;
            costs += cost;
        }
    }
    // Nothing else pays more: D1's 60th M1 is worth more than D3's 43rd would be, D2 and D3 have given their
    // tenth, and D4 is empty. No M2 is missed: every dealer holds two weeks of it, and new cars come after 15/7.
    assert!(worth(0, 28.0, 60) > worth(0, 14.0, 43));
    assert!(worth(0, 28.0, 61) - worth(0, 42.0, 210) > 400.0, "only the tenth holds D2 back");
    for (giver, taker) in
        [((14.0, 28), (21.0, 42)), ((21.0, 42), (14.0, 28)), ((21.0, 42), (7.0, 14)), ((7.0, 14), (21.0, 42))]
    {
        assert!(worth(1, taker.0, taker.1 + 1) - worth(1, giver.0, giver.1) < 200.0 + 18.0 + 30.0);
    }
    let step = &r.summary["steps"]["transfer"];
    assert!((step["profit_cny"].as_f64().unwrap() - profit).abs() < 0.75, "{profit}");
    assert_eq!((step["cost_cny"].as_f64(), costs), (Some(33_520.0), 33_520.0));
}

/// Mean and interval of a key figure: 0 today, 1 the plan, 2 the difference.
fn figure(results: &Results, id: &str, of: usize) -> [f64; 3] {
    let row = results.tables["kpi.csv"].iter().find(|r| r[0] == id).unwrap_or_else(|| panic!("no key figure {id}"));
    [0, 1, 2].map(|k| row[3 + 3 * of + k].parse().unwrap())
}

#[test]
fn key_figures() {
    let results = results();
    let exact = |id: &str, today: f64, plan: f64| {
        for (of, right) in [(0, today), (1, plan)] {
            let [mean, low, high] = figure(&results, id, of);
            assert!((mean - right).abs() < 1e-6 && low == mean && high == mean, "{id}: {mean} for {right}");
        }
    };
    exact("fixed_cost", 40e6, 25e6);
    exact("one_off_cost", 0.0, 11e6 / 5.0);
    exact("stores", 4.0, 4.0);
    exact("coverage", 0.857_143, 0.857_143);
    exact("overlap", 0.291_667, 0.291_667);
    for of in [0, 1] {
        let [sales, lost] = ["sales", "lost"].map(|id| figure(&results, id, of));
        let (low, high) = (sales[1] + lost[1], sales[2] + lost[2]);
        assert!(low < 52.0 * 147.0 && 52.0 * 147.0 < high, "customers between {low} and {high}");
        let car = figure(&results, "contribution", of)[0] / sales[0];
        assert!((car / 12_000.0 - 1.0).abs() < 0.01, "a car earns {car}");
        let mean = |id: &str| figure(&results, id, of)[0];
        let costs = [
            "fixed_cost",
            "one_off_cost",
            "holding_cost",
            "age_discount",
            "lost_sales_cost",
            "freight_cost",
            "transfer_cost",
        ];
        let profit = mean("contribution") - costs.iter().map(|id| mean(id)).sum::<f64>();
        assert!((profit - mean("profit")).abs() <= 5.0, "{profit} by its parts, {}", mean("profit"));
    }
    let [_, low, high] = figure(&results, "profit", 2);
    let right = 40e6 - 25e6 - 11e6 / 5.0 - 21.0 * 52.0 * 90.0;
    assert!(low < right && right < high, "{right} outside {low} to {high}");
}
