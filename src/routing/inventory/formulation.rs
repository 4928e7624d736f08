//! Levels and quantities as rows; who may bring what is the caller's.

use super::problem::Problem;
use crate::lp::{Col, Programme};

/// A column that brings units to a customer on a day.
pub(super) struct Bring {
    pub customer: usize,
    pub day: usize,
    pub col: Col,
}

/// Adds the levels of everybody with their cost: rows `stock` and `supply`.
pub(super) fn levels(p: &mut Programme, problem: &Problem, brings: &[Bring]) {
    let data = problem.data();
    for (i, customer) in data.customers.iter().enumerate() {
        let mut before: Option<Col> = None;
        for day in 0..data.days {
            let level =
                p.column(customer.holding as f64, customer.least as f64, (customer.most - customer.demand) as f64);
            let here = brings.iter().filter(|b| b.customer == i && b.day == day).map(|b| (b.col, 1.0));
            let start = if before.is_none() { customer.stock } else { 0 };
            // I_t − I_t−1 − q_t = −d, with the first stock on the right. The level's upper bound keeps I_t−1 + q_t ≤ U.
            let terms = here.map(|(col, one)| (col, -one)).chain([(level, 1.0)]).chain(before.map(|b| (b, -1.0)));
            p.equal((start - customer.demand) as f64, terms);
            before = Some(level);
        }
    }
    let mut before: Option<Col> = None;
    for day in 0..data.days {
        let stock = p.column(data.supplier.holding as f64, 0.0, f64::INFINITY);
        let start = if before.is_none() { data.supplier.stock } else { 0 };
        let today = || brings.iter().filter(move |b| b.day == day).map(|b| (b.col, 1.0));
        let terms = today().chain([(stock, 1.0)]).chain(before.map(|b| (b, -1.0)));
        p.equal((start + data.supplier.production) as f64, terms);
        p.at_most(start as f64, today().chain(before.map(|b| (b, -1.0))));
        before = Some(stock);
    }
}
