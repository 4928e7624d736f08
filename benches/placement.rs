//! Placement: every bar of the classic problems beside raw HiGHS on the strong formulation, one thread, one run.
//!
//! `cargo bench --bench placement [-- GROUP…] [--peer-seconds S] [--seconds S]`, groups `median`, `tsplib`, `covering`,
//! `facility`, `koerkel`, `capture`, `mps` (all without a name but `tsplib`). CPU seconds of the solve alone, after
//! reading; the peer is stopped after `--peer-seconds` (20) of wall clock, ours after `--seconds` (60). Public instances
//! are read from ../shared/data/placement or FORECOURT_DATA/placement; a row says so when they are absent. The ratio is
//! the peer's CPU time over ours (`>` where the peer was stopped without a proof).

use forecourt::io::instances::{cfl, hm14, mps, orlib_cap, orlib_pmed, tsplib, ufllib};
use forecourt::lp::{self, Col, Programme, Status};
use forecourt::placement::compact::minimise;
use forecourt::placement::control::{End, Limits};
use forecourt::placement::costs::{Costs, Matrix, Plane};
use forecourt::placement::dice::Dice;
use forecourt::placement::{capture, covering, facility, median};
use forecourt::progress::Silent;
use std::path::PathBuf;
use std::time::Instant;

/// Seconds this process has spent on a processor; wall clock where the kernel does not tell.
fn cpu() -> f64 {
    std::fs::read_to_string("/proc/self/schedstat")
        .ok()
        .and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok())
        .map_or_else(|| START.with(|s| s.elapsed().as_secs_f64()), |ns| ns * 1e-9)
}

thread_local! {
    static START: Instant = Instant::now();
}

/// What one solver reached: objective, relative gap, CPU seconds, whether that is proved to be the optimum.
#[derive(Clone, Copy)]
struct Reached {
    objective: f64,
    gap: f64,
    seconds: f64,
    proved: bool,
}

struct Bench {
    data: PathBuf,
    limits: Limits,
    peer_seconds: f64,
    optima: Vec<Vec<String>>,
}

fn main() {
    let mut words: Vec<String> = std::env::args().skip(1).filter(|w| w != "--bench").collect();
    let mut option = |name: &str, usual: f64| match words.iter().position(|w| w == name) {
        Some(at) => {
            let value = words.get(at + 1).and_then(|w| w.parse().ok()).expect("a number of seconds follows the option");
            words.drain(at..at + 2);
            value
        }
        None => usual,
    };
    let (peer_seconds, seconds) = (option("--peer-seconds", 20.0), option("--seconds", 60.0));
    let root = std::env::var("FORECOURT_DATA").map_or_else(|_| PathBuf::from("../shared/data"), PathBuf::from);
    let data = root.join("placement");
    let optima = std::fs::read_to_string(data.join("optima.csv")).unwrap_or_default();
    let optima = optima.lines().skip(1).map(|l| l.split(',').map(str::to_owned).collect()).collect();
    let limits = Limits { seconds: Some(seconds), ..Limits::default() };
    let bench = Bench { data, limits, peer_seconds, optima };
    println!(
        "{:<34}{:>18}{:>10}{:>9} |{:>18}{:>10}{:>9} |{:>8}  known",
        "work", "ours", "gap %", "CPU s", "raw HiGHS", "gap %", "CPU s", "ratio"
    );
    let groups: [(&str, fn(&Bench)); 7] = [
        ("median", Bench::median),
        ("covering", Bench::covering),
        ("facility", Bench::facility),
        ("koerkel", Bench::koerkel),
        ("capture", Bench::capture),
        ("mps", Bench::mps),
        ("tsplib", Bench::tsplib),
    ];
    for (name, group) in groups {
        if words.iter().any(|w| w == name) || words.is_empty() && name != "tsplib" {
            group(&bench);
        }
    }
}

/// One line of the table.
fn row(work: &str, ours: Reached, peer: Option<Reached>, known: Option<f64>) {
    let side = |r: Reached| format!("{:>18.6}{:>10.4}{:>9.3}", r.objective, 100.0 * r.gap, r.seconds);
    let other = peer.map_or_else(|| format!("{:>18}{:>10}{:>9}", "", "", ""), side);
    let ratio = peer.map_or_else(String::new, |p| {
        let mark = if p.proved { "" } else { ">" };
        format!("{mark}{:.1}", p.seconds / ours.seconds.max(1e-4))
    });
    let verdict = match known {
        Some(k) if (ours.objective - k).abs() <= 1e-6 * k.abs().max(1.0) => {
            if ours.proved {
                format!("= {k}, proved")
            } else {
                format!("= {k}")
            }
        }
        Some(k) => format!("known {k}"),
        None if ours.proved => "proved".into(),
        None => String::new(),
    };
    println!("{work:<34}{} |{other} |{ratio:>8}  {verdict}", side(ours));
}

/// Runs a solver of ours; `judge` reads objective, gap and end.
fn ours<P>(solve: impl FnOnce() -> P, judge: impl Fn(&P) -> (f64, f64, End)) -> Reached {
    let start = cpu();
    let plan = solve();
    let seconds = cpu() - start;
    let (objective, gap, end) = judge(&plan);
    Reached { objective, gap, seconds, proved: end == End::Proved && gap <= 1e-6 }
}

impl Bench {
    fn known(&self, instance: &str, problem: &str, p: &str) -> Option<f64> {
        let hit = |r: &&Vec<String>| r[0] == instance && r[1].starts_with(problem) && (p.is_empty() || r[4] == p);
        self.optima.iter().find(hit)?[5].parse().ok()
    }

    fn file(&self, name: &str) -> Option<PathBuf> {
        let path = self.data.join(name);
        if !path.exists() {
            println!("{name}: not found under {}; skipped", self.data.display());
            return None;
        }
        Some(path)
    }

    /// HiGHS with its own settings on a complete model, one thread.
    fn peer(&self, programme: &Programme, seconds: f64) -> Reached {
        let limits = lp::Limits { gap: 1e-6, seconds: Some(seconds), ..lp::Limits::default() };
        let start = cpu();
        let answer = lp::solve(programme, &limits);
        let seconds = cpu() - start;
        match answer {
            Ok(s) => {
                let proved = s.status == Status::Optimal;
                Reached { objective: s.objective, gap: s.gap(), seconds, proved }
            }
            Err(_) => Reached { objective: f64::NAN, gap: f64::INFINITY, seconds, proved: false },
        }
    }

    fn place(&self, problem: &facility::Problem, limits: &Limits) -> Reached {
        ours(
            || facility::solve(problem, limits, &Silent).expect("the instance has an answer"),
            |p| (p.cost, p.gap(), p.end),
        )
    }

    fn median(&self) {
        let (mut seconds, mut wrong, mut count) = (0.0, 0, 0);
        for k in 1..=20 {
            let name = format!("pmed{k}");
            let Some(file) = self.file(&format!("pmed/{name}.txt")) else { return };
            let read = orlib_pmed::read(&file).expect("the file is well-formed");
            let distances = median::Distances::Matrix(read.distances);
            let table = median::Problem::new(distances, read.count).expect("p is in range");
            let own = ours(
                || median::solve(&table, &self.limits, &Silent).expect("the instance has an answer"),
                |p| (p.cost as f64, p.gap(), p.end),
            );
            seconds += own.seconds;
            count += 1;
            wrong += usize::from(Some(own.objective) != self.known(&name, "p-median", "") || !own.proved);
            if k == 15 || k == 20 {
                let peer = self.peer(&median::formulation::compact(&table), self.peer_seconds);
                row(&name, own, Some(peer), self.known(&name, "p-median", ""));
            }
        }
        println!(
            "{:<34}{:>18}{:>10}{seconds:>9.3} |  {} of {count} proved",
            "pmed1–20 together",
            "",
            "",
            count - wrong
        );
    }

    fn tsplib(&self) {
        for r in self.optima.iter().filter(|r| r[7].contains("DM2023")) {
            let Some(file) = self.file(&format!("tsplib/{}.tsp", r[0])) else { continue };
            let points = tsplib::read(&file).expect("the file is well-formed");
            let weights = vec![1; points.len()];
            let p: usize = r[4].parse().expect("p is a number");
            let plane = median::Distances::Plane(Plane::new(points, weights));
            let problem = median::Problem::new(plane, p).expect("p is in range");
            let own = ours(
                || median::solve(&problem, &self.limits, &Silent).expect("the instance has an answer"),
                |p| (p.cost as f64, p.gap(), p.end),
            );
            row(&format!("{} p {p} ({})", r[0], r[6]), own, None, r[5].parse().ok());
        }
    }

    /// Points uniform on the unit square, demand 1–100, seed 1.
    fn covering(&self) {
        let cases = [
            (10_000, 100, 0.08, 10, true),
            (100_000, 100, 0.08, 10, true),
            (1_000_000, 100, 0.08, 10, false),
            (100_000, 500, 0.06, 25, true),
            (1_000_000, 1000, 0.06, 40, false),
            (20_000_000, 100, 0.08, 10, false),
        ];
        for (points, sites, radius, p, peer) in cases {
            let mut dice = Dice::new(1);
            let places: Vec<[f64; 2]> = (0..sites).map(|_| [dice.unit(), dice.unit()]).collect();
            let mut collector = covering::Collector::new(places, radius).expect("the radius is a number");
            let start = cpu();
            for _ in 0..points {
                let point = [dice.unit(), dice.unit()];
                collector.add(point, 1 + dice.below(100) as i64);
            }
            let problem = collector.finish(p).expect("p is in range");
            let gathered = cpu() - start;
            let own = ours(
                || covering::solve(&problem, &self.limits, &Silent).expect("the instance has an answer"),
                |p| (p.covered as f64, p.gap(), p.end),
            );
            let raw = peer.then(|| {
                let r = self.peer(&points_model(points, sites, radius, p), self.peer_seconds);
                Reached { objective: -r.objective, ..r }
            });
            row(&format!("MCLP {points} x {sites} choose {p}"), own, raw, None);
            println!("{:<34}gathering {gathered:.3} CPU s, {} cells", "", problem.cells().clients());
        }
    }

    fn facility(&self) {
        let (mut mine, mut theirs, mut proved, mut count) = (0.0, 0.0, 0, 0);
        let names =
            ["41", "42", "43", "44", "51", "61", "62", "63", "64", "71", "72", "73", "74", "101", "102", "103", "104"];
        for k in names {
            let name = format!("cap{k}");
            let Some(file) = self.file(&format!("cap/{name}.txt")) else { return };
            for (uncapacitated, kind) in [(false, "CFLP"), (true, "UFLP")] {
                let reading = orlib_cap::Reading { uncapacitated, ..orlib_cap::Reading::default() };
                let problem = orlib_cap::read(&file, reading).expect("the file is well-formed");
                let own = self.place(&problem, &self.limits);
                let peer = self.peer(&facility::formulation::compact(&problem), self.peer_seconds);
                let known = self.known(&name, kind, "").unwrap_or(peer.objective);
                mine += own.seconds;
                theirs += peer.seconds;
                count += 1;
                proved += usize::from(own.proved && (own.objective - known).abs() <= 1e-6 * known);
            }
        }
        println!(
            "{:<34}{:>18}{:>10}{mine:>9.3} |{:>18}{:>10}{theirs:>9.3} |{:>8.1}  {proved} of {count} proved",
            "cap41–104, CFLP and UFLP together",
            "",
            "",
            "",
            "",
            theirs / mine
        );
        if let Some(file) = self.file("cap/capa.txt") {
            for capacity in [Some(8000.0), Some(10_000.0), Some(12_000.0), Some(14_000.0), None] {
                let uncapacitated = capacity.is_none();
                let reading = orlib_cap::Reading { uncapacitated, capacity, single_source: false };
                let problem = orlib_cap::read(&file, reading).expect("the file is well-formed");
                let known = if uncapacitated { self.known("capa", "UFLP", "") } else { None };
                let label = capacity.map_or("capa uncapacitated".into(), |c| format!("capa {c}"));
                self.both(&label, &problem, known);
            }
        }
        for name in ["T100x100_3_1", "T100x100_5_1", "T200x100_5_1"] {
            let Some(file) = self.file(&format!("cfl/{name}.cfl")) else { continue };
            self.both(name, &cfl::read(&file, false).expect("the file is well-formed").problem, None);
        }
        let label = "200 x 200, ratio 5, seed 1";
        self.both(label, &cornuejols(200, 200, 5.0, 1), None);
    }

    fn both(&self, label: &str, problem: &facility::Problem, known: Option<f64>) {
        let own = self.place(problem, &self.limits);
        row(label, own, Some(self.peer(&facility::formulation::compact(problem), self.peer_seconds)), known);
    }

    /// Both solvers stopped at the same clock: two seconds, and the peer's limit.
    fn koerkel(&self) {
        for name in ["ga250a-1", "gs250a-1", "ga250b-1"] {
            let Some(file) = self.file(&format!("ufl/{name}")) else { continue };
            let problem = ufllib::read(&file).expect("the file is well-formed");
            let model = facility::formulation::compact(&problem);
            for seconds in [2.0, self.peer_seconds] {
                let own = self.place(&problem, &Limits { seconds: Some(seconds), ..Limits::default() });
                let peer = self.peer(&model, seconds);
                row(&format!("{name}, {seconds} s"), own, Some(peer), self.known(name, "UFLP KG", ""));
            }
        }
    }

    fn capture(&self) {
        let Some(file) = self.file("capture/HM14_800_25.data") else { return };
        let mut times = Vec::new();
        let mut peers = 0;
        for r in self.optima.iter().filter(|r| r[0].starts_with("HM14_800_25")) {
            let number = |key: &str| r[0].split('|').find_map(|w| w.strip_prefix(key)?.parse::<f64>().ok());
            let (Some(beta), Some(alpha)) = (number("beta="), number("alpha=")) else { continue };
            let count = r[4].parse().expect("p is a number");
            let reading = hm14::Reading { alpha, beta, count, block: 1 };
            let problem = hm14::read(&file, reading).expect("the file is well-formed");
            let own = ours(
                || capture::solve(&problem, &self.limits, &Silent).expect("the instance has an answer"),
                |p| (p.captured, p.gap(), p.end),
            );
            times.push(own.seconds);
            // The linear model is slow: one row in five is enough to see the ratio.
            let peer = (times.len() % 5 == 1).then(|| {
                peers += 1;
                let r = self.peer(&shares_model(&problem), self.peer_seconds);
                Reached { objective: -r.objective, ..r }
            });
            row(&format!("HM14 beta {beta} alpha {alpha} p {count}"), own, peer, r[5].parse().ok());
        }
        times.sort_by(f64::total_cmp);
        let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
        println!("{:<34}median {median:.3}, longest {worst:.3} CPU s of {}", "HM14_800_25", times.len());
    }

    fn mps(&self) {
        let Some(file) = self.file("highs_wrong_optimum_mcp.mps") else { return };
        let read = mps::read(&file).expect("the file is well-formed");
        let round = |x: &[f64]| Some(x.iter().map(|v| v.round()).collect());
        let own = ours(
            || minimise(&read.programme, read.decisions, 0.0, Box::new(round), &self.limits, &Silent),
            |s| match s {
                Ok(s) => {
                    let value = s.best.as_ref().map_or(f64::INFINITY, |b| b.0);
                    (value, (value - s.outcome.bound).abs() / value.abs(), s.outcome.end)
                }
                Err(_) => (f64::NAN, f64::INFINITY, End::Interrupted),
            },
        );
        row("highs_wrong_optimum_mcp", own, Some(self.peer(&read.programme, self.peer_seconds)), None);
    }
}

/// The compact model of covering over the points themselves, as a user of a general solver would write it.
fn points_model(points: usize, sites: usize, radius: f64, p: usize) -> Programme {
    let mut dice = Dice::new(1);
    let places: Vec<[f64; 2]> = (0..sites).map(|_| [dice.unit(), dice.unit()]).collect();
    let mut model = Programme::new();
    let y: Vec<Col> = (0..sites).map(|_| model.binary(0.0)).collect();
    for _ in 0..points {
        let point = [dice.unit(), dice.unit()];
        let z = model.column(-((1 + dice.below(100)) as f64), 0.0, 1.0);
        let reach = |s: &[f64; 2]| (s[0] - point[0]).powi(2) + (s[1] - point[1]).powi(2) <= radius * radius;
        let sites = places.iter().zip(&y).filter(|e| reach(e.0)).map(|e| (*e.1, -1.0));
        model.at_most(0.0, sites.chain([(z, 1.0)]));
    }
    model.equal(p as f64, y.iter().map(|&c| (c, 1.0)));
    model
}

/// Maximum capture as a linear model over shares (Haase 2009, with the tight `open` rows): z_ij ≤ a_ij z_0j,
/// z_ij ≤ a_ij / (1 + a_ij) y_i, z_0j + Σ_i z_ij = 1.
fn shares_model(problem: &capture::Problem) -> Programme {
    let problem = problem.merged();
    let mut p = Programme::new();
    let y: Vec<Col> = (0..problem.sites()).map(|_| p.binary(0.0)).collect();
    for j in 0..problem.customers() {
        let row = problem.row(j);
        let none = p.column(0.0, 0.0, 1.0);
        let z: Vec<Col> = row.iter().map(|_| p.column(-problem.demand(j), 0.0, 1.0)).collect();
        p.equal(1.0, z.iter().map(|&c| (c, 1.0)).chain([(none, 1.0)]));
        for ((&share, &a), &open) in z.iter().zip(row).zip(&y) {
            p.at_most(0.0, [(share, 1.0), (none, -a)]);
            p.at_most(0.0, [(share, 1.0), (open, -a / (1.0 + a))]);
        }
    }
    p.equal(problem.count() as f64, y.iter().map(|&c| (c, 1.0)));
    p
}

/// Capacitated instances after Cornuéjols, Sridharan and Thizy (1991): points on the unit square, demand 5–35, capacity
/// 10–160 times a factor for the ratio of capacity to demand, fixed cost U[0, 90] + U[100, 110] √capacity, serving cost
/// 10 times demand times distance.
fn cornuejols(m: usize, n: usize, ratio: f64, seed: u64) -> facility::Problem {
    let mut dice = Dice::new(seed);
    let mut place = |count: usize| (0..count).map(|_| [dice.unit(), dice.unit()]).collect::<Vec<_>>();
    let (sites, clients) = (place(m), place(n));
    let demand: Vec<f64> = (0..n).map(|_| (5.0 + 30.0 * dice.unit()).round()).collect();
    let draft: Vec<f64> = (0..m).map(|_| 10.0 + 150.0 * dice.unit()).collect();
    let factor = ratio * demand.iter().sum::<f64>() / draft.iter().sum::<f64>();
    let of_site: Vec<f64> = draft.iter().map(|s| (factor * s).round()).collect();
    let scale = 1e4;
    let fixed = of_site.iter().map(|s| (scale * (90.0 * dice.unit() + (100.0 + 10.0 * dice.unit()) * s.sqrt())) as i64);
    let fixed: Vec<i64> = fixed.collect();
    let mut costs = Vec::with_capacity(m * n);
    for (c, d) in clients.iter().zip(&demand) {
        costs.extend(sites.iter().map(|s| (scale * 10.0 * d * (s[0] - c[0]).hypot(s[1] - c[1])) as i64));
    }
    let capacity = facility::Capacity { of_site, demand, single_source: false };
    facility::Problem::new(fixed, Matrix::new(m, costs), Some(capacity), 4).expect("the ratio is above one")
}
