//! From places to pairs: who may take which lead, and what that is worth.

use super::problem::{Dealer, Group, Problem};
use crate::network::Place;
use crate::network::travel::great_circle;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// A lead as a table has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Lead {
    /// Where it comes from.
    pub place: Place,
    /// Margin of the sale or service, money.
    pub value: f64,
    /// Skill that its dealer must have, if any.
    pub skill: Option<u32>,
    /// Dealer that the customer named.
    pub named: Option<u32>,
    /// Dealer that may not take it: it had it before, and the customer was not content.
    pub refused: Option<u32>,
    /// Model that it asks for, as the caller counts them.
    pub model: Option<u32>,
}

/// A dealer as a table has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Desk {
    /// Where it stands.
    pub place: Place,
    /// Leads it can take.
    pub capacity: u32,
    /// Leads it closes when the customer is next door, share.
    pub conversion: f64,
    /// Advisers who work at the same time.
    pub advisers: u32,
    /// Skills, rising.
    pub skills: Vec<u32>,
}

/// How worth falls with the way, and what is fair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    /// Road by great circle.
    pub circuity: f64,
    /// Speed on it, kilometres an hour.
    pub speed: f64,
    /// Minutes in which conversion halves.
    pub half_time: f64,
    /// Longest way, minutes.
    pub reach: f64,
    /// Rise of conversion at the dealer that the customer named, share.
    pub preference: f64,
    /// Share of its fair part that every dealer should get.
    pub fair_share: f64,
    /// Worth of a lead within it, money.
    pub fair_worth: f64,
}

impl Terms {
    /// Minutes from a lead to a dealer.
    pub fn minutes(&self, lead: &Lead, desk: &Desk) -> f64 {
        great_circle(lead.place, desk.place).get() * self.circuity / self.speed * 60.0
    }

    /// Probability that the dealer closes the lead.
    pub fn converts(&self, lead: &Lead, dealer: u32, desk: &Desk) -> f64 {
        let rise = if lead.named == Some(dealer) { 1.0 + self.preference } else { 1.0 };
        (desk.conversion * rise * (-self.minutes(lead, desk) / self.half_time).exp2()).min(1.0)
    }
}

/// Alike leads together: the problem, and the group of every lead.
pub fn problem(leads: &[Lead], desks: &[Desk], terms: &Terms) -> (Problem, Vec<usize>) {
    let key = |l: &Lead| {
        (l.place.lat.to_bits(), l.place.lon.to_bits(), l.value.to_bits(), l.skill, l.named, l.refused, l.model)
    };
    let mut known: BTreeMap<_, (u32, usize)> = BTreeMap::new();
    for (k, lead) in leads.iter().enumerate() {
        known.entry(key(lead)).or_insert((0, k)).0 += 1;
    }
    let number: BTreeMap<_, usize> = known.keys().enumerate().map(|(g, k)| (*k, g)).collect();
    let of = leads.iter().map(|l| number[&key(l)]).collect();
    // Dealers by latitude: those too far north or south are never looked at.
    let mut north: Vec<u32> = (0..desks.len() as u32).collect();
    north.sort_by(|&a, &b| desks[a as usize].place.lat.total_cmp(&desks[b as usize].place.lat).then(a.cmp(&b)));
    let km = terms.reach / 60.0 * terms.speed / terms.circuity;
    let span = km / 111.0 + 0.01;
    let worth = |lead: &Lead| {
        let from = north.partition_point(|&d| desks[d as usize].place.lat < lead.place.lat - span);
        let near = north[from..].iter().take_while(|d| desks[**d as usize].place.lat <= lead.place.lat + span);
        let pair = |&d: &u32| {
            let desk = &desks[d as usize];
            let able = lead.skill.is_none_or(|s| desk.skills.binary_search(&s).is_ok());
            if !able || lead.refused == Some(d) || terms.minutes(lead, desk) > terms.reach {
                return None;
            }
            let worth = (100.0 * lead.value * terms.converts(lead, d, desk)).round() as i64;
            (worth > 0).then_some((d, worth))
        };
        let mut list: Vec<(u32, i64)> = near.filter_map(pair).collect();
        list.sort_unstable();
        list
    };
    let firsts: Vec<(u32, usize)> = known.into_values().collect();
    let groups = firsts.par_iter().map(|&(count, k)| Group { count, worth: worth(&leads[k]) }).collect();
    let room: u64 = desks.iter().map(|d| u64::from(d.capacity)).sum();
    let all = (leads.len() as u64).min(room) as f64;
    let dealer = |d: &Desk| {
        let part = f64::from(d.capacity) / room.max(1) as f64 * all * terms.fair_share;
        Dealer { capacity: d.capacity, fair: (part.floor() as u32).min(d.capacity) }
    };
    let fair_worth = (100.0 * terms.fair_worth).round() as i64;
    (Problem { dealers: desks.iter().map(dealer).collect(), groups, fair_worth }, of)
}
