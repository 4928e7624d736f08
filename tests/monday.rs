//! The Monday plan on variants of scenarios/tiny: what orders and transfers know of each other, of stores that end, of
//! limits, plants, carriers and of models without a past. Figures are derived beside the assertions.

use forecourt::ids::{ModelId, SiteId};
use forecourt::io::scenario::read;
use forecourt::lp::Stop;
use forecourt::planning::{
    Basis, Cargo, Goods, Ground, Moved, NetworkState, Options, Replenishment, Transfers, assess, replenish, simulate,
    today_and_plan, transfer,
};
use forecourt::progress::Silent;
use forecourt::replenishment::problem::Cell;
use forecourt::scenario::Scenario;
use forecourt::simulation::outcome::Measure;
use std::collections::BTreeMap;
use std::path::Path;

/// A change of a file: its name, the text that is replaced (all of it when empty: appended), what stands there then.
type Change<'a> = (&'a str, &'a str, &'a str);

fn tiny(changes: &[Change]) -> Scenario {
    let home = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/tiny")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let mut text = std::fs::read_to_string(&path).unwrap();
        for (_, old, new) in changes.iter().filter(|c| c.0 == name) {
            if old.is_empty() {
                text.push_str(new);
            } else {
                assert!(text.contains(old), "{old:?} in {name}");
                text = text.replace(old, new);
            }
        }
        std::fs::write(home.path().join(name), text).unwrap();
    }
    read(home.path()).unwrap_or_else(|faults| panic!("{faults}")).0
}

fn options() -> Options {
    Options { seed: 1, replications: 4, precision: None, threads: None, seconds: None, stop: Stop::new() }
}

/// A scenario with today's network and one that is given: open stores with their formats, and moves.
struct World<'a> {
    ground: Ground<'a>,
    today: NetworkState,
    plan: NetworkState,
}

impl<'a> World<'a> {
    fn new(scenario: &'a Scenario, open: &[(&str, &str)], moves: &[(&str, &str)]) -> Self {
        let ground = Ground::new(scenario, &Silent);
        let format = |code: &str| scenario.network.formats.iter().find(|f| f.1.code == code).unwrap().0;
        let open: BTreeMap<_, _> = open.iter().map(|(s, f)| (site(scenario, s), format(f))).collect();
        let moves: Vec<_> = moves.iter().map(|(a, b)| (site(scenario, a), site(scenario, b))).collect();
        let placement = assess(&ground, &open, &moves).unwrap();
        let (today, plan) = today_and_plan(&ground, &placement);
        Self { ground, today, plan }
    }
    /// The plan of docs/tiny.md: C1 opens, D4 closes.
    fn of(scenario: &'a Scenario) -> Self {
        Self::new(scenario, &[("D1", "4S"), ("D2", "4S"), ("D3", "CITY"), ("C1", "4S")], &[])
    }
    fn transfers(&self) -> Transfers {
        transfer(&self.ground, &self.today, &self.plan, &options(), &Silent).unwrap()
    }
    fn orders(&self, moves: &[Moved]) -> Replenishment {
        replenish(&self.ground, &self.plan, moves, None, &options(), &Silent).unwrap()
    }
    fn code(&self, site: SiteId) -> &str {
        &self.ground.scenario.network.sites[site].code
    }
}

fn site(scenario: &Scenario, code: &str) -> SiteId {
    scenario.network.sites.iter().find(|s| s.1.code == code).unwrap().0
}

fn model(scenario: &Scenario, code: &str) -> ModelId {
    scenario.catalogue.models.iter().find(|m| m.1.code == code).unwrap().0
}

fn cell<'r>(world: &World, made: &'r Replenishment, at: &str, which: &str) -> &'r Cell {
    let key = (site(world.ground.scenario, at), model(world.ground.scenario, which));
    let found = (0..made.problem.data().cells.len()).find(|&c| made.cell(c) == key);
    &made.problem.data().cells[found.unwrap_or_else(|| panic!("no cell {at} {which}"))]
}

fn ordered(world: &World, made: &Replenishment, at: &str, which: &str) -> u32 {
    let key = (site(world.ground.scenario, at), model(world.ground.scenario, which));
    made.plan.orders.iter().filter(|o| made.cell(o.cell) == key).map(|o| o.cars).sum()
}

/// Cars taken by a dealer, by model.
fn taken(world: &World, moved: &[Moved], at: &str, which: &str) -> u32 {
    let key = (site(world.ground.scenario, at), model(world.ground.scenario, which));
    moved.iter().filter(|m| (m.to, m.model) == key).map(|m| m.cars).sum()
}

/// P(Poisson(mean) ≤ k).
fn at_most(mean: f64, k: u32) -> f64 {
    let (mut term, mut sum) = ((-mean).exp(), 0.0);
    for i in 0..=k {
        sum += term;
        term *= mean / f64::from(i + 1);
    }
    sum
}

/// What the demand of a mean may exceed it by: 95 % point less mean.
fn beyond(mean: f64) -> f64 {
    f64::from((0..10_000).find(|&k| at_most(mean, k) >= 0.95).unwrap()) - mean
}

#[test]
fn orders_are_planned_on_the_stock_after_the_transfers() {
    let scenario = tiny(&[]);
    let world = World::of(&scenario);
    let moved = world.transfers().moved();
    let (before, after) = (world.orders(&[]), world.orders(&moved));
    // D4 closes and sends its 28 M1 and 14 M2 to C1, where nothing stands: there in week 0, no longer at D4.
    assert_eq!((taken(&world, &moved, "C1", "M1"), taken(&world, &moved, "C1", "M2")), (28, 14));
    assert_eq!(cell(&world, &after, "C1", "M1").pipeline, [28, 0, 0, 0]);
    assert_eq!(cell(&world, &after, "C1", "M2").pipeline, [14, 0, 0, 0]);
    // D2 gives a tenth of its 280 cars.
    assert_eq!(cell(&world, &after, "D2", "M1").stock, [238 - 28]);
    let cars = |made: &Replenishment| -> u32 {
        made.problem.data().cells.iter().map(|c| c.stock.iter().chain(&c.pipeline).sum::<u32>()).sum()
    };
    let tables: u32 = scenario.stock.iter().map(|l| l.cars).chain(scenario.in_transit.iter().map(|a| a.cars)).sum();
    assert_eq!(cars(&after), tables, "no car is lost or made");
    // Every slot is used with and without; what the transfers brought to C1 is ordered for others.
    assert!(ordered(&world, &after, "D2", "M1") > ordered(&world, &before, "D2", "M1"));
}

#[test]
fn a_transfer_that_does_not_fit_is_refused() {
    let scenario = tiny(&[]);
    let world = World::of(&scenario);
    let (d4, c2) = (site(&scenario, "D4"), site(&scenario, "C2"));
    let m = Moved { from: d4, to: c2, model: model(&scenario, "M1"), age_days: 20, cars: 1 };
    let error = replenish(&world.ground, &world.plan, &[m], None, &options(), &Silent).err().unwrap().to_string();
    assert!(error.contains("run `forecourt transfer` again"), "{error}");
}

#[test]
fn cars_on_the_road_to_a_store_that_closes_go_to_the_nearest_that_sells_them() {
    let scenario = tiny(&[("in_transit.csv", "", "D4,M1,2026-07-06,10\n")]);
    let world = World::of(&scenario);
    let made = world.orders(&world.transfers().moved());
    // C1 is 90 km from D4, D2 and D3 are 240 km away.
    assert_eq!(cell(&world, &made, "C1", "M1").pipeline, [28, 10, 0, 0]);
    let sent: Vec<_> = made.goods.redirected.iter().map(|r| (world.code(r.from), r.to, r.cars, r.cargo)).collect();
    let week = scenario.in_transit.iter().find(|a| a.site == site(&scenario, "D4")).unwrap().week;
    assert_eq!(sent, [("D4", Some(site(&scenario, "C1")), 10, Cargo::Road(week))]);
    // The transfers count on them too: C1 wants 58 M1 until new cars come and beyond, and 10 are on their way.
    let t = world.transfers();
    let c1 = t.problem.data().cells.iter().find(|c| t.dealers[c.dealer] == site(&scenario, "C1") && c.model == 0);
    assert_eq!(c1.unwrap().gain.len(), 48);
}

#[test]
fn what_transfers_leave_at_a_store_that_closes_goes_on() {
    // No transfer reaches farther than 50 km, and C1 has room for 30 cars.
    let scenario = tiny(&[
        ("scenario.toml", "radius_km = 100", "radius_km = 50"),
        (
            "sites.csv",
            "C1,Epsilon 4S,艾普西隆4S店,candidate,4S,Z5,32.6,114,5000,200",
            "C1,Epsilon 4S,艾普西隆4S店,candidate,4S,Z5,32.6,114,5000,30",
        ),
    ]);
    let world = World::of(&scenario);
    let moved = world.transfers().moved();
    assert_eq!(taken(&world, &moved, "C1", "M1"), 0);
    let made = world.orders(&moved);
    // 28 M1 and 2 M2 fill C1; of D2 and D3, both 240 km away, D2 stands first and has room for the other 12.
    assert_eq!(cell(&world, &made, "C1", "M1").pipeline, [28, 0, 0, 0]);
    assert_eq!(cell(&world, &made, "C1", "M2").pipeline, [2, 0, 0, 0]);
    assert_eq!(cell(&world, &made, "D2", "M2").pipeline, [12, 0, 0, 0]);
    let costs: Vec<f64> = made.goods.redirected.iter().map(|r| r.cost.major()).collect();
    assert_eq!(costs, [28.0 * 470.0, 2.0 * 470.0, 12.0 * 920.0]);
    // The simulated network does the same: 42 cars leave D4, at that cost.
    let sim = simulate(&world.ground, &world.today, &world.plan, None, &options(), &Silent).unwrap();
    let d4 = sim.dealers.binary_search(&site(&scenario, "D4")).unwrap();
    let out = |o: &forecourt::simulation::outcome::Outcome| o.dealers[d4].mean(Measure::TransfersOut);
    assert!((out(&sim.plan) - 42.0).abs() < 1e-9, "{}", out(&sim.plan));
}

#[test]
fn a_store_that_moves_takes_its_cars_along() {
    let scenario = tiny(&[("sites.csv", "5000000,5000000,0,0,Group B", "5000000,5000000,0,0,Group A")]);
    let world = World::new(&scenario, &[("C2", "CITY"), ("D2", "4S"), ("D3", "CITY"), ("D4", "4S")], &[("D1", "C2")]);
    let goods = Goods::of(&world.ground, &world.plan);
    let (d1, c2) = (site(&scenario, "D1"), site(&scenario, "C2"));
    assert!(goods.stock.iter().all(|l| l.site != d1) && goods.arrivals.iter().all(|a| a.site != d1));
    let made = world.orders(&[]);
    assert_eq!(cell(&world, &made, "C2", "M2").stock, [28]);
    assert_eq!(cell(&world, &made, "C2", "M1").pipeline, [0, 28, 0, 0]);
    assert!(made.goods.redirected.iter().all(|r| r.to == Some(c2) && r.cost.major() == 0.0));
}

#[test]
fn transfers_leave_room_for_what_is_on_the_road_and_stay_within_the_credit_line() {
    // D3 has 60 places; 42 cars stand there and 14 arrive in the first week.
    let scenario = tiny(&[("sites.csv", "2500,100,40000000,4000000,0,", "2500,60,40000000,4000000,0,")]);
    let world = World::of(&scenario);
    assert!(taken(&world, &world.transfers().moved(), "D3", "M1") <= 4);
    // D1 holds 28 M2 of 200,000; in the second week 14 of them are sold and 28 M1 of 120,000 arrive: 6,160,000. A line of
    // 7,000,000 pays for seven more M1.
    let scenario = tiny(&[("sites.csv", "Z1,30.0,114,5000,300,100000000", "Z1,30.0,114,5000,300,7000000")]);
    let world = World::of(&scenario);
    let t = world.transfers();
    assert_eq!(taken(&world, &t.moved(), "D1", "M1"), 7);
    assert!(t.plan.objective <= t.plan.bound && !t.plan.held_back.is_empty());
}

#[test]
fn a_dealer_is_offered_what_it_lacks() {
    let scenario = tiny(&[]);
    let world = World::of(&scenario);
    let t = world.transfers();
    let offer = |at: &str, m: usize| {
        t.problem
            .data()
            .cells
            .iter()
            .find(|c| world.code(t.dealers[c.dealer]) == at && c.model == m)
            .unwrap()
            .gain
            .len()
    };
    // 15/7 weeks until new cars come and two weeks more: 29/7 weeks. D1 sells 28 M1 a week: 116, of which 28 are on the
    // road; D3 14: 58, and holds 42; D2 holds far more than its 174 and is offered the least, six.
    assert_eq!((offer("D1", 0), offer("D3", 0), offer("D2", 0)), (88, 16, 6));
}

#[test]
fn safety_stock_follows_the_plants_that_build_the_model_and_the_weeks_it_covers() {
    // A second plant next to the first builds M2; the first, which builds M1, moves 10 degrees south without lanes of its
    // own: more than 1,000 km of road, 8 days, 2 weeks. M1 is two weeks on the road, M2 one.
    let lanes =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/tiny/lanes.csv")).unwrap();
    let own: String = lanes.lines().filter(|l| l.starts_with("P1")).map(|l| format!("{l}\n")).collect();
    let other = own.replace("P1", "P2");
    let far = "P1,Plant,工厂,plant,,Z2,31.2,114,100000,5000,,,,,,Maker,0,24,free\n";
    let two = "P1,Plant,工厂,plant,,,21.2,114,100000,5000,,,,,,Maker,0,24,free\nP2,Plant 2,二厂,plant,,,31.2,114,100000,5000,,,,,,Maker,0,24,free\n";
    let scenario = tiny(&[
        ("sites.csv", far, two),
        ("lanes.csv", &own, &other),
        ("supply.csv", "P1,M2", "P2,M2"),
        ("scenario.toml", "weeks = 4", "weeks = 6"),
    ]);
    let world = World::of(&scenario);
    let made = world.orders(&[]);
    assert_eq!(cell(&world, &made, "D1", "M1").safety, [beyond(4.0 * 28.0); 6]);
    assert_eq!(cell(&world, &made, "D1", "M2").safety, [beyond(3.0 * 14.0); 6]);
}

/// Two years in which a week of August and September sells twice as many cars: the safety stock of a week looks at the
/// weeks it must cover, not at the average of the horizon.
#[test]
fn safety_stock_rises_before_the_season() {
    let day = |w: i64| jiff::civil::date(2026, 6, 29).saturating_sub(jiff::Span::new().days(7 * w));
    let mut sales = String::from("site_id,model_id,week_start,sold_cars\n");
    for w in 1..=104 {
        for (dealer, cars) in [("D1", 28), ("D2", 42), ("D3", 14), ("D4", 14)] {
            let times = if (8..=9).contains(&day(w).month()) { 2 } else { 1 };
            sales += &format!("{dealer},M1,{0},{1}\n{dealer},M2,{0},{2}\n", day(w), cars * times, cars / 2 * times);
        }
    }
    let old = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/tiny/sales.csv")).unwrap();
    let supply: String = (4..12)
        .map(|w| {
            let monday = jiff::civil::date(2026, 6, 29).saturating_add(jiff::Span::new().days(7 * w));
            format!("P1,M1,{monday},112\nP1,M2,{monday},56\n")
        })
        .collect();
    let scenario =
        tiny(&[("sales.csv", &old, &sales), ("scenario.toml", "weeks = 4", "weeks = 12"), ("supply.csv", "", &supply)]);
    let world = World::of(&scenario);
    let made = world.orders(&[]);
    assert!(
        world.ground.forecast.dispersion < 1e-6,
        "every dealer keeps its part: {}",
        world.ground.forecast.dispersion
    );
    let c = cell(&world, &made, "D2", "M1");
    for week in 0..8 {
        let mean: f64 = c.demand[week + 1..week + 4].iter().sum();
        assert!((c.safety[week] - beyond(mean)).abs() < 1e-6, "week {week}: {} for {mean}", c.safety[week]);
    }
    // Week 3 covers the weeks from 27 July on, of which two are August's; week 0 those before.
    assert!(c.safety[3] > c.safety[0] + 1.0, "{:?}", c.safety);
}

#[test]
fn the_road_is_paid_once() {
    let scenario = tiny(&[("lanes.csv", "P1,D2,120,2,", "P1,D2,120,2,250")]);
    let world = World::of(&scenario);
    let made = world.orders(&[]);
    let data = made.problem.data();
    for lane in &data.lanes {
        let on_carrier = data.carriers.iter().any(|k| k.dealers.contains(&lane.dealer));
        // 300 on a carrier, which is paid for the road; where the table names a freight, that and no carrier.
        let expected = if world.code(made.dealers[lane.dealer]) == "D2" { (250.0, false) } else { (300.0, true) };
        assert_eq!((lane.cost, on_carrier), expected);
    }
}

#[test]
fn each_group_has_the_class_that_carries_its_week_for_least() {
    // The North takes 126 slots a week over 140 km: 16 runs of 8 at 1,920 or 11 of 12 at 900 + 8 · 140 = 2,020. The South
    // takes 21 over 210 km: 3 runs of 8 at 2,480 or 2 of 12 at 2,580. A class on which no SUV fits is no choice.
    let more = "Z12,Long,长,12,8,900,0.75\nA1,Small,小,0.5,0.01,1,0.75\n";
    let scenario = tiny(&[("carriers.csv", "", more)]);
    let world = World::of(&scenario);
    let made = world.orders(&[]);
    let classes: Vec<(f64, f64)> = made.problem.data().carriers.iter().map(|k| (k.capacity, k.cost)).collect();
    assert_eq!(classes, [(12.0, 2_020.0), (12.0, 2_580.0)]);
    // At a trip twice as dear the South keeps the smaller one.
    let scenario = tiny(&[("carriers.csv", "", "Z12,Long,长,12,8,2200,0.75\n")]);
    let world = World::of(&scenario);
    let classes: Vec<f64> = world.orders(&[]).problem.data().carriers.iter().map(|k| k.capacity).collect();
    // North: 11 · 3,320 = 36,520 against 30,720; South: 2 · 3,880 = 7,760 against 7,440.
    assert_eq!(classes, [8.0, 8.0]);
}

#[test]
fn a_model_that_was_never_sold_is_asked_for_like_its_segment() {
    let supply = "P1,M3,2026-06-29,50\nP1,M3,2026-07-06,50\nP1,M3,2026-07-13,50\nP1,M3,2026-07-20,50\n";
    let scenario =
        tiny(&[("models.csv", "", "M3,New,新,family,electric,150000,12000,1,25,8000\n"), ("supply.csv", "", supply)]);
    let world = World::of(&scenario);
    let m3 = model(&scenario, "M3");
    // 98 M1 and 49 M2 a week: 73.5. D1 sells 42 of 147 cars: 21 a week.
    assert!((world.ground.forecast.national[m3].mean[0] - 73.5).abs() < 1e-9);
    let c = cell(&world, &world.orders(&[]), "D1", "M3").clone();
    assert!(c.demand.iter().all(|d| (d - 21.0).abs() < 1e-6), "{:?}", c.demand);
    assert!(world.ground.analogues.iter().any(|a| (a.site, a.model, a.basis) == (None, Some(m3), Basis::Segment)));
}

#[test]
fn a_dealer_that_sold_nothing_is_taken_as_a_new_store() {
    let old = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/tiny/sales.csv")).unwrap();
    let without: String = old.lines().filter(|l| !l.starts_with("D1")).map(|l| format!("{l}\n")).collect();
    let scenario = tiny(&[("sales.csv", &old, &without)]);
    let world = World::of(&scenario);
    // The market model gives D1 42 cars a week, two M1 for every M2, as it sold before.
    let made = world.orders(&[]);
    assert!(cell(&world, &made, "D1", "M1").demand.iter().all(|d| (d - 28.0).abs() < 1e-6));
    assert!(cell(&world, &made, "D1", "M2").demand.iter().all(|d| (d - 14.0).abs() < 1e-6));
    let d1 = site(&scenario, "D1");
    assert!(world.ground.analogues.iter().any(|a| (a.site, a.model, a.basis) == (Some(d1), None, Basis::Market)));
}

/// The South (D4) sold one M1 in eight weeks and no M2. With two M2 sold in the nation a zero says nothing: D4 gets its
/// part. With 280 it says that M2 is not asked for there.
#[test]
fn no_sales_of_a_model_are_a_sign_only_where_some_were_to_be_expected() {
    let old = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/tiny/sales.csv")).unwrap();
    let few: String = old
        .lines()
        .filter(|l| !l.contains(",M2,") || l.starts_with("D1,M2,2026-05-04"))
        .map(|l| format!("{}\n", l.replace("D1,M2,2026-05-04,14", "D1,M2,2026-05-04,2")))
        .collect();
    let scenario = tiny(&[("sales.csv", &old, &few)]);
    let ground = Ground::new(&scenario, &Silent);
    let (d4, m2) = (site(&scenario, "D4"), model(&scenario, "M2"));
    let basis = |g: &Ground| g.analogues.iter().find(|a| (a.site, a.model) == (Some(d4), Some(m2))).map(|a| a.basis);
    assert_eq!(basis(&ground), Some(Basis::DealersPart));
    // D4 sold 112 of 786 cars; with its part the parts of M2 add up to one again.
    let part = 112.0 / 786.0;
    assert!(
        (ground.forecast.share[(d4, m2)] - part / (1.0 + part)).abs() < 1e-3,
        "{}",
        ground.forecast.share[(d4, m2)]
    );
    let sum: f64 = scenario.network.sites.ids().map(|s| ground.forecast.share[(s, m2)]).sum();
    assert!((sum - 1.0).abs() < 1e-12);
    let many: String = old.lines().filter(|l| !l.starts_with("D4,M2")).map(|l| format!("{l}\n")).collect();
    let scenario = tiny(&[("sales.csv", &old, &many)]);
    let ground = Ground::new(&scenario, &Silent);
    assert_eq!(basis(&ground), Some(Basis::NotAskedFor));
    assert_eq!(ground.forecast.share[(d4, m2)], 0.0);
}
