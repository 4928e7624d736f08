//! Which customer gets which offer under a budget.

use super::value::Outlook;

/// Something that may keep a customer.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// Its name.
    pub name: String,
    /// What it costs for one customer, money.
    pub cost: f64,
    /// Probability that it keeps a customer who would be lost.
    pub keeps: f64,
    /// Tiers that it is made to; empty: all.
    pub tiers: String,
}

/// Who gets what.
#[derive(Clone, Debug, PartialEq)]
pub struct Assigned {
    /// Of every customer the offer, or none.
    pub choice: Vec<Option<usize>>,
    /// Expected gain, cost taken off.
    pub gain: f64,
    /// Spent.
    pub cost: f64,
    /// No assignment gains more.
    pub bound: f64,
    /// Gain of the last unit of money spent: what one more is worth; 0 where the budget is not used up.
    pub price: f64,
}

/// Gain and cost of every offer to a customer, if it may be made and gains anything.
fn worth(offers: &[Offer], o: &Outlook) -> Vec<(usize, f64, f64)> {
    let may = |offer: &Offer| offer.tiers.is_empty() || offer.tiers.contains(o.tier);
    let gain = |offer: &Offer| offer.keeps * (1.0 - o.active) * o.value_if_active - offer.cost;
    let list = offers.iter().enumerate().filter(|(_, offer)| may(offer)).map(|(k, offer)| (k, offer.cost, gain(offer)));
    list.filter(|x| x.2 > 0.0).collect()
}

/// Steps up the hull of a customer's offers: offer, cost more than the last, gain more than the last; falling gain per cost.
fn steps(mut list: Vec<(usize, f64, f64)>) -> Vec<(usize, f64, f64)> {
    list.sort_by(|a, b| a.1.total_cmp(&b.1).then(b.2.total_cmp(&a.2)).then(a.0.cmp(&b.0)));
    let mut hull: Vec<(usize, f64, f64)> = Vec::new();
    for x in list {
        if hull.last().is_some_and(|l| x.2 <= l.2) {
            continue;
        }
        // A step that earns more per money than the one before it swallows that one.
        while let Some(&last) = hull.last() {
            let from = if hull.len() > 1 { hull[hull.len() - 2] } else { (0, 0.0, 0.0) };
            let slope = |a: (usize, f64, f64), b: (usize, f64, f64)| (b.2 - a.2) / (b.1 - a.1).max(1e-300);
            if slope(last, x) >= slope(from, last) {
                hull.pop();
            } else {
                break;
            }
        }
        hull.push(x);
    }
    let mut before = (0.0, 0.0);
    hull.into_iter()
        .map(|(k, cost, gain)| {
            let step = (k, cost - before.0, gain - before.1);
            before = (cost, gain);
            step
        })
        .collect()
}

/// Assigns offers within a budget.
pub fn assign(offers: &[Offer], customers: &[Outlook], budget: f64) -> Assigned {
    let mut all: Vec<(f64, usize, usize, f64, f64)> = Vec::new();
    for (c, o) in customers.iter().enumerate() {
        for (k, cost, gain) in steps(worth(offers, o)) {
            all.push((gain / cost.max(1e-300), c, k, cost, gain));
        }
    }
    // By falling gain per money; steps of one customer keep their order, for theirs fall already.
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut plan = Assigned { choice: vec![None; customers.len()], gain: 0.0, cost: 0.0, bound: 0.0, price: 0.0 };
    let mut stopped = vec![false; customers.len()];
    for (slope, c, k, cost, gain) in all {
        if stopped[c] || plan.cost + cost > budget {
            if !stopped[c] && plan.price == 0.0 {
                plan.price = slope;
            }
            // A later step without this one would not be the offer it says.
            stopped[c] = true;
            continue;
        }
        plan.choice[c] = Some(k);
        plan.cost += cost;
        plan.gain += gain;
    }
    plan.bound = bound(offers, customers, budget, plan.price);
    plan
}

/// `price · budget + Σ max(0, gain − price · cost)`: no assignment gains more, at any price of at least 0.
pub fn bound(offers: &[Offer], customers: &[Outlook], budget: f64, price: f64) -> f64 {
    let best = |o: &Outlook| worth(offers, o).iter().map(|x| x.2 - price * x.1).fold(0.0, f64::max);
    price * budget + customers.iter().map(best).sum::<f64>()
}

/// Gain and cost of a choice from the data alone; `None` where an offer is made that may not be.
pub fn certificate(offers: &[Offer], customers: &[Outlook], choice: &[Option<usize>]) -> Option<(f64, f64)> {
    let (mut gain, mut cost) = (0.0, 0.0);
    for (o, chosen) in customers.iter().zip(choice) {
        let Some(offer) = chosen.map(|k| &offers[k]) else { continue };
        if !offer.tiers.is_empty() && !offer.tiers.contains(o.tier) {
            return None;
        }
        gain += offer.keeps * (1.0 - o.active) * o.value_if_active - offer.cost;
        cost += offer.cost;
    }
    (choice.len() == customers.len()).then_some((gain, cost))
}
