#![doc = include_str!("model.md")]

pub mod bg_nbd;
pub mod churn;
pub mod clusters;
pub mod fit;
pub mod gamma_gamma;
mod hyper;
pub mod offers;
pub mod pareto_nbd;
pub mod people;
pub mod propensity;
pub mod rfm;
#[cfg(test)]
mod tests;
pub mod value;

/// What is known of one customer; see the module's first table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Customer {
    /// Repeat purchases.
    pub repeats: u32,
    /// Time from the first to the last purchase.
    pub recency: f64,
    /// Time from the first purchase to the end of observation.
    pub age: f64,
    /// Mean amount of a repeat purchase, where known.
    pub amount: Option<f64>,
}

impl Customer {
    /// What is wrong with the numbers, in words.
    pub fn fault(&self) -> Option<String> {
        let Self { repeats, recency, age, amount } = *self;
        if !(recency.is_finite() && recency >= 0.0) {
            Some("recency must be a finite number of at least 0".into())
        } else if !(age.is_finite() && age > 0.0) {
            Some("T must be a finite number above 0".into())
        } else if recency > age {
            Some(format!("recency {recency} lies after the end of observation, T = {age}"))
        } else if repeats == 0 && recency > 0.0 {
            Some(format!("a customer without repeat purchases has recency 0, not {recency}"))
        } else if repeats > 0 && recency == 0.0 {
            Some("a customer with repeat purchases has a recency above 0".into())
        } else if amount.is_some_and(|m| !(m.is_finite() && m >= 0.0)) {
            Some("the mean amount must be a finite number of at least 0".into())
        } else {
            None
        }
    }
}

/// A fitted model of buying and leaving.
pub trait Buying: Sync {
    /// Probability that the customer is still active at the end of observation.
    fn active(&self, c: &Customer) -> f64;

    /// Expected purchases in the next `time`; `None` where the model's series does not settle.
    fn purchases(&self, c: &Customer, time: f64) -> Option<f64>;

    /// Probability that a customer who is active now still is after `time`; `None` where the model's series does not settle.
    fn stays(&self, c: &Customer, time: f64) -> Option<f64>;
}

/// Equal customers together, each with how many there are: most of a long table is the same few rows.
fn grouped(customers: &[Customer]) -> Vec<(Customer, f64)> {
    let key = |c: &Customer| (c.repeats, c.recency.to_bits(), c.age.to_bits());
    let mut sorted: Vec<Customer> = customers.to_vec();
    sorted.sort_by_key(key);
    let mut groups: Vec<(Customer, f64)> = Vec::new();
    for c in sorted {
        match groups.last_mut() {
            Some((last, n)) if key(last) == key(&c) => *n += 1.0,
            _ => groups.push((c, 1.0)),
        }
    }
    groups
}

/// Refuses tables from which nothing can be learnt.
fn enough(customers: &[Customer]) -> Result<(), fit::FitError> {
    if let Some((k, fault)) = customers.iter().enumerate().find_map(|(k, c)| c.fault().map(|f| (k, f))) {
        return Err(fit::FitError::Data(format!("customer {}: {fault}", k + 1)));
    }
    let repeats = customers.iter().filter(|c| c.repeats > 0).count();
    if repeats < 10 {
        return Err(fit::FitError::Data(format!(
            "{repeats} of {} customers bought again: give a table with at least 10",
            customers.len()
        )));
    }
    Ok(())
}
