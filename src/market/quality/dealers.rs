//! Checks of dealers: sales undone in the next month, sales at the end of months; and months of a known shape.

use super::data::{Data, Day, Place, Sale, left_in_month, month, month_text};
use super::finding::{Check, Finding, Findings};
use super::rows::Cars;
use super::tails::{hypergeometric, median, poisson, shares};
use crate::stats::normal::cumulative;
use std::collections::{BTreeMap, HashMap};

/// Level of a finding of undone sales, all tests of a dealer together.
const LEVEL: f64 = 0.05;
/// Level of a finding of sales at the end of months.
const END_LEVEL: f64 = 0.01;
/// Last days of a month in which sales are padded.
const PADDED: i32 = 5;
/// Last days whose share is compared.
const LAST: i32 = 3;
/// Rounds in which dealers that stand out leave the pool, or come back.
const ROUNDS: usize = 10;
/// Fewest sales that are judged.
const FEWEST: u64 = 24;

/// The day on which each sale was undone, as far as the rows say.
pub fn undone(data: &Data) -> Vec<Option<Day>> {
    // By dealer and car: days of returns and of sales, ascending.
    let mut by_car: HashMap<(u32, u32), Vec<(Day, i32, usize)>> = HashMap::new();
    for (k, s) in data.sales.iter().enumerate() {
        if let Some(vin) = s.vin {
            by_car.entry((s.dealer, vin)).or_default().push((s.sold, s.cars.signum(), k));
        }
    }
    let mut undone: Vec<Option<Day>> = data.sales.iter().map(|s| s.cancelled).collect();
    for rows in by_car.values_mut().filter(|r| r.len() > 1) {
        rows.sort_unstable();
        for (at, &(sold, sign, k)) in rows.iter().enumerate() {
            // Another sale on the same day is the same sale written twice.
            let later = rows[at + 1..].iter().find(|r| r.0 > sold || r.1 < 0);
            if let Some(later) = later.filter(|_| sign > 0) {
                undone[k] = Some(undone[k].map_or(later.0, |d| d.min(later.0)));
            }
        }
    }
    undone
}

#[derive(Clone, Copy, Default)]
struct Count {
    sales: u64,
    undone: u64,
    padded: u64,
    padded_undone: u64,
    last: u64,
    price: i64,
}

fn next_month(s: &Sale, undone: Option<Day>) -> bool {
    undone.is_some_and(|d| month(d) == month(s.sold) + 1)
}

fn counts(data: &Data, undone: &[Option<Day>]) -> BTreeMap<u32, Count> {
    let mut counts: BTreeMap<u32, Count> = BTreeMap::new();
    for (s, &undone) in data.sales.iter().zip(undone).filter(|(s, _)| s.cars == 1) {
        let c = counts.entry(s.dealer).or_default();
        let left = left_in_month(s.sold);
        c.sales += 1;
        c.last += u64::from(left < LAST);
        c.padded += u64::from(left < PADDED);
        if next_month(s, undone) {
            c.undone += 1;
            c.padded_undone += u64::from(left < PADDED);
            c.price += s.price;
        }
    }
    counts
}

/// Probabilities of each dealer's undone sales: against its peers' rate, against its peers' rate of those from padded days,
/// and against its own other days.
fn unwinding(counts: &[Count]) -> Vec<f64> {
    let all: Vec<(u64, u64)> = counts.iter().map(|c| (c.undone, c.sales)).collect();
    let padded: Vec<(u64, u64)> = counts.iter().map(|c| (c.padded_undone, c.sales)).collect();
    let (all, padded) = (against_peers(&all), against_peers(&padded));
    let own = counts.iter().map(|c| hypergeometric(c.padded_undone, c.padded, c.undone, c.sales));
    own.zip(all).zip(padded).map(|((own, all), padded)| (3.0 * own.min(all).min(padded)).min(1.0)).collect()
}

/// Probabilities of each dealer's marked sales at the rate of the others. Dealers that stand out leave the pool.
fn against_peers(counts: &[(u64, u64)]) -> Vec<f64> {
    let mut pool = vec![true; counts.len()];
    let mut tails = vec![1.0; counts.len()];
    for round in 0..ROUNDS {
        let all = counts.iter().zip(&pool).filter(|(_, p)| **p).fold((0, 0), |t, (c, _)| (t.0 + c.0, t.1 + c.1));
        let off = squares(counts, all);
        let sums = off.iter().zip(&pool).filter(|(_, p)| **p).fold((0.0, 0.0), |t, (x, _)| (t.0 + x, t.1 + 1.0));
        for (k, c) in counts.iter().enumerate() {
            let (others, sum) =
                if pool[k] { ((all.0 - c.0, all.1 - c.1), (sums.0 - off[k], sums.1 - 1.0)) } else { (all, sums) };
            // At first dealers stand out by counting alone, lest those that do hide each other; honest ones come back.
            let phi = if round == 0 || sum.1 < 3.0 { 1.0 } else { (sum.0 / (sum.1 - 1.0)).max(1.0) };
            let scale = |n: u64| (n as f64 / phi).round() as u64;
            let (x, n, rest, total) = (scale(c.0), scale(c.1), scale(others.0), scale(others.1));
            tails[k] = if total == 0 { 1.0 } else { hypergeometric(x, n, x + rest, n + total) };
        }
        let next: Vec<bool> = tails.iter().map(|p| *p >= 0.001).collect();
        if next == pool && round > 0 {
            break;
        }
        pool = next;
    }
    tails
}

/// How far each dealer's count is from the common rate, squared, in units of what counting alone explains.
fn squares(counts: &[(u64, u64)], all: (u64, u64)) -> Vec<f64> {
    let rate = all.0 as f64 / (all.1 as f64).max(1.0);
    let of = |c: &(u64, u64)| {
        let mean = rate * c.1 as f64;
        if mean > 0.0 && rate < 1.0 { (c.0 as f64 - mean).powi(2) / (mean * (1.0 - rate)) } else { 0.0 }
    };
    counts.iter().map(of).collect()
}

/// Findings of dealers and months.
pub fn check(data: &Data, cars: &Cars, undone: &[Option<Day>], out: &mut Findings) {
    let counts: Vec<(u32, Count)> = counts(data, undone).into_iter().filter(|c| c.1.sales >= FEWEST).collect();
    let plain: Vec<Count> = counts.iter().map(|c| c.1).collect();
    let p = unwinding(&plain);
    let q = shares(&p);
    let total: (u64, u64) = plain.iter().fold((0, 0), |t, c| (t.0 + c.undone, t.1 + c.sales));
    for (k, (dealer, c)) in counts.iter().enumerate().filter(|(k, _)| p[*k] <= LEVEL) {
        let rate = (total.0 - c.undone) as f64 / ((total.1 - c.sales).max(1)) as f64;
        let beyond = (c.undone as f64 - rate * c.sales as f64).max(0.0) / (c.undone as f64).max(1.0);
        let reason = format!(
            "{} of {} sales were undone in the month after ({} of them from the last {PADDED} days of a month, which hold {} sales); \
             the others' rate is {:.2} %",
            c.undone,
            c.sales,
            c.padded_undone,
            c.padded,
            100.0 * rate
        );
        let rows = rows_of(data, |n, s| s.dealer == *dealer && s.cars == 1 && next_month(s, undone[n]));
        let money = (c.price as f64 * beyond).round() as i64;
        let (sure, check) = (q[k] <= 0.05, Check::Unwind);
        out.push(Finding { check, sure, dealer: Some(*dealer), rows, reason, money, p: Some(p[k]), mend: None });
    }
    month_ends(data, &counts, out);
    month_shapes(data, cars, undone, out);
}

fn rows_of(data: &Data, wanted: impl Fn(usize, &Sale) -> bool) -> Vec<Place> {
    let rows = data.sales.iter().enumerate().filter(|(k, s)| wanted(*k, s));
    rows.map(|(_, s)| s.place.clone()).collect()
}

fn month_ends(data: &Data, counts: &[(u32, Count)], out: &mut Findings) {
    if counts.len() < 5 {
        return;
    }
    let odds = |c: &Count| ((c.last as f64 + 0.5) / ((c.sales - c.last) as f64 + 0.5)).ln();
    let mut all: Vec<f64> = counts.iter().map(|c| odds(&c.1)).collect();
    let middle = median(&mut all);
    let mut off: Vec<f64> = all.iter().map(|x| (x - middle).abs()).collect();
    let spread = 1.4826 * median(&mut off);
    for (dealer, c) in counts {
        let counting = 1.0 / (c.last as f64 + 0.5) + 1.0 / ((c.sales - c.last) as f64 + 0.5);
        let z = (odds(c) - middle) / (spread * spread).max(counting).sqrt();
        let p = cumulative(-z);
        if p <= END_LEVEL {
            let usual = 1.0 / (1.0 + (-middle).exp());
            let reason = format!(
                "{} of {} sales stand in the last {LAST} days of months ({:.0} %; the middle dealer has {:.0} %)",
                c.last,
                c.sales,
                100.0 * c.last as f64 / c.sales as f64,
                100.0 * usual
            );
            let rows = rows_of(data, |_, s| s.dealer == *dealer && s.cars == 1 && left_in_month(s.sold) < LAST);
            let check = Check::MonthEnd;
            let dealer = Some(*dealer);
            out.push(Finding { check, sure: false, dealer, rows, reason, money: 0, p: Some(p), mend: None });
        }
    }
}

fn month_shapes(data: &Data, cars: &Cars, undone: &[Option<Day>], out: &mut Findings) {
    let stands = |k: usize, s: &Sale| s.cars == 1 && undone[k].is_none();
    let old = |k: usize, s: &Sale| stands(k, s) && cars.old(s).is_some();
    let unsold = |k: usize, s: &Sale| stands(k, s) && cars.still_in_stock(s).is_some();
    let kinds: [(&str, &dyn Fn(usize, &Sale) -> bool); 2] = [
        ("were booked long after their cars were in use", &old),
        ("were booked while their cars stood in stock afterwards", &unsold),
    ];
    let mut months: BTreeMap<i32, [u64; 2]> = BTreeMap::new();
    for (k, s) in data.sales.iter().enumerate() {
        let counts = months.entry(month(s.sold)).or_default();
        for (n, kind) in kinds.iter().enumerate() {
            counts[n] += u64::from(kind.1(k, s));
        }
    }
    if months.len() < 6 {
        return;
    }
    for (n, (words, kind)) in kinds.iter().enumerate() {
        let mut all: Vec<f64> = months.values().map(|c| c[n] as f64).collect();
        let middle = median(&mut all).max(1.0);
        let mut off: Vec<f64> = all.iter().map(|x| (x - middle).abs()).collect();
        let phi = ((1.4826 * median(&mut off)).powi(2) / middle).max(1.0);
        for (&m, counts) in &months {
            let p = poisson((counts[n] as f64 / phi).round() as u64, middle / phi);
            if p > 1e-6 || counts[n] < 10 {
                continue;
            }
            let rows = rows_of(data, |k, s| month(s.sold) == m && kind(k, s));
            let money = data
                .sales
                .iter()
                .enumerate()
                .filter(|(k, s)| month(s.sold) == m && kind(*k, s))
                .map(|(_, s)| s.price)
                .sum();
            let reason = format!("{} sales of {} {words}; the middle month has {middle}", counts[n], month_text(m));
            let check = Check::MonthShape;
            out.push(Finding { check, sure: true, dealer: None, rows, reason, money, p: Some(p), mend: None });
        }
    }
}
