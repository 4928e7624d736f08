//! Relations that the network itself shows: one owner, customers who could go to both.

use super::web::{Edge, Kind};
use crate::ids::{Id, SiteId};
use crate::network::coverage::{Coverage, OpenStores};
use crate::network::{Network, SiteKind};
use std::collections::BTreeMap;

/// Today's dealers, in order.
pub fn dealers(network: &Network) -> Vec<SiteId> {
    network.sites_of(SiteKind::Dealer).map(|d| d.0).collect()
}

/// Edges between dealers by their positions in `dealers`.
///
/// Customers: Σ over zones of registrations × share of the one × share of the other, in buyers a year (what plain logit
/// choice moves between two stores is proportional to it). Ownership: 1 / (stores of the owner − 1), so that large
/// groups do not outweigh the rest.
pub fn edges(network: &Network, coverage: &Coverage, open: &OpenStores, dealers: &[SiteId]) -> Vec<Edge> {
    let mut position = vec![usize::MAX; network.sites.len()];
    dealers.iter().enumerate().for_each(|(k, d)| position[d.index()] = k);
    let mut shared: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for (id, zone) in network.zones.iter() {
        let pulls = coverage.pulls(network, id, open);
        let total = zone.rival_weight + pulls.iter().map(|p| p.1).sum::<f64>();
        let near: Vec<(usize, f64)> =
            pulls.iter().map(|p| (position[p.0.index()], p.1 / total)).filter(|p| p.0 != usize::MAX).collect();
        for (k, &(b, of_b)) in near.iter().enumerate() {
            for &(a, of_a) in &near[..k] {
                *shared.entry((a.min(b), a.max(b))).or_default() += zone.registrations.get() * of_a * of_b;
            }
        }
    }
    let mut owners: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (k, d) in dealers.iter().enumerate() {
        let owner = network.sites[*d].owner.trim();
        if !owner.is_empty() {
            owners.entry(owner).or_default().push(k);
        }
    }
    let mut edges: Vec<Edge> = shared
        .into_iter()
        .filter(|e| e.1 > 0.0)
        .map(|((a, b), weight)| Edge { a, b, kind: Kind::Customers, weight })
        .collect();
    for group in owners.values() {
        for (k, &b) in group.iter().enumerate() {
            let weight = 1.0 / (group.len() as f64 - 1.0);
            edges.extend(group[..k].iter().map(|&a| Edge { a, b, kind: Kind::Ownership, weight }));
        }
    }
    edges
}

/// What is known of a dealer without its relations: its size, its format, its zone.
pub fn features(network: &Network, coverage: &Coverage, dealers: &[SiteId]) -> Vec<Vec<f64>> {
    let plus = |x: f64| libm::log1p(x.max(0.0));
    dealers
        .iter()
        .map(|&d| {
            let (site, zone) = (&network.sites[d], &network.zones[network.sites[d].zone]);
            let mut row = vec![
                plus(site.capacity.get()),
                plus(f64::from(site.storage.get())),
                plus(site.fixed_cost.major()),
                plus(zone.registrations.get()),
                plus(zone.population as f64),
                plus(zone.rival_weight),
                coverage.of_site(d).len() as f64,
            ];
            row.extend(network.formats.ids().map(|f| f64::from(u8::from(site.format == Some(f)))));
            row
        })
        .collect()
}
