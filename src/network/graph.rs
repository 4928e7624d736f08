//! The network as a graph: transport lanes between sites, and the parts of the market that do not touch each other.

use super::coverage::Coverage;
use super::{Leg, Network, SiteKind};
use crate::ids::{Id, IdVec, SiteId, ZoneId};
use crate::units::{Hours, Kilometres};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::unionfind::UnionFind;
use petgraph::visit::EdgeRef;

/// Transport lanes: plants to hubs and dealers, hubs to dealers, and the lanes the user gives.
pub struct TransportGraph {
    graph: DiGraph<SiteId, Leg>,
    plants: Vec<SiteId>,
}

impl TransportGraph {
    /// Builds the graph. A direct lane plant → dealer always exists; hubs add ways round.
    pub fn new(network: &Network) -> Self {
        let mut graph = DiGraph::new();
        for site in network.sites.ids() {
            graph.add_node(site);
        }
        let hubs: Vec<SiteId> = network.sites_of(SiteKind::Hub).map(|s| s.0).collect();
        let plants: Vec<SiteId> = network.sites_of(SiteKind::Plant).map(|s| s.0).collect();
        let mut lane = |from: SiteId, to: SiteId| {
            graph.add_edge(NodeIndex::new(from.index()), NodeIndex::new(to.index()), network.site_to_site(from, to));
        };
        for &plant in &plants {
            for &hub in &hubs {
                lane(plant, hub);
            }
        }
        for (store, _) in network.stores() {
            for &from in plants.iter().chain(&hubs) {
                lane(from, store);
            }
        }
        Self { graph, plants }
    }

    /// Number of lanes.
    pub fn lanes(&self) -> usize {
        self.graph.edge_count()
    }

    /// Shortest way by road from a plant to every site it can reach.
    pub fn from_plant(&self, plant: SiteId) -> IdVec<SiteId, Option<Leg>> {
        let start = NodeIndex::new(plant.index());
        let km = petgraph::algo::dijkstra(&self.graph, start, None, |e| e.weight().distance.get());
        let hours = petgraph::algo::dijkstra(&self.graph, start, None, |e| e.weight().time.get());
        self.graph
            .node_indices()
            .map(|n| {
                let (d, t) = (km.get(&n)?, hours.get(&n)?);
                Some(Leg { distance: Kilometres::new(*d), time: Hours::new(*t) })
            })
            .collect()
    }

    /// All plants, in order.
    pub fn plants(&self) -> &[SiteId] {
        &self.plants
    }

    /// Lanes leaving a site.
    pub fn lanes_from(&self, site: SiteId) -> impl Iterator<Item = (SiteId, Leg)> + '_ {
        self.graph.edges(NodeIndex::new(site.index())).map(|e| (self.graph[e.target()], *e.weight()))
    }
}

/// A part of the market: zones and store sites that compete or could, and no others do with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its zones, in order.
    pub zones: Vec<ZoneId>,
    /// Its store sites, in order.
    pub sites: Vec<SiteId>,
}

/// Splits the market into connected parts of the coverage graph; `also` joins further pairs of sites (moves, least
/// distances). Zones without any store in reach are parts of their own.
pub fn parts(network: &Network, coverage: &Coverage, also: &[(SiteId, SiteId)]) -> Vec<Part> {
    let zones = network.zones.len();
    let mut sets = UnionFind::new(zones + network.sites.len());
    for zone in network.zones.ids() {
        for reach in coverage.of_zone(zone) {
            sets.union(zone.index(), zones + reach.site.index());
        }
    }
    for &(a, b) in also {
        sets.union(zones + a.index(), zones + b.index());
    }
    let mut found: std::collections::BTreeMap<usize, Part> = std::collections::BTreeMap::new();
    let empty = || Part { zones: Vec::new(), sites: Vec::new() };
    for zone in network.zones.ids() {
        found.entry(sets.find(zone.index())).or_insert_with(empty).zones.push(zone);
    }
    for (site, _) in network.stores() {
        found.entry(sets.find(zones + site.index())).or_insert_with(empty).sites.push(site);
    }
    let mut parts: Vec<Part> = found.into_values().collect();
    parts.sort_by_key(|p| (p.zones.first().copied(), p.sites.first().copied()));
    parts
}
