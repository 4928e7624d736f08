//! What was estimated (estimates.json): the national forecast and every dealer's part in it, at full precision.
//!
//! A forecast is no optimum and nothing proves it; it is judged by forecast_backtest.csv. Everything that follows from
//! it is recomputed, and the dealers' parts and their scatter follow from the sales by plain sums.

use super::answer::{Refused, Report};
use super::input::{Input, Kind};
use super::interval::Interval;
use super::sheet::{Sheet, is_rounding, shown};
use serde_json::Value;
use std::collections::BTreeMap;

/// Its file.
pub const FILE: &str = "estimates.json";

/// The estimates.
#[derive(Clone, Debug, Default)]
pub struct Estimates {
    /// National demand by model and week.
    pub national: Vec<Vec<f64>>,
    /// Part of each dealer in each model.
    pub share: BTreeMap<(usize, usize), f64>,
    /// Relative variance of a cell beyond Poisson.
    pub dispersion: f64,
}

fn refused(cause: impl Into<String>) -> Refused {
    Refused::File { file: FILE.into(), cause: cause.into(), help: "Run `forecourt plan` into this folder again" }
}

impl Estimates {
    /// Reads the file.
    pub fn parse(text: &str, input: &Input) -> Result<Self, Refused> {
        let value: Value = serde_json::from_str(text).map_err(|e| refused(e.to_string()))?;
        let list =
            |key: &str| value.get(key).and_then(Value::as_array).ok_or_else(|| refused(format!("{key} is no list")));
        let position = |v: Option<&Value>, codes: &dyn Fn(&str) -> Option<usize>| {
            v.and_then(Value::as_str).and_then(codes).ok_or_else(|| refused("an unknown id"))
        };
        let model = |c: &str| input.models.iter().position(|m| m.code == c);
        let site = |c: &str| input.sites.iter().position(|s| s.code == c);
        if value.get("first").and_then(Value::as_str) != Some(input.settings.monday(0).as_str()) {
            return Err(refused("the first week is not the scenario's"));
        }
        let mut made = Self {
            national: vec![Vec::new(); input.models.len()],
            dispersion: value.get("dispersion").and_then(Value::as_f64).ok_or_else(|| refused("no dispersion"))?,
            share: BTreeMap::new(),
        };
        for row in list("national")? {
            let m = position(row.get("model_id"), &model)?;
            let cars = row.get("cars").and_then(Value::as_array).ok_or_else(|| refused("cars is no list"))?;
            let path: Option<Vec<f64>> = cars.iter().map(|c| c.as_f64().filter(|x| *x >= 0.0 && *x < 1e9)).collect();
            let path = path.ok_or_else(|| refused("a number of cars is none"))?;
            if path.len() < input.settings.weeks() || !made.national[m].is_empty() {
                return Err(refused(format!("the weeks of model {} are not those planned", input.models[m].code)));
            }
            made.national[m] = path;
        }
        let length = made.national.first().map_or(0, Vec::len);
        if made.national.iter().any(|p| p.len() != length || p.is_empty()) {
            return Err(refused("the models have forecasts of different lengths"));
        }
        for row in list("shares")? {
            let part = row.get("share").and_then(Value::as_f64).filter(|x| (0.0..=1.0).contains(x));
            let key = (position(row.get("site_id"), &site)?, position(row.get("model_id"), &model)?);
            if made.share.insert(key, part.ok_or_else(|| refused("a share is none"))?).is_some() {
                return Err(refused("a share is there twice"));
            }
        }
        Ok(made)
    }

    /// Money per car (hundredths by model), weighted by the forecast of the first year and rounded to the hundredth.
    fn average(&self, input: &Input, of: impl Fn(usize) -> Interval) -> Interval {
        let (mut cars, mut money) = (Interval::ZERO, Interval::ZERO);
        for m in 0..input.models.len() {
            let expected: Interval = self.national[m].iter().take(52).map(|&x| Interval::point(x)).sum();
            cars = cars + expected;
            money = money + expected * of(m);
        }
        if cars.lo > 0.0 {
            return (money / cars).rounded();
        }
        let all: Interval = (0..input.models.len()).map(of).sum();
        (all / Interval::point(input.models.len().max(1) as f64)).rounded()
    }

    /// Margin, and cost of standing at a dealer for as long as stock is meant to last, of an average car.
    pub fn average_car(&self, input: &Input) -> (Interval, Interval) {
        let days = Interval::point(7.0) * Interval::point(input.settings.number("replenishment", "end_cover_weeks"));
        let margin = self.average(input, |m| Interval::money(input.models[m].margin));
        (margin, self.average(input, |m| Interval::money(input.models[m].holding) * days))
    }

    /// Compares forecast.csv, forecast_dealers.csv, and the parts and scatter with the sales.
    pub fn check(&self, input: &Input, national: &Sheet, dealers: &Sheet, report: &mut Report) -> Result<(), Refused> {
        self.national_table(input, national, report)?;
        self.dealer_table(input, dealers, report)?;
        let (mut share, dispersion) = counted(input);
        self.completed(input, &mut share, report);
        for (&(s, m), &right) in &share {
            let says = self.share.get(&(s, m)).copied().unwrap_or(0.0);
            report.compared += 1;
            if (says - right).abs() > 1e-9 * right.abs() + 1e-12 {
                let what = format!("share of {} in {}", input.sites[s].code, input.models[m].code);
                report.wrong(FILE, 0, what, says, right);
            }
        }
        if let Some((s, m)) = self.share.keys().find(|k| !share.contains_key(k)) {
            let what = format!("share of {} in {}, which sold none", input.sites[*s].code, input.models[*m].code);
            report.wrong(FILE, 0, what, self.share[&(*s, *m)], 0);
        }
        if (self.dispersion - dispersion).abs() > 1e-9 * dispersion + 1e-12 {
            report.wrong(FILE, 0, "dispersion", self.dispersion, dispersion);
        }
        Ok(())
    }

    /// A model that was never sold is asked for like the average of its segment; a dealer of a region that sold none of a
    /// model, where fewer than three were to be expected, gets its part of everything sold.
    fn completed(&self, input: &Input, share: &mut BTreeMap<(usize, usize), f64>, report: &mut Report) {
        let dealers: Vec<usize> = (0..input.sites.len()).filter(|&s| input.sites[s].kind == Kind::Dealer).collect();
        let sold = |m: usize| {
            dealers.iter().any(|&s| input.sales.get(&(s, m)).is_some_and(|series| series.iter().any(|c| *c > 0)))
        };
        let known: Vec<usize> = (0..input.models.len()).filter(|&m| sold(m)).collect();
        if known.is_empty() {
            return;
        }
        let year: Vec<f64> = self.national.iter().map(|p| p.iter().take(52).sum()).collect();
        let part_of = |share: &BTreeMap<(usize, usize), f64>, s: usize, of: &[usize]| {
            let all: f64 = of.iter().map(|&m| year[m]).sum();
            let own: f64 = of.iter().map(|&m| share.get(&(s, m)).copied().unwrap_or(0.0) * year[m]).sum();
            if all > 0.0 { own / all } else { 0.0 }
        };
        let before = share.clone();
        for m in (0..input.models.len()).filter(|m| !known.contains(m)) {
            let same = |k: &&usize| input.models[**k].segment == input.models[m].segment;
            let mut peers: Vec<usize> = known.iter().filter(same).copied().collect();
            if peers.is_empty() {
                peers.clone_from(&known);
            }
            share.extend(dealers.iter().map(|&s| ((s, m), part_of(&before, s, &peers))).filter(|x| x.1 > 0.0));
            for (w, &says) in self.national[m].iter().enumerate() {
                let right = peers.iter().map(|&p| self.national[p][w]).sum::<f64>() / peers.len() as f64;
                report.compared += 1;
                if (says - right).abs() > 1e-9 * right + 1e-12 {
                    report.wrong(FILE, 0, format!("week {w} of {}, never sold", input.models[m].code), says, right);
                }
            }
        }
        let part: BTreeMap<usize, f64> = dealers.iter().map(|&s| (s, part_of(&before, s, &known))).collect();
        let region = |s: usize| input.zones[input.sites[s].zone].region.as_str();
        let mut size: BTreeMap<&str, f64> = BTreeMap::new();
        part.iter().for_each(|(&s, p)| *size.entry(region(s)).or_default() += p);
        for &m in &known {
            let lately = |s: &usize| input.sales.get(&(*s, m)).map_or(0.0, |x| last(x, input.history).iter().sum());
            let lately: f64 = dealers.iter().map(lately).sum();
            let lacks = |s: &&usize| part[*s] > 0.0 && !before.contains_key(&(**s, m)) && lately > 0.0;
            let few = |s: &&usize| lately * size[region(**s)] < 3.0;
            let added: Vec<usize> = dealers.iter().filter(lacks).filter(few).copied().collect();
            let sum = 1.0 + added.iter().map(|s| part[s]).sum::<f64>();
            if !added.is_empty() {
                share.iter_mut().filter(|x| x.0.1 == m).for_each(|x| *x.1 /= sum);
                share.extend(added.into_iter().map(|s| ((s, m), part[&s] / sum)));
            }
        }
    }

    fn national_table(&self, input: &Input, sheet: &Sheet, report: &mut Report) -> Result<(), Refused> {
        let (id, week) = (sheet.needed(&["model_id"])?, sheet.needed(&["week_start"])?);
        let [mean, low, high] =
            [sheet.needed(&["mean_cars"])?, sheet.needed(&["low_cars"])?, sheet.needed(&["high_cars"])?];
        let weeks = input.settings.weeks();
        let mut seen = vec![vec![false; weeks]; input.models.len()];
        for row in &sheet.rows {
            let m = input.models.iter().position(|m| m.code == row.shown(id));
            let w = (0..weeks).find(|&w| input.settings.monday(w) == row.shown(week));
            let (Some(m), Some(w)) = (m, w) else {
                report.wrong(&sheet.file, row.line, "a model or week that is not planned", row.shown(id), "");
                continue;
            };
            report.compared += 1;
            if std::mem::replace(&mut seen[m][w], true) {
                report.wrong(&sheet.file, row.line, "the model and week are there twice", row.shown(id), "");
            }
            let right = Interval::point(self.national[m][w]);
            if !is_rounding(row.shown(mean), right, 3) {
                report.wrong(&sheet.file, row.line, "mean_cars", row.shown(mean), shown(right, 3));
            }
            let band = [low, mean, high].map(|k| row.number(k).unwrap_or(f64::NAN));
            if !(band[0] <= band[1] && band[1] <= band[2]) {
                report.wrong(&sheet.file, row.line, "the band does not hold the mean", format!("{band:?}"), "");
            }
        }
        if seen.iter().flatten().any(|s| !s) {
            report.wrong(&sheet.file, 0, "a model or week is missing", "", "");
        }
        Ok(())
    }

    fn dealer_table(&self, input: &Input, sheet: &Sheet, report: &mut Report) -> Result<(), Refused> {
        let columns = (sheet.needed(&["site_id"])?, sheet.needed(&["model_id"])?, sheet.needed(&["cars_per_week"])?);
        let weeks = input.settings.weeks();
        let mut left: BTreeMap<(&str, &str), f64> = BTreeMap::new();
        for (&(s, m), &share) in self.share.iter().filter(|x| *x.1 > 0.0) {
            let mean = self.national[m][..weeks].iter().map(|x| share * x).sum::<f64>() / weeks as f64;
            left.insert((&input.sites[s].code, &input.models[m].code), mean);
        }
        for row in &sheet.rows {
            report.compared += 1;
            let key = (row.shown(columns.0), row.shown(columns.1));
            match left.remove(&key) {
                None => report.wrong(&sheet.file, row.line, "a dealer without sales of this model", key.0, ""),
                Some(mean) if !is_rounding(row.shown(columns.2), Interval::point(mean), 5) => {
                    report.wrong(&sheet.file, row.line, "cars_per_week", row.shown(columns.2), format!("{mean:.5}"));
                }
                Some(_) => {}
            }
        }
        if let Some((key, _)) = left.first_key_value() {
            report.wrong(&sheet.file, 0, format!("{} {} is missing", key.0, key.1), "", "");
        }
        Ok(())
    }
}

/// Weeks of sales that the parts are counted from.
const WEEKS: usize = 26;

/// Cars of the last weeks.
fn last(series: &[u32], history: usize) -> Vec<f64> {
    let weeks = WEEKS.min(history);
    series[series.len() - weeks..].iter().map(|&c| f64::from(c)).collect()
}

/// Parts and scatter from the sales of the last weeks: counts pulled towards size × taste of the region, with the
/// shape of a gamma prior by moments; relative variance beyond Poisson by moments.
fn counted(input: &Input) -> (BTreeMap<(usize, usize), f64>, f64) {
    let weeks = WEEKS.min(input.history);
    let recent = |series: &Vec<u32>| last(series, input.history);
    let region = |s: usize| input.zones[input.sites[s].zone].region.as_str();
    let dealer = |s: usize| input.sites[s].kind == Kind::Dealer;
    let mut counts: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    let (mut size, mut taste, mut sold) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (&(s, m), series) in input.sales.iter().filter(|x| dealer(x.0.0)) {
        let count: f64 = recent(series).iter().sum();
        counts.insert((s, m), count);
        *size.entry(region(s)).or_insert(0.0) += count;
        *taste.entry((region(s), m)).or_insert(0.0) += count;
        *sold.entry(s).or_insert(0.0) += count;
    }
    let mut prior: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for (&s, &all) in sold.iter().filter(|x| *x.1 > 0.0) {
        for m in 0..input.models.len() {
            let part = taste.get(&(region(s), m)).copied().unwrap_or(0.0);
            prior.insert((s, m), all * part / size[region(s)]);
        }
    }
    let count = |key: &(usize, usize)| counts.get(key).copied().unwrap_or(0.0);
    let excess: f64 = prior.iter().map(|(k, p)| (count(k) - p).powi(2) - p).sum();
    let squares: f64 = prior.values().map(|p| p * p).sum();
    let shape = if excess > 1e-9 * squares { squares / excess } else { f64::INFINITY };
    let mut share = prior;
    let mut total = vec![0.0; input.models.len()];
    for (key, p) in &mut share {
        if shape.is_finite() && *p > 0.0 {
            *p *= (shape + count(key)) / (shape + *p);
        }
        total[key.1] += *p;
    }
    share.retain(|key, p| total[key.1] > 0.0 && *p > 0.0);
    share.iter_mut().for_each(|(key, p)| *p /= total[key.1]);
    let dispersion = dispersion(input, &share, weeks, &recent);
    (share, dispersion)
}

fn dispersion(
    input: &Input,
    share: &BTreeMap<(usize, usize), f64>,
    weeks: usize,
    recent: &dyn Fn(&Vec<u32>) -> Vec<f64>,
) -> f64 {
    let mut total = vec![vec![0.0; weeks]; input.models.len()];
    for ((_, m), series) in &input.sales {
        total[*m].iter_mut().zip(recent(series)).for_each(|(t, c)| *t += c);
    }
    let (mut excess, mut squares) = (0.0, 0.0);
    for (s, m) in share.keys().chain(input.sales.keys().filter(|k| !share.contains_key(k))) {
        let part = share.get(&(*s, *m)).copied().unwrap_or(0.0);
        let own = input.sales.get(&(*s, *m)).map_or_else(|| vec![0.0; weeks], recent);
        for (t, c) in total[*m].iter().zip(own) {
            let mean = part * t;
            excess += (c - mean).powi(2) - mean * (1.0 - part);
            squares += mean * mean;
        }
    }
    if squares > 0.0 { (excess / squares).max(0.0) } else { 0.0 }
}
