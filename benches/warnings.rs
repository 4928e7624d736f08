//! How good the warnings are, scored where the truth is known: `cargo bench --bench warnings [-- RUNS]` (20 by default). Prints a
//! table and writes it to results/warnings_score.md.
//!
//! Generator, the market of the product's simulation: 22 regions × 3 dealers × 20 models; customers of a cell in a week are
//! Poisson with mean base × season (by days) × a national factor of the model's month (log-normal, deviation 0.1,
//! persistence 0.8) × a gamma factor of the cell's month (variance 0.018, as measured between provinces). The forecaster
//! sees 156 weeks of customers and knows none of this; the oracle knows every base, season and variance and the national
//! factor of the month that was, but no draw to come. Stocks are those of a base-stock policy that runs for 26 weeks more.

use forecourt::demand::forecast::hindsight::Spread;
use forecourt::evaluation::monitor::{Band, Demand, Outlook, Rule, Score, built_in, score, stock_out, transfer_chance};
use forecourt::rolling::{BaseStock, Knowledge, Ledger, Link, Model, Move, Period, Planner, Seen, World, run};
use forecourt::stats::interval::of_floats;
use forecourt::stats::normal;
use forecourt::stats::poisson::{Ladder, gamma_factor};
use forecourt::stats::stream::{Key, Purpose};
use jiff::Span;
use jiff::civil::{Date, date};
use rayon::prelude::*;
use std::fmt::Write as _;
use std::path::Path;

const DEALERS: usize = 66;
const MODELS: usize = 20;
const CELLS: usize = DEALERS * MODELS;
const PAST: usize = 156;
const WEEKS: usize = 26;
/// Weeks that an order takes in the loop: what is ordered now serves the customers of the fourth week from now.
const LEAD: usize = 4;
const CELL_MONTH: f64 = 0.018;
const NATIONAL: f64 = 0.1;
const PERSISTENCE: f64 = 0.8;
/// Season by month (measured in Chinese sales, January to December).
const SEASON: [f64; 12] = [1.15, 0.58, 0.87, 0.84, 0.92, 0.87, 0.92, 1.03, 1.10, 1.02, 1.15, 1.55];

fn first() -> Date {
    date(2023, 1, 2)
}

fn monday(week: usize) -> Date {
    first().saturating_add(Span::new().days(7 * week as i64))
}

/// The month that most of a week lies in, counted from the start.
fn month(week: usize) -> usize {
    let middle = monday(week).saturating_add(Span::new().days(3));
    (middle.year() - 2023) as usize * 12 + (middle.month() - 1) as usize
}

/// Season of a week, by its days.
fn season(week: usize) -> f64 {
    let day = |d: i64| monday(week).saturating_add(Span::new().days(d)).month();
    (0..7).map(|d| SEASON[(day(d) - 1) as usize]).sum::<f64>() / 7.0
}

fn stream(replication: u32, entity: usize, day: usize) -> forecourt::stats::stream::Stream {
    Key { seed: 11, purpose: Purpose::Sampling, replication, entity: entity as u64, day: day as u32 }.stream()
}

/// A national factor of mean one.
fn factor(x: f64) -> f64 {
    (x - 0.5 * NATIONAL * NATIONAL).exp()
}

/// The truth and what came of it.
struct Case {
    base: Vec<f64>,
    /// Logarithm of each model's national factor, by month, before its mean is set to one.
    national: Vec<Vec<f64>>,
    past: Vec<u16>,
    demand: Vec<u16>,
    world: World,
    knowledge: Knowledge,
}

fn case(replication: u32) -> Case {
    let base: Vec<f64> =
        (0..CELLS).map(|c| 2.0 * gamma_factor(0.8, &mut stream(replication, c, 10_000)) + 0.1).collect();
    let ladder = Ladder::new();
    let months = month(PAST + WEEKS) + 1;
    let of = |entity: usize, k: f64| -> Vec<f64> {
        (0..months).map(|m| gamma_factor(k, &mut stream(replication, entity, 20_000 + m))).collect()
    };
    let cells: Vec<Vec<f64>> = (0..CELLS).map(|c| of(c, CELL_MONTH)).collect();
    let walk = |m: usize| {
        let mut x = 0.0;
        let step = |t: usize| {
            let z = normal::quantile(stream(replication, CELLS + m, 20_000 + t).unit());
            x = if t == 0 {
                NATIONAL * z
            } else {
                PERSISTENCE * x + NATIONAL * (1.0 - PERSISTENCE * PERSISTENCE).sqrt() * z
            };
            x
        };
        (0..months).map(step).collect()
    };
    let national: Vec<Vec<f64>> = (0..MODELS).map(walk).collect();
    let mut all = Vec::with_capacity((PAST + WEEKS) * CELLS);
    for week in 0..PAST + WEEKS {
        let (t, season) = (month(week), season(week));
        for c in 0..CELLS {
            let mean = base[c] * season * cells[c][t] * factor(national[c / DEALERS][t]);
            all.push(ladder.draw(mean, &mut stream(replication, c, week)) as u16);
        }
    }
    let demand = all.split_off(PAST * CELLS);
    let region: Vec<usize> = (0..DEALERS).map(|d| d / 3).collect();
    let price = 120_000.0;
    let model = Model { price, holding: price * (0.05 + 0.18) / 52.0, lost: 0.125 * price };
    let links = (0..DEALERS)
        .map(|d| (0..3).map(|k| d / 3 * 3 + k).filter(|&j| j != d).map(|donor| Link { donor, cost: 650.0 }).collect())
        .collect();
    let now = season(PAST);
    let world = World {
        models: vec![model; MODELS],
        lead: vec![LEAD; DEALERS],
        links,
        share: 0.1,
        discount: vec![(0, 0.0), (9, 0.01), (13, 0.025), (18, 0.05), (26, 0.08)],
        stock: base.iter().map(|b| (2.0 * b * now).round() as u32).collect(),
        pipeline: base.iter().map(|b| vec![(b * now).round() as u32; LEAD]).collect(),
        region,
    };
    let knowledge = Knowledge::new(&all, &demand, first(), &[], &world.region, MODELS).expect("two years are enough");
    Case { base, national, past: all, demand, world, knowledge }
}

impl Case {
    /// What the oracle says of a cell's demand over the weeks `from..to` after the past: it knows the national factor of
    /// the month before `from`, whose logarithm goes on with the persistence.
    fn truth(&self, cell: usize, from: usize, to: usize) -> Demand {
        let known = month(PAST + from - 1);
        let x = self.national[cell / DEALERS][known];
        let mut blocks: Vec<(usize, f64)> = Vec::new();
        for week in from..to {
            let t = month(PAST + week);
            let ahead = (t - known) as i32;
            let (rho, variance) = (PERSISTENCE.powi(ahead), NATIONAL * NATIONAL);
            let expected = (rho * x + 0.5 * variance * (1.0 - rho * rho) - 0.5 * variance).exp();
            let mu = self.base[cell] * season(PAST + week) * expected;
            match blocks.last_mut() {
                Some(last) if last.0 == t => last.1 += mu,
                _ => blocks.push((t, mu)),
            }
        }
        let mean: f64 = blocks.iter().map(|b| b.1).sum();
        let mut extra = 0.0;
        for a in &blocks {
            for b in &blocks {
                let (near, far) = (a.0.min(b.0) - known, a.0.max(b.0) - known);
                let common = NATIONAL * NATIONAL * PERSISTENCE.powi((far - near) as i32);
                let national = (common * (1.0 - PERSISTENCE.powi(2 * near as i32))).exp();
                let own = if a.0 == b.0 { 1.0 + CELL_MONTH } else { 1.0 };
                extra += a.1 * b.1 * (national * own - 1.0);
            }
        }
        Demand { mean, dispersion: if mean > 0.0 { extra / (mean * mean) } else { 0.0 } }
    }

    /// Customers of a cell in the weeks `from..to`.
    fn came(&self, cell: usize, from: usize, to: usize) -> f64 {
        (from..to).map(|w| f64::from(self.demand[w * CELLS + cell])).sum()
    }
}

/// What the product forecasts: expected weeks and spread.
fn weeks(period: &Period, cell: usize) -> Vec<f64> {
    (0..14).map(|w| period.mean(cell, DEALERS, period.first + w, period.first + w + 1)).collect()
}

fn outlook<'a>(weeks: &'a [f64], spread: &'a [Spread]) -> Outlook<'a> {
    Outlook { weeks, spread }
}

/// One judgement: ours, the oracle's, what came.
type Judged = (f64, f64, bool);

#[derive(Default)]
struct Record {
    stock_out: Vec<Judged>,
    ahead: Vec<Judged>,
    excess: Vec<Judged>,
    ageing: Vec<Judged>,
}

/// Orders like a base-stock policy and writes down what the rules would say at every review with a fresh forecast.
struct Watching<'a> {
    case: &'a Case,
    inner: BaseStock<'a>,
    record: Record,
    replication: u32,
}

impl Planner for Watching<'_> {
    fn orders(&mut self, seen: &Seen, moving: &[u32], orders: &mut [u32]) {
        self.inner.orders(seen, moving, orders);
        let (case, now) = (self.case, seen.week + 1);
        let period = case.knowledge.at(seen.week);
        if period.first != now || now + 13 > WEEKS {
            return;
        }
        for cell in 0..CELLS {
            let weeks = weeks(period, cell);
            let ours = outlook(&weeks, &period.cell);
            if ours.over(1.0).mean < 0.05 {
                continue;
            }
            let position = f64::from(seen.position(cell));
            let (short, long) = (LEAD - 1, LEAD);
            let p = |d: Demand| d.above(position);
            let mine = (p(ours.over(short as f64)), p(ours.over(long as f64)));
            let true_ = (p(case.truth(cell, now, now + short)), p(case.truth(cell, now, now + long)));
            let came = (case.came(cell, now, now + short) > position, case.came(cell, now, now + long) > position);
            self.record.stock_out.push((mine.1, true_.1, came.1));
            self.record.ahead.push((mine.1 - mine.0, true_.1 - true_.0, came.1 && !came.0));
            let stock = f64::from(seen.stock[cell]);
            if stock > 1.0 {
                let least = stock / built_in(Rule::Excess).amber;
                let p = |d: Demand| d.below(least);
                self.record.excess.push((
                    p(ours.over(4.0)),
                    p(case.truth(cell, now, now + 4)),
                    case.came(cell, now, now + 4) < least,
                ));
            }
            if stock > 0.0 {
                // The last car in line, of an age that leaves 1 to 12 whole weeks until it is over-age.
                let left = 1 + stream(self.replication, cell, 30_000 + now).below(12) as usize;
                let p = |d: Demand| d.below(stock);
                self.record.ageing.push((
                    p(ours.over(left as f64)),
                    p(case.truth(cell, now, now + left)),
                    case.came(cell, now, now + left) < stock,
                ));
            }
        }
    }
}

/// The same orders, and every red stock-out warning is answered by a move where the rule of transfer chances finds one.
struct Acting<'a> {
    case: &'a Case,
    inner: BaseStock<'a>,
    band: Band,
}

impl Planner for Acting<'_> {
    fn orders(&mut self, seen: &Seen, moving: &[u32], orders: &mut [u32]) {
        self.inner.orders(seen, moving, orders);
        // A car that comes by a move need not be ordered, a car that left is missing in the position already.
        orders.iter_mut().zip(moving).for_each(|(o, m)| *o = o.saturating_sub(*m));
    }

    fn moves(&mut self, seen: &Seen, moves: &mut Vec<Move>) {
        let period = self.case.knowledge.at(seen.week);
        let mut left = seen.allowance.to_vec();
        let horizon = LEAD - 1;
        let at = |cell: usize| {
            let age = seen.week + 1 - period.first;
            let weeks = weeks(period, cell);
            outlook(&weeks[age..], &period.cell).over(horizon as f64)
        };
        let mut held: Vec<u32> = (0..CELLS).map(|c| seen.stock[c] + seen.within(c, horizon)).collect();
        let mut stock = seen.stock.to_vec();
        for taker in 0..CELLS {
            let (m, d) = (taker / DEALERS, taker % DEALERS);
            let model = self.case.world.models[m];
            let demand = at(taker);
            loop {
                let facts = stock_out::Facts {
                    position: f64::from(held[taker]),
                    demand,
                    lead_weeks: horizon as f64 - 1.0,
                    review_weeks: 1.0,
                    lost_sale: model.lost,
                };
                let Some(warning) = stock_out::check(&facts, self.band) else { break };
                let options = self.case.world.links[d].iter().filter(|l| {
                    left[l.donor] > 0 && stock[m * DEALERS + l.donor] > 0 && held[m * DEALERS + l.donor] > 0
                });
                let best = options
                    .filter_map(|l| {
                        let donor = m * DEALERS + l.donor;
                        let after = f64::from(held[donor] - 1);
                        let facts = transfer_chance::Facts {
                            at_giver: at(donor).above(after) * model.lost,
                            at_taker: warning.probability * model.lost,
                            cost: l.cost,
                            lead_days: 7.0,
                            kept: 1.0,
                        };
                        transfer_chance::check(&facts).map(|f| (f.money, donor, l))
                    })
                    .max_by(|a, b| a.0.total_cmp(&b.0));
                let Some((_, donor, link)) = best else { break };
                moves.push(Move { from: donor, to: taker, cost: link.cost });
                held[donor] -= 1;
                stock[donor] -= 1;
                left[link.donor] -= 1;
                held[taker] += 1;
            }
        }
    }
}

fn base_stock(case: &Case) -> BaseStock<'_> {
    BaseStock::new(&case.world, &case.past, &case.demand, Some(&case.knowledge), 0.90, false)
}

fn main() {
    let runs = std::env::args().skip(1).find_map(|a| a.parse::<u32>().ok()).unwrap_or(20);
    let done: Vec<(Record, Ledger, Ledger)> = (0..runs)
        .into_par_iter()
        .map(|r| {
            let case = case(r);
            let mut watching =
                Watching { case: &case, inner: base_stock(&case), record: Record::default(), replication: r };
            let before = run(&case.world, &case.demand, &mut watching).expect("cars add up");
            let mut acting = Acting { case: &case, inner: base_stock(&case), band: built_in(Rule::StockOut) };
            let after = run(&case.world, &case.demand, &mut acting).expect("cars add up");
            (watching.record, before, after)
        })
        .collect();
    let mut text = format!(
        "# Warnings scored by simulation\n\n{runs} runs of {CELLS} cells; command: `cargo bench --bench warnings -- {runs}`.\n\n\
         | rule | cases | came true | threshold | Brier | reliability error | precision | oracle | recall | oracle |\n\
         |---|---|---|---|---|---|---|---|---|---|\n"
    );
    let mut line = |name: &str, threshold: f64, of: &dyn Fn(&Record) -> &Vec<Judged>| {
        let all: Vec<Judged> = done.iter().flat_map(|d| of(&d.0)).copied().collect();
        let by = |ours: bool| -> Score {
            let pairs: Vec<(f64, bool)> = all.iter().map(|j| (if ours { j.0 } else { j.1 }, j.2)).collect();
            score(&pairs, threshold)
        };
        let (ours, oracle) = (by(true), by(false));
        let share = all.iter().filter(|j| j.2).count() as f64 / all.len().max(1) as f64;
        let _ = writeln!(
            text,
            "| {name} | {} | {:.1} % | {threshold:.2} | {:.4} | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} |",
            all.len(),
            100.0 * share,
            ours.brier,
            ours.reliability_error,
            ours.precision,
            oracle.precision,
            ours.recall,
            oracle.recall
        );
    };
    let band = built_in(Rule::StockOut);
    line("stock-out before the next order can arrive, amber", band.amber, &|r| &r.stock_out);
    line("stock-out before the next order can arrive, red", band.red, &|r| &r.stock_out);
    line("stock-out one lead time ahead, which an order of today prevents, amber", band.amber, &|r| &r.ahead);
    line("excess: stock above 1.5 months of the sales to come", 0.5, &|r| &r.excess);
    line("ageing: the last car passes 90 days", built_in(Rule::Ageing).amber, &|r| &r.ageing);
    let saved: Vec<f64> = done.iter().map(|d| 100.0 * (1.0 - d.2.cost() / d.1.cost())).collect();
    let mean = |of: &dyn Fn(&(Record, Ledger, Ledger)) -> f64| done.iter().map(of).sum::<f64>() / done.len() as f64;
    let i = of_floats(&saved, 0.95);
    let _ = writeln!(
        text,
        "\nActed on (every stock-out warning answered by the move that pays most, {:.0} moves a run): cost {:.2} M → {:.2} M, fill rate {:.4} → {:.4}; \
         paired net saving {:.2} % ± {:.2} (95 %).",
        mean(&|d| d.2.moved as f64),
        mean(&|d| d.1.cost()) / 1e6,
        mean(&|d| d.2.cost()) / 1e6,
        mean(&|d| d.1.fill()),
        mean(&|d| d.2.fill()),
        i.mean,
        i.half
    );
    print!("{text}");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    let _ = std::fs::create_dir_all(&folder);
    std::fs::write(folder.join("warnings_score.md"), text).expect("results can be written");
}
