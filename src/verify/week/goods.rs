//! The cars that the week starts from: in the yards by age, on the road by week of arrival. Those of a store that moves
//! go along; those of a store that ends go on to the nearest open stores that sell the model and have room.

use super::network::Network;
use super::transfers::Car;
use crate::verify::answer::{Refused, Report};
use crate::verify::place::road;
use crate::verify::sheet::Sheet;
use std::collections::BTreeMap;

/// Cars in the yards by site, model and age.
type Yard = BTreeMap<(usize, usize, u32), u32>;

/// Cars of a store that ends or moves, and where they go: from, to (none where nobody sells the model), model, age in
/// the yard or week of arrival on the road, cars, cost in hundredths.
type SentOn = (usize, Option<usize>, usize, Where, u32, i64);

/// Where cars are that go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// In the yard, so many days old.
    Yard(u32),
    /// On the road, to arrive in this week.
    Road(usize),
}

/// All cars.
#[derive(Clone, Debug, Default)]
pub struct Goods {
    /// In the yards.
    pub stock: Yard,
    /// On the road by site, model and week.
    pub due: BTreeMap<(usize, usize, usize), u32>,
    /// Those that were sent on.
    pub sent_on: Vec<SentOn>,
}

/// Days on the road between two stores: 500 kilometres on a working day.
pub fn days_on_road(km: f64) -> f64 {
    (km / 500.0).ceil().max(1.0)
}

impl Goods {
    /// Today's cars under the plan's network.
    pub fn of(network: &Network) -> Self {
        let mut goods = Self::default();
        for (&(site, model, age), &cars) in &network.input.stock {
            if let Some(&to) = network.moved.get(&site) {
                goods.sent_on.push((site, Some(to), model, Where::Yard(age), cars, 0));
            }
            let site = network.moved.get(&site).copied().unwrap_or(site);
            *goods.stock.entry((site, model, age)).or_insert(0) += cars;
        }
        let ends = |s: usize| !network.open.contains(&s);
        for (&(site, model, week), &cars) in network.input.in_transit.iter().filter(|x| !ends(x.0.0)) {
            *goods.due.entry((site, model, week)).or_insert(0) += cars;
        }
        let mut heirs = Heirs::new(network, &goods);
        for (&(site, model, week), &cars) in network.input.in_transit.iter().filter(|x| ends(x.0.0)) {
            for (to, cars) in heirs.of(site, model, cars) {
                goods.sent_on.push((site, to, model, Where::Road(week), cars, 0));
                if let Some(to) = to {
                    *goods.due.entry((to, model, week)).or_insert(0) += cars;
                }
            }
        }
        goods
    }

    /// The cars after the week's transfers; what they leave at stores that end goes on too. In words, what does not fit.
    pub fn after(mut self, network: &Network, moves: &[Car]) -> Result<Self, String> {
        let arrives = |from: usize, to: usize| (days_on_road(road(network.input, from, to).mid()) / 7.0) as usize;
        for car in moves {
            let here = self.stock.get_mut(&(car.from, car.model, car.age)).filter(|c| **c > 0);
            let Some(cars) = here else {
                return Err("a transfer takes a car that is not there".into());
            };
            *cars -= 1;
            *self.due.entry((car.to, car.model, arrives(car.from, car.to))).or_insert(0) += 1;
        }
        self.stock.retain(|_, cars| *cars > 0);
        let mut heirs = Heirs::new(network, &self);
        let (stays, leaves): (Yard, Yard) = self.stock.into_iter().partition(|l| network.open.contains(&l.0.0));
        self.stock = stays;
        let s = &network.input.settings;
        let (fixed, per_km) = (s.money("transfer", "cost_fixed_cny"), s.money("transfer", "cost_cny_per_km"));
        for ((site, model, age), cars) in leaves {
            for (to, cars) in heirs.of(site, model, cars) {
                let mut cost = 0;
                if let Some(to) = to {
                    let each = fixed + (per_km as f64 * road(network.input, site, to).mid()).round() as i64;
                    cost = each * i64::from(cars);
                    *self.due.entry((to, model, arrives(site, to))).or_insert(0) += cars;
                }
                self.sent_on.push((site, to, model, Where::Yard(age), cars, cost));
            }
        }
        Ok(self)
    }

    /// Compares redirected.csv: the rows, in any order.
    pub fn check(&self, network: &Network, sheet: &Sheet, report: &mut Report) -> Result<(), Refused> {
        let columns =
            ["from_site_id", "to_site_id", "model_id", "where", "age_days", "arrival_week_start", "cars", "cost_cny"];
        let at = columns.iter().map(|c| sheet.needed(&[c])).collect::<Result<Vec<_>, _>>()?;
        let site = |s: usize| network.input.sites[s].code.clone();
        let mut left: BTreeMap<Vec<String>, usize> = BTreeMap::new();
        for &(from, to, model, place, cars, cost) in &self.sent_on {
            let (word, age, week) = match place {
                Where::Yard(age) => ("yard", age.to_string(), String::new()),
                Where::Road(week) => ("road", String::new(), network.input.settings.monday(week)),
            };
            let cost = crate::verify::sheet::number(cost as f64 / 100.0, 2);
            let model = network.input.models[model].code.clone();
            let to = to.map_or_else(String::new, site);
            let row = vec![site(from), to, model, word.into(), age, week, cars.to_string(), cost];
            *left.entry(row).or_insert(0) += 1;
        }
        for row in &sheet.rows {
            report.compared += 1;
            let cells: Vec<String> = at.iter().map(|&k| row.shown(k).to_owned()).collect();
            match left.get_mut(&cells).filter(|n| **n > 0) {
                Some(n) => *n -= 1,
                None => report.wrong(&sheet.file, row.line, "no cars that are sent on so", cells.join(","), ""),
            }
        }
        if let Some((row, _)) = left.iter().find(|l| *l.1 > 0) {
            report.wrong(&sheet.file, 0, "cars that are sent on are missing", "", row.join(","));
        }
        Ok(())
    }

    /// Cars in a yard.
    pub fn held(&self, site: usize, model: usize) -> u32 {
        self.stock.range((site, model, 0)..=(site, model, u32::MAX)).map(|l| l.1).sum()
    }

    /// Cars that arrive in each week of the horizon.
    pub fn arrivals(&self, site: usize, model: usize, weeks: usize) -> Vec<u32> {
        (0..weeks).map(|w| self.due.get(&(site, model, w)).copied().unwrap_or(0)).collect()
    }
}

/// Free places and credit of every open store, with the cars that arrive before a new order could.
pub struct Yards {
    /// Places; none without limit.
    places: BTreeMap<usize, f64>,
    /// Money; none without limit.
    credit: BTreeMap<usize, f64>,
}

impl Yards {
    /// Limits less the fullest week until new orders arrive.
    pub fn new(network: &Network, goods: &Goods) -> Self {
        let (input, weeks) = (network.input, network.input.settings.weeks());
        let mut fullest: BTreeMap<usize, Vec<(f64, f64)>> = BTreeMap::new();
        for &site in &network.open {
            let until = (network.mean_days(site, None) / 7.0) as usize + 1;
            fullest.insert(site, vec![(0.0, 0.0); until.min(weeks)]);
        }
        let stock = goods.stock.keys().map(|k| (k.0, k.1));
        let cells: std::collections::BTreeSet<_> = stock.chain(goods.due.keys().map(|k| (k.0, k.1))).collect();
        for (site, model) in cells {
            let Some(sums) = fullest.get_mut(&site) else { continue };
            let price = input.models[model].price as f64 / 100.0;
            let mut held = f64::from(goods.held(site, model));
            for (w, sum) in sums.iter_mut().enumerate() {
                held += f64::from(goods.due.get(&(site, model, w)).copied().unwrap_or(0));
                *sum = (sum.0 + held, sum.1 + held * price);
                held = (held - network.rate(site, model, w)).max(0.0);
            }
        }
        let mut yards = Self { places: BTreeMap::new(), credit: BTreeMap::new() };
        for (k, site) in input.sites.iter().enumerate() {
            let most = |of: fn(&(f64, f64)) -> f64| {
                fullest.get(&k).map_or(0.0, |sums| sums.iter().map(of).fold(0.0, f64::max))
            };
            if site.storage > 0 {
                yards.places.insert(k, (f64::from(site.storage) - most(|x| x.0)).max(0.0));
            }
            if site.credit > 0 {
                yards.credit.insert(k, (site.credit as f64 / 100.0 - most(|x| x.1)).max(0.0));
            }
        }
        yards
    }

    /// Whole free places; none without limit.
    pub fn places(&self, site: usize) -> Option<u32> {
        self.places.get(&site).map(|p| (p + 1e-9) as u32)
    }

    /// Free credit, money; none without limit.
    pub fn credit(&self, site: usize) -> Option<f64> {
        self.credit.get(&site).copied()
    }

    fn take(&mut self, site: usize, price: f64, cars: u32) -> u32 {
        let paid = self.credit(site).filter(|_| price > 0.0).map_or(cars, |c| (c / price + 1e-9) as u32);
        let taken = cars.min(self.places(site).unwrap_or(cars)).min(paid);
        self.places.entry(site).and_modify(|p| *p -= f64::from(taken));
        self.credit.entry(site).and_modify(|c| *c -= f64::from(taken) * price);
        taken
    }
}

/// Who takes over the cars of stores that end.
struct Heirs<'a> {
    network: &'a Network<'a>,
    yards: Yards,
}

impl<'a> Heirs<'a> {
    fn new(network: &'a Network<'a>, goods: &Goods) -> Self {
        Self { network, yards: Yards::new(network, goods) }
    }

    /// All to the store it moves to; else to the nearest stores that sell the model, as many to each as it has room for,
    /// the rest to the nearest; none where nobody sells it.
    fn of(&mut self, from: usize, model: usize, cars: u32) -> Vec<(Option<usize>, u32)> {
        if let Some(&to) = self.network.moved.get(&from) {
            return vec![(Some(to), cars)];
        }
        let sells = |to: &&usize| self.network.share.get(&(**to, model)).is_some_and(|s| *s > 0.0);
        let mut near: Vec<(f64, usize)> = (self.network.open.iter().filter(sells))
            .map(|&to| (road(self.network.input, from, to).mid(), to))
            .collect();
        near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let price = self.network.input.models[model].price as f64 / 100.0;
        let (mut left, mut parts) = (cars, BTreeMap::new());
        for &(_, to) in &near {
            let taken = self.yards.take(to, price, left);
            left -= taken;
            *parts.entry(to).or_insert(0) += taken;
            if left == 0 {
                break;
            }
        }
        let Some(first) = near.first() else { return vec![(None, cars)] };
        *parts.entry(first.1).or_insert(0) += left;
        parts.into_iter().filter(|p| p.1 > 0).map(|(to, cars)| (Some(to), cars)).collect()
    }
}
